"""How a page of view bears many reports: ``python benchmarks/view.py FILE.jsonl [--reports 1000]``; needs chromium and '.[dev]'.

FILE.jsonl is an output of ``zhanguo extract -o``, its reports repeated as often as needed. Prints what opening the page, changing to
another report, choosing a record, filtering, searching and the summary cost the page's thread in CPU time, and how many times
that of a page with a tenth of the reports.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from selenium import webdriver

from zhanguo.results import read_results
from zhanguo.view import write_page

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
TIMES = 20
STEPS = {
    "change to another report": "show(rows[(i * 37) % rows.length])",
    "choose a record": "view.choose([i % 2])",
    "filter by kind": "change({ kind: i % 2 ? '\"seizure\"' : '\"case\"' })",
    "search": "change({ query: patterns(i % 2 ? '枪 公斤' : '毒品') })",
    "draw the summary": "openTab('summary')",
}


def main() -> None:
    """Measure both pages and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--reports", type=int, default=1000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_measure(_page(options.results, Path(folder), size)) for size in (options.reports // 10, options.reports))
    table = Table("CPU milliseconds", f"{options.reports // 10} reports", f"{options.reports} reports", "ratio", box=None)
    for name, cost in many.items():
        table.add_row(name, f"{few[name]:.1f}", f"{cost:.1f}", f"{cost / few[name]:.1f}")
    Console().print(table)


def _browser(profile: Path) -> Any:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS, "--window-size=1400,900", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    driver.set_script_timeout(600)
    driver.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
    return driver


def _page(results: Path, folder: Path, size: int) -> Path:
    path = folder / f"{size}.html"
    rows = itertools.islice(itertools.cycle(read_results([results])), size)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        write_page(({**row, "id": f"{number} {row['id']}"} for number, row in enumerate(rows)), stream)  # type: ignore[misc]
    return path


def _measure(page: Path) -> dict[str, float]:
    driver = _browser(page.with_suffix(".profile"))
    _cpu(driver)
    driver.get(page.as_uri())
    costs = {"open": _cpu(driver)}
    for name, step in STEPS.items():
        before = _cpu(driver)
        driver.execute_script(f"for (let i = 0; i < {TIMES}; i += 1) {{ {step}; document.body.offsetHeight; }}")
        costs[name] = (_cpu(driver) - before) / TIMES
    driver.quit()
    return costs


def _cpu(driver: Any) -> float:
    """Milliseconds that the page's main thread has worked since it was opened."""
    metrics = driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
    return 1000 * float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


if __name__ == "__main__":
    main()
