import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from pneumoscope.naming import FeatureSet, Label, Metric, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness.features import FEATURES
from pneumoscope.robustness.records import Counted, Shift
from pneumoscope.robustness.shift import Films, measure_shift
from pneumoscope.robustness.tables import shift_tables

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
NORMAL, PNEUMONIA = Label.NORMAL, Label.PNEUMONIA


def films(split: str, count: int, compressed: dict[str, float]) -> Films:
    """As many films of each class, all numbers alike but the bytes per pixel."""
    label = np.repeat(["NORMAL", "PNEUMONIA"], count)
    rng = np.random.default_rng(len(split))
    rows = pd.DataFrame(
        {
            "radiograph_id": [f"{split}{n}" for n in range(2 * count)],
            "patient_id": [f"{split}{n}" for n in range(2 * count)],
            "label": label,
        }
    )
    features = pd.DataFrame(rng.normal(size=(2 * count, len(FEATURES))), columns=list(FEATURES))
    features["bytes_per_pixel"] += [compressed[one] for one in label]
    return Films(rows, features)


@pytest.fixture(scope="module")
def shift() -> Shift:
    train = {"NORMAL": 5.0, "PNEUMONIA": 0.0}
    splits = {
        Split.TRAIN: films("train", 80, train),
        Split.VALIDATION: films("validation", 8, train),
        Split.TEST: films("test", 60, {"NORMAL": 0.0, "PNEUMONIA": 0.0}),
    }
    return measure_shift(splits, OPTIONS, 7)


def test_the_class_that_moved_is_named_with_the_number_that_moved(shift):
    normal = shift.classes[NORMAL][Split.TEST]
    assert normal.aurocs[FeatureSet.ALL].value > 0.9
    assert normal.features[0].feature == "bytes_per_pixel"
    assert normal.features[0].higher is False
    assert normal.train == Counted(80, 80)
    assert "mainly by compression (bytes per pixel), median" in normal.verdict
    assert normal.verdict.endswith("need not hold there.")


def test_what_only_the_file_tells_is_kept_apart_from_the_pixels(shift):
    normal = shift.classes[NORMAL][Split.TEST]
    assert normal.aurocs[FeatureSet.FILE].value > 0.9
    assert 0.3 < normal.aurocs[FeatureSet.PIXELS].value < 0.7


def test_the_class_that_stayed_is_not_accused(shift):
    verdict = shift.classes[PNEUMONIA][Split.TEST].verdict
    assert "whether test differs from train cannot be told, AUROC" in verdict


def test_few_films_leave_the_verdict_open(shift):
    control = shift.classes[NORMAL][Split.VALIDATION]
    assert control.aurocs[FeatureSet.ALL].value is None
    assert control.features == []
    assert control.verdict == (
        "NORMAL, validation: Nothing can be told: at least 20 films of 10 patients are needed, "
        "validation has 8 of 8."
    )


def test_a_shortcut_of_train_is_seen_not_to_carry_over(shift):
    metrics = shift.baseline.metrics
    assert metrics[FeatureSet.ALL][Split.TRAIN][Metric.AUROC].value > 0.95
    assert metrics[FeatureSet.ALL][Split.TEST][Metric.AUROC].value < 0.7
    # On train NORMAL was the barely compressed class: compressed test NORMAL is missed.
    assert metrics[FeatureSet.FILE][Split.TEST][Metric.SPECIFICITY].value < 0.3
    assert "does not carry over" in shift.baseline.verdict


def test_an_oversampled_film_counts_once():
    once = films("train", 20, {"NORMAL": 5.0, "PNEUMONIA": 0.0})
    repeated = [pd.concat([table, table.iloc[:10]]) for table in (once.rows, once.features)]
    assert Films(*repeated).counted == Counted(50, 40)
    pd.testing.assert_frame_equal(Films(*repeated).once().features, once.features)


def test_the_result_is_the_same_after_json(shift):
    adapter = TypeAdapter(Shift)
    assert adapter.validate_json(adapter.dump_json(shift)) == shift


def test_tables_show_what_was_measured_and_the_strongest_number_first(shift):
    splits, classes, single = shift_tables(shift).values()
    assert splits["line"].iloc[0] == "test, all numbers"
    assert splits["value"].isna().sum() == 6
    assert classes["line"].tolist()[:3] == ["train, all numbers", "train, pixels", "train, file"]
    assert single["line"].tolist()[:2] == ["bytes per pixel"] * 2
    assert single["label"].tolist()[:2] == ["NORMAL", "PNEUMONIA"]
