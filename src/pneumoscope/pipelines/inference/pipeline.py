"""new radiographs → decoded films → scores → predictions and their page, by a locked model."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.inference.nodes import (
    check_model,
    page_writer,
    prediction_writer,
    scan_new_radiographs,
    score_new_radiographs,
)


def create_pipeline(model: str, members: Sequence[str]) -> Pipeline:
    """Create the pipeline; it is no part of the default one, which has no new radiographs.

    Args:
        model: Name of the model or ensemble.
        members: Its members; the model itself where it is one.
    """
    evaluated = {
        f"{what}_{name}": f"{name}.{what}"
        for what in ("scored_by", "reference")
        for name in members
    }
    check = Node(
        check_model,
        {
            "metrics": f"{model}.metrics",
            "false_alarms": f"{model}.false_alarms",
            "preprocessing": "params:preprocessing",
            "working_side": "params:ingestion.working_side",
            **evaluated,
            **{f"training_record_{name}": f"{name}.training_record" for name in members},
        },
        "model_checked",
        name="check_model",
    )
    scan = Node(
        scan_new_radiographs,
        ["new_radiographs", "params:ingestion", "patient_key", "model_checked"],
        "decoded_films",
        name="scan_new_radiographs",
    )
    score = Node(
        score_new_radiographs,
        {
            "decoded": "decoded_films",
            "metrics": f"{model}.metrics",
            "false_alarms": f"{model}.false_alarms",
            "preprocessing": "params:preprocessing",
            "evaluation": "params:evaluation",
            **evaluated,
            **{f"model_{name}": f"model_{name}" for name in members},
        },
        "film_scores",
        name="score_new_radiographs",
    )
    write = Node(
        prediction_writer(model),
        {
            "film_scores": "film_scores",
            "metrics": f"{model}.metrics",
            "false_alarms": f"{model}.false_alarms",
            "options": "params:inference",
            **{f"training_record_{name}": f"{name}.training_record" for name in members},
        },
        "predictions",
        name="write_predictions",
    )
    page = Node(
        page_writer(model),
        {
            "film_scores": "film_scores",
            "predictions": "predictions",
            "decoded": "decoded_films",
            "metrics": f"{model}.metrics",
            "false_alarms": f"{model}.false_alarms",
            "options": "params:inference",
            "explanation": "params:explanation",
            "preprocessing": "params:preprocessing",
            "ingestion": "params:ingestion",
            "seed": "params:seed",
            **{f"model_{name}": f"model_{name}" for name in members},
            **{f"training_record_{name}": f"{name}.training_record" for name in members},
        },
        "predictions_page",
        name="write_page",
    )
    return Pipeline([check, scan, score, write, page], tags="inference")
