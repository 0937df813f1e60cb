// A table that is sorted by its heads and filtered by words. A column: title, value of a row, how it is shown, its class.
function grid({ columns, rows, label, text, pick, chosen, filter, sorted = null, down = false, batch = 100 }) {
  let by = sorted,
    shown = batch;
  const body = h("tbody", { role: "rowgroup" }),
    count = h("small", { "aria-live": "polite" }),
    below = h("p", { class: "tools" });
  const box = h("input", {
    type: "search",
    id: filter,
    placeholder: "Filter",
    "aria-label": "Filter " + label,
    title: "Words that must all occur",
    oninput: () => {
      shown = batch;
      draw();
    },
  });
  const heads = columns.map((column, at) =>
    h(
      "th",
      { class: column.kind, scope: "col", role: "columnheader" },
      h(
        "button",
        {
          title: "Sort by " + (column.says || column.title),
          onclick: () => {
            down = by === at ? !down : Boolean(column.most);
            by = at;
            draw();
          },
        },
        column.title,
      ),
    ),
  );
  const texts = new Map();
  const textOf = (row) => {
    if (!texts.has(row)) texts.set(row, [...columns.map((column) => column.value(row)), text ? text(row) : ""].join(" ").toLowerCase());
    return texts.get(row);
  };
  const order = (x, y) =>
    x == null
      ? 1
      : y == null
        ? -1
        : typeof x === "number" && typeof y === "number"
          ? x - y
          : String(x).localeCompare(String(y), "en", { numeric: true });
  function draw() {
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const kept = rows.filter((row) => wanted.every((word) => textOf(row).includes(word)));
    if (by != null) {
      const value = columns[by].value;
      kept.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        return x == null || y == null ? order(x, y) : down ? order(y, x) : order(x, y);
      });
    }
    heads.forEach((head, at) =>
      at === by ? head.setAttribute("aria-sort", down ? "descending" : "ascending") : head.removeAttribute("aria-sort"),
    );
    body.replaceChildren(...kept.slice(0, shown).map((row) => line(row)));
    if (!kept.length)
      body.append(h("tr", {}, h("td", { colspan: columns.length, class: "mute" }, rows.length ? "Nothing fits the filter." : "None.")));
    count.textContent = kept.length === rows.length ? number(rows.length) : number(kept.length) + " of " + number(rows.length);
    below.replaceChildren(
      ...(kept.length > shown
        ? [
            h(
              "button",
              {
                onclick: () => {
                  shown += 5 * batch;
                  draw();
                },
              },
              "Show more: " + number(kept.length - shown) + " left",
            ),
          ]
        : []),
    );
  }
  function line(row) {
    const cells = columns.map((column, at) => {
      const cell = column.show ? column.show(row) : column.value(row);
      return h(
        "td",
        { class: column.kind, role: "cell" },
        pick && at === 0 ? h("button", { class: "pick", "aria-label": pick.label(row) }, cell) : (cell ?? "–"),
      );
    });
    const picked = chosen && chosen(row);
    return h(
      "tr",
      {
        role: "row",
        class: [pick && "picks", picked && "now"].filter(Boolean).join(" ") || null,
        "data-row": pick && pick.name(row),
        "aria-current": picked ? "true" : null,
        onclick: pick && (() => pick.go(row)),
      },
      cells,
    );
  }
  draw();
  return {
    node: [
      h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
        h("table", { role: "table" }, h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body),
      ),
      below,
    ],
    box,
    count,
    draw,
  };
}

// A plain table; titles are [title, class].
function table(titles, rows, label) {
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": label },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          titles.map(([title, kind]) => h("th", { class: kind, scope: "col" }, title)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell, at) => h("td", { class: titles[at][1] }, cell ?? "–")),
          ),
        ),
      ),
    ),
  );
}
// What a picture shows, as a table that is made when it is opened.
function astable(label, titles, rows) {
  const box = h(
    "details",
    {
      class: "astable",
      ontoggle: () => {
        if (box.open && box.childElementCount === 1) box.append(table(titles, rows(), label));
      },
    },
    h("summary", {}, "The same as a table"),
  );
  return box;
}
