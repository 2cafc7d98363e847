"""The nodes of the robustness pipeline, on a model that reads one number: the mean grey value."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from example_metrics import model_metrics
from pydantic import TypeAdapter

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.evaluation.access import model_fingerprint
from pneumoscope.evaluation.records import ModelMetrics, ScoredBy
from pneumoscope.naming import Label, Metric, Split
from pneumoscope.options import EvaluationOptions, RobustnessOptions
from pneumoscope.pipelines.reporting import nodes as reporting
from pneumoscope.pipelines.robustness import nodes
from pneumoscope.robustness.records import Robustness, Shift

SEED = 7
EVALUATION = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
ROBUSTNESS = RobustnessOptions.model_validate(
    {
        "border": 0.25,
        "equalised_quality": 20,
        "equalised_detail": 1.5,
        "strengths": {"contrast": [0.5], "noise": [4]},
        "films": 10,
        "tolerance": 0.05,
    }
)


def images(brightness: list[int]) -> ShardedImages:
    films = np.broadcast_to(
        np.array(brightness, dtype=np.uint8)[:, None, None, None], (len(brightness), 16, 16, 1)
    )
    return ShardedImages([np.ascontiguousarray(films)])


@pytest.fixture(scope="module")
def rows(make_manifest) -> pd.DataFrame:
    normal = [f"test/NORMAL/IM-{n:04d}-0001.jpeg" for n in range(12)]
    pneumonia = [f"test/PNEUMONIA/person{n}_virus_1.jpeg" for n in range(12)]
    manifest = make_manifest(normal + pneumonia)
    return manifest.sort_values("label", kind="stable").reset_index(drop=True)


@pytest.fixture(scope="module")
def films() -> ShardedImages:
    return images([*range(60, 84, 2), *range(180, 204, 2)])


@pytest.fixture(scope="module")
def model():
    import keras

    grey = keras.Input((16, 16, 1), dtype="uint8", name="film")
    mean = keras.layers.GlobalAveragePooling2D(name="mean")(
        keras.layers.Rescaling(1 / 16, offset=-8, name="scaled")(grey)
    )
    score = keras.layers.Dense(1, "sigmoid", kernel_initializer="ones", name="score")(mean)
    return keras.Model(grey, score)


@pytest.fixture(scope="module")
def metrics(model) -> ModelMetrics:
    return model_metrics(
        model={"fingerprint": model_fingerprint(model)}, splits={"test": {"n": 24}}
    )


@pytest.fixture(scope="module")
def scores(model, films, rows, metrics) -> pd.DataFrame:
    return nodes.score_variants(model, films, rows, metrics, ROBUSTNESS, EVALUATION, SEED)


@pytest.fixture(scope="module")
def robustness(scores, metrics) -> Robustness:
    return nodes.measure_robustness(scores, metrics, ROBUSTNESS, EVALUATION)


@pytest.fixture(scope="module")
def shift(films, rows) -> Shift:
    dim = images([*range(20, 68, 2)])
    return nodes.measure_shift(dim, rows, films, rows, films, rows, EVALUATION, SEED)


def test_score_variants_scores_all_films_and_degrades_some(scores):
    assert len(scores) == 6 * 24 + 2 * 10
    whole = scores[scores["variant"] == "as it is"]["score"]
    assert (whole[:12] < 0.5).all()
    assert (whole[12:] > 0.5).all()
    assert whole.is_monotonic_increasing


def test_score_variants_refuses_the_threshold_of_another_model(model, films, rows, metrics):
    other = replace(metrics, model=ScoredBy("0" * 64))
    with pytest.raises(ValueError, match=r"received another .* Run the evaluation first"):
        nodes.score_variants(model, films, rows, other, ROBUSTNESS, EVALUATION, SEED)


def test_measure_robustness_finds_that_brightness_is_read_off_the_rim(robustness):
    assert robustness.threshold == 0.5
    gone = robustness.shortcuts.ablations["centre blacked out"]
    assert gone.altered.metrics[Metric.AUROC].value == 1.0
    assert "still ranks PNEUMONIA above NORMAL" in gone.verdict
    assert robustness.degradations.counted.films == 10
    assert list(robustness.degradations.curves) == ["contrast", "noise"]
    adapter = TypeAdapter(Robustness)
    assert adapter.validate_json(adapter.dump_json(robustness)) == robustness


def test_record_variant_access_says_that_films_were_altered(robustness, metrics):
    recorder = nodes.variant_access_recorder("one")
    (row,) = recorder(robustness, metrics).to_dict("records")
    assert row == {
        "architecture": "one", "model": metrics.model.fingerprint,
        "rule": "youden, altered films", "threshold": 0.5, "n": 24,
    }  # fmt: skip


def test_measure_shift_compares_test_and_validation_with_train(shift):
    assert list(shift.classes[Label.NORMAL]) == [Split.VALIDATION, Split.TEST]
    # Twelve films of a class are too few to tell anything.
    assert "train has 12 of 12" in shift.classes[Label.NORMAL][Split.TEST].verdict
    assert "Nothing can be told" in shift.baseline.verdict


def test_the_figures_are_drawn(shift, robustness):
    drawn = [
        reporting.draw_shift(shift),
        reporting.draw_shortcuts(one=robustness, two=robustness),
        reporting.draw_robustness(one=robustness, two=robustness),
    ]
    assert all(drawing.figure().axes for drawing in drawn)
