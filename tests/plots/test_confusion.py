from types import SimpleNamespace

import pytest

from pneumoscope.plots.confusion import plot_confusion_matrices


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_counts_and_shares_of_each_true_class_stand_in_their_cells():
    matrices = {"cnn": SimpleNamespace(tn=30, fp=10, fn=5, tp=1995)}
    (ax,) = plot_confusion_matrices(matrices).axes
    assert words(ax) == ["30", "75.0%", "10", "25.0%", "5", "0.2%", "1,995", "99.8%"]


def test_a_class_that_is_absent_has_no_shares():
    (ax,) = plot_confusion_matrices({"cnn": SimpleNamespace(tn=0, fp=0, fn=1, tp=3)}).axes
    assert words(ax)[:4] == ["0", "n/a", "0", "n/a"]


def test_architectures_stand_side_by_side_three_in_a_row():
    counts = SimpleNamespace(tn=1, fp=1, fn=1, tp=1)
    axes = plot_confusion_matrices(dict.fromkeys("abcd", counts)).axes
    assert [ax.get_title() for ax in axes] == ["a", "b", "c", "d", "", ""]
    assert [ax.axison for ax in axes] == [True, True, True, True, False, False]


def test_no_matrix_is_refused():
    with pytest.raises(ValueError, match="received none"):
        plot_confusion_matrices({})
