// Requests by what they ask for, with percentiles; then the listed ones.
function calls(conn) {
  const streams = streamsOf(conn),
    all = streams.length >= conn.streams.opened,
    groups = all
      ? gather(streams)
      : list(drawingOf(conn).groups).map(([request, grpc, count, failed, p50, p90, p99, most]) => ({
          request,
          grpc,
          count,
          failed,
          p50,
          p90,
          p99,
          most,
        }));
  if (!conn.streams.opened) return [h("p", { class: "mute" }, "No request of this connection is known."), asText("streams", conn)];
  const timed = (title, says) => ({
    title,
    says,
    kind: "n nowrap",
    most: true,
    value: (row) => row[title] ?? row.most,
    show: (row) => ms(row[title]),
  });
  const summary = grid({
    rows: groups.length ? groups : gather(streams),
    label: "requests by path",
    sorted: 1,
    down: true,
    columns: [
      { title: "request", kind: "mono", value: (row) => row.request },
      { title: "count", kind: "n", most: true, value: (row) => row.count, show: (row) => number(row.count) },
      {
        title: "failed",
        kind: "n",
        most: true,
        value: (row) => row.failed,
        show: (row) => (row.failed ? h("b", { class: "sev error" }, number(row.failed)) : "0"),
      },
      timed("p50", "median"),
      timed("p90"),
      timed("p99"),
      { ...timed("max", "longest"), value: (row) => row.most, show: (row) => ms(row.most) },
    ],
  });
  const latency = (row) => row.latency_ms || {},
    call = (row) => row.grpc || {},
    sent = (row) => call(row).messages || {};
  const anyGrpc = streams.some((row) => row.grpc);
  const each = grid({
    rows: streams,
    label: "calls",
    sorted: 0,
    text: (row) => row.end,
    columns: [
      { title: "stream", kind: "n", value: (row) => row.stream },
      anyGrpc
        ? {
            title: "method",
            kind: "mono",
            value: (row) => (row.grpc ? call(row).service + "/" + call(row).method : (row.request || {}).path),
            show: (row) =>
              row.grpc ? [h("span", { class: "mute" }, call(row).service + "/"), call(row).method] : (row.request || {}).path,
          }
        : {
            title: "request",
            kind: "mono",
            value: (row) => [(row.request || {}).method, (row.request || {}).path].filter(Boolean).join(" ") || null,
          },
      anyGrpc && { title: "kind", kind: "nowrap wide", value: (row) => (row.grpc ? words(call(row).kind || "") : null) },
      {
        title: "status",
        value: (row) => (anyGrpc && row.grpc ? call(row).status : (row.response || {}).status),
        show: (row) => {
          const text =
            row.error_code ||
            (row.grpc ? call(row).status : (row.response || {}).status) ||
            (row.grpc && call(row).status === 0 ? 0 : words(row.end));
          return failed(row) ? h("b", { class: "sev error" }, text) : String(text);
        },
      },
      anyGrpc && { title: "message", value: (row) => call(row).message ?? null, show: (row) => call(row).message || "" },
      anyGrpc && {
        title: "msgs",
        says: "messages up and down",
        kind: "n nowrap wide",
        value: (row) => (sent(row).up || 0) + (sent(row).down || 0),
        show: (row) => (sent(row).up || 0) + "↑ " + (sent(row).down || 0) + "↓",
      },
      {
        title: "octets",
        says: "octets up and down",
        kind: "n nowrap wide",
        most: true,
        value: (row) => ((row.bytes || {}).up || 0) + ((row.bytes || {}).down || 0),
        show: (row) => octets((row.bytes || {}).up || 0) + "↑ " + octets((row.bytes || {}).down || 0) + "↓",
      },
      {
        title: "first",
        says: "first octet of the answer",
        kind: "n nowrap wide",
        most: true,
        value: (row) => latency(row).first_byte,
        show: (row) => ms(latency(row).first_byte),
      },
      { title: "total", kind: "n nowrap", most: true, value: (row) => latency(row).total, show: (row) => ms(latency(row).total) },
    ].filter(Boolean),
  });
  return [
    h(
      "h3",
      {},
      "By request",
      h(
        "small",
        {},
        all
          ? "exact"
          : groups.length
            ? plural(conn.streams.opened, "stream") + ", percentiles within 7 %"
            : "of the " + plural(streams.length, "listed stream") + " only",
      ),
      h("span", { class: "end tools" }, groups.length > 8 ? summary.box : null),
    ),
    summary.node,
    h(
      "h3",
      {},
      "Each call",
      each.count,
      h("small", {}, all ? "" : "of " + number(conn.streams.opened) + ": those with findings and the slowest"),
      h("span", { class: "end tools" }, streams.length > 8 ? each.box : null),
    ),
    each.node,
    asText(anyGrpc ? "grpc" : "streams", conn),
  ];
}
function gather(streams) {
  const groups = new Map();
  for (const stream of streams) {
    const request = [(stream.request || {}).method, ((stream.request || {}).path || "?").split("?")[0]].filter(Boolean).join(" ");
    const group = groups.get(request) || { request, count: 0, failed: 0, times: [] };
    group.count += 1;
    group.failed += failed(stream) ? 1 : 0;
    group.times.push((stream.latency_ms || {}).total);
    groups.set(request, group);
  }
  for (const group of groups.values()) {
    const sorted = numeric(group.times);
    Object.assign(group, {
      p50: quantile(sorted, 0.5),
      p90: quantile(sorted, 0.9),
      p99: quantile(sorted, 0.99),
      most: sorted[sorted.length - 1] ?? null,
    });
  }
  return [...groups.values()];
}
