import numpy as np
import pytest

from pneumoscope.evaluation.thresholds.zone_rule import choose_zone
from pneumoscope.naming import ThresholdRule
from pneumoscope.options import ThresholdOptions

LABEL = [0, 0, 0, 1, 1, 1]
SCORE = [0.1, 0.4, 0.6, 0.35, 0.8, 0.9]


def zone(share: float, label=LABEL, score=SCORE):
    options = ThresholdOptions.model_validate({"rule": "grey_zone", "share": share})
    return choose_zone(label, score, options)


def test_bounds_are_taken_as_they_are_and_their_middle_is_by_logit():
    options = ThresholdOptions.model_validate({"rule": "grey_zone", "low": 0.2, "high": 0.5})
    point = choose_zone([], [], options)
    assert (point.low, point.high) == (0.2, 0.5)
    # Odds of 1/4 and 1, whose middle is 1/2.
    assert point.threshold == pytest.approx(1 / 3)
    assert point.reason == "fixed beforehand, not read off data"


def test_a_share_sets_the_zone_computed_by_hand():
    # Three of six: 0.35, 0.4 and 0.6, between which the classes are mixed.
    point = zone(0.5)
    assert (point.low, point.high) == (pytest.approx(0.225), pytest.approx(0.7))
    assert point.rule is ThresholdRule.GREY_ZONE
    assert point.reason == (
        "a zone of at most 50% of validation that leaves the rest decided best: "
        "0.0% of PNEUMONIA lies below it, 0.0% of NORMAL above, 50.0% of all within"
    )


def test_a_share_too_small_for_a_radiograph_gives_an_empty_zone_at_the_best_threshold():
    point = zone(0.1)
    assert point.low == point.high == point.threshold == pytest.approx(0.7)


def test_the_middle_of_the_zones_that_do_equally_well_is_taken():
    # Two of eight may be deferred and all zones near the gap leave no error.
    point = zone(0.25, [0] * 4 + [1] * 4, [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9])
    assert (point.low, point.high) == (pytest.approx(0.35), pytest.approx(0.65))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.07, 0.2, 0.5])
def test_no_other_zone_of_the_share_decides_the_rest_better(seed, share):
    rng = np.random.default_rng(seed)
    label = rng.random(40) < 0.6
    score = np.clip(rng.normal(0.4 + 0.2 * label, 0.2), 0, 1).round(2)

    def served(low: float, high: float) -> float:
        return (score[label] >= low).mean() + (score[~label] < high).mean()

    limits = [*np.unique(score), 2.0]
    best = max(
        served(low, high)
        for low in limits
        for high in limits
        if low <= high and ((score >= low) & (score < high)).mean() <= share + 1e-9
    )
    point = zone(share, label, score)
    within = (score >= point.low) & (score < point.high)
    assert served(point.low, point.high) == pytest.approx(best)
    assert within.mean() <= share + 1e-9


def test_the_forced_threshold_lies_in_the_zone_even_where_scores_saturate():
    point = zone(0.4, [0, 1, 0, 1, 1], [0.0, 0.0, 1.0, 1.0, 1.0])
    assert point.low <= point.threshold <= point.high


def test_an_absent_class_is_refused():
    with pytest.raises(ValueError, match="expected both classes"):
        zone(0.2, [1, 1], [0.2, 0.7])
