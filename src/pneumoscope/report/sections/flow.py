"""The flow of radiographs, as reporting guidelines ask for."""

from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.ingestion.records import IngestionAudit
from pneumoscope.report.blocks import Note, Section
from pneumoscope.report.flow import adds_up, flow_of
from pneumoscope.report.prose import prose
from pneumoscope.splitting.records import SplitAudit

TITLE = "Flow of radiographs"


def flow_section(
    ingestion: IngestionAudit, splits: SplitAudit, name: str, measured: ModelMetrics
) -> Section:
    """Return the diagram, with a warning where its numbers do not add up.

    Args:
        ingestion: The audit of the radiographs.
        splits: The audit of the splits.
        name: The model in view.
        measured: Its metrics.
    """
    flow = flow_of(ingestion, splits, name, measured)
    return Section(
        TITLE, [flow] if adds_up(flow) else [Note(prose("flow_apart"), warns=True), flow]
    )
