"""Kedro's settings: where parameters come from and what happens around a run."""

from pneumoscope.configuration import RESOLVERS
from pneumoscope.hooks import CheckpointHooks, SelectionHooks, SummaryHooks

HOOKS = (SelectionHooks(), CheckpointHooks(), SummaryHooks())

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "base",
    # An override of one parameter must not drop its siblings.
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
    "custom_resolvers": RESOLVERS,
}
