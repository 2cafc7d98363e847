import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from pneumoscope.datasets.figure import FigureDataset
from pneumoscope.figure_hooks import FEWEST, FigureHooks
from pneumoscope.plots.figure_processes import processes_in_use
from pneumoscope.plots.style import new_figure


@pytest.fixture
def hooks():
    found = FigureHooks()
    yield found
    found.on_pipeline_error()


def drawing(count, folder):
    names = [f"figure_{number}" for number in range(count)]
    nodes = [Node(lambda given: given, "given", name, name=f"draw_{name}") for name in names]
    entries = {name: FigureDataset(filepath=str(folder / f"{name}.png")) for name in names}
    return Pipeline(nodes), DataCatalog({"given": MemoryDataset(), **entries})


@pytest.mark.parametrize(
    ("figures", "cores", "apart"),
    [(FEWEST, 2, True), (FEWEST - 1, 2, False), (0, 2, False), (FEWEST, 1, False)],
)
def test_figures_are_drawn_apart_where_there_are_many_and_a_core_is_free(
    hooks, tmp_path, monkeypatch, figures, cores, apart
):
    monkeypatch.setattr("dask.system.CPU_COUNT", cores)
    hooks.before_pipeline_run(*drawing(figures, tmp_path))
    assert (processes_in_use() is not None) == apart
    hooks.after_pipeline_run()
    assert processes_in_use() is None


@pytest.mark.parametrize("ending", ["after_pipeline_run", "on_pipeline_error"])
def test_figures_are_kept_when_a_run_ends(hooks, tmp_path, monkeypatch, ending):
    monkeypatch.setattr("dask.system.CPU_COUNT", 2)
    pipeline, catalog = drawing(FEWEST, tmp_path)
    hooks.before_pipeline_run(pipeline, catalog)
    catalog.save("figure_0", new_figure(1.0))
    getattr(hooks, ending)()
    assert (tmp_path / "figure_0.png").exists()


def test_a_run_after_one_that_was_stopped_draws_apart_once(hooks, tmp_path, monkeypatch):
    monkeypatch.setattr("dask.system.CPU_COUNT", 2)
    for _ in range(2):
        hooks.before_pipeline_run(*drawing(FEWEST, tmp_path))
    hooks.after_pipeline_run()
    assert processes_in_use() is None
