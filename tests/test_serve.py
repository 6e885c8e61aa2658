"""The web app over HTTP: what it answers, what it refuses, and that one slow request does not stop the others."""

import csv
import io
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

httpx = pytest.importorskip("httpx", reason="httpx is not installed (pip install '.[dev]')")
pytest.importorskip("fastapi", reason="the extra 'serve' is not installed")

from serving import BROKEN, REPORT, SLOW, ToyTagger, served  # noqa: E402

from zhanguo.__main__ import main  # noqa: E402
from zhanguo.commands import serve as serve_command  # noqa: E402
from zhanguo.fields import json_schema  # noqa: E402
from zhanguo.serve import Limits  # noqa: E402

SMALL = Limits(characters=2000, reports=3, bytes=20_000)
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with served() as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def small() -> Iterator[Any]:
    with served(limits=SMALL) as url, httpx.Client(base_url=url, timeout=60) as client:
        yield client


def send(client: Any, form: str = "jsonl", text: str = "", files: list[tuple[str, bytes]] | None = None, date: str = "") -> Any:
    """What the page's form sends."""
    parts = [("files", file) for file in files or [("", b"")]]
    return client.post("/read", data={"text": text, "date": date, "form": form}, files=parts)


def lines(response: Any) -> list[Any]:
    assert response.status_code == 200, response.text
    return [json.loads(line) for line in response.text.splitlines()]


def test_one_report(client: Any) -> None:
    response = client.post("/api/extract", json={"text": REPORT, "id": "a"})
    row = response.json()
    assert (response.status_code, row["id"], row["text"], row["model"]) == (200, "a", REPORT, "toy")
    (record,) = row["records"]
    assert (record["target"], record["value"], record["unit"], record["org"]) == ("枪支", 12, "支", "西县公安局")
    assert REPORT[slice(*record["evidence"]["target"])] == "枪支"


def test_numbers_stay_exact(client: Any) -> None:
    digits = "1234567890123456789012345678901"
    response = client.post("/api/extract", json={"text": f"收缴枪支{digits}支。"})
    assert f'"value": {digits}' in response.text


def test_what_it_says_fits_its_schema(client: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = client.get("/api/schema").json()
    assert schema == json_schema()
    for row in client.post("/api/batch", json=[{"text": REPORT}, {"id": "no text"}]).json():
        jsonschema.validate(row, schema)


def test_a_batch_keeps_order_and_fails_by_row(client: Any) -> None:
    batch = [
        {"id": "a", "text": REPORT},
        {"id": "b"},
        7,
        {"id": 4, "text": "", "date": "2019-06-20"},
        {"text": "x", "date": "2019-02-30"},
        {"text": BROKEN},
        {"text": "\ud800"},
        {"text": "x", "path": "/etc/passwd"},
    ]
    body = json.dumps(batch)
    rows = client.post("/api/batch", content=body, headers={"Content-Type": "application/json"}).json()
    assert [row["id"] for row in rows] == ["a", "2", "3", "4", "5", "6", "7", "8"]
    assert ["error" in row for row in rows] == [False, True, True, False, True, True, True, True]
    assert "text: Field required" in rows[1]["error"]
    assert "a broken report" in rows[5]["error"]
    assert rows[3]["facts"]["date"] == "2019-06-20"


def test_a_batch_of_json_lines(client: Any) -> None:
    body = f'{json.dumps({"id": "a", "text": REPORT})}\n\n{{"text": broken\n{json.dumps({"text": REPORT})}\r\n\xff'.encode(
        "latin-1", "replace"
    )
    rows = lines(client.post("/api/batch?form=jsonl", content=body, headers=NDJSON))
    assert [row["id"] for row in rows] == ["a", "3", "4", "5"]
    assert ["error" in row for row in rows] == [False, True, False, True]
    assert rows[1]["source"] == "line 3"
    assert "no JSON" in rows[1]["error"]


def test_tables(client: Any) -> None:
    batch = [{"id": "=1+1", "text": REPORT}, {"id": "b"}]
    response = client.post("/api/batch?form=csv", json=batch)
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert response.headers["zhanguo-failed"] == "1"
    assert response.headers["content-disposition"] == 'attachment; filename="zhanguo.csv"'
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert (row["target"], row["value"], row["org"]) == ("枪支", "12", "西县公安局")
    assert "'=1+1" in row.values()
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(client.post("/api/batch?form=xlsx", json=batch).content))
    assert (book["records"].max_row, book["failures"].max_row) == (2, 2)


def test_without_the_extra_excel_is_refused(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    response = client.post("/api/batch?form=xlsx", json=[{"text": REPORT}])
    assert response.status_code == 501
    assert "zhanguo[tables]" in response.json()["error"]


def test_the_form_reads_text_and_files(client: Any) -> None:
    files = [("甲.txt", REPORT.encode("gb18030") * 3), ("乙.txt", b"\x89PNG\0\0\0\1\2\3" * 20), ("甲.html", REPORT.encode())]
    rows = lines(send(client, text=f"{REPORT}\r\n第二行", files=files))
    assert [(row["id"], row["source"]) for row in rows] == [
        ("text", "pasted text"),
        ("甲", "甲.txt"),
        ("乙", "乙.txt"),
        ("甲 (2)", "甲.html"),
    ]
    assert rows[0]["text"] == f"{REPORT}\n第二行"
    assert (rows[1]["text"], rows[1]["warnings"][0]) == (REPORT * 3, "decoded from gb18030")
    assert rows[2]["error"]


def packed(names: list[str], text: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, text)
    return stream.getvalue()


def test_tables_and_archives_are_read_no_further_than_the_limits(small: Any) -> None:
    table = f"id,text,date\nx,{REPORT},2019-06-20\n".encode()
    (row,) = lines(send(small, files=[("t.csv", table)]))
    assert (row["id"], row["text"], row["facts"]["date"]) == ("x", REPORT, "2019-06-20")
    rows = lines(send(small, files=[("z.zip", packed(["a.txt", "/etc/passwd"], REPORT.encode()))]))
    assert [row["text"] for row in rows] == [REPORT] * 2
    bomb = packed(["a.txt"], b"x" * 10_000_000)
    assert len(bomb) < SMALL.bytes
    (row,) = lines(send(small, files=[("bomb.zip", bomb)]))
    assert "larger than" in row["error"]
    assert send(small, files=[("z.zip", packed([f"{n}.txt" for n in range(4)], b"x"))]).status_code == 413


def test_the_form_s_date_counts(client: Any) -> None:
    (row,) = lines(send(client, text=f"今年1至5月，{REPORT}", date="2019-06-20"))
    assert row["records"][0]["period"] == "2019-01-01/2019-05-31"
    assert send(client, text=REPORT, date="20 June").status_code == 400


NAMES = {
    "../../etc/passwd": "passwd",
    "..\\..\\boot.ini": "boot",
    "/": "upload",
    "..": "upload",
    "a\u202eb\u200f.txt": "ab",
    "x" * 300: "x" * 100,
    "<b>.txt": "<b>",
}


@pytest.mark.parametrize(("name", "id"), NAMES.items())
def test_a_file_s_name_is_only_a_name(client: Any, name: str, id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (row,) = lines(send(client, files=[(name, REPORT.encode())]))
    assert row["id"] == id
    assert list(tmp_path.iterdir()) == []


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"


def test_the_view_has_no_markup_of_a_report_and_no_origin(client: Any) -> None:
    response = send(client, "view", REPORT + HOSTILE, [(f"{HOSTILE}.txt", REPORT.encode())])
    assert response.status_code == 200
    assert response.headers["content-security-policy"].startswith("sandbox allow-scripts ")
    assert "allow-same-origin" not in response.headers["content-security-policy"]
    assert "default-src 'none'; script-src 'sha256-" in response.text
    assert "<script>alert" not in response.text
    assert "<img" not in response.text
    assert "枪支" in response.text


def test_errors_are_pages_for_people_and_json_for_programs(client: Any) -> None:
    for response in (send(client, HOSTILE, REPORT), client.get(f"/{HOSTILE}"), send(client, "csv")):
        assert response.status_code in (400, 404)
        assert response.headers["content-type"].startswith("text/html")
        assert "<script" not in response.text
        assert "<img" not in response.text
    assert client.get("/api/nothing").json() == {"error": "Not Found"}
    assert "处理" in client.post("/read?lang=zh", data={"form": "x"}).text


BAD = [
    ("/api/extract", b"{", "application/json", 422, "JSON"),
    ("/api/extract", b"{}", "application/json", 422, "text: Field required"),
    ("/api/extract", b'{"text": 3, "more": 1}', "application/json", 422, "more: Extra inputs"),
    ("/api/extract", b'{"text": "x"}', "text/plain", 422, ""),
    ("/api/batch", b"{}", "application/json", 400, "must be a list"),
    ("/api/batch", b"[", "application/json", 400, "no JSON"),
    ("/api/batch", b"[" * 15_000, "application/json", 400, "no JSON"),
    ("/api/batch", b"\xff\xfe\x00", "application/json", 400, "no JSON"),
    ("/api/batch", b"[]", "application/json", 400, "nothing to read"),
    ("/api/batch", b"[]", "text/plain", 415, "application/x-ndjson"),
    ("/api/batch?form=exe", b"[]", "application/json", 422, "form"),
    ("/read", b"x", "multipart/form-data", 400, "boundary"),
]


@pytest.mark.parametrize(("path", "body", "media", "status", "said"), BAD)
def test_bad_requests(client: Any, path: str, body: bytes, media: str, status: int, said: str) -> None:
    response = client.post(path, content=body, headers={"Content-Type": media})
    assert response.status_code == status
    assert said in response.text


def test_too_much_is_refused(small: Any) -> None:
    many = [{"text": "x"}] * 4
    assert (small.post("/api/batch", json=many).status_code, small.post("/api/batch", json=many[:3]).status_code) == (413, 200)
    assert small.post("/api/extract", json={"text": "x" * 2001}).json()["error"] == "more than 2000 characters; send less at a time"
    assert small.post("/api/extract", json={"text": "x" * 2000}).status_code == 200
    assert send(small, text="长" * 2001).status_code == 413
    assert send(small, files=[("a.txt", b"x" * 20_001)]).status_code == 413
    assert send(small, files=[(f"{n}.txt", b"x") for n in range(4)]).status_code == 413
    assert send(small, files=[(f"{n}.txt", b"x") for n in range(9)]).status_code == 400


def test_bytes_are_counted_as_they_come(small: Any) -> None:
    """Without a Content-Length, and without an end: the server says so and hangs up, rather than read on."""
    sent = 0
    address = urlsplit(str(small.base_url))
    with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
        head = f"POST /api/batch HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode())
        try:
            for _ in range(20_000):
                connection.sendall(b"400\r\n" + b" " * 1024 + b"\r\n")
                sent += 1024
        except OSError:
            pass
    assert sent < 20_000 * 1024
    chunks = (b" " * 1024 for _ in range(40))
    response = small.post("/api/batch", content=chunks, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["error"]) == (413, "more than 20000 bytes; send less at a time")


def test_a_body_that_does_not_come_is_not_waited_for() -> None:
    with served(limits=Limits(seconds=0.3)) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), timeout=60) as connection:
            head = f"POST /api/batch HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n["
            connection.sendall(head.encode())
            assert b" 408 " in connection.makefile("rb").readline()


def test_what_takes_too_long_does_not_block_the_others() -> None:
    tagger = ToyTagger()
    with served(tagger, Limits(seconds=2, threads=2)) as url, httpx.Client(base_url=url, timeout=60) as client:
        slow, quick = {"text": SLOW}, {"text": REPORT}
        answer = client.post("/api/extract", json=slow)
        assert (answer.status_code, answer.json()["error"]) == (504, "not done after 2 seconds; send less at a time")
        assert client.post("/api/extract", json=quick).status_code == 200
        assert client.post("/api/extract", json=slow).status_code == 504
        full = client.post("/api/extract", json=quick)
        assert (full.status_code, full.headers["retry-after"]) == (503, "5")
        assert client.get("/api/health").status_code == 200
        tagger.go.set()
        assert any(client.post("/api/extract", json=quick).status_code == 200 for _ in range(200))


def test_a_batch_given_up_ends_before_its_next_report() -> None:
    seen: list[str] = []

    class Counting(ToyTagger):
        def __call__(self, text: str) -> Any:
            seen.append(text)
            return super().__call__(text)

    tagger = Counting()
    with served(tagger, Limits(seconds=0.5)) as url, httpx.Client(base_url=url, timeout=60) as client:
        assert client.post("/api/batch", json=[{"text": SLOW}, {"text": REPORT}]).status_code == 504
        tagger.go.set()
    assert seen == [SLOW]


def test_the_queue_is_bounded_and_in_order() -> None:
    tagger = ToyTagger()
    with served(tagger, Limits(waiting=1)) as url, httpx.Client(base_url=url, timeout=60) as client, ThreadPoolExecutor() as threads:
        inside = lambda: client.get("/api/health").json()["requests"]  # noqa: E731
        waiting = []
        for number in (1, 2):
            waiting.append(threads.submit(client.post, "/api/extract", json={"text": SLOW}))
            while inside() < number:
                assert not waiting[-1].done()
        full = client.post("/api/extract", json={"text": REPORT})
        tagger.go.set()
        assert (full.status_code, full.headers["retry-after"]) == (503, "5")
        assert [one.result().status_code for one in waiting] == [200, 200]
        assert inside() == 0


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[", "localhost@evil.example"])
@pytest.mark.parametrize("path", ["/", "/api/health", "/openapi.json"])
def test_another_name_is_refused(client: Any, host: str, path: str) -> None:
    response = client.get(path, headers={"Host": host})
    assert response.status_code == 400
    assert "toy" not in response.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8000", "[::1]:8000"])
def test_its_own_names(client: Any, host: str) -> None:
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


ORIGINS = [
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Origin": "http://127.0.0.1:1"}, 403),
    ({"Origin": ""}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Sec-Fetch-Site": "same-origin"}, 200),
    ({}, 200),
]


@pytest.mark.parametrize(("headers", "status"), ORIGINS)
def test_other_sites_pages_are_refused(client: Any, headers: dict[str, str], status: int) -> None:
    response = client.post("/api/extract", json={"text": REPORT}, headers=headers)
    assert response.status_code == status
    assert "access-control-allow-origin" not in response.headers


def test_its_own_pages_are_not(client: Any) -> None:
    own = str(client.base_url).rstrip("/")
    assert client.post("/api/extract", json={"text": REPORT}, headers={"Origin": own}).status_code == 200
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    assert client.options("/api/extract", headers=asked).status_code == 405


def test_every_answer_is_guarded(client: Any) -> None:
    answers = [client.get(path) for path in ("/", "/docs", "/api/health", "/nothing")] + [send(client, "csv", REPORT), send(client, "csv")]
    for response in answers:
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in response.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
        assert "set-cookie" not in response.headers


def test_pages_load_nothing_and_run_nothing(client: Any) -> None:
    for path in ("/", "/docs"):
        for language, word in (("en", "Look at it"), ("zh", "查看")):
            response = client.get(path, headers={"Accept-Language": f"{language},de"})
            assert response.status_code == 200
            page = response.text
            assert f'<html lang="{language}">' in page
            assert (word in page) == (path == "/")
            assert "<script" not in page
            assert not re.search(r"(src|href|action)=[\"']?(https?:)?//", page)
            assert not re.search(r"\$(?!ref)", page)
    assert '<html lang="zh">' in client.get("/?lang=zh").text


def test_the_documentation_names_every_path(client: Any) -> None:
    description = client.get("/openapi.json").json()
    assert set(description["paths"]) == {"/api/extract", "/api/batch", "/api/schema", "/api/health"}
    page = client.get("/docs").text
    assert all(path in page for path in description["paths"])
    used = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(description)))
    assert used <= set(description["components"]["schemas"])
    assert {"Item", "ReportRow", "FailureRow", "Record"} <= used


def test_the_command_serves_the_shipped_model() -> None:
    arguments = [sys.executable, "-m", "zhanguo", "serve", "--port", "0"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            said = server.stdout.readline() if server.stdout else ""
            url = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert url, said
            row = httpx.post(f"{url[0]}/api/extract", json={"text": REPORT}, timeout=60).json()
            assert [(record["target"], record["value"]) for record in row["records"]] == [("枪支", 12)]
        finally:
            server.send_signal(signal.SIGINT)
        _, errors = server.communicate()
    assert "Traceback" not in errors


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_the_readme_s_requests(client: Any, tmp_path: Path) -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    (tmp_path / "reports.jsonl").write_text(f"{json.dumps({'id': 'a', 'text': REPORT})}\n", "utf-8")
    commands = re.findall("^curl .*", readme, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        here = command.replace("http://127.0.0.1:8000", str(client.base_url).rstrip("/"))
        done = subprocess.run(["bash", "-c", f"{here} --fail -sS"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "枪支" in (tmp_path / "records.csv").read_text("utf-8-sig")


def test_without_the_extra_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve"]) == 2
    assert "pip install '.[serve]'" in capsys.readouterr().err


def test_a_port_in_use_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["serve", "--port", str(port)]) == 2
    assert f"127.0.0.1, port {port}" in capsys.readouterr().err


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True)])  # noqa: S104
def test_beyond_this_machine_it_warns(host: str, warned: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    import uvicorn

    from zhanguo import Extractor

    monkeypatch.setattr(serve_command, "load", lambda *_, **__: Extractor(ToyTagger()))
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)
    assert main(["serve", "--host", host, "--port", "0"]) == 0
    assert ("not this machine alone" in capsys.readouterr().err) is warned
