"""The command as a process: killed, asked to stop, without room or without a reader, it loses no row and says what happened."""

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("onnx")

from soak import Soak, soak

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX systems")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Soak:
    return Soak(tmp_path_factory.mktemp("soak"), reports=400)


@pytest.fixture
def it(made: Soak) -> Soak:
    for path in made.folder.glob("*out.jsonl*"):
        path.unlink()
    return made


def start(it: Soak, *arguments: str, most: int | None = None) -> subprocess.Popen[str]:
    """Start the command; ``most`` is the size that a file may have."""
    limit = None if most is None else lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    command = [sys.executable, "-m", "zhanguo", "extract", "in", "--model", "toy", *arguments]
    return subprocess.Popen(command, cwd=it.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limit)


def begun(it: Soak, process: subprocess.Popen[str], chunks: int = 1) -> None:
    """Wait until so many chunks are on the disk."""
    journal = it.folder / ".out.jsonl.journal"
    while process.poll() is None and not (journal.exists() and journal.read_bytes().count(b"\n") > chunks):
        time.sleep(0.01)


def test_killed_at_random_moments(tmp_path: Path) -> None:
    seen = soak(tmp_path, kills=3, seed=os.getpid(), reports=300, name="out.jsonl.gz")
    assert seen["kills"] == 3
    assert seen["outputs compared, all right"] >= 1


def test_asked_to_stop(it: Soak) -> None:
    for chunks, (number, code) in enumerate({signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}.items()):
        process = start(it, "-o", "out.jsonl", "--resume")
        begun(it, process, chunks + 1)
        process.send_signal(number)
        errors = process.communicate()[1]
        assert process.returncode == code, errors
        assert ".out.jsonl.part; go on with the same command and --resume" in errors
        assert f"stopped by {number.name}" in errors
        assert "Traceback" not in errors
    it.check()


def test_two_at_once(it: Soak) -> None:
    first = start(it, "-o", "out.jsonl")
    begun(it, first)
    first.send_signal(signal.SIGSTOP)
    second = start(it, "-o", "out.jsonl", "--resume")
    assert "another run is writing out.jsonl" in second.communicate()[1]
    assert second.returncode == 2
    first.send_signal(signal.SIGCONT)
    it.check(first)


def test_a_full_disk(it: Soak) -> None:
    process = start(it, "-o", "out.jsonl", most=len(it.right) // 2)
    errors = process.communicate()[1]
    assert process.returncode == 2
    assert "File too large" in errors
    assert "go on with the same command and --resume" in errors
    assert "Traceback" not in errors
    it.check()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_device_that_is_full(it: Soak) -> None:
    process = start(it, "-o", "/dev/full")
    errors = process.communicate()[1]
    assert process.returncode == 2
    assert "No space left on device" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("arguments", [(), ("-o", "-")])
def test_a_reader_that_goes_away(arguments: tuple[str, ...], it: Soak) -> None:
    process = start(it, *arguments)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait() == 141
    assert "Traceback" not in errors
    assert "Broken" not in errors


def test_rows_to_standard_output_are_the_same(it: Soak) -> None:
    assert start(it, "-o", "-").communicate()[0].encode() == it.right
