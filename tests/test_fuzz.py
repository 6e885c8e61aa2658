"""Ten thousand of the fuzzer's cases, the same in every run; ``benchmarks/fuzz.py`` runs a million."""

from pathlib import Path

import pytest
from fuzzing import CASES, Case, check, written
from hypothesis import HealthCheck, Phase, given, seed, settings

from zhanguo.schema import Span

CHUNKS, CASES_A_CHUNK = 10, 1000


@pytest.mark.parametrize("number", range(CHUNKS))
def test_whatever_comes_in_what_must_hold_holds(number: int, tmp_path: Path) -> None:
    ran = found = 0

    @seed(number)
    @settings(max_examples=CASES_A_CHUNK, database=None, phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck))
    @given(CASES)
    def run(case: Case) -> None:
        nonlocal ran, found
        ran += 1
        found += len(check(case, tmp_path).get("records", ()))

    run()
    assert ran >= CASES_A_CHUNK
    assert found > CASES_A_CHUNK / 10  # else the cases no longer reach the linker


PLAIN = Case("县公安局收缴枪支3支。", "县公安局收缴枪支3支。".encode(), True, ())


def test_a_text_that_is_lost_is_noticed(tmp_path: Path) -> None:
    check(PLAIN, tmp_path)
    with pytest.raises(AssertionError, match="differs from what was written"):
        check(PLAIN._replace(text=PLAIN.text + "枪"), tmp_path)


@pytest.mark.parametrize(
    ("spans", "message"),
    [
        ([Span(0, 4, "ORG"), Span(2, 5, "TARGET")], "overlap"),
        ([Span(0, 99, "ORG")], "overlap or leave"),
    ],
)
def test_spans_that_are_wrong_are_noticed(spans: list[Span], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toys.RegexTagger.__call__", lambda *_: spans)
    assert "error" not in written(PLAIN)
    with pytest.raises(AssertionError, match=message):
        check(PLAIN, tmp_path)


def test_a_row_that_changes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = iter(range(9))
    monkeypatch.setattr("toys.RegexTagger.__call__", lambda *_: [Span(0, 1 + next(turns), "ORG")])
    with pytest.raises(AssertionError, match="the same bytes give another row"):
        check(PLAIN, tmp_path)
