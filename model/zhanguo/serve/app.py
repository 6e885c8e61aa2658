"""The app: which path does what. What may be asked and how much stands in ``guard`` and ``limits``."""

from __future__ import annotations

import datetime
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from functools import cache, partial
from importlib.util import find_spec
from threading import Event
from typing import Any, Literal, cast

from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from zhanguo import __version__, fields
from zhanguo.extract import Extractor
from zhanguo.results import ResultError
from zhanguo.serve import pages
from zhanguo.serve.answers import FORMS, answer, read_all
from zhanguo.serve.asked import JSON, JSON_LINES, Asked, Item, Upload, batch_parser, complaints, day, from_form, report, within
from zhanguo.serve.guard import Guard
from zhanguo.serve.limits import LOOPBACK, Limits
from zhanguo.serve.turns import Turns
from zhanguo.write import dumps

DEFAULTS = Limits()
_REFS, _SCHEMAS = "#/$defs/", "#/components/schemas/"
_ERRORS = {
    400: "the body can't be understood, or asks nothing",
    403: "a page of another site asked",
    408: "the body came too slowly",
    413: "more than the limits allow",
    415: "not this Content-Type",
    422: "a field is missing, unknown or has a wrong value",
    501: "a library for this form is not installed",
    503: "too many requests are waiting; Retry-After says when to try again",
    504: "not done in time",
}
_FIELDS = 20


def create_app(extractor: Extractor, limits: Limits = DEFAULTS, hosts: Collection[str] = LOOPBACK) -> FastAPI:
    """The app that reads with ``extractor``; ``hosts`` are the names under which it may be asked."""
    service = Service(extractor, limits)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.turns.close()

    app = FastAPI(title="zhanguo", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    _add_api(app, service)
    for path, method, run in (("/", "GET", service.home), ("/read", "POST", service.read), ("/docs", "GET", service.docs)):
        app.add_api_route(path, run, methods=[method], include_in_schema=False, response_model=None)
    app.add_exception_handler(AnyHTTPException, cast(Any, _refused))
    app.add_exception_handler(RequestValidationError, cast(Any, _invalid))
    app.add_exception_handler(ResultError, lambda request, error: refuse(request, 501, str(error)))
    app.add_exception_handler(Exception, lambda request, _: refuse(request, 500, "the server failed; its log says how"))
    app.add_middleware(Guard, limits=limits, hosts=hosts, policy=pages.policy(), refuse=refuse)
    app.openapi = cache(lambda: _openapi(app))  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


def _add_api(app: FastAPI, service: Service) -> None:
    errors: dict[int | str, dict[str, Any]] = {status: {"description": text} for status, text in _ERRORS.items()}
    row = {"$ref": f"{_SCHEMAS}ReportRow"}
    found: dict[int | str, dict[str, Any]] = {200: {"description": "what was found", "content": {JSON: {"schema": row}}}}
    rows = {"type": "array", "items": {"oneOf": [row, {"$ref": f"{_SCHEMAS}FailureRow"}]}}
    media: dict[str, Any] = {form.media: {} for form in FORMS.values()}
    found_all: dict[int | str, dict[str, Any]] = {
        200: {"description": "what was found, in the form asked for", "content": {**media, JSON: {"schema": rows}}}
    }
    item = {"$ref": f"{_SCHEMAS}Item"}
    batch = {JSON: {"schema": {"type": "array", "items": item}}, JSON_LINES[0]: {"schema": item}}
    add = partial(app.add_api_route, response_model=None)
    add("/api/extract", service.extract, methods=["POST"], responses={**errors, **found})
    body = {"requestBody": {"required": True, "content": batch}}
    add("/api/batch", service.batch, methods=["POST"], responses={**errors, **found_all}, openapi_extra=body)
    add("/api/schema", service.schema, methods=["GET"])
    add("/api/health", service.health, methods=["GET"])


class Service:
    """What the paths do."""

    def __init__(self, extractor: Extractor, limits: Limits) -> None:
        self.extractor, self.limits, self.turns = extractor, limits, Turns(limits)

    async def extract(self, item: Item) -> Response:
        """Read one report: one object, as `zhanguo extract` writes it."""
        within([report(item)], self.limits)
        return await self.turns.run(partial(self._one, item))

    def _one(self, item: Item, stop: Event) -> Response:
        (row,) = read_all(self.extractor, [report(item)], stop)
        if "error" in row:
            raise HTTPException(500, row["error"])
        return Response(dumps(row), media_type=JSON)

    async def batch(self, request: Request, form: Literal["json", "jsonl", "csv", "xlsx", "view"] = "json") -> Response:
        """Read many reports, a list or JSON lines. One that fails has an `error`, the others go on."""
        parse = batch_parser(request.headers.get("content-type", ""))
        body = await request.body()
        return await self._answer(form, partial(parse, body))

    async def schema(self) -> Response:
        """The JSON Schema of a report's object: what `zhanguo schema` prints."""
        return JSONResponse(fields.json_schema())

    async def health(self) -> Response:
        """Whether the server answers, with which model, and how many requests it works on."""
        return JSONResponse({"status": "ok", "version": __version__, "model": self.extractor.tagger.name, "requests": self.turns.inside})

    async def home(self, request: Request) -> Response:
        """The form."""
        return HTMLResponse(pages.home(_language(request), self.limits, excel=find_spec("xlsxwriter") is not None))

    async def docs(self, request: Request) -> Response:
        """The API's documentation."""
        return HTMLResponse(pages.docs(_language(request), request.app.openapi()))

    async def read(self, request: Request) -> Response:
        """What the form sends: a text and files; ``form`` names what is wanted."""
        async with request.form(max_files=self.limits.reports + 1, max_fields=_FIELDS, max_part_size=self.limits.bytes) as sent:
            text, date, form = (value if isinstance(value := sent.get(name), str) else "" for name in ("text", "date", "form"))
            files = [file for file in sent.getlist("files") if isinstance(file, UploadFile) and file.filename]
            uploads = [Upload(str(file.filename), await file.read()) for file in files]
        if form not in FORMS:
            raise HTTPException(400, f"form must be one of {', '.join(FORMS)}")
        return await self._answer(form, partial(from_form, text, uploads, self.limits), day(date))

    async def _answer(self, form: str, parse: Callable[[], Iterable[Asked]], date: datetime.date | None = None) -> Response:
        extractor = Extractor(self.extractor.tagger, date or self.extractor.date)
        return await self.turns.run(lambda stop: answer(FORMS[form], read_all(extractor, within(parse(), self.limits), stop)))


def refuse(request: Request, status: int, detail: str) -> Response:
    """Say what went wrong: to programs in JSON, to people on a page."""
    if request.scope["path"].startswith("/api/"):
        return JSONResponse({"error": detail}, status)
    return HTMLResponse(pages.failure(_language(request), status, detail), status)


async def _refused(request: Request, error: AnyHTTPException) -> Response:
    response = refuse(request, error.status_code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    return refuse(request, 422, "; ".join(complaints(error.errors())))


def _language(request: Request) -> str:
    return pages.language(request.query_params.get("lang"), request.headers.get("accept-language", ""))


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's description, with the types of the output beside it."""
    description = get_openapi(title=app.title, version=app.version, routes=app.routes)
    ours = json.loads(json.dumps(fields.json_schema()["$defs"]).replace(_REFS, _SCHEMAS))
    description["components"]["schemas"] |= ours
    return description
