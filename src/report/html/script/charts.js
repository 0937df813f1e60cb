// A step chart: axes, area, a line for a limit.
function chart({ points, whole, W, H = 150, label, limit, low = 0, unit = number, bad }) {
  const worth = points.map((point) => point[1]),
    peak = Math.max(1, ...worth, limit != null && limit <= Math.max(...worth) * 4 ? limit : 0),
    floor = Math.min(low, ...worth);
  const left = 66,
    right = W - 12,
    top = 14,
    foot = H - 22;
  const x = (t) => left + (right - left) * Math.min(1, Math.max(0, t / (whole || 1))),
    y = (n) => foot - ((foot - top) * (n - floor)) / (peak - floor || 1);
  const drawn = path(points, x, y, points[0][1]);
  const mark = (n, kind) => [
    g("line", { class: "grid", x1: left, x2: right, y1: y(n), y2: y(n) }),
    g("text", { class: "dim " + (kind || ""), x: left - 6, y: y(n) + 4, "text-anchor": "end" }, unit(n)),
  ];
  return picture(
    W,
    H,
    label,
    floor < 0 && y(floor) - y(0) < 13 ? "" : mark(0),
    mark(peak),
    floor < 0 ? mark(floor, "bad") : "",
    g("path", {
      class: "area" + (bad ? " bad" : ""),
      d: drawn + `H${right}V${y(Math.max(0, floor)).toFixed(1)}H${x(points[0][0]).toFixed(1)}Z`,
    }),
    g("path", { class: "edge" + (bad ? " bad" : ""), d: drawn + "H" + right }),
    limit != null && limit <= peak
      ? [
          g("line", { class: "limit", x1: left, x2: right, y1: y(limit), y2: y(limit) }),
          g("text", { class: "dim bad", x: right, y: y(limit) - 4, "text-anchor": "end" }, "limit " + number(limit)),
        ]
      : "",
    g("text", { class: "dim", x: left, y: H - 5 }, "0"),
    g("text", { class: "dim", x: right, y: H - 5, "text-anchor": "end" }, ms(whole * 1000)),
  );
}
const pointsTable = (label, unit, points) =>
  astable(
    label,
    [
      ["t", "n nowrap"],
      [unit, "n"],
    ],
    () => points.map(([t, n]) => [seconds(t), number(n)]),
  );

// Credit over time: of the connection, and of the streams that had the least.
function windows(conn, W) {
  const drawn = list(drawingOf(conn).windows),
    told = conn.windows || {},
    least = (value) => (value == null ? "not tracked" : plural(value, "octet"));
  const blocked = streamsOf(conn)
    .filter((stream) => (stream.latency_ms || {}).window_blocked > 0)
    .sort((a, b) => b.latency_ms.window_blocked - a.latency_ms.window_blocked)
    .slice(0, 50);
  return [
    drawn
      .filter((one) => list(one.points).length)
      .map((one) => {
        const of = (one.stream ? "Stream " + one.stream : "Connection") + ": credit for DATA of the " + one.sender;
        return h(
          "figure",
          {},
          h(
            "figcaption",
            {},
            h("b", {}, of),
            h(
              "span",
              { class: one.minimum < 0 ? "sev error" : "mute" },
              " least " + plural(one.minimum, "octet") + (one.blocked_ms ? ", waited " + ms(one.blocked_ms) : ""),
            ),
          ),
          chart({
            points: one.points,
            whole: conn.duration_s,
            W,
            H: 120,
            label: of + ", least " + plural(one.minimum, "octet"),
            unit: octets,
            bad: one.minimum <= 0,
          }),
          pointsTable(of, "octets", one.points),
        );
      }),
    drawn.length
      ? null
      : table(
          [
            ["", ""],
            ["", "n"],
          ],
          [
            ["Least connection window for DATA of the client", least(told.client_conn_min)],
            ["Least connection window for DATA of the server", least(told.server_conn_min)],
            ["Time without credit", ms(told.blocked_ms)],
          ],
          "Windows",
        ),
    blocked.length
      ? [
          h("h3", {}, "Streams that waited for credit"),
          table(
            [
              ["stream", "n"],
              ["request", "mono"],
              ["without credit", "n nowrap"],
              ["total", "n nowrap"],
            ],
            blocked.map((one) => [one.stream, (one.request || {}).path, ms(one.latency_ms.window_blocked), ms(one.latency_ms.total)]),
            "Streams that waited",
          ),
        ]
      : h("p", { class: "mute" }, "No listed stream waited for credit."),
    asText("windows", conn),
  ];
}

// Open streams over time against the limit.
function concurrency(conn, W) {
  const points = openOver(conn),
    { limit, max_concurrent: peak, refused, reset } = conn.streams,
    full = (drawingOf(conn).open || {}).full_ms;
  const said = h(
    "p",
    {},
    "At most ",
    h("b", {}, number(peak)),
    " open at once; MAX_CONCURRENT_STREAMS of the server: ",
    h("b", {}, limit == null ? "none announced" : number(limit)),
    full ? [", reached for ", h("b", {}, ms(full))] : "",
    refused ? ", refused " + number(refused) : "",
    reset ? ", reset " + number(reset) : "",
    ".",
  );
  if (!points.length) return [said];
  return [
    said,
    chart({
      points: [[0, 0], ...points],
      whole: conn.duration_s,
      W,
      H: 200,
      limit,
      label: "Open streams over time, at most " + peak + (limit == null ? "" : " of " + limit),
    }),
    limit != null && limit > peak * 4 ? h("p", { class: "mute" }, "The limit is far above the picture.") : null,
    pointsTable("Concurrency", "open", points),
    asText("concurrency", conn),
  ];
}
