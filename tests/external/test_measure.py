"""A site measured with what the evaluation locked: a copy of test gives what test gave."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from example_audits import split_audit
from example_references import false_alarms

from pneumoscope.evaluation.calibration import calibrators, measure
from pneumoscope.evaluation.lock import lock_evaluation
from pneumoscope.evaluation.measure import evaluate
from pneumoscope.evaluation.records import ScoredBy
from pneumoscope.evaluation.thresholds import operating_points
from pneumoscope.external.measure import measure_site
from pneumoscope.external.records import split_of
from pneumoscope.naming import Label, Metric, Split
from pneumoscope.options import EvaluationOptions
from pneumoscope.out_of_distribution.distances import KINDS, ORIENTATION

SITE = split_of("clinic")
OPTIONS = EvaluationOptions.model_validate(
    {
        "threshold": {"rule": "youden"},
        "operating_points": [
            {"rule": "fixed", "value": 0.5},
            {"rule": "grey_zone", "share": 0.2},
            {"rule": "min_sensitivity", "value": 0.9, "confidence": 0.999},
        ],
        "prevalences": [0.2],
    }
)


def scored(split: str, n: int, seed: int, shift: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ill = np.arange(n) % 2 == 1
    logit = rng.normal(np.where(ill, 1.0, -1.0) + shift, 1.2)
    return pd.DataFrame(
        {
            "radiograph_id": [f"{split}/IM-{i}" for i in range(n)],
            "patient_id": [f"{split}-{i // 2}" for i in range(n)],
            "source": "folder",
            "label": np.where(ill, "PNEUMONIA", "NORMAL"),
            "subtype": np.where(ill, "virus", "normal"),
            "split": split,
            "score": (1 / (1 + np.exp(-logit))).astype(np.float32),
        }
    )


def manifest_of(*tables: pd.DataFrame) -> pd.DataFrame:
    ids = pd.concat(tables)["radiograph_id"].tolist()
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "radiograph_id": ids, "width": rng.integers(500, 2000, len(ids)), "height": 1000,
            "mode": "L", "bytes_per_pixel": rng.uniform(0.05, 0.3, len(ids)),
        }
    )  # fmt: skip


VALIDATION, TEST, TRAIN = scored("validation", 80, 1), scored("test", 90, 2), scored("train", 60, 3)
MANIFEST = manifest_of(VALIDATION, TEST, TRAIN)
BY = ScoredBy("1" * 64)


@pytest.fixture(scope="module")
def lock():
    splits = pd.concat([VALIDATION, TEST])[["radiograph_id", "split"]]
    return lock_evaluation(VALIDATION, BY, false_alarms(BY.fingerprint), splits, OPTIONS)


@pytest.fixture(scope="module")
def evaluated(lock):
    scores = pd.concat([VALIDATION, TEST], ignore_index=True).assign(hard=False)
    return evaluate(scores, BY, lock, MANIFEST, split_audit(), OPTIONS)


def films_of(rows: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Give the manifest of a site whose films are those of a part, and of train."""
    own = MANIFEST.set_index("radiograph_id").loc[like["radiograph_id"]].reset_index(drop=True)
    trained = MANIFEST[MANIFEST["radiograph_id"].isin(TRAIN["radiograph_id"])]
    return pd.concat([own.assign(radiograph_id=rows["radiograph_id"].tolist()), trained])


def at_site(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(split=SITE, radiograph_id=SITE + "/" + rows["radiograph_id"])


def distances_of(rows: pd.DataFrame, far: int = 0) -> pd.DataFrame:
    """Put so many radiographs far from train, and the others near."""
    near = np.where(np.arange(len(rows)) < far, 50.0, 0.1)
    kinds = dict.fromkeys(KINDS, near)
    return rows[["radiograph_id", "patient_id"]].assign(**kinds, **{ORIENTATION: ""})


def test_films_are_flagged_by_the_distance_that_was_locked(lock, evaluated):
    rows = at_site(scored("clinic", 40, 9))
    films = pd.concat([manifest_of(rows), manifest_of(TRAIN)])
    for far in (0, 10):
        found = measure_site(rows, evaluated, lock, films, OPTIONS, distances_of(rows, far))
        share = found.flagged.found.share
        assert share.value == far / 40
        assert found.flagged.promised == lock.out_of_distribution.promised == 0.01
        # Of 20 patients: exact without any, and 5 of them with.
        assert share.low < share.value + 1e-9 < share.high
    old = replace(lock, out_of_distribution=None)
    assert measure_site(rows, evaluated, old, films, OPTIONS, distances_of(rows)).flagged is None


@pytest.mark.parametrize("part", [Split.TEST, Split.VALIDATION])
def test_a_copy_of_a_split_gives_every_number_that_the_split_gave(part, lock, evaluated):
    rows = at_site({Split.TEST: TEST, Split.VALIDATION: VALIDATION}[part])
    like = rows.assign(radiograph_id=rows["radiograph_id"].str.removeprefix(f"{SITE}/"))
    films = films_of(rows, like)
    found = measure_site(rows, evaluated, lock, films, OPTIONS, distances_of(rows))
    own = found.measured
    assert own.splits[SITE] == evaluated.splits[part]
    assert own.calibration.splits[SITE] == evaluated.calibration.splits[part]
    assert own.conformal.splits[SITE] == evaluated.conformal.splits[part]
    assert own.subgroups.splits[SITE] == evaluated.subgroups.splits[part]
    assert own.grey_zone.keys() == evaluated.grey_zone.keys()
    for share, zone in evaluated.grey_zone.items():
        assert own.grey_zone[share].splits[SITE] == zone.splits[part]
    for rule, outcome in evaluated.operating_points.items():
        assert own.operating_points[rule].splits.get(SITE) == outcome.splits.get(part)
    # A rule that validation could not give a threshold has none here either.
    assert [o.splits for o in own.operating_points.values() if o.threshold is None] == [{}]
    for found_there, wanted in ((own.calibration.map, evaluated.calibration.map),
                                (own.operating_point, evaluated.operating_point)):  # fmt: skip
        assert found_there == wanted
    assert all(drop.value in (0.0, None) for drop in found.drops[part].values())


def test_nothing_is_fitted_or_chosen(lock, evaluated, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("something was fitted")

    for module, name in (
        (measure, "fit_calibrator"), (calibrators, "fit_calibrator"),
        (operating_points, "lock_threshold"), (operating_points, "choose_threshold"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, refuse)
    rows = at_site(scored("clinic", 60, 9, shift=2.0))
    films = pd.concat([manifest_of(rows), manifest_of(TRAIN)])
    found = measure_site(rows, evaluated, lock, films, OPTIONS, distances_of(rows))
    assert found.measured.operating_point == lock.operating_point
    # Were a threshold chosen here, so many NORMAL films would not be called ill.
    assert found.metrics.metrics[Metric.SPECIFICITY].value < 0.5
    drop = found.drops[Split.TEST][Metric.SPECIFICITY]
    expected = (
        found.metrics.metrics[Metric.SPECIFICITY].value
        - evaluated.splits[Split.TEST].metrics[Metric.SPECIFICITY].value
    )
    assert drop.value == pytest.approx(expected)
    assert drop.high < 0


@pytest.mark.parametrize(
    ("label", "undefined"),
    [(Label.NORMAL, Metric.SENSITIVITY), (Label.PNEUMONIA, Metric.SPECIFICITY)],
)
def test_of_one_class_alone_what_needs_both_is_undefined_and_says_why(
    label, undefined, lock, evaluated
):
    rows = at_site(scored("clinic", 40, 9))
    rows = rows[rows["label"] == label].reset_index(drop=True)
    films = pd.concat([manifest_of(rows), manifest_of(TRAIN)])
    found = measure_site(rows, evaluated, lock, films, OPTIONS, distances_of(rows))
    for metric in (undefined, Metric.AUROC):
        assert found.metrics.metrics[metric].value is None
        assert found.metrics.metrics[metric].reason
        assert found.drops[Split.TEST][metric].value is None
        assert found.drops[Split.TEST][metric].reason
    assert found.metrics.metrics[Metric.ACCURACY].value is not None


def test_a_single_film_is_measured_without_an_interval_that_is_not_there(lock, evaluated):
    rows = at_site(scored("clinic", 1, 9))
    films = pd.concat([manifest_of(rows), manifest_of(TRAIN)])
    found = measure_site(rows, evaluated, lock, films, OPTIONS, distances_of(rows))
    assert found.metrics.n == 1
    accuracy = found.metrics.metrics[Metric.ACCURACY]
    assert accuracy.value in (0.0, 1.0)
    assert (accuracy.bounds is None) == bool(accuracy.reason)
