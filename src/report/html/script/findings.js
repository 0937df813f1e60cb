// The bar above all, the verdict, and the findings: in groups of equal ones, each with the packets that show it.
function topbar() {
  const open = h("input", {
    type: "file",
    accept: ".json,application/json",
    class: "away",
    tabindex: -1,
    "aria-hidden": "true",
    onchange: (event) => read(event.target.files[0]),
  });
  $("top").replaceChildren(
    h("b", { class: "brand" }, "h2lint"),
    h(
      "span",
      { class: "mute crumb" },
      index.scan
        ? plural(index.first.filter((at, own) => at === own).length, "capture")
        : list(look.report.inputs)
            .map((input) => file(input.path))
            .join(", "),
    ),
    h(
      "span",
      { class: "tools bar" },
      open,
      h("button", { onclick: () => open.click(), title: "Or drop it anywhere on this page" }, "Open report.json"),
      h("button", { onclick: help, "aria-label": "Help: keys", title: "Keys (?)" }, "?"),
      h("button", { onclick: theme, "aria-label": "Switch between light and dark", title: "Light or dark (t)" }, "◐"),
    ),
  );
}

// The answer: of the whole, or of one capture of a scan.
function verdict() {
  const { report, capture } = look,
    { coverage, totals } = report;
  const input = capture == null ? null : list(report.inputs)[capture],
    scan = (input && input.scan) || {};
  const status = input ? scan.status || (input.error ? "unreadable" : "nothing") : report.verdict.status;
  const counts = (input ? scan.counts : report.verdict.counts) || {};
  const blame = index.scan ? null : report.verdict.culprit;
  const blind = list(coverage.blind_spots).filter((spot) => within(index.first[spot.input || 0]));
  const facts = input
    ? [plural(scan.http2_connections || 0, "HTTP/2 connection"), plural(input.packets, "packet")]
    : [
        plural(totals.http2_connections, "HTTP/2 connection"),
        plural(totals.streams, "stream"),
        plural(totals.frames, "frame"),
        plural(totals.packets, "packet"),
        ...(counts.suppressed ? [`${counts.suppressed} suppressed`] : []),
      ];
  return h(
    "section",
    { class: "card verdict " + status, "aria-label": "Verdict" },
    input
      ? h(
          "p",
          {},
          h(
            "button",
            {
              onclick: () => {
                location.hash = "";
              },
            },
            "← All captures",
          ),
        )
      : null,
    h(
      "p",
      { class: "bar" },
      h("span", { class: "word" }, status.toUpperCase()),
      blame && !["pass", "nothing"].includes(status)
        ? h(
            "span",
            { class: "badge" },
            "blame ",
            h("b", {}, blame.toUpperCase()),
            report.verdict.confidence ? " · " + report.verdict.confidence : "",
          )
        : null,
      ["error", "warning", "info"]
        .filter((kind) => counts[kind])
        .map((kind) => h("span", { class: "chip " + kind }, h("b", { class: "sev" }, number(counts[kind])), " ", kind)),
      counts.suppressed ? h("span", { class: "chip" }, number(counts.suppressed) + " known, not counted") : null,
    ),
    h("h1", {}, (input ? scan.headline || input.error : report.verdict.headline) || "No headline"),
    h("p", { class: "mute" }, facts.join(" · ")),
    index.scan && !input ? null : inputs(input),
    blind.length
      ? h(
          "details",
          { class: "blind", open: blind.length < 4 },
          h("summary", {}, h("b", { class: "sev warning" }, plural(blind.length, "blind spot")), " – not seen, hence not judged"),
          h(
            "ul",
            {},
            blind.slice(0, 40).map((spot) =>
              h(
                "li",
                {},
                h("b", {}, words(spot.kind)),
                [
                  spot.input != null && look.capture == null ? file(list(report.inputs)[spot.input].path) : "",
                  list(spot.conns).length ? "conn " + spot.conns.slice(0, 8).join(", ") + (spot.conns.length > 8 ? " …" : "") : "",
                ]
                  .filter(Boolean)
                  .map((text) => " · " + text),
                ": ",
                spot.effect,
              ),
            ),
            blind.length > 40 ? h("li", {}, "and " + (blind.length - 40) + " more") : null,
          ),
        )
      : h("p", { class: "mute" }, "No blind spots."),
    report.verdict.symptom ? symptom(report.verdict.symptom) : null,
  );
}
function inputs(one) {
  const rows = one ? [one] : list(look.report.inputs);
  return [
    rows.slice(0, 8).map((input) =>
      h(
        "p",
        { class: "mute" },
        h("code", { title: input.path }, input.path),
        [
          input.first && input.first.replace("T", " ").replace(/(\.\d{3})\d*Z/, "$1 UTC"),
          list((input.keys || {}).sources).length ? "keys: " + input.keys.sources.map(file).join(", ") : "",
        ]
          .filter(Boolean)
          .map((text) => " · " + text),
        input.error ? h("b", { class: "sev error" }, " · " + input.error) : null,
      ),
    ),
    rows.length > 8 ? h("p", { class: "mute" }, "and " + plural(rows.length - 8, "more file")) : null,
  ];
}
function symptom(asked) {
  return h(
    "p",
    {},
    h("b", {}, "Asked about: "),
    h("q", {}, asked.text),
    " – ",
    list(asked.rules).length
      ? ["known to ", asked.rules.slice(0, 3).map((rule, at) => [at ? ", " : "", h("code", {}, rule.rule), " " + rule.name])]
      : "no rule knows it",
  );
}

function findings() {
  const groups = new Map();
  for (const finding of index.shown.filter((one) => within(captureOf(one)))) {
    const key = finding.rule + " " + finding.culprit.role;
    groups.has(key) ? groups.get(key).push(finding) : groups.set(key, [finding]);
  }
  const left = (look.capture == null && (look.report.omitted || {}).findings) || 0,
    all = [...groups].reduce((sum, [key, group]) => sum + group.length + more(key), 0);
  return [
    h(
      "h2",
      { id: "findings", tabindex: -1 },
      "Findings",
      h("small", {}, groups.size ? plural(all, "finding") + (groups.size > 1 ? " in " + groups.size + " groups" : "") : "none"),
      groups.size > 1 ? h("span", { class: "hint tools" }, h("kbd", {}, "j"), " ", h("kbd", {}, "k"), " move") : null,
    ),
    left ? h("p", { class: "mute" }, number(left) + " further findings are counted, not in this page.") : null,
    [...groups].map(([key, group], place) => card(group, place === 0, more(key))),
  ];
}
// Findings of a kind beyond those that the page lists.
const more = (key) => (look.capture == null ? ((look.report.page || {}).more_findings || {})[key] || 0 : 0);

function card(group, first, beyond) {
  const [finding] = group,
    blame = finding.culprit;
  const files = index.scan && look.capture == null ? new Set(group.map(captureOf)).size : 0;
  return h(
    "details",
    { class: "card finding " + finding.severity, open: first && finding.severity !== "info" },
    h(
      "summary",
      {},
      h(
        "div",
        { class: "bar" },
        h("span", { class: "sev" }, finding.severity),
        " ",
        h("code", { class: "rule" }, finding.rule),
        " ",
        h("span", { class: "mute" }, finding.name),
        " ",
        group.length > 1
          ? h("span", { class: "chip" }, h("b", {}, "×" + number(group.length + beyond)), files > 1 ? " in " + files + " captures" : "")
          : null,
        h("span", { class: "chip end" }, h("b", {}, blame.role), blame.maybe ? " · " + blame.maybe : "", " · " + finding.confidence),
      ),
      h("div", { class: "msg" }, finding.message),
    ),
    h(
      "div",
      { class: "body" },
      h("p", { class: "mute" }, finding.why),
      group.slice(0, 3).map((one) => evidence(one, group.length > 1)),
      group.length > 3 ? further(group.slice(3), beyond) : null,
      Object.entries(finding.not_blamed || {}).map(([who, why]) => h("p", {}, h("b", {}, "Not the " + who + ". "), why)),
      list(finding.linked).length
        ? h(
            "p",
            { class: "mute" },
            "Shares this evidence: ",
            finding.linked.map((one, at) => [at ? ", " : "", h("code", {}, one.rule), " (" + one.why + ")"]),
          )
        : null,
      list(finding.remedy).length
        ? h(
            "div",
            { class: "remedy" },
            h("b", {}, "What to do"),
            h(
              "ul",
              {},
              finding.remedy.map((step) => h("li", {}, step)),
            ),
          )
        : null,
      h(
        "p",
        { class: "mute" },
        list(finding.rfc).map((ref) => ref.doc + " §" + ref.section + (ref.level ? " " + ref.level : "") + " · "),
        h("code", {}, "h2lint explain " + finding.rule),
        list(finding.refs).map((ref) => " · " + ref),
      ),
    ),
  );
}
function further(rest, beyond) {
  const left = Math.max(0, rest.length - 100) + beyond;
  const box = h(
    "details",
    {
      class: "rest",
      ontoggle: () => {
        if (box.open && box.childElementCount === 1)
          box.append(
            ...rest.slice(0, 100).map((one) => evidence(one, true)),
            left
              ? h("p", { class: "mute" }, "and " + number(left) + " further ones, counted and not in this page; the JSON report has them.")
              : "",
          );
      },
    },
    h("summary", {}, number(rest.length + beyond) + " more like these"),
  );
  return box;
}

function evidence(finding, many) {
  const rows = list(finding.evidence),
    keys = [finding.conn, ...list(finding.conns)]
      .filter((conn) => conn != null)
      .map((conn) => index.key(finding.input, conn))
      .filter((key) => index.conns.has(key));
  const place = [
    index.scan && look.capture == null ? file(list(look.report.inputs)[captureOf(finding)].path) : "",
    finding.conn == null ? "" : finding.stream == null ? "connection " + finding.conn : "stream " + finding.conn + ":" + finding.stream,
  ]
    .filter(Boolean)
    .join(" · ");
  const filter =
    "frame.number in {" +
    rows
      .map((row) => row.pkt)
      .filter(Boolean)
      .join(", ") +
    "}";
  return h(
    "div",
    { class: "one" },
    h(
      "p",
      { class: "bar" },
      h("b", { class: "place" }, place),
      many ? h("span", {}, finding.message) : null,
      new Set(rows.map((row) => row.input)).size === 1 && rows.length > 1
        ? h("button", { class: "small tools end", title: filter, onclick: () => copy(filter) }, "Copy filter for all")
        : null,
    ),
    h(
      "ol",
      { class: "evidence" },
      rows.map((row) =>
        h(
          "li",
          { class: row.role },
          h("span", { class: "role" }, row.role),
          h("span", { class: "mono" }, row.pkt ? "pkt " + row.pkt : ""),
          h("span", { class: "mono when" }, row.t == null ? "" : seconds(row.t)),
          h(
            "span",
            { class: "mono", title: row.dir === "c2s" ? "client to server" : "server to client" },
            row.dir === "c2s" ? "C→S" : row.dir === "s2c" ? "S→C" : "",
          ),
          h(
            "span",
            { class: "what" },
            row.what,
            row.input != null && !index.scan && list(look.report.inputs).length > 1
              ? " (" + file(look.report.inputs[row.input].path) + ")"
              : "",
          ),
          h(
            "span",
            { class: "tools bar" },
            keys.length && row.pkt
              ? h(
                  "button",
                  {
                    class: "small",
                    "aria-label": "Show packet " + row.pkt + " in the ladder",
                    onclick: () => jump(keys, (conn) => packetOf({ pkt: row.pkt, input: row.input }, conn)),
                  },
                  "Ladder",
                )
              : null,
            row.wireshark
              ? h(
                  "button",
                  {
                    class: "small",
                    title: row.wireshark,
                    "aria-label": "Copy the Wireshark filter of packet " + row.pkt,
                    onclick: () => copy(row.wireshark),
                  },
                  "Copy filter",
                )
              : null,
          ),
        ),
      ),
    ),
    finding.evidence_total > rows.length
      ? h("p", { class: "mute" }, "and " + number(finding.evidence_total - rows.length) + " more packets")
      : null,
  );
}
