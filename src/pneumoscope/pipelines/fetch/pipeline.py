"""phantoms or published archive → folder of radiographs."""

from kedro.pipeline import Node, Pipeline

from pneumoscope.naming import Source
from pneumoscope.pipelines.fetch.nodes import make_phantoms, unpack_archive
from pneumoscope.pipelines.grouping import grouped


def create_pipeline(source: Source) -> Pipeline:
    """Create the pipeline for one source; a folder that is already there needs no node."""
    nodes = {
        Source.PHANTOMS: [
            Node(
                make_phantoms, ["params:fetch", "params:seed"], "radiographs", name="make_phantoms"
            )
        ],
        Source.ARCHIVE: [
            Node(unpack_archive, "radiograph_archive", "radiographs", name="unpack_archive")
        ],
        Source.FOLDER: [],
    }
    return grouped("fetch", nodes[source], tags="data")
