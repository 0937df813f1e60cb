// The page draws one report of the schema h2lint/report/1: the one embedded, or one that is dropped on it. Text of the traffic only
// ever becomes text nodes, with controls and marks of reading order made visible.
"use strict";
const NS = "http://www.w3.org/2000/svg";
const $ = (id) => document.getElementById(id);
const embedded = (id) => JSON.parse($(id).textContent);
const list = (value) => value || [];

const UNFIT =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
const clean = (text) => String(text).replace(UNFIT, (sign) => "\\u{" + sign.codePointAt(0).toString(16) + "}");

// Elements: attributes that begin with "on" are listeners, children are nodes, text, or lists of them.
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : clean(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child == null || child === "" || child === false) continue;
    node.append(child.nodeType ? child : clean(child));
  }
  return node;
}
const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const g = (tag, attributes, ...children) => fill(document.createElementNS(NS, tag), attributes, children);
// A picture, with a sentence that says what it shows.
const picture = (width, height, label, ...children) =>
  g("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, g("title", {}, label), children);

const number = (count) => Number(count).toLocaleString("en").replace(/,/g, "\u202f").replace("-", "−");
const plural = (count, noun) => number(count) + " " + noun + (count === 1 ? "" : "s");
const words = (text) => String(text).replace(/_/g, " ");
const fixed = (value, digits) => value.toFixed(digits);
function ms(time) {
  if (time == null) return "–";
  if (time >= 59950) return fixed(time / 60000, 1) + " min";
  if (time >= 999.5) return fixed(time / 1000, time >= 9950 ? 1 : 2) + " s";
  return time >= 9.95
    ? fixed(time, 0) + " ms"
    : time >= 0.0095 || time === 0
      ? fixed(time, time >= 0.995 ? 1 : 2) + " ms"
      : fixed(time * 1000, 0) + " µs";
}
const seconds = (time) => (time == null ? "–" : fixed(time, time < 1000 ? 6 : 3) + " s");
function octets(count) {
  if (count == null) return "–";
  const size = Math.abs(count);
  return size < 10000
    ? number(count)
    : size < 1e6
      ? fixed(count / 1e3, 0) + " kB"
      : size < 1e9
        ? fixed(count / 1e6, 1) + " MB"
        : fixed(count / 1e9, 1) + " GB";
}
const end = (peer) => (peer.addr.includes(":") ? "[" + peer.addr + "]" : peer.addr) + ":" + peer.port;
const short = (text, room) => {
  const signs = [...clean(text)];
  return signs.length <= room
    ? signs.join("")
    : room < 4
      ? signs.slice(0, Math.max(0, room)).join("")
      : signs.slice(0, Math.ceil(room * 0.65) - 1).join("") + "…" + signs.slice(signs.length - Math.floor(room * 0.35)).join("");
};
const file = (path) => clean(path).split(/[/\\]/).pop();
const quantile = (sorted, part) =>
  sorted.length
    ? sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1 < 0 ? 0 : Math.ceil(sorted.length * part) - 1)]
    : null;
const numeric = (values) => values.filter((value) => value != null).sort((a, b) => a - b);

// What is looked at.
const look = { report: null, drawings: {}, capture: null, conn: null, tab: "Ladder", lit: null, rungs: 200, bars: 200 };
// What is derived from the report once.
let index = null;

function prepare(report) {
  const inputs = list(report.inputs),
    scan = inputs.some((input) => input.scan);
  const first = [];
  inputs.forEach((input, at) => first.push((scan && !(input.scan && input.scan.continues)) || at === 0 ? at : scan ? first[at - 1] : 0));
  const made = {
    scan,
    first,
    conns: new Map(),
    streams: new Map(),
    findings: new Map(),
    byConn: new Map(),
    shown: list(report.findings).filter((one) => !one.suppressed),
  };
  made.key = (input, conn) => (scan ? (first[input || 0] || 0) + "/" + conn : String(conn));
  const add = (map, key, value) => (map.has(key) ? map.get(key).push(value) : map.set(key, [value]));
  for (const row of list(report.connections)) {
    row.key = made.key(row.input, row.id);
    made.conns.set(row.key, row);
  }
  for (const row of list(report.streams)) {
    // What a page leaves out of its report because it is so for nearly all streams.
    row.end = row.end || "closed";
    row.opened_by = row.opened_by || "client";
    row.request = row.request || {};
    row.latency_ms = row.latency_ms || {};
    if (row.grpc && row.grpc.method == null)
      [, row.grpc.service, row.grpc.method] = /^\/(.*)\/([^/]*)$/.exec(row.request.path || "") || ["", "", row.request.path || "?"];
    add(made.streams, made.key(row.input, row.conn), row);
  }
  for (const one of list(report.findings)) {
    made.findings.set(one.id, one);
    const named = new Set([one.conn, ...list(one.conns)].filter((conn) => conn != null));
    for (const conn of named) add(made.byConn, made.key(one.input, conn), one);
  }
  return made;
}
// A packet by one number: from bit 40 on the file, where a capture is in several.
const FILE = 2 ** 40;
const several = (conn) => list(look.report.inputs).filter((_, at) => index.first[at] === index.first[conn.input || 0]).length > 1;
const packetOf = (row, conn) => ((row.input ?? conn.input ?? 0) - (index.first[conn.input || 0] || 0)) * FILE + row.pkt;
const fileOf = (packet, conn) => file(list(look.report.inputs)[(index.first[conn.input || 0] || 0) + Math.floor(packet / FILE)].path);
const packetName = (packet, conn) => (several(conn) ? fileOf(packet, conn) + ":" : "") + (packet % FILE);
const streamsOf = (conn) => list(index.streams.get(conn.key));
const findingsOf = (conn) => list(index.byConn.get(conn.key)).filter((one) => !one.suppressed);
const drawingOf = (conn) => look.drawings[conn.key] || {};
const captureOf = (finding) => (index.scan ? index.first[finding.input || 0] || 0 : null);
const within = (capture) => look.capture == null || capture === look.capture;
const failed = (stream) =>
  !["closed", "open"].includes(stream.end) || (stream.grpc ? stream.grpc.status > 0 : stream.response && stream.response.status >= 400);

function say(text) {
  $("said").textContent = clean(text);
  $("said").classList.add("on");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => $("said").classList.remove("on"), 2500);
}
// Something that a reader must see, until it is put away.
function alarm(text) {
  $("alert").replaceChildren(
    ...(text
      ? [
          h(
            "div",
            { class: "card alarm" },
            h("span", {}, text),
            h("button", { onclick: () => alarm(""), "aria-label": "Put this message away" }, "✕"),
          ),
        ]
      : []),
  );
  if (text) scrollTo(0, 0);
}
// To the clipboard; from disk some browsers have none, then by the old command, then by hand.
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return say("Copied: " + text);
  } catch {
    /* the next way */
  }
  const area = h("textarea", { "aria-hidden": "true", class: "away" }, text),
    before = document.activeElement;
  document.body.append(area);
  area.select();
  let done = false;
  try {
    done = document.execCommand("copy");
  } catch {
    /* the next way */
  }
  area.remove();
  if (before) before.focus({ preventScroll: true });
  if (done) return say("Copied: " + text);
  const field = h("input", { readonly: true, value: text, "aria-label": "Text to copy", class: "mono" });
  dialog("Copy by hand", [
    h("p", {}, "This browser gives no access to its clipboard here. Copy with ", h("kbd", {}, "Ctrl"), " ", h("kbd", {}, "C"), ":"),
    field,
  ]);
  field.select();
}
function dialog(title, body) {
  const box = h(
    "dialog",
    { "aria-label": title, onclose: () => box.remove() },
    h(
      "h2",
      {},
      title,
      h(
        "button",
        {
          "aria-label": "Close",
          class: "quiet",
          onclick: () => {
            box.close();
            box.remove();
          },
        },
        "✕",
      ),
    ),
    body,
  );
  document.body.append(box);
  box.showModal();
}
function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}
