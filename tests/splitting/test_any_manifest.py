"""What holds of the splits of any manifest."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pneumoscope.ingestion.layout import UNASSIGNED
from pneumoscope.ingestion.similarity import COPY, SIMILAR_COLUMNS
from pneumoscope.naming import Balance, Column, Label, Split, SplitPolicy
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.assignment import ImpossibleSplit, assign_splits
from pneumoscope.splitting.balancing import balance
from pneumoscope.splitting.leakage import check_disjoint


@st.composite
def manifests(draw) -> pd.DataFrame:
    """Give up to 60 films: a patient has one part and class, copies are of one class."""
    rows = []
    parts = draw(st.sampled_from([[*Split, Split.TRAIN], [Split.TRAIN, Split.TEST], [UNASSIGNED]]))
    for label in Label:
        for patient in range(draw(st.integers(4, 12))):
            part = draw(st.sampled_from(parts))
            kinds = ["normal"] if label is Label.NORMAL else ["virus", "bacteria"]
            kind = draw(st.sampled_from(kinds))
            for film in range(draw(st.integers(1, 3))):
                content = draw(st.integers(0, 40))
                name = f"{part}/{label}/{kind}{patient}_{film}"
                rows.append([name, f"{name}.png", f"{kind}-{label}-{patient}", f"{label}{content}",
                             str(part), str(label), kind])  # fmt: skip
    columns = [Column.RADIOGRAPH_ID, Column.PATH, Column.PATIENT_ID, Column.SHA256,
               Column.SOURCE_SPLIT, Column.LABEL, Column.SUBTYPE]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


@st.composite
def pairs(draw, manifest: pd.DataFrame) -> pd.DataFrame:
    name = st.sampled_from(manifest[Column.RADIOGRAPH_ID].tolist())
    similarity = st.sampled_from([COPY - 0.05, COPY + 0.05])
    rows = draw(st.lists(st.tuples(name, name, similarity), max_size=4))
    return pd.DataFrame(rows, columns=SIMILAR_COLUMNS).astype({"similarity": float})


SHARE = st.sampled_from([0.1, 0.25, 0.45])
OPTIONS = st.builds(
    SplitOptions,
    policy=st.sampled_from(SplitPolicy), validation_share=SHARE, test_share=SHARE,
    group_by=st.sampled_from(["patient", "radiograph"]), balance=st.sampled_from(Balance),
)  # fmt: skip


@settings(max_examples=40)
@given(st.data(), manifests(), OPTIONS, st.integers(0, 5))
def test_splits_keep_each_film_once_and_tear_nobody_apart(data, manifest, options, seed):
    similar = data.draw(pairs(manifest))
    try:
        splits = assign_splits(manifest, similar, options, seed)
    except ImpossibleSplit:
        return
    rows = splits.merge(manifest, on=Column.RADIOGRAPH_ID, validate="many_to_one")
    content = [Column.SPLIT, Column.LABEL, Column.SHA256]
    assert not rows.duplicated(content).any()
    assert set(rows[Column.SHA256]) == set(manifest[Column.SHA256])
    assert set(rows[[Column.SPLIT, Column.LABEL]].itertuples(index=False, name=None)) == {
        (split, label) for split in Split for label in Label
    }
    shuffled = manifest.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(assign_splits(shuffled, similar, options, seed), splits)
    if options.policy is SplitPolicy.POOLED and options.group_by == "patient":
        check_disjoint(splits, manifest)
        _check_copies_stay_together(rows, similar)
    if options.policy is SplitPolicy.OFFICIAL:
        given = rows[Column.SOURCE_SPLIT] == Split.TEST
        assert (given == (rows[Column.SPLIT] == Split.TEST)).all()
        if options.group_by == "patient":
            drawn = splits[splits[Column.SPLIT] != Split.TEST]
            check_disjoint(drawn, manifest)


def _check_copies_stay_together(rows: pd.DataFrame, similar: pd.DataFrame) -> None:
    split = rows.set_index(Column.RADIOGRAPH_ID)[Column.SPLIT]
    for first, second, similarity in similar.itertuples(index=False):
        if similarity >= COPY and first in split and second in split:
            assert split[first] == split[second]


@settings(max_examples=40)
@given(manifests(), OPTIONS, st.integers(0, 5))
def test_rebalancing_changes_train_alone_and_does_what_its_name_says(manifest, options, seed):
    similar = pd.DataFrame(columns=SIMILAR_COLUMNS).astype({"similarity": float})
    try:
        splits = assign_splits(manifest, similar, options, seed)
    except ImpossibleSplit:
        return
    after = balance(splits, manifest, options.balance, seed)
    held_out = splits[splits[Column.SPLIT] != Split.TRAIN].reset_index(drop=True)
    kept = after[after[Column.SPLIT] != Split.TRAIN].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept[held_out.columns], held_out)
    assert (kept[Column.SAMPLE_WEIGHT] == 1).all()
    label = manifest.set_index(Column.RADIOGRAPH_ID)[Column.LABEL]
    train = after[after[Column.SPLIT] == Split.TRAIN]
    weights = train.groupby(train[Column.RADIOGRAPH_ID].map(label))[Column.SAMPLE_WEIGHT].sum()
    if options.balance is not Balance.NONE:
        assert weights.max() == pytest.approx(weights.min())
