"""No regular expression and no step of linking takes more than linear time on strings made to trip it.

Nothing here is timed: strings of 10^5 characters on which quadratic work takes minutes and exponential work for ever must be done
within a limit of CPU time that linear work does not come near. ``benchmarks/regex.py`` has the times.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from regexes import LENGTH, SENTENCES, calls, long_text, slowest, strings

HERE = Path(__file__).parent
LIMIT = 600  # seconds of CPU time for all of them; a tenth of it is plenty


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_CPU, ({LIMIT}, {LIMIT})); sys.argv = {[*arguments]!r}; "
    command = [sys.executable, "-c", code + "runpy.run_path(sys.argv[0], run_name='__main__')"]
    return subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)


def test_every_pattern_of_the_package() -> None:
    result = run(str(HERE / "regexes.py"), str(LENGTH))
    assert result.returncode == 0, result.stdout + result.stderr
    count = re.search(r"(\d+) patterns, 0 given up", result.stdout)
    assert count
    assert int(count[1]) > 120  # else they are no longer found


def test_the_whole_way() -> None:
    result = run(str(HERE / "regexes.py"), "3000", "--sentences")
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.count("\n") == len(SENTENCES)


@pytest.mark.parametrize(
    "piece",
    [
        "1支",
        "派出所、",
        "派出所、派出所分别收缴3支、5支，",
        "收缴枪支5支，其中枪支3支（3支）",
        "下降3%和",
        "（3支",
        "5人被警方抓获",
        "6日",
        "枪支共计3支",
    ],
)
def test_twice_the_text_is_twice_the_work(piece: str) -> None:
    assert calls(piece, 16_000) < 2.2 * calls(piece, 8_000)


@pytest.mark.parametrize("pattern", [r"(?:共计|共|计)*", r"(a+)+b", r"\s*x?\s*$", r"[点點]*[0-9点]*支"])
def test_a_careless_pattern_is_given_up(pattern: str) -> None:
    seconds, _ = slowest(pattern, {"fullmatch", "search"}, 20_000, limit=0.5)
    assert seconds == float("inf")


def test_strings_come_from_the_pattern() -> None:
    made = set(strings("(?:收缴|查获)+[0-9]{3,}支", 60))
    assert any(text.startswith("收缴收缴") for text in made)
    assert any("000000000000" in text for text in made)
    assert all(len(text) <= 61 for text in made)
    assert len(long_text("枪支3支", 10_000)) == 10_000
