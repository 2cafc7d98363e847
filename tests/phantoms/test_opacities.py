"""Tests of the drawn disease: focal for bacteria, on both sides for a virus."""

import numpy as np
import pytest

from pneumoscope.naming import Subtype
from pneumoscope.phantoms.anatomy import draw_chest
from pneumoscope.phantoms.body import Body, Pose
from pneumoscope.phantoms.opacities import lost_air

UPRIGHT = Pose(turn=0.0, shift_x=0.0, shift_y=0.0, scale=1.0, breath=0.0)


def lost_by_side(subtype: Subtype, number: int) -> tuple[float, float]:
    """Mean share of lost air in either lung, the smaller first."""
    rng = np.random.default_rng
    body = Body.draw(rng(number))
    chest = draw_chest(body, UPRIGHT, 1.25, rng(0))
    lost = lost_air(subtype, body, chest, rng(number), rng(0))
    assert lost.shape == chest.air.shape
    assert lost.min() >= 0.0
    assert lost.max() <= 1.0
    left, right = (
        float(lost[(chest.air > 0.5) & side].mean()) for side in (chest.x < 0, chest.x > 0)
    )
    return min(left, right), max(left, right)


@pytest.mark.parametrize("number", range(4))
def test_bacteria_fill_one_lung(number: int) -> None:
    spared, healthy = lost_by_side(Subtype.BACTERIA, number), lost_by_side(Subtype.NORMAL, number)
    assert spared[0] < healthy[1] + 0.02
    assert spared[1] > healthy[1] + 0.03


@pytest.mark.parametrize("number", range(4))
def test_a_virus_hazes_both_lungs(number: int) -> None:
    hazed, healthy = lost_by_side(Subtype.VIRUS, number), lost_by_side(Subtype.NORMAL, number)
    assert hazed[0] > healthy[1] + 0.03


def test_an_unknown_subtype_is_refused() -> None:
    with pytest.raises(ValueError, match="expected normal, bacteria or virus, received"):
        lost_by_side(Subtype.UNKNOWN, 0)
