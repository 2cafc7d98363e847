"""How the run was made and how its numbers read."""

from collections.abc import Mapping

from pneumoscope.naming import Metric
from pneumoscope.report.blocks import Heading, Section, Table
from pneumoscope.report.wording import readable

TERMS = (
    *((metric.label, metric.meaning) for metric in Metric),
    ("threshold", "scores at or above it are called PNEUMONIA; fixed beforehand or chosen on "
     "validation alone"),
    ("interval", "range the number would vary in, had other patients been drawn"),
)  # fmt: skip


def about_section(facts: Mapping[str, object]) -> Section:
    """Return the facts of the run and a glossary.

    Args:
        facts: Name to value, in the order to show; None shows as "n/a".
    """
    rows = [
        [readable(name), None if value is None else str(value)] for name, value in facts.items()
    ]
    return Section(
        "About this run",
        [
            Table(["fact", "value"], rows),
            Heading("How to read the numbers"),
            Table(["word", "meaning"], TERMS),
        ],
    )
