// One report: its text with spans, its records beside it, and the evidence of the chosen records lit in the text.

const ROLES = ["quantity", "unit", "target", "action", "org", "period"];
const COLUMNS = ["number", "kind", "what", "amount", "org", "period", "score"];

/** The report in sight: its pieces of text with their elements, its rows of the table, what is chosen. */
class ReportView {
  constructor(article, section) {
    this.article = article;
    this.section = section;
    this.chosen = [];
    this.pieces = [];
    this.lines = [];
    article.addEventListener("click", (event) => this.clickText(event));
  }

  show(row) {
    this.row = row;
    this.chosen = [];
    [this.pieces, this.lines] = [[], []];
    if ("error" in row) {
      this.article.replaceChildren(head(row), el("p", { class: "error" }, t("ui.failed_because"), quoted(row.error)));
      this.section.replaceChildren();
      return;
    }
    this.text = textOf(row);
    this.pieces = cut(row, this.text);
    this.box = el("div", { id: "text", lang: "zh" }, this.pieces.map((piece, number) => this.piece(piece, number)));
    const note = row.text === undefined && el("p", { class: "note" }, t("ui.no_text"));
    this.article.replaceChildren(head(row), facts(row, (place) => this.lightPlace(place)), warnings(row), legend(), note || "", this.box);
    this.showRecords();
    this.article.scrollTop = this.section.scrollTop = 0;
    this.markSearch();
  }

  clear() {
    this.row = undefined;
    this.chosen = [];
    this.article.replaceChildren(el("p", { class: "note" }, t("ui.nothing")));
    this.section.replaceChildren();
  }

  piece(piece, number) {
    const text = this.text.slice(piece.start, piece.end);
    const [inner, outer] = piece.spans;
    const code = text !== null && [...text].length === 1 && CONTROL.test(text) ? `U+${text.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}` : null;
    const title = piece.spans.map((span) => `${t(`label.${span.label}`)} ${score(span.score)}`).join(" · ");
    const marks = { "data-label": inner?.label, "data-outer": outer?.label, "data-code": code, "data-piece": number, title: title || null };
    piece.element = el("span", { class: text === null ? "gap" : null, ...marks }, text ?? "…");
    return piece.element;
  }

  showRecords() {
    const { row } = this;
    this.lines = row.records.map((record, number) => this.line(record, number));
    const titles = COLUMNS.map((name) => el("th", { scope: "col", class: name }, name === "number" ? "#" : t(`column.${name}`)));
    const table = el("table", {}, el("thead", {}, el("tr", {}, titles)), el("tbody", {}, this.lines));
    const none = el("p", { class: "note" }, t("ui.none_found"));
    this.card = el("div", { id: "card" });
    this.section.replaceChildren(el("div", { id: "table" }, row.records.length ? table : none), this.card);
  }

  line(record, number) {
    const change = record.change && { up: "▲ ", down: "▼ " }[record.change];
    const part = record.part_of !== null && el("small", {}, `↳ ${t("ui.part_of", { number: record.part_of })}`);
    const cells = {
      number: [String(number)],
      kind: [t(`kind.${record.kind}`), part],
      what: [quoted([record.action, record.target].filter(Boolean).join(" ")), el("small", {}, record.category === null ? "" : categoryName(record.category))],
      amount: [el("span", { title: t(`qualifier.${record.qualifier}`) }, change || "", amount(record)), " ", quoted(record.unit ?? "")],
      org: [quoted(record.org ?? "")],
      period: [record.period === null ? "" : days(record.period)],
      score: [scoreBar(record.score)],
    };
    const marks = { tabindex: 0, "data-record": number, "aria-selected": "false", class: recordPasses(record) ? null : "dim" };
    const choose = () => this.choose([number]);
    const press = (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), choose());
    return el("tr", { ...marks, click: choose, keydown: press }, COLUMNS.map((name) => el("td", { class: name }, cells[name])));
  }

  /** Choose records, the first one before all: light their evidence and show both ends. */
  choose(numbers, { scroll = true } = {}) {
    this.chosen = numbers;
    this.lines.forEach((line, number) => line.setAttribute("aria-selected", String(numbers.includes(number))));
    this.dark();
    const records = numbers.map((number) => this.row.records[number]);
    for (const { evidence } of records) if (evidence.sentence) this.light(evidence.sentence, "sentence");
    for (const { evidence } of records) for (const role of ROLES) if (evidence[role]) this.light(evidence[role], role);
    this.card.replaceChildren(...(records.length ? [this.details(records[0], numbers[0])] : []));
    if (!records.length) return;
    if (scroll) reveal(this.box.querySelector("[data-lit~=quantity], [data-lit]"));
    this.lines[numbers[0]].scrollIntoView({ block: "nearest" });
  }

  light([start, end], role) {
    for (const { element } of within(this.pieces, start, end)) {
      element.dataset.lit = element.dataset.lit ? `${element.dataset.lit} ${role}` : role;
      if (role !== "sentence") element.dataset.role ??= role;
    }
  }

  lightPlace(place) {
    this.choose([]);
    this.light(place, "fact");
    reveal(this.box.querySelector("[data-lit]"));
  }

  dark() {
    for (const element of this.box.querySelectorAll("[data-lit]")) {
      delete element.dataset.lit;
      delete element.dataset.role;
    }
  }

  clickText(event) {
    const element = event.target.closest("[data-piece]");
    if (!element || !getSelection().isCollapsed) return;
    this.choose(supported(this.row.records, this.pieces[element.dataset.piece]), { scroll: false });
  }

  /** Go to the next record (by 1) or the one before (by -1) that passes the filters; false where there is none. */
  step(by) {
    const records = this.row?.records ?? [];
    const current = this.chosen.length ? this.chosen[0] : by > 0 ? -1 : records.length;
    for (let number = current + by; number >= 0 && number < records.length; number += by) {
      if (recordPasses(records[number])) {
        this.choose([number]);
        return true;
      }
    }
    return false;
  }

  /** All that is known of a record, each piece of evidence to be gone to. */
  details(record, number) {
    const lines = fields(record).map(([name, value]) => [el("dt", {}, t(name)), el("dd", {}, value)]);
    const quotes = [...ROLES, "sentence"].filter((role) => record.evidence[role]).map((role) => this.quote(role, record.evidence[role]));
    return el("div", { class: "details" }, el("h3", {}, `#${number} ${t(`kind.${record.kind}`)} `, quoted(`${record.target ?? ""} ${amount(record)} ${record.unit ?? ""}`)),
      el("dl", {}, lines), el("h4", {}, t("ui.evidence")), el("ul", { class: "quotes" }, quotes));
  }

  quote(role, [start, end]) {
    const go = () => reveal(within(this.pieces, start, end)[0].element);
    const text = this.text.slice(start, end);
    const piece = quoted(text ?? "…", { class: "quoted" });
    return el("li", {}, el("button", { "data-role": role, click: go }, t(`role.${role}`)), piece, el("small", {}, `${start}–${end}`));
  }

  /** Mark what is searched for in the text, where the browser can. */
  markSearch() {
    if (!globalThis.CSS?.highlights) return;
    CSS.highlights.delete("search");
    if (!filters.query.length || !this.text?.text) return;
    const found = [...this.text.text.matchAll(new RegExp(filters.query.map(({ source }) => source).join("|"), "giu"))].slice(0, 1000);
    CSS.highlights.set("search", new Highlight(...found.map((match) => this.range(match.index, match.index + match[0].length))));
  }

  /** A range of the page between two UTF-16 offsets of the text. */
  range(start, end) {
    const range = new Range();
    const piece = (unit) => this.pieces.findLast(({ start: place }) => this.text.unit(place) <= unit);
    const [first, last] = [piece(start), piece(end - 1)];
    range.setStart(first.element.firstChild, start - this.text.unit(first.start));
    range.setEnd(last.element.firstChild, end - this.text.unit(last.start));
    return range;
  }
}

/** Bring a piece of the text into sight, if it is not. */
function reveal(element) {
  if (!element) return;
  const { top, bottom } = element.getBoundingClientRect();
  const frame = element.closest("article").getBoundingClientRect();
  if (top >= Math.max(0, frame.top) && bottom <= Math.min(innerHeight, frame.bottom)) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
}

function head(row) {
  const about = [quoted(row.source), row.chars !== undefined && t("ui.characters", { n: digits(row.chars) }), row.model && quoted(row.model)];
  const parts = about.filter(Boolean).flatMap((part) => [" · ", part]).slice(1);
  return el("header", {}, el("h2", {}, quoted(row.id)), el("p", { class: "about" }, parts));
}

/** The facts of a report; one with a place in the text is a button that shows it. */
function facts(row, go) {
  const told = ["title", "issuer", "date", "campaign"].filter((name) => row.facts[name] !== null);
  return el("dl", { class: "facts" }, told.map((name) => {
    const place = row.facts.evidence[name];
    const value = quoted(row.facts[name]);
    return [el("dt", {}, t(`fact.${name}`)), el("dd", {}, place ? el("button", { click: () => go(place) }, value) : value)];
  }));
}

function warnings(row) {
  return el("ul", { class: "warnings" }, row.warnings.map((warning) => el("li", {}, quoted(warning))));
}

/** What the colours mean: labels of spans, and what only records have. */
function legend() {
  const labels = ["ORG", "TARGET", "QUANTITY", "UNIT"].map((label) => el("span", { "data-label": label }, t(`label.${label}`)));
  const roles = ["action", "period", "sentence"].map((role) => el("span", { "data-lit": role, "data-role": role === "sentence" ? null : role }, t(`role.${role}`)));
  return el("p", { class: "legend" }, labels, roles);
}

function scoreBar(value) {
  const bar = el("span", { class: "bar" });
  bar.style.setProperty("--share", `${Math.round(value * 100)}%`);
  return el("span", { class: "scored" }, score(value), bar);
}

/** The fields of a record that the table has no place for, as [name, value]. */
function fields(record) {
  const line = [];
  for (let name = record.category; name; name = parents[name]) line.push(categoryName(name));
  const open = (value) => (value === null ? "…" : digits(value));
  return [
    ["field.category", line.join(" ‹ ")],
    ["field.org", record.org && quoted(record.org)],
    ["field.period", record.period && days(record.period)],
    ["ui.base", record.base_value === null ? "" : `${digits(record.base_value)} ${t(`unit.${record.base_unit}`)}`],
    ["ui.bounds", record.low === record.high ? "" : `${open(record.low)} – ${open(record.high)}`],
    ["field.qualifier", record.qualifier === "exact" ? "" : t(`qualifier.${record.qualifier}`)],
    ["field.change", record.change === null ? "" : t(`change.${record.change}`)],
    ["field.outcome", record.outcome === null ? "" : t(`outcome.${record.outcome}`)],
    ["ui.standing", t(`standing.${record.standing}`, { number: record.part_of })],
  ].filter(([, value]) => value);
}
