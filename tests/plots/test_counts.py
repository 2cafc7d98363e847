import pandas as pd

from pneumoscope.plots.counts import plot_class_distribution

COLUMNS = ["split", "label", "subtype", "n"]
BEFORE = pd.DataFrame(
    [
        ["train", "NORMAL", "normal", 10],
        ["train", "PNEUMONIA", "bacteria", 20],
        ["train", "PNEUMONIA", "virus", 1200],
        ["test", "NORMAL", "normal", 5],
    ],
    columns=COLUMNS,
)
AFTER = BEFORE.assign(n=[10, 4, 6, 5])


def test_bars_are_stacked_by_subtype_and_labelled_with_their_totals():
    upper, lower = plot_class_distribution(BEFORE, AFTER).axes
    assert [text.get_text() for text in upper.texts] == ["10", "1,220", "5", "0"]
    assert [text.get_text() for text in lower.texts] == ["10", "10", "5", "0"]
    assert [bar.get_width() for bar in lower.patches] == [10, 4, 6, 5]


def test_splits_stand_in_the_order_of_use():
    upper, _ = plot_class_distribution(BEFORE.iloc[::-1], AFTER).axes
    names = [label.get_text() for label in upper.get_yticklabels()]
    assert names == ["train  NORMAL", "train  PNEUMONIA", "test  NORMAL", "test  PNEUMONIA"]


def test_both_panels_share_one_scale_and_name_every_subtype():
    figure = plot_class_distribution(BEFORE, AFTER)
    upper, lower = figure.axes
    assert upper.get_xlim() == lower.get_xlim()
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["normal", "bacteria", "virus"]
