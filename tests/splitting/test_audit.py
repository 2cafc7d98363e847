import pandas as pd
import pytest
from pydantic import TypeAdapter

from pneumoscope.ingestion.similarity import SIMILAR_COLUMNS
from pneumoscope.naming import Balance, Column, SplitPolicy
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.assignment import assign_splits
from pneumoscope.splitting.audit import NO_COPY, audit_splits
from pneumoscope.splitting.balancing import balance
from pneumoscope.splitting.leakage import LeakingSplit
from pneumoscope.splitting.records import SplitAudit, SplitCount

NO_PAIRS = pd.DataFrame(columns=SIMILAR_COLUMNS).astype({"similarity": float})


@pytest.fixture
def manifest(make_manifest):
    """Train: 2 + 4 children of one film each; validation and test: one of each class."""
    names = [f"train/NORMAL/IM-{n:04}-0001.jpeg" for n in range(2)]
    names += [f"train/PNEUMONIA/person{n}_virus_1.jpeg" for n in range(4)]
    names += ["val/NORMAL/IM-0007-0001.jpeg", "val/PNEUMONIA/person7_virus_1.jpeg"]
    return make_manifest(
        [*names, "test/NORMAL/IM-0008-0001.jpeg", "test/PNEUMONIA/person8_virus_1.jpeg"]
    )


@pytest.fixture
def audited(manifest, split_options):
    def audited(policy: str, similar=NO_PAIRS, **changes) -> SplitAudit:
        chosen = split_options.model_dump() | {"policy": policy, "balance": "oversample"} | changes
        options = SplitOptions(**chosen)
        before = assign_splits(manifest, similar, options, seed=0)
        after = balance(before, manifest, Balance(options.balance), seed=0)
        return audit_splits(before, after, manifest, similar, options)[0]

    return audited


def counts(rows: list[SplitCount]) -> dict:
    return {(row.split, row.label): row.n for row in rows}


def test_counts_before_and_after_rebalancing(audited):
    found = audited("as_given")
    before, after = counts(found.counts_before), counts(found.counts_after)
    assert before[("train", "NORMAL")] == 2
    assert after[("train", "NORMAL")] == after[("train", "PNEUMONIA")] == 4
    del before["train", "NORMAL"], after["train", "NORMAL"]
    assert before == after
    assert found.patients == {"train": 6, "validation": 2, "test": 2}


def test_repeated_rows_are_not_more_patients(audited):
    (row,) = [
        row
        for row in audited("as_given").counts_after
        if (row.split, row.label) == ("train", "NORMAL")
    ]
    assert (row.n, row.patients) == (4, 2)


def test_an_honest_policy_is_checked(audited):
    found = audited("as_given")
    assert found.flaws == []
    assert found.checks[0] == "By their patient keys, none of 10 patients stands in two splits."
    assert found.checks[-1] == NO_COPY


def test_a_copy_that_was_stored_anew_is_a_flaw_of_given_parts(audited):
    pair = ["train/NORMAL/IM-0001-0001", "test/NORMAL/IM-0008-0001", 0.97]
    found = audited("as_given", pd.DataFrame([pair], columns=SIMILAR_COLUMNS))
    assert "1 between train and test" in found.flaws[0]
    assert NO_COPY not in found.checks
    assert [(p.first_split, p.second_split) for p in found.similar.most_similar] == [
        ("train", "test")
    ]


def test_the_same_film_in_validation_and_test_is_one_flaw_of_its_protocol(audited):
    pair = ["val/NORMAL/IM-0007-0001", "test/NORMAL/IM-0008-0001", 0.97]
    found = audited("test_as_validation", pd.DataFrame([pair], columns=SIMILAR_COLUMNS))
    assert len(found.flaws) == 2
    assert "1 between train and test" in found.flaws[1]


def test_a_published_mistake_is_named_and_not_stopped(audited):
    found = audited("test_as_validation")
    assert len(found.flaws) == 1
    assert found.policy == "test_as_validation"


@pytest.mark.parametrize("policy", [SplitPolicy.TEST_AS_VALIDATION, SplitPolicy.GIVEN_VALIDATION])
def test_a_leak_from_train_stops_even_a_published_mistake(manifest, split_options, policy):
    leaking = manifest.assign(**{Column.PATIENT_ID: "the same child"})
    options = split_options.model_copy(update={"policy": policy})
    before = assign_splits(leaking, NO_PAIRS, options, seed=0)
    with pytest.raises(LeakingSplit, match="the same child"):
        audit_splits(before, before, leaking, NO_PAIRS, options)


def test_a_leak_in_the_given_parts_stops_the_run(manifest, split_options):
    leaking = manifest.assign(**{Column.PATIENT_ID: "the same child"})
    options = split_options.model_copy(update={"policy": SplitPolicy.AS_GIVEN})
    before = assign_splits(leaking, NO_PAIRS, options, seed=0)
    with pytest.raises(LeakingSplit, match="the same child"):
        audit_splits(before, before, leaking, NO_PAIRS, options)


def test_the_audit_is_ready_for_json(audited):
    found = audited("as_given")
    adapter = TypeAdapter(SplitAudit)
    assert adapter.validate_json(adapter.dump_json(found, warnings="error")) == found
