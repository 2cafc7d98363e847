import pytest

from pneumoscope.naming import SplitPolicy
from pneumoscope.options import SplitOptions
from pneumoscope.splitting.policy import settled


@pytest.fixture
def choose(split_options, make_manifest):
    def choose(paths, policy="auto"):
        options = SplitOptions(**split_options.model_dump() | {"policy": policy})
        return settled(options, make_manifest(paths))

    return choose


@pytest.mark.parametrize(
    ("folders", "policy", "why"),
    [
        (["train", "test"], "official", "with a test part"),
        (["train", "val", "test"], "official", "with a test part"),
        (["train", "test", "holdout"], "official", "with a test part"),
        (["ward"], "pooled", "must be cut, for they came without."),
        (["train"], "pooled", "came as train alone"),
        (["train", "val"], "pooled", "came as train and validation alone"),
        (["test"], "pooled", "came as test alone"),
    ],
)
def test_auto_follows_what_is_there_and_says_why(choose, folders, policy, why):
    options, chosen = choose([f"{folder}/NORMAL/{n}.png" for folder in folders for n in range(2)])
    assert options.policy == policy
    assert chosen.startswith("The policy was chosen by what is there: ")
    assert why in chosen


@pytest.mark.parametrize("policy", [p for p in SplitPolicy if p is not SplitPolicy.AUTO])
def test_a_policy_that_is_named_stays_and_nothing_is_said(choose, policy):
    options, chosen = choose(["NORMAL/1.png"], policy)
    assert (options.policy, chosen) == (policy, "")
