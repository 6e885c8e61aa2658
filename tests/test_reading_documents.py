"""PDF and DOCX: sentences come back whole, tables row by row; scans, locks and damage are named."""

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from zhanguo.read import Options, inputs, read
from zhanguo.schema import Failure, Report

BODY = [
    "　　本报讯 6月20日，河西县公安局通报，今年以来全县共破获涉枪涉爆案件12",
    "起，抓获犯罪嫌疑人19名，其中刑拘8人；收缴气枪6支、子弹3400余发、黑火药",
    "25.5公斤。",
    "　　下一步将继续打击。",
]
JOINED = [
    "本报讯 6月20日，河西县公安局通报，今年以来全县共破获涉枪涉爆案件12起，抓获犯罪嫌疑人19名，其中刑拘8人；"
    "收缴气枪6支、子弹3400余发、黑火药25.5公斤。",
    "下一步将继续打击。",
]


def pdf(pages: list[list[tuple[float, str]]], password: str | None = None, images: tuple[int, ...] = ()) -> bytes:
    """A PDF of pages of (left edge, line); an edge of 0 is centred, a line with tabs is spread over columns."""
    pytest.importorskip("pypdfium2")
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    from reportlab.lib import pdfencrypt
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = io.BytesIO()
    paper = canvas.Canvas(stream, encrypt=pdfencrypt.StandardEncryption(password) if password else None)
    for number, lines in enumerate(pages, 1):
        paper.setFont("STSong-Light", 12)
        if number in images:
            paper.rect(20, 20, 400, 600, fill=1)
        for place, (left, line) in enumerate(lines):
            for column, cell in enumerate(line.split("\t")):
                draw = paper.drawString if left else paper.drawCentredString
                draw((left or 297) + 150 * column, 780 - 20 * place, cell)
        paper.showPage()
    paper.save()
    return stream.getvalue()


def only(path: Path, data: bytes, **options: int) -> Report | Failure:
    path.write_bytes(data)
    [result] = read(inputs([str(path)]), Options(**options))
    return result


def text(path: Path, data: bytes) -> list[str]:
    report = only(path, data)
    assert isinstance(report, Report)
    return report.text.split("\n")


def at(lines: list[str], left: float = 72) -> list[tuple[float, str]]:
    return [(left, line) for line in lines]


def test_lines_that_break_a_sentence_are_joined(tmp_path: Path) -> None:
    assert text(tmp_path / "a.pdf", pdf([[(0, "缉枪战果公布"), *at(BODY)]])) == ["缉枪战果公布", *JOINED]
    assert text(tmp_path / "b", pdf([at(BODY)])) == JOINED


def test_a_sentence_goes_on_over_the_page_and_its_number(tmp_path: Path) -> None:
    pages = [[*at(BODY[:2]), (0, "1")], [*at(BODY[2:]), (0, "2")], [*at(["共3"]), (0, "3")]]
    assert text(tmp_path / "a.pdf", pdf(pages)) == [*JOINED, "共3"]
    assert text(tmp_path / "a.pdf", pdf([[*at(BODY), (0, "- 1 -")]])) == JOINED


def test_a_figure_alone_is_no_page_number_unless_it_counts_pages(tmp_path: Path) -> None:
    assert text(tmp_path / "a.pdf", pdf([[(72, "收缴枪支总数"), (72, "281")], [(72, "破案总数"), (72, "56")]])) == [
        "收缴枪支总数",
        "281",
        "破案总数",
        "56",
    ]


def test_running_heads_go_and_what_is_not_on_most_pages_stays(tmp_path: Path) -> None:
    pages = [[(0, "河西县公安局简报"), (72, f"第{number}大队收缴枪支{number}支。")] for number in range(3, 7)]
    found = text(tmp_path / "a.pdf", pdf(pages))
    assert found == [f"第{number}大队收缴枪支{number}支。" for number in range(3, 7)]
    printed = [[*page[1:], (72, f"http://police.example/\t{number}/4")] for number, page in enumerate(pages, 1)]
    assert text(tmp_path / "b.pdf", pdf(printed)) == found
    assert text(tmp_path / "a.pdf", pdf(pages[:2]))[0] == "河西县公安局简报"


def test_rows_of_a_table_stay_rows(tmp_path: Path) -> None:
    rows = ["单位\t收缴枪支（支）\t破案（起）", "东关派出所\t2\t5", "西关派出所\t4\t7"]
    assert text(tmp_path / "a.pdf", pdf([[*at(BODY), *at(rows)]])) == [*JOINED, *rows]
    assert text(tmp_path / "a.pdf", pdf([at(rows)])) == rows


def test_columns_have_edges_of_their_own(tmp_path: Path) -> None:
    column = ["今年以来全县共破获涉枪案", "件12起，抓获犯罪嫌疑人", "19名，其中刑拘8人，收", "缴气枪6支。"]
    column = [line.ljust(12, "　") if len(line) < 11 else line for line in column]
    other = ["五月以来全市共查处赌博案", "件30起，收缴赌资五万余元", "，捣毁窝点十处，教育群众", "200人。"]
    pages = [[*at(column, 40), *at(other, 320)]]
    assert text(tmp_path / "a.pdf", pdf(pages))[-1] == "".join(other)


def test_latin_words_stay_apart(tmp_path: Path) -> None:
    lines = ["　　行动代号为“Operation Sweet and very long name of the whole campaign of the", "police”，收缴枪支3支。"]
    assert text(tmp_path / "a.pdf", pdf([at(lines)])) == [lines[0].strip() + " " + lines[1]]


def test_scanned_pages_are_named_and_left_out(tmp_path: Path) -> None:
    report = only(tmp_path / "a.pdf", pdf([at(BODY), [], [], []], images=(2, 4)))
    assert isinstance(report, Report)
    assert report.text.split("\n") == JOINED
    assert report.warnings == ("pages without text, scanned images, were left out: 2, 4",)
    failure = only(tmp_path / "b.pdf", pdf([[], []], images=(1, 2)))
    assert isinstance(failure, Failure)
    assert "scanned" in failure.error
    assert "OCR" in failure.error
    assert only(tmp_path / "c.pdf", pdf([[]])).warnings == ("the report is empty",)


def test_locked_and_broken_pdfs_are_failures(tmp_path: Path) -> None:
    assert "password" in only(tmp_path / "a.pdf", pdf([at(BODY)], "locked")).error
    assert "broken PDF" in only(tmp_path / "b.pdf", b"%PDF-1.7 nothing").error
    assert "--max-size" in only(tmp_path / "c.pdf", pdf([at(BODY)]), max_size=500).error


def docx(build: Callable) -> bytes:
    document = pytest.importorskip("docx").Document()
    build(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def report_with_table(document) -> None:
    document.add_heading("缉枪战果公布", 1)
    document.add_paragraph("今年以来共破获案件12起，").add_run("抓获56名。")
    table = document.add_table(2, 2)
    for cell, content in zip((cell for row in table.rows for cell in row.cells), ["单位", "枪支", "东关所", "2支"], strict=True):
        cell.text = content
    table.cell(1, 1).add_paragraph("（含气枪）")
    document.add_paragraph("第一行").add_run().add_break()
    document.add_paragraph("")
    document.add_paragraph("下一步将继续打击。")


def test_docx_in_the_order_of_its_body(tmp_path: Path) -> None:
    expected = [
        "缉枪战果公布",
        "今年以来共破获案件12起，抓获56名。",
        "单位\t枪支",
        "东关所\t2支 （含气枪）",
        "第一行",
        "下一步将继续打击。",
    ]
    assert text(tmp_path / "a.docx", docx(report_with_table)) == expected
    assert text(tmp_path / "b.zip", docx(report_with_table)) == expected


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<w:sdt><w:sdtContent>" + PARAGRAPH.format("控件3支") + "</w:sdtContent></w:sdt>", ["控件3支"]),
        ("<w:p><w:ins><w:r><w:t>增3支</w:t></w:r></w:ins><w:del><w:r><w:delText>删4支</w:delText></w:r></w:del></w:p>", ["增3支"]),
        ("<w:p><w:r><w:t>前</w:t><w:tab/><w:t>后</w:t></w:r></w:p>", ["前\t后"]),
        (
            "<w:p><w:r><w:t>文</w:t><mc:AlternateContent><mc:Choice><w:txbxContent>"
            + PARAGRAPH.format("框3支")
            + "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>"
            + PARAGRAPH.format("框3支")
            + "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>",
            ["文", "框3支"],
        ),
        (
            "<w:tbl><w:tr><w:tc><w:tbl><w:tr><w:tc>"
            + PARAGRAPH.format("内")
            + "</w:tc></w:tr></w:tbl></w:tc><w:sdt><w:sdtContent><w:tc>"
            + PARAGRAPH.format("外")
            + "</w:tc></w:sdtContent></w:sdt></w:tr></w:tbl>",
            ["内\t外"],
        ),
    ],
)
def test_no_text_of_a_docx_is_passed_over(tmp_path: Path, xml: str, expected: list[str]) -> None:
    pytest.importorskip("docx")
    from docx.oxml import parse_xml

    content = list(parse_xml(f"<w:body {W} {MC}>{xml}</w:body>"))
    assert (
        text(tmp_path / "a.docx", docx(lambda document: [document.element.body.insert(0, part) for part in reversed(content)])) == expected
    )


def test_notes_follow_the_body(tmp_path: Path) -> None:
    data = io.BytesIO(docx(report_with_table))
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    content = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    notes = f"<w:footnotes {W}><w:footnote>{PARAGRAPH.format('含仿真枪')}</w:footnote></w:footnotes>"
    added = {
        "word/_rels/document.xml.rels": f'<Relationship Id="n1" Type="{kind}" Target="footnotes.xml"/></Relationships>',
        "[Content_Types].xml": f'<Override PartName="/word/footnotes.xml" ContentType="{content}"/></Types>',
    }
    with zipfile.ZipFile(data) as archive:
        parts = {name: archive.read(name).decode("latin-1") for name in archive.namelist()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            end = added.get(name, "").rpartition("<")[2]
            archive.writestr(name, part.replace(f"<{end}", added[name]).encode("latin-1") if end else part.encode("latin-1"))
        archive.writestr("word/footnotes.xml", notes)
    assert text(tmp_path / "a.docx", out.getvalue())[-1] == "含仿真枪"


def test_broken_and_large_docx_are_failures(tmp_path: Path) -> None:
    data = docx(report_with_table)
    assert isinstance(only(tmp_path / "a.docx", data[:-40]), Failure)
    assert isinstance(only(tmp_path / "b.docx", data.replace(b"word/document.xml", b"word/documents.xm")), Failure)
    assert "--max-size" in only(tmp_path / "c.docx", data, max_size=60_000).error


@pytest.mark.parametrize(("module", "data"), [("pypdfium2", b"%PDF-1.7"), ("docx", b"")])
def test_without_the_library_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, data: bytes) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    if not data:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("word/document.xml", "<x/>")
        data = stream.getvalue()
    assert "zhanguo[documents]" in only(tmp_path / "a", data).error
