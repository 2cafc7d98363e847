"""model, images → scores, distances of validation → lock → those of test → metrics; comparisons."""

from collections.abc import Iterable, Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.naming import Split
from pneumoscope.pipelines.evaluation.nodes import (
    average_distances,
    average_test,
    average_validation,
    check_labels,
    compare_models,
    compare_pairs,
    contract_writer,
    count_detected,
    describe_train,
    ensemble_contract_writer,
    limit_distance,
    lock_operating_point,
    measure_scores,
    measure_test,
    score_test,
    score_validation,
    select_errors,
    summarise_models,
    test_access_recorder,
)
from pneumoscope.pipelines.grouping import grouped

IMAGES = {f"{split}_{what}" for split in Split for what in ("images", "rows")}
SHARED = {"manifest", "pseudo_sites", "splits", "split_audit", "known_locks"}
PARAMETERS = {"params:evaluation"}
COMPARISON = ["evaluation", "comparison"]
EXTERNAL = {"external": "external_results", "confidence": "params:evaluation.confidence"}
DISTANCES = ("validation_distances", "test_distances")


def create_pipeline(
    architectures: Sequence[str],
    ensembles: Mapping[str, Sequence[str]],
    protocol: str = "",
    sites: Sequence[str] | None = None,
) -> Pipeline:
    """Create one namespaced copy of the template for each model, and the comparisons.

    Args:
        architectures: Names of the trained models.
        ensembles: Name of each ensemble to the names of its members.
        protocol: What goes before a model's name in the test access log.
        sites: Names of the sites that this run measures; None for models of which no external
            test is made.
    """
    models = [*architectures, *ensembles]
    significance = Node(
        compare_pairs,
        {
            "comparison": "comparison",
            "options": "params:evaluation",
            **{
                f"{what}_{name}": f"{name}.{what}"
                for what in ("scores", "metrics")
                for name in models
            },
        },
        "significance",
        name="compare_pairs",
        tags=COMPARISON,
    )
    across = create_comparison(architectures, ensembles, sites)
    doubts = Node(
        check_labels,
        {
            f"{what}_{name}": f"{name}.{what}"
            for what in ("out_of_fold", "scores", "metrics")
            for name in architectures
        },
        ["label_probabilities", "label_doubts"],
        name="check_labels",
        tags=COMPARISON,
    )
    summary = Node(
        summarise_models,
        {f"metrics_{name}": f"{name}.metrics" for name in models},
        "summary",
        name="summarise_models",
        tags=COMPARISON,
    )
    across += grouped("evaluation", [significance, doubts, summary], COMPARISON)
    trained = [_trained(name, protocol) for name in architectures]
    averaged = [_averaged(name, members, protocol) for name, members in ensembles.items()]
    return sum([*trained, *averaged], across)


def create_comparison(
    architectures: Sequence[str], ensembles: Iterable[str], sites: Sequence[str] | None
) -> Pipeline:
    """Create the table of all models, once the sites that this run measures are on record.

    Args:
        architectures: Names of the trained models.
        ensembles: Names of the ensembles.
        sites: As in `create_pipeline`.
    """
    node = Node(
        compare_models,
        {
            **{f"metrics_{name}": f"{name}.metrics" for name in [*architectures, *ensembles]},
            **{f"recipe_{name}": f"params:{name}" for name in architectures},
            **({} if sites is None else EXTERNAL),
            # On record when this is read, the sites of this run too.
            **{f"measured_{site}": f"external.{site}.result" for site in sites or ()},
        },
        "comparison",
        name="compare_models",
        tags=COMPARISON,
    )
    return grouped("evaluation", [node], COMPARISON)


def _trained(name: str, protocol: str) -> Pipeline:
    return Pipeline(
        [
            *_score(),
            *_describe(),
            *_lock_and_measure(f"{protocol}{name}"),
            _contract(f"{protocol}{name}"),
        ],
        namespace=name,
        inputs={**{shared: shared for shared in IMAGES | SHARED}, "model": f"model_{name}"},
        parameters={*PARAMETERS, "params:seed"},
        tags=["evaluation", name],
    )


def _averaged(name: str, members: Sequence[str], protocol: str) -> Pipeline:
    return Pipeline(
        [
            *_average(members),
            *_lock_and_measure(f"{protocol}{name}"),
            _ensemble_contract(f"{protocol}{name}"),
        ],
        namespace=name,
        inputs=SHARED
        | {
            f"{member}.{what}" for member in members for what in ("scores", "scored_by", *DISTANCES)
        },
        parameters=PARAMETERS,
        tags=["evaluation", "ensembles", name],
    )


def _score() -> list[Node]:
    return [
        Node(
            score_validation,
            ["model", "validation_images", "validation_rows", "params:evaluation"],
            ["validation_scores", "scored_by"],
            name="score_validation",
        ),
        Node(
            score_test,
            ["model", "test_images", "test_rows", "lock", "params:evaluation"],
            "test_scores",
            name="score_test",
        ),
    ]


def _describe() -> list[Node]:
    return [
        Node(
            describe_train,
            [
                "model",
                "train_images",
                "train_rows",
                "validation_images",
                "validation_rows",
                "params:evaluation",
                "params:seed",
            ],
            ["reference", "validation_distances", "out_of_fold"],
            name="describe_train",
        ),
        Node(
            measure_test,
            [
                "model",
                "reference",
                "test_images",
                "test_rows",
                "lock",
                "params:evaluation",
                "params:seed",
            ],
            "test_distances",
            name="measure_test",
        ),
    ]


def _average(members: Sequence[str]) -> list[Node]:
    scores = {f"scores_{member}": f"{member}.scores" for member in members}
    models = {f"scored_by_{member}": f"{member}.scored_by" for member in members}
    return [
        Node(
            average_validation,
            {**scores, **models},
            ["validation_scores", "scored_by"],
            name="average_validation",
        ),
        Node(
            average_test,
            {"locks": "lock", "scored_by": "scored_by", **scores},
            "test_scores",
            name="average_test",
        ),
        *(
            Node(
                average_distances,
                {member: f"{member}.{distances}" for member in members},
                distances,
                name=f"average_{distances}",
            )
            for distances in DISTANCES
        ),
    ]


def _lock_and_measure(recorded_as: str) -> list[Node]:
    return [
        Node(
            limit_distance,
            ["validation_distances", "scored_by", "params:evaluation"],
            "false_alarms",
            name="limit_distance",
        ),
        Node(
            lock_operating_point,
            [
                "validation_scores",
                "scored_by",
                "false_alarms",
                "splits",
                "pseudo_sites",
                "known_locks",
                "params:evaluation",
            ],
            "lock",
            name="lock_operating_point",
        ),
        Node(
            count_detected,
            ["test_distances", "false_alarms", "params:evaluation"],
            "detection",
            name="count_detected",
        ),
        Node(
            measure_scores,
            [
                "validation_scores",
                "test_scores",
                "scored_by",
                "lock",
                "manifest",
                "pseudo_sites",
                "split_audit",
                "params:evaluation",
            ],
            ["scores", "metrics"],
            name="measure_scores",
        ),
        Node(
            select_errors,
            ["scores", "metrics", "test_distances", "false_alarms", "pseudo_sites"],
            "errors",
            name="select_errors",
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
        ["model", "metrics", "training_record", "false_alarms", "reference"],
        "contract",
        name="write_model_contract",
    )


def _ensemble_contract(name: str) -> Node:
    return Node(
        ensemble_contract_writer(name),
        ["metrics", "false_alarms"],
        "contract",
        name="write_ensemble_contract",
    )
