"""The page that view makes, in a browser: evidence lights where it is, filters count right, nothing of a report runs."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from zhanguo import view
from zhanguo.results import parse, read_results
from zhanguo.schema import FailureRow, Record, ReportRow
from zhanguo.summary import ADDED, summarise, with_standings

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed (pip install '.[dev]')")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no chromium or no chromedriver (apt-get install chromium chromium-driver)"
)

RESULTS = Path(__file__).parent / "cases" / "results.jsonl"
ROWS = list(read_results([RESULTS]))
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--lang=en", "--window-size=1400,900"),
)
HOSTILE = (
    "</script><script>window.taken=1</script><img src=x onerror=window.taken=2><!--<script>&lt;b&gt;]]>\u2028\u2029"
    "\u202eabc\u202c\u200b<svg onload=window.taken=3>javascript:taken ${1}`'\"\\"
)
Open = Callable[..., "Page"]


class Page:
    """An open page and the few things that tests do with it."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def js(self, code: str, *values: Any) -> Any:
        return self.browser.execute_script(code, *values)

    def texts(self, selector: str) -> list[str]:
        found: list[str] = self.js("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)
        return found

    def lit(self, role: str) -> str:
        return "".join(self.texts(f"#text [data-lit~={role}]"))

    def chosen(self) -> list[int]:
        return [
            int(number)
            for number in self.js("return [...document.querySelectorAll('tr[aria-selected=true]')].map((e) => e.dataset.record)")
        ]

    def click(self, selector: str) -> None:
        self.browser.find_element("css selector", selector).click()

    def keys(self, *keys: str) -> None:
        self.browser.switch_to.active_element.send_keys(*keys)

    def fill(self, selector: str, value: str) -> None:
        self.js(
            "const [e, v] = arguments; e.value = v; e.dispatchEvent(new Event('input'))",
            self.browser.find_element("css selector", selector),
            value,
        )

    def wait(self, code: str) -> None:
        """Until some JavaScript is true; a test that waits in vain fails."""
        wait = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait
        wait(self.browser, 30, poll_frequency=0.05).until(lambda browser: browser.execute_script(f"return {code}"), code)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of some rows; afterwards nothing may have gone wrong, been refused or been loaded in it."""

    def open_page(rows: list[Any] | None = None, at: str = "") -> Page:
        path = tmp_path / "page.html"
        with path.open("w", encoding="utf-8", newline="\n") as stream:
            view.write_page(ROWS if rows is None else rows, stream, "made up")
        browser.get("about:blank")
        browser.get(path.as_uri() + at)
        return Page(browser)

    browser.get_log("browser")
    yield open_page
    browser.execute_script("localStorage.clear()")
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource').map((e) => e.name)") == []


def report(text: str, spans: list[tuple[int, int, str]] | None = None, record: Any = None, records: int = 1, **changes: Any) -> ReportRow:
    figure = {
        "kind": "seizure",
        "value": 1,
        "qualifier": "exact",
        "evidence": {"quantity": [2, 3], "sentence": [0, len(text)]},
        **(record or {}),
    }
    labelled = [{"start": a, "end": b, "label": label, "text": text[a:b], "score": 1} for a, b, label in spans or []]
    row = {
        "id": "r",
        "source": "s",
        "chars": len(text),
        "sha256": "0",
        "text": text,
        "model": "m",
        "spans": labelled,
        "facts": {},
        "warnings": [],
    }
    parsed: ReportRow = parse(ReportRow, {**row, "records": [figure] * records, **changes})
    return parsed


def reports() -> list[ReportRow]:
    return [row for row in ROWS if "error" not in row]


def every_record() -> list[tuple[ReportRow, Record, str]]:
    return [(row, record, standing) for row in reports() for record, standing in with_standings(row["records"])]


def test_each_record_lights_its_evidence_to_the_code_point(opened: Open) -> None:
    """The first report has an emoji before its figures, so that UTF-16 offsets would light other characters."""
    page = opened()
    lit = 0
    for number, row in enumerate(ROWS):
        if "error" in row or "text" not in row:
            continue
        page.js("show(rows[arguments[0]])", number)
        assert page.texts("#text") == [row["text"]]
        for place, record in enumerate(row["records"]):
            page.click(f"tr[data-record='{place}']")
            assert page.chosen() == [place]
            for role, (start, end) in record.evidence.items():
                assert page.lit(role) == row["text"][start:end], (row["id"], place, role)
                lit += 1
            assert set(page.texts("#card .quotes button")) == set(
                page.js("return arguments[0].map((r) => t(`role.${r}`))", list(record.evidence))
            )
    assert lit > 40


def test_a_piece_of_text_chooses_the_records_that_it_supports(opened: Open) -> None:
    page = opened()
    for row in (row for row in reports() if "text" in row):
        page.js("show(rows.find((row) => row.id === arguments[0]))", row["id"])
        pieces = page.js("return view.pieces.map(({ start, end }) => [start, end])")
        for number, (start, end) in enumerate(pieces):
            page.js("document.querySelector(`[data-piece='${arguments[0]}']`).click()", number)
            direct, whole = [], []
            for place, record in enumerate(row["records"]):
                for role, (a, b) in record.evidence.items():
                    if a < end and start < b:
                        (whole if role == "sentence" else direct).append(place)
            assert page.chosen() == sorted(set(direct or whole)), (row["id"], start, end)


def test_pieces_cover_the_text_once_and_bear_their_labels(opened: Open) -> None:
    text = "甲𠮷乙丙丁戊己"
    page = opened([report(text, [(0, 5, "TARGET"), (1, 3, "QUANTITY"), (2, 7, "ORG")])])
    assert page.texts("[data-piece]") == ["甲", "𠮷", "乙", "丙丁", "戊己"]
    labels = page.js("return [...document.querySelectorAll('[data-piece]')].map(({ dataset: d }) => [d.label ?? null, d.outer ?? null])")
    assert labels == [["TARGET", None], ["QUANTITY", "TARGET"], ["QUANTITY", "TARGET"], ["TARGET", "ORG"], ["ORG", None]]


def test_nothing_of_a_report_runs_or_becomes_markup(opened: Open) -> None:
    text = "收缴3" + HOSTILE
    facts = {"title": HOSTILE, "issuer": HOSTILE, "campaign": HOSTILE, "evidence": {"title": [3, len(text)]}}
    figure: dict[str, Any] = dict.fromkeys(("action", "target", "unit", "org", "category", "base_unit", "period"), HOSTILE)
    figure |= {"base_value": 3, "evidence": {"quantity": [2, 3], "org": [3, len(text)], "sentence": [0, 5]}}
    row = {"id": HOSTILE, "source": HOSTILE, "model": HOSTILE, "facts": facts, "warnings": [HOSTILE]}
    failure: FailureRow = {"id": HOSTILE, "source": HOSTILE, "error": HOSTILE}
    page = opened([report(text, [(3, len(text), "ORG")], figure, **row), failure])
    before = page.js("return document.querySelectorAll('script').length")
    page.click("tr[data-record='0']")
    assert page.texts("#text") == [text]
    assert page.lit("org") == HOSTILE
    assert page.texts("h2 bdi")[0] == HOSTILE
    assert page.texts(".facts dd") == [HOSTILE] * 3
    assert page.texts(".warnings li") == [HOSTILE]
    for step in ("show(rows[1])", "openTab('summary')", "setLanguage('zh')"):
        page.js(step)
    assert HOSTILE in page.texts("#report .error")[0]
    assert page.js("return [typeof window.taken, document.querySelectorAll('img, iframe, object').length]") == ["undefined", 0]
    assert page.js("return document.querySelectorAll('script').length") == before
    assert (
        page.js("return [...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames()).filter((n) => n.startsWith('on'))") == []
    )


def test_a_script_put_in_later_is_refused(browser: Any, opened: Open) -> None:
    page = opened()
    page.js("const s = document.createElement('script'); try { s.textContent = 'window.taken = 1'; document.body.append(s) } catch {}")
    page.js("try { document.body.innerHTML += '<img src=x onerror=taken()>' } catch {}")
    assert page.js("return [typeof window.taken, document.images.length]") == ["undefined", 0]
    assert any("Content Security Policy" in entry["message"] or "Trusted" in entry["message"] for entry in browser.get_log("browser"))


def test_what_is_invisible_is_shown_and_turns_nothing_around(opened: Open) -> None:
    page = opened([report("收缴3\u202e\u200b支\ufeff")])
    assert page.js("return [...document.querySelectorAll('[data-code]')].map((e) => e.dataset.code)") == ["U+202E", "U+200B", "U+FEFF"]
    assert page.js("return [...document.querySelectorAll('[data-code]')].map((e) => getComputedStyle(e).unicodeBidi)") == ["isolate"] * 3


FILTERS: list[tuple[str, str, Callable[[ReportRow, Record, str], bool]]] = [
    ("#filter-kind", '"seizure"', lambda _, record, __: record.kind == "seizure"),
    ("#filter-category", '"firearm"', lambda _, record, __: record.category == "firearm"),
    ("#filter-category", "null", lambda _, record, __: record.category is None),
    ("#filter-org", "公安局", lambda _, record, __: "公安局" in (record.org or "")),
    ("#filter-least", "0.95", lambda _, record, __: record.score >= 0.95),
    ("#filter-most", "0.95", lambda _, record, __: record.score < 0.95),
    ("#filter-month", "2019", lambda _, record, __: (view.month(record.period) or "").startswith("2019")),
    ("#filter-state", "warnings", lambda row, _, __: bool(row["warnings"])),
]


@pytest.mark.parametrize(("control", "value", "passes"), FILTERS, ids=[f"{control} {value}" for control, value, _ in FILTERS])
def test_filters(opened: Open, control: str, value: str, passes: Callable[[ReportRow, Record, str], bool]) -> None:
    page = opened()
    page.fill(control, value)
    found = [(row["id"], record) for row, record, standing in every_record() if passes(row, record, standing)]
    ids = {name for name, _ in found}
    assert page.texts("#count") == [f"{len(ids)} of {len(ROWS)} inputs, {len(found)} records"]
    assert set(page.texts(".line .id")) == ids
    page.click("#reset")
    assert page.texts("#count") == [f"{len(ROWS)} of {len(ROWS)} inputs, {len(every_record())} records"]


def test_filters_of_inputs(opened: Open) -> None:
    page = opened()
    for value, ids in (("failed", ["c"]), ("empty", ["d"])):
        page.fill("#filter-state", value)
        assert page.texts(".line .id") == ids
    assert page.texts("#report .note") == []
    page.fill("#filter-state", "")
    page.click("#filter-added")
    added = sum(standing == ADDED for _, _, standing in every_record())
    assert page.texts("#count")[0].endswith(f" {added} records")


def test_order(opened: Open) -> None:
    page = opened()
    page.fill("#order", "records")
    assert page.texts(".line .id") == [row["id"] for row in sorted(ROWS, key=lambda row: -len(row.get("records", ())))]
    page.fill("#order", "least")
    scores = [min((record.score for record in row.get("records", ())), default=2) for row in ROWS]
    assert page.texts(".line .id") == [ROWS[place]["id"] for place in sorted(range(len(ROWS)), key=lambda place: scores[place])]


def test_search(opened: Open) -> None:
    page = opened()
    page.keys("/")
    page.keys("黑火药 吨")
    page.wait("document.querySelectorAll('.line').length === 1")
    assert page.texts(".line .id") == ["a"]
    assert page.js("return [...CSS.highlights.get('search')].map(String)") == ["吨", "黑火药"]
    page.js("byId('search').value = ''")
    page.keys("(*[x")
    page.wait("document.querySelectorAll('.line').length === 0")
    assert page.texts("#report .note") == ["Nothing to show."]
    page.keys("jn")
    page.fill("#search", "binary FILE")
    page.wait("document.querySelectorAll('.line').length === 1")
    assert "binary file, not text" in page.texts("#report .error")[0]


def test_keys(opened: Open) -> None:
    page = opened()
    first = len(reports()[0]["records"])
    page.keys("j")
    assert page.chosen() == [0]
    page.keys("j", "\ue015", "k")
    assert page.chosen() == [1]
    page.keys("\ue00c")
    assert page.chosen() == []
    page.keys("k")
    assert page.chosen() == [first - 1]
    page.keys("j")
    assert (page.js("return current.id"), page.chosen()) == (ROWS[1]["id"], [0])
    page.keys("k")
    assert (page.js("return current.id"), page.chosen()) == (ROWS[0]["id"], [first - 1])
    page.keys("n")
    page.keys("\ue014")
    assert page.js("return current.id") == ROWS[2]["id"]
    page.keys("p", "\ue012", "p")
    assert page.js("return current.id") == ROWS[0]["id"]
    page.keys("s")
    assert page.js("return [byId('reports').hidden, isSummary()]") == [True, True]
    page.keys("j", "s", "/", "jj")
    assert page.js("return [isSummary(), byId('search').value]") == [False, "jj"]
    page.keys("\ue00c", "\ue00c")
    page.keys("?")
    assert page.js("return byId('help').open") is True


def test_keys_pass_over_what_the_filters_leave_out(opened: Open) -> None:
    page = opened()
    records = reports()[0]["records"]
    kind = records[-1].kind
    page.fill("#filter-kind", json.dumps(kind))
    page.keys("j")
    assert page.chosen() == [next(number for number, record in enumerate(records) if record.kind == kind)]
    assert len(page.texts("tr.dim")) == sum(record.kind != kind for record in records)


def test_the_address_names_report_and_record(opened: Open) -> None:
    page = opened(at="#1.1")
    assert (page.js("return current.id"), page.chosen()) == (ROWS[1]["id"], [1])
    page.keys("k")
    assert page.js("return location.hash") == "#1.0"
    for odd in ("#99", "#0.99", "#x", "#-1"):
        page.js("location.hash = arguments[0]", odd)
    page.wait("current.number === 0 && view.chosen.length === 0")


def test_without_text_what_is_quoted_is_shown(opened: Open) -> None:
    page = opened()
    row = next(row for row in reports() if "text" not in row)
    page.js("show(rows.find((row) => row.text === undefined && row.spans))")
    assert "--no-text" in page.texts("#report .note")[0]
    assert [text for text in page.texts("#text [data-label]") if text != "…"]
    for place, record in enumerate(row["records"]):
        page.click(f"tr[data-record='{place}']")
        assert page.lit("quantity") == next(span["text"] for span in row["spans"] if span["start"] == record.evidence["quantity"].start)
    page.click("#text [data-label=QUANTITY]")
    assert page.chosen() == [0]


def test_facts_and_warnings(opened: Open) -> None:
    text = "甲县公安局通报：收缴枪3支。"
    facts = {"issuer": text[:5], "date": "2019-06-20", "evidence": {"issuer": [0, 5]}}
    page = opened([report(text, warnings=["an odd byte", "another"], facts=facts)])
    assert page.texts(".facts dd") == ["甲县公安局", "2019-06-20"]
    assert page.texts(".warnings li") == ["an odd byte", "another"]
    page.click(".facts button")
    assert page.lit("fact") == "甲县公安局"


def test_languages(opened: Open) -> None:
    page = opened()
    assert page.texts("#tab-summary") == ["Summary"]
    page.keys("j")
    page.click("#language")
    assert page.texts("#tab-summary") == ["概览"]
    assert page.js("return document.documentElement.lang") == "zh-CN"
    assert page.chosen() == [0]
    assert page.texts("tr[data-record='0'] .kind") == ["收缴"]
    assert page.texts("tr[data-record='0'] .what small") == ["炸药及原料"]
    assert (
        page.js("return [...document.querySelectorAll('[data-t], [data-t-label]')].filter((e) => !(e.textContent || e.ariaLabel)).length")
        == 0
    )
    page.browser.refresh()
    assert page.texts("#tab-summary") == ["概览"]


def test_light_and_dark(browser: Any, opened: Open) -> None:
    page = opened()
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = page.js(paper)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    page.wait("document.documentElement.dataset.theme === 'dark'")
    dark = page.js(paper)
    assert dark != light
    page.click("#theme")
    assert page.js(paper) == light
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
    page.click("#theme")
    assert page.js(paper) == dark


def test_print(browser: Any, opened: Open) -> None:
    page = opened()
    page.click("#theme")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = "return arguments[0].map((s) => document.querySelector(s).getBoundingClientRect().height > 0)"
    assert page.js(shown, ["#side", "#search", "#text", "#table"]) == [False, False, True, True]
    assert page.js("return getComputedStyle(byId('report')).color") == "rgb(28, 29, 32)"
    assert page.js("return [byId('report'), byId('table')].every((e) => e.scrollHeight <= e.clientHeight + 1)")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_without_scripts_the_page_says_so(browser: Any, opened: Open) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        opened_without(browser, opened)
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def opened_without(browser: Any, opened: Open) -> None:
    opened()
    shown = browser.find_element("css selector", "body").text
    assert "JavaScript" in shown
    assert "战果" not in shown


def test_the_summary(opened: Open) -> None:
    page = opened()
    page.click("#tab-summary")
    summary = summarise(ROWS)
    records = every_record()
    added = [record for _, record, standing in records if standing == ADDED]
    figures = [summary.reports, len(records), len(added), sum(bool(row["warnings"]) for row in reports()), summary.failures]
    assert page.texts(".headline b") == list(map(str, figures))
    page.click(".all summary")
    sums = [f"{total.sum:,f}" for total in summary.totals]
    assert page.texts(".all td:nth-child(6)") == sums
    bars = page.texts(".totals .way title")
    assert len(bars) == sum(total.records > 0 for total in summary.totals)
    assert "drug: 99,999,999,999,999.99901 kg; 1 records" in bars
    orgs = {
        title.rsplit(": ", 1)[0]: int(title.rsplit(": ", 1)[1])
        for title in page.texts(".plots > div:last-child figure:first-child .way title")
    }
    assert (
        orgs.items()
        >= {name: sum(record.org == name for record in added) for name in {record.org for record in added if record.org}}.items()
    )


def test_a_bar_leads_to_its_records(opened: Open) -> None:
    page = opened()
    page.click("#tab-summary")
    page.js(
        "[...document.querySelectorAll('.totals .way')].find((e) => e.ariaLabel.startsWith('explosive')).dispatchEvent(new Event('click'))"
    )
    explosive = next(total for total in summarise(ROWS).totals if total.category == "explosive")
    assert page.texts("#count")[0].endswith(f" {explosive.records} records")
    assert page.js("return [byId('reports').hidden, byId('filter-kind').value, byId('filter-added').checked]") == [False, '"seizure"', True]


def test_many_reports_keep_few_lines(opened: Open) -> None:
    page = opened([report("收缴3支", id=str(number)) for number in range(1500)])
    assert 5 < len(page.texts(".line")) < 60
    page.js("byId('list').scrollTop = 1e9")
    page.wait("[...document.querySelectorAll('.line .id')].at(-1)?.textContent === '1499'")
    assert len(page.texts(".line")) < 60
    page.js("show(rows[700])")
    assert page.texts(".line[aria-selected=true] .id") == ["700"]


def test_a_report_with_many_records_in_one_sentence(opened: Open) -> None:
    page = opened([report("收缴3" + "支" * 2000, records=1000)])
    page.keys("k")
    assert page.chosen() == [999]
    assert page.lit("quantity") == "3"


def test_nothing_gives_an_empty_page(opened: Open) -> None:
    page = opened([])
    assert page.texts("#count") == ["0 of 0 inputs, 0 records"]
    page.keys("j", "n", "\ue00c", "s")
    assert page.texts(".headline b") == ["0"] * 5
