"""By how much a subgroup is worse than all other radiographs, for many groups at once."""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from pneumoscope.arrays import BoolArray
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.measured import Measured, paired_difference
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.sample import Sample
from pneumoscope.naming import Metric

Kind = TypeVar("Kind", bound=Hashable)
_ABSENT = "no radiograph of that class"


def deficits(
    sample: Sample, threshold: float, kinds: Mapping[Kind, BoolArray], confidence: float
) -> dict[Kind, dict[Metric, Estimate]]:
    """Subtract sensitivity and specificity of each kind from that of all other radiographs.

    Args:
        sample: All radiographs.
        threshold: A score of at least this is predicted PNEUMONIA.
        kinds: Name to shape (n,), true where a radiograph is of that kind.
        confidence: Share of samples in which all intervals hold their difference (Bonferroni).

    Returns:
        By kind the differences, above 0 where it is served worse; a metric is left out where the
        kind, or all others, lack the class that it is of.
    """
    classes = {Metric.SENSITIVITY: sample.label, Metric.SPECIFICITY: ~sample.label}
    compared = [
        (kind, metric, members & of_class, of_class & ~members)
        for kind, members in kinds.items()
        for metric, of_class in classes.items()
        if (members & of_class).any() and (of_class & ~members).any()
    ]
    alone = 1 - (1 - confidence) / max(1, len(compared))
    right = (sample.score >= threshold) == sample.label

    def share(part: BoolArray) -> Measured:
        counts = sample.by_patient(right & part), sample.by_patient(part)
        return proportion(*counts, alone, _ABSENT)

    found: dict[Kind, dict[Metric, Estimate]] = {kind: {} for kind in kinds}
    for kind, metric, members, others in compared:
        found[kind][metric] = paired_difference(share(others), share(members), alone)
    return found
