// How many streams are open over time, as the listed streams tell it.
function steps(streams, duration) {
  const marks = streams
    .flatMap((stream) => [
      [stream.opened_t, 1],
      [stream.ended_t ?? duration, -1],
    ])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let open = 0;
  return marks.map(([t, change]) => [t, (open += change)]);
}
function openOver(conn) {
  const drawn = drawingOf(conn).open;
  return drawn && list(drawn.points).length ? drawn.points : steps(streamsOf(conn), conn.duration_s);
}
function path(points, x, y, from) {
  let drawn = "M" + x(points[0][0]).toFixed(1) + "," + y(from).toFixed(1),
    last = from;
  for (const [t, value] of points) {
    drawn += "H" + x(t).toFixed(1) + (value === last ? "" : "V" + y(value).toFixed(1));
    last = value;
  }
  return drawn;
}
function spark(conn) {
  const points = openOver(conn);
  if (!points.length) return "–";
  const most = Math.max(1, ...points.map((point) => point[1])),
    whole = conn.duration_s || 1;
  const x = (t) => 1 + 82 * Math.min(1, t / whole),
    y = (n) => 18.5 - (16 * n) / most;
  return picture(
    84,
    20,
    "Open streams over time, at most " + most,
    g("path", { class: "spark", d: path([[0, 0], ...points], x, y, 0) + "H83" }),
  );
}

const serverOf = (row) =>
  row.server.alias ||
  (row.server.name && row.server.name !== end(row.server) && row.server.name !== row.server.addr ? row.server.name : "");
const CONNECTIONS = [
  { title: "conn", value: (row) => row.id },
  { title: "client", kind: "mono nowrap wide", value: (row) => end(row.client) },
  {
    title: "server",
    kind: "server",
    value: (row) => serverOf(row) + " " + end(row.server),
    show: (row) => [serverOf(row) ? [h("b", {}, serverOf(row)), " "] : "", h("span", { class: "mono" }, end(row.server))],
  },
  { title: "via", kind: "nowrap wide", value: (row) => words(row.negotiation.via) },
  { title: "streams", kind: "n", most: true, value: (row) => row.streams.opened, show: (row) => number(row.streams.opened) },
  {
    title: "failed",
    kind: "n",
    most: true,
    value: (row) => row.failed,
    show: (row) => (row.failed ? h("b", { class: "sev error" }, number(row.failed)) : "0"),
  },
  {
    title: "max∥",
    says: "streams open at once",
    kind: "n wide",
    most: true,
    value: (row) => row.streams.max_concurrent,
    show: (row) => number(row.streams.max_concurrent),
  },
  { title: "p50", says: "median time of a call", kind: "n nowrap wide", most: true, value: (row) => row.p50, show: (row) => ms(row.p50) },
  { title: "closed by", kind: "nowrap wide", value: (row) => ended(row.ended) },
  {
    title: "findings",
    kind: "n",
    most: true,
    value: (row) => Math.max(list(row.findings).length, findingsOf(row).length),
    show: (row) => number(Math.max(list(row.findings).length, findingsOf(row).length)),
  },
  { title: "open streams", kind: "wide", value: (row) => row.streams.max_concurrent, show: (row) => spark(row) },
];
const ended = (how) => (how === "open" ? "still open" : how.replace(/^(fin|rst)_(\w+)$/, (_, kind, who) => who + " " + kind.toUpperCase()));

function connections() {
  const rows = list(look.report.connections).filter((row) => within(index.first[row.input || 0]));
  for (const row of rows) {
    const streams = streamsOf(row),
      groups = list(drawingOf(row).groups);
    row.failed = groups.length ? groups.reduce((sum, group) => sum + group[3], 0) : streams.filter(failed).length;
    const middle = groups.length && streams.length < row.streams.opened ? groups.slice().sort((a, b) => b[2] - a[2])[0][4] : null;
    row.p50 = middle ?? quantile(numeric(streams.map((stream) => (stream.latency_ms || {}).total)), 0.5);
  }
  const several = index.scan && look.capture == null;
  const capture = { title: "capture", value: (row) => file(list(look.report.inputs)[index.first[row.input || 0]].path), kind: "mono" };
  const made = grid({
    columns: several ? [CONNECTIONS[0], capture, ...CONNECTIONS.slice(1, -1)] : CONNECTIONS,
    rows,
    label: "connections",
    filter: "filter",
    chosen: (row) => row === look.conn,
    text: (row) =>
      [row.vantage, row.http2 ? "http2" : "", ...findingsOf(row).map((one) => one.rule + " " + one.name + " " + one.severity)].join(" "),
    pick: {
      label: (row) => "Show connection " + row.id,
      name: (row) => row.id,
      go: (row) => {
        select(row);
        $("panel").scrollIntoView({ block: "start" });
      },
    },
  });
  connections.draw = made.draw;
  const left = (look.capture == null && (look.report.omitted || {}).connections) || 0;
  return [
    h("h2", { id: "connections" }, "Connections", made.count, h("span", { class: "end tools" }, made.box, " ", h("kbd", {}, "/"))),
    left ? h("p", { class: "mute" }, number(left) + " further connections are counted, not in this page.") : null,
    h("div", { class: "card grid", id: "conns" }, made.node),
  ];
}

// The captures of a scan, those that could not be read among them.
function captures() {
  const { inputs } = look.report;
  const rows = inputs.map((input, at) => ({ input, at, scan: input.scan || {} })).filter((row) => index.first[row.at] === row.at);
  const files = new Map(),
    spoke = new Map(rows.map((row) => [row.at, new Set()]));
  for (const at of index.first) files.set(at, (files.get(at) || 0) + 1);
  for (const one of index.shown) (spoke.get(captureOf(one)) || new Set()).add(one.rule);
  for (const row of rows)
    Object.assign(row, {
      status: row.scan.status || (row.input.error ? "unreadable" : "nothing"),
      further: files.get(row.at) - 1,
      rules: spoke.get(row.at),
    });
  const worst = { unreadable: 0, fail: 1, warn: 2, nothing: 3, pass: 4 },
    counts = (row, kind) => (row.scan.counts || {})[kind] || 0;
  const made = grid({
    rows,
    label: "captures",
    filter: "filter-captures",
    sorted: 1,
    text: (row) => row.status + " " + [...row.rules].join(" "),
    columns: [
      {
        title: "capture",
        kind: "mono path",
        value: (row) => row.input.path,
        show: (row) => file(row.input.path) + (row.further ? " (+" + row.further + ")" : ""),
      },
      {
        title: "verdict",
        value: (row) => worst[row.status],
        show: (row) => h("span", { class: "word small " + row.status }, row.status.toUpperCase()),
      },
      {
        title: "says",
        kind: "says",
        value: (row) => row.input.error || row.scan.headline,
        show: (row) =>
          row.input.error
            ? [h("b", { class: "sev error" }, row.scan.status ? "not read in full: " : "not read: "), row.input.error]
            : row.scan.headline,
      },
      {
        title: "errors",
        kind: "n wide",
        most: true,
        value: (row) => counts(row, "error"),
        show: (row) => (counts(row, "error") ? h("b", { class: "sev error" }, counts(row, "error")) : "0"),
      },
      { title: "warnings", kind: "n wide", most: true, value: (row) => counts(row, "warning") },
      {
        title: "HTTP/2",
        kind: "n wide",
        most: true,
        says: "HTTP/2 connections",
        value: (row) => row.scan.http2_connections || 0,
        show: (row) => number(row.scan.http2_connections || 0),
      },
      { title: "packets", kind: "n wide", most: true, value: (row) => row.input.packets, show: (row) => number(row.input.packets) },
    ],
    pick: {
      label: (row) => "Show the capture " + row.input.path,
      name: (row) => row.at,
      go: (row) => {
        location.hash = "capture=" + row.at;
      },
    },
  });
  const bad = rows.filter((row) => row.input.error);
  const left = (look.report.omitted || {}).inputs || 0;
  return [
    h(
      "h2",
      { id: "captures" },
      "Captures",
      made.count,
      bad.length ? h("small", {}, h("b", { class: "sev error" }, plural(bad.length, "capture")), " not read in full") : null,
      h("span", { class: "end tools" }, made.box),
    ),
    left ? h("p", { class: "mute" }, number(left) + " further files are counted, not in this page.") : null,
    h("div", { class: "card grid", id: "capture-list" }, made.node),
  ];
}
