"""A deck for readers who are no data scientists."""

from pneumoscope.report.slides.deck import deck
from pneumoscope.report.slides.drawing import draw_slides

__all__ = ["deck", "draw_slides"]
