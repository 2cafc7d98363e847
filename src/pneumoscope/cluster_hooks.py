"""The cluster of a run: reached before anything is done, left when it ends."""

import logging
import os
from contextlib import ExitStack

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl

from pneumoscope.engine import over

logger = logging.getLogger(__name__)


class ClusterHooks:
    """Has mappings run on the cluster that `--params cluster=` or DASK_SCHEDULER names."""

    def __init__(self) -> None:
        """Use none."""
        self._open = ExitStack()

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Remember what the run was configured by."""
        self._context = context

    @hook_impl(tryfirst=True)
    def before_pipeline_run(self) -> None:
        """Reach the cluster and say what it is; register after `LockHooks`.

        Raises:
            InputError: It cannot be reached, or its extra is not installed.
        """
        from pneumoscope.cluster import named_cluster, open_cluster

        self._open.close()  # a run that another hook refused has left it open
        name = named_cluster(self._context.config_loader["parameters"], os.environ)
        if name is None:
            return
        cluster = open_cluster(name)
        self._open.callback(cluster.close)
        self._open.enter_context(over(cluster))
        logger.info(cluster.describe())

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self) -> None:
        """Leave the cluster."""
        self._open.close()

    @hook_impl(tryfirst=True)
    def on_pipeline_error(self) -> None:
        """Leave the cluster."""
        self._open.close()
