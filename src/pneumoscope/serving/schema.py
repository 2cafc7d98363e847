"""The answers of the service, typed for its OpenAPI description; each with an example."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

_FINGERPRINT = "9f2c" + 60 * "0"
_NOTICE = "For research and teaching. Not for diagnosis."


class Answer(BaseModel):
    """What every answer has in common."""

    model_config = ConfigDict(extra="forbid")


class Question(BaseModel):
    """What a request may ask for in its address; a misspelt name is refused.

    Attributes:
        prevalence: Share of PNEUMONIA among the patients that the films come from.
        images: Whether pictures are given.
        occlusion: Whether the map is made by hiding the film place by place.
        only: Which film of those that are sent is predicted, from 0; None predicts all.
    """

    model_config = ConfigDict(extra="forbid")

    prevalence: Annotated[
        float | None,
        Field(
            gt=0, lt=1, allow_inf_nan=False, examples=[0.05],
            description="Share of PNEUMONIA among the patients that the films come from, which "
            "probabilities shall hold for; left out, that of the run. Predictions do not "
            "depend on it.",
        ),
    ] = None  # fmt: skip
    images: Annotated[
        bool,
        Field(description="Whether each film is given back as the model saw it, with a map."),
    ] = False
    occlusion: Annotated[
        bool,
        Field(description="Give pictures, and the map as how far the decision weakens where a part "
        "of the film is hidden: of any model, but slow, and so of one film a request."),
    ] = False  # fmt: skip
    only: Annotated[
        int | None,
        Field(
            ge=0, examples=[0],
            description="Predict this film alone of those that are sent, counted from 0 in the "
            "order of an answer with all: one of an archive.",
        ),
    ] = None  # fmt: skip


class Health(Answer):
    """That the service runs."""

    status: Annotated[str, Field(examples=["ok"])]


class Fault(Answer):
    """What was wrong with a request."""

    expected: Annotated[str, Field(examples=["a body of at most 256 MB"])]
    received: Annotated[str, Field(examples=["a larger one"])]
    remedy: Annotated[str, Field(examples=["Send fewer films at a time."])]


class Error(Answer):
    """An answer to a request that was not done."""

    error: Fault


class Images(Answer):
    """Pictures of a film, as `data:` addresses of PNG files, grey, of 8 bits."""

    film: Annotated[
        str, Field(description="As the model saw it.", examples=["data:image/png;base64,iVBORw0"])
    ]
    map: Annotated[
        str | None,
        Field(
            description="What spoke for the decision, from 0 to 255 at the strongest place of "
            "this film; null where the model has no map.",
            examples=["data:image/png;base64,iVBORw0"],
        ),
    ]


class FilmAnswer(Answer):
    """One film: the columns of predictions.csv, and which file of the body it came in."""

    number: Annotated[int, Field(description="File of the body, from 0.", examples=[0])]
    path: Annotated[str, Field(examples=["chest.jpeg"])]
    sha256: Annotated[str, Field(examples=["5a1e" + 60 * "0"])]
    bytes: Annotated[int, Field(examples=[181234])]
    width: Annotated[int, Field(description="Of the original, in pixels.", examples=[1857])]
    height: Annotated[int, Field(description="Of the original, in pixels.", examples=[1317])]
    prediction: Annotated[
        str | None,
        Field(
            description="NORMAL or PNEUMONIA, by the locked threshold; null where the film was "
            "not read, or was left undecided for being unlike those of train.",
            examples=["PNEUMONIA"],
        ),
    ]
    grey_zone: Annotated[
        bool | None,
        Field(description="Whether a human should look first.", examples=[False]),
    ]
    score: Annotated[float | None, Field(description="As the model gives it.", examples=[0.8312])]
    probability: Annotated[
        float | None,
        Field(
            description="Of PNEUMONIA where `prevalence` of the patients have it; null without a "
            "calibration, and for a film unlike those of train, which none was fitted on.",
            examples=[0.41],
        ),
    ]
    prevalence: Annotated[float | None, Field(examples=[0.05])]
    out_of_distribution: Annotated[
        bool | None,
        Field(description="Whether the film is unlike those of train.", examples=[False]),
    ]
    out_of_distribution_p: Annotated[
        float | None,
        Field(description="Share of validation whose films lie as far.", examples=[0.37]),
    ]
    out_of_distribution_distance: Annotated[float | None, Field(examples=[0.84])]
    out_of_distribution_limit: Annotated[float | None, Field(examples=[3.1])]
    out_of_distribution_reason: Annotated[
        str | None, Field(description="What is unlike.", examples=[""])
    ]
    reason: Annotated[
        str,
        Field(description="Why the film was not read; empty where it was.", examples=[""]),
    ]
    note: Annotated[str, Field(description="What was converted.", examples=[""])]
    warning: Annotated[str, Field(description="What looks odd.", examples=[""])]
    model: Annotated[str, Field(examples=["cnn"])]
    fingerprint: Annotated[str, Field(examples=[_FINGERPRINT])]
    threshold: Annotated[float, Field(examples=[0.4312])]
    zone_low: Annotated[float | None, Field(examples=[0.4])]
    zone_high: Annotated[float | None, Field(examples=[0.47])]
    notice: Annotated[str, Field(examples=[_NOTICE])]
    attribution_method: Annotated[
        str,
        Field(
            description="How the map was made, or why there is none; empty without `images`.",
            examples=[""],
        ),
    ]
    images: Annotated[Images | None, Field(description="Where `images` were asked for.")]


class Counts(Answer):
    """Films of a request."""

    films: Annotated[int, Field(examples=[1])]
    read: Annotated[int, Field(examples=[1])]
    not_read: Annotated[int, Field(examples=[0])]


class Predictions(Answer):
    """All films of a request, in the order of its body; what was refused stands among them."""

    films: list[FilmAnswer]
    counts: Counts
    notice: Annotated[str, Field(examples=[_NOTICE])]


class Zone(Answer):
    """Scores from `low` to below `high` are for a human."""

    low: Annotated[float, Field(examples=[0.4])]
    high: Annotated[float, Field(examples=[0.47])]


class Probability(Answer):
    """logit(probability) = intercept + slope · logit(score), where `prevalence` have PNEUMONIA."""

    slope: Annotated[float, Field(examples=[0.87])]
    intercept: Annotated[float, Field(examples=[-0.31])]
    prevalence: Annotated[float, Field(examples=[0.73])]
    learnt_prevalence: Annotated[
        float, Field(description="Of the films that it was fitted on.", examples=[0.73])
    ]


class OutOfDistribution(Answer):
    """Of films like those of validation, how many are flagged in error."""

    asked: Annotated[float, Field(examples=[0.01])]
    promised: Annotated[float, Field(examples=[0.01])]
    patients: Annotated[int, Field(examples=[303])]
    reason: Annotated[str | None, Field(examples=[None])]
    decides_all: Annotated[
        bool, Field(description="Whether such films get a prediction.", examples=[True])
    ]
    sentence: Annotated[
        str,
        Field(
            examples=[
                "Of films like those of validation, of other patients, at most 1.0% are expected "
                "to be flagged in error."
            ]
        ),
    ]


class Measured(Answer):
    """One split at the locked threshold; estimates have value, low, high and reason."""

    n: Annotated[int, Field(examples=[624])]
    patients: Annotated[int, Field(examples=[390])]
    confusion: Annotated[
        dict[str, int] | None, Field(examples=[{"tn": 204, "fp": 30, "fn": 7, "tp": 383}])
    ]
    metrics: Annotated[
        dict[str, dict[str, Any]],
        Field(examples=[{"auroc": {"value": 0.987, "low": 0.979, "high": 0.993, "reason": None}}]),
    ]


class Site(Measured):
    """An external test."""

    site: Annotated[str, Field(examples=["clinic"])]
    confidence: Annotated[float, Field(examples=[0.95])]
    in_own_collection: Annotated[
        int, Field(description="Films that are in the model's own collection.", examples=[0])
    ]
    warnings: list[str]


class Figures(Answer):
    """What was measured of the model on films that it was not trained on."""

    test: Measured | None
    subgroups: list[dict[str, Any]]
    subgroups_absent: dict[str, str]
    external: list[Site]


class Model(Answer):
    """The model that is served."""

    name: Annotated[str, Field(examples=["cnn"])]
    fingerprint: Annotated[str, Field(examples=[_FINGERPRINT])]
    runtime: Annotated[str, Field(examples=["onnxruntime 1.32.0"])]
    classes: Annotated[list[str], Field(examples=[["NORMAL", "PNEUMONIA"]])]
    threshold: Annotated[float, Field(examples=[0.4312])]
    threshold_reason: Annotated[str, Field(examples=["the highest Youden's J on validation"])]
    zone: Zone | None
    probability: Probability | None
    probability_reason: Annotated[str | None, Field(examples=[None])]
    out_of_distribution: OutOfDistribution
    update: Annotated[
        str, Field(description="By which update at a site scores are read.", examples=[""])
    ]
    synthetic: Annotated[bool, Field(examples=[False])]
    notice: Annotated[str, Field(examples=[_NOTICE])]
    figures: Figures | None
    figures_reason: Annotated[str | None, Field(examples=[None])]


class Bounds(Answer):
    """How much is taken."""

    max_megabytes: Annotated[float, Field(examples=[256])]
    max_films: Annotated[int, Field(examples=[500])]
    max_films_with_images: Annotated[int, Field(examples=[50])]
    seconds: Annotated[float, Field(examples=[120])]


class Models(Answer):
    """All models that are served, which is one, and how much is taken."""

    models: list[Model]
    limits: Bounds
