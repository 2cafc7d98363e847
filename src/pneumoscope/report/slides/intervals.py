"""What the lines and brackets of slides are."""

from collections.abc import Sequence

from pneumoscope.report.slides.blocks import Bar
from pneumoscope.report.slides.context import Context


def intervals(context: Context) -> str:
    """Return what lines and brackets are: "95% intervals over patients"."""
    return f"{context.evaluation.confidence:.0%} intervals over {context.subjects}"


def lines(context: Context, bars: Sequence[Bar]) -> str:
    """Say what the lines are, where there are any."""
    drawn = any(bar.low is not None for bar in bars)
    return f" Lines: {intervals(context)}." if drawn else ""
