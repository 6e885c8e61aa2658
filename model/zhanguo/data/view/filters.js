// Which records and reports are asked for. A record filter leaves out the reports without such a record.

const ALL = { kind: "", category: "", org: "", month: "", least: 0, most: 1, added: false, state: "", order: "", query: [] };
const filters = { ...ALL };
const orgNames = new Set();

const STATES = {
  "": () => true,
  warnings: (row) => row.warnings?.length > 0,
  failed: (row) => "error" in row,
  empty: (row) => row.records?.length === 0,
};
const least = (row) => Math.min(...(row.records ?? []).map((record) => record.score));
const ORDERS = {
  least: (a, b) => least(a) - least(b),
  records: (a, b) => (b.records?.length ?? 0) - (a.records?.length ?? 0),
};

/** The value of an option for a name that may be null; the empty string stands for all. */
const optionValue = (name) => JSON.stringify(name);

const asksForRecords = () => ["kind", "category", "org", "month", "least", "most", "added"].some((name) => filters[name] !== ALL[name]);

function recordPasses(record) {
  return (
    (!filters.kind || optionValue(record.kind) === filters.kind) &&
    (!filters.category || optionValue(record.category) === filters.category) &&
    (!filters.org || orgPasses(record.org)) &&
    (!filters.month || (record.month !== null && record.month.startsWith(filters.month))) &&
    filters.least <= record.score &&
    (record.score < filters.most || filters.most >= 1) &&
    (!filters.added || record.standing === "records")
  );
}

/** A name that records have stands for itself, others for all that they are in. */
function orgPasses(org) {
  return orgNames.has(filters.org) ? org === filters.org : org !== null && org.includes(filters.org);
}

function rowPasses(row) {
  const asked = asksForRecords();
  return (
    STATES[filters.state](row) &&
    (!asked || (row.records ?? []).some(recordPasses)) &&
    filters.query.every((pattern) => haystack(row).some((text) => pattern.test(text)))
  );
}

/** The texts of a row that a search looks through. */
function haystack(row) {
  const quotes = row.text === undefined ? (row.spans ?? []).map((span) => span.text) : [row.text];
  return [row.id, row.source, row.error ?? "", ...quotes];
}

/** A search's words as patterns, all of which must be found. */
const patterns = (query) => query.split(/\s+/).filter(Boolean).map((word) => new RegExp(word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "iu"));

/** The rows asked for, in the order asked for. */
function asked(rows) {
  const found = rows.filter(rowPasses);
  return filters.order ? found.sort(ORDERS[filters.order]) : found;
}

/** Count the values of a field of all records, the most frequent first. */
function counted(rows, name) {
  const times = new Map();
  for (const row of rows) for (const record of row.records ?? []) times.set(record[name], (times.get(record[name]) ?? 0) + 1);
  return [...times].sort((a, b) => b[1] - a[1]);
}

/** Fill the choices of kind, category and organisation with what there is. */
function fillFilters(rows) {
  const choices = { kind: (name) => t(`kind.${name}`), category: categoryName };
  for (const [field, label] of Object.entries(choices)) {
    const select = byId(`filter-${field}`);
    const options = counted(rows, field).map(([name, times]) => el("option", { value: optionValue(name) }, `${label(name)} (${digits(times)})`));
    select.replaceChildren(el("option", { value: "" }, t("ui.all")), ...options);
    select.value = filters[field];
  }
  const orgs = counted(rows, "org").filter(([name]) => name !== null);
  orgs.forEach(([name]) => orgNames.add(name));
  byId("orgs").replaceChildren(...orgs.slice(0, 300).map(([name]) => el("option", { value: name })));
}

/** Show the filters in their controls. */
function showFilters() {
  for (const name of ["kind", "category", "org", "month", "least", "most", "state"]) byId(`filter-${name}`).value = filters[name];
  byId("filter-added").checked = filters.added;
  byId("order").value = filters.order;
}

/** Call changed(what is asked for) whenever a control changes. */
function listenToFilters(changed) {
  for (const name of ["kind", "category", "org", "month", "state"]) {
    byId(`filter-${name}`).addEventListener("input", ({ target }) => changed({ [name]: target.value.trim() }));
  }
  for (const name of ["least", "most"]) {
    byId(`filter-${name}`).addEventListener("input", ({ target }) => changed({ [name]: target.value === "" ? ALL[name] : Number(target.value) }));
  }
  byId("filter-added").addEventListener("input", ({ target }) => changed({ added: target.checked }));
  byId("order").addEventListener("input", ({ target }) => changed({ order: target.value }));
}
