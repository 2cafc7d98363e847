"""Whether pretrained weights can be had is said before training, in words."""

from pathlib import Path

import numpy as np
import pytest
import requests

from pneumoscope.errors import InputError
from pneumoscope.models.architectures import registry
from pneumoscope.models.architectures.weights import check_weights
from pneumoscope.options import ModelOptions


def mobilenet(weights: str | None) -> ModelOptions:
    return ModelOptions.model_validate({"architecture": "mobilenetv2", "weights": weights})


def offline(*_: object, **__: object) -> None:
    raise requests.ConnectionError


def test_a_misspelt_path_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"expected weights at .*mobilnet\.h5, received no"):
        check_weights(mobilenet(str(tmp_path / "mobilnet.h5")))
    with pytest.raises(InputError, match=r"received a folder.*null for a random start"):
        check_weights(mobilenet(str(tmp_path)))


def test_a_file_that_is_not_hdf5_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "weights.h5"
    page.write_text("<html>404</html>")
    with pytest.raises(ValueError, match="starts with b'<html>40'"):
        check_weights(mobilenet(str(page)))


def test_imagenet_weights_that_cannot_be_had_are_reported_with_their_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(requests, "head", offline)
    with pytest.raises(InputError, match=r"https://.*no answer \(ConnectionError\).*null"):
        check_weights(mobilenet("imagenet"))


def test_cached_imagenet_weights_are_not_asked_for_online(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(requests, "head", offline)
    name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / name).touch()
    assert check_weights(mobilenet("imagenet")) is None


def test_a_random_start_needs_no_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "head", offline)
    assert check_weights(mobilenet(None)) is None
    assert check_weights(ModelOptions.model_validate({"architecture": "mlp"})) is None


# Keras says so before it refuses the foreign file.
@pytest.mark.filterwarnings("ignore:Skipping nested container")
def test_weights_from_a_file_reach_the_backbone_and_wrong_ones_are_named(tmp_path: Path) -> None:
    donor = registry.build(mobilenet(None), (32, 32, 1), seed=1)
    path = tmp_path / "backbone.weights.h5"
    donor.get_layer("backbone").save_weights(path)
    heir = registry.build(mobilenet(str(path)), (32, 32, 1), seed=2)
    for given, received in zip(
        donor.get_layer("backbone").get_weights(),
        heir.get_layer("backbone").get_weights(),
        strict=True,
    ):
        np.testing.assert_array_equal(given, received)

    foreign = tmp_path / "foreign.weights.h5"
    registry.build(
        ModelOptions.model_validate({"architecture": "mlp"}), (32, 32, 1), seed=1
    ).save_weights(foreign)
    with pytest.raises(ValueError, match=r"weights of mobilenetv2 without its head in .*foreign"):
        registry.build(mobilenet(str(foreign)), (32, 32, 1), seed=2)
