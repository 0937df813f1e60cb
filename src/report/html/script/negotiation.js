// True when this connection is encrypted and there are no keys.
const blind = (conn) =>
  list(look.report.coverage.blind_spots).some(
    (spot) =>
      spot.kind === "no_keys" && list(spot.conns).includes(conn.id) && index.first[spot.input || 0] === index.first[conn.input || 0],
  );
// How the protocol was agreed.
function negotiation(conn) {
  const agreed = conn.negotiation,
    tls = agreed.tls,
    rows = [["via", words(agreed.via)]],
    names = (offered) => (list(offered).length ? list(offered).join(", ") : "nothing");
  if (tls)
    rows.push(
      ["TLS version", tls.version],
      ["cipher suite", tls.cipher],
      ["server name (SNI)", tls.sni],
      ["ALPN offered", names(tls.alpn_offered)],
      ["ALPN selected", (tls.alpn_selected || "none or not known") + " (" + words(tls.alpn_source || "unknown") + ")"],
      ["resumed", tls.resumed == null ? null : tls.resumed ? "yes" : "no"],
      ["early data", tls.early_data == null ? null : tls.early_data ? "yes" : "no"],
      [
        "decrypted",
        tls.decrypted
          ? "yes" + (tls.key_source ? ", with keys of " + tls.key_source : "")
          : blind(conn)
            ? h("b", { class: "sev warning" }, "no: everything above TLS is hidden")
            : "no",
      ],
      [
        "alert",
        tls.alert ? tls.alert.level + " " + words(tls.alert.description) + " by the " + tls.alert.by + " in pkt " + tls.alert.pkt : "none",
      ],
    );
  if (agreed.npn) rows.push(["NPN offered", names(agreed.npn.offered)], ["NPN selected", agreed.npn.selected]);
  if (agreed.upgrade)
    rows.push(
      [
        "Upgrade: h2c",
        "pkt " +
          agreed.upgrade.pkt +
          ", " +
          words(agreed.upgrade.outcome) +
          (agreed.upgrade.status ? ", status " + agreed.upgrade.status : ""),
      ],
      ["HTTP2-Settings", agreed.upgrade.settings ? values({ values: agreed.upgrade.settings }) : "not decodable"],
    );
  for (const service of list(agreed.alt_svc))
    rows.push(["Alt-Svc", service.protocol + " " + (service.host || "") + ":" + service.port + " in pkt " + service.pkt]);
  const made = (peer) => (peer.impl ? peer.impl.guess + " (" + peer.impl.confidence + ")" : null);
  rows.push(
    ["client", end(conn.client) + (made(conn.client) ? ", perhaps " + made(conn.client) : "")],
    ["server", end(conn.server) + (made(conn.server) ? ", perhaps " + made(conn.server) : "")],
    ["captured at", conn.vantage ? words(conn.vantage) : null],
    ["in", list(conn.encapsulation).join(" › ") || null],
    ["began", conn.started === "syn" ? "with its SYN" : "before the capture"],
    ["TCP payload", plural(conn.bytes.client, "octet") + " by the client, " + plural(conn.bytes.server, "octet") + " by the server"],
  );
  return [
    table(
      [
        ["", "key"],
        ["", ""],
      ],
      rows.filter((row) => row[1] != null).map(([name, value]) => [h("b", {}, name), value]),
      "How the protocol was agreed",
    ),
    asText("handshake", conn),
  ];
}
