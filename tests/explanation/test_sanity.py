import numpy as np
import pytest

from pneumoscope.explanation.sanity import rank_correlations, summarise_sanity


def test_ranks_are_correlated_whatever_the_scale():
    maps = np.arange(12.0).reshape(1, 3, 4)
    both = np.concatenate([maps, maps])
    np.testing.assert_allclose(
        rank_correlations(both, np.concatenate([np.exp(maps), -maps])), [1, -1]
    )


def test_ties_share_the_mean_rank():
    # Spearman's coefficient of (1, 2, 2, 4) and (1, 2, 3, 4): ranks 1, 2.5, 2.5, 4.
    maps, others = np.array([[[1.0, 2, 2, 4]]]), np.array([[[1.0, 2, 3, 4]]])
    assert rank_correlations(maps, others) == pytest.approx([4.5 / np.sqrt(4.5 * 5)])


def test_an_empty_map_has_no_correlation():
    assert np.isnan(rank_correlations(np.zeros((1, 2, 2)), np.ones((1, 2, 2)))).all()


def test_maps_of_other_radiographs_are_refused():
    with pytest.raises(ValueError, match=r"same radiographs and size, received \(1, 2, 2\)"):
        rank_correlations(np.zeros((1, 2, 2)), np.zeros((2, 2, 2)))


def test_low_similarity_passes_and_high_does_not():
    low = summarise_sanity([np.array([0.1, -0.3]), np.array([0.5, np.nan])], 0.5)
    assert low.similarity == pytest.approx(0.3)
    assert (low.lowest, low.highest, low.comparisons, low.undefined) == (0.1, 0.5, 3, 1)
    assert low.passed is True
    assert summarise_sanity([np.array([0.5])], 0.5).passed is False


def test_an_untrained_map_turned_inside_out_does_not_pass():
    assert summarise_sanity([np.array([-0.9, 0.9])], 0.5).passed is False


def test_without_any_comparison_nothing_is_claimed():
    unknown = summarise_sanity([np.array([np.nan])], 0.5)
    assert (unknown.passed, unknown.similarity) == (None, None)
