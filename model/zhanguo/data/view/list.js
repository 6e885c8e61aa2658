// The list of reports: only the lines in sight are in the page, whatever their number.

const LINE = 60;
const SPARE = 6;

class VirtualList {
  /** line(item, number) makes one line of LINE pixels. */
  constructor(box, line) {
    this.box = box;
    this.line = line;
    this.items = [];
    this.inner = el("div", { class: "lines" });
    box.replaceChildren(this.inner);
    box.addEventListener("scroll", () => requestAnimationFrame(() => this.draw()));
    new ResizeObserver(() => this.draw()).observe(box);
  }

  show(items) {
    this.items = items;
    this.inner.style.height = `${items.length * LINE}px`;
    this.draw();
  }

  draw() {
    const first = Math.max(0, Math.floor(this.box.scrollTop / LINE) - SPARE);
    const last = Math.min(this.items.length, Math.ceil((this.box.scrollTop + this.box.clientHeight) / LINE) + SPARE);
    const lines = this.items.slice(first, last).map((item, place) => {
      const line = this.line(item, first + place);
      line.style.top = `${(first + place) * LINE}px`;
      return line;
    });
    this.inner.replaceChildren(...lines);
  }

  /** Bring an item into sight. */
  reveal(item) {
    const number = this.items.indexOf(item);
    if (number < 0) return;
    const top = number * LINE;
    if (top < this.box.scrollTop) this.box.scrollTop = top;
    else if (top + LINE > this.box.scrollTop + this.box.clientHeight) this.box.scrollTop = top + LINE - this.box.clientHeight;
    this.draw();
  }
}

/** One report in the list. */
function listLine(row, number, all, chosen, choose) {
  const marks = { id: `line-${row.number}`, role: "option", "aria-selected": String(chosen), "aria-posinset": number + 1, "aria-setsize": all };
  return el("div", { class: `line${"error" in row ? " failed" : ""}`, ...marks, click: () => choose(row) }, quoted(row.id, { class: "id" }),
    quoted(row.error ?? heading(row), { class: "heading" }), el("span", { class: "figures" }, ...figures(row)));
}

/** A report's title, or how its text begins. */
const heading = (row) => row.facts.title ?? (row.text ?? row.facts.issuer ?? "").trimStart().slice(0, 60);

function figures(row) {
  if ("error" in row) return [t("ui.failed")];
  const passing = asksForRecords() ? row.records.filter(recordPasses).length : row.records.length;
  const all = passing === row.records.length ? digits(passing) : t("ui.of", { some: digits(passing), all: digits(row.records.length) });
  return [
    `${all} ${t("ui.records")}`,
    row.records.length > 0 && el("span", { title: t("ui.lowest_score") }, `≥ ${score(least(row))}`),
    row.warnings.length > 0 && el("span", { class: "warned", title: t("field.warnings") }, `⚠ ${row.warnings.length}`),
  ];
}
