"""Two runs held against each other: paired on the very films, as two samples otherwise."""

import numpy as np
import pytest
from example_runs import GOOD, LABELS, POOR, metrics, record, rows

from pneumoscope.evaluation.metrics import estimate_metrics, metric_differences
from pneumoscope.evaluation.verdict import Verdict, difference
from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.runs.compare import compare_films, compare_runs
from pneumoscope.runs.finished import EvaluatedModel, EvaluatedRun
from pneumoscope.runs.words import sentences

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})


def a_run(folder="a", **models):
    """Give a run of models by their rows; the fingerprint of each is that of its scores."""
    evaluated = {
        name: EvaluatedModel(metrics(f"{hash(tuple(table['score']))}"), table, None)
        for name, table in models.items()
    }
    return EvaluatedRun(folder, evaluated, record())


def many(lift, count=200, seed=1, name="radiograph"):
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    scores = np.clip(0.5 + lift * (labels - 0.5) + rng.normal(0, 0.2, count), 0, 1)
    return rows(scores, labels, name=name)


def said(first, second):
    return list(sentences(compare_runs(first, second, OPTIONS), 2))


def test_on_the_same_films_differences_are_second_minus_first_paired_by_patient():
    found = compare_runs(a_run(cnn=rows(POOR)), a_run(cnn=rows(GOOD)), OPTIONS)
    expected = metric_differences(rows(GOOD), rows(POOR), (0.5, 0.5), OPTIONS)
    by_metric = {one.metric: one for one in found.differences}
    accuracy = by_metric[Metric.ACCURACY]
    # good errs on two of eight films, poor on five.
    assert (accuracy.first.value, accuracy.second.value) == (0.375, 0.75)
    assert accuracy.difference.value == 0.375
    for metric, one in by_metric.items():
        assert one.difference.bounds == expected[metric].bounds
    assert found.films.obstacle == ""


def test_pseudonyms_of_patients_may_differ_but_not_who_shares_one():
    twins = [0, 0, 1, 2, 3, 4, 5, 6]
    first, other = rows(POOR, patients=twins), rows(GOOD, patients=[9 - n for n in twins])
    assert compare_films(first, other).obstacle == ""
    found = compare_runs(a_run(cnn=first), a_run(cnn=other), OPTIONS)
    expected = metric_differences(rows(GOOD, patients=twins), first, (0.5, 0.5), OPTIONS)
    for one in found.differences:
        assert one.difference.bounds == expected[one.metric].bounds
    alone = rows(GOOD)
    assert compare_films(first, alone).obstacle == "the test films are grouped into other patients"


def test_other_films_are_two_samples_and_it_is_said():
    first, second = many(0.2), many(0.2, count=120, seed=2, name="other film")
    found = compare_runs(a_run(cnn=first), a_run(cnn=second), OPTIONS)
    assert found.films.obstacle == "the test films differ (200 and 120, of which 0 are in both)"
    for one in found.differences:
        own = [estimate_metrics(table, 0.5, OPTIONS)[one.metric] for table in (first, second)]
        assert one.difference == difference(own[1], own[0])
    assert said(a_run(cnn=first), a_run(cnn=second))[0].startswith("Runs 1 and 2 are not paired")


def test_a_film_of_the_same_name_and_another_content_is_another():
    changed = rows(GOOD)
    changed.loc[0, "sha256"] = "another"
    assert compare_films(rows(POOR), changed).common == 7
    assert compare_films(rows(POOR), changed).obstacle.startswith("the test films differ")


def test_another_label_forbids_pairing():
    assert compare_films(rows(POOR), rows(GOOD, [1, *LABELS[1:]])).obstacle == (
        "1 test film bears another label"
    )


@pytest.mark.parametrize("lifts", [(0.05, 0.6), (0.6, 0.05)])
def test_a_difference_beyond_chance_is_said_in_its_direction(lifts):
    worse, better = (1, 2) if lifts[0] < lifts[1] else (2, 1)
    lines = said(a_run(cnn=many(lifts[0])), a_run(cnn=many(lifts[1], seed=3)))
    (auroc,) = [line for line in lines if line.startswith("AUROC")]
    assert auroc.startswith(f"AUROC of cnn is higher in {better} than in {worse}, by 0.")
    assert "beyond chance" not in " ".join(lines)


def test_nothing_is_called_better_within_the_interval():
    lines = said(a_run(cnn=rows(POOR)), a_run(cnn=rows(GOOD)))
    assert [line for line in lines if "higher" in line] == []
    assert "No difference between 1 and 2 is shown beyond chance." in lines


def test_the_same_model_leaves_no_difference_and_models_of_one_run_are_named():
    first = a_run(cnn=rows(GOOD), mlp=rows(POOR))
    found = compare_runs(first, a_run(cnn=rows(GOOD), vgg16=rows(POOR)), OPTIONS)
    assert (found.differences, found.identical) == ([], ["cnn"])
    assert list(sentences(found, 2))[1:] == [
        "cnn has the same weights and the same threshold in both.",
        "In run 1 alone: mlp.",
        "In run 2 alone: vgg16.",
    ]


def test_the_only_models_of_two_runs_are_compared_whatever_their_names():
    found = compare_runs(a_run(cnn=rows(GOOD)), a_run(vgg16=rows(POOR)), OPTIONS)
    assert {one.model for one in found.differences} == {"cnn, vgg16"}
    several = compare_runs(a_run(cnn=rows(GOOD)), a_run(vgg=rows(POOR), mlp=rows(POOR)), OPTIONS)
    assert several.differences == []


def test_all_models_of_a_metric_are_one_family():
    strong, others = (many(0.1), many(0.28, seed=3)), range(8)
    crowds = [{f"m{n}": many(0.1, 40, seed + n) for n in others} for seed in (10, 50)]
    shown = []
    for crowd in ([{}, {}], crowds):
        runs = [a_run(cnn=table, **more) for table, more in zip(strong, crowd, strict=True)]
        found = compare_runs(*runs, OPTIONS).differences
        of_cnn = [one for one in found if one.model == "cnn"]
        shown.append({one.metric for one in of_cnn if one.verdict is Verdict.SHOWN})
    assert shown[1] < shown[0]
