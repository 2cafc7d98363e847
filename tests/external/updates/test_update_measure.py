"""The update of one model at one site, whole: offered, refused, or not to be measured."""

import numpy as np
import pytest
from example_metrics import model_metrics
from example_updates import films, options

from pneumoscope.evaluation.lock import Lock
from pneumoscope.external.updates.measure import measure_update, no_update
from pneumoscope.naming import Metric, Split
from pneumoscope.options import SiteUpdateOptions

HOW = SiteUpdateOptions.model_validate({"films": [25], "cuts": 2})
METRICS = model_metrics(
    operating_point={"rule": "youden", "threshold": 0.5},
    calibration={"map": {"slope": 1.0, "intercept": 0.0}, "prevalence": 0.5},
)
LOCK = Lock("1" * 64, "s" * 64, {}, Metric.AUROC, METRICS.operating_point)
NOTHING = no_update("clinic", "cnn", LOCK, "3" * 64, 0.95, 0)


def at_clinic(rows):
    return measure_update(rows, NOTHING, METRICS, options(), HOW, seed=1)


def test_a_site_whose_scores_mean_something_else_gets_an_update():
    found = at_clinic(films(shift=2.0))
    assert found.refused is None
    assert found.fitted_on.radiographs + found.measured_on.radiographs == 400
    assert sum(found.fitted_on.classes.values()) == found.fitted_on.radiographs == 200
    assert [round(one.radiographs) for one in found.curve] == [25, 200]
    assert (found.cuts, found.fingerprint) == (2, LOCK.fingerprint)
    # Probabilities without it and with it, on the films that it was measured on.
    before = found.worth.brier.before.value
    assert found.calibration.before.brier.value == pytest.approx(before)
    assert found.calibration.after.brier.value == pytest.approx(found.worth.brier.after.value)
    assert found.calibration.gain.value == pytest.approx(-found.worth.brier.difference.value)
    low, high = found.zones["0.1"]
    assert low < found.reading.operating_point.threshold < high


def test_a_site_like_validation_gets_none():
    rows = films()
    chosen = options(rule="fixed", value=0.5)
    found = measure_update(rows, NOTHING, METRICS, chosen, HOW, seed=1)
    assert found.refused.startswith("it is not shown to help")
    assert found.reading is not None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"patient_id": "one"}, "and there is one patient"),
        ({"label": "NORMAL"}, "there is no film with PNEUMONIA"),
        ({"label": "PNEUMONIA"}, "there is no film with NORMAL"),
    ],
)
def test_what_cannot_be_cut_is_not_measured(change, told):
    found = at_clinic(films(n=40).assign(**change))
    assert told in found.refused
    assert found.reading is found.worth is found.fitted_on is None
    assert found.curve == ()


def test_the_films_take_any_index_and_the_scores_that_came_in_stay():
    rows = films(n=80, shift=2.0)
    turned = rows.set_axis(np.arange(80)[::-1])
    kept = turned.copy()
    assert at_clinic(turned) == at_clinic(rows)
    assert turned.equals(kept)
    assert Split.VALIDATION not in set(turned["split"])
