"""Reading back what ``zhanguo extract -o`` wrote, line by line, checked against the types in ``schema``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING
from decimal import Decimal
from pathlib import Path
from typing import Any, cast, get_args, get_origin

from zhanguo.annotations import read_numbered_rows
from zhanguo.fields import Field, fields_of, is_object
from zhanguo.schema import FailureRow, Range, ReportRow

MOST_DIGITS = 1000
_INT64 = 2**63


class ResultError(ValueError):
    """An output of extract that can't be read or turned into a table; the message names the place and the remedy."""


def read_results(paths: Iterable[Path]) -> Iterator[ReportRow | FailureRow]:
    """Yield the rows of outputs in order, records as ``Record``, numbers as Decimals; holds one line at a time.

    Fields that an older version did not write are None. Raises ResultError or AnnotationError naming file and line.
    """
    for path in paths:
        for number, row in read_numbered_rows(path):
            try:
                if "error" in row:
                    yield cast(FailureRow, parse(FailureRow, row))
                else:
                    yield _checked(cast(ReportRow, parse(ReportRow, row)))
            except ResultError as error:
                raise ResultError(f"{path}, line {number}: {error}; is it an output of this version's extract -o?") from error


def parse(type_: Any, row: object) -> Any:
    """An object of a written type from its JSON: a dataclass, or a dict for a TypedDict. Raises ResultError."""
    if not isinstance(row, Mapping):
        raise ResultError(f"expected an object, not {row!r:.60}")
    fields = fields_of(type_)
    if unknown := row.keys() - {field.name for field in fields}:
        raise ResultError(f"unknown field {min(unknown)!r}")
    values = {field.name: _value(field, row) for field in fields if field.required or field.name in row}
    return type_(**values)


def _checked(report: ReportRow) -> ReportRow:
    """Every place of a report must lie in its text."""
    length = len(report["text"]) if "text" in report else report["chars"]
    for number, record in enumerate(report["records"]):
        for name, place in record.evidence.items():
            if not place.start < place.end <= length:
                raise ResultError(f"record {number}: {name} at {place.start}:{place.end} leaves the text of {length} characters")
    return report


def _value(field: Field, row: Mapping[str, Any]) -> Any:
    raw = row.get(field.name)
    if raw is None:
        if field.default is MISSING or (field.name in row and not field.nullable):
            raise ResultError(f"no {field.name!r}")
        return field.default
    try:
        value = _convert(field.type, raw)
    except ResultError as error:
        raise ResultError(f"{field.name}: {error}") from error
    if unknown := _names(field, value) - field.meanings.keys():
        raise ResultError(f"{field.name}: {min(unknown)!r} is none of {', '.join(field.meanings)}")
    return value


def _names(field: Field, value: Any) -> set[str]:
    """What of a value must be among the field's meanings: a text itself, the keys of a mapping."""
    if not field.meanings:
        return set()
    return {value} if isinstance(value, str) else set(value)


def _convert(type_: Any, raw: Any) -> Any:
    if type_ in _PLAIN:
        return _PLAIN[type_](raw)
    if type_ is Range:
        if not isinstance(raw, list) or len(raw) != 2:
            raise ResultError(f"expected [start, end], not {raw!r:.60}")
        return Range(*map(_whole, raw))
    if is_object(type_):
        return parse(type_, raw)
    *_, inner = (argument for argument in get_args(type_) if argument is not Ellipsis)
    if get_origin(type_) is Mapping:
        return {name: _convert(inner, value) for name, value in _a(dict, raw).items()}
    return [_convert(inner, value) for value in _a(list, raw)]


def _a(kind: type, raw: Any) -> Any:
    if not isinstance(raw, kind) or isinstance(raw, bool):
        raise ResultError(f"expected {kind.__name__}, not {raw!r:.60}")
    return raw


def _text(raw: Any) -> str:
    try:
        _a(str, raw).encode("utf-8")
    except UnicodeEncodeError as error:
        raise ResultError(f"half a surrogate pair at character {error.start}") from error
    return cast(str, raw)


def _whole(raw: Any) -> int:
    if not 0 <= _a(int, raw) < _INT64:
        raise ResultError(f"{raw!r:.60} is no count or place")
    return cast(int, raw)


def _number(raw: Any) -> Decimal:
    value = Decimal(raw) if isinstance(raw, int) and not isinstance(raw, bool) else _a(Decimal, raw)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or max(value.adjusted(), -exponent) >= MOST_DIGITS:
        raise ResultError(f"{raw!r:.60} is no number of less than {MOST_DIGITS} digits")
    return cast(Decimal, value)


_PLAIN: dict[Any, Callable[[Any], Any]] = {str: _text, int: _whole, Decimal: _number, float: lambda raw: float(_number(raw))}
