"""The project's vocabulary: columns, splits, classes and metrics, each spelt once."""

from enum import StrEnum


class Column(StrEnum):
    """Columns of the manifest, the splits, the scores and the predictions."""

    RADIOGRAPH_ID = "radiograph_id"
    PATH = "path"
    SOURCE = "source"
    SOURCE_SPLIT = "source_split"
    LABEL = "label"
    SUBTYPE = "subtype"
    PATIENT_ID = "patient_id"
    WIDTH = "width"
    HEIGHT = "height"
    MODE = "mode"
    BYTES = "bytes"
    BYTES_PER_PIXEL = "bytes_per_pixel"
    SHA256 = "sha256"
    AGE = "age"
    SEX = "sex"
    VIEW = "view"
    MANUFACTURER = "manufacturer"
    DEVICE = "device"
    SITE = "site"
    PSEUDO_SITE = "pseudo_site"
    HARD = "hard"
    EXPOSURE = "exposure"
    STUDY = "study"
    BITS = "bits"
    TRANSFER_SYNTAX = "transfer_syntax"
    DUPLICATE_OF = "duplicate_of"
    REASON = "reason"
    NOTE = "note"
    WARNING = "warning"
    SPLIT = "split"
    SAMPLE_WEIGHT = "sample_weight"
    SCORE = "score"
    ARCHITECTURE = "architecture"
    PREDICTION = "prediction"
    GREY_ZONE = "grey_zone"
    PROBABILITY = "probability"
    PREVALENCE = "prevalence"
    MODEL = "model"
    FINGERPRINT = "fingerprint"
    THRESHOLD = "threshold"
    ZONE_LOW = "zone_low"
    ZONE_HIGH = "zone_high"
    NOTICE = "notice"
    OUT_OF_DISTRIBUTION = "out_of_distribution"
    OUT_OF_DISTRIBUTION_P = "out_of_distribution_p"
    OUT_OF_DISTRIBUTION_DISTANCE = "out_of_distribution_distance"
    OUT_OF_DISTRIBUTION_LIMIT = "out_of_distribution_limit"
    OUT_OF_DISTRIBUTION_REASON = "out_of_distribution_reason"


class ExportFormat(StrEnum):
    """Files that a model is exported as."""

    ONNX = "onnx"
    LITERT = "litert"


class Split(StrEnum):
    """What a radiograph is used for."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class Label(StrEnum):
    """The two classes; PNEUMONIA is the positive one."""

    NORMAL = "NORMAL"
    PNEUMONIA = "PNEUMONIA"


class Subtype(StrEnum):
    """What the file name tells about the disease."""

    NORMAL = "normal"
    BACTERIA = "bacteria"
    VIRUS = "virus"
    UNKNOWN = "unknown"


class Metric(StrEnum):
    """Numbers computed from scores; every one lies in [0, 1].

    A member is its name in files, its name in text, and what it means. How it is measured stands
    in `evaluation.metrics`.
    """

    label: str
    meaning: str

    def __new__(cls, value: str, label: str = "", meaning: str = "") -> "Metric":
        """Make a metric that equals its name in files."""
        member = str.__new__(cls, value)
        member._value_, member.label, member.meaning = value, label, meaning
        return member

    ACCURACY = ("accuracy", "accuracy", "share of the radiographs that are called what they are")
    PRECISION = (
        "precision", "precision",
        "share of the radiographs called PNEUMONIA that are PNEUMONIA; falls where pneumonia is "
        "rarer than here",
    )  # fmt: skip
    SENSITIVITY = (
        "sensitivity", "sensitivity", "share of the PNEUMONIA radiographs that are found; recall",
    )  # fmt: skip
    SPECIFICITY = (
        "specificity", "specificity", "share of the NORMAL radiographs that are left alone",
    )  # fmt: skip
    F1 = ("f1", "F1", "harmonic mean of precision and sensitivity")
    AUROC = (
        "auroc", "AUROC",
        "chance that a PNEUMONIA radiograph scores above a NORMAL one; 0.5 is chance; needs no "
        "threshold",
    )  # fmt: skip
    AVERAGE_PRECISION = (
        "average_precision", "average precision",
        "precision averaged over every threshold that finds one more PNEUMONIA radiograph",
    )  # fmt: skip
    BRIER = (
        "brier", "Brier score", "mean squared distance of the score from the truth; 0 is perfect",
    )  # fmt: skip
    ECE = (
        "ece", "ECE",
        "expected calibration error: mean distance between score and observed share; 0 is perfect",
    )  # fmt: skip
    MACRO_PRECISION = (
        "macro_precision", "macro precision", "precision, averaged over the two classes",
    )  # fmt: skip
    MACRO_RECALL = (
        "macro_recall", "macro recall", "share of a class that is found, averaged over the two",
    )  # fmt: skip
    MACRO_F1 = ("macro_f1", "macro F1", "F1, averaged over the two classes")


class Consequence(StrEnum):
    """What a threshold means for those examined; every one lies in [0, 1]."""

    SENSITIVITY = "sensitivity"
    SPECIFICITY = "specificity"
    PPV = "ppv"
    NPV = "npv"
    ACCURACY = "accuracy"
    F1 = "f1"
    F1_NORMAL = "f1_normal"
    MACRO_PRECISION = "macro_precision"
    MACRO_RECALL = "macro_recall"
    MACRO_F1 = "macro_f1"


class PatientRule(StrEnum):
    """How the scores of a patient's radiographs become one answer."""

    MEAN_SCORE = "mean_score"
    ANY_RADIOGRAPH = "any_radiograph"


class Outcome(StrEnum):
    """What became of a radiograph at the threshold."""

    TRUE_POSITIVE = "true positive"
    FALSE_POSITIVE = "false positive"
    FALSE_NEGATIVE = "false negative"
    TRUE_NEGATIVE = "true negative"


class FeatureSet(StrEnum):
    """Which simple numbers of a film a classifier is given."""

    ALL = "all numbers"
    PIXELS = "pixels"
    FILE = "file"


class Choice(StrEnum):
    """Why a radiograph of one outcome is shown."""

    NEAREST = "nearest the threshold"
    MOST_CONFIDENT = "most confident"


class SplitPolicy(StrEnum):
    """How radiographs are shared out to train, validation and test."""

    AUTO = "auto"
    OFFICIAL = "official"
    AS_GIVEN = "as_given"
    GIVEN_VALIDATION = "given_validation"
    POOLED = "pooled"
    TEST_AS_VALIDATION = "test_as_validation"


class Balance(StrEnum):
    """How the training rows are rebalanced between the classes."""

    UNDERSAMPLE = "undersample"
    OVERSAMPLE = "oversample"
    CLASS_WEIGHTS = "class_weights"
    NONE = "none"


class Fit(StrEnum):
    """How a radiograph of any shape is brought to the model's shape."""

    SQUASH = "squash"
    LETTERBOX = "letterbox"
    CROP = "crop"


class ThresholdRule(StrEnum):
    """How the operating point is chosen on validation."""

    FIXED = "fixed"
    YOUDEN = "youden"
    MAX_F1 = "max_f1"
    MAX_ACCURACY = "max_accuracy"
    MIN_SENSITIVITY = "min_sensitivity"
    MIN_SPECIFICITY = "min_specificity"
    COST = "cost"
    GREY_ZONE = "grey_zone"


class CalibrationMethod(StrEnum):
    """What is fitted on validation to bring scores nearer to probabilities."""

    TEMPERATURE = "temperature"
    PLATT = "platt"


class Recalibration(StrEnum):
    """What labelled films of a site change in the probabilities that scores are read as."""

    NONE = "none"
    IN_THE_LARGE = "recalibration in the large"
    LOGISTIC = "logistic recalibration"


class ResultPlace(StrEnum):
    """Where predictions go as DICOM objects."""

    FOLDER = "folder"
    ARCHIVE = "archive"


class HiddenNames(StrEnum):
    """Which collections' files and folders get names that tell nothing of a patient."""

    DICOM = "dicom"
    ALL = "all"
    NONE = "none"


class Source(StrEnum):
    """Where the fetch pipeline takes the radiographs from."""

    PHANTOMS = "phantoms"
    ARCHIVE = "archive"
    FOLDER = "folder"


FITTED_FILMS = {False: "train_images", True: "wide_train_images"}
"""Films that models are fitted on, by whether it is more of each than they see in use."""
