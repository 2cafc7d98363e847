"""Small helpers that many tests share: images as bytes, options as configured, tiny manifests."""

import gc
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import Phase, settings
from PIL import Image

from pneumoscope.ingestion.manifest import sort_out
from pneumoscope.options import (
    CollectionOptions,
    IngestionOptions,
    PreprocessingOptions,
    SplitOptions,
)

# The same examples in every run, however slow the machine; nothing is written for the next.
# No phase that explains a failure: it takes minutes.
PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
settings.register_profile("tests", derandomize=True, deadline=None, database=None, phases=PHASES)
settings.load_profile("tests")


def pytest_collection_modifyitems(items):
    """Begin with the longest of the files that come last, else one process ends after the other."""
    items.sort(key=lambda item: item.path.name != "test_pipeline_registry.py")


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    """Keep the collector off what modules and collected tests are made of, which stays.

    Looking through it again and again took a third of the collection, and a part of each test.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(50_000)
        gc.enable()


CONF = Path(__file__).parents[1] / "conf" / "base"


def configured(pipeline: str) -> dict[str, Any]:
    return yaml.safe_load((CONF / f"{pipeline}/parameters.yml").read_text())


@pytest.fixture(scope="session")
def ingestion_options() -> IngestionOptions:
    return IngestionOptions(**configured("ingestion")["ingestion"])


@pytest.fixture(scope="session")
def collection_blocks() -> dict[str, Any]:
    """The known collections as Kedro hands them over: a mapping of mappings."""
    return configured("collections")["collections"]


@pytest.fixture(scope="session")
def collections(collection_blocks) -> dict[str, CollectionOptions]:
    return {
        name: CollectionOptions.model_validate(block) for name, block in collection_blocks.items()
    }


@pytest.fixture(scope="session")
def split_options() -> SplitOptions:
    return SplitOptions(**configured("rebalancing")["split"])


@pytest.fixture(scope="session")
def preprocessing_options() -> PreprocessingOptions:
    return PreprocessingOptions(**configured("preprocessing")["preprocessing"])


@pytest.fixture(scope="session")
def gradient() -> np.ndarray:
    """A grey ramp, uint8 (160, 200): bright on the right."""
    return np.tile(np.linspace(0, 255, 200).astype(np.uint8), (160, 1))


@pytest.fixture(scope="session")
def encode() -> Callable[..., bytes]:
    """Encode an array or a Pillow image: `encode(image, "PNG", **save_options)`."""

    def encode(image: np.ndarray | Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
        buffer = BytesIO()
        picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
        picture.save(buffer, kind, **options)
        return buffer.getvalue()

    return encode


@pytest.fixture(scope="session")
def scanned() -> Callable[..., pd.DataFrame]:
    """Give the table of a scan of these paths; keywords replace or add columns."""

    def scanned(paths: list[str], **columns: Any) -> pd.DataFrame:
        files = pd.DataFrame({"path": paths})
        found = {
            "bytes": 1000, "sha256": [f"hash of {path}" for path in paths], "width": 100,
            "height": 50, "mode": "L", "note": "", "reason": "", "source": "folder",
            "brightness": 123.0,
            "contrast": 184.0, "orientation": "", "bits": 8,
        }  # fmt: skip
        return files.assign(**{**found, **columns})

    return scanned


@pytest.fixture(scope="session")
def make_manifest(scanned, ingestion_options) -> Callable[..., pd.DataFrame]:
    """Give the manifest of these paths, all of them usable radiographs."""

    def make_manifest(paths: list[str], **columns: Any) -> pd.DataFrame:
        return sort_out(scanned(paths, **columns), ingestion_options).manifest

    return make_manifest


@pytest.fixture
def six_rows(make_manifest) -> pd.DataFrame:
    """Two radiographs of each kind: normal, bacteria, virus; virus 1 and bacteria 1 are two."""
    return make_manifest(
        [
            "train/NORMAL/IM-0115-0001.jpeg",
            "test/NORMAL/NORMAL2-IM-0115-0001.jpeg",
            "train/PNEUMONIA/person1_bacteria_1.jpeg",
            "train/PNEUMONIA/person1_bacteria_2.jpeg",
            "train/PNEUMONIA/person1_virus_6.jpeg",
            "test/PNEUMONIA/person3_virus_17.jpeg",
        ]
    )
