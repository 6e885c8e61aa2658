"""The command ``convert``: annotated reports and predictions between our forms and those of annotation tools."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from typing import Any

from zhanguo import read
from zhanguo.annotations import AnnotationError, read_rows
from zhanguo.commands import FAILED
from zhanguo.files import replacing
from zhanguo.forms import FORMS, form_of
from zhanguo.forms import read as read_form
from zhanguo.forms.draft import UNITS, Annotated, Place
from zhanguo.forms.labelstudio import label_config
from zhanguo.schema import Failure
from zhanguo.uncertainty import confidence

UNCERTAIN = "uncertain"
_ORIGINAL = (
    "the reports as they were: text files, a folder, an output of extract or annotated reports (.jsonl); "
    "their texts are kept and offsets carried over to them"
)


def add_commands(commands: Any) -> None:
    """Add the command to the subparsers of ``zhanguo``."""
    forms = "; ".join(f"{name} ({', '.join(form.suffixes)}): {form.meaning}" for name, form in FORMS.items())
    convert = commands.add_parser(
        "convert", help="bring annotated reports, or an output of extract, into another form", epilog=f"The forms: {forms}."
    )
    convert.add_argument("files", nargs="+", type=Path, metavar="IN", help="annotated reports, or outputs of extract -o")
    convert.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="file to write")
    convert.add_argument("--from", dest="source", choices=FORMS, help="form of the inputs (default: told by suffix and first row)")
    convert.add_argument("--to", dest="target", choices=FORMS, help="form of the output (default: told by its suffix)")
    convert.add_argument("--original", action="append", default=[], metavar="PATH", help=_ORIGINAL)
    convert.add_argument("--offsets", choices=UNITS, help="what the input's offsets count, where it does not say so rightly")
    convert.add_argument("--order", choices=[UNCERTAIN], help="uncertain: reports whose tags have the lowest scores first")
    convert.add_argument("--limit", type=_count, metavar="N", help="write the first N reports only")
    convert.add_argument("--label-config", action=_LabelConfig, help="print the labelling config of a Label Studio project, and do no more")
    convert.set_defaults(run=_convert)


class _LabelConfig(argparse.Action):
    """Prints the config and ends, as ``--version`` does."""

    def __init__(self, option_strings: list[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        sys.stdout.write(label_config())
        parser.exit()


def _count(text: str) -> int:
    """A number of reports, 1 or more."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return value


class _Counts:
    """What was read, written, and left out with its reason on standard error."""

    def __init__(self) -> None:
        self.read = self.written = self.spans = self.failed = self.predicted = 0

    def fail(self, place: Place, error: AnnotationError) -> None:
        self.failed += 1
        sys.stderr.write(f"zhanguo: {place}: {error}\n")


_Placed = tuple[Place, Annotated]


def _convert(options: argparse.Namespace) -> int:
    target = FORMS[options.target or form_of(Path(options.output.name))]
    counts = _Counts()
    items = _chosen(_read(options, counts), options)
    with replacing(options.output) as unfinished:
        target.save(unfinished, _composed(items, options, counts))
        if counts.failed and not counts.written:
            raise AnnotationError(f"none of {counts.failed} reports could be converted; {options.output} is not written")
    sys.stdout.write(f"{options.output}: reports {counts.written}, spans {counts.spans}, left out {counts.failed}\n")
    if counts.predicted:
        sys.stderr.write(f"zhanguo: {options.output}: {counts.predicted} reports hold predictions that nobody has corrected yet\n")
    return FAILED if counts.failed else 0


def _read(options: argparse.Namespace, counts: _Counts) -> Iterator[_Placed]:
    """The reports of all inputs; what can't be read is named on standard error."""
    originals = dict(_originals(options.original))
    for path in options.files:
        form = FORMS[options.source or form_of(path)]
        for place, item in read_form(path, form, originals, options.offsets):
            counts.read += 1
            if isinstance(item, AnnotationError):
                counts.fail(place, item)
                continue
            for remark in item.remarks:
                sys.stderr.write(f"zhanguo: {place}: report {item.example.id!r}: {remark}\n")
            yield place, item


def _originals(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Ids and texts of the reports as they were. Raises AnnotationError for a file that can't be read."""
    rows = [path for path in paths if path.endswith(".jsonl")]
    yield from ((str(row["id"]), row["text"]) for path in rows for row in read_rows(Path(path)) if "id" in row and "text" in row)
    for report in read.read(read.inputs([path for path in paths if path not in rows])):
        if isinstance(report, Failure):
            raise AnnotationError(f"{report.source}: {report.error}")
        yield report.id, report.text


def _chosen(items: Iterator[_Placed], options: argparse.Namespace) -> Iterable[_Placed]:
    """The reports to write, in order."""
    if not options.order:
        return islice(items, options.limit)
    found = list(items)
    if not any(item.model for _, item in found):
        raise AnnotationError(f"--order {UNCERTAIN} goes by scores, and only predictions have them: give an output of extract")
    return nsmallest(options.limit or len(found), found, key=lambda placed: confidence(placed[1].example.spans))


def _composed(items: Iterable[_Placed], options: argparse.Namespace, counts: _Counts) -> Iterator[Any]:
    """The reports as the output's form writes them; one that it can't hold is named on standard error."""
    target = FORMS[options.target or form_of(Path(options.output.name))]
    for place, item in items:
        try:
            yield target.compose(item)
        except AnnotationError as error:
            counts.fail(place, AnnotationError(f"report {item.example.id!r}: {error}"))
            continue
        counts.written += 1
        counts.spans += len(item.example.spans)
        counts.predicted += item.model is not None
