"""How the run was made and how its numbers read."""

from collections.abc import Mapping

from pneumoscope.report.blocks import Heading, Section, Table
from pneumoscope.report.wording import readable

TERMS = (
    ("sensitivity", "share of the PNEUMONIA radiographs that are found"),
    ("specificity", "share of the NORMAL radiographs that are left alone"),
    ("precision", "share of the radiographs called PNEUMONIA that are PNEUMONIA; falls where "
     "pneumonia is rarer than here"),
    ("AUROC", "chance that a PNEUMONIA radiograph scores above a NORMAL one; 0.5 is guessing; "
     "needs no threshold"),
    ("threshold", "scores at or above it are called PNEUMONIA; fixed beforehand or chosen on "
     "validation alone"),
    ("Brier score", "mean squared distance of the score from the truth; 0 is perfect"),
    ("ECE", "expected calibration error: mean distance between score and observed share; "
     "0 is perfect"),
    ("macro", "mean over the two classes, each counting the same"),
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
