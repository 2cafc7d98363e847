"""Train, compare and honestly evaluate pneumonia classifiers on chest radiographs."""

import os
import sys

from pneumoscope.quiet import QuietImport

__version__ = "0.1.0"

NOTICE = "For research and teaching. Not for diagnosis."
"""Shown wherever a result is shown."""

# TensorFlow's notices would bury the progress lines; whoever sets another level sees them.
if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "3":
    sys.meta_path.insert(0, QuietImport())

# Where no file of the project forbids it, as in a package, Kedro's telemetry sends what was run.
os.environ.setdefault("KEDRO_DISABLE_TELEMETRY", "1")

# onnxruntime, as it is published, sends its maker names and hashes of each model that it loads.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# MLflow's client, which is used where a run is tracked, tells its maker what it is used for.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")

# Read as Arrow is loaded. What reads Parquet takes this pool whatever Python is told later, and
# Arrow's own keeps most of what a table took (`released_memory`).
if sys.platform == "linux":
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
