// The page draws one report of the schema h2lint/report/1: the one embedded, or one that is dropped on it. Text from traffic only ever
// becomes text nodes, with controls and marks of reading order made visible.
"use strict";
const NS = "http://www.w3.org/2000/svg";
const $ = (id) => document.getElementById(id);
const read = (id) => JSON.parse($(id).textContent);
const clean = (text) => String(text).replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
  (sign) => "\\u{" + sign.codePointAt(0).toString(16) + "}");
const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(3)) if (child != null && child !== "" && child !== false) node.append(child.nodeType ? child : clean(child));
  return node;
};
const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const g = (tag, attributes, ...children) => fill(document.createElementNS(NS, tag), attributes, children);
const list = (value) => value || [];
const ms = (time) => time == null ? "–" : time >= 999.5 ? (time / 1000).toFixed(1) + " s" : time >= 9.95 ? time.toFixed(0) + " ms" : time.toFixed(1) + " ms";
const seconds = (time) => time == null ? "–" : time.toFixed(time < 10 ? 6 : 3) + " s";
const plural = (count, noun) => count.toLocaleString("en").replace(/,/g, "\u00a0") + " " + noun + (count === 1 ? "" : "s");
const end = (peer) => (peer.addr.includes(":") ? "[" + peer.addr + "]" : peer.addr) + ":" + peer.port;
const short = (text, room) => { text = clean(text); return text.length > room && room > 3 ? text.slice(0, Math.ceil(room * .6) - 1) + "…" + text.slice(text.length - Math.floor(room * .4)) : text; };
const median = (values) => { const sorted = values.filter((value) => value != null).sort((a, b) => a - b); return quantile(sorted, .5); };
const quantile = (sorted, part) => sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] : null;
const words = (text) => String(text).replace(/_/g, " ");
let report, rungs = {}, now = null, tab = "Ladder", lit = null, more = 300;

function say(text) { $("said").textContent = text; $("said").classList.add("on"); clearTimeout(say.timer); say.timer = setTimeout(() => $("said").classList.remove("on"), 1600); }
async function copy(text) {
  try { await navigator.clipboard.writeText(text); } catch {
    const area = h("textarea", {}); area.value = text; document.body.append(area); area.select(); document.execCommand("copy"); area.remove();
  }
  say("Copied: " + text);
}

function header() {
  const { verdict, totals, coverage } = report;
  const blind = list(coverage.blind_spots);
  const counts = verdict.counts;
  fill($("top"), {}, [h("div", { class: "card verdict " + verdict.status },
    h("div", { class: "bar" }, h("span", { class: "word" }, verdict.status.toUpperCase()),
      verdict.culprit && verdict.status !== "pass" && h("span", { class: "chip" }, "blame: ", h("b", {}, verdict.culprit), verdict.confidence ? " · " + verdict.confidence : ""),
      ["error", "warning", "info"].filter((kind) => counts[kind]).map((kind) => h("span", { class: "chip " + kind }, h("b", { class: "sev" }, counts[kind]), " " + kind)),
      h("span", { class: "tools bar", style: "margin-left:auto" },
        h("label", { class: "chip", style: "cursor:pointer" }, "Open report.json", h("input", { type: "file", accept: ".json,application/json", style: "position:absolute;opacity:0;width:1px;height:1px", onchange: (event) => open(event.target.files[0]) })),
        h("button", { onclick: theme, "aria-label": "Switch between light and dark" }, "◐"))),
    h("h1", {}, verdict.headline),
    h("p", { class: "mute" }, [plural(totals.http2_connections, "HTTP/2 connection"), plural(totals.streams, "stream"), plural(totals.frames, "frame"), plural(totals.packets, "packet"), ...(counts.suppressed ? [counts.suppressed + " suppressed"] : [])].join(" · ")),
    list(report.inputs).map((input) => h("p", { class: "mute" }, h("code", {}, input.path), input.error ? " – " + input.error : "", input.first ? " · " + input.first.replace("T", " ") : "")),
    h("p", { class: "mute" }, blind.length ? [h("b", { class: "sev warning" }, plural(blind.length, "blind spot")), ": " + blind.slice(0, 4).map((spot) => words(spot.kind) + (list(spot.conns).length ? " on conn " + spot.conns.slice(0, 6).join(", ") : "") + " – " + spot.effect).join("; "), blind.length > 4 ? " …" : ""] : "No blind spots: everything judged could be seen."))]);
}

function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}

function findings() {
  const groups = new Map();
  for (const finding of list(report.findings).filter((finding) => !finding.suppressed)) {
    const key = finding.rule + finding.culprit.role;
    groups.set(key, [...(groups.get(key) || []), finding]);
  }
  const left = (report.omitted || {}).findings || 0;
  return [h("h2", { id: "findings", tabindex: -1 }, "Findings", h("small", {}, groups.size ? [h("span", { class: "tools" }, h("kbd", {}, "j"), " ", h("kbd", {}, "k"), " move, ", h("kbd", {}, "/"), " searches connections")] : "none"), left ? h("small", {}, left + " more are not in this page") : null),
    [...groups.values()].map((group, place) => card(group, place === 0))];
}

function card(group, first) {
  const [finding] = group;
  const blame = finding.culprit;
  return h("details", { class: "card finding " + finding.severity, open: first && finding.severity !== "info" },
    h("summary", {}, h("div", { class: "bar" }, h("span", { class: "sev" }, finding.severity), h("b", {}, finding.rule + " " + finding.name), group.length > 1 ? h("span", { class: "chip" }, "×" + group.length) : "",
      h("span", { class: "chip" }, h("b", {}, blame.role), blame.maybe ? " (" + blame.maybe + ")" : "", " · " + finding.confidence)),
      h("div", { class: "msg" }, finding.message)),
    h("div", { class: "body" },
      h("p", { class: "mute" }, finding.why),
      group.slice(0, 3).map((one) => evidence(one, group.length > 1)),
      group.length > 3 ? h("details", { class: "rest" }, h("summary", {}, group.length - 3 + " more like these"), group.slice(3, 103).map((one) => evidence(one, true)), group.length > 103 ? h("p", { class: "mute" }, "and " + (group.length - 103) + " further ones") : null) : null,
      Object.entries(finding.not_blamed || {}).map(([who, why]) => h("p", {}, h("b", {}, "Not the " + who + ": "), why)),
      list(finding.remedy).length ? h("div", {}, h("b", {}, "What to do"), h("ul", { style: "margin:.2rem 0 0;padding-left:1.2rem" }, finding.remedy.map((step) => h("li", {}, step)))) : null,
      h("p", { class: "mute" }, list(finding.rfc).map((ref) => ref.doc.replace(/^rfc/i, "RFC ") + " §" + ref.section).join(", "), " · ", h("code", {}, "h2lint explain " + finding.rule))));
}

function evidence(finding, many) {
  const place = finding.conn == null ? "" : finding.stream == null ? "connection " + finding.conn : "stream " + finding.conn + ":" + finding.stream;
  const linked = finding.conn != null && list(report.connections).some((conn) => conn.id === finding.conn);
  return h("div", { class: many ? "one" : "" },
    many ? h("p", {}, h("b", {}, place), " ", finding.message) : h("p", { class: "mute" }, place),
    h("div", { class: "scroll" }, h("table", {}, h("caption", { class: "skip" }, "Evidence"), h("tbody", {}, list(finding.evidence).map((row) => h("tr", {},
      h("td", { class: "nowrap mono" }, row.pkt ? "pkt " + row.pkt : ""), h("td", { class: "nowrap mono wide" }, row.t == null ? "" : seconds(row.t)), h("td", { class: "nowrap mono" }, row.dir === "c2s" ? "C→S" : row.dir === "s2c" ? "S→C" : ""),
      h("td", { class: "mono", style: "width:100%" }, row.what), h("td", { class: "nowrap tools" },
        linked && row.pkt ? h("button", { "aria-label": "Show packet " + row.pkt + " in the ladder", onclick: () => jump(finding.conn, row.pkt) }, "Ladder") : "", " ",
        row.wireshark ? h("button", { title: row.wireshark, "aria-label": "Copy the Wireshark filter of packet " + row.pkt, onclick: () => copy(row.wireshark) }, "Copy filter") : "")))))),
    finding.evidence_total > list(finding.evidence).length ? h("p", { class: "mute" }, "and " + (finding.evidence_total - finding.evidence.length) + " more packets") : null);
}

const streamsOf = (conn) => list(report.streams).filter((stream) => stream.conn === conn.id);
const failed = (stream) => stream.end !== "closed" && stream.end !== "open" || (stream.grpc && stream.grpc.status > 0) || (!stream.grpc && stream.response && stream.response.status >= 400);
const COLUMNS = [["conn", (row) => row.id, "n"], ["client", (row) => end(row.client), "wide"], ["server", (row) => row.server.name && row.server.name !== end(row.server) ? row.server.name + " " + end(row.server) : end(row.server), ""], ["via", (row) => words(row.negotiation.via), "nowrap"],
  ["streams", (row) => row.streams.opened, "n"], ["failed", (row) => row.failed, "n"], ["at once", (row) => row.streams.max_concurrent, "n wide"], ["p50", (row) => row.p50, "n nowrap", ms], ["closed by", (row) => words(row.ended), "nowrap wide"], ["findings", (row) => list(row.findings).length, "n"]];

function connections() {
  const rows = list(report.connections);
  const byConn = new Map();
  for (const stream of list(report.streams)) byConn.set(stream.conn, [...(byConn.get(stream.conn) || []), stream]);
  for (const row of rows) {
    const streams = byConn.get(row.id) || [];
    row.failed = streams.filter(failed).length; row.p50 = median(streams.map((stream) => (stream.latency_ms || {}).total)); row.spark = spark(row, streams);
  }
  let sorted = 0, down = false, shown = 200;
  const body = h("tbody", {});
  const heads = COLUMNS.map(([title, , kind], at) => h("th", { class: kind, scope: "col" }, h("button", { onclick: () => { down = sorted === at ? !down : false; sorted = at; draw(); } }, title)));
  const filter = h("input", { type: "search", id: "filter", placeholder: "Filter: address, name, rule …", "aria-label": "Filter connections", oninput: () => draw() });
  const count = h("small", { "aria-live": "polite" });
  const text = (row) => [...COLUMNS.map(([, value]) => value(row)), ...list(row.findings).map((id) => (list(report.findings).find((one) => one.id === id) || {}).rule)].join(" ").toLowerCase();
  const draw = () => {
    const [, value] = COLUMNS[sorted];
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = rows.filter((row) => wanted.every((word) => text(row).includes(word)));
    kept.sort((a, b) => { const [x, y] = [value(a), value(b)]; const order = x == null ? 1 : y == null ? -1 : typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en", { numeric: true }); return down ? -order : order; });
    heads.forEach((head, at) => at === sorted ? head.setAttribute("aria-sort", down ? "descending" : "ascending") : head.removeAttribute("aria-sort"));
    body.replaceChildren(...kept.slice(0, shown).map((row) => fill(h("tr", { class: row === now ? "now" : "", "data-conn": row.id, onclick: () => select(row) }), {}, [
      COLUMNS.map(([title, value, kind, write], at) => h("td", { class: kind }, at === 0 ? h("button", { "aria-label": "Show connection " + row.id, style: "padding:0 .45rem" }, row.id) : write ? write(value(row)) : value(row))), h("td", { class: "wide" }, row.spark)])));
    if (kept.length > shown) body.append(h("tr", {}, h("td", { colspan: 11 }, h("button", { onclick: () => { shown += 1000; draw(); } }, "Show more of " + kept.length))));
    count.textContent = kept.length === rows.length ? plural(rows.length, "connection") : kept.length + " of " + plural(rows.length, "connection");
  };
  connections.draw = draw;
  draw();
  const left = (report.omitted || {}).connections || 0;
  return [h("h2", { id: "connections" }, "Connections", count, left ? h("small", {}, left + " more are not listed") : null, h("span", { class: "tools", style: "margin-left:auto" }, filter)),
    h("div", { class: "card scroll", id: "conns", style: "padding:.4rem .6rem" }, h("table", {}, h("thead", {}, h("tr", {}, heads, h("th", { class: "wide", scope: "col" }, "open streams"))), body))];
}

// How many streams are open over time: [seconds, count].
function steps(streams, duration) {
  const marks = streams.flatMap((stream) => [[stream.opened_t, 1], [stream.ended_t == null ? duration : stream.ended_t, -1]]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let open = 0;
  return marks.map(([t, change]) => [t, open += change]);
}
function path(points, x, y, base) {
  let drawn = "M" + x(0) + "," + y(base), last = base;
  for (const [t, value] of points) { drawn += "L" + x(t).toFixed(1) + "," + y(last).toFixed(1) + "L" + x(t).toFixed(1) + "," + y(value).toFixed(1); last = value; }
  return drawn;
}
function spark(row, streams) {
  if (!streams.length) return "";
  const points = steps(streams, row.duration_s), most = Math.max(1, ...points.map((point) => point[1])), whole = row.duration_s || 1;
  return g("svg", { class: "spark", width: 84, height: 20, role: "img", "aria-label": "open streams over time, at most " + most }, g("path", { d: path(points, (t) => 2 + 80 * Math.min(1, t / whole), (n) => 18 - 15 * n / most, 0) }));
}

function select(row, wanted) { now = row; more = 300; if (wanted) tab = wanted; connections.draw(); panel(); }
function jump(conn, pkt) {
  lit = pkt;
  select(list(report.connections).find((row) => row.id === conn), "Ladder");
  const place = ladderRungs(now).findIndex((rung) => rung.pkt === pkt);
  if (place >= more) { more = place + 50; panel(); }
  const found = document.querySelector('.rung[data-pkt="' + pkt + '"]') || $("panel");
  found.scrollIntoView({ block: "center" });
  $("panel").querySelector('[aria-selected="true"]').focus({ preventScroll: true });
}

const TABS = { Ladder: ladder, Waterfall: waterfall, gRPC: calls, "Settings & GOAWAY": timeline, Concurrency: concurrency, Windows: windows };
function panel() {
  const host = $("panel");
  if (!now) return host.replaceChildren();
  const names = Object.keys(TABS).filter((name) => name !== "gRPC" || streamsOf(now).some((stream) => stream.grpc));
  if (!names.includes(tab)) tab = "Ladder";
  const tabs = names.map((name) => h("button", { role: "tab", id: "tab-" + name, "aria-selected": String(name === tab), "aria-controls": "panel-" + name, tabindex: name === tab ? 0 : -1, onclick: () => { tab = name; panel(); $("tab-" + name).focus(); } }, name));
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) tabs[(names.indexOf(tab) + step + names.length) % names.length].click();
  };
  host.replaceChildren(h("h2", {}, "Connection " + now.id, h("small", {}, end(now.client) + " → " + end(now.server) + " · " + words(now.negotiation.via) + " · " + seconds(now.duration_s) + " · " + words(now.ended))),
    h("div", { class: "card" }, h("div", { class: "tabs", role: "tablist", "aria-label": "Views of the connection", onkeydown: move }, tabs),
      names.map((name) => h("div", { class: "panel", role: "tabpanel", id: "panel-" + name, "aria-labelledby": "tab-" + name, hidden: name !== tab }))));
  $("panel-" + tab).append(...TABS[tab](now, width()).flat().filter(Boolean));
}
const width = () => Math.max(320, $("panel").querySelector(".panel:not([hidden])").clientWidth);

const FRAME = /\b(DATA|HEADERS|PRIORITY|RST_STREAM|SETTINGS|PUSH_PROMISE|PING|GOAWAY|WINDOW_UPDATE|CONTINUATION)\b/;
// What happened between the two ends: the frames that the page carries, else what the report says of them.
function ladderRungs(conn) {
  const carried = rungs[conn.id];
  const marks = [];
  const offends = new Map();
  for (const finding of list(report.findings).filter((one) => one.conn === conn.id && !one.suppressed))
    for (const row of list(finding.evidence)) if (row.pkt) {
      if (finding.severity !== "info" && (row.role === "effect" || finding.evidence.length === 1)) offends.set(row.pkt, [...(offends.get(row.pkt) || []), { rule: finding.rule, dir: row.dir, kind: (row.what.match(FRAME) || [])[0], stream: row.stream == null ? finding.stream : row.stream }]);
      if (!carried || !carried.some((rung) => rung.pkt === row.pkt)) marks.push({ pkt: row.pkt, t: row.t, dir: row.dir, kind: (row.what.match(FRAME) || ["note"])[0], text: (row.stream ? conn.id + ":" + row.stream + " " : "") + row.what });
    }
  if (carried) for (const rung of carried) marks.push({ ...rung, carried });
  else {
    const c = (by) => by === "client" ? "c2s" : "s2c";
    for (const row of list(conn.settings)) marks.push({ pkt: row.pkt, t: null, dir: c(row.by), kind: "SETTINGS", text: "SETTINGS " + Object.entries({ ...row.values, ...row.unknown }).map(([name, value]) => name + "=" + value).join(" ") },
      row.acked_pkt ? { pkt: row.acked_pkt, t: null, dir: row.by === "client" ? "s2c" : "c2s", kind: "SETTINGS", text: "SETTINGS ACK" } : null);
    for (const row of list(conn.goaway)) marks.push({ pkt: row.pkt, t: null, dir: c(row.by), kind: "GOAWAY", text: "GOAWAY " + row.error_code + ", last stream " + row.last_stream_id + (row.debug ? ": " + row.debug : "") });
    for (const row of streamsOf(conn)) marks.push({ pkt: row.opened_pkt, t: row.opened_t, dir: c(row.opened_by), kind: "HEADERS", text: row.id + " " + [(row.request || {}).method, (row.request || {}).path].filter(Boolean).join(" ") });
  }
  const seen = new Set();
  const kept = marks.filter((mark) => { if (!mark) return false; const key = mark.pkt + mark.text; return mark.carried || !seen.has(key) && seen.add(key); });
  if (list(report.inputs).length < 2) kept.sort((a, b) => a.pkt - b.pkt);
  const fits = (mark, one) => one.dir === mark.dir && (!one.kind || one.kind === mark.kind) && (!one.stream || mark.kind === "signal" || !carried || mark.text.startsWith(conn.id + ":" + one.stream + " "));
  for (const mark of kept) if (mark.kind !== "receipt") mark.offends = ((offends.get(mark.pkt) || []).find((one) => fits(mark, one)) || {}).rule;
  return kept;
}

function ladder(conn, W) {
  const all = ladderRungs(conn), shown = all.slice(0, more);
  const narrow = W < 560, left = narrow ? 52 : 130, right = W - (narrow ? 12 : 40), letter = 7.25;
  let y = 54, before = null;
  const body = [];
  for (const rung of shown) {
    if (rung.t != null && before != null && rung.t - before > 1) {
      body.push(g("g", {}, g("text", { class: "dim", x: (left + right) / 2, y: y + 4, "text-anchor": "middle" }, "··· " + (rung.t - before).toFixed(1) + " s of silence ···")));
      y += 34;
    }
    if (rung.t != null) before = rung.t;
    const forth = rung.dir === "c2s", [from, to] = forth ? [left + 1, right - 1] : [right - 1, left + 1], receipt = rung.kind === "receipt";
    const said = short(rung.text + (rung.offends ? "  ✗ " + rung.offends : ""), Math.floor((right - left - 24) / letter));
    body.push(g("g", { class: "rung " + rung.kind + (rung.offends ? " offend" : "") + (lit === rung.pkt && !receipt ? " now" : ""), "data-pkt": rung.pkt },
      g("title", {}, "packet " + rung.pkt + (rung.t == null ? "" : ", " + seconds(rung.t)) + (forth ? ", client to server: " : ", server to client: ") + rung.text),
      g("rect", { class: "box", x: 2, y: y - 19, width: W - 4, height: 28, rx: 5 }),
      g("text", { class: "dim", x: 44, y: y + 6, "text-anchor": "end" }, rung.pkt),
      narrow ? "" : g("text", { class: "dim", x: left - 10, y: y + 6, "text-anchor": "end" }, rung.t == null ? "" : rung.t.toFixed(6)),
      g("line", { x1: from, x2: to + (forth ? -6 : 6), y1: y + 3, y2: y + 3 }),
      g("path", { d: forth ? `M${to},${y + 3}l-8,-4v8z` : `M${to},${y + 3}l8,-4v8z` }),
      g("text", { class: receipt ? "dim" : "what", x: forth ? left + 10 : right - 10, y: y - 3, "text-anchor": forth ? "start" : "end" }, said)));
    y += 28;
  }
  const rails = [left, right].map((x) => g("line", { class: "rail", x1: x, x2: x, y1: 30, y2: y }));
  const kinds = ["HEADERS", "DATA", "SETTINGS", "WINDOW_UPDATE", "PING", "GOAWAY", "RST_STREAM"].filter((kind) => all.some((rung) => rung.kind === kind));
  return [h("div", { class: "legend" }, kinds.map((kind) => h("span", {}, h("i", { class: kind }), kind)), all.some((rung) => rung.kind === "receipt") ? h("span", {}, "··· acknowledgement of TCP that proves receipt") : null, all.some((rung) => rung.offends) ? h("span", {}, h("b", { class: "sev error" }, "✗"), " evidence of a finding") : null),
    g("svg", { width: W, height: y + 12, viewBox: `0 0 ${W} ${y + 12}`, role: "img", "aria-label": "Ladder of connection " + conn.id + ": " + plural(all.length, "step") }, rails,
      g("text", { class: "end", x: left, y: 20, "text-anchor": narrow ? "start" : "middle" }, "client"), g("text", { class: "end", x: right, y: 20, "text-anchor": narrow ? "end" : "middle" }, "server"), body),
    all.length > more ? h("p", { class: "tools" }, h("button", { onclick: () => { more += 500; panel(); } }, "Show more of " + plural(all.length, "step"))) : null,
    h("p", { class: "mute" }, "The same as text: ", h("code", {}, "h2lint show FILE --as ladder --conn " + conn.id))];
}

function waterfall(conn, W) {
  const streams = streamsOf(conn).sort((a, b) => a.opened_t - b.opened_t || a.stream - b.stream);
  if (!streams.length) return [h("p", { class: "mute" }, "No streams are listed.")];
  const shown = streams.slice(0, more), narrow = W < 560, left = narrow ? 62 : Math.min(330, W * .36), right = W - 64;
  const first = Math.min(...shown.map((stream) => stream.opened_t)), last = Math.max(...shown.map((stream) => stream.ended_t == null ? conn.duration_s : stream.ended_t), first + 1e-6);
  const x = (t) => left + (right - left) * (t - first) / (last - first);
  const rows = shown.map((stream, at) => {
    const y = 30 + at * 20, to = x(stream.ended_t == null ? conn.duration_s : Math.min(stream.ended_t, last)), latency = stream.latency_ms || {}, from = x(stream.opened_t);
    const name = [(stream.request || {}).method, (stream.request || {}).path].filter(Boolean).join(" ");
    const result = stream.error_code || (stream.grpc && stream.grpc.status != null ? "grpc " + stream.grpc.status : (stream.response || {}).status || "");
    return g("g", { class: stream.end }, g("title", {}, stream.id + " " + name + ": " + words(stream.end) + (stream.error_code ? " " + stream.error_code : "") + ", " + ms(latency.total) + (latency.window_blocked ? ", without credit " + ms(latency.window_blocked) : "")),
      g("text", { x: 4, y: y + 11, class: failed(stream) ? "" : "dim", style: failed(stream) ? "fill:var(--error);font-size:11px" : "" }, short(stream.id + (narrow ? "" : " " + name), Math.floor((left - 12) / 6.7))),
      g("rect", { x: from, y: y + 2, width: Math.max(2, to - from), height: 12, rx: 2, fill: "var(--tone)", opacity: .75 }),
      latency.window_blocked ? g("rect", { x: from, y: y + 11, width: Math.max(2, Math.min(to - from, (to - from) * latency.window_blocked / (latency.total || latency.window_blocked))), height: 4, fill: "var(--error)" }) : "",
      latency.first_byte != null ? g("line", { x1: x(stream.opened_t + latency.first_byte / 1000), x2: x(stream.opened_t + latency.first_byte / 1000), y1: y + 1, y2: y + 15, stroke: "var(--ink)", "stroke-width": 1.5 }) : "",
      g("text", { class: "dim", x: Math.min(to + 5, W - 62), y: y + 12 }, (stream.end.startsWith("reset") ? "✗ " : "") + (latency.total == null ? String(result) : ms(latency.total))));
  });
  const H = 40 + shown.length * 20;
  return [h("div", { class: "legend" }, [["closed", "closed"], ["reset_client", "reset"], ["open", "open, or lost with the connection"]].map(([kind, text]) => h("span", {}, h("i", { class: kind }), text)), h("span", {}, "│ first octet of the answer"), h("span", {}, h("i", { style: "background:var(--error);height:.3rem" }), "share of time without credit")),
    g("svg", { width: W, height: H, viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": "Waterfall of " + plural(shown.length, "stream") }, [0, .25, .5, .75, 1].map((part) => { const at = left + (right - left) * part; return [g("line", { class: "grid", x1: at, x2: at, y1: 22, y2: H }), narrow && part % .5 ? "" : g("text", { class: "dim", x: at, y: 15, "text-anchor": part === 0 ? "start" : part === 1 ? "end" : "middle" }, ms((first + (last - first) * part) * 1000))]; }), rows),
    streams.length > more ? h("p", { class: "tools" }, h("button", { onclick: () => { more += 500; panel(); } }, "Show more of " + plural(streams.length, "stream"))) : null,
    conn.streams.opened > streams.length ? h("p", { class: "mute" }, plural(conn.streams.opened - streams.length, "stream") + " of this connection are counted, not listed.") : null];
}

function table(titles, rows) {
  return h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, titles.map(([title, kind]) => h("th", { class: kind, scope: "col" }, title)))), h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, at) => h("td", { class: titles[at][1] }, cell)))))));
}

function calls(conn) {
  const streams = streamsOf(conn).filter((stream) => stream.grpc).sort((a, b) => a.stream - b.stream), methods = new Map();
  for (const stream of streams) { const name = stream.grpc.service + "/" + stream.grpc.method; methods.set(name, [...(methods.get(name) || []), stream]); }
  const summary = [...methods].map(([name, group]) => { const sorted = group.map((one) => (one.latency_ms || {}).total).filter((time) => time != null).sort((a, b) => a - b); return [h("code", {}, name), group.length, group.filter((one) => one.grpc.status > 0).length, ms(quantile(sorted, .5)), ms(quantile(sorted, .9)), ms(quantile(sorted, .99)), ms(sorted[sorted.length - 1])]; });
  return [table([["method", ""], ["calls", "n"], ["failed", "n"], ["p50", "n nowrap"], ["p90", "n nowrap"], ["p99", "n nowrap"], ["max", "n nowrap"]], summary), h("h3", { style: "font-size:.95rem;margin:1.2rem 0 .3rem" }, "Calls"),
    table([["stream", "nowrap"], ["method", ""], ["kind", "nowrap wide"], ["status", "n"], ["message", ""], ["messages C/S", "n nowrap wide"], ["first octet", "n nowrap"], ["total", "n nowrap"]], streams.slice(0, more).map((one) => { const call = one.grpc, latency = one.latency_ms || {}, sent = call.messages || {};
      return [one.id, h("code", {}, call.method), words(call.kind), call.status == null ? "–" : h("span", { class: call.status ? "sev error" : "" }, call.status), call.message || "", (sent.up || 0) + "/" + (sent.down || 0), ms(latency.first_byte), ms(latency.total)]; })),
    streams.length > more ? h("button", { onclick: () => { more += 500; panel(); } }, "Show more") : null];
}

function timeline(conn) {
  const rows = [...list(conn.settings).map((row) => [row.pkt, row.by, "SETTINGS", Object.entries({ ...row.values, ...row.unknown }).map(([name, value]) => name + "=" + value).join("  ") || "no parameters", row.acked_pkt ? "acknowledged in pkt " + row.acked_pkt + ", " + ms(row.ack_ms) : h("span", { class: "sev warning" }, "never acknowledged")]),
    ...list(conn.goaway).map((row) => [row.pkt, row.by, "GOAWAY", row.error_code + (row.debug ? ": " + row.debug : ""), "last stream " + row.last_stream_id])].sort((a, b) => a[0] - b[0]);
  const count = (side) => ((conn.frames || {})[side] || {}).PING || 0, trip = conn.rtt_ms || {};
  return [rows.length ? table([["pkt", "n"], ["by", "nowrap"], ["frame", "nowrap"], ["says", "mono"], ["", ""]], rows) : h("p", { class: "mute" }, "No SETTINGS and no GOAWAY were seen."),
    h("p", { style: "margin-top:.8rem" }, h("b", {}, "PING"), " client " + count("client") + ", server " + count("server") + " frames; median round trip " + ms(trip.ping) + " (TCP handshake " + ms(trip.tcp) + ", SETTINGS " + ms(trip.settings) + ")"),
    h("p", { class: "mute" }, "Frames: ", ["client", "server"].map((side) => side + " " + Object.entries((conn.frames || {})[side] || {}).map(([kind, count]) => kind + " " + count).join(", ")).join(" · "))];
}

function concurrency(conn, W) {
  const points = steps(streamsOf(conn), conn.duration_s), limit = conn.streams.limit;
  if (!points.length) return [h("p", { class: "mute" }, "No streams are listed.")];
  const peak = Math.max(1, ...points.map((point) => point[1])), top = limit != null && limit <= peak * 4 ? Math.max(peak, limit) : peak, H = 190, whole = conn.duration_s || 1;
  const x = (t) => 44 + (W - 60) * Math.min(1, t / whole), y = (n) => H - 26 - (H - 50) * n / top;
  return [g("svg", { width: W, height: H, viewBox: `0 0 ${W} ${H}`, role: "img", "aria-label": "Open streams over time, at most " + peak + (limit == null ? "" : " of " + limit) }, g("path", { class: "area", d: path([...points, [whole, points[points.length - 1][1]], [whole, 0]], x, y, 0) }),
      [0, peak].map((n) => g("text", { class: "dim", x: 38, y: y(n) + 4, "text-anchor": "end" }, n)), g("text", { class: "dim", x: 44, y: H - 6 }, "0"), g("text", { class: "dim", x: W - 16, y: H - 6, "text-anchor": "end" }, seconds(whole)),
      limit != null && top >= limit ? [g("line", { class: "limit", x1: 44, x2: W - 16, y1: y(limit), y2: y(limit) }), g("text", { class: "dim", x: W - 16, y: y(limit) - 5, "text-anchor": "end" }, "limit " + limit)] : ""),
    h("p", { class: "mute" }, "At most " + conn.streams.max_concurrent + " at once; MAX_CONCURRENT_STREAMS of the server: " + (limit == null ? "none" : limit) + (conn.streams.refused ? "; refused " + conn.streams.refused : "") + (conn.streams.reset ? "; reset " + conn.streams.reset : "") + ".")];
}

function windows(conn) {
  const window = conn.windows || {}, blocked = streamsOf(conn).filter((stream) => (stream.latency_ms || {}).window_blocked > 0).sort((a, b) => b.latency_ms.window_blocked - a.latency_ms.window_blocked).slice(0, 50);
  const number = (value) => value == null ? "not tracked" : plural(value, "octet");
  return [table([["", ""], ["", ""]], [["Least connection window for DATA of the client", number(window.client_conn_min)], ["Least connection window for DATA of the server", number(window.server_conn_min)], ["Held back by a window", ms(window.blocked_ms)]]),
    blocked.length ? table([["stream", ""], ["request", "mono"], ["without credit", "n nowrap"], ["total", "n nowrap"]], blocked.map((one) => [one.id, (one.request || {}).path || "", ms(one.latency_ms.window_blocked), ms(one.latency_ms.total)])) : h("p", { class: "mute" }, "No listed stream waited for credit."),
    h("p", { class: "mute" }, "Over time: ", h("code", {}, "h2lint show FILE --as windows --conn " + conn.id))];
}

function rules() {
  const skipped = list(report.coverage.rules_skipped);
  const why = (code) => skipped.filter((row) => row.rule === code || row.rule.endsWith("*") && code.startsWith(row.rule.slice(0, -1)));
  const spoke = new Map();
  for (const finding of list(report.findings)) spoke.set(finding.rule, (spoke.get(finding.rule) || 0) + 1);
  const rows = read("rules").map(([code, name, summary]) => { const reasons = why(code);
    return [h("code", {}, code), h("span", { title: summary }, name), spoke.has(code) ? h("b", {}, plural(spoke.get(code), "finding")) : reasons.length ? h("span", { class: "sev warning" }, "skipped: " + reasons.map((row) => words(row.why) + (list(row.conns).length ? " (conn " + row.conns.slice(0, 8).join(", ") + ")" : "")).join("; ")) : "checked, quiet"]; });
  return [h("h2", { id: "rules-checked" }, "Rules checked", h("small", {}, report.coverage.rules_run + " judged, " + skipped.length + " skipped")),
    h("details", { class: "card" }, h("summary", {}, "Every rule, and why some were not judged"), table([["rule", "nowrap"], ["name", ""], ["", ""]], rows)),
    list(report.notices).map((notice) => h("p", { class: "mute" }, notice.text)),
    h("p", { class: "mute", style: "margin-top:2rem" }, "Made by h2lint " + report.tool.version + ". This page asks the network for nothing; drop another report.json on it to see that one.")];
}

function draw() {
  $("top").replaceChildren(); lit = null; now = null;
  header();
  $("main").replaceChildren(...findings().flat(), ...connections(), h("section", { id: "panel", "aria-label": "Selected connection" }), ...rules().flat());
  const conns = list(report.connections), worst = list(report.findings).find((finding) => finding.conn != null && finding.severity !== "info");
  const start = conns.find((row) => worst && row.id === worst.conn) || conns.find((row) => row.http2) || conns[0];
  if (start) select(start);
}
async function open(file) {
  if (!file) return;
  try {
    const value = JSON.parse(await file.text());
    if (value.schema !== "h2lint/report/1") throw new Error("its schema is " + value.schema + ", not h2lint/report/1");
    report = value; rungs = {};
    draw(); scrollTo(0, 0); say("Opened " + file.name);
  } catch (error) { say("Not a report: " + error.message); }
}

addEventListener("dragover", (event) => { event.preventDefault(); $("drop").hidden = false; });
addEventListener("dragleave", (event) => { if (!event.relatedTarget) $("drop").hidden = true; });
addEventListener("drop", (event) => { event.preventDefault(); $("drop").hidden = true; open(event.dataTransfer.files[0]); });
addEventListener("keydown", (event) => {
  if (event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) { if (event.key === "Escape") event.target.blur(); return; }
  if (event.key === "/") { event.preventDefault(); $("filter").focus(); return; }
  const step = { j: 1, k: -1 }[event.key];
  if (!step) return;
  const cards = [...document.querySelectorAll(".finding summary")];
  if (cards.length) cards[Math.max(0, Math.min(cards.length - 1, cards.indexOf(document.activeElement) + step))].focus();
});
addEventListener("beforeprint", () => { document.querySelectorAll("details").forEach((one) => { one.open = true; }); for (const [name, view] of Object.entries(TABS)) { const host = $("panel-" + name); if (host && !host.childNodes.length) host.append(h("h3", {}, name), ...view(now, 700).flat().filter(Boolean)); } });
addEventListener("afterprint", panel);
let drawn = innerWidth;
addEventListener("resize", () => { if (innerWidth !== drawn) { drawn = innerWidth; panel(); } });
report = read("report"); rungs = read("rungs");
draw();
