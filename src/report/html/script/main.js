// What is shown where: tabs, jumps, files that are dropped, keys, paper.

// The tabs of a connection.
const TABS = {
  Ladder: ladder,
  Waterfall: waterfall,
  Requests: calls,
  Headers: headers,
  Windows: windows,
  Concurrency: concurrency,
  Control: control,
  Negotiation: negotiation,
};
const spelled = (name, conn) =>
  name === "Requests" && streamsOf(conn).some((stream) => stream.grpc) ? "gRPC" : name === "Control" ? "Settings, PING, GOAWAY" : name;

function select(row, tab) {
  look.conn = row;
  look.rungs = 200;
  look.bars = 200;
  const hidden = row.negotiation.tls && !Object.keys({ ...(row.frames || {}).client, ...(row.frames || {}).server }).length;
  if (tab) look.tab = tab;
  else if (hidden && look.tab === "Ladder") look.tab = "Negotiation";
  else if (!hidden && look.tab === "Negotiation") look.tab = "Ladder";
  connections.draw();
  panel();
}
// From a finding's evidence to its rung, on the first of its connections that has it.
function jump(keys, packet) {
  const conns = keys.map((key) => index.conns.get(key));
  const conn = conns.find((one) => rungsOf(one).some((rung) => rung.pkt === packet(one))) || conns[0],
    pkt = packet(conn);
  look.lit = pkt;
  select(conn, "Ladder");
  const place = rungsOf(conn).findIndex((one) => one.pkt === pkt);
  if (place >= look.rungs) {
    look.rungs = place + 50;
    panel();
  }
  const found = document.querySelector('.rung[data-pkt="' + pkt + '"]');
  $("tab-Ladder").focus({ preventScroll: true });
  (found || $("panel")).scrollIntoView({ block: found ? "center" : "start" });
  if (!found) say("Packet " + packetName(pkt, conn) + " is not among the steps that this page has");
}
const room = () => Math.max(280, $("panel").querySelector(".panel:not([hidden])").clientWidth);
function panel() {
  const host = $("panel"),
    conn = look.conn;
  if (!conn) return host.replaceChildren();
  const names = Object.keys(TABS);
  const choose = (name) => {
    look.tab = name;
    panel();
    $("tab-" + name).focus({ preventScroll: true });
  };
  const tabs = names.map((name) =>
    h(
      "button",
      {
        role: "tab",
        id: "tab-" + name,
        "aria-selected": String(name === look.tab),
        "aria-controls": "panel-" + name,
        tabindex: name === look.tab ? 0 : -1,
        onclick: () => choose(name),
      },
      spelled(name, conn),
    ),
  );
  const move = (event) => {
    const to = { ArrowRight: names.indexOf(look.tab) + 1, ArrowLeft: names.indexOf(look.tab) - 1, Home: 0, End: names.length - 1 }[
      event.key
    ];
    if (to != null) {
      event.preventDefault();
      choose(names[(to + names.length) % names.length]);
    }
  };
  host.replaceChildren(
    h(
      "h2",
      {},
      "Connection " + conn.id,
      h(
        "small",
        {},
        [
          end(conn.client) + " → " + (serverOf(conn) ? serverOf(conn) + " " : "") + end(conn.server),
          words(conn.negotiation.via),
          ms(conn.duration_s * 1000),
          conn.ended === "open" ? "still open" : "closed by: " + ended(conn.ended),
        ].join(" · "),
      ),
    ),
    h(
      "div",
      { class: "card" },
      h("div", { class: "tabs", role: "tablist", "aria-label": "Views of the connection", onkeydown: move }, tabs),
      names.map((name) =>
        h("div", {
          class: "panel",
          role: "tabpanel",
          id: "panel-" + name,
          "aria-labelledby": "tab-" + name,
          tabindex: 0,
          hidden: name !== look.tab,
        }),
      ),
    ),
  );
  $("panel-" + look.tab).append(...TABS[look.tab](conn, room()).flat(Infinity).filter(Boolean));
  const chosen = $("tab-" + look.tab),
    bar = chosen.parentNode;
  if (chosen.offsetLeft + chosen.offsetWidth > bar.clientWidth) bar.scrollLeft = chosen.offsetLeft - 40;
}

function draw() {
  look.conn = null;
  look.lit = null;
  rungsOf.conn = null;
  topbar();
  const wanted = /^#capture=(\d+)$/.exec(location.hash);
  look.capture = index.scan && wanted && look.report.inputs[wanted[1]] ? Number(wanted[1]) : null;
  document.title =
    look.report.verdict.status.toUpperCase() +
    " · " +
    (list(look.report.inputs).length === 1 ? file(look.report.inputs[0].path) : index.scan ? "scan" : "several files") +
    " · h2lint";
  const overview = index.scan && look.capture == null;
  $("main").replaceChildren(
    ...[
      verdict(),
      overview ? captures() : null,
      findings(),
      connections(),
      h("section", { id: "panel", "aria-label": "Selected connection" }),
      rules(),
    ]
      .flat(Infinity)
      .filter(Boolean),
  );
  const conns = list(look.report.connections).filter((row) => within(index.first[row.input || 0])),
    worst = index.shown.find((one) => one.conn != null && one.severity !== "info" && within(captureOf(one)));
  const start = conns.find((row) => worst && row.key === index.key(worst.input, worst.conn)) || conns.find((row) => row.http2) || conns[0];
  if (start) select(start);
}
function take(report, drawings) {
  const before = { ...look },
    was = index;
  try {
    index = prepare(report);
    Object.assign(look, { report, drawings, capture: null, tab: "Ladder" });
    draw();
  } catch (error) {
    Object.assign(look, before);
    index = was;
    if (was) draw();
    throw new Error("it has the schema of a report, and something in it is not as it should be (" + error.message + ")");
  }
}

// What a file is, when it is no report.
function parsed(text, octets) {
  const magic = [...octets.slice(0, 4)].map((one) => one.toString(16).padStart(2, "0")).join("");
  if (/^(d4c3b2a1|a1b2c3d4|4d3cb2a1|a1b23c4d|0a0d0d0a)$/.test(magic))
    throw new Error("it is a capture. Make a report of it: h2lint CAPTURE -o json=report.json");
  if (/^(1f8b|28b52ffd|04224d18|fd377a58|425a68)/.test(magic))
    throw new Error("it is compressed. Unpack it, or make a report of the capture in it: h2lint CAPTURE -o json=report.json");
  if (!text.trim()) throw new Error("it is empty");
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const [line] = text.trim().split("\n");
    let first = null;
    try {
      first = JSON.parse(line);
    } catch {
      /* no JSON at all */
    }
    throw new Error(first && first.type ? "it is NDJSON; the page reads --format json" : "it is not JSON: " + error.message);
  }
  const schema = value && value.schema;
  if (value && value.runs && value.$schema) throw new Error("it is SARIF; the page reads --format json");
  if (!schema) throw new Error('it is JSON, but has no field "schema", so it is no report of h2lint');
  if (schema !== "h2lint/report/1")
    throw new Error(
      /^h2lint\/report\//.test(schema)
        ? "it has the schema " + schema + "; this page reads h2lint/report/1"
        : "its schema is " + schema + ", not h2lint/report/1",
    );
  const lacks = ["verdict", "totals", "coverage", "tool"].filter((field) => typeof value[field] !== "object" || value[field] === null);
  const odd = ["inputs", "connections", "streams", "findings"].filter((field) => value[field] != null && !Array.isArray(value[field]));
  if (lacks.length || odd.length)
    throw new Error(
      "it says that it is a report, but " +
        [...lacks.map((field) => "has no " + field), ...odd.map((field) => field + " is no list")].join(", "),
    );
  return value;
}
async function read(dropped) {
  if (!dropped) return;
  try {
    const buffer = await dropped.arrayBuffer();
    const value = parsed(new TextDecoder().decode(buffer), new Uint8Array(buffer, 0, Math.min(4, buffer.byteLength)));
    if (location.hash) history.replaceState(null, "", location.pathname + location.search);
    take(value, {});
    alarm("");
    scrollTo(0, 0);
    say("Opened " + dropped.name);
  } catch (error) {
    alarm(dropped.name + " cannot be opened: " + error.message + ".");
  }
}

function help() {
  const keys = [
    ["j k", "next, previous finding"],
    ["Enter", "open or close it"],
    ["/", "filter connections"],
    ["← →", "next, previous tab"],
    ["t", "light or dark"],
    ["?", "this help"],
    ["Esc", "leave a filter, close this"],
  ];
  dialog(
    "Keys",
    h(
      "table",
      {},
      h(
        "tbody",
        {},
        keys.map(([key, what]) =>
          h(
            "tr",
            {},
            h(
              "td",
              { class: "nowrap" },
              key.split(" ").map((one) => [h("kbd", {}, one), " "]),
            ),
            h("td", {}, what),
          ),
        ),
      ),
    ),
  );
}
addEventListener("dragover", (event) => {
  event.preventDefault();
  $("drop").hidden = false;
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) $("drop").hidden = true;
});
addEventListener("drop", (event) => {
  event.preventDefault();
  $("drop").hidden = true;
  read(event.dataTransfer.files[0]);
});
addEventListener("hashchange", () => {
  draw();
  scrollTo(0, 0);
});
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches && event.target.matches("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "/") {
    event.preventDefault();
    $("filter").focus();
  }
  if (event.key === "?") help();
  if (event.key === "t") theme();
  const step = { j: 1, k: -1 }[event.key],
    cards = [...document.querySelectorAll(".finding > summary")];
  if (!step || !cards.length) return;
  const next = cards[Math.max(0, Math.min(cards.length - 1, cards.indexOf(document.activeElement) + step))];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
});

// On paper everything of the selected connection is there, and what is folded is open.
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open]):not(.astable):not(.rest):not(.rules)")];
  folded.forEach((one) => {
    one.open = true;
  });
  if (!look.conn) return;
  for (const name of Object.keys(TABS)) {
    const host = $("panel-" + name);
    host.replaceChildren(
      h("h3", { class: "paper" }, spelled(name, look.conn)),
      ...TABS[name](look.conn, 700).flat(Infinity).filter(Boolean),
    );
  }
});
addEventListener("afterprint", () => {
  folded.forEach((one) => {
    one.open = false;
  });
  panel();
});
let drawn = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== drawn) {
    drawn = innerWidth;
    panel();
  }
});
take(embedded("report"), embedded("drawings"));
