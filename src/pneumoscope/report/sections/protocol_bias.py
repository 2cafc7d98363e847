"""The bias within a protocol: its validation against its test, and patient leakage."""

from collections.abc import Mapping

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import MARGIN, Verdict, difference, judge_excess
from pneumoscope.naming import Metric
from pneumoscope.report.blocks import Block, Heading, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined, metric_name
from pneumoscope.studies.records import LeakagePart, PatientLeakage, StudyFindings

_SAID = {
    Verdict.SHOWN: "shown for",
    Verdict.SMALL: f"shown to stay below {MARGIN:g} for",
    Verdict.OPEN: "neither shown nor ruled out for",
}

SAME = Estimate(None, reason="validation is the test part itself")


def bias_blocks(found: StudyFindings, subjects: str) -> list[Block]:
    """Show validation beside test under each protocol, and what patient leakage does.

    Args:
        found: What the study comes to.
        subjects: Who was radiographed, in the plural.
    """
    blocks: list[Block] = [Heading("Validation against test"), _optimism(found)]
    for arm, models in found.leakage.items():
        blocks += [Heading(f"Patient leakage under {arm}"), _leakage(models, found, subjects)]
    return blocks


def excess_in_words(excesses: Mapping[str, Estimate]) -> str:
    """Return of which names an excess is shown, small or open: "shown for cnn; …".

    Args:
        excesses: Name to how much larger something is, with its interval; all are read together.
    """
    named: dict[Verdict, list[str]] = {}
    for name, excess in excesses.items():
        named.setdefault(judge_excess(excess, MARGIN, len(excesses)), []).append(name)
    return "; ".join(
        f"{_SAID[verdict]} {joined(named[verdict])}" for verdict in _SAID if verdict in named
    )


def _optimism(found: StudyFindings) -> Table:
    metric = found.study.target.metric
    rows: list[list[Cell]] = []
    excesses: dict[str, Estimate] = {}
    for arm, result in found.arms.items():
        for name, tested in result.test.models.items():
            validated = result.validation.models[name][metric]
            excess = SAME
            # The same radiographs give the same figures, to the last digit of each interval.
            if result.validation != result.test:
                excess = excesses[f"{name} under {arm}"] = difference(validated, tested[metric])
            rows.append([arm, name, result.validation.n, validated, tested[metric], excess])
    named = metric_name(metric)
    header = [
        "protocol", "model", "films in validation", f"{named}, validation", f"{named}, test",
        "optimism",
    ]  # fmt: skip
    caption = prose("optimism", verdict=excess_in_words(excesses))
    return Table(header, rows, caption, {"optimism": "+.3f"})


def _leakage(models: Mapping[str, PatientLeakage], found: StudyFindings, subjects: str) -> Table:
    rows: list[list[Cell]] = [
        [name, metric_name(metric), _of_part(parts.leaked, metric), _of_part(parts.new, metric)]
        for name, parts in models.items()
        for metric in found.study.metrics
    ]
    header = ["model", "metric", f"{subjects} in train too", f"{subjects} in test alone"]
    parts = next(iter(models.values()))
    leaked, new = (f"{part.n:,} films of {part.patients:,}" for part in (parts.leaked, parts.new))
    caption = prose("patient_leakage", subjects=subjects, leaked=leaked, new=new)
    return Table(header, rows, caption)


def _of_part(part: LeakagePart, metric: Metric) -> Cell:
    return part.metrics[metric] if part.n else Estimate(None, reason="no such film is in test")
