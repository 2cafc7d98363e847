import pandas as pd
import pytest

from pneumoscope.naming import Balance, Column, Split
from pneumoscope.splitting.balancing import balance

NORMAL = [f"normal {n}" for n in range(2)]
PNEUMONIA = [f"pneumonia {n}" for n in range(5)]


@pytest.fixture
def manifest() -> pd.DataFrame:
    """2 NORMAL and 5 PNEUMONIA to train on; one of each in validation and test."""
    ids = [*NORMAL, *PNEUMONIA, "n", "p", "N", "P"]
    label = [*["NORMAL"] * 2, *["PNEUMONIA"] * 5, *["NORMAL", "PNEUMONIA"] * 2]
    return pd.DataFrame({Column.RADIOGRAPH_ID: ids, Column.LABEL: label})


@pytest.fixture
def splits(manifest) -> pd.DataFrame:
    split = ["train"] * 7 + ["validation"] * 2 + ["test"] * 2
    return pd.DataFrame({Column.RADIOGRAPH_ID: manifest[Column.RADIOGRAPH_ID], Column.SPLIT: split})


def trained_on(balanced: pd.DataFrame) -> list[str]:
    return balanced[balanced[Column.SPLIT] == Split.TRAIN][Column.RADIOGRAPH_ID].tolist()


def test_undersampling_keeps_as_many_of_the_larger_class(splits, manifest):
    kept = trained_on(balance(splits, manifest, Balance.UNDERSAMPLE, seed=0))
    assert len(kept) == 4
    assert set(kept) >= set(NORMAL)
    assert len(set(kept) & set(PNEUMONIA)) == 2


def test_oversampling_repeats_the_smaller_class_evenly(splits, manifest):
    kept = trained_on(balance(splits, manifest, Balance.OVERSAMPLE, seed=0))
    # 5 of 2: each twice, and one of them a third time.
    assert sorted(kept.count(name) for name in NORMAL) == [2, 3]
    assert [kept.count(name) for name in PNEUMONIA] == [1] * 5


def test_class_weights_make_both_classes_weigh_alike(splits, manifest):
    balanced = balance(splits, manifest, Balance.CLASS_WEIGHTS, seed=0)
    weights = balanced.set_index(Column.RADIOGRAPH_ID)[Column.SAMPLE_WEIGHT]
    assert weights[NORMAL].tolist() == pytest.approx([7 / 4] * 2)
    assert weights[PNEUMONIA].tolist() == pytest.approx([7 / 10] * 5)
    assert weights[["n", "p", "N", "P"]].tolist() == [1.0] * 4


def test_none_leaves_the_rows_and_weighs_them_one(splits, manifest):
    balanced = balance(splits, manifest, Balance.NONE, seed=0)
    pd.testing.assert_frame_equal(balanced[[*splits.columns]], splits)
    assert (balanced[Column.SAMPLE_WEIGHT] == 1.0).all()


@pytest.mark.parametrize("how", list(Balance))
def test_validation_and_test_are_never_touched(splits, manifest, how):
    balanced = balance(splits, manifest, how, seed=3)
    held_out = balanced[balanced[Column.SPLIT] != Split.TRAIN]
    assert held_out[Column.RADIOGRAPH_ID].tolist() == ["n", "p", "N", "P"]
    assert (held_out[Column.SAMPLE_WEIGHT] == 1.0).all()


@pytest.mark.parametrize("how", [Balance.UNDERSAMPLE, Balance.OVERSAMPLE])
def test_the_draw_depends_on_the_seed_alone(splits, manifest, how):
    drawn = [trained_on(balance(splits, manifest, how, seed)) for seed in range(12)]
    assert drawn[0] == trained_on(balance(splits, manifest.iloc[::-1], how, seed=0))
    assert len({tuple(sorted(kept)) for kept in drawn}) > 1


def test_neither_argument_is_changed(splits, manifest):
    before = splits.copy(), manifest.copy()
    balance(splits, manifest, Balance.CLASS_WEIGHTS, seed=0)
    pd.testing.assert_frame_equal(splits, before[0])
    pd.testing.assert_frame_equal(manifest, before[1])
