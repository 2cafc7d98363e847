"""Page one: what the model in view finds and misses, where it fails, and how to repeat the run."""

from collections.abc import Sequence

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import Confusion, Groups, ModelMetrics
from pneumoscope.evaluation.subgroups import shown_deficits
from pneumoscope.evaluation.verdict import MARGIN, Verdict
from pneumoscope.external.verdicts import falls
from pneumoscope.naming import Label, Metric, PatientRule, Split
from pneumoscope.progress import duration
from pneumoscope.report.blocks import Block, Heading, Paragraph, Section, Table
from pneumoscope.report.carried_over import carried_over, carried_over_in_words
from pneumoscope.report.cells import Cell
from pneumoscope.report.findings import Findings
from pneumoscope.report.limits import SMALL_TEST
from pneumoscope.report.prose import prose
from pneumoscope.report.sections.elsewhere import elsewhere_headline
from pneumoscope.report.sections.external import verdicts
from pneumoscope.report.wording import joined, metric_name, percent
from pneumoscope.run_facts import RunFacts

TITLE = "Verdict"
WORST = 3
"""Kinds of films, and kinds of altered films, that a sentence names."""


def verdict_section(found: Findings, subjects: str, confidence: float) -> Section:
    """Return the verdict on the model that validation ranks first.

    Args:
        found: What the run found.
        subjects: Who was radiographed, in the plural.
        confidence: Coverage of the intervals.
    """
    name = found.ranking[0]
    answers = [
        ["Does validation hold on test?", carried_over_in_words(found.metrics[name].splits)],
        ["Where does it fail?", _failures(name, found)],
        ["At other sites?", _elsewhere(name, found)],
        ["May it be trusted?", _trust(name, found, subjects)],
    ]
    blocks: list[Block] = [
        Paragraph(_which(name, found)),
        _of_100(found.metrics[name], subjects, confidence),
        Table(["question", "answer"], answers),
        *_reproduction(name, found),
    ]
    return Section(TITLE, blocks)


def _which(name: str, found: Findings) -> str:
    others = len(found.metrics) - 1
    ranked = "the only model" if not others else f"which validation ranks first of {others + 1}"
    point = found.metrics[name].operating_point
    return f"{name}, {ranked}, on test, at the threshold {point.threshold:.3f} locked before it."


def _of_100(measured: ModelMetrics, subjects: str, confidence: float) -> Table:
    """Return what is found, missed and falsely alarmed of 100, by film and by patient."""
    test = measured.splits[Split.TEST]
    mean = test.by_patient[PatientRule.MEAN_SCORE]
    films = measured.at_threshold.splits[Split.TEST].confusion
    columns = [(test.metrics, films), (mean.metrics, mean.confusion)]
    rows: list[list[Cell]] = [
        ["found", *_cells(columns, Metric.SENSITIVITY, wrong=False)],
        ["missed", *_cells(columns, Metric.SENSITIVITY, wrong=True)],
        ["false alarms", *_cells(columns, Metric.SPECIFICITY, wrong=True)],
    ]
    header = ["of 100", "radiographs", "counted", subjects, "counted"]
    caption = prose("verdict", interval=f"{confidence:.0%}", subjects=subjects)
    return Table(header, rows, caption, {"radiographs": ".1f", subjects: ".1f"})


def _cells(columns: Sequence[tuple], metric: Metric, wrong: bool) -> list[Cell]:
    cells: list[Cell] = []
    for metrics, confusion in columns:
        share: Estimate = metrics[metric]
        of_100 = (share.complement if wrong else share).scaled(100)
        cells += [of_100, _count(confusion, metric, wrong)]
    return cells


def _count(confusion: Confusion, metric: Metric, wrong: bool) -> str:
    if metric is Metric.SENSITIVITY:
        label, right, missed = Label.PNEUMONIA, confusion.tp, confusion.fn
    else:
        label, right, missed = Label.NORMAL, confusion.tn, confusion.fp
    return f"{missed if wrong else right:,} of {right + missed:,} {label}"


def _failures(name: str, found: Findings) -> str:
    """Name the kinds of test films that are served worst, and films unlike train that pass."""
    groups = found.metrics[name].subgroups.splits[Split.TEST]
    shown = _behind(shown_deficits(groups))
    sentence = (
        f"Worst, against all other test films: {shown}."
        if shown
        else f"On no kind of test films is it shown to do worse{_most(groups)}."
    )
    return f"{sentence}{_unlike(name, found)}"


def _most(groups: Groups) -> str:
    """Name the group that lies furthest behind without being shown to."""
    behind = [
        (f"{attribute} {name}", metric, deficit)
        for attribute, of_attribute in groups.items()
        for name, group in of_attribute.items()
        for metric, deficit in group.deficits.items()
        if (deficit.value or 0) > 0
    ]
    return f"; furthest behind, by chance perhaps: {_behind(behind, 1)}" if behind else ""


def _behind(found: Sequence[tuple[str, Metric, Estimate]], most: int = WORST) -> str:
    worst = sorted(found, key=lambda one: -(one[2].value or 0))[:most]
    return joined([f"{group} ({metric_name(m)} lower by {by})" for group, m, by in worst])


def _unlike(name: str, found: Findings) -> str:
    detection = found.detections.get(name)
    if detection is None:
        return ""
    missed = {
        kind: one.share
        for kind, one in detection.found.items()
        if one.share.value is not None and one.share.value < 1 - MARGIN
    }
    if not missed:
        return " Films unlike train, of the kinds that were tried, are flagged."
    least = sorted(missed, key=lambda kind: missed[kind].value or 0)[:WORST]
    kinds = joined([f"{kind} ({percent(missed[kind].value or 0)} flagged)" for kind in least])
    return f" Films unlike train that often pass unnoticed: {kinds}."


def _elsewhere(name: str, found: Findings) -> str:
    sentences = verdicts(name, found.external, [Split.TEST])
    if sentences:
        return " ".join(sentences)
    unknown = "Not measured: how good it is on films of others is unknown."
    return " ".join([unknown, *elsewhere_headline(name, found.metrics[name])])


def _trust(name: str, found: Findings, subjects: str) -> str:
    reasons = _against(name, found, subjects)
    if not reasons:
        return prose("trust")
    return f"{prose('distrust')} {'; '.join(reasons)}."


def _against(name: str, found: Findings, subjects: str) -> list[str]:
    """List what speaks against relying on the figures, as far as the run knows."""
    measured = found.metrics[name]
    test, held = measured.splits[Split.TEST], carried_over(measured.splits)[0]
    sites = found.external.of(name)
    reasons = {
        "the films are synthetic": found.synthetic,
        "the split protocol flatters the model": found.split_audit.flaws,
        "validation does not hold on test": held is Verdict.SHOWN,
        "whether validation holds on test cannot be told": held is Verdict.OPEN,
        "it does worse on some kinds of films": shown_deficits(
            measured.subgroups.splits[Split.TEST]
        ),
        "numbers without a lung tell the classes (shortcuts)": any(
            one.warns for one in found.ingestion_audit.shortcuts
        ),
        f"the test is small ({test.patients:,} {subjects})": test.patients < SMALL_TEST,
        "no other site was measured": not sites,
        "it does worse at another site": any(falls(one, len(sites)) for one in sites.values()),
    }
    return [reason for reason, holds in reasons.items() if holds]


def _reproduction(name: str, found: Findings) -> list[Block]:
    if found.run is None:
        return []
    rows = [[fact, value] for fact, value in _facts(found.run, name, found).items() if value]
    return [Heading("How to repeat it"), Table(["fact", "value"], rows)]


def _facts(run: RunFacts, name: str, found: Findings) -> dict[str, str]:
    origin = found.origins.get(name)
    return {
        "date": run.date,
        "command": run.command,
        "environment": run.environment,
        "duration": "" if run.seconds is None else f"{duration(run.seconds)} up to this page",
        "commit": run.commit,
        "seed": str(origin.seed) if origin else "",
        "training films": f"SHA-256 {origin.data.sha256}" if origin else "",
        "weights": f"SHA-256 {found.metrics[name].model.fingerprint}",
        "machine": run.machine,
        "packages": ", ".join(f"{one} {number}" for one, number in run.packages.items()),
    }
