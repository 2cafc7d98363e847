"""A curve of made-up models, and what is said of it in either direction."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.ranking import auroc
from pneumoscope.evaluation.sample import Sample
from pneumoscope.learning_curve.measure import measure_curve
from pneumoscope.learning_curve.records import LearningCurve, Point
from pneumoscope.learning_curve.tables import curve_table
from pneumoscope.learning_curve.verdicts import curve_sentences
from pneumoscope.models.records import TrainingFilms
from pneumoscope.plots.learning_curve import plot_learning_curve
from pneumoscope.provenance import Sources
from pneumoscope.report.blocks import Bullets, Figure, Table
from pneumoscope.report.sections.learning_curve import learning_curve_section

FILMS = TrainingFilms(100, 80, {}, Sources(folder=100), "f" * 64)


def scores(share: float, seed: int, apart: float, noise: float = 0.1) -> pd.DataFrame:
    """Score the same 200 films of validation, twice: the more apart the classes, the better."""
    rng, ill = np.random.default_rng(1), np.arange(200) % 2 == 1
    true = rng.normal(size=200)
    logit = true + apart * ill + noise * np.random.default_rng(seed).normal(size=200)
    one = pd.DataFrame(
        {
            "patient_id": [f"p{i // 2}" for i in range(200)],
            "label": np.where(ill, "PNEUMONIA", "NORMAL"),
            "score": 1 / (1 + np.exp(-logit)),
        }
    )
    both = pd.concat([one.assign(split="validation"), one.assign(split="stressed")])
    return both.assign(
        share=share, seed=seed, patients=round(80 * share), radiographs=round(100 * share)
    )


def curve(*apart: float, seeds: int = 3) -> LearningCurve:
    shares = [0.25, 0.5, 1.0]
    fits = [
        scores(share, seed, one)
        for share, one in zip(shares, apart, strict=True)
        for seed in range(seeds)
    ]
    return measure_curve("cnn", fits[::-1], FILMS, 0.95)


def test_points_are_means_over_seeds_in_the_order_of_shares():
    found = curve(1.0, 1.5, 2.0)
    assert [point.share for point in found.points] == [0.25, 0.5, 1.0]
    assert [point.patients for point in found.points] == [20, 40, 80]
    assert (found.seeds, found.films, found.synthetic) == (3, FILMS.sha256, False)
    first = found.points[0]
    each = [
        auroc(Sample.of_rows(fit[fit["split"] == "validation"]), 0.95).estimate.value
        for fit in (scores(0.25, seed, 1.0) for seed in range(3))
    ]
    assert first.aurocs["validation"].value == pytest.approx(np.mean(each))
    whole = found.points[-1]
    assert whole.left == {}
    assert first.left["stressed"].value == pytest.approx(
        whole.aurocs["stressed"].value - first.aurocs["stressed"].value
    )


def test_one_seed_has_the_interval_over_patients_alone():
    (point, *_) = curve(1.0, 1.5, 2.0, seeds=1).points
    own = auroc(Sample.of_rows(scores(0.25, 0, 1.0)[lambda t: t["split"] == "validation"]), 0.95)
    variance = 100 / 99 * float(own.influence @ own.influence)
    found = point.aurocs["validation"]
    # Nearly normal: with about a hundred patients Student's t takes two standard errors.
    assert (found.high - found.low) / 2 == pytest.approx(2 * variance**0.5, rel=0.03)


def test_seeds_that_disagree_widen_the_interval():
    def width(noise):
        fits = [scores(s, seed, 1.5, noise) for s in (0.5, 1.0) for seed in range(3)]
        found = measure_curve("cnn", fits, FILMS, 0.95).points[0].aurocs["validation"]
        return found.high - found.low

    assert width(2.0) > 1.1 * width(0.01)


def test_no_interval_goes_beyond_what_an_auroc_can_be():
    (point, *_) = curve(5.0, 5.0, 5.0).points
    found = point.aurocs["validation"]
    assert found.value < found.high == 1.0
    (point, *_) = curve(-5.0, 5.0, 5.0).points
    found = point.aurocs["validation"]
    assert 0.0 == found.low < found.value
    assert point.left["validation"].high == 1.0


def test_a_class_that_is_lacking_has_no_auroc_and_says_why():
    fits = [scores(s, 0, 1.0).assign(label="NORMAL") for s in (0.5, 1.0)]
    found = measure_curve("cnn", fits, FILMS, 0.95)
    assert found.points[0].aurocs["validation"].value is None
    assert "PNEUMONIA" in found.points[0].aurocs["validation"].reason
    assert found.points[0].aurocs["validation"].reason in curve_sentences(found)[0]


def test_more_films_are_said_to_help_where_all_do_better_than_the_part_before():
    first, second = curve_sentences(curve(0.5, 1.0, 2.5))
    assert first.startswith("cnn, AUROC on validation: all 100 films of 80 patients of train do ")
    assert "better than 50 films of 40 patients of them, by 0." in first
    assert first.endswith("More films of this source may be worth having.")
    assert second.startswith("cnn, AUROC on stressed validation: ")


def test_more_films_are_not_said_to_help_where_nothing_is_shown():
    first, _ = curve_sentences(curve(0.5, 2.0, 2.0))
    assert (
        "beyond 50 films of 40 patients, 50.0% of train, more films of this source are not" in first
    )
    left = curve(0.5, 2.0, 2.0).points[1].left["validation"]
    assert f"all 100 films of 80 patients minus these are {left}." in first
    assert "Up to there they are: all do better than 25 films of 20 patients by 0." in first
    flat, _ = curve_sentences(curve(2.0, 2.0, 2.0))
    assert "beyond 25 films of 20 patients, 25.0% of train" in flat
    assert "Up to there" not in flat
    assert "may be worth" not in flat


def test_a_part_that_does_better_than_all_is_no_reason_for_more():
    worse, _ = curve_sentences(curve(2.0, 2.5, 1.0))
    assert "may be worth" not in worse


def test_one_film_of_one_patient_is_in_the_singular():
    found = curve(2.0, 2.0, 2.0)
    least = Point(0.25, 1, 1, found.points[0].aurocs, found.points[0].left)
    told, _ = curve_sentences(replace(found, points=[least, *found.points[1:]]))
    assert "beyond 1 film of 1 patient," in told


def test_section_and_figure_show_each_part_and_its_interval():
    found = curve(0.5, 1.0, 2.5)
    section = learning_curve_section({"cnn": found})
    kinds = [type(block) for block in section.blocks[1:]]
    assert kinds == [Bullets, Figure, Table]
    table = section.blocks[-1]
    assert [row[:3] for row in table.rows] == [
        ["25.0%", 20, 25], ["50.0%", 40, 50], ["100.0%", 80, 100],
    ]  # fmt: skip
    assert table.rows[-1][-1] == ""
    assert isinstance(table.rows[0][-1], Estimate)
    (ax,) = plot_learning_curve(curve_table(found)).axes
    assert [line.get_label() for line in ax.lines] == ["validation", "stressed"]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["20", "40", "80"]
