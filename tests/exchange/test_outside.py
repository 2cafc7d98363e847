"""The plain-numpy distances of a bundle against those of the project."""

import importlib.util
from importlib.resources import files

import cv2
import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from pneumoscope.exchange.measures import measures
from pneumoscope.out_of_distribution.distances import FEATURES, KINDS, describe, fit_reference
from pneumoscope.out_of_distribution.false_alarms import limit_false_alarms
from pneumoscope.out_of_distribution.judgement import judge
from pneumoscope.out_of_distribution.records import Contracted
from pneumoscope.radiographs.orientation import template


@pytest.fixture(scope="module")
def outside():
    """The module as a bundle has it, outside of the package."""
    path = files("pneumoscope.exchange").joinpath("outside.py")
    spec = importlib.util.spec_from_file_location("outside", str(path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def chest(rng, size):
    """Grey levels that are bright and dark where they are in a chest, uint8 (height, width, 1)."""
    upright = cv2.resize(template(), size[::-1], interpolation=cv2.INTER_LINEAR)
    film = 110 + 60 * upright / np.abs(upright).max() + rng.normal(0, 12, size)
    film = cv2.GaussianBlur(film, (0, 0), rng.uniform(0.5, 1.5)) * rng.uniform(0.9, 1.1)
    return np.clip(film, 0, 255).astype(np.uint8)[..., np.newaxis]


def altered(films):
    """The films, and what is unlike them."""
    first = films[:1]
    return np.concatenate([
        films, 255 - first, first[:, ::-1, ::-1], first[:, :, ::-1], np.full_like(first, 7),
        first // 9, np.random.default_rng(1).integers(0, 256, first.shape, dtype=np.uint8),
    ])  # fmt: skip


@pytest.mark.parametrize("size", [(32, 32), (40, 36), (64, 64), (100, 75)])
@pytest.mark.parametrize("members", [1, 2])
def test_it_judges_as_the_project_does(outside, size, members):
    rng = np.random.default_rng(members)
    train = np.stack([chest(rng, size) for _ in range(60)])
    names, patients = [f"model {n}" for n in range(members)], np.arange(60).astype(str)
    references = {
        name: fit_reference(
            {**describe(train), FEATURES: rng.normal(0, 1 + n, (60, 12))}, patients, "f" * 64
        )
        for n, name in enumerate(names)
    }
    limits = limit_false_alarms(rng.normal(1, 1, 60), patients, 0.05, "f" * 64)
    trained = Contracted(
        limits, references[names[0]] if members == 1 else None, references if members > 1 else None
    )
    seen = altered(train[:8])
    features = rng.normal(0, 2, (len(seen), 12 * members)).astype(np.float32)
    told = pd.DataFrame(judge(seen, features, trained)).to_dict("records")
    plain = TypeAdapter(Contracted).dump_python(trained, mode="json")
    found = [
        outside.judge(film[..., 0], own, plain, measures())
        for film, own in zip(seen, features, strict=True)
    ]
    for ours, theirs in zip(told, found, strict=True):
        assert theirs["out_of_distribution"] == ours["out_of_distribution"]
        for name in ("out_of_distribution_distance", "out_of_distribution_p"):
            assert theirs[name] == pytest.approx(ours[name], abs=1e-3)
        reason = ours["out_of_distribution_reason"]
        assert bool(theirs["unlike_by"]) == bool(reason)
        looks = [way for way in theirs["unlike_by"] if way not in KINDS]
        assert reason.startswith(f"looks {' and '.join(looks)}") if looks else "looks" not in reason
    assert [line["out_of_distribution"] for line in found[8:10]] == [True, True]
