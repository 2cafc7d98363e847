"""What the periphery tells, in words: each sentence where it holds, and nowhere else."""

import pytest

from pneumoscope.acquisition.verdicts import classifier_verdict, trait
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Split

ABSENT = Estimate.of(None, reason="no film of NORMAL")


def told(train: Estimate, validation: Estimate = ABSENT, test: Estimate = ABSENT) -> str:
    return classifier_verdict({Split.TRAIN: train, Split.VALIDATION: validation, Split.TEST: test})


def test_a_periphery_that_tells_the_class_is_told_with_where_it_was_measured():
    words = told(
        Estimate.of(0.8, (0.75, 0.85)), Estimate.of(0.7, (0.6, 0.8)), Estimate.of(0.6, (0.5, 0.7))
    )
    assert words == (
        "What lies outside the centre tells the class with AUROC 0.80 (0.75 to 0.85) on patients "
        "of train that were left out of the fit, AUROC 0.70 (0.60 to 0.80) on validation, AUROC "
        "0.60 (0.50 to 0.70) on test: so much can be had without the centre of a film, and a "
        "model may have it from there."
    )


def test_a_split_without_a_value_is_not_spoken_of():
    words = told(Estimate.of(0.8, (0.75, 0.85)), test=Estimate.of(0.7, (0.6, 0.8)))
    assert "on validation" not in words
    assert ", AUROC 0.70 (0.60 to 0.80) on test:" in words


def test_a_periphery_near_chance_is_told_as_such():
    assert told(Estimate.of(0.52, (0.47, 0.57))) == (
        "What lies outside the centre tells the class by no more than 0.1 above chance, AUROC 0.52 "
        "(0.47 to 0.57) in train."
    )


@pytest.mark.parametrize("bounds", [(0.45, 0.75), (0.5, 0.61)])
def test_what_the_interval_leaves_open_cannot_be_told(bounds):
    assert told(Estimate.of(0.55, bounds)).startswith(
        "Whether what lies outside the centre tells the class cannot be told, AUROC 0.55 ("
    )


def test_without_an_interval_the_reason_is_told():
    words = told(Estimate.of(0.9, None, "one patient"))
    assert words == "Nothing can be told: one patient. AUROC 0.90 was found."
    assert told(ABSENT) == "Nothing can be told: no film of NORMAL."


@pytest.mark.parametrize(("higher", "way"), [(True, "higher"), (False, "lower")])
def test_a_number_of_the_periphery_is_told_with_its_direction(higher, way):
    assert trait("marks", higher) == f"{way}: the number of small bright marks in the corners"
