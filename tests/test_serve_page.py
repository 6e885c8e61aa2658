"""The web app in a browser: paste, look, save the table; nothing runs, nothing is refused, nothing comes from elsewhere."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium.webdriver", reason="selenium is not installed (pip install '.[dev]')")
pytest.importorskip("fastapi", reason="the extra 'serve' is not installed")

from serving import REPORT, served
from test_view_page import HOSTILE, Page, browser, pytestmark

__all__ = ["browser", "pytestmark"]
COUNTED = "document.querySelectorAll('tr[data-record]').length"


@pytest.fixture
def home(browser: Any) -> Iterator[Page]:
    """The form's page in a window of its own; afterwards the browser has complained of nothing."""
    first = browser.current_window_handle
    browser.get_log("browser")
    with served() as url:
        browser.get(url)
        yield Page(browser)
        assert browser.get_log("browser") == []
        for window in browser.window_handles:
            if window != first:
                browser.switch_to.window(window)
                browser.close()
        browser.switch_to.window(first)
        browser.get("about:blank")


def look(page: Page) -> None:
    """Press the button and go to the window that opens."""
    page.click("button[value=view]")
    wait = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait
    wait(page.browser, 30).until(lambda browser: len(browser.window_handles) > 1)
    page.browser.switch_to.window(page.browser.window_handles[-1])
    page.wait(f"document.readyState === 'complete' && {COUNTED} > 0")


def paste(page: Page, text: str) -> None:
    page.js("arguments[0].value = arguments[1]", page.browser.find_element("css selector", "#text"), text)


def test_paste_and_look(home: Page) -> None:
    paste(home, f"{REPORT}\n第二行{HOSTILE}")
    look(home)
    assert home.texts("#text") == [f"{REPORT}\n第二行{HOSTILE}"]
    home.click("tr[data-record='0']")
    assert (home.lit("quantity"), home.lit("target"), home.lit("org")) == ("12", "枪支", "西县公安局")
    assert home.js("return [typeof window.taken, document.images.length, self.origin]") == ["undefined", 0, "null"]
    home.click("#language")
    assert home.texts("#tab-summary") == ["概览"]
    home.keys("?")
    home.click("#help button")
    assert home.js("return byId('help').open") is False


def test_upload_and_look(home: Page, tmp_path: Path) -> None:
    paths = [tmp_path / "甲.txt", tmp_path / "乙.txt"]
    for path in paths:
        path.write_text(REPORT, "gb18030")
    home.browser.find_element("css selector", "#files").send_keys("\n".join(map(str, paths)))
    look(home)
    assert sorted(home.js("return rows.map((row) => row.id)")) == ["乙", "甲"]
    assert str(tmp_path) not in home.browser.page_source


@pytest.mark.parametrize("form", ["csv", "xlsx", "jsonl"])
def test_paste_and_save(home: Page, form: str, tmp_path: Path) -> None:
    settings = {"behavior": "allow", "downloadPath": str(tmp_path)}
    home.browser.execute_cdp_cmd("Browser.setDownloadBehavior", settings)
    paste(home, REPORT)
    home.click(f"button[value={form}]")
    saved = tmp_path / f"zhanguo.{form}"
    wait = pytest.importorskip("selenium.webdriver.support.wait").WebDriverWait
    wait(home.browser, 30).until(lambda _: saved.exists() and saved.stat().st_size)
    if form == "csv":
        with saved.open(encoding="utf-8-sig", newline="") as stream:
            assert [row["target"] for row in csv.DictReader(stream)] == ["枪支"]
    assert home.js("return document.querySelector('#text').value") == REPORT


def test_another_site_can_not_post(home: Page) -> None:
    """The same form, on a page of another origin: the server says no, and shows nothing."""
    target = home.browser.current_url
    form = f"<form method=post enctype=multipart/form-data action={target}read><input name=text value=1><button>x</button></form>"
    home.browser.get(f"data:text/html,{form}")
    home.click("button")
    home.wait("document.querySelector('.error') !== null")
    assert "another site" in home.texts(".error")[0]
    home.click("nav [lang=zh]")
    assert home.texts("button")[0] == "查看"
    assert any("403" in entry["message"] for entry in home.browser.get_log("browser"))


def test_the_pages_in_chinese_and_the_documentation(home: Page) -> None:
    home.click("nav [lang=zh]")
    assert home.texts("button")[0] == "查看"
    home.click("nav a")
    assert "POST /api/batch" in home.texts("h3")
    home.click("details summary")
    assert home.js("return document.querySelector('details[open] pre').textContent.length") > 2
    assert home.js("return performance.getEntriesByType('resource').length") == 0
