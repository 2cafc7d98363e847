"""model, images → scores → metrics, for each model and ensemble; then the comparisons."""

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.evaluation.nodes import (
    average_members,
    compare_models,
    compare_pairs,
    contract_writer,
    ensemble_contract_writer,
    measure_scores,
    score_radiographs,
    test_access_recorder,
)

IMAGES = {"validation_images", "validation_rows", "test_images", "test_rows"}
MEASURED_AGAINST = {"manifest", "split_audit"}
PARAMETERS = {"params:evaluation", "params:seed"}


def create_pipeline(
    architectures: Sequence[str], ensembles: Mapping[str, Sequence[str]], protocol: str = ""
) -> Pipeline:
    """Create one namespaced copy of the template for each model, and the comparisons.

    Args:
        architectures: Names of the trained models.
        ensembles: Name of each ensemble to the names of its members.
        protocol: What goes before a model's name in the test access log.
    """
    models = [*architectures, *ensembles]
    comparison = Node(
        compare_models,
        {name: f"{name}.metrics" for name in models},
        "comparison",
        name="compare_models",
    )
    significance = Node(
        compare_pairs,
        {f"{what}_{name}": f"{name}.{what}" for what in ("scores", "metrics") for name in models},
        "significance",
        name="compare_pairs",
    )
    across = Pipeline([comparison, significance], tags=["evaluation", "comparison"])
    trained = [_trained(name, protocol) for name in architectures]
    averaged = [_averaged(name, members, protocol) for name, members in ensembles.items()]
    return sum([*trained, *averaged], across)


def _trained(name: str, protocol: str) -> Pipeline:
    return Pipeline(
        [_score(), *_measure(f"{protocol}{name}"), _contract(f"{protocol}{name}")],
        namespace=name,
        inputs={
            **{shared: shared for shared in IMAGES | MEASURED_AGAINST},
            "model": f"model_{name}",
        },
        parameters=PARAMETERS,
        tags=["evaluation", name],
    )


def _averaged(name: str, members: Sequence[str], protocol: str) -> Pipeline:
    return Pipeline(
        [
            _average(members),
            *_measure(f"{protocol}{name}"),
            _ensemble_contract(f"{protocol}{name}"),
        ],
        namespace=name,
        inputs=MEASURED_AGAINST
        | {f"{member}.{what}" for member in members for what in ("scores", "scored_by")},
        parameters=PARAMETERS,
        tags=["evaluation", "ensembles", name],
    )


def _score() -> Node:
    return Node(
        score_radiographs,
        [
            "model",
            "validation_images",
            "validation_rows",
            "test_images",
            "test_rows",
            "params:evaluation",
        ],
        ["scores", "scored_by"],
        name="score_radiographs",
    )


def _average(members: Sequence[str]) -> Node:
    given = {
        f"{what}_{member}": f"{member}.{what}"
        for what in ("scores", "scored_by")
        for member in members
    }
    return Node(average_members, given, ["scores", "scored_by"], name="average_members")


def _measure(recorded_as: str) -> list[Node]:
    return [
        Node(
            measure_scores,
            [
                "scores",
                "scored_by",
                "manifest",
                "split_audit",
                "params:evaluation",
                "params:seed",
            ],
            "metrics",
            name="measure_scores",
        ),
        Node(
            test_access_recorder(recorded_as),
            "metrics",
            "test_access_log",
            name="record_test_access",
        ),
    ]


def _contract(name: str) -> Node:
    return Node(
        contract_writer(name),
        ["model", "metrics", "training_record"],
        "contract",
        name="write_model_contract",
    )


def _ensemble_contract(name: str) -> Node:
    return Node(
        ensemble_contract_writer(name), "metrics", "contract", name="write_ensemble_contract"
    )
