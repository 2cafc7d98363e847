"""Every parameter of the project, typed: a misspelt key or an impossible value fails at once."""

from pneumoscope.options.acquisition import AcquisitionOptions
from pneumoscope.options.base import Options
from pneumoscope.options.collections import CollectionOptions
from pneumoscope.options.decoding import DecodingOptions
from pneumoscope.options.evaluation import (
    EvaluationOptions,
    GreyZoneOptions,
    OutOfDistributionOptions,
    ThresholdOptions,
)
from pneumoscope.options.explanation import ExplanationOptions, SmoothGradOptions
from pneumoscope.options.fetch import (
    FetchOptions,
    PhantomOptions,
)
from pneumoscope.options.inference import InferenceOptions
from pneumoscope.options.ingestion import IngestionOptions
from pneumoscope.options.learning_curve import LearningCurveOptions
from pneumoscope.options.preprocessing import (
    ClaheOptions,
    PreprocessingOptions,
    StressOptions,
    StressVariant,
)
from pneumoscope.options.reporting import ReportOptions
from pneumoscope.options.robustness import RobustnessOptions, StrengthOptions
from pneumoscope.options.site_update import SiteUpdateOptions
from pneumoscope.options.splitting import SplitOptions
from pneumoscope.options.study import (
    PublishedOptions,
    StudyOptions,
    TargetOptions,
)
from pneumoscope.options.training import (
    ArchitectureOptions,
    AugmentationOptions,
    BackboneOptions,
    CnnOptions,
    FittingOptions,
    MlpOptions,
    ModelOptions,
    Recipe,
)
from pneumoscope.options.tuning import TuningOptions

__all__ = [
    "AcquisitionOptions",
    "ArchitectureOptions",
    "AugmentationOptions",
    "BackboneOptions",
    "ClaheOptions",
    "CnnOptions",
    "CollectionOptions",
    "DecodingOptions",
    "EvaluationOptions",
    "ExplanationOptions",
    "FetchOptions",
    "FittingOptions",
    "GreyZoneOptions",
    "InferenceOptions",
    "IngestionOptions",
    "LearningCurveOptions",
    "MlpOptions",
    "ModelOptions",
    "Options",
    "OutOfDistributionOptions",
    "PhantomOptions",
    "PreprocessingOptions",
    "PublishedOptions",
    "Recipe",
    "ReportOptions",
    "RobustnessOptions",
    "SiteUpdateOptions",
    "SmoothGradOptions",
    "SplitOptions",
    "StrengthOptions",
    "StressOptions",
    "StressVariant",
    "StudyOptions",
    "TargetOptions",
    "ThresholdOptions",
    "TuningOptions",
]
