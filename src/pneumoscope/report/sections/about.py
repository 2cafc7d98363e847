"""Facts of the run, and a glossary of the metrics."""

from collections.abc import Mapping

from pneumoscope.naming import Metric
from pneumoscope.report.blocks import Heading, Section, Table
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import readable


def about_section(facts: Mapping[str, object]) -> Section:
    """Return the facts of the run and a glossary.

    Args:
        facts: Name to value, in the order to show; None shows as "n/a".
    """
    rows = [
        [readable(name), None if value is None else str(value)] for name, value in facts.items()
    ]
    terms = [
        *((metric.label, metric.meaning) for metric in Metric),
        *((term, prose("meaning", term=term)) for term in ("threshold", "interval")),
    ]
    return Section(
        "About this run",
        [
            Table(["fact", "value"], rows),
            Heading("How to read the numbers"),
            Table(["word", "meaning"], terms),
        ],
    )
