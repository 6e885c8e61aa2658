"""The pages for people: the form, what went wrong, and the API's documentation. No script in any of them."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from zhanguo.serve.limits import Limits
from zhanguo.tables import read_rows

LANGUAGES = ("en", "zh")
_GENERAL = "400"


def policy() -> str:
    """The content security policy of these pages: their own style, forms to this server, and nothing else."""
    style = base64.b64encode(hashlib.sha256(_part("serve.css").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def language(asked: str | None, accepted: str) -> str:
    """The language of a page: the one asked for, else Chinese where the browser names it first."""
    if asked in LANGUAGES:
        return str(asked)
    return "zh" if accepted.strip().lower().startswith("zh") else "en"


def home(language: str, limits: Limits, *, excel: bool) -> str:
    """The form. ``excel``: whether Excel files can be written."""
    words = _words(language)
    numbers = {"characters": f"{limits.characters:,}", "reports": limits.reports, "mebibytes": f"{limits.bytes / (1 << 20):g}"}
    filled = {**words, "limits": words["limits"].format(**numbers, seconds=f"{limits.seconds:g}")}
    return _page(language, Template(_part("form.html")).substitute(filled, language=language, no_excel="" if excel else "hidden disabled"))


def failure(language: str, status: int, detail: str) -> str:
    """What went wrong, for people."""
    words = _words(language)
    heading = words.get(f"error_{status}", words[f"error_{_GENERAL}"])
    home = f'<p><a href="/?lang={language}">{words["back"]}</a></p>'
    return _page(language, f'<h2>{heading}</h2><p class="error" lang="en">{html.escape(detail)}</p>{home}')


def docs(language: str, openapi: Mapping[str, Any]) -> str:
    """The API's documentation, from its OpenAPI description."""
    operations = [
        _operation(method, path, operation) for path, methods in openapi["paths"].items() for method, operation in methods.items()
    ]
    schemas = (_block(f"#/components/schemas/{name}", schema) for name, schema in openapi["components"]["schemas"].items())
    error, description = '<code>{"error": …}</code>', '<a href="/openapi.json">openapi.json</a>'
    head = f"<h2>API</h2><p>{_words(language)['docs_note']} {error}. {description}</p>"
    return _page(language, "".join([head, *operations, "<h2>Schemas</h2>", *schemas]), "/docs")


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parts = [f"<h3><code>{method.upper()} {html.escape(path)}</code></h3>", f"<p>{html.escape(operation.get('description', ''))}</p>"]
    parts += (_block(f"?{parameter['name']}=", parameter["schema"]) for parameter in operation.get("parameters", []))
    parts += _contents("body", operation.get("requestBody", {}))
    for status, response in operation["responses"].items():
        parts.append(f"<p><b>{status}</b> {html.escape(response['description'])}</p>")
        parts += _contents(status, response)
    return f"<section>{''.join(parts)}</section>"


def _contents(name: str, holder: Mapping[str, Any]) -> Iterator[str]:
    for media, content in holder.get("content", {}).items():
        yield _block(f"{name}: {media}", content)


def _block(title: str, value: Any) -> str:
    shown = html.escape(json.dumps(value, ensure_ascii=False, indent=2))
    return f"<details><summary><code>{html.escape(title)}</code></summary><pre>{shown}</pre></details>"


def _page(language: str, body: str, here: str = "/") -> str:
    """A page; ``here`` is where it is found in the other language."""
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    values = {**_words(language), "language": language, "other": other, "here": here, "style": _part("serve.css"), "body": body}
    return Template(_part("page.html")).substitute(values)


@cache
def _words(language: str) -> Mapping[str, str]:
    """What things are called on the pages, as HTML."""
    place = LANGUAGES.index(language)
    return {key: html.escape(words[place]) for key, *words in read_rows("serve/words.tsv")}


@cache
def _part(name: str) -> str:
    return files("zhanguo").joinpath("data", "serve", name).read_text("utf-8")
