"""How far test lies from train."""

from collections.abc import Mapping
from typing import Any

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric, Split
from pneumoscope.report.blocks import Block, Bullets, Figure, Heading, Paragraph, Section, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.wording import joined, metric_name, readable
from pneumoscope.robustness.features import FEATURES
from pneumoscope.robustness.shift import SETS
from pneumoscope.robustness.wording import with_interval

INTRODUCTION = (
    "A classifier is asked, class by class, which films are of test and which of train. It is "
    "given a few simple numbers that say nothing of lungs: nine of the pixels (tones, sharpness, "
    "the border) and seven of the file (size, compression, colour). An AUROC of 0.5 means that it "
    "guesses; 0.9, that of a film of each it picks the right one nine times out of ten. Validation "
    "comes from the source of train and is the control: there it should guess."
)
BASELINE = (
    "The same numbers, fitted on train, are then asked which film shows PNEUMONIA. What they reach "
    "on test can be had without looking at a lung; compare it with what the models reach there."
)
LEGEND = (
    "Above: several numbers together. Middle: the classes. Below: the most telling single numbers, "
    "in either direction. Bars are intervals over patients."
)
KNOWN = (Metric.AUROC, Metric.ACCURACY, Metric.SENSITIVITY, Metric.SPECIFICITY)


def shift_section(shift: Mapping[str, Any], figure: bytes | None) -> Section:
    """Return the verdicts on each class, the figure, and the tables behind it.

    Args:
        shift: What `measure_shift` gave.
        figure: PNG of it; None leaves it out.
    """
    classes, alone = shift["classes"], shift["features_alone"]
    verdicts = [
        found[split]["verdict"]
        for found in classes.values()
        for split in (Split.TEST, Split.VALIDATION)
    ]
    blocks: list[Block] = [Paragraph(INTRODUCTION), Bullets(verdicts)]
    if figure is not None and _anything_known(shift):
        alt = "AUROC of simple numbers, by split and class."
        blocks.append(Figure(figure, f"{_told(classes)} {LEGEND}", alt))
    blocks += [
        *_telling(classes),
        Heading("What can be had without looking at a lung"),
        Paragraph(f"{BASELINE} {alone['verdict']}"),
        _alone(alone),
    ]
    return Section("Are test films like training films?", blocks)


def _anything_known(shift: Mapping[str, Any]) -> bool:
    told = [found[split]["all numbers"] for found in shift["classes"].values() for split in found]
    told += [found[Metric.AUROC] for part in SETS for found in _by_split(shift, part)]
    return any(auroc["value"] is not None for auroc in told)


def _by_split(shift: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    return list(shift["features_alone"][part].values())


def _told(classes: Mapping[str, Any]) -> str:
    """Name the AUROC of each class; the verdicts say what follows."""
    aurocs = {label: found[Split.TEST]["all numbers"] for label, found in classes.items()}
    named = [
        f"{label} not comparable" if auroc["value"] is None else f"{label} {with_interval(auroc)}"
        for label, auroc in aurocs.items()
    ]
    return (
        f"Test against train by all numbers: {joined(named)}. The further from the dashed line, "
        "the less a score of films like those of train promises for test."
    )


def _telling(classes: Mapping[str, Any]) -> list[Block]:
    rows: list[list[Cell]] = [
        [label, FEATURES[row["feature"]], row["auroc"], *row["medians"]]
        for label, found in classes.items()
        for row in found[Split.TEST]["telling"]
    ]
    if not rows:
        return []
    return [
        Table(
            ["class", "one number alone", "AUROC", "median in train", "median in test"],
            rows,
            "How well each number alone tells test from train, the most telling first",
            {"AUROC": ".2f", "median in train": ".4g", "median in test": ".4g"},
            folded=True,
        )
    ]


def _alone(alone: Mapping[str, Any]) -> Table:
    rows: list[list[Cell]] = [
        [readable(name), str(split), *(_cell(alone[name][split][metric]) for metric in KNOWN)]
        for name in SETS
        for split in Split
    ]
    header = ["numbers", "split", *map(metric_name, KNOWN)]
    caption = (
        "PNEUMONIA told from NORMAL by these numbers alone; on train by patients left out of the "
        "fit. A model that is not clearly better on test may have learned no more than this."
    )
    return Table(header, rows, caption, dict.fromkeys(map(metric_name, KNOWN), ".2f"))


def _cell(measured: Mapping[str, Any]) -> Cell:
    if measured["value"] is None:
        return Estimate(None, reason=measured["reason"])
    return Estimate(measured["value"], measured["low"], measured["high"])
