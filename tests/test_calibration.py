"""Calibrated scores: curves are fitted and kept, reliability is counted, uncertain answers can be left out."""

import json
import random
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

import zhanguo
from zhanguo import calibrate, calibration
from zhanguo.calibration import AS_IT_IS, Curve
from zhanguo.extract import Extractor
from zhanguo.schema import Extraction, Record, Report, Span

NAME = "zhanguo.json"


def answers(curve: Curve, size: int = 20_000) -> tuple[list[float], list[bool]]:
    """Raw confidences, right as often as a curve says."""
    dice = random.Random(1)  # noqa: S311  # no secret
    raw = [1 - dice.random() ** 3 * 0.6 for _ in range(size)]
    return raw, [dice.random() < curve(value) for value in raw]


def test_a_curve_is_found_again() -> None:
    found = calibration.fit(*answers(Curve(-0.7, 0.6)))
    assert found == pytest.approx((-0.7, 0.6), abs=0.1)


def test_calibrated_scores_mean_what_they_say() -> None:
    raw, right = answers(Curve(-0.7, 0.6))
    curve = calibration.fit(raw, right)
    before = calibration.expected_calibration_error(calibration.reliability(raw, right))
    after = calibration.expected_calibration_error(calibration.reliability([curve(value) for value in raw], right))
    assert after < 0.02 < before


def test_all_right_does_not_run_away() -> None:
    curve = calibration.fit([0.9, 0.99, 0.999] * 10, [True] * 30)
    assert 0.9 < curve(0.99) < 1


def test_nothing_to_fit_on() -> None:
    with pytest.raises(ValueError, match="no answers"):
        calibration.fit([], [])


def test_without_a_curve_scores_stay() -> None:
    assert [round(AS_IT_IS(value), 6) for value in (0.1, 0.5, 0.93)] == [0.1, 0.5, 0.93]


def test_reliability_by_hand() -> None:
    bins = calibration.reliability([0.6, 0.65, 0.99, 1.0], [True, False, True, True])
    assert [(b.count, b.right) for b in bins] == [(2, 0.5), (2, 1.0)]
    assert calibration.expected_calibration_error(bins) == pytest.approx((2 * 0.125 + 2 * 0.005) / 4)
    assert calibration.expected_calibration_error([]) == 0


def record(score: float, part_of: int | None = None) -> Record:
    return Record("seizure", None, None, Decimal(1), None, "exact", None, None, None, part_of, score=score)


def test_leaving_out_keeps_parts_with_their_wholes() -> None:
    records = (record(0.3), record(0.9), record(0.8, 1), record(0.8, 0))
    result = Extraction(Report("r", "r", "一"), (Span(0, 1, "QUANTITY", 0.4),), records).above(0.5)
    assert result.spans == ()
    assert [(r.score, r.part_of) for r in result.records] == [(0.9, None), (0.8, 0), (0.8, None)]


def test_the_command_writes_curves_into_the_settings(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(Path(zhanguo.__file__).parent / "assets", folder)
    gold = tmp_path / "gold.txt"
    gold.write_text(
        "id: a\n----\n[[ORG|清河县公安局]]收缴[[TARGET|枪支]][[QUANTITY|3]][[UNIT|支]]。\n----\n"
        "seizure | 收缴 | 枪支 | 3 | exact | 支 | - | 清河县公安局 | -\n",
        "utf-8",
    )
    before = json.loads((folder / NAME).read_text("utf-8"))
    assert calibrate.main([str(folder), str(gold)]) == 0
    after = json.loads((folder / NAME).read_text("utf-8"))
    assert set(after.pop("calibration")) == {"ORG", "TARGET", "QUANTITY", "UNIT", "record"}
    before.pop("calibration", None)
    assert after == before
    assert Extractor.from_pretrained(str(folder)).tagger.curves["ORG"] != AS_IT_IS
