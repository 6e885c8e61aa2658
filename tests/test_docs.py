"""Every command in the README, the guides and CONTRIBUTING runs, in a copy of the repository whose recipes and corpus are small."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("opencc")

ROOT = Path(__file__).parents[1]
# The steps of annotate.md need a person's corrections: tests/test_guide_annotate.py takes them.
PAGES = sorted(page for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")] if page.name != "annotate.md")
BLOCK = re.compile(r"^```bash\n(.*?)^```", re.MULTILINE | re.DOTALL)
# What installs, serves for ever or is all of CI is run by .ci/run, by hand or by another test; the reason stands beside it.
ELSEWHERE = {
    "pip install": ".ci/run installs",
    "python -m pytest": ".ci/run, and this very test",
    "ruff": ".ci/run",
    "mypy": ".ci/run",
    "lint-imports": ".ci/run",
    "git clone": "needs a network",
    "zhanguo serve": "tests/test_serve.py",
    "curl http://127.0.0.1": "tests/test_serve.py",
    "accelerate launch": "tests/test_train.py",
    "label-studio": "another program",
    "zhanguo convert export.json": "tests/test_guide_annotate.py, with an export",
    "zhanguo check corrected.jsonl": "tests/test_guide_annotate.py",
    "python benchmarks/": "measures; takes long",
    "python -m zhanguo.pretrain": "tests/test_pretrain.py; needs a text that is not in the repository",
    "python -m zhanguo.base": "tests/test_base.py; needs a model that is not in the repository",
}
REPORTS_A_FILE = 4


def commands(page: Path) -> list[str]:
    """The page's commands in order, without comments, those joined by && apart."""
    lines = "".join(BLOCK.findall(page.read_text("utf-8"))).replace("\\\n", " ").splitlines()
    parts = [part.strip() for line in lines for part in re.sub(r"(^|\s)#.*", "", line).split("&&")]
    return [part for part in parts if part]


@pytest.fixture(scope="module")
def ran() -> set[str]:
    return set()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy in which every recipe is the tiny one, most corpus files have a few reports, and FILE.jsonl is an output of extract."""
    copy = tmp_path_factory.mktemp("repository")
    for name in ("model", "configs", "seeds", "benchmarks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "train.py", copy)
    (copy / "weights").symlink_to(ROOT / "weights")
    for path in (copy / "seeds" / "corpus").glob("a[12]*.txt"):
        reports = path.read_text("utf-8").split("\n====\n")
        path.write_text("\n====\n".join(reports[:REPORTS_A_FILE]).rstrip("\n") + "\n", "utf-8")
    tiny = (copy / "configs" / "tiny.yaml").read_text("utf-8")
    for path in (copy / "configs").glob("*.yaml"):
        if path.stem != "pretrain":
            path.write_text(tiny.replace("runs/tiny", f"runs/{path.stem}"), "utf-8")
    run("zhanguo extract seeds/reports -o FILE.jsonl", copy)
    return copy


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    shim = folder / "bin" / "zhanguo"
    if not shim.exists():
        shim.parent.mkdir()
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m zhanguo "$@"\n', "utf-8")
        shim.chmod(0o755)
    path = os.pathsep.join([str(shim.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(folder / "model"), "HF_HUB_OFFLINE": "1"}
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=600, check=False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_run(page: Path, repository: Path, ran: set[str]) -> None:
    for command in commands(page):
        if command not in ran and not any(command.startswith(beginning) for beginning in ELSEWHERE):
            ran.add(command)  # pages share many
            done = run(command, repository)
            assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def test_the_pages_have_commands() -> None:
    found = [command for page in PAGES for command in commands(page)]
    assert {"zhanguo extract seeds/reports", "python train.py configs/zhanguo.yaml"} <= set(found)
    assert len(found) > 20


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
