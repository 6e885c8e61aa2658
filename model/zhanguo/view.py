"""The page on which people look at what was extracted: one HTML file that holds everything and loads nothing.

Its parts are in ``data/view``. What comes from a report goes in as JSON that no HTML parser takes for markup, and its script
puts it on the screen as text nodes only; the page's policy (CSP) allows that one script and style, and no connection.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from importlib.resources import files
from string import Template
from typing import IO, Any

import simplejson

from zhanguo.categories import taxonomy
from zhanguo.schema import FailureRow, Record, ReportRow
from zhanguo.summary import ADDED, Summary, summarise, with_standings
from zhanguo.tables import read_rows
from zhanguo.write import SIGNS, to_row

SCORE_BINS = 20
MOST_ORGS = 15
SCRIPTS = ("dom.js", "text.js", "plots.js", "filters.js", "list.js", "report.js", "summary.js", "view.js")
_DATA = "<!-- data -->"
_MARKUP = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


@dataclass(slots=True)
class Counts:
    """What the plots show besides the totals: records that are added, by organisation and by month; scores of all records.

    ``scores`` counts in ``SCORE_BINS`` equal bins from 0 to 1.
    """

    orgs: Counter[str | None] = field(default_factory=Counter)
    months: Counter[str | None] = field(default_factory=Counter)
    scores: list[int] = field(default_factory=lambda: [0] * SCORE_BINS)

    def add(self, record: Record, standing: str) -> None:
        """Count one record."""
        self.scores[min(max(int(record.score * SCORE_BINS), 0), SCORE_BINS - 1)] += 1
        if standing == ADDED:
            self.orgs[record.org] += 1
            self.months[month(record.period)] += 1

    def as_dict(self) -> dict[str, Any]:
        """The counts, only the ``MOST_ORGS`` most frequent organisations by name."""
        named = Counter({org: times for org, times in self.orgs.items() if org is not None})
        most = named.most_common(MOST_ORGS)
        others = {"names": len(named) - len(most), "records": named.total() - sum(times for _, times in most)}
        months = sorted((name, times) for name, times in self.months.items() if name is not None)
        return {
            "orgs": {"named": most, "others": others, "none": self.orgs[None]},
            "months": {"named": months, "none": self.months[None]},
            "scores": self.scores,
        }


def month(period: str | None) -> str | None:
    """The month (``2019-05``) in which a period ends, or begins where its end is open; None for no period."""
    days = [day for day in (period or "").split("/") if day not in ("", "..")]
    return days[-1][:7] if days else None


def page(rows: Iterable[ReportRow | FailureRow], title: str = "") -> str:
    """The page for ``rows`` as a string; ``title`` says what they are."""
    stream = io.StringIO()
    write_page(rows, stream, title)
    return stream.getvalue()


def write_page(rows: Iterable[ReportRow | FailureRow], stream: IO[str], title: str = "") -> Summary:
    """Write the page for ``rows`` to a text stream (UTF-8, line ends as they are), one row at a time; returns their summary."""
    head, tail = _template(title)
    stream.write(head)
    counts = Counts()
    summary = summarise(_written(rows, stream, counts))
    stream.write(_script({**asdict(summary), **counts.as_dict()}, 'id="summary"'))
    stream.write(_script({"words": _words(), "parents": _parents(), "signs": SIGNS}, 'id="names"'))
    stream.write(tail)
    return summary


def _written(rows: Iterable[ReportRow | FailureRow], stream: IO[str], counts: Counts) -> Iterator[ReportRow | FailureRow]:
    """Pass the rows on, each written and counted on its way."""
    for row in rows:
        stream.write(_script(row if "error" in row else _report(row, counts), 'class="row"'))
        yield row


def _report(row: ReportRow, counts: Counts) -> dict[str, Any]:
    """A report with all that the page needs to know of its records."""
    records = []
    for record, standing in with_standings(row["records"]):
        counts.add(record, standing)
        records.append({**to_row(record), "standing": standing, "month": month(record.period)})
    return {**row, "facts": to_row(row["facts"]), "records": records}


def _script(value: Any, attributes: str) -> str:
    """A data block. Nothing in it ends it or begins another; numbers that must stay exact are strings."""
    text = simplejson.dumps(value, ensure_ascii=False, use_decimal=False, default=_digits, separators=(",", ":"))
    escaped = _MARKUP.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
    return f'<script type="application/json" {attributes}>{escaped}</script>\n'


def _digits(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"{type(value).__name__} has no place in the page")


def _words() -> dict[str, list[str]]:
    """What things are called on the page, in English and Chinese."""
    categories = {f"category.{name}": [name.replace("_", " "), category.chinese] for name, category in taxonomy().items()}
    return {**{key: [english, chinese] for key, english, chinese in read_rows("view/words.tsv")}, **categories}


def _parents() -> dict[str, str]:
    return {name: category.parent for name, category in taxonomy().items() if category.parent}


def _template(title: str) -> tuple[str, str]:
    """The page before and behind its data."""
    style, script = _part("view.css"), "\n".join(map(_part, SCRIPTS))
    values = {
        "policy": _policy(script, style),
        "title": html.escape(" · ".join(filter(None, (title.encode("utf-8", "replace").decode(), "zhanguo 战果")))),
        "style": style,
        "script": script,
    }
    head, tail = Template(_part("page.html")).substitute(values).split(_DATA)
    return head, tail


def _policy(script: str, style: str) -> str:
    """The content security policy: this script and this style, told by their hashes, and nothing else."""
    return (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _part(name: str) -> str:
    return files("zhanguo").joinpath("data", "view", name).read_text("utf-8")
