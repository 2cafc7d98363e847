"""The split policy, chosen by what parts a collection has where nobody has chosen one."""

import pandas as pd

from pneumoscope.ingestion.layout import UNASSIGNED
from pneumoscope.naming import Column, Split, SplitPolicy
from pneumoscope.options import SplitOptions


def settled(options: SplitOptions, manifest: pd.DataFrame) -> tuple[SplitOptions, str]:
    """Choose the policy where it is `auto`: `official` with a test part and others, else `pooled`.

    Args:
        options: As configured.
        manifest: One row per radiograph.

    Returns:
        The options with a policy that is none but `auto`, and why, in a sentence; an empty one
        where the policy was named.
    """
    if options.policy is not SplitPolicy.AUTO:
        return options, ""
    parts = set(manifest[Column.SOURCE_SPLIT]) - {UNASSIGNED}
    if Split.TEST in parts and len(parts) > 1:
        chosen, why = SplitPolicy.OFFICIAL, "the radiographs came with a test part"
    else:
        alone = f"as {' and '.join(sorted(parts))} alone"
        given = f"they came {alone if parts else 'without'}"
        chosen, why = SplitPolicy.POOLED, f"train and test must be cut, for {given}"
    sentence = f"The policy was chosen by what is there: {why}."
    return options.model_copy(update={"policy": chosen}), sentence
