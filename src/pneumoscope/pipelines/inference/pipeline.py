"""new radiographs → decoded films → scores → predictions and their page, by a locked model."""

from collections.abc import Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.naming import ResultPlace
from pneumoscope.pipelines.grouping import grouped
from pneumoscope.pipelines.inference.nodes import (
    predictor_chooser,
    scan_new_radiographs,
    score_new_radiographs,
    store_dicom_results,
    write_dicom_results,
    write_page,
    write_predictions,
)


def create_pipeline(
    model: str, members: Sequence[str], dicom_results: ResultPlace | None = None
) -> Pipeline:
    """Create the pipeline; it is no part of the default one, which has no new radiographs.

    Args:
        model: Name of the model or ensemble.
        members: Its members; the model itself where it is one.
        dicom_results: Where predictions go as DICOM objects; None for nowhere.
    """
    load = Node(
        predictor_chooser(model),
        {
            "run": "finished_run",
            "metrics": f"{model}.metrics",
            "false_alarms": f"{model}.false_alarms",
            "options": "params:inference",
            "ingestion": "params:ingestion",
            "preprocessing": "params:preprocessing",
            "explanation": "params:explanation",
            "seed": "params:seed",
            **{
                f"{what}_{name}": f"{name}.{what}"
                for what in ("scored_by", "reference", "training_record")
                for name in members
            },
        },
        "predictor",
        name="choose_predictor",
    )
    scan = Node(
        scan_new_radiographs,
        ["new_radiographs", "params:ingestion", "patient_key", "predictor"],
        "decoded_films",
        name="scan_new_radiographs",
    )
    score = Node(
        score_new_radiographs,
        ["decoded_films", "predictor"],
        "film_scores",
        name="score_new_radiographs",
    )
    write = Node(
        write_predictions,
        ["film_scores", "predictor", f"{model}.metrics"],
        "predictions",
        name="write_predictions",
    )
    page = Node(
        write_page,
        {
            "film_scores": "film_scores",
            "predictions": "predictions",
            "decoded": "decoded_films",
            "predictor": "predictor",
            "metrics": f"{model}.metrics",
            "options": "params:inference",
            "ingestion": "params:ingestion",
        },
        "predictions_page",
        name="write_page",
    )
    results = [
        Node(
            write_dicom_results,
            {
                "film_scores": "film_scores",
                "predictions": "predictions",
                "new_radiographs": "new_radiographs",
                "decoded": "decoded_films",
                "predictor": "predictor",
                "ingestion": "params:ingestion",
            },
            "dicom_results",
            name="write_dicom_results",
        ),
        Node(store_dicom_results, "dicom_results", "dicom_archive", name="store_dicom_results"),
    ]
    wanted = {None: 0, ResultPlace.FOLDER: 1, ResultPlace.ARCHIVE: 2}[dicom_results]
    nodes = [load, scan, score, write, page, *results[:wanted]]
    return grouped("inference", nodes, "inference")
