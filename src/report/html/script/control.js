// SETTINGS, PING and GOAWAY: over time, and what they say.
function control(conn, W) {
  const drawn = drawingOf(conn),
    rungs = rungsOf(conn),
    at = new Map(rungs.filter((one) => one.t != null).map((one) => [one.pkt, one.t]));
  const marks = rungs.filter((one) => ["SETTINGS", "PING", "GOAWAY"].includes(one.kind) && one.t != null);
  // The report names no file beside these packets: where there are several, the diagram tells it, or nothing does.
  const placed = (row, kind) => {
    if (!several(conn)) return { pkt: packetOf(row, conn) };
    const fits = (one) =>
      one.kind === kind && whose(one.from) === row.by && one.pkt % FILE === row.pkt && !/\bACK\b/.test(one.flags || "");
    const there = new Set(rungs.filter(fits).map((one) => one.pkt));
    return there.size === 1 ? { pkt: [...there][0] } : { pkt: packetOf(row, conn), unplaced: true };
  };
  const rows = [
    ...list(conn.settings).map((row) => [
      placed(row, "SETTINGS"),
      row.by,
      "SETTINGS",
      values(row),
      row.acked_pkt
        ? "acknowledged " + (several(conn) ? "" : "in pkt " + row.acked_pkt + " ") + "after " + ms(row.ack_ms)
        : h("b", { class: "sev warning" }, "never acknowledged"),
    ]),
    ...list(conn.goaway).map((row) => [
      placed(row, "GOAWAY"),
      row.by,
      "GOAWAY",
      row.error_code + (row.debug ? ": " + row.debug : ""),
      "last stream " + row.last_stream_id,
    ]),
    ...list(drawn.pings).map(([pkt, , by, answered, trip, streams]) => [
      { pkt },
      whose(by),
      "PING",
      plural(streams, "stream") + " open",
      answered ? "answered in pkt " + packetName(answered, conn) + " after " + ms(trip) : h("b", { class: "sev warning" }, "never answered"),
    ]),
  ].sort((a, b) => a[0].pkt - b[0].pkt);
  const count = (kind, side) => ((conn.frames || {})[side] || {})[kind] || 0,
    trip = conn.rtt_ms || {},
    whole = conn.duration_s || 1,
    left = 62,
    right = W - 14,
    x = (t) => left + (right - left) * Math.min(1, t / whole);
  const lane = (from) => 34 + 46 * from;
  const shape = {
    SETTINGS: (x, y) => `M${x - 5},${y - 5}h10v10h-10z`,
    PING: (x, y) => `M${x},${y - 6}l6,6l-6,6l-6,-6z`,
    GOAWAY: (x, y) => `M${x - 6},${y - 6}l12,6l-12,6z`,
  };
  const kinds = ["SETTINGS", "PING", "GOAWAY"].filter((kind) => marks.some((one) => one.kind === kind));
  return [
    marks.length
      ? [
          h(
            "div",
            { class: "legend" },
            kinds.map((kind) => h("span", {}, h("i", { class: kind }), kind)),
            h("span", {}, "hollow: acknowledgement"),
          ),
          picture(
            W,
            118,
            "SETTINGS, PING and GOAWAY over time: " +
              kinds.map((kind) => number(marks.filter((one) => one.kind === kind).length) + " " + kind).join(", "),
            [0, 1].map((from) => [
              g("text", { class: "end", x: 2, y: lane(from) + 4 }, whose(from)),
              g("line", { class: "rail", x1: left, x2: right, y1: lane(from), y2: lane(from) }),
            ]),
            marks.map((one) =>
              g(
                "path",
                {
                  class: "dot " + one.kind + (/\bACK\b/.test(one.flags || "") ? " hollow" : ""),
                  d: shape[one.kind](x(one.t), lane(one.from)),
                },
                g("title", {}, sentence(one, conn)),
              ),
            ),
            g("text", { class: "dim", x: left, y: 112 }, "0"),
            g("text", { class: "dim", x: right, y: 112, "text-anchor": "end" }, ms(whole * 1000)),
          ),
        ]
      : null,
    rows.length
      ? table(
          [
            ["pkt", "n"],
            ["t", "n nowrap wide"],
            ["by", ""],
            ["frame", "nowrap"],
            ["says", "mono"],
            ["answer", ""],
          ],
          rows.slice(0, 300).map(([{ pkt, unplaced }, ...rest]) => [
            unplaced
              ? String(pkt % FILE)
              : h(
                  "button",
                  {
                    class: "pick",
                    "aria-label": "Show packet " + packetName(pkt, conn) + " in the ladder",
                    onclick: () => jump([conn.key], () => pkt),
                  },
                  packetName(pkt, conn),
                ),
            at.has(pkt) && !unplaced ? seconds(at.get(pkt)) : "–",
            ...rest,
          ]),
          "Control frames",
        )
      : h("p", { class: "mute" }, "Neither SETTINGS, nor PING, nor GOAWAY was seen."),
    drawn.pings_left ? h("p", { class: "mute" }, plural(drawn.pings_left, "PING") + " more are counted, not listed.") : null,
    h(
      "p",
      { class: "mute" },
      "Median round trips: TCP handshake " + ms(trip.tcp) + ", SETTINGS " + ms(trip.settings) + ", PING " + ms(trip.ping) + ".",
    ),
    table(
      [
        ["frames", ""],
        ["client", "n"],
        ["server", "n"],
      ],
      [...new Set([...Object.keys((conn.frames || {}).client || {}), ...Object.keys((conn.frames || {}).server || {})])].map((kind) => [
        kind,
        number(count(kind, "client")),
        number(count(kind, "server")),
      ]),
      "Frames by type",
    ),
  ];
}
