import base64
import inspect
import io

import pytest
from kedro.io import DatasetError
from matplotlib import pyplot
from matplotlib.figure import Figure

from pneumoscope.datasets.figure import FigureDataset, png_bytes
from pneumoscope.plots.style import figure_of, legend_below, new_figure, polish


def a_line() -> Figure:
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([0, 1], [0, 1])
    return figure


def test_a_figure_is_saved_as_png_of_its_size_and_loaded_as_bytes(tmp_path):
    dataset = FigureDataset(filepath=str(tmp_path / "figures" / "line.png"), dpi=110)
    dataset.save(a_line())
    png = dataset.load()
    assert png.startswith(b"\x89PNG")
    width, height = (int.from_bytes(png[start : start + 4]) for start in (16, 20))
    assert (width, height) == (220, 110)


def test_equal_figures_give_equal_bytes_that_name_no_software():
    assert png_bytes(a_line()) == png_bytes(a_line())
    assert b"Software" not in png_bytes(a_line())


def test_the_bytes_are_those_of_savefig_though_it_is_drawn_once(monkeypatch):
    def in_house_style() -> Figure:
        axes = new_figure(2.0).add_subplot()
        axes.plot([0, 1], [0, 1], label="a line")
        polish(axes, "Title", "x", "y", "both")
        legend_below(axes)
        return figure_of(axes)

    expected = io.BytesIO()
    in_house_style().savefig(expected, format="png", dpi=110, metadata={"Software": None})
    draws = []
    draw = Figure.draw
    monkeypatch.setattr(Figure, "draw", lambda *given: draws.append(given) or draw(*given))
    assert png_bytes(in_house_style(), 110) == expected.getvalue()
    assert len(draws) == 1


def test_a_figure_that_cannot_be_drawn_leaves_the_old_file_as_it_was(tmp_path):
    dataset = FigureDataset(filepath=str(tmp_path / "line.png"))
    dataset.save(a_line())
    before = dataset.load()
    with pytest.raises(DatasetError, match="set_dpi"):
        dataset.save("no figure")
    assert dataset.load() == before


def test_saving_takes_a_figure_out_of_pyplot(tmp_path):
    figure = pyplot.figure(figsize=(1, 1))
    FigureDataset(filepath=str(tmp_path / "line.png")).save(figure)
    assert not pyplot.fignum_exists(figure.number)


def test_the_preview_is_the_png_in_base64_and_typed_as_kedro_viz_expects(tmp_path):
    dataset = FigureDataset(filepath=str(tmp_path / "line.png"))
    dataset.save(a_line())
    assert base64.b64decode(dataset.preview()) == dataset.load()
    assert inspect.signature(dataset.preview).return_annotation.__name__ == "ImagePreview"


def test_it_exists_once_it_was_saved(tmp_path):
    dataset = FigureDataset(filepath=str(tmp_path / "line.png"))
    assert not dataset.exists()
    dataset.save(a_line())
    assert dataset.exists()
