// The summary: totals as zhanguo summary adds them, and how records spread over organisations, months and scores.

const MOST_PANELS = 12;
const MOST_BARS = 10;
const [MOST_MONTHS, MOST_YEARS] = [36, 100];
// As in view.css, and so are the widths of window at which plots stand in fewer columns.
const [WIDEST, GAP, FRAME] = [1320, 16, 34];

const unitName = (unit) => (unit === null ? t("ui.no_unit") : t(`unit.${unit}`));

/** Draw the summary into box; go(filters) leads to the records behind a bar. */
function drawSummary(box, summary, rows, go) {
  const { paddingLeft, paddingRight } = getComputedStyle(box);
  const whole = Math.min(WIDEST, box.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
  const width = (share) => Math.max(200, Math.floor((whole - GAP * (share - 1)) / share) - FRAME);
  const [half, small] = [width(innerWidth <= 900 ? 1 : 2), width(innerWidth <= 620 ? 1 : innerWidth <= 1100 ? 2 : 3)];
  box.replaceChildren(
    el("p", { class: "headline" }, headline(summary, rows)),
    el("div", { class: "plots" },
      el("div", {}, panel("ui.by_kind", "ui.by_kind_note", barPlot(half, kindBars(summary, go))),
        panel("ui.by_score", "ui.by_score_note", columnPlot(half, scoreColumns(summary.scores, go), "1.00"))),
      el("div", {}, panel("ui.by_org", "ui.added_note", orgPlot(half, summary.orgs, go)),
        panel("ui.by_month", "ui.added_note", monthPlot(half, summary.months, go)))),
    el("h2", {}, t("ui.totals")), el("p", { class: "note" }, t("ui.totals_note")),
    el("div", { class: "totals" }, totalPanels(summary.totals, small, go)),
    el("details", { class: "all" }, el("summary", {}, t("ui.all_totals")), totalsTable(summary.totals)));
}

function headline(summary, rows) {
  const records = summary.scores.reduce((sum, times) => sum + times, 0);
  const added = summary.totals.reduce((sum, total) => sum + total.records, 0);
  const warned = rows.filter(STATES.warnings).length;
  const figures = { reports: summary.reports, records, added, warned, failed: summary.failures };
  return Object.entries(figures).map(([name, value]) => el("span", {}, el("b", {}, digits(value)), ` ${t(`headline.${name}`)}`));
}

const panel = (title, note, plot) => el("figure", {}, el("figcaption", {}, el("h3", {}, t(title)), el("p", {}, t(note))), plot);
const nothing = () => el("p", { class: "note" }, t("ui.nothing"));

function kindBars(summary, go) {
  const kinds = new Map();
  for (const { kind, records, parts, repeated } of summary.totals) {
    const [value, rest] = kinds.get(kind) ?? [0, 0];
    kinds.set(kind, [value + records, rest + parts + repeated]);
  }
  for (const [kind, times] of Object.entries(summary.left_out)) if (times) kinds.set(kind, [0, times]);
  return [...kinds].map(([kind, [value, rest]]) => {
    const text = rest ? `${digits(value)} + ${digits(rest)}` : digits(value);
    const label = t(`kind.${kind}`);
    return { label, value, rest, text, title: `${label}: ${text}`, go: () => go({ kind: optionValue(kind) }) };
  });
}

function scoreColumns(scores, go) {
  const bins = scores.length;
  return scores.map((value, number) => {
    const [from, to] = [number, number + 1].map((edge) => Number((edge / bins).toFixed(4)));
    const title = `${from.toFixed(2)}–${to.toFixed(2)}: ${digits(value)}`;
    const tick = number % 4 === 0 ? from.toFixed(2) : null;
    return { value, text: digits(value), title, tick, go: () => go({ least: from, most: to }) };
  });
}

function orgPlot(width, { named, others, none }, go) {
  const bars = named.map(([org, value]) => ({
    label: org, value, text: digits(value), title: `${org}: ${digits(value)}`, go: () => go({ org, added: true }),
  }));
  const rest = [
    others.names > 0 && t("ui.others", { n: digits(others.names), records: digits(others.records) }),
    none > 0 && t("ui.no_org", { n: digits(none) }),
  ].filter(Boolean);
  return el("div", {}, bars.length ? barPlot(width, bars) : nothing(), rest.length > 0 && el("p", { class: "note" }, rest.join("; ")));
}

/** The months from the first to the last, or the years where that is many months; only those named where it is many years. */
function timeAxis(names) {
  const [first, last] = [names[0], names.at(-1)].map((name) => Number(name.slice(0, 4)) * 12 + Number(name.slice(5)) - 1);
  const run = (from, to, name) => Array.from({ length: to - from + 1 }, (_, step) => name(from + step));
  const year = (number) => String(number).padStart(4, "0");
  const [firstYear, lastYear] = [Math.floor(first / 12), Math.floor(last / 12)];
  if (last - first < MOST_MONTHS) return run(first, last, (number) => `${year(Math.floor(number / 12))}-${String((number % 12) + 1).padStart(2, "0")}`);
  if (lastYear - firstYear < MOST_YEARS) return run(firstYear, lastYear, year);
  return [...new Set(names.map((name) => name.slice(0, 4)))];
}

/** Records along the time; what has no period is said below. */
function monthPlot(width, { named, none }, go) {
  const axis = named.length ? timeAxis(named.map(([name]) => name)) : [];
  const length = axis[0]?.length;
  const times = new Map(axis.map((name) => [name, 0]));
  for (const [name, value] of named) times.set(name.slice(0, length), (times.get(name.slice(0, length)) ?? 0) + value);
  const every = Math.ceil((times.size * 56) / width);
  const columns = [...times].map(([month, value], number) => ({
    value, text: digits(value), title: `${month}: ${digits(value)}`, tick: number % every ? null : month, go: () => go({ month, added: true }),
  }));
  const untold = none > 0 && el("p", { class: "note" }, t("ui.no_period", { n: digits(none) }));
  return el("div", {}, columns.length ? columnPlot(width, columns) : nothing(), untold);
}

/** One plot for each kind and unit, those with the most records first: only amounts of one unit can be compared. */
function totalPanels(totals, width, go) {
  const groups = new Map();
  for (const total of totals.filter(({ records }) => records > 0)) {
    const key = JSON.stringify([total.kind, total.unit]);
    groups.set(key, [...(groups.get(key) ?? []), total]);
  }
  const records = (group) => group.reduce((sum, total) => sum + total.records, 0);
  const shown = [...groups.values()].sort((a, b) => records(b) - records(a)).slice(0, MOST_PANELS);
  return shown.map((group) => {
    const bars = group.sort((a, b) => Number(b.sum) - Number(a.sum)).slice(0, MOST_BARS).map((total) => totalBar(total, go));
    const note = [t("ui.n_records", { n: digits(records(group)) }), group.length > MOST_BARS && t("ui.largest", { n: MOST_BARS, all: group.length })];
    const title = [t(`kind.${group[0].kind}`), " · ", quoted(unitName(group[0].unit))];
    return el("figure", {}, el("figcaption", {}, el("h3", {}, title), el("p", {}, note.filter(Boolean).join("; "))), barPlot(width, bars));
  });
}

function totalBar(total, go) {
  const label = categoryName(total.category);
  const sum = digits(total.sum);
  const title = `${label}: ${sum} ${unitName(total.unit)}; ${t("ui.n_records", { n: digits(total.records) })}`;
  const filter = { kind: optionValue(total.kind), category: optionValue(total.category), added: true };
  return { label, value: Number(total.sum), text: shortened(sum, 140), title, go: () => go(filter) };
}

function totalsTable(totals) {
  const names = ["kind", "category", "unit", "records", "reports", "sum", "ranges", "parts", "repeated"];
  const cells = (total) => [t(`kind.${total.kind}`), categoryName(total.category), quoted(unitName(total.unit)), ...names.slice(3).map((name) => digits(total[name]))];
  const line = (tag, values) => el("tr", {}, values.map((value, place) => el(tag, { class: place < 3 ? null : "right" }, value)));
  return el("table", {}, el("thead", {}, line("th", names.map((name) => t(`total.${name}`)))), el("tbody", {}, totals.map((total) => line("td", cells(total)))));
}
