"""A pipeline that is built when it is first looked at."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Pipeline


class LazyPipeline(Pipeline):
    """A pipeline whose nodes, and all that they import, wait until something asks for them.

    A command that only lists pipelines, or runs one of them, need not load what the others use.
    """

    def __init__(self, build: Callable[[], Pipeline]) -> None:
        """Note what builds the pipeline; call it no earlier than needed, and once."""
        self._build = build

    def __getattr__(self, name: str) -> Any:
        """Build the pipeline at the first question that needs its nodes, and answer that."""
        # Copying and pickling ask for optional methods before there is anything to build.
        if name.startswith("__") or name == "_build" or "_nodes" in self.__dict__:
            raise AttributeError(f"a pipeline has no attribute '{name}'", name=name, obj=self)
        self.__dict__.update(self._build().__dict__)
        return getattr(self, name)
