"""Which nodes of the graph make up each stage."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from kedro.framework.context import KedroContext
from kedro.pipeline import Pipeline

from pneumoscope.configuration import LayeredConfigLoader
from pneumoscope.options.reading import read_parameters
from pneumoscope.pipeline_registry import Selection, create_pipelines


@dataclass(frozen=True)
class Stage:
    """Nodes that DVC runs together.

    Attributes:
        name: Its name in `dvc.yaml`; `training@cnn` is the stage `training` for the model `cnn`.
        description: What it does.
        pipelines: Names of the pipelines that its nodes are from.
        tags: Tags of its nodes, or of none in particular.
        chosen_by: Parameters that choose its nodes, and that no node takes.
    """

    name: str
    description: str
    pipelines: tuple[str, ...]
    tags: tuple[str, ...] = ()
    chosen_by: tuple[str, ...] = ()

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The model whose nodes alone belong to it, if there is one."""
        return tuple(self.name.split("@")[1:])

    def nodes(self, selection: Selection) -> Pipeline:
        """Pick its nodes out of the graph; a folder of one's own leaves nothing to fetch."""
        created = create_pipelines(selection)
        whole = sum((created[name] for name in self.pipelines), Pipeline([]))
        if not whole.nodes:
            return whole
        return whole.filter(tags=self.tags or None, node_namespaces=self.namespaces or None)


DATA = {
    "fetch": "Make the radiographs, or download them",
    "ingestion": "Read each file once; manifest, quarantine, audit",
    "rebalancing": "Share out the patients, rebalance train, prove the splits disjoint",
    "preprocessing": "Bring every radiograph to the shape that models see",
}
MODEL = {
    "training": "Train one model",
    "evaluation": "Score one model and measure its scores",
    "robustness": "Score altered test radiographs with one model and measure what changes",
    "explanation": "Map what spoke for the decisions of one model, and test the maps",
}
MODELS = ("architectures", "ensembles")


def selected(context: KedroContext) -> Selection:
    """Read what the parameters of a context choose of the graph."""
    loader = cast(LayeredConfigLoader, context.config_loader)
    return Selection.of(read_parameters(loader["parameters"], loader))


def all_stages(selection: Selection) -> Iterator[Stage]:
    """Yield the stages of a run, in the order that a reader expects them in.

    Inference is none: predictions are the user's, and DVC would put its own back in their place.
    """
    for name, description in DATA.items():
        yield Stage(name, description, (name,))
    for name, description in MODEL.items():
        yield from (Stage(f"{name}@{one}", description, (name,)) for one in selection.architectures)
    averaged = "Average the scores of several models and measure the mean"
    for one in selection.ensembles:
        chosen = (f"ensembles.{one}",)
        yield Stage(f"ensembles@{one}", averaged, ("evaluation",), chosen_by=chosen)
    yield Stage("shift", "Measure how far test lies from train", ("robustness",), ("shift",))
    yield Stage(
        "reporting", "Compare the models, draw the figures, write the report",
        ("evaluation", "reporting"), ("comparison", "reporting"), MODELS,
    )  # fmt: skip
    # After the report, whose cards it takes along: it alone needs the extra `export`.
    yield Stage(
        "exchange", "Export the model that predicts, and prove the file equal to it",
        ("exchange",), chosen_by=("inference.model", *MODELS),
    )  # fmt: skip
