"""Every parameter of the project, typed: a misspelt key or an impossible value fails at once."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator, model_validator

from pneumoscope.naming import Balance, Fit, Label, Source, SplitPolicy, ThresholdRule

Share = Annotated[float, Field(ge=0.0, le=1.0)]
OpenShare = Annotated[float, Field(gt=0.0, lt=1.0)]
Count = Annotated[int, Field(ge=1)]
Range = tuple[float, float]


class Options(BaseModel):
    """Immutable parameters that refuse keys they do not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PhantomOptions(Options):
    """How many synthetic radiographs are made, and how large.

    Attributes:
        patients: Number of synthetic children; most have one radiograph, some several.
        pneumonia_share: Share of the children with pneumonia.
        test_share: Share of the children in the official test part.
        shorter_side: Smallest and largest shorter side of a film, in pixels.
    """

    patients: Annotated[int, Field(ge=12)] = 300
    pneumonia_share: OpenShare = 0.7
    test_share: OpenShare = 0.2
    shorter_side: tuple[Annotated[int, Field(ge=64)], int] = (220, 420)

    @model_validator(mode="after")
    def _sides_ascend(self) -> "PhantomOptions":
        if self.shorter_side[0] > self.shorter_side[1]:
            raise ValueError(f"expected shorter_side as [low, high], received {self.shorter_side}")
        return self


class ArchiveOptions(Options):
    """Where the published archive lies and how it is recognised."""

    url: str
    bytes: Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class FetchOptions(Options):
    """Where radiographs come from: made here, downloaded, or a folder that is already there."""

    source: Source
    phantoms: PhantomOptions = PhantomOptions()
    archive: ArchiveOptions | None = None

    @model_validator(mode="after")
    def _archive_is_described(self) -> "FetchOptions":
        if self.source is Source.ARCHIVE and self.archive is None:
            raise ValueError("source 'archive' needs `archive:` with url, bytes and sha256")
        return self


class IngestionOptions(Options):
    """How a folder of radiographs is read.

    Attributes:
        working_side: Neither side of a decoded radiograph is reduced below this, in pixels.
        max_megapixels: A larger image is quarantined as a decompression bomb.
        max_quarantined: Highest share of radiographs in quarantine before the run stops.
        batch_size: Radiographs that one task decodes.
        warn_auroc: A single number that tells the class with this AUROC or more is reported.
        class_folders: Folder names that stand for each class, in any case.
        patient_patterns: Regular expressions on the file name, tried in order; the named
            groups make the patient's key, the group `subtype` the subtype too.
    """

    working_side: Count
    max_megapixels: Annotated[float, Field(gt=0)]
    max_quarantined: Share
    batch_size: Count
    warn_auroc: Annotated[float, Field(gt=0.5, le=1.0)]
    class_folders: dict[Label, list[str]]
    patient_patterns: list[str]

    @field_validator("patient_patterns")
    @classmethod
    def _every_pattern_names_a_patient(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                groups = set(re.compile(pattern).groupindex) - {"subtype"}
            except re.error as error:
                raise ValueError(
                    f"expected a regular expression: {error}, received {pattern!r}"
                ) from error
            if not groups:
                raise ValueError(
                    "expected a named group that tells patients apart, such as (?P<number>\\d+), "
                    f"received {pattern!r}"
                )
        return patterns


class SplitOptions(Options):
    """How patients are shared out, and how training rows are rebalanced.

    Attributes:
        policy: `official` keeps the given test part and cuts validation from the rest,
            `as_given` keeps all three parts, `pooled` cuts everything anew,
            `test_as_validation` repeats a published mistake and is flagged for it.
        validation_share: Share of radiographs in validation (official: of what is not test).
        test_share: Share of radiographs in test; read by `pooled` alone.
        group_by: `patient` keeps the radiographs of one child together; `radiograph` repeats
            a published mistake and is flagged for it.
        balance: How the training rows are rebalanced.
    """

    policy: SplitPolicy
    validation_share: OpenShare
    test_share: OpenShare
    group_by: Literal["patient", "radiograph"] = "patient"
    balance: Balance

    @model_validator(mode="after")
    def _something_is_left_to_train_on(self) -> "SplitOptions":
        if self.policy is SplitPolicy.POOLED and self.validation_share + self.test_share >= 1:
            raise ValueError(
                "expected validation_share + test_share below 1, "
                f"received {self.validation_share} + {self.test_share}"
            )
        return self


class ClaheOptions(Options):
    """Contrast-limited adaptive histogram equalisation."""

    clip_limit: Annotated[float, Field(gt=0)] = 2.0
    tiles: Count = 8


class PreprocessingOptions(Options):
    """What is done to every radiograph before a model sees it; deterministic.

    Attributes:
        size: Height and width of the stored images, in pixels.
        fit: `squash` ignores the aspect ratio, `letterbox` pads with black, `crop` cuts the
            longer side.
        border_crop: Share cut from each of the four sides first (markers, electrodes).
        clahe: Local contrast equalisation, or null.
        equalise_quality: JPEG quality that every radiograph is brought to after the
            resize, so that compression cannot tell the class; null leaves them as they are.
        batch_size: Radiographs that one task transforms.
    """

    size: tuple[Annotated[int, Field(ge=16)], Annotated[int, Field(ge=16)]]
    fit: Fit
    border_crop: Annotated[float, Field(ge=0.0, lt=0.5)] = 0.0
    clahe: ClaheOptions | None = None
    equalise_quality: Annotated[int, Field(ge=1, le=95)] | None = None
    batch_size: Count = 32


class StressVariant(Options):
    """One way in which a film from elsewhere may differ; keys are applied in this order.

    Attributes:
        name: What reports call it.
        only: The class that is degraded; the other stays as it is. Null degrades both.
        detail: Factor by which a film is shrunk and enlarged again.
        blur: Standard deviation of a Gaussian, in pixels of the stored size.
        contrast: Factor on grey values about their mean.
        gamma: Exponent on grey values in [0, 1].
        quality: JPEG quality of a compression that comes last.
    """

    name: str
    only: Label | None = None
    detail: Annotated[float, Field(ge=1)] | None = None
    blur: Annotated[float, Field(gt=0)] | None = None
    contrast: Annotated[float, Field(gt=0)] | None = None
    gamma: Annotated[float, Field(gt=0)] | None = None
    quality: Annotated[int, Field(ge=1, le=95)] | None = None


class StressOptions(Options):
    """The stressed validation: degraded copies of validation that stand in for other hospitals."""

    variants: Annotated[list[StressVariant], Field(min_length=1)]


class MlpOptions(Options):
    """A dense network on the flattened radiograph: the baseline to beat."""

    architecture: Literal["mlp"]
    units: list[Count] = [256, 64]
    dropout: Share = 0.0
    l2: Annotated[float, Field(ge=0)] = 0.0
    batch_norm: bool = False


class CnnOptions(Options):
    """A small convolutional network with the usual regularisers as switches."""

    architecture: Literal["cnn"]
    filters: list[Count] = [16, 32, 64, 128]
    units: Count = 64
    dropout: Share = 0.0
    l2: Annotated[float, Field(ge=0)] = 0.0
    batch_norm: bool = False


class BackboneOptions(Options):
    """A published backbone under a pooled, dropped-out logistic head.

    Attributes:
        weights: `imagenet`, the path of a weights file, or null for a random start.
        dropout: Dropout before the head.
        trainable_share: Share of the backbone's layers, counted from the top, that
            fine-tuning moves.
    """

    architecture: Literal["vgg16", "resnet50v2", "mobilenetv2", "densenet121", "efficientnetv2b0"]
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


class ModelOptions(
    RootModel[
        Annotated[MlpOptions | CnnOptions | BackboneOptions, Field(discriminator="architecture")]
    ]
):
    """Options of one architecture, told apart by the key `architecture`."""


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
        frozen_epochs: Epochs before that in which the backbone is frozen.
        batch_size: Radiographs a step.
        learning_rate: Peak of the cosine schedule.
        frozen_learning_rate: Constant rate while the backbone is frozen.
        weight_decay: Decoupled weight decay of AdamW.
        label_smoothing: Share of the target taken from the true class.
        ema_momentum: Share of the running average of the weights that each step keeps; the
            average is what is validated and kept. Null keeps the weights themselves.
        select_by: Whose loss chooses the epoch: clean or stressed validation.
        patience: Epochs without a better one before training stops.
        precision: Keras dtype policy.
    """

    epochs: Count
    frozen_epochs: Annotated[int, Field(ge=0)] = 0
    batch_size: Count = 32
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    frozen_learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    label_smoothing: Annotated[float, Field(ge=0, lt=0.5)] = 0.0
    ema_momentum: Annotated[float, Field(gt=0, lt=1)] | None = None
    select_by: Literal["validation", "stressed"] = "validation"
    patience: Count = 5
    precision: Literal["float32", "mixed_bfloat16"] = "float32"


class ThresholdOptions(Options):
    """The rule that turns scores into predictions; read off validation alone.

    Attributes:
        rule: Name of the rule.
        value: The threshold itself (`fixed`) or the bound to keep (`min_sensitivity`,
            `min_specificity`).
        fn: What a missed PNEUMONIA costs (`cost`), in any unit.
        fp: What a false alarm costs (`cost`), in the same unit.
        prevalence: Share of PNEUMONIA among those examined (`cost`).
    """

    rule: ThresholdRule
    value: Share | None = None
    fn: Annotated[float, Field(gt=0)] | None = None
    fp: Annotated[float, Field(gt=0)] | None = None
    prevalence: OpenShare | None = None

    @model_validator(mode="after")
    def _what_the_rule_reads_is_there(self) -> "ThresholdOptions":
        for name in _RULE_READS.get(self.rule, ()):
            if getattr(self, name) is None:
                raise ValueError(f"threshold rule '{self.rule}' needs `{name}`, received none")
        return self

    @property
    def name(self) -> str:
        """The rule with what it reads: "min_sensitivity 0.95", "cost fn 5 fp 1 prevalence 0.2"."""
        reads = _RULE_READS.get(self.rule, ())
        given = [f"{name} {getattr(self, name):g}".removeprefix("value ") for name in reads]
        return " ".join([self.rule, *given])


_RULE_READS: dict[ThresholdRule, tuple[str, ...]] = {
    ThresholdRule.FIXED: ("value",),
    ThresholdRule.MIN_SENSITIVITY: ("value",),
    ThresholdRule.MIN_SPECIFICITY: ("value",),
    ThresholdRule.COST: ("fn", "fp", "prevalence"),
}


class GreyZoneOptions(Options):
    """Which radiographs are handed to a human.

    Attributes:
        shares: Shares of validation, those nearest the threshold, that zones are set for.
        coverage: Share of each class whose conformal set shall hold it.
    """

    shares: tuple[OpenShare, ...] = (0.1, 0.2, 0.3)
    coverage: OpenShare = 0.9


class EvaluationOptions(Options):
    """How scores become numbers with intervals.

    Attributes:
        threshold: The rule for the operating point.
        operating_points: Rules whose consequences are shown beside that point.
        prevalences: Shares of PNEUMONIA for which predictive values are computed.
        grey_zone: Which radiographs are handed to a human.
        bootstrap: Resamples of patients behind every interval; 0 leaves intervals out.
        confidence: Coverage of the intervals.
        ece_bins: Equal-width bins of the expected calibration error.
        batch_size: Radiographs scored at a time.
    """

    threshold: ThresholdOptions
    operating_points: tuple[ThresholdOptions, ...] = ()
    prevalences: tuple[OpenShare, ...] = ()
    grey_zone: GreyZoneOptions = GreyZoneOptions()
    bootstrap: Annotated[int, Field(ge=0)]
    confidence: OpenShare = 0.95
    ece_bins: Count = 10
    batch_size: Count = 64


class ReportOptions(Options):
    """What the report says about the run it shows.

    Attributes:
        title: Headline of the page.
        synthetic: True when the radiographs are phantoms; named in every output.
        sample_radiographs: Radiographs of each class shown as samples.
    """

    title: str
    synthetic: bool
    sample_radiographs: Count = 4
