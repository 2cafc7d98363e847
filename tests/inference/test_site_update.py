"""An update at a site: applied where it is named and fits, said with every film, else refused."""

from dataclasses import replace
from pathlib import Path

import pytest
from example_metrics import model_metrics
from example_updates import site_update

from pneumoscope.datasets.record import RecordDataset
from pneumoscope.errors import InputError
from pneumoscope.evaluation.lock import Lock, lock_digest
from pneumoscope.external.updates.records import SiteUpdate
from pneumoscope.inference.predictions import decide, locked_by, notice_of
from pneumoscope.inference.site_update import read_update, with_update
from pneumoscope.naming import Label, Metric
from pneumoscope.options import InferenceOptions

METRICS = model_metrics(grey_zone={"0.1": {"low": 0.4, "high": 0.6, "splits": {}}})
LOCK = Lock(METRICS.model.fingerprint, "s" * 64, {}, Metric.AUROC, METRICS.operating_point)
UPDATE = site_update(fingerprint=LOCK.fingerprint, lock=lock_digest(LOCK))
FIRST, SECOND = "2026-01-01T00.00.00.000Z", "2026-02-01T00.00.00.000Z"


def locked(**options):
    return locked_by("cnn", METRICS, InferenceOptions.model_validate(options))


def save(models: Path, update: SiteUpdate, version: str) -> None:
    name = f"{update.site}.json"
    place = models / update.model / "site_updates" / name / version / name
    RecordDataset(str(place), "pneumoscope.external.updates.records.SiteUpdate").save(update)


def test_the_newest_version_is_read_unless_one_is_named(tmp_path):
    save(tmp_path, replace(UPDATE, cuts=1), FIRST)
    save(tmp_path, UPDATE, SECOND)
    assert read_update(tmp_path, "cnn", "clinic") == (UPDATE, SECOND)
    assert read_update(tmp_path, "cnn", f"clinic@{FIRST}")[0].cuts == 1


@pytest.mark.parametrize(
    ("model", "named", "told"),
    [
        ("cnn", "clinik", "'clinik'; there are clinic. Measure the site"),
        ("mlp", "clinic", "'clinic'; there are none. Measure the site"),
        ("cnn", "../cnn", r"'\.\./cnn'; there are clinic"),
        ("cnn", "*", r"'\*'; there are clinic"),
        ("cnn", "clinic@2020", "a version of the update of cnn at clinic: 2026-01-01"),
    ],
)
def test_a_site_or_version_that_is_not_there_is_refused(model, named, told, tmp_path):
    save(tmp_path, UPDATE, FIRST)
    with pytest.raises(InputError, match=told):
        read_update(tmp_path, model, named)


def test_scores_are_read_by_the_update_and_every_film_says_so():
    found = with_update(locked(), UPDATE, FIRST, LOCK, METRICS)
    assert (found.threshold, found.prevalence) == (0.7, 0.25)
    assert found.calibration == UPDATE.reading.probability
    film = {"path": "a.png", "sha256": "", "reason": "", "note": "", "warning": ""}
    judged = {"score": 0.6, "out_of_distribution": False} | dict.fromkeys(
        [f"out_of_distribution_{one}" for one in ("p", "distance", "limit", "reason")]
    )
    without = decide(film, locked(), notice_of(False, locked().update), judged)
    updated = decide(film, found, notice_of(False, found.update), judged)
    assert (without.prediction, updated.prediction) == (Label.PNEUMONIA, Label.NORMAL)
    # logit(p) = -1 + logit(0.6) / 2 is -0.7973.
    assert updated.probability == pytest.approx(0.3106, abs=1e-4)
    assert "update" not in without.notice
    assert f"Read by the update clinic@{FIRST}: fitted on 60 films of 40" in updated.notice


def test_probabilities_of_an_update_are_carried_to_another_prevalence():
    found = with_update(locked(prevalence=0.1), UPDATE, FIRST, LOCK, METRICS).at(0.5)
    # From a quarter to a half the odds grow threefold.
    assert found.calibration.intercept == pytest.approx(-1 + 1.0986, abs=1e-4)
    assert found.update


def test_a_zone_holds_as_large_a_share_of_the_films_of_the_site():
    update = replace(UPDATE, zones={"0.1": (0.6, 0.8), "0.2": (0.5, 0.9)})
    asked = locked(grey_zone=0.1)
    assert asked.zone == (0.4, 0.6)
    assert with_update(asked, update, FIRST, LOCK, METRICS).zone == (0.6, 0.8)
    none = locked(grey_zone=None)
    assert with_update(none, update, FIRST, LOCK, METRICS).zone is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fingerprint": "9" * 64}, "one of other weights .999999999999."),
        ({"lock": "8" * 64}, "one of another lock .888888888888."),
        ({"refused": "it is not shown to help"}, "not offered: it is not shown to help"),
        ({"refused": "there is one patient", "reading": None}, "not offered: there is one"),
    ],
)
def test_an_update_of_another_model_or_one_that_is_not_offered_is_refused(change, told):
    with pytest.raises(InputError, match=told):
        with_update(locked(), replace(UPDATE, **change), FIRST, LOCK, METRICS)
