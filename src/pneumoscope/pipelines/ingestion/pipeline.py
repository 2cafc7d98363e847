"""radiographs, labels → layout → films → manifest, quarantine, pairs, acquisition → audit."""

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines.grouping import grouped
from pneumoscope.pipelines.ingestion.nodes import (
    audit_radiographs,
    check_manifest,
    choose_layout,
    collect_acquisition,
    compare_radiographs,
    scan_files,
    sort_files,
)


def create_pipeline() -> Pipeline:
    """Create the pipeline."""
    options = "params:ingestion"
    return grouped(
        "ingestion",
        [
            Node(
                choose_layout,
                ["radiographs", "labels", options, "params:collections", "patient_key"],
                "layout",
                name="choose_layout",
            ),
            Node(
                scan_files,
                ["radiographs", "layout", options, "params:fetch.source", "patient_key"],
                "decoded_radiographs",
                name="scan_files",
            ),
            Node(
                sort_files,
                ["decoded_radiographs", "layout", options],
                ["unchecked_manifest", "quarantine"],
                name="sort_files",
            ),
            Node(
                check_manifest,
                ["unchecked_manifest", "quarantine", "layout", options],
                "manifest",
                name="check_manifest",
            ),
            Node(
                compare_radiographs,
                ["manifest", "decoded_radiographs"],
                "similar_radiographs",
                name="compare_radiographs",
            ),
            Node(
                collect_acquisition,
                ["manifest", "decoded_radiographs"],
                "acquisition",
                name="collect_acquisition",
            ),
            Node(
                audit_radiographs,
                [
                    "manifest",
                    "quarantine",
                    "decoded_radiographs",
                    "similar_radiographs",
                    "acquisition",
                    "layout",
                    options,
                ],
                "ingestion_audit",
                name="audit_radiographs",
            ),
        ],
        tags="data",
    )
