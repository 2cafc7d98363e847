import pytest

from pneumoscope.datasets.record import RecordDataset
from pneumoscope.naming import Metric
from pneumoscope.studies.arms import Classifier
from pneumoscope.studies.measure import measure_study


@pytest.fixture
def cnn(perfect, half_blind):
    return Classifier("cnn", perfect.scores, 0.5), Classifier("cnn", half_blind.scores, 0.5)


def test_each_protocol_is_compared_with_the_honest_one(study, evaluation, arm_of, cnn):
    flattered, honest = cnn
    arms = {"reproduced": arm_of(flattered, flaws=["It leaks."]), "honest": arm_of(honest)}
    found = measure_study(study, evaluation, arms)
    assert list(found.differences) == ["reproduced"]
    difference = found.differences["reproduced"]["cnn"]
    assert difference.metrics[Metric.SENSITIVITY].value == pytest.approx(0.5)
    assert found.arms["reproduced"].flaws == ["It leaks."]
    baseline = {metric: estimate.value for metric, estimate in found.all_positive.items()}
    assert baseline == {"sensitivity": 1.0, "accuracy": 0.5}


def test_the_honest_protocol_is_judged(study, evaluation, arm_of, cnn):
    flattered, honest = cnn
    arms = {"reproduced": arm_of(flattered), "honest": arm_of(honest)}
    found = measure_study(study, evaluation, arms)
    assert found.chosen.test[Metric.SENSITIVITY].value == 0.5
    assert found.chosen.validation[Metric.SENSITIVITY].value == 1.0
    assert found.verdict.startswith("not met")


def test_only_a_protocol_with_patient_leakage_shows_it(study, evaluation, arm_of, cnn):
    flattered, honest = cnn
    arms = {"reproduced": arm_of(flattered, trained_on=["p3"]), "honest": arm_of(honest)}
    found = measure_study(study, evaluation, arms)
    assert list(found.leakage) == ["reproduced"]
    assert found.leakage["reproduced"]["cnn"].leaked.n == 2


def test_the_steps_end_in_the_tuned_thresholds_of_its_last_model(
    study, evaluation, arm_of, half_blind, perfect
):
    stepwise = study.model_validate(
        study.model_dump()
        | {
            "arms": {"honest": "by patient"},
            "stepwise": True,
            "tuned": [{"rule": "youden"}],
        }
    )
    found = measure_study(stepwise, evaluation, {"honest": arm_of(half_blind, perfect)})
    assert [step.name for step in found.steps] == ["half blind", "perfect", "perfect, youden"]
    assert [tuned.rule for tuned in found.tuning] == ["youden"]


def test_the_findings_come_back_from_their_file_as_they_were(
    study, evaluation, arm_of, cnn, tmp_path
):
    flattered, honest = cnn
    arms = {"reproduced": arm_of(flattered, trained_on=["p3"]), "honest": arm_of(honest)}
    found = measure_study(study, evaluation, arms)
    dataset = RecordDataset(
        filepath=str(tmp_path / "study.json"), record="pneumoscope.studies.records.StudyFindings"
    )
    dataset.save(found)
    assert dataset.load() == found
