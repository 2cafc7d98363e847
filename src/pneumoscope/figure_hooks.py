"""Figures of a run drawn while it goes on."""

from contextlib import ExitStack, suppress

from kedro.framework.hooks import hook_impl
from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

FEWEST = 8
"""Figures of a run from which on a process, which half a second is spent to start, is worth it."""

MOST = 4
"""Processes; a run hands no more figures over in the time that these take."""


class FigureHooks:
    """Has the figures of a run drawn by other processes, where there is more than one core."""

    def __init__(self) -> None:
        """Use none."""
        self._open = ExitStack()

    @hook_impl
    def before_pipeline_run(self, pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Make ready; processes begin with the first figures."""
        # Commands that run nothing need none of it.
        from dask.system import CPU_COUNT

        from pneumoscope.datasets.figure import FigureDataset
        from pneumoscope.plots.figure_processes import drawing_apart

        self.on_pipeline_error()  # a run that was stopped has left it open
        outputs = [catalog.get(name) for name in pipeline.all_outputs()]
        figures = sum(isinstance(dataset, FigureDataset) for dataset in outputs)
        if figures >= FEWEST and CPU_COUNT > 1:
            self._open.enter_context(drawing_apart(min(CPU_COUNT, MOST)))

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self) -> None:
        """See every figure kept.

        Raises:
            DatasetError: One could not be drawn or written.
        """
        self._open.close()

    @hook_impl(tryfirst=True)
    def on_pipeline_error(self) -> None:
        """Keep the figures that were drawn before the error, which is the one to be told."""
        with suppress(Exception):
            self._open.close()
