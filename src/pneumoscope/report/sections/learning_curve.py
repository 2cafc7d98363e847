"""Whether more films of the source would help."""

from collections.abc import Mapping

from pneumoscope.learning_curve.records import LearningCurve
from pneumoscope.learning_curve.tables import curve_table
from pneumoscope.learning_curve.verdicts import curve_sentences
from pneumoscope.plots.learning_curve import plot_learning_curve
from pneumoscope.plots.png import png_bytes
from pneumoscope.report.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose

TITLE = "Would more films help?"


def learning_curve_section(curves: Mapping[str, LearningCurve]) -> Section:
    """Return what growing parts of train are worth to each recipe that it was measured of.

    Args:
        curves: The block of each recipe to its curve.
    """
    blocks: list[Block] = [Paragraph(prose("learning_curve"))]
    for curve in curves.values():
        blocks += [
            Bullets(curve_sentences(curve)),
            Figure(
                png_bytes(plot_learning_curve(curve_table(curve))),
                prose("learning_curve_figure", model=curve.model, seeds=curve.seeds),
                f"AUROC of {curve.model} on validation against the patients of train.",
            ),
            _table(curve),
        ]
    return Section(TITLE, blocks)


def _table(curve: LearningCurve) -> Table:
    splits = list(curve.points[-1].aurocs)
    rows: list[list[Cell]] = [
        [
            f"{point.share:.1%}",
            point.patients,
            point.radiographs,
            *(point.aurocs[split] for split in splits),
            *(point.left.get(split, "") for split in splits),
        ]
        for point in curve.points
    ]
    header = [
        "part of train", "patients", "films",
        *(f"AUROC, {split}" for split in splits), *(f"left to gain, {split}" for split in splits),
    ]  # fmt: skip
    return Table(header, rows, prose("learning_curve_table"))
