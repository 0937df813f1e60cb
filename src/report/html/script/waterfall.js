// A bar for each listed stream: its states, the first octet of the answer, how it ended, time without credit.
function waterfall(conn, W) {
  const streams = streamsOf(conn)
    .slice()
    .sort((a, b) => a.opened_t - b.opened_t || a.stream - b.stream);
  const counted = conn.streams.opened - streams.length;
  const rest =
    counted > 0
      ? h(
          "p",
          { class: "mute" },
          plural(counted, "stream") +
            " of this connection are not listed one by one; the tab of requests counts them all. Listed are those with findings and the slowest.",
        )
      : null;
  if (!streams.length) return [h("p", { class: "mute" }, "No streams are listed."), rest];
  const shown = streams.slice(0, look.bars),
    narrow = W < 560,
    left = narrow ? 52 : Math.min(340, Math.round(W * 0.34)),
    right = W - (narrow ? 62 : 96),
    halves = drawingOf(conn).halves || {};
  const over = (stream) => stream.ended_t ?? Math.max(conn.duration_s, stream.opened_t);
  const first = Math.min(...shown.map((stream) => stream.opened_t)),
    last = Math.max(...shown.map(over), first + 1e-6);
  const x = (t) => left + (right - left) * Math.min(1, Math.max(0, (t - first) / (last - first)));
  const name = (stream) => [(stream.request || {}).method, (stream.request || {}).path].filter(Boolean).join(" ");
  const result = (stream) =>
    stream.error_code ||
    (stream.grpc && stream.grpc.status != null
      ? "grpc " + stream.grpc.status
      : stream.end !== "closed"
        ? words(stream.end)
        : (stream.response || {}).status || "");
  const H = 34 + shown.length * 22;
  const bars = shown.map((stream, at) => {
    const y = 28 + at * 22,
      from = x(stream.opened_t),
      to = Math.max(x(over(stream)), from + 2),
      latency = stream.latency_ms || {},
      [half, by] = halves[stream.stream] || [],
      mid = half == null ? to : Math.min(to, Math.max(from, x(half)));
    const blocked =
      latency.window_blocked > 0
        ? Math.max(2, (to - from) * Math.min(1, latency.window_blocked / Math.max(latency.total || 0, latency.window_blocked)))
        : 0;
    const bad = failed(stream),
      lost = stream.end === "connection_lost" || stream.end === "open";
    return g(
      "g",
      { class: "bar-of " + stream.end },
      g(
        "title",
        {},
        "stream " +
          stream.stream +
          " " +
          name(stream) +
          ": " +
          result(stream) +
          ", " +
          ms(latency.total) +
          (latency.first_byte != null ? ", first octet of the answer after " + ms(latency.first_byte) : "") +
          (blocked ? ", without credit for " + ms(latency.window_blocked) : ""),
      ),
      g(
        "text",
        { x: 2, y: y + 11, class: bad ? "bad" : "dim" },
        short(narrow ? stream.stream : stream.stream + " " + name(stream), Math.floor((left - 8) / 7)),
      ),
      g("rect", { class: "st-open", x: from, y: y + 1, width: Math.max(1, mid - from), height: 13, rx: 2 }),
      mid < to ? g("rect", { class: by ? "st-right" : "st-left", x: mid, y: y + 1, width: to - mid, height: 13, rx: 2 }) : "",
      blocked ? g("rect", { class: "st-blocked", x: from, y: y + 10, width: blocked, height: 4 }) : "",
      half != null && mid > from + 1 ? g("path", { class: "mark", d: `M${mid},${y}l-4,-3h8z` }) : "",
      latency.first_byte != null
        ? g("line", {
            class: "first",
            x1: x(stream.opened_t + latency.first_byte / 1000),
            x2: x(stream.opened_t + latency.first_byte / 1000),
            y1: y - 1,
            y2: y + 16,
          })
        : "",
      stream.end.startsWith("reset") ? g("path", { class: "cross", d: `M${to - 4},${y + 3}l8,8m0,-8l-8,8` }) : "",
      g(
        "text",
        { class: bad ? "bad" : "dim", x: to + 8, y: y + 11 },
        short(
          bad && !lost
            ? result(stream)
            : ms(latency.total ?? (stream.ended_t == null ? null : (stream.ended_t - stream.opened_t) * 1000)) + (lost ? " …" : ""),
          narrow ? 8 : 13,
        ),
      ),
    );
  });
  const scale = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = left + (right - left) * part;
    return [
      g("line", { class: "grid", x1: at, x2: at, y1: 20, y2: H }),
      narrow && part % 0.5
        ? ""
        : g(
            "text",
            { class: "dim", x: at, y: 13, "text-anchor": part === 0 ? "start" : part === 1 ? "end" : "middle" },
            ms((first + (last - first) * part) * 1000),
          ),
    ];
  });
  return [
    h(
      "div",
      { class: "legend" },
      [
        ["st-open", "open"],
        ["st-left", "half closed: the client is done"],
        ["st-right", "half closed: the server is done"],
      ]
        .filter(([kind], at) => !at || Object.values(halves).some((one) => (one[1] ? "st-right" : "st-left") === kind))
        .map(([kind, text]) => h("span", {}, h("i", { class: kind }), text)),
      h("span", {}, "┃ first octet of the answer"),
      h("span", {}, "▾ END_STREAM"),
      shown.some((one) => one.end.startsWith("reset")) ? h("span", {}, h("b", { class: "sev error" }, "✕"), " RST_STREAM") : null,
      shown.some((one) => (one.latency_ms || {}).window_blocked > 0)
        ? h("span", {}, h("i", { class: "st-blocked" }), "share of the time without credit")
        : null,
    ),
    picture(W, H, "Waterfall of " + plural(shown.length, "stream") + " of connection " + conn.id, scale, bars),
    streams.length > look.bars
      ? h(
          "p",
          { class: "tools" },
          h(
            "button",
            {
              onclick: () => {
                look.bars += 400;
                panel();
              },
            },
            "Show more: " + number(streams.length - look.bars) + " streams left",
          ),
        )
      : null,
    rest,
    astable(
      "Waterfall",
      [
        ["stream", "n"],
        ["request", "mono"],
        ["opened", "n nowrap"],
        ["half closed", "n nowrap"],
        ["first octet", "n nowrap"],
        ["total", "n nowrap"],
        ["without credit", "n nowrap"],
        ["end", ""],
      ],
      () =>
        shown.map((stream) => {
          const latency = stream.latency_ms || {},
            half = halves[stream.stream];
          return [
            stream.stream,
            name(stream),
            seconds(stream.opened_t),
            half ? seconds(half[0]) : "",
            ms(latency.first_byte),
            ms(latency.total),
            ms(latency.window_blocked),
            result(stream),
          ];
        }),
    ),
  ];
}
