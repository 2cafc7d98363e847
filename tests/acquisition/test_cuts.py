import numpy as np
import pandas as pd
import pytest

from pneumoscope.acquisition.cuts import counter_cuts, cut_out, site_cuts, swapped_cut

N = 1200
PATIENT = np.array([f"p{n // 3}" for n in range(N)])
RNG = np.random.default_rng(0)
LABEL = RNG.random(N // 3).repeat(3) < 0.6
# A patient's films are in more than one pseudo-site.
SITE = pd.Series(RNG.choice(["A", "B", "C"], N))
HARD = RNG.random(N) < 0.1


def cuts() -> list:
    swapped = swapped_cut(SITE, LABEL, PATIENT, 0.1, seed=1)
    return [
        cut_out("one", HARD, LABEL, PATIENT, 0.1, seed=1),
        *counter_cuts(HARD, LABEL, PATIENT, 2, 0.1, seed=1),
        *site_cuts(SITE, LABEL, PATIENT, 0.1, seed=1),
        *([swapped] if swapped else []),
    ]


def test_parts_of_a_cut_share_no_patient():
    assert len(cuts()) >= 3
    for cut in cuts():
        parts = [set(PATIENT[films]) for films in (cut.fitted, cut.clean, cut.hard)]
        assert all(parts)
        assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])


def test_clean_validation_is_a_share_of_the_other_patients_of_each_class():
    cut = cut_out("one", HARD, LABEL, PATIENT, 0.1, seed=1)
    for of_class in (LABEL, ~LABEL):
        others = set(PATIENT[of_class]) - set(PATIENT[HARD])
        assert len(set(PATIENT[cut.clean & of_class])) == pytest.approx(len(others) / 10, abs=1)
    again = cut_out("one", HARD, LABEL, PATIENT, 0.1, seed=2)
    assert (again.clean != cut.clean).any()


def test_a_patient_with_films_of_both_classes_is_dealt_once():
    mixed = np.random.default_rng(3).random(N) < 0.5
    cut = cut_out("one", np.arange(N) < 30, mixed, PATIENT, 0.1, seed=1)
    assert not set(PATIENT[cut.fitted]) & set(PATIENT[cut.clean])


def test_hard_films_are_left_out_in_turn():
    first, second = counter_cuts(HARD, LABEL, PATIENT, 2, 0.1, seed=1)
    np.testing.assert_array_equal(first.hard | second.hard, HARD)
    assert not (first.hard & second.hard).any()
    # What is left out in one turn is trained on, or validated on, in the other.
    assert (first.hard <= (second.fitted | second.clean)).all()
    (whole,) = counter_cuts(HARD, LABEL, PATIENT, 1, 0.1, seed=1)
    np.testing.assert_array_equal(whole.hard, HARD)


def test_each_pseudo_site_is_left_out_whole():
    site = pd.Series(["A", "B", "C"])[np.arange(N) // 3 % 3].reset_index(drop=True)
    found = site_cuts(site, LABEL, PATIENT, 0.1, seed=1)
    assert [cut.name for cut in found] == [f"pseudo-site {name} left out" for name in "ABC"]
    np.testing.assert_array_equal(found[1].hard, site == "B")
    # One that holds a single class is no cut.
    one_class = pd.Series(np.where(LABEL & (site == "A"), "D", site))
    assert [cut.name[12] for cut in site_cuts(one_class, LABEL, PATIENT, 0.1, 1)] == ["B", "C"]


def test_swapped_pseudo_sites_point_the_other_way():
    ill = np.random.default_rng(4).random(N // 3).repeat(3)
    site = pd.Series(np.where(ill < np.where(LABEL, 0.8, 0.3), "A", "B"))
    cut = swapped_cut(site, LABEL, PATIENT, 0.1, seed=1)
    # A has more PNEUMONIA than B: in what is left, and reversed in what is left out.
    for part, of_a in ((cut.fitted, True), (cut.clean, True), (cut.hard, False)):
        assert set(LABEL[part & (site == "A")]) == {of_a}
        assert set(LABEL[part & (site == "B")]) == {not of_a}
    assert swapped_cut(pd.Series([None] * N), LABEL, PATIENT, 0.1, seed=1) is None
