"""Cuts of train point the other way in what they leave out, and part no patient."""

import numpy as np
import pandas as pd
import pytest
from ablation_cuts import CUTS, halved

N = 1200
PATIENT = np.array([f"p{n // 3}" for n in range(N)])
RNG = np.random.default_rng(0)
LABEL = RNG.random(N // 3).repeat(3) < 0.6


def rows(**columns) -> pd.DataFrame:
    ill = RNG.random(N // 3).repeat(3)
    given = {
        "patient_id": PATIENT,
        "label": np.where(LABEL, "PNEUMONIA", "NORMAL"),
        "periphery_score": np.clip(RNG.normal(np.where(LABEL, 0.7, 0.3), 0.25), 0, 1),
        "pseudo_site": np.where(ill < np.where(LABEL, 0.8, 0.3), "A", "B"),
        "bytes_per_pixel": RNG.normal(np.where(LABEL, 0.1, 0.25), 0.03),
    }
    return pd.DataFrame({**given, **columns})


@pytest.mark.parametrize("name", CUTS)
def test_parts_of_a_cut_share_no_patient(name):
    cut = CUTS[name](rows())
    for part in (cut.train, cut.counter):
        assert set(LABEL[part]) == {True, False}
    assert not set(PATIENT[cut.train]) & set(PATIENT[cut.counter])


def test_in_counter_examples_the_periphery_points_the_other_way():
    given = rows()
    cut = CUTS["counter-examples"](given)
    score = given["periphery_score"]
    assert score[cut.train & LABEL].mean() > score[cut.train & ~LABEL].mean()
    assert score[cut.counter & LABEL].mean() < score[cut.counter & ~LABEL].mean()


def test_half_of_the_patients_of_each_class_are_chosen():
    among = RNG.random(N) < 0.5
    chosen = halved(LABEL, PATIENT, among)
    for of_class in (LABEL, ~LABEL):
        patients = set(PATIENT[among & of_class])
        assert len(set(PATIENT[chosen & of_class])) == (len(patients) + 1) // 2


def test_a_patient_with_films_of_both_classes_is_dealt_once():
    mixed = np.random.default_rng(3).random(N) < 0.5
    chosen = halved(mixed, PATIENT, np.arange(N) < 30)
    assert chosen.sum() == 3 * len(set(PATIENT[chosen]))


def test_swapped_pseudo_sites_point_the_other_way():
    given = rows()
    cut, site = CUTS["pseudo-sites"](given), given["pseudo_site"]
    # A has more PNEUMONIA than B: in what is left, and reversed in what is left out.
    for part, of_a in ((cut.train, True), (cut.counter, False)):
        assert set(LABEL[part & (site == "A")]) == {of_a}
        assert set(LABEL[part & (site == "B")]) == {not of_a}


def test_without_pseudo_sites_there_is_no_such_cut():
    with pytest.raises(ValueError, match="pseudo-sites with films of both classes"):
        CUTS["pseudo-sites"](rows(pseudo_site=None))
