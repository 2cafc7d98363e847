"""Parameters of architectures, augmentation and fitting."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, SerializeAsAny, model_validator

from pneumoscope.errors import InputError, did_you_mean
from pneumoscope.options.base import Count, Options, Range, Share

Side = Annotated[int, Field(ge=16)]


class ArchitectureOptions(Options):
    """What every architecture has.

    Attributes:
        architecture: Key of the registry.
        side: Height and width that the model itself brings the stored radiographs to, first of
            all; null leaves them at their stored size.
    """

    architecture: str
    side: Side | None = None


class MlpOptions(ArchitectureOptions):
    """A dense network on the flattened radiograph: the baseline to beat."""

    units: tuple[Count, ...] = (256, 64)
    dropout: Share = 0.0
    l2: Annotated[float, Field(ge=0)] = 0.0
    batch_norm: bool = False


class CnnOptions(ArchitectureOptions):
    """A small convolutional network with the usual regularisers as switches."""

    filters: tuple[Count, ...] = (16, 32, 64, 128)
    units: Count = 64
    dropout: Share = 0.0
    l2: Annotated[float, Field(ge=0)] = 0.0
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
    dropout: Share = 0.2
    trainable_share: Share = 1.0

    @model_validator(mode="after")
    def _random_layers_are_trained(self) -> "BackboneOptions":
        if self.weights is None and self.trainable_share < 1:
            raise ValueError(
                "trainable_share below 1 freezes layers and so needs `weights`, received "
                f"trainable_share {self.trainable_share} and no weights"
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
        degraded: Share of the radiographs that suffer the four below, before any other change.
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
    crop_area: Range | None = None
    crop_aspect: Range = (0.75, 1.33)
    brightness: Annotated[float, Field(ge=0, le=1)] = 0.0
    contrast: Annotated[float, Field(ge=0, lt=1)] = 0.0
    gamma: Range | None = None
    fill: Literal["black", "reflect"] = "black"
    degraded: Share = 0.5
    quality: Range | None = None
    blur: Annotated[float, Field(ge=0)] = 0.0
    detail: Annotated[float, Field(ge=1)] = 1.0
    noise: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _ranges_ascend(self) -> "AugmentationOptions":
        for name in ("crop_area", "crop_aspect", "gamma", "quality"):
            bounds = getattr(self, name)
            if bounds is not None and not 0 < bounds[0] <= bounds[1]:
                raise ValueError(f"expected {name} as [low, high] above 0, received {bounds}")
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
        select_by: Whose loss chooses the epoch: clean or stressed validation.
        patience: Epochs without a better one before training stops.
        precision: Keras dtype policy, or `auto`: the faster one on this machine, by a short
            measurement that is kept.
        seed: Seed of this block in place of the project's, so that blocks can differ in it alone.
    """

    epochs: Count
    frozen_epochs: Annotated[int, Field(ge=0)] = 0
    batch_size: Count = 32
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    frozen_learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    mixup: Annotated[float, Field(ge=0)] = 0.0
    ema_momentum: Annotated[float, Field(gt=0, lt=1)] | None = None
    select_by: Literal["validation", "stressed"] = "validation"
    patience: Count = 5
    precision: Literal["auto", "float32", "mixed_bfloat16"] = "float32"
    seed: Annotated[int, Field(ge=0)] | None = None

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
