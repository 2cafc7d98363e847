"""Every parameter of the project, typed: a misspelt key or an impossible value fails at once."""

from pneumoscope.options.base import Options
from pneumoscope.options.evaluation import (
    EvaluationOptions,
    GreyZoneOptions,
    ThresholdOptions,
)
from pneumoscope.options.fetch import (
    ArchiveOptions,
    FetchOptions,
    PhantomOptions,
)
from pneumoscope.options.ingestion import IngestionOptions
from pneumoscope.options.preprocessing import (
    ClaheOptions,
    PreprocessingOptions,
    StressOptions,
    StressVariant,
)
from pneumoscope.options.reporting import ReportOptions
from pneumoscope.options.splitting import SplitOptions
from pneumoscope.options.training import (
    AugmentationOptions,
    BackboneOptions,
    CnnOptions,
    FittingOptions,
    MlpOptions,
    ModelOptions,
)

__all__ = [
    "ArchiveOptions",
    "AugmentationOptions",
    "BackboneOptions",
    "ClaheOptions",
    "CnnOptions",
    "EvaluationOptions",
    "FetchOptions",
    "FittingOptions",
    "GreyZoneOptions",
    "IngestionOptions",
    "MlpOptions",
    "ModelOptions",
    "Options",
    "PhantomOptions",
    "PreprocessingOptions",
    "ReportOptions",
    "SplitOptions",
    "StressOptions",
    "StressVariant",
    "ThresholdOptions",
]
