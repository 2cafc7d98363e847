"""manifest → each further protocol from splits to metrics → the study's findings."""

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines import evaluation, preprocessing, rebalancing, training
from pneumoscope.pipelines.grouping import grouped
from pneumoscope.pipelines.study.nodes import collect_arm, measure_study
from pneumoscope.plots.study import plot_study

SHARED = {
    "manifest", "similar_radiographs", "decoded_radiographs", "known_precisions",
    "known_locks",
}  # fmt: skip
"""What every protocol starts from; all else, checkpoints too, bears its name."""

OWN_PARAMETERS = {"params:split"}
"""Parameters that every protocol has under its own name; the others are shared."""


def create_pipeline(
    architectures: Sequence[str],
    ensembles: Mapping[str, Sequence[str]],
    arms: Sequence[str],
    wide: bool = False,
) -> Pipeline:
    """Create a namespaced copy of the graph for each protocol but the first, and the findings.

    Args:
        architectures: Names of the trained models.
        ensembles: Name of each ensemble to the names of its members.
        arms: Names of the study's protocols, the environment's own first; empty without a study.
        wide: Whether models are fitted on more of each film than they see in use.
    """
    if not arms:
        return Pipeline([])
    own, *others = arms
    models = [*architectures, *ensembles]
    main = grouped("study", [_collect(models)], "study")
    further = sum((_arm(name, architectures, ensembles, wide) for name in others), Pipeline([]))
    collected = {own: "arm", **{name: f"{name}.arm" for name in others}}
    findings = [
        Node(
            measure_study,
            {
                "study": "params:study",
                "evaluation": "params:evaluation",
                **collected,
            },
            "study_findings",
            name="measure_study",
        ),
        Node(plot_study, "study_findings", "figure_study", name="draw_study"),
    ]
    return main + further + grouped("study", findings, "study")


def _arm(
    name: str,
    architectures: Sequence[str],
    ensembles: Mapping[str, Sequence[str]],
    wide: bool,
) -> Pipeline:
    whole = (
        rebalancing.create_pipeline()
        + preprocessing.create_pipeline(wide)
        + training.create_pipeline(architectures, wide)
        + evaluation.create_pipeline(architectures, ensembles, protocol=f"{name}.")
        + Pipeline([_collect([*architectures, *ensembles])])
    )
    parameters = {entry for entry in whole.inputs() if entry.startswith("params:")}
    return Pipeline(
        whole,
        namespace=name,
        inputs=SHARED,
        parameters=parameters - OWN_PARAMETERS,
        tags=["study", name],
    )


def _collect(models: Sequence[str]) -> Node:
    inputs = {
        "splits": "splits",
        "manifest": "manifest",
        "split_audit": "split_audit",
        **{f"{what}_{name}": f"{name}.{what}" for what in ("scores", "metrics") for name in models},
    }
    return Node(collect_arm, inputs, "arm", name="collect_arm")
