"""The fields of what is written out, read off the types in ``schema``; and the JSON Schema that follows from them."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints

from zhanguo.schema import FailureRow, Range, ReportRow

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN = {str: "string", int: "integer", Decimal: "number", float: "number"}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a written type.

    ``type`` is its type without None; ``required`` says whether it is always written, ``default`` what it is where an older
    output lacks it (``MISSING``: it must be there); ``meanings`` are its values, or for a mapping its keys, where they are known.
    """

    name: str
    type: Any
    nullable: bool
    required: bool
    default: Any
    description: str
    meanings: Mapping[str, str]


@cache
def fields_of(cls: type) -> tuple[Field, ...]:
    """The fields of a written type in their order. Raises TypeError for a field without a description."""
    return tuple(_field(cls, name, hint) for name, hint in get_type_hints(cls, include_extras=True).items())


def _field(cls: type, name: str, hint: Any) -> Field:
    required = get_origin(hint) is not NotRequired
    if not required:
        (hint,) = get_args(hint)
    if get_origin(hint) is not Annotated:
        raise TypeError(f"{cls.__name__}.{name} has no description")
    written, description, *meanings = get_args(hint)
    bare = [kind for kind in get_args(written) if kind is not types.NoneType]
    nullable = get_origin(written) in (Union, types.UnionType) and types.NoneType in get_args(written)
    default = None if nullable or not required else _default(cls, name)
    return Field(name, bare[0] if nullable else written, nullable, required, default, description, meanings[0] if meanings else {})


def _default(cls: type, name: str) -> Any:
    stored = getattr(cls, "__dataclass_fields__", {}).get(name)
    if stored is None:
        return MISSING
    return stored.default if stored.default_factory is MISSING else stored.default_factory()


def is_object(type_: Any) -> bool:
    """Whether a type is written as an object with fields of its own."""
    return isinstance(type_, type) and (hasattr(type_, "__dataclass_fields__") or hasattr(type_, "__required_keys__"))


def json_schema() -> dict[str, Any]:
    """The JSON Schema of one line of the output: that of a report, or of an input that failed."""
    definitions: dict[str, Any] = {}
    choice = [_schema(cls, {}, definitions) for cls in (ReportRow, FailureRow)]
    return {"$schema": DIALECT, "title": "a line of the output of zhanguo extract", "oneOf": choice, "$defs": definitions}


def _schema(type_: Any, meanings: Mapping[str, str], definitions: dict[str, Any]) -> dict[str, Any]:
    if type_ in _PLAIN:
        return {"type": _PLAIN[type_]}
    if type_ is Range:
        return {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}
    if is_object(type_):
        if type_.__name__ not in definitions:
            definitions[type_.__name__] = _object(type_, definitions)
        return {"$ref": f"#/$defs/{type_.__name__}"}
    *_, inner = (argument for argument in get_args(type_) if argument is not Ellipsis)
    if get_origin(type_) is not Mapping:
        return {"type": "array", "items": _schema(inner, {}, definitions)}
    keys = {name: {**_schema(inner, {}, definitions), "description": meaning} for name, meaning in meanings.items()}
    return {"type": "object", "properties": keys, "additionalProperties": False}


def _object(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    fields = fields_of(cls)
    return {
        "type": "object",
        "description": (cls.__doc__ or "").split("\n")[0],
        "properties": {field.name: _property(field, definitions) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def _property(field: Field, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _schema(field.type, field.meanings, definitions)
    if field.meanings and field.type is str:
        schema["enum"] = [*field.meanings, *([None] if field.nullable else [])]
    if field.nullable:
        schema = {**schema, "type": [schema["type"], "null"]} if "type" in schema else {"anyOf": [schema, {"type": "null"}]}
    return {"description": field.description, **schema}
