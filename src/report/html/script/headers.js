// Field lines as they are on the wire.
const HOW = { i: "indexed", "+": "incremental", "-": "without indexing", n: "never indexed" };
function headers(conn) {
  const { blocks, blocks_left: left } = drawingOf(conn);
  if (!list(blocks).length) {
    const none = !Object.keys(look.drawings).length
      ? "A report alone carries no field lines; the page that h2lint writes from the capture does."
      : blocks
        ? "No field block of this connection could be read."
        : "The page has no room for the field lines of this connection.";
    return [h("p", { class: "mute" }, none), asText("headers", conn)];
  }
  const rows = blocks.flatMap(([stream, pkt, from, fields], block) =>
    fields.map(([name, value, how, size, saved, mark], at) => ({ stream, pkt, from, name, value, how, size, saved, mark, at, block })),
  );
  const certain = { "": ["✓", "known", "pass"], unknown: ["?", "not known", "warning"], masked: ["▒", "masked", "info"] };
  const made = grid({
    rows,
    label: "field lines",
    batch: 150,
    text: (row) => "stream " + row.stream + " pkt " + (row.pkt % FILE) + " " + HOW[row.how],
    columns: [
      { title: "stream", kind: "n", value: (row) => row.stream },
      { title: "pkt", kind: "n wide", value: (row) => row.pkt, show: (row) => packetName(row.pkt, conn) },
      { title: "dir", kind: "nowrap", value: (row) => (row.from ? "S→C" : "C→S") },
      { title: "name", kind: "mono name", value: (row) => row.name, show: (row) => row.name },
      { title: "value", kind: "mono value", value: (row) => row.value },
      {
        title: "certainty",
        kind: "nowrap",
        value: (row) => certain[row.mark][1],
        show: (row) =>
          h(
            "span",
            { class: "certainty" },
            h("b", { class: "sev " + certain[row.mark][2], "aria-hidden": "true" }, certain[row.mark][0]),
            " ",
            certain[row.mark][1],
          ),
      },
      { title: "written", kind: "nowrap wide", value: (row) => HOW[row.how] },
      { title: "octets", kind: "n wide", most: true, value: (row) => row.size },
      { title: "saved", kind: "n wide", most: true, value: (row) => row.saved },
    ],
  });
  const some = (mark) => rows.filter((row) => row.mark === mark).length;
  return [
    h(
      "h3",
      {},
      "Field lines",
      made.count,
      some("unknown")
        ? h(
            "small",
            {},
            number(some("unknown")) + " not known: their table entries were made before the capture, or in octets that are missing",
          )
        : null,
      h("span", { class: "end tools" }, made.box),
    ),
    made.node,
    some("masked")
      ? h("p", { class: "mute" }, "Values of secret fields are masked; ", h("code", {}, "--show-secrets"), " shows them.")
      : null,
    left ? h("p", { class: "mute" }, plural(left, "later field block") + " of this connection are not in this page.") : null,
    asText("headers", conn),
  ];
}
