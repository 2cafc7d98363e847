import numpy as np
import pandas as pd
import pytest

from pneumoscope.ingestion.similarity import COPY, SIMILAR_COLUMNS
from pneumoscope.naming import Column, Label, Split, SplitPolicy
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.assignment import ImpossibleSplit
from pneumoscope.splitting.assignment import assign_splits as assign
from pneumoscope.splitting.leakage import check_disjoint

NO_PAIRS = pd.DataFrame(columns=SIMILAR_COLUMNS).astype({"similarity": float})


def assign_splits(manifest, options, seed, similar=NO_PAIRS) -> pd.DataFrame:
    return assign(manifest, similar, options, seed)


@pytest.fixture(scope="module")
def options(split_options):
    def options(policy: str, **changes) -> SplitOptions:
        return SplitOptions(**split_options.model_dump() | {"policy": policy} | changes)

    return options


def paths(part: str, normal: int, bacteria: int, virus: int, films: int = 1) -> list[str]:
    """Name radiographs of that many children in a part; children of two parts differ."""
    first = {"train": 1000, "val": 2000, "test": 3000}[part]
    found = []
    for film in range(films):
        found += [f"{part}/NORMAL/IM-{first + n}-{film:04}.jpeg" for n in range(normal)]
        for kind, count in (("bacteria", bacteria), ("virus", virus)):
            stem = f"{part}/PNEUMONIA/person"
            found += [f"{stem}{first + n}_{kind}_{film}.jpeg" for n in range(count)]
    return found


@pytest.fixture(scope="module")
def kaggle(make_manifest) -> pd.DataFrame:
    """100 train children of 2 films, 4 in val, 20 in test."""
    return make_manifest(
        [*paths("train", 40, 40, 20, films=2), *paths("val", 2, 1, 1), *paths("test", 10, 6, 4)]
    )


def described(splits: pd.DataFrame, manifest: pd.DataFrame) -> pd.DataFrame:
    return splits.merge(manifest, on=Column.RADIOGRAPH_ID)


def test_official_keeps_test_and_cuts_validation_from_the_rest(kaggle, options):
    splits = assign_splits(kaggle, options("official", validation_share=0.2), seed=1)
    rows = described(splits, kaggle)
    assert sorted(rows[Column.RADIOGRAPH_ID]) == sorted(kaggle[Column.RADIOGRAPH_ID])
    test = rows[rows[Column.SPLIT] == Split.TEST]
    assert set(test[Column.SOURCE_SPLIT]) == {"test"}
    assert len(test) == 20
    # 204 films are not test; a fifth of each stratum is 16.4 + 16.2 + 8.2.
    validation = rows[rows[Column.SPLIT] == Split.VALIDATION]
    assert 38 <= len(validation) <= 44
    check_disjoint(splits, kaggle)


@pytest.mark.parametrize("policy", ["official", "pooled"])
def test_every_stratum_gets_its_share_of_validation(kaggle, options, policy):
    splits = assign_splits(kaggle, options(policy, validation_share=0.25, test_share=0.25), seed=1)
    rows = described(splits, kaggle)
    drawn = rows if policy == "pooled" else rows[rows[Column.SPLIT] != Split.TEST]
    for _, stratum in drawn.groupby([Column.LABEL, Column.SUBTYPE]):
        share = (stratum[Column.SPLIT] == Split.VALIDATION).mean()
        assert share == pytest.approx(0.25, abs=1 / len(stratum))


def test_as_given_keeps_all_three_parts(kaggle, options):
    rows = described(assign_splits(kaggle, options("as_given"), seed=1), kaggle)
    assert (rows[Column.SPLIT] == rows[Column.SOURCE_SPLIT]).all()
    assert rows[Column.SPLIT].value_counts().to_dict() == {
        "train": 200, "test": 20, "validation": 4,
    }  # fmt: skip


def test_pooled_cuts_all_splits_anew_by_patient(kaggle, options):
    chosen = options("pooled", validation_share=0.1, test_share=0.1)
    splits = assign_splits(kaggle, chosen, seed=1)
    rows = described(splits, kaggle)
    share = rows[Column.SPLIT].value_counts(normalize=True)
    assert share["test"] == pytest.approx(0.1, abs=0.02)
    assert share["validation"] == pytest.approx(0.1, abs=0.02)
    assert (
        rows[rows[Column.SPLIT] == Split.TEST][Column.SOURCE_SPLIT]
        .isin(["train", "validation"])
        .any()
    )
    check_disjoint(splits, kaggle)


def test_pooled_by_radiograph_leaks_patients(kaggle, options):
    splits = assign_splits(kaggle, options("pooled", group_by="radiograph"), seed=1)
    parts = described(splits, kaggle).groupby(Column.PATIENT_ID)[Column.SPLIT].nunique()
    assert (parts > 1).any()


def test_test_as_validation_uses_the_test_radiographs_twice(kaggle, options):
    splits = assign_splits(kaggle, options("test_as_validation"), seed=1)
    by_split = splits.groupby(Column.SPLIT)[Column.RADIOGRAPH_ID].apply(set)
    assert by_split["validation"] == by_split["test"]
    assert {split: len(ids) for split, ids in by_split.items()} == {
        "test": 20, "train": 204, "validation": 20,
    }  # fmt: skip


@pytest.mark.parametrize("policy", list(SplitPolicy))
def test_the_result_depends_on_the_seed_and_not_on_the_order_of_the_files(kaggle, options, policy):
    chosen = options(policy)
    expected = assign_splits(kaggle, chosen, seed=5)
    for order in range(5):
        shuffled = kaggle.sample(frac=1, random_state=order)
        pd.testing.assert_frame_equal(assign_splits(shuffled, chosen, seed=5), expected)
    drawn = policy in (SplitPolicy.AUTO, SplitPolicy.OFFICIAL, SplitPolicy.POOLED)
    assert assign_splits(kaggle, chosen, seed=6).equals(expected) != drawn


def test_the_manifest_is_left_as_it_was(kaggle, options):
    before = kaggle.copy()
    assign_splits(kaggle, options("pooled"), seed=1)
    pd.testing.assert_frame_equal(kaggle, before)


@pytest.mark.parametrize("seed", range(8))
def test_patients_who_share_a_duplicate_stay_together(make_manifest, options, seed):
    rng = np.random.default_rng(seed)
    names = paths("train", 12, 9, 9, films=3)
    # Every hash is shared by about two radiographs, whoever they belong to within a class.
    hashes = [f"{path.split('/')[1]}{rng.integers(len(names) // 2)}" for path in names]
    for third in range(0, len(names), 3):
        hashes[third] = f"own {third}"
    manifest = make_manifest(names, sha256=hashes)
    try:
        splits = assign_splits(manifest, options("pooled"), seed=seed)
    except ImpossibleSplit:
        pytest.skip("this draw tied all children of a class together")
    assert len(check_disjoint(splits, manifest)) == 2


def test_a_chain_of_duplicates_keeps_patients_together_who_share_none(make_manifest, options):
    # 1–2 share a film, 2–3 share another, so 1 and 3 belong together.
    chain = [f"train/PNEUMONIA/person{n}_virus_{film}.jpeg" for n, film in
             [(1, 1), (2, 1), (2, 2), (3, 1)]]  # fmt: skip
    others = [f"train/PNEUMONIA/person{n}_virus_1.jpeg" for n in range(10, 16)]
    normal = [f"train/NORMAL/IM-{n:04}-0001.jpeg" for n in range(9)]
    hashes = ["a", "a", "b", "b", *(f"own{n}" for n in range(len(others) + len(normal)))]
    manifest = make_manifest([*chain, *others, *normal], sha256=hashes)
    for seed in range(10):
        rows = described(assign_splits(manifest, options("pooled"), seed), manifest)
        tied = rows[rows[Column.PATIENT_ID].isin(["virus-1", "virus-2", "virus-3"])]
        assert len(set(tied[Column.SPLIT])) == 1


def test_three_patients_are_enough_for_three_splits_whatever_the_shares(make_manifest, options):
    manifest = make_manifest(paths("train", 3, 0, 3))
    for shares in [(0.1, 0.1), (0.6, 0.2), (0.2, 0.7)]:
        chosen = options("pooled", validation_share=shares[0], test_share=shares[1])
        rows = described(assign_splits(manifest, chosen, seed=0), manifest)
        assert (rows.groupby([Column.SPLIT, Column.LABEL]).size() == 1).all()


def test_too_few_patients_for_the_splits_stop_the_run(make_manifest, options):
    manifest = make_manifest(paths("train", 5, 0, 2, films=4))
    message = r"at least 3 patients of PNEUMONIA, one for each split, received 2 .*Add radiographs"
    with pytest.raises(ImpossibleSplit, match=message):
        assign_splits(manifest, options("pooled"), seed=0)


def test_one_odd_file_name_does_not_end_a_run(make_manifest, options):
    names = [*paths("train", 6, 6, 1), *paths("test", 1, 1, 0), "train/PNEUMONIA/odd name.jpeg"]
    manifest = make_manifest(names)
    splits = assign_splits(manifest, options("official"), seed=0)
    assert len(splits) == len(manifest)
    check_disjoint(splits, manifest)


def test_a_patient_with_films_of_both_classes_stays_in_one_split(options):
    # Followed from health to illness: each child has one film in either class.
    label = np.tile([Label.NORMAL.value, Label.PNEUMONIA.value], 10)
    manifest = pd.DataFrame(
        {
            Column.RADIOGRAPH_ID: [f"{n:02}" for n in range(20)],
            Column.PATIENT_ID: [f"child {n // 2}" for n in range(20)],
            Column.SHA256: [str(n) for n in range(20)],
            Column.SOURCE_SPLIT: "unassigned",
            Column.LABEL: label,
            Column.SUBTYPE: np.where(label == Label.NORMAL, "normal", "virus"),
        }
    )
    splits = assign_splits(manifest, options("pooled"), seed=0)
    assert set(splits[Column.SPLIT]) == set(Split)
    check_disjoint(splits, manifest)


def test_a_given_validation_is_kept_and_one_is_cut_where_none_is_given(make_manifest, options):
    chosen = options("given_validation", validation_share=0.01)
    given = make_manifest(
        [path for part in ("train", "val", "test") for path in paths(part, 9, 5, 4)]
    )
    kept = described(assign_splits(given, chosen, seed=0), given)
    assert (kept[Column.SPLIT] == kept[Column.SOURCE_SPLIT]).all()
    bare = make_manifest([path for part in ("train", "test") for path in paths(part, 9, 5, 4)])
    cut = described(assign_splits(bare, chosen, seed=0), bare)
    validation = cut[cut[Column.SPLIT] == Split.VALIDATION]
    assert set(validation[Column.SOURCE_SPLIT]) == {"train"}
    # One patient of each kind is the least that validation can hold.
    assert len(validation) == 3


@pytest.mark.parametrize(
    ("policy", "parts", "message"),
    [
        (
            "official",
            ["train"],
            r"in the part\(s\) test, .*received .*part\(s\) train",
        ),
        ("as_given", ["train", "test"], r"part\(s\) validation, .*received .* test, train"),
        ("test_as_validation", ["test"], r"part\(s\) train, .*--params split.policy=pooled"),
    ],
)
def test_a_missing_part_stops_the_run(make_manifest, options, policy, parts, message):
    manifest = make_manifest([path for part in parts for path in paths(part, 4, 2, 2)])
    with pytest.raises(ImpossibleSplit, match=message):
        assign_splits(manifest, options(policy), seed=0)


@pytest.mark.parametrize("policy", [policy for policy in SplitPolicy if policy != "pooled"])
def test_radiographs_in_no_part_are_neither_dropped_nor_trained_on(make_manifest, options, policy):
    given = [path for part in ("train", "val", "test") for path in paths(part, 2, 1, 1)]
    manifest = make_manifest([*given, "later/NORMAL/IM-0001-0001.jpeg"])
    message = "every radiograph in a part, .*, received 1 in none, the first in 'later/NORMAL'"
    with pytest.raises(ImpossibleSplit, match=message):
        assign_splits(manifest, options(policy), seed=0)
    pooled = assign_splits(manifest, options("pooled"), seed=0)
    assert len(pooled) == len(manifest)


@pytest.mark.parametrize("policy", list(SplitPolicy))
def test_a_copy_within_a_split_counts_once(make_manifest, options, policy):
    """Kaggle's archive holds the tree twice."""
    names = [path for part in ("train", "val", "test") for path in paths(part, 6, 4, 3)]
    once = make_manifest(names)
    twice = make_manifest(
        [*names, *(f"copy/{path}" for path in names)], sha256=[f"hash of {p}" for p in names] * 2
    )
    expected = described(assign_splits(once, options(policy), seed=0), once)
    received = described(assign_splits(twice, options(policy), seed=0), twice)
    assert len(received) == len(expected)
    counts = [Column.SPLIT, Column.LABEL, Column.SUBTYPE]
    assert received[counts].value_counts().to_dict() == expected[counts].value_counts().to_dict()


def test_a_split_without_a_class_stops_the_run(make_manifest, options):
    names = [*paths("train", 4, 2, 2), *paths("val", 2, 0, 0), *paths("test", 2, 1, 1)]
    with pytest.raises(ImpossibleSplit, match="received no PNEUMONIA in validation"):
        assign_splits(make_manifest(names), options("as_given"), seed=0)


@pytest.mark.parametrize(("similarity", "tied"), [(COPY, True), (COPY - 0.01, False)])
def test_a_copy_that_was_stored_anew_ties_two_patients_together(
    make_manifest, options, similarity, tied
):
    manifest = make_manifest(paths("train", 12, 6, 6))
    one, other = "train/NORMAL/IM-1000-0000", "train/NORMAL/IM-1001-0000"
    similar = pd.DataFrame([[one, other, similarity]], columns=SIMILAR_COLUMNS)
    together = []
    for seed in range(12):
        splits = assign_splits(manifest, options("pooled"), seed, similar)
        split = splits.set_index(Column.RADIOGRAPH_ID)[Column.SPLIT]
        together.append(split[one] == split[other])
    assert all(together) == tied
