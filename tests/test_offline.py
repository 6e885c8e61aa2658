"""Nothing reaches for the network once it is installed, and nothing is a pickle. Training is tried the same way in ``test_train``."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from offline import attempts, environment, isolated

ROOT = Path(__file__).parents[1]
PICKLES = re.compile(r"\.(?:pickle|pkl|pt|pth|bin|joblib|npy|npz|dill|ckpt)$")
UNPICKLING = re.compile(
    r"^\s*(?:import|from)\s+(?:pickle|cPickle|dill|joblib|shelve|cloudpickle|marshal)\b"
    r"|torch\.(?:load|save)\(|allow_pickle\s*=\s*True|read_pickle|trust_remote_code|weights_only\s*=\s*False",
    re.MULTILINE,
)


def test_extracting_needs_no_network(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    command = [*isolated(), sys.executable, "-m", "zhanguo", "extract", str(ROOT / "seeds/reports"), "-o", str(out)]
    result = subprocess.run(command, env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert attempts(tmp_path) == ""
    assert sum(len(json.loads(line)["records"]) for line in out.read_text("utf-8").splitlines()) > 100


def test_the_guard_guards(tmp_path: Path) -> None:
    code = "import urllib.request; urllib.request.urlopen('http://192.0.2.1', timeout=5)"
    result = subprocess.run([sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "no network" in result.stderr
    assert "create_connection" in attempts(tmp_path) or "connect" in attempts(tmp_path)


def test_a_hub_name_without_a_network_is_said_plainly(tmp_path: Path) -> None:
    pytest.importorskip("huggingface_hub")
    environment_ = {**environment(tmp_path), "HF_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "zhanguo", "extract", "-", "--model", "nobody/nothing"]
    result = subprocess.run(command, env=environment_, input="", capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "'nobody/nothing' is no folder, and no model of that name can be fetched" in result.stderr
    assert "Traceback" not in result.stderr


def tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def test_the_repository_holds_no_pickle() -> None:
    files = tracked()
    assert len(files) > 100
    assert [path for path in files if PICKLES.search(path.name)] == []
    starts = {path: path.open("rb").read(2) for path in files}
    assert [path for path, start in starts.items() if start[:1] == b"\x80" and start[1:] in (b"\2", b"\3", b"\4", b"\5")] == []


def test_the_code_reads_and_writes_no_pickle() -> None:
    sources = [path for path in tracked() if path.suffix == ".py" and path != Path(__file__)]
    found = {path: match[0] for path in sources if (match := UNPICKLING.search(path.read_text("utf-8")))}
    assert found == {}
