"""What passes through the client of a cluster, and what it works, for each film that workers read.

python benchmarks/cluster_client.py [--radiographs FOLDER] [--counts 2000 8000] [--workers 8]
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import cloudpickle
import pandas as pd
import yaml
from originals import draw_phantoms, multiply
from timing import PROJECT, progress

from pneumoscope.cluster import open_cluster
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.datasets.radiograph_folder import RadiographFolderDataset
from pneumoscope.datasets.sharded_images import ShardedImagesDataset
from pneumoscope.engine import over
from pneumoscope.ingestion.scan import scan
from pneumoscope.options import IngestionOptions, PreprocessingOptions
from pneumoscope.pipelines.preprocessing.nodes import transform_radiographs

SIZE = PreprocessingOptions.model_validate({"size": [160, 160], "fit": "squash"})


class Counting:
    """An engine that counts the bytes of what it hands on to another, and of what comes back.

    Args:
        engine: The other.
    """

    def __init__(self, engine: Any) -> None:
        """Count from nothing."""
        self._engine = engine
        self.sent = self.returned = self.tasks = 0

    def in_order(self, calls: Iterable[Callable[[], Any]], title: str) -> Iterator[Any]:
        """Hand the calls on."""

        def counted() -> Iterator[Callable[[], Any]]:
            for call in calls:
                self.tasks += 1
                self.sent += len(cloudpickle.dumps(call))
                yield call

        for result in self._engine.in_order(counted(), title):
            self.returned += len(cloudpickle.dumps(result))
            yield result


def main() -> None:
    """Measure each number of films in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--radiographs", type=Path, default=os.environ.get("RADIOGRAPHS"))
    parser.add_argument("--counts", type=int, nargs="+", default=[2_000, 8_000])
    parser.add_argument("--workers", type=int, default=8)
    given = parser.parse_args()
    print(
        f"| films, on {given.workers} workers | tasks | bytes sent a film | "
        "bytes returned a film | CPU of client and scheduler a task |"
    )
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        originals = given.radiographs or draw_phantoms(Path(scratch) / "drawn")
        for count in given.counts:
            films = multiply(Path(originals), count, Path(scratch) / f"films-{count}")
            cluster = open_cluster(f"local:{given.workers}")
            print(measure(films, Path(scratch) / f"results-{count}", count, cluster))
            cluster.close()


def measure(films: Path, results: Path, count: int, cluster: Any) -> str:
    """Read and preprocess the films on the cluster; return a row of the table."""
    block = yaml.safe_load((PROJECT / "conf/base/ingestion/parameters.yml").read_text("utf-8"))
    options = IngestionOptions.model_validate(block["ingestion"])
    engine, cpu = Counting(cluster), time.process_time()
    decoded = DecodedRadiographsDataset(str(results / "decoded"))
    images = ShardedImagesDataset(str(results / "images"))
    with over(engine):
        decoded.save(scan(RadiographFolderDataset(str(films)).load(), options))
        loaded = decoded.load()
        rows = pd.DataFrame({"path": list(loaded), "split": "train"})
        images.save(transform_radiographs(loaded, rows, SIZE))
    used = time.process_time() - cpu
    progress(f"{count:,} films: {used:.1f} CPU s of the client, which runs the scheduler too")
    return (
        f"| {count:,} | {engine.tasks:,} | {engine.sent / count:,.0f} | "
        f"{engine.returned / count:,.0f} | {1000 * used / engine.tasks:,.0f} ms |"
    )


if __name__ == "__main__":
    main()
