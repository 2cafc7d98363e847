"""Kedro's settings: where parameters come from and what happens around a run."""

from pneumoscope.configuration import RESOLVERS, LayeredConfigLoader
from pneumoscope.hooks import (
    CheckpointHooks,
    LockHooks,
    LogHooks,
    RunnerHooks,
    SelectionHooks,
    SummaryHooks,
)

# The last hook that wants to be first is: a refused runner must not take the lock.
HOOKS = (
    SelectionHooks(),
    LockHooks(),
    RunnerHooks(),
    CheckpointHooks(),
    LogHooks(),
    SummaryHooks(),
)

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
