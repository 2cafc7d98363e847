"""Parameters of architectures, augmentation and fitting."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, SerializeAsAny, field_validator, model_validator

from pneumoscope.errors import InputError, did_you_mean
from pneumoscope.options.base import (
    Batch,
    Options,
    Pair,
    Seed,
    Several,
    Share,
    Side,
    Text,
)
from pneumoscope.radiographs.degradations import Aspect, Detail, Gamma, Quality

SMALLEST_BACKBONE_SIDE = 32
"""Pixels that every published backbone needs: it halves the side five times."""

# At 1 nothing would be passed on at all.
Dropout = Annotated[float, Field(ge=0, lt=1)]
# Adam moves each weight by about the rate; above 1 no network of this project stays finite.
Rate = Annotated[float, Field(gt=0, le=1)]
# Both shrink every weight; a decay of 1 and more leaves nothing of it.
Decay = Annotated[float, Field(ge=0, lt=1)]
Epochs = Annotated[int, Field(ge=1, le=100_000)]
# A dense layer of 65,536 units on 96 x 96 pixels has 600 million weights.
Width = Annotated[int, Field(ge=1, le=65_536)]
# Each block halves the side, so that the twelfth has nothing left to halve of 4,096 px.
Blocks = Annotated[Several[Width], Field(min_length=1, max_length=12)]


class ArchitectureOptions(Options):
    """What every architecture has.

    Attributes:
        architecture: Key of the registry.
        side: Height and width that the model itself brings the stored radiographs to, first of
            all; null leaves them at their stored size.
    """

    architecture: Text
    side: Side | None = None


class MlpOptions(ArchitectureOptions):
    """A dense network on the flattened radiograph: the baseline to beat."""

    units: Annotated[Several[Width], Field(max_length=12)] = (256, 64)
    dropout: Dropout = 0.0
    l2: Decay = 0.0
    batch_norm: bool = False


class CnnOptions(ArchitectureOptions):
    """A small convolutional network with the usual regularisers as switches."""

    filters: Blocks = (16, 32, 64, 128)
    units: Width = 64
    dropout: Dropout = 0.0
    l2: Decay = 0.0
    batch_norm: bool = False


class BackboneOptions(ArchitectureOptions):
    """A published backbone under a pooled, dropped-out logistic head.

    Attributes:
        weights: `imagenet`, the path of a weights file, or null for a random start.
        dropout: Dropout before the head.
        trainable_share: Share of the backbone's layers, counted from the top, that
            fine-tuning moves.
    """

    weights: str | None = None
    dropout: Dropout = 0.2
    trainable_share: Share = 1.0

    @field_validator("weights")
    @classmethod
    def _weights_are_published_or_a_file(cls, weights: str | None) -> str | None:
        named = weights in (None, "imagenet")
        # Whether there is such a file is seen before training; a bare word is a slip.
        if not (named or "/" in str(weights) or "\\" in str(weights) or "." in str(weights)):
            raise InputError(
                "`weights` as imagenet, as the path of a file, or as null", repr(weights),
                "Write imagenet, or name the file with its ending; null starts at random.",
            )  # fmt: skip
        return weights

    @model_validator(mode="after")
    def _random_layers_are_trained(self) -> "BackboneOptions":
        if self.weights is None and self.trainable_share < 1:
            raise InputError(
                "trainable_share 1, since freezing layers needs `weights`",
                f"trainable_share {self.trainable_share:g} and no weights",
                "Name weights, or train all layers.",
            )
        return self


class ModelOptions(RootModel[SerializeAsAny[ArchitectureOptions]]):
    """Options of one architecture: of the class that its entry in the registry names."""

    @model_validator(mode="before")
    @classmethod
    def _of_its_architecture(cls, given: Any) -> Any:
        # The registry names these classes, so that it can be imported only after them.
        from pneumoscope.models.architectures.registry import ARCHITECTURES

        if isinstance(given, ArchitectureOptions) or not isinstance(given, Mapping):
            return given
        name = str(given.get("architecture", "none"))
        if name not in ARCHITECTURES:
            raise InputError(
                "`architecture` as a key of the registry",
                f"'{name}'",
                did_you_mean(name, ARCHITECTURES),
            )
        return ARCHITECTURES[name].options.model_validate(given)


class AugmentationOptions(Options):
    """Random changes to training radiographs; 0 or null switches a change off.

    Attributes:
        horizontal_flip: Probability of a left-right flip.
        rotation: Largest turn either way, in degrees.
        translation: Largest shift either way, as a share of the side.
        zoom: Largest change of scale either way, as a share.
        shear: Largest shear either way, in degrees.
        crop_area: Area of a random resized crop, as a range of shares of the whole.
        crop_aspect: Width over height of that crop, as a range.
        brightness: Largest shift either way, as a share of the full grey range.
        contrast: Largest change of contrast either way, as a share.
        gamma: Range of the exponent on grey values in [0, 1].
        degraded: Share of the radiographs that the four below are applied to, before any other
            change.
        quality: Range of the JPEG quality of a new compression.
        blur: Largest standard deviation of a Gaussian blur, in pixels.
        detail: Largest factor by which a film is shrunk and enlarged again.
        noise: Largest standard deviation of added noise, in grey levels.
        fill: What is shown where a change uncovers the outside of the radiograph.
    """

    horizontal_flip: Share = 0.0
    rotation: Annotated[float, Field(ge=0, le=180)] = 0.0
    translation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    zoom: Annotated[float, Field(ge=0, lt=1)] = 0.0
    shear: Annotated[float, Field(ge=0, lt=45)] = 0.0
    # A crop is cut out of the film, so it cannot be larger; of less than a hundredth nobody
    # could tell what it shows.
    crop_area: Pair[Annotated[float, Field(ge=0.01, le=1)]] | None = None
    crop_aspect: Pair[Aspect] = (0.75, 1.33)
    brightness: Share = 0.0
    contrast: Annotated[float, Field(ge=0, lt=1)] = 0.0
    gamma: Pair[Gamma] | None = None
    fill: Literal["black", "reflect"] = "black"
    degraded: Share = 0.5
    quality: Pair[Quality] | None = None
    blur: Annotated[float, Field(ge=0, le=50)] = 0.0
    detail: Detail = 1.0
    noise: Annotated[float, Field(ge=0, le=128)] = 0.0

    @model_validator(mode="after")
    def _ranges_ascend(self) -> "AugmentationOptions":
        for name in ("crop_area", "crop_aspect", "gamma", "quality"):
            bounds = getattr(self, name)
            if bounds is not None and bounds[0] > bounds[1]:
                raise InputError(
                    f"`{name}` as [low, high]", str(list(bounds)), "Put the smaller number first."
                )
        return self


class FittingOptions(Options):
    """How a model is fitted.

    Attributes:
        epochs: Most epochs with the whole trainable part moving.
        frozen_epochs: Epochs before that in which the backbone is frozen; skipped where it starts
            from random weights, which are not worth freezing.
        batch_size: Radiographs a step.
        learning_rate: Peak of the cosine schedule.
        frozen_learning_rate: Constant rate while the backbone is frozen.
        weight_decay: Decoupled weight decay of AdamW.
        label_smoothing: Share of the target taken from the true class.
        mixup: Alpha of the Beta distribution whose draws blend each radiograph, and its target,
            with another of its batch; 0 blends none.
        ema_momentum: Share of the running average of the weights that each step keeps; the
            average is what is validated and kept. Null keeps the weights themselves.
        select_by: Whose loss chooses the epoch: that of `validation`, of `stressed` validation, or
            of `hard` validation, which needs 20 hard films of 10 patients of each class.
        patience: Epochs without a better one before training stops.
        precision: Keras dtype policy, or `auto`: the faster one on this machine, by a short
            measurement that is kept.
        seed: Seed of this block in place of the project's, so that blocks can differ in it alone.
    """

    epochs: Epochs
    frozen_epochs: Annotated[int, Field(ge=0, le=100_000)] = 0
    batch_size: Batch = 32
    learning_rate: Rate = 1e-3
    frozen_learning_rate: Rate = 1e-3
    weight_decay: Decay = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    # At 1 all blends are as likely; from some tens on every film is half another.
    mixup: Annotated[float, Field(ge=0, le=10)] = 0.0
    ema_momentum: Annotated[float, Field(gt=0, lt=1)] | None = None
    select_by: Literal["validation", "stressed", "hard"] = "validation"
    patience: Epochs = 5
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "float32"
    seed: Seed | None = None

    def seed_or(self, project: int) -> int:
        """Return the block's own seed, or the project's where it has none."""
        return project if self.seed is None else self.seed


class Recipe(Options):
    """One block of the training parameters: a model to train, and how.

    Attributes:
        model: The architecture and its own options.
        augmentation: Random changes to the training radiographs.
        fitting: Epochs, rates, batch size and patience.
    """

    model: ModelOptions
    augmentation: AugmentationOptions
    fitting: FittingOptions
