import numpy as np
import pytest
from sklearn.metrics import accuracy_score, average_precision_score, brier_score_loss, roc_auc_score

from pneumoscope.evaluation.intervals import missing_reasons, patient_counts, patient_intervals
from pneumoscope.evaluation.metrics import summarise
from pneumoscope.naming import Metric


def _case(seed=0, radiographs=120, patients=40):
    rng = np.random.default_rng(seed)
    patient = rng.permutation(np.arange(radiographs) % patients)
    label = patient % 3 > 0
    score = np.clip(rng.normal(0.35 + 0.3 * label, 0.25), 0, 1).round(2)
    return label, score, np.char.add("person", patient.astype(str))


def _naive_resamples(patient, resamples, seed):
    keys, codes = np.unique(patient, return_inverse=True)
    for counts in patient_counts(keys.size, resamples, seed):
        yield np.repeat(np.arange(patient.size), counts[codes])


def test_intervals_equal_those_of_naive_resampling_with_scikit_learn():
    label, score, patient = _case()
    rows = list(_naive_resamples(patient, 50, seed=7))
    intervals = patient_intervals(label, score, patient, 0.5, 50, 0.9, 7, 10)
    by_sklearn = {
        Metric.ACCURACY: [accuracy_score(label[r], score[r] >= 0.5) for r in rows],
        Metric.AUROC: [roc_auc_score(label[r], score[r]) for r in rows],
        Metric.AVERAGE_PRECISION: [average_precision_score(label[r], score[r]) for r in rows],
        Metric.BRIER: [brier_score_loss(label[r], score[r]) for r in rows],
    }
    for metric, values in by_sklearn.items():
        expected = np.quantile(values, [0.05, 0.95])
        assert intervals[metric] == pytest.approx(expected, abs=1e-12), metric


def test_intervals_of_every_metric_equal_those_of_repeated_rows():
    label, score, patient = _case(1)
    rows = _naive_resamples(patient, 30, seed=1)
    repeated = [summarise(label[r], score[r], 0.4, 10) for r in rows]
    intervals = patient_intervals(label, score, patient, 0.4, 30, 0.5, 1, 10)
    for metric in Metric:
        expected = np.quantile([values[metric] for values in repeated], [0.25, 0.75])
        assert intervals[metric] == pytest.approx(expected, abs=1e-12), metric


def test_chunks_do_not_change_the_intervals(monkeypatch):
    label, score, patient = _case()
    whole = patient_intervals(label, score, patient, 0.5, 50, 0.9, 7, 10)
    monkeypatch.setattr("pneumoscope.evaluation.intervals._CHUNK", 7 * label.size)
    chunked = patient_intervals(label, score, patient, 0.5, 50, 0.9, 7, 10)
    for metric in Metric:
        assert chunked[metric] == pytest.approx(whole[metric], abs=1e-12)


def test_each_resample_draws_as_many_patients_as_there_are():
    counts = patient_counts(9, 200, seed=3)
    assert counts.shape == (200, 9)
    assert (counts.sum(axis=1) == 9).all()
    assert np.abs(counts.mean(axis=0) - 1).max() < 0.3
    assert (counts == patient_counts(9, 200, seed=3)).all()
    assert (counts != patient_counts(9, 200, seed=4)).any()


def test_the_order_of_the_rows_does_not_matter():
    label, score, patient = _case()
    order = np.random.default_rng(0).permutation(label.size)
    straight = patient_intervals(label, score, patient, 0.5, 40, 0.95, 0, 10)
    shuffled = patient_intervals(label[order], score[order], patient[order], 0.5, 40, 0.95, 0, 10)
    for metric in Metric:
        assert shuffled[metric] == pytest.approx(straight[metric], abs=1e-12)


def test_repeating_every_radiograph_of_a_patient_adds_no_certainty():
    label, score, patient = _case()
    once = patient_intervals(label, score, patient, 0.5, 40, 0.95, 0, 10)
    thrice = patient_intervals(
        *(np.tile(a, 3) for a in (label, score, patient)), 0.5, 40, 0.95, 0, 10
    )
    assert thrice[Metric.AUROC] == pytest.approx(once[Metric.AUROC], abs=1e-12)


def test_an_interval_is_missing_with_its_reason_where_the_metric_is_often_undefined():
    label, score, patient = [1, 1, 1], [0.2, 0.7, 0.9], ["a", "b", "c"]
    intervals = patient_intervals(label, score, patient, 0.5, 100, 0.95, 0, 10)
    reasons = missing_reasons(intervals, patient, 100)
    assert intervals[Metric.SPECIFICITY] is None
    assert intervals[Metric.SENSITIVITY] == (0.0, 1.0)
    assert reasons[Metric.AUROC] == "undefined in too many of the 100 resamples of 3 patients"
    assert Metric.SENSITIVITY not in reasons


def test_one_patient_or_no_resamples_leave_all_intervals_out():
    single = patient_intervals([0, 1], [0.2, 0.7], ["a", "a"], 0.5, 100, 0.95, 0, 10)
    assert single == dict.fromkeys(Metric)
    assert missing_reasons(single, ["a", "a"], 100)[Metric.F1].endswith("more, there are 1")
    none = patient_intervals([0, 1], [0.2, 0.7], ["a", "b"], 0.5, 0, 0.95, 0, 10)
    assert set(missing_reasons(none, ["a", "b"], 0).values()) == {"no resamples were asked for"}


def test_a_missing_patient_and_an_impossible_confidence_are_refused():
    with pytest.raises(ValueError, match="with 1 missing"):
        patient_intervals([0, 1], [0.2, 0.7], ["a", None], 0.5, 10, 0.95, 0, 10)
    with pytest.raises(ValueError, match="received 95"):
        patient_intervals([0, 1], [0.2, 0.7], ["a", "b"], 0.5, 10, 95, 0, 10)
