// The ladder: what went between the two ends, silences, proofs of receipt, and the frames that findings are about.
const FRAME = /\b(DATA|HEADERS|PRIORITY|RST_STREAM|SETTINGS|PUSH_PROMISE|PING|GOAWAY|WINDOW_UPDATE|CONTINUATION)\b/;
const KINDS = ["HEADERS", "DATA", "SETTINGS", "WINDOW_UPDATE", "PING", "GOAWAY", "RST_STREAM"];

// A rung as it is carried: a number for so many that are not, else packet, seconds, sender, kind and what the kind has to tell.
function rung(row) {
  if (typeof row === "number") return { gap: row };
  const [pkt, t, from, kind, ...rest] = row;
  if (kind === "receipt") return { pkt, t, from, kind, through: rest[0], note: "received up to packet " + (rest[0] % FILE) };
  const [stream, flags, length, note] = rest;
  return { pkt, t, from, kind: rest.length ? kind : kind === "RST" ? "RST" : "signal", name: kind, stream, flags, length, note };
}
// Without them what the report itself says of the connection: of packets in several files it does not say in which.
function fromReport(conn) {
  if (several(conn)) return [];
  const made = [],
    side = (by) => (by === "client" ? 0 : 1);
  for (const row of list(conn.settings)) {
    made.push({ pkt: packetOf(row, conn), from: side(row.by), kind: "SETTINGS", stream: 0, note: values(row) });
    if (row.acked_pkt)
      made.push({ pkt: packetOf({ pkt: row.acked_pkt }, conn), from: 1 - side(row.by), kind: "SETTINGS", stream: 0, flags: "ACK" });
  }
  for (const row of list(conn.goaway))
    made.push({
      pkt: packetOf(row, conn),
      from: side(row.by),
      kind: "GOAWAY",
      stream: 0,
      note: row.error_code + ", last stream " + row.last_stream_id + (row.debug ? ": " + row.debug : ""),
    });
  for (const row of streamsOf(conn))
    made.push({
      pkt: packetOf({ pkt: row.opened_pkt }, conn),
      t: row.opened_t,
      from: side(row.opened_by),
      kind: "HEADERS",
      stream: row.stream,
      note: [(row.request || {}).method, (row.request || {}).path].filter(Boolean).join(" "),
    });
  return made.sort((a, b) => a.pkt - b.pkt);
}
const values = (row) =>
  Object.entries({ ...row.values, ...row.unknown })
    .map(([name, value]) => name + "=" + value)
    .join(" ") || "no parameters";

// Every rung of a connection, with the packets that findings name marked; receipts become ticks at what they prove, unless they are
// evidence themselves.
function rungsOf(conn) {
  if (rungsOf.conn === conn) return rungsOf.kept;
  const carried = list(drawingOf(conn).rungs).map(rung),
    whole = carried.length > 0;
  const rungs = whole ? carried : fromReport(conn);
  const named = new Map();
  for (const finding of findingsOf(conn))
    for (const row of list(finding.evidence))
      if (row.pkt) {
        const pkt = packetOf({ pkt: row.pkt, input: row.input }, conn),
          mark = {
            rule: finding.rule,
            joint: list(finding.conns).length > 1,
            severity: finding.severity,
            from: row.dir === "s2c" ? 1 : 0,
            kind: (row.what.match(FRAME) || [])[0],
            stream: row.stream ?? finding.stream,
            offends:
              finding.severity !== "info" && row.role === (finding.evidence.some((one) => one.role === "effect") ? "effect" : "cause"),
            what: row.what,
            t: row.t,
          };
        named.has(pkt) ? named.get(pkt).push(mark) : named.set(pkt, [mark]);
      }
  const there = new Set(rungs.map((one) => one.pkt));
  for (const [pkt, [mark]] of named)
    if (!there.has(pkt) && !mark.joint) {
      const at = rungs.findIndex((one) => one.pkt > pkt),
        made = {
          pkt,
          t: mark.t,
          from: mark.from,
          kind: mark.kind || "note",
          stream: mark.stream || 0,
          note: mark.what.replace(mark.kind || "", "").replace(/^[ ,:]+/, ""),
        };
      at < 0 ? rungs.push(made) : rungs.splice(at > 0 && rungs[at - 1].gap ? at - 1 : at, 0, made);
    }
  const fits = (one, mark) =>
    one.from === mark.from &&
    (!mark.kind || one.kind === mark.kind) &&
    (!mark.stream || one.stream == null || one.stream === mark.stream || !whole);
  for (const [pkt, marks] of named)
    for (const mark of marks.filter((one) => one.offends)) {
      const fitting = rungs.filter((one) => one.pkt === pkt && one.kind !== "receipt" && fits(one, mark));
      const one = fitting.find((one) => one.length && mark.what.includes(one.length + " octets")) || fitting[0];
      if (one && !one.offends) one.offends = mark;
    }
  const alone = new Map(),
    waiting = [[], []],
    kept = [];
  for (const one of rungs) alone.set(one.pkt, (alone.get(one.pkt) || 0) + 1);
  for (const one of rungs) {
    if (one.kind === "receipt") {
      waiting[1 - one.from] = waiting[1 - one.from].filter((sent) => {
        if (sent.pkt > one.through) return true;
        sent.proof = one;
        return false;
      });
      if (!named.has(one.pkt) || alone.get(one.pkt) > 1) continue;
    } else if (!one.gap) waiting[one.from].push(one);
    kept.push(one);
  }
  Object.assign(rungsOf, { conn, kept });
  return kept;
}

const whose = (from) => (from ? "server" : "client");
// What a rung says, as pieces with a class each; the last ones give way where there is little room.
function pieces(one, room) {
  const kind =
    one.kind === "signal" || one.kind === "RST"
      ? "TCP " + one.name
      : one.kind === "receipt"
        ? "TCP ACK"
        : one.kind === "note"
          ? ""
          : one.kind === "preface"
            ? "connection preface"
            : one.kind;
  const made = [[kind, "kind"]];
  let left = room - kind.length - (one.offends ? one.offends.rule.length + 4 : 0);
  const take = (text, style, least) => {
    if (!text || left < least) return;
    const cut = short(text, left - 1);
    made.push([cut, style]);
    left -= cut.length + 1;
  };
  if (one.stream) take("stream " + one.stream, "dim", 10);
  if (one.note !== kind) take(one.note, "say", 6);
  take(one.flags, "dim", String(one.flags || "").length + 1);
  if (one.length) take(octets(one.length) + " octets", "dim", 14);
  if (one.offends) made.push(["✗ " + one.offends.rule, "cross"]);
  return made.filter(([text]) => text);
}
const sentence = (one, conn) =>
  "packet " +
  packetName(one.pkt, conn) +
  (one.t == null ? "" : ", " + seconds(one.t)) +
  ", " +
  whose(one.from) +
  " to " +
  whose(1 - one.from) +
  ": " +
  pieces(one, 400)
    .map(([text]) => text)
    .join(" ") +
  (one.proof
    ? "; received, as packet " + packetName(one.proof.pkt, conn) + " shows" + (one.proof.t != null ? " at " + seconds(one.proof.t) : "")
    : "");

function ladder(conn, W) {
  const all = rungsOf(conn),
    shown = all.slice(0, look.rungs);
  if (!all.length) return [h("p", { class: "mute" }, "No frame of this connection is known.")];
  const narrow = W < 560,
    left = narrow ? 52 : 148,
    right = W - (narrow ? 15 : 34),
    letter = narrow ? 6.7 : 7.3;
  const parts = [];
  for (let at = 0; at < shown.length; at += 10) parts.push(section(shown.slice(at, at + 10), at === 0 ? null : shown[at - 1]));
  function section(rungs, prior) {
    let y = prior ? 8 : 46,
      before = prior ? prior.t : null,
      packet = prior ? prior.pkt : null;
    const top = prior ? 0 : 30,
      body = [];
    const between = (text) => {
      body.push(g("text", { class: "dim", x: (left + right) / 2, y: y + 5, "text-anchor": "middle" }, text));
      y += 30;
    };
    for (const one of rungs) {
      if (one.gap) {
        between("··· " + plural(one.gap, "step") + " not shown ···");
        before = null;
        continue;
      }
      if (several(conn) && (packet == null || Math.floor(one.pkt / FILE) !== Math.floor(packet / FILE)))
        between("— " + fileOf(one.pkt, conn) + " —");
      if (one.t != null && before != null && one.t - before > 1) between("··· " + fixed(one.t - before, 1) + " s of silence ···");
      if (one.t != null) before = one.t;
      const forth = !one.from,
        [from, to] = forth ? [left, right] : [right, left],
        tip = forth ? -1 : 1,
        line = y + 10;
      const said = pieces(one, Math.floor((right - left - (narrow ? 14 : 34)) / letter));
      body.push(
        g(
          "g",
          {
            class: ["rung", one.kind, one.offends && "offend", look.lit === one.pkt && "now"].filter(Boolean).join(" "),
            "data-pkt": one.pkt,
          },
          g("title", {}, sentence(one, conn)),
          g("rect", { class: "box", x: 1, y: y - 8, width: W - 2, height: 25, rx: 5 }),
          one.pkt === packet
            ? ""
            : [
                g("text", { class: "dim", x: narrow ? 38 : 48, y: y + 9, "text-anchor": "end" }, one.pkt % FILE),
                narrow || one.t == null ? "" : g("text", { class: "dim", x: left - 20, y: y + 9, "text-anchor": "end" }, fixed(one.t, 6)),
              ],
          g("line", { x1: from, x2: to + 7 * tip, y1: line, y2: line }),
          g("path", { d: `M${to},${line}l${9 * tip},-4.5v9z` }),
          one.proof ? g("path", { class: "tick", d: `M${to + (forth ? 4 : -13)},${line - 1}l3,3.5l5,-8` }) : "",
          g(
            "text",
            { x: forth ? left + 10 : right - 10, y: y + 4, "text-anchor": forth ? "start" : "end" },
            said.map(([text, style], at) => g("tspan", { class: style }, (at ? " " : "") + text)),
          ),
        ),
      );
      packet = one.pkt;
      y += 26;
    }
    const rails = [left, right].map((x) => g("line", { class: "rail", x1: x, x2: x, y1: top, y2: y - 8 }));
    const heads = prior
      ? ""
      : [
          g("text", { class: "end", x: left, y: 19, "text-anchor": narrow ? "start" : "middle" }, "client"),
          g("text", { class: "end", x: right, y: 19, "text-anchor": "end" }, "server"),
          narrow
            ? ""
            : [
                g("text", { class: "dim", x: 48, y: 19, "text-anchor": "end" }, "pkt"),
                g("text", { class: "dim", x: left - 42, y: 19, "text-anchor": "end" }, "s"),
              ],
        ];
    const label =
      "Ladder of connection " +
      conn.id +
      ", " +
      plural(rungs.length, "step") +
      " from packet " +
      packetName((rungs.find((one) => one.pkt) || { pkt: 0 }).pkt, conn);
    return picture(W, y - 8, label, rails, heads, body);
  }
  const kinds = KINDS.filter((kind) => all.some((one) => one.kind === kind));
  return [
    h(
      "div",
      { class: "legend" },
      kinds.map((kind) => h("span", {}, h("i", { class: kind }), kind)),
      all.some((one) => one.proof) ? h("span", {}, h("b", { class: "sev pass" }, "✓"), " TCP proves receipt") : null,
      all.some((one) => one.offends) ? h("span", {}, h("b", { class: "sev error" }, "✗"), " the finding's frame") : null,
    ),
    h("div", { class: "ladder" }, parts),
    all.length > look.rungs
      ? h(
          "p",
          { class: "tools" },
          h(
            "button",
            {
              onclick: () => {
                look.rungs += 400;
                panel();
              },
            },
            "Show more: " + number(all.length - look.rungs) + " steps left",
          ),
        )
      : null,
    list(drawingOf(conn).rungs).length
      ? null
      : h("p", { class: "mute" }, "Not every frame: this page has what the report says of the connection."),
    astable(
      "Ladder",
      [
        ["pkt", "n"],
        ["t", "n nowrap"],
        ["from", ""],
        ["what", "mono"],
        ["received", "n"],
        ["finding", ""],
      ],
      () =>
        shown.map((one) =>
          one.gap
            ? ["", "", "", plural(one.gap, "step") + " not shown", "", ""]
            : [
                packetName(one.pkt, conn),
                seconds(one.t),
                whose(one.from),
                pieces({ ...one, offends: null }, 400)
                  .map(([text]) => text)
                  .join(" "),
                one.proof ? "pkt " + packetName(one.proof.pkt, conn) : "",
                one.offends ? one.offends.rule : "",
              ],
        ),
    ),
    asText("ladder", conn),
  ];
}
const asText = (view, conn) =>
  h(
    "p",
    { class: "mute" },
    "In a terminal: ",
    h(
      "code",
      {},
      "h2lint show " +
        (index.scan ? file(look.report.inputs[index.first[conn.input || 0]].path) : "FILE") +
        " --as " +
        view +
        " --conn " +
        conn.id,
    ),
  );
