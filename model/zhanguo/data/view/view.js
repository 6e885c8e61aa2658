// The page itself: reads the data, keeps what is chosen, listens to keys.

const rows = parsed("script.row").map((row, number) => ({ ...row, number }));
const summary = parsed("#summary")[0];
const view = new ReportView(byId("report"), byId("records"));
let current = null;
let shown = [];

const list = new VirtualList(byId("list"), (row, number) => listLine(row, number, shown.length, row === current, show));

/** Show a report, and a record of it. */
function show(row, record = null) {
  openTab("reports");
  current = row;
  view.show(row);
  if (record !== null && row.records?.[record]) view.choose([record]);
  list.reveal(row);
  byId("list").setAttribute("aria-activedescendant", `line-${row.number}`);
  noteAddress();
}

/** Show what the filters ask for. */
function refresh() {
  shown = asked(rows);
  list.show(shown);
  const records = shown.reduce((sum, row) => sum + (row.records ?? []).filter(recordPasses).length, 0);
  byId("count").textContent = t("ui.count", { shown: digits(shown.length), all: digits(rows.length), records: digits(records) });
  if (current && shown.includes(current)) {
    const { chosen } = view;
    view.show(current);
    if (chosen.length) view.choose(chosen);
  } else if (shown.length) {
    show(shown[0]);
  } else {
    current = null;
    view.clear();
  }
}

function change(what) {
  Object.assign(filters, what);
  refresh();
}

/** Go to the records behind a bar of a plot. */
function goTo(what) {
  byId("search").value = "";
  Object.assign(filters, ALL, what);
  showFilters();
  openTab("reports");
  refresh();
}

function openTab(name) {
  const reports = name === "reports";
  byId("reports").hidden = !reports;
  byId("summary-view").hidden = reports;
  byId("tab-reports").setAttribute("aria-selected", String(reports));
  byId("tab-summary").setAttribute("aria-selected", String(!reports));
  if (!reports) drawSummary(byId("summary-view"), summary, rows, goTo);
}

const isSummary = () => !byId("summary-view").hidden;

/** Go to the next report (by 1) or the one before (by -1); its first or last record is chosen where asked. */
function stepReport(by, withRecord = false) {
  const row = shown[shown.indexOf(current) + by];
  if (!row) return;
  show(row);
  if (withRecord) view.step(by);
}

function stepRecord(by) {
  if (!view.step(by)) stepReport(by, true);
  noteAddress();
}

function leave() {
  if (document.activeElement !== document.body) document.activeElement.blur();
  else if (view.chosen.length) view.choose([]);
  noteAddress();
}

const KEYS = {
  j: () => stepRecord(1), ArrowDown: () => stepRecord(1), k: () => stepRecord(-1), ArrowUp: () => stepRecord(-1),
  n: () => stepReport(1), ArrowRight: () => stepReport(1), p: () => stepReport(-1), ArrowLeft: () => stepReport(-1),
};
const KEYS_IN_LIST = { ArrowDown: KEYS.n, ArrowUp: KEYS.p };
const KEYS_ANYWHERE = {
  "/": () => byId("search").select(),
  s: () => openTab(isSummary() ? "reports" : "summary"),
  "?": () => byId("help").showModal(),
};

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  if (event.key === "Escape") return leave();
  if (event.target.closest("input, select, textarea")) return;
  const keys = event.target === byId("list") ? { ...KEYS, ...KEYS_IN_LIST } : KEYS;
  const act = KEYS_ANYWHERE[event.key] ?? (isSummary() ? null : keys[event.key]);
  if (!act) return;
  event.preventDefault();
  act();
}

/** The address names the report and the record in sight, so that it can be passed on. */
function noteAddress() {
  if (!current) return;
  const record = view.chosen.length ? `.${view.chosen[0]}` : "";
  history.replaceState(null, "", `#${current.number}${record}`);
}

function goToAddress(address) {
  const [, number, record] = /^#(\d+)(?:\.(\d+))?$/.exec(address) ?? [];
  if (rows[number]) show(rows[number], record === undefined ? null : Number(record));
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
}

function setLanguage(name) {
  language = name;
  translatePage();
  fillFilters(rows);
  refresh();
  if (isSummary()) openTab("summary");
}

function delayed(act, wait) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...values), wait);
  };
}

function listen() {
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  const followSystem = () => setTheme(remember("theme") ?? (darkness.matches ? "dark" : "light"));
  darkness.addEventListener("change", followSystem);
  followSystem();
  byId("theme").addEventListener("click", () => {
    const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    remember("theme", name);
    setTheme(name);
  });
  byId("language").addEventListener("click", () => {
    const name = language === "zh" ? "en" : "zh";
    remember("language", name);
    setLanguage(name);
  });
  byId("help-button").addEventListener("click", () => byId("help").showModal());
  byId("tab-reports").addEventListener("click", () => openTab("reports"));
  byId("tab-summary").addEventListener("click", () => openTab("summary"));
  byId("reset").addEventListener("click", () => goTo({}));
  byId("search").addEventListener("input", delayed(({ target }) => change({ query: patterns(target.value) }), 120));
  listenToFilters(change);
  byId("records").addEventListener("click", noteAddress);
  byId("report").addEventListener("click", noteAddress);
  document.addEventListener("keydown", press);
  addEventListener("hashchange", () => goToAddress(location.hash));
  addEventListener("resize", delayed(() => isSummary() && openTab("summary"), 100));
}

for (const block of document.querySelectorAll("script.row")) block.remove();
byId("app").hidden = false;
byId("filters").open = innerHeight > 700 && innerWidth > 900;
listen();
openTab("reports");
const address = location.hash;
setLanguage(LANGUAGES.includes(remember("language")) ? remember("language") : navigator.language.startsWith("zh") ? "zh" : "en");
goToAddress(address);
performance.mark("zhanguo-ready");
