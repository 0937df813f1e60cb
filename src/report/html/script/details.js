
// SETTINGS, PING and GOAWAY: over time, and what they say.
function control(conn, W) {
  const drawn = drawingOf(conn), rungs = rungsOf(conn), at = new Map(rungs.filter((one) => one.t != null).map((one) => [one.pkt, one.t]));
  const marks = rungs.filter((one) => ["SETTINGS", "PING", "GOAWAY"].includes(one.kind) && one.t != null);
  const rows = [...list(conn.settings).map((row) => [packetOf(row, conn), row.by, "SETTINGS", values(row), row.acked_pkt ? "acknowledged in pkt " + row.acked_pkt + " after " + ms(row.ack_ms) : h("b", { class: "sev warning" }, "never acknowledged")]),
    ...list(conn.goaway).map((row) => [packetOf(row, conn), row.by, "GOAWAY", row.error_code + (row.debug ? ": " + row.debug : ""), "last stream " + row.last_stream_id]),
    ...list(drawn.pings).map(([pkt, , by, answered, trip, streams]) => [pkt, whose(by), "PING", plural(streams, "stream") + " open", answered ? "answered in pkt " + answered % FILE + " after " + ms(trip) : h("b", { class: "sev warning" }, "never answered")])].sort((a, b) => a[0] - b[0]);
  const count = (kind, side) => ((conn.frames || {})[side] || {})[kind] || 0, trip = conn.rtt_ms || {}, whole = conn.duration_s || 1, left = 62, right = W - 14, x = (t) => left + (right - left) * Math.min(1, t / whole);
  const lane = (from) => 34 + 46 * from;
  const shape = { SETTINGS: (x, y) => `M${x - 5},${y - 5}h10v10h-10z`, PING: (x, y) => `M${x},${y - 6}l6,6l-6,6l-6,-6z`, GOAWAY: (x, y) => `M${x - 6},${y - 6}l12,6l-12,6z` };
  const kinds = ["SETTINGS", "PING", "GOAWAY"].filter((kind) => marks.some((one) => one.kind === kind));
  return [marks.length ? [h("div", { class: "legend" }, kinds.map((kind) => h("span", {}, h("i", { class: kind }), kind)), h("span", {}, "hollow: acknowledgement")),
      picture(W, 118, "SETTINGS, PING and GOAWAY over time: " + kinds.map((kind) => number(marks.filter((one) => one.kind === kind).length) + " " + kind).join(", "),
        [0, 1].map((from) => [g("text", { class: "end", x: 2, y: lane(from) + 4 }, whose(from)), g("line", { class: "rail", x1: left, x2: right, y1: lane(from), y2: lane(from) })]),
        marks.map((one) => g("path", { class: "dot " + one.kind + (/\bACK\b/.test(one.flags || "") ? " hollow" : ""), d: shape[one.kind](x(one.t), lane(one.from)) }, g("title", {}, sentence(one, conn)))),
        g("text", { class: "dim", x: left, y: 112 }, "0"), g("text", { class: "dim", x: right, y: 112, "text-anchor": "end" }, ms(whole * 1000)))] : null,
    rows.length ? table([["pkt", "n"], ["t", "n nowrap wide"], ["by", ""], ["frame", "nowrap"], ["says", "mono"], ["answer", ""]], rows.slice(0, 300).map(([pkt, ...rest]) => [h("button", { class: "pick", "aria-label": "Show packet " + packetName(pkt, conn) + " in the ladder", onclick: () => jump([conn.key], () => pkt) }, packetName(pkt, conn)), at.has(pkt) ? seconds(at.get(pkt)) : "–", ...rest]), "Control frames") : h("p", { class: "mute" }, "Neither SETTINGS, nor PING, nor GOAWAY was seen."),
    drawn.pings_left ? h("p", { class: "mute" }, plural(drawn.pings_left, "PING") + " more are counted, not listed.") : null,
    h("p", { class: "mute" }, "Median round trips: TCP handshake " + ms(trip.tcp) + ", SETTINGS " + ms(trip.settings) + ", PING " + ms(trip.ping) + "."),
    table([["frames", ""], ["client", "n"], ["server", "n"]], [...new Set([...Object.keys((conn.frames || {}).client || {}), ...Object.keys((conn.frames || {}).server || {})])].map((kind) => [kind, number(count(kind, "client")), number(count(kind, "server"))]), "Frames by type")];
}

// Requests by what they ask for, with percentiles; then the listed ones.
function calls(conn) {
  const streams = streamsOf(conn), all = streams.length >= conn.streams.opened, groups = all ? gather(streams) : list(drawingOf(conn).groups).map(([request, grpc, count, failed, p50, p90, p99, most]) => ({ request, grpc, count, failed, p50, p90, p99, most }));
  if (!conn.streams.opened) return [h("p", { class: "mute" }, "No request of this connection is known."), asText("streams", conn)];
  const timed = (title, says) => ({ title, says, kind: "n nowrap", most: true, value: (row) => row[title] ?? row.most, show: (row) => ms(row[title]) });
  const summary = grid({ rows: groups.length ? groups : gather(streams), label: "requests by path", sorted: 1, down: true,
    columns: [{ title: "request", kind: "mono", value: (row) => row.request }, { title: "count", kind: "n", most: true, value: (row) => row.count, show: (row) => number(row.count) },
      { title: "failed", kind: "n", most: true, value: (row) => row.failed, show: (row) => row.failed ? h("b", { class: "sev error" }, number(row.failed)) : "0" }, timed("p50", "median"), timed("p90"), timed("p99"), { ...timed("max", "longest"), value: (row) => row.most, show: (row) => ms(row.most) }] });
  const latency = (row) => row.latency_ms || {}, call = (row) => row.grpc || {}, sent = (row) => call(row).messages || {};
  const anyGrpc = streams.some((row) => row.grpc);
  const each = grid({ rows: streams, label: "calls", sorted: 0, text: (row) => row.end,
    columns: [{ title: "stream", kind: "n", value: (row) => row.stream },
      anyGrpc ? { title: "method", kind: "mono", value: (row) => row.grpc ? call(row).service + "/" + call(row).method : (row.request || {}).path, show: (row) => row.grpc ? [h("span", { class: "mute" }, call(row).service + "/"), call(row).method] : (row.request || {}).path } : { title: "request", kind: "mono", value: (row) => [(row.request || {}).method, (row.request || {}).path].filter(Boolean).join(" ") || null },
      anyGrpc && { title: "kind", kind: "nowrap wide", value: (row) => row.grpc ? words(call(row).kind || "") : null },
      { title: "status", value: (row) => anyGrpc && row.grpc ? call(row).status : (row.response || {}).status, show: (row) => { const text = row.error_code || (row.grpc ? call(row).status : (row.response || {}).status) || (row.grpc && call(row).status === 0 ? 0 : words(row.end)); return failed(row) ? h("b", { class: "sev error" }, text) : String(text); } },
      anyGrpc && { title: "message", value: (row) => call(row).message ?? null, show: (row) => call(row).message || "" },
      anyGrpc && { title: "msgs", says: "messages up and down", kind: "n nowrap wide", value: (row) => (sent(row).up || 0) + (sent(row).down || 0), show: (row) => (sent(row).up || 0) + "↑ " + (sent(row).down || 0) + "↓" },
      { title: "octets", says: "octets up and down", kind: "n nowrap wide", most: true, value: (row) => ((row.bytes || {}).up || 0) + ((row.bytes || {}).down || 0), show: (row) => octets((row.bytes || {}).up || 0) + "↑ " + octets((row.bytes || {}).down || 0) + "↓" },
      { title: "first", says: "first octet of the answer", kind: "n nowrap wide", most: true, value: (row) => latency(row).first_byte, show: (row) => ms(latency(row).first_byte) },
      { title: "total", kind: "n nowrap", most: true, value: (row) => latency(row).total, show: (row) => ms(latency(row).total) }].filter(Boolean) });
  return [h("h3", {}, "By request", h("small", {}, all ? "exact" : groups.length ? plural(conn.streams.opened, "stream") + ", percentiles within 7 %" : "of the " + plural(streams.length, "listed stream") + " only"), h("span", { class: "end tools" }, groups.length > 8 ? summary.box : null)), summary.node,
    h("h3", {}, "Each call", each.count, h("small", {}, all ? "" : "of " + number(conn.streams.opened) + ": those with findings and the slowest"), h("span", { class: "end tools" }, streams.length > 8 ? each.box : null)), each.node, asText(anyGrpc ? "grpc" : "streams", conn)];
}
function gather(streams) {
  const groups = new Map();
  for (const stream of streams) {
    const request = [(stream.request || {}).method, ((stream.request || {}).path || "?").split("?")[0]].filter(Boolean).join(" ");
    const group = groups.get(request) || { request, count: 0, failed: 0, times: [] };
    group.count += 1; group.failed += failed(stream) ? 1 : 0; group.times.push((stream.latency_ms || {}).total);
    groups.set(request, group);
  }
  for (const group of groups.values()) { const sorted = numeric(group.times); Object.assign(group, { p50: quantile(sorted, 0.5), p90: quantile(sorted, 0.9), p99: quantile(sorted, 0.99), most: sorted[sorted.length - 1] ?? null }); }
  return [...groups.values()];
}

// Field lines as they are on the wire.
const HOW = { i: "indexed", "+": "incremental", "-": "without indexing", n: "never indexed" };
function headers(conn) {
  const { blocks, blocks_left: left } = drawingOf(conn);
  if (!list(blocks).length) return [h("p", { class: "mute" }, list(look.report.connections).length && Object.keys(look.drawings).length ? "No field block of this connection could be read." : "A report alone carries no field lines; the page that h2lint writes from the capture does."), asText("headers", conn)];
  const rows = blocks.flatMap(([stream, pkt, from, fields], block) => fields.map(([name, value, how, size, saved, mark], at) => ({ stream, pkt, from, name, value, how, size, saved, mark, at, block })));
  const certain = { "": ["✓", "known", "pass"], unknown: ["?", "not known", "warning"], masked: ["▒", "masked", "info"] };
  const made = grid({ rows, label: "field lines", batch: 150, text: (row) => "stream " + row.stream + " pkt " + row.pkt % FILE + " " + HOW[row.how],
    columns: [{ title: "stream", kind: "n", value: (row) => row.stream }, { title: "pkt", kind: "n wide", value: (row) => row.pkt, show: (row) => packetName(row.pkt, conn) }, { title: "dir", kind: "nowrap", value: (row) => row.from ? "S→C" : "C→S" },
      { title: "name", kind: "mono name", value: (row) => row.name, show: (row) => row.name }, { title: "value", kind: "mono value", value: (row) => row.value },
      { title: "certainty", kind: "nowrap", value: (row) => certain[row.mark][1], show: (row) => h("span", { class: "certainty" }, h("b", { class: "sev " + certain[row.mark][2], "aria-hidden": "true" }, certain[row.mark][0]), " ", certain[row.mark][1]) },
      { title: "written", kind: "nowrap wide", value: (row) => HOW[row.how] }, { title: "octets", kind: "n wide", most: true, value: (row) => row.size }, { title: "saved", kind: "n wide", most: true, value: (row) => row.saved }] });
  const some = (mark) => rows.filter((row) => row.mark === mark).length;
  return [h("h3", {}, "Field lines", made.count, some("unknown") ? h("small", {}, number(some("unknown")) + " not known: their table entries were made before the capture, or in octets that are missing") : null, h("span", { class: "end tools" }, made.box)), made.node,
    some("masked") ? h("p", { class: "mute" }, "Values of secret fields are masked; ", h("code", {}, "--show-secrets"), " shows them.") : null,
    left ? h("p", { class: "mute" }, plural(left, "later field block") + " of this connection are not in this page.") : null, asText("headers", conn)];
}

// How the protocol was agreed.
function negotiation(conn) {
  const agreed = conn.negotiation, tls = agreed.tls, rows = [["via", words(agreed.via)]], names = (offered) => list(offered).length ? list(offered).join(", ") : "nothing";
  if (tls) rows.push(["TLS version", tls.version], ["cipher suite", tls.cipher], ["server name (SNI)", tls.sni], ["ALPN offered", names(tls.alpn_offered)], ["ALPN selected", (tls.alpn_selected || "none or not known") + " (" + words(tls.alpn_source || "unknown") + ")"], ["resumed", tls.resumed == null ? null : tls.resumed ? "yes" : "no"], ["early data", tls.early_data == null ? null : tls.early_data ? "yes" : "no"],
    ["decrypted", tls.decrypted ? "yes" + (tls.key_source ? ", with keys of " + tls.key_source : "") : h("b", { class: "sev warning" }, "no: everything above TLS is hidden")], ["alert", tls.alert ? tls.alert.level + " " + words(tls.alert.description) + " by the " + tls.alert.by + " in pkt " + tls.alert.pkt : "none"]);
  if (agreed.npn) rows.push(["NPN offered", names(agreed.npn.offered)], ["NPN selected", agreed.npn.selected]);
  if (agreed.upgrade) rows.push(["Upgrade: h2c", "pkt " + agreed.upgrade.pkt + ", " + words(agreed.upgrade.outcome) + (agreed.upgrade.status ? ", status " + agreed.upgrade.status : "")], ["HTTP2-Settings", agreed.upgrade.settings ? values({ values: agreed.upgrade.settings }) : "not decodable"]);
  for (const service of list(agreed.alt_svc)) rows.push(["Alt-Svc", service.protocol + " " + (service.host || "") + ":" + service.port + " in pkt " + service.pkt]);
  const made = (peer) => peer.impl ? peer.impl.guess + " (" + peer.impl.confidence + ")" : null;
  rows.push(["client", end(conn.client) + (made(conn.client) ? ", perhaps " + made(conn.client) : "")], ["server", end(conn.server) + (made(conn.server) ? ", perhaps " + made(conn.server) : "")], ["captured at", words(conn.vantage)], ["in", list(conn.encapsulation).join(" › ")], ["began", conn.started === "syn" ? "with its SYN" : "before the capture"], ["TCP payload", plural(conn.bytes.client, "octet") + " by the client, " + plural(conn.bytes.server, "octet") + " by the server"]);
  return [table([["", "key"], ["", ""]], rows.filter((row) => row[1] != null).map(([name, value]) => [h("b", {}, name), value]), "How the protocol was agreed"), asText("handshake", conn)];
}
