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
    """Numbers computed from scores; every one lies in [0, 1]."""

    ACCURACY = "accuracy"
    PRECISION = "precision"
    SENSITIVITY = "sensitivity"
    SPECIFICITY = "specificity"
    F1 = "f1"
    AUROC = "auroc"
    AVERAGE_PRECISION = "average_precision"
    BRIER = "brier"
    ECE = "ece"
    MACRO_PRECISION = "macro_precision"
    MACRO_RECALL = "macro_recall"
    MACRO_F1 = "macro_f1"


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


class Source(StrEnum):
    """Where the fetch pipeline takes the radiographs from."""

    PHANTOMS = "phantoms"
    ARCHIVE = "archive"
    FOLDER = "folder"
