"""What the periphery tells, in words: each sentence where it holds, and nowhere else."""

import pytest

from pneumoscope.acquisition.records import Grouping, PseudoSite, PseudoSitePart
from pneumoscope.acquisition.verdicts import classifier_verdict, pseudo_sites_verdict, trait
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


def of_sites(**found: tuple[float, Estimate]) -> str:
    """Say what pseudo-sites of a share of PNEUMONIA tell, given its difference from the others."""
    sites = {
        name: PseudoSite(
            dict.fromkeys(Split, PseudoSitePart(40, 30, Estimate.of(share))), [], difference
        )
        for name, (share, difference) in found.items()
    }
    return pseudo_sites_verdict(sites, [Grouping(len(sites), 0.9, 40)])


def test_shares_and_their_differences_are_told_in_one_unit():
    words = of_sites(
        A=(0.54, Estimate.of(-0.349, (-0.381, -0.317))), B=(0.92, Estimate.of(0.25, (0.22, 0.28)))
    )
    assert words == (
        "The films of train form 2 groups with alike borders and marks. The share of PNEUMONIA in "
        "train is 0.54 in pseudo-site A, lower by 0.35 (0.32 to 0.38) than in all other films; "
        "0.92 in pseudo-site B, higher by 0.25 (0.22 to 0.28) than in all other films. A model can "
        "gain by telling the group instead of the disease."
    )


def test_only_pseudo_sites_that_are_shown_to_differ_are_named():
    words = of_sites(
        A=(0.54, Estimate.of(-0.349, (-0.381, -0.317))), B=(0.8, Estimate.of(0.06, (-0.02, 0.14)))
    )
    assert "in pseudo-site A, lower by" in words
    assert "pseudo-site B" not in words
    silent = of_sites(
        A=(0.7, Estimate.of(-0.06, (-0.14, 0.02))), B=(0.8, Estimate.of(0.06, (-0.02, 0.14)))
    )
    assert silent == (
        "The films of train form 2 groups with alike borders and marks. In none is the share of "
        "PNEUMONIA shown to differ from the others'."
    )
