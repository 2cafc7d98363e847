import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from pneumoscope.acquisition.measure import PERIPHERY_SCORE, measure_acquisition
from pneumoscope.naming import Split
from pneumoscope.options import AcquisitionOptions

OPTIONS = AcquisitionOptions(
    components=4, most_pseudo_sites=4, prediction_strength=0.8, hard_auroc=0.5
)
N = 360


@pytest.fixture(scope="module")
def looked():
    return {}


@pytest.fixture
def look(make_films, looked):
    """Give rows, table and audit of films; the same films are measured once."""

    def look(group, label, **how):
        key = group.tobytes(), label.tobytes(), str(how)
        if key not in looked:
            rows, *measured = make_films(group, label, **how)
            looked[key] = rows, *measure_acquisition(rows, *measured, OPTIONS, 0.95, seed=7)
        return looked[key]

    return look


def halves() -> np.ndarray:
    return np.arange(N) // 2 % 2


def coin(share: np.ndarray) -> np.ndarray:
    # Films of one patient are of one class.
    return np.random.default_rng(3).random(N // 2).repeat(2) < share


def test_classes_that_share_no_group_are_told_by_the_periphery(look):
    rows, table, audit = look(halves(), coin(np.where(halves() == 1, 0.9, 0.3)))
    assert table["radiograph_id"].tolist() == rows["radiograph_id"].tolist()
    assert list(audit.pseudo_sites) == ["A", "B"]
    # Each group has one letter.
    for group in (0, 1):
        assert table["pseudo_site"][halves() == group].nunique() == 1
    ill, well = (
        table["pseudo_site"][halves() == group].iloc[0] for group in (1, 0)
    )  # Names go by size, and these are equal.
    assert audit.pseudo_sites[ill].difference.low > 0 > audit.pseudo_sites[well].difference.high
    assert f"in pseudo-site {ill}" in audit.pseudo_sites_verdict
    assert "A model can gain by telling the group" in audit.pseudo_sites_verdict
    assert audit.verdict.startswith("What lies outside the centre tells the class with AUROC 0.")
    traits = audit.pseudo_sites[ill].traits
    assert len(traits) == 3
    assert all(one.startswith("higher: ") for one in traits)


def test_shares_and_aurocs_are_those_of_the_films(look):
    label = coin(np.where(halves() == 1, 0.9, 0.3))
    rows, table, audit = look(halves(), label)
    tested = (rows["split"] == "test").to_numpy()
    assert audit.aurocs[Split.TEST].value == pytest.approx(
        roc_auc_score(label[tested], table[PERIPHERY_SCORE][tested])
    )
    for name, site in audit.pseudo_sites.items():
        inside = tested & (table["pseudo_site"] == name).to_numpy()
        part = site.splits[Split.TEST]
        assert (part.films, part.patients) == (inside.sum(), inside.sum() / 2)
        assert part.pneumonia.value == pytest.approx(label[inside].mean())


def test_groups_that_know_nothing_of_the_class_accuse_nobody(look):
    _, _, audit = look(halves(), coin(np.full(N, 0.5)))
    assert len(audit.pseudo_sites) == 2
    assert audit.pseudo_sites_verdict.endswith("shown to differ from the others'.")
    assert "tells the class with" not in audit.verdict


def test_without_groups_there_are_no_pseudo_sites(look):
    _, table, audit = look(halves(), coin(np.full(N, 0.5)), apart=0.0)
    assert audit.pseudo_sites == {}
    assert table["pseudo_site"].isna().all()
    assert "so there are no pseudo-sites" in audit.pseudo_sites_verdict


def test_test_decides_nothing(look):
    label = coin(np.where(halves() == 1, 0.9, 0.3))
    rows, table, audit = look(halves(), label)
    tested = (rows["split"] == "test").to_numpy()
    _, other, changed = look(halves(), np.where(tested, ~label, label))
    assert other["pseudo_site"].tolist() == table["pseudo_site"].tolist()
    np.testing.assert_array_equal(other[PERIPHERY_SCORE], table[PERIPHERY_SCORE])
    assert changed.aurocs[Split.TRAIN] == audit.aurocs[Split.TRAIN]


def test_too_few_films_are_told_so(make_films):
    rows, *measured = make_films(np.zeros(24), np.arange(24) // 2 % 2 == 1)
    table, audit = measure_acquisition(rows, *measured, OPTIONS, 0.95, seed=7)
    assert "at least 20 films of 10 patients are needed" in audit.verdict
    assert audit.pseudo_sites_verdict == "Train has too few films to be grouped by their periphery."
    assert table[PERIPHERY_SCORE].isna().all()


def test_films_that_oversampling_repeats_count_once(look, make_films):
    import pandas as pd

    rows, *measured = make_films(halves(), coin(np.full(N, 0.5)))
    repeated = pd.concat([rows, rows[rows["split"] == "train"].head(50)], ignore_index=True)
    _, once, audit = look(halves(), coin(np.full(N, 0.5)))
    again, same = measure_acquisition(repeated, *measured, OPTIONS, 0.95, seed=7)
    assert audit == same
    pd.testing.assert_frame_equal(once, again)


def test_hard_films_of_each_split_are_marked(make_films):
    n = 1800
    group = np.arange(n) // 2 % 2
    label = np.random.default_rng(3).random(n // 2).repeat(2) < np.where(group == 1, 0.8, 0.4)
    rows, *measured = make_films(group, label)
    table, audit = measure_acquisition(rows, *measured, OPTIONS, 0.95, seed=7)
    for split in Split:
        part = (rows["split"] == split).to_numpy() & table["hard"].to_numpy()
        told = audit.hard[split]
        assert told.films == {"NORMAL": (part & ~label).sum(), "PNEUMONIA": (part & label).sum()}
        assert told.patients == rows["patient_id"][part].nunique()
        ranked = roc_auc_score(label[part], table[PERIPHERY_SCORE][part])
        assert ranked == pytest.approx(told.auroc) and told.auroc <= 0.5


def test_a_split_with_too_few_hard_films_has_none(look):
    rows, table, audit = look(halves(), coin(np.where(halves() == 1, 0.9, 0.3)))
    assert "too few hard films" in audit.hard[Split.TEST].reason
    assert audit.hard[Split.TEST].films == {"NORMAL": 0, "PNEUMONIA": 0}
    assert not table["hard"][rows["split"] == "test"].any()
