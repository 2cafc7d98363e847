"""Films hidden place by place: what speaks for the decision is found where it lies."""

from types import SimpleNamespace

import numpy as np
import pytest

from pneumoscope.inference.occlusion import NoMap, occlusion_map
from pneumoscope.options import PreprocessingOptions

SIZE = (28, 28)


class Corner:
    """A model whose logit is the mean of the upper left quarter of a film, over 32."""

    def __init__(self, **options):
        self.preprocessing = PreprocessingOptions.model_validate(
            {"size": SIZE, "fit": "squash", **options}
        )
        self.scored = 0

    def score(self, films):
        self.scored += len(films)
        height, width = films[0].shape
        logits = np.array([f[: height // 2, : width // 2].mean() / 32 - 2 for f in films])
        return SimpleNamespace(scores=(1 / (1 + np.exp(-logits))).astype(np.float32))


def film(shape=(84, 56)):
    """Dark, but for the upper left quarter: its mean is 40."""
    pixels = np.zeros(shape, np.uint8)
    pixels[: shape[0] // 2, : shape[1] // 2] = 160
    return pixels


def test_the_quarter_that_the_model_reads_speaks_for_its_decision():
    strength, method = occlusion_map(Corner(), film(), 1, 1000)
    assert strength.shape == SIZE
    assert strength.max() == 1
    # A window within the quarter takes the same from the score wherever it lies.
    assert strength[2:10, 2:10] == pytest.approx(1, abs=1e-3)
    assert not strength[:, 18:].any()
    assert not strength[18:].any()
    assert method.startswith("occlusion: ")
    assert "window of 1/7 of each side" in method
    assert "at 169 places" in method


def test_what_speaks_against_the_decision_is_not_shown():
    with pytest.raises(NoMap, match="hiding no part of the film weakens the decision"):
        occlusion_map(Corner(), film(), -1, 1000)


def test_the_map_lies_where_the_model_sees_the_film():
    strength, _ = occlusion_map(Corner(fit="letterbox"), film((84, 42)), 1, 1000)
    # The film is half as wide as it is high: a quarter of the picture is black on either side.
    assert not strength[:, :7].any()
    assert not strength[:, 21:].any()
    assert strength[3, 9] > 0.9


@pytest.mark.parametrize(("each", "places"), [(0.01, 169), (0.09, 81), (0.4, 16), (0.7, 0)])
def test_it_is_as_fine_as_the_time_allows(each, places):
    scorer = Corner()

    def clock():
        return scorer.scored * each

    if places:
        _, method = occlusion_map(scorer, film(), 1, 8, clock)
        assert scorer.scored == places + 1
        assert f"at {places} places" in method
    else:
        with pytest.raises(NoMap, match="takes longer than 8 s"):
            occlusion_map(scorer, film(), 1, 8, clock)
        assert scorer.scored == 1


def test_a_model_that_became_slow_is_given_up():
    scorer = Corner()

    def clock():
        return 0.001 if scorer.scored < 3 else 99.0

    with pytest.raises(NoMap, match="takes longer than 16 s"):
        occlusion_map(scorer, film(), 1, 8, clock)
    assert scorer.scored == 3
