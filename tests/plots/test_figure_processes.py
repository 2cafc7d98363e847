import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from kedro.io import DatasetError
from matplotlib.figure import Figure

from pneumoscope.datasets.figure import FigureDataset
from pneumoscope.plots import figure_processes
from pneumoscope.plots.counts import plot_class_distribution
from pneumoscope.plots.drawing import Drawing
from pneumoscope.plots.figure_processes import FigureProcesses, drawing_apart, processes_in_use
from pneumoscope.plots.png import png_bytes
from pneumoscope.plots.style import figure_of, legend_below, name_model, new_figure, polish


def house_figure(title="Title") -> Figure:
    axes = new_figure(2.0).add_subplot()
    axes.plot([0, 1], [0, 1], label="a line")
    axes.imshow([[0, 1], [2, 3]])
    polish(axes, title, "x", "y", "both")
    legend_below(axes)
    return figure_of(axes)


@pytest.fixture
def processes():
    found = FigureProcesses(2)
    yield found
    found.close()


@pytest.fixture(scope="module")
def process():
    return figure_processes._Process()


@pytest.fixture
def one_process(monkeypatch, process):
    """Have one process draw for all tests in which one draws, and that ask not how it ends."""
    monkeypatch.setattr(figure_processes, "_Process", lambda: process)


@pytest.fixture
def here(monkeypatch):
    """Titles of the figures that this process draws when they are saved."""
    titles = []

    def noted(figure, dpi):
        titles.append(figure.axes[0].get_title(loc="left"))
        return png_bytes(figure, dpi)

    monkeypatch.setattr("pneumoscope.datasets.figure.png_bytes", noted)
    return titles


@pytest.fixture
def started(monkeypatch):
    """Processes that were started, in order."""
    found = []
    start = subprocess.Popen

    def noted(*args, **named):
        found.append(start(*args, **named))
        return found[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    return found


def test_figures_drawn_apart_have_the_bytes_of_those_drawn_here(processes, tmp_path):
    kept = {}
    for number in range(5):
        figure = house_figure(f"Figure {number}")
        processes.draw(
            tmp_path / str(number), figure, 110, lambda png, n=number: kept.update({n: png})
        )
        figure.clear()  # it is this process's own again
    for number in range(5):
        processes.finish(tmp_path / str(number))
        assert kept[number] == png_bytes(house_figure(f"Figure {number}"), 110)


def test_what_is_yet_to_be_drawn_is_drawn_apart_with_the_bytes_of_here(processes, tmp_path):
    table = pd.DataFrame(
        {
            "split": ["train"] * 2,
            "label": ["NORMAL", "PNEUMONIA"],
            "subtype": ["normal", "virus"],
            "n": [3, 5],
        }
    )
    kept = []
    drawing = Drawing(plot_class_distribution, table, table).named("cnn")
    processes.draw(tmp_path / "figure", drawing, 110, kept.append)
    processes.finish(tmp_path / "figure")
    figure = plot_class_distribution(table, table)
    assert kept == [png_bytes(name_model(figure, "cnn"), 110)]


@pytest.mark.usefixtures("one_process")
def test_what_cannot_be_drawn_there_is_drawn_here(tmp_path):
    # Of the test's own module, which the other process cannot import.
    own = Drawing(house_figure, "mine")
    dataset = FigureDataset(filepath=str(tmp_path / "line.png"))
    with drawing_apart(1):
        dataset.save(own)
        assert dataset.load() == png_bytes(house_figure("mine"))


def test_a_notebook_shows_what_a_drawing_draws():
    drawing = Drawing(house_figure, "shown")
    assert drawing._repr_png_() == png_bytes(house_figure("shown"))
    assert repr(drawing) == "Drawing by house_figure"  # and no address, which would differ


@pytest.mark.usefixtures("one_process")
def test_a_dataset_hands_figures_over_and_waits_for_them_where_they_are_asked_for(tmp_path, here):
    datasets = [FigureDataset(filepath=str(tmp_path / f"{number}.png")) for number in range(3)]
    expected = png_bytes(house_figure())
    with drawing_apart(1):
        for dataset in datasets:
            dataset.save(house_figure())
        assert datasets[2].exists()
        assert datasets[1].load() == expected
        # Another entry may name the file.
        assert FigureDataset(filepath=str(tmp_path / "0.png")).load() == expected
    assert here == []
    assert processes_in_use() is None


@pytest.mark.usefixtures("one_process")
def test_all_threads_that_ask_for_a_figure_wait_for_it(tmp_path):
    file = str(tmp_path / "line.png")
    with drawing_apart(1), ThreadPoolExecutor(4) as threads:
        FigureDataset(filepath=file).save(house_figure())
        found = threads.map(lambda _: FigureDataset(filepath=file).load(), range(4))
        assert set(found) == {png_bytes(house_figure())}


def test_what_was_saved_last_stays(tmp_path):
    dataset = FigureDataset(filepath=str(tmp_path / "line.png"))
    with drawing_apart(2):
        dataset.save(house_figure("first"))
        dataset.save(house_figure("second"))
    assert dataset.load() == png_bytes(house_figure("second"))


def test_all_are_kept_when_drawing_apart_ends_though_nobody_asks_for_them(tmp_path, here):
    files = [tmp_path / f"{number}.png" for number in range(20)]
    with drawing_apart(2):
        for file in files:
            FigureDataset(filepath=str(file)).save(house_figure())
    assert all(file.exists() for file in files)
    assert {path.name for path in tmp_path.iterdir()} == {file.name for file in files}
    assert here == []


@pytest.mark.usefixtures("one_process")
def test_a_figure_that_cannot_be_drawn_tells_why_and_leaves_the_old_file(tmp_path):
    dataset = FigureDataset(filepath=str(tmp_path / "line.png"))
    dataset.save(house_figure())
    before = dataset.load()
    broken = house_figure()
    broken.axes[0].set_title("$\\frac{1}$")  # not a fraction that Matplotlib can read
    with drawing_apart(1):
        dataset.save(broken)
        with pytest.raises(DatasetError, match="frac"):
            dataset.load()
    assert dataset.load() == before


@pytest.mark.usefixtures("one_process")
def test_an_error_is_told_at_the_end_at_the_latest_and_costs_no_other_figure(tmp_path):
    broken, whole = house_figure(), FigureDataset(filepath=str(tmp_path / "whole.png"))
    broken.axes[0].set_title("$\\frac{1}$")
    with pytest.raises(DatasetError, match="frac"), drawing_apart(1):
        FigureDataset(filepath=str(tmp_path / "broken.png")).save(broken)
        whole.save(house_figure())
    assert whole.load() == png_bytes(house_figure())


@pytest.mark.usefixtures("one_process")
def test_a_figure_that_draws_a_warning_draws_it_here(tmp_path, here):
    dataset = FigureDataset(filepath=str(tmp_path / "line.png"))
    with drawing_apart(1):
        dataset.save(house_figure("\N{SNOWMAN WITHOUT SNOW}\U000e0fff"))
        with pytest.warns(UserWarning, match="missing from font"):
            dataset.load()
    assert len(here) == 1


def test_a_figure_that_cannot_be_sent_is_drawn_here(tmp_path):
    figure = house_figure()
    figure.axes[0].xaxis.set_major_formatter(lambda x, _: f"{x:.1f}")
    with pytest.raises((pickle.PicklingError, AttributeError)):
        pickle.dumps(figure)
    dataset = FigureDataset(filepath=str(tmp_path / "line.png"))
    with drawing_apart(1):
        dataset.save(figure)
        assert (tmp_path / "line.png").exists()


def test_a_process_that_is_killed_costs_no_figure(here, started, tmp_path):
    datasets = {name: FigureDataset(filepath=str(tmp_path / name)) for name in ("first", "second")}
    with drawing_apart(1):
        datasets["first"].save(house_figure("first"))
        assert datasets["first"].load()
        started[0].kill()
        started[0].wait()
        datasets["second"].save(house_figure("second"))
    assert here == ["second"]
    assert len(started) == 1
    for name, dataset in datasets.items():
        assert dataset.load() == png_bytes(house_figure(name))


def test_an_interrupt_is_left_to_the_process_that_asks(here, started, tmp_path, capfd):
    datasets = {name: FigureDataset(filepath=str(tmp_path / name)) for name in ("first", "second")}
    with drawing_apart(1):
        datasets["first"].save(house_figure("first"))
        assert datasets["first"].load()
        started[0].send_signal(signal.SIGINT)
        datasets["second"].save(house_figure("second"))
    assert here == []
    assert datasets["second"].load() == png_bytes(house_figure("second"))
    assert capfd.readouterr().err == ""


def test_processes_end_with_the_one_that_they_draw_for():
    program = """
import os, sys
from pathlib import Path
import subprocess
from pneumoscope.plots.figure_processes import FigureProcesses
from pneumoscope.plots.style import new_figure

start = subprocess.Popen
def noted(*args, **named):
    process = start(*args, **named)
    print(process.pid, flush=True)
    return process
subprocess.Popen = noted
processes = FigureProcesses(1)
processes.draw(Path("a"), new_figure(1.0), 110, lambda png: None)
processes.finish(Path("a"))
os._exit(1)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    (pid,) = map(int, ran.stdout.split())
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError(f"process {pid} is still there")


def test_a_process_that_draws_imports_nothing_that_a_run_computes_with():
    program = """
import sys
import pneumoscope.plots.figure_processes
from matplotlib.backends.backend_agg import FigureCanvasAgg
print({"tensorflow", "keras", "pandas", "scipy", "kedro"} & set(sys.modules))
import pneumoscope.plots.activations, pneumoscope.plots.attribution, pneumoscope.plots.robustness
print({"tensorflow", "keras", "scipy", "sklearn", "kedro"} & set(sys.modules))
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["set()", "set()"]
