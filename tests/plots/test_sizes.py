import pandas as pd

from pneumoscope.plots.sizes import plot_bytes_per_pixel, plot_sizes

MANIFEST = pd.DataFrame(
    {
        "source_split": ["test", "train", "train", "train", "train"],
        "label": ["PNEUMONIA", "NORMAL", "PNEUMONIA", "PNEUMONIA", "PNEUMONIA"],
        "width": [5, 1, 2, 3, 4],
        "height": [50, 10, 20, 30, 40],
        "bytes_per_pixel": [0.08, 0.25, 0.1, 0.2, 0.6],
    }
)


def test_every_radiograph_is_a_dot_and_the_larger_class_lies_below():
    pneumonia, normal = plot_sizes(MANIFEST).axes[0].collections
    assert normal.get_offsets().tolist() == [[1, 10]]
    assert pneumonia.get_offsets().tolist() == [[5, 50], [2, 20], [3, 30], [4, 40]]


def test_medians_are_written_beside_the_boxes_of_parts_that_exist():
    ax = plot_bytes_per_pixel(MANIFEST).axes[0]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["train  NORMAL", "train  PNEUMONIA", "test  PNEUMONIA"]
    assert [text.get_text() for text in ax.texts] == ["median 0.25", "median 0.20", "median 0.08"]
