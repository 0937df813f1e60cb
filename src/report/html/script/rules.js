// Every rule: what it found, or that it was quiet, or why it was not judged.
function rules() {
  const { coverage } = look.report,
    skipped = list(coverage.rules_skipped),
    spoke = new Map();
  for (const finding of index.shown.filter((one) => within(captureOf(one)))) spoke.set(finding.rule, (spoke.get(finding.rule) || 0) + 1);
  if (look.capture == null)
    for (const [kind, count] of Object.entries((look.report.page || {}).more_findings || {})) {
      const [code] = kind.split(" ");
      spoke.set(code, (spoke.get(code) || 0) + count);
    }
  const why = (code) => skipped.filter((row) => row.rule === code || (row.rule.endsWith("*") && code.startsWith(row.rule.slice(0, -1))));
  const rows = embedded("rules").map(([code, name, summary]) => ({ code, name, summary, found: spoke.get(code) || 0, reasons: why(code) }));
  const reason = (row) =>
    row.reasons
      .map(
        (one) =>
          words(one.why) +
          (list(one.conns).length ? " on conn " + one.conns.slice(0, 8).join(", ") + (one.conns.length > 8 ? " …" : "") : ""),
      )
      .join("; ");
  const told = (row) => (row.found ? plural(row.found, "finding") : row.reasons.length ? "skipped: " + reason(row) : index.scan ? "quiet" : "checked, quiet");
  const made = grid({
    rows,
    label: "rules",
    batch: 400,
    sorted: 2,
    text: (row) => row.summary,
    columns: [
      { title: "rule", kind: "mono nowrap", value: (row) => row.code },
      {
        title: "name",
        value: (row) => row.name,
        show: (row) => [h("span", { class: "mono" }, row.name), h("span", { class: "mute block" }, row.summary)],
      },
      {
        title: "what came of it",
        value: (row) => (row.found ? 0 : row.reasons.length ? 1 : 2) + told(row),
        show: (row) =>
          row.found
            ? h("b", {}, told(row))
            : row.reasons.length
              ? h("span", { class: "sev warning" }, told(row))
              : h("span", { class: "mute" }, told(row)),
      },
    ],
  });
  const skips = new Map();
  for (const row of rows) for (const kind of new Set(row.reasons.map((one) => one.why))) skips.set(kind, (skips.get(kind) || 0) + 1);
  const skippedBy = [...skips].map(([kind, count]) =>
    kind === "not_selected" ? number(count) + " not selected" : number(count) + " skipped somewhere (" + words(kind) + ")",
  );
  return [
    h("h2", { id: "rules-checked" }, "Rules checked", h("small", {}, [plural(coverage.rules_run, "rule"), ...skippedBy].join(" · "))),
    index.scan
      ? h("p", { class: "mute" }, "Where a capture has blind spots, some rules could not judge; the spots are listed with the capture.")
      : null,
    h(
      "details",
      { class: "card rules" },
      h("summary", {}, "Every rule, and why some were not judged"),
      h("p", { class: "tools" }, made.box, " ", made.count),
      made.node,
    ),
    list(look.report.suppressions).length ? suppressions() : null,
    list(look.report.notices).map((notice) => h("p", { class: "mute" }, "Notice: " + notice.text)),
    h(
      "footer",
      { class: "mute" },
      "Made by h2lint " +
        look.report.tool.version +
        ". This page is one file and asks the network for nothing. Drop another report.json on it to see that one.",
    ),
  ];
}
function suppressions() {
  const rows = list(look.report.suppressions).map((row) => [
    h("code", {}, row.rule),
    row.server || "all",
    row.by + ": " + short(row.source, 60),
    row.suppressed,
    row.expires ? row.expires + (row.expired ? " (over)" : "") : "never",
  ]);
  return h(
    "details",
    { class: "card rules" },
    h("summary", {}, plural(rows.length, "entry").replace("entrys", "entries") + " of what is known and does not count"),
    table(
      [
        ["rule", ""],
        ["server", ""],
        ["by", ""],
        ["not counted", "n"],
        ["expires", "nowrap"],
      ],
      rows,
      "Suppressions",
    ),
  );
}
