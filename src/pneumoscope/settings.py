"""Kedro's settings: where parameters come from and what happens around a run."""

from pneumoscope.cluster_hooks import ClusterHooks
from pneumoscope.columns import ColumnHooks
from pneumoscope.configuration import RESOLVERS, LayeredConfigLoader
from pneumoscope.figure_hooks import FigureHooks
from pneumoscope.hooks import (
    CheckpointHooks,
    ExternalHooks,
    InputHooks,
    LockHooks,
    LogHooks,
    RunnerHooks,
    SelectionHooks,
    SummaryHooks,
)
from pneumoscope.released_memory import MemoryHooks
from pneumoscope.run_header import HeaderHooks
from pneumoscope.runs.hooks import RecordHooks
from pneumoscope.runs.tracking_hooks import TrackingHooks
from pneumoscope.session import CheckedSession

# The last hook that wants to be first is: a run that is refused must not take the lock.
HOOKS = (
    SelectionHooks(),
    ExternalHooks(),
    HeaderHooks(),
    RecordHooks(),
    LockHooks(),
    TrackingHooks(),
    ClusterHooks(),
    FigureHooks(),
    InputHooks(),
    RunnerHooks(),
    CheckpointHooks(),
    MemoryHooks(),
    ColumnHooks(),
    LogHooks(),
    SummaryHooks(),
)

SESSION_CLASS = CheckedSession
CONFIG_LOADER_CLASS = LayeredConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    # conf/local: what is true of one machine or one person alone; git ignores it. Named by
    # no --env, it lies over base; any --env takes its place.
    "default_run_env": "local",
    "merge_strategy": {"globals": "soft"},
    # What the five studies have in common stands in conf/base/study/globals.yml.
    "config_patterns": {"globals": ["globals*", "**/globals*"]},
    "custom_resolvers": RESOLVERS,
}
