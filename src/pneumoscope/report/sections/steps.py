"""A stepwise study: what each step brings, and what tuning the threshold on test would add."""

from pneumoscope.counts import agreeing, counted
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.report.blocks import Block, Heading, Table
from pneumoscope.report.cells import Cell
from pneumoscope.report.sections.protocol_bias import excess_in_words
from pneumoscope.report.wording import metric_name, moved
from pneumoscope.studies.records import Step, StudyFindings

FIRST = Estimate(None, reason="the first step has none before it")


def steps_blocks(found: StudyFindings) -> list[Block]:
    """Return the steps side by side and thresholds tuned on test; nothing where there are none."""
    blocks: list[Block] = []
    if found.steps:
        blocks += [Heading("Step by step"), _steps(found)]
    if found.tuning:
        blocks += [Heading("Optimism of tuning the threshold on test"), _tuning(found)]
    return blocks


def _steps(found: StudyFindings) -> Table:
    metrics = found.study.metrics
    rows: list[list[Cell]] = [
        [
            step.name,
            step.threshold,
            *(step.validation[metric] for metric in metrics),
            *(step.test[metric] for metric in metrics),
            *(_change(step, metric) for metric in metrics),
        ]
        for step in found.steps
    ]
    names = [metric_name(metric) for metric in metrics]
    header = [
        "step",
        "threshold",
        *(f"{name}, validation" for name in names),
        *(f"{name}, test" for name in names),
        *(f"change in {name}" for name in names),
    ]
    signed = {f"change in {name}": "+.3f" for name in names}
    return Table(header, rows, _steps_caption(found), signed)


def _steps_caption(found: StudyFindings) -> str:
    metric = found.study.target.metric
    tuned = len(found.study.tuned)
    gains = {step.name: step.change[metric] for step in found.steps if step.change is not None}
    gained = f" A gain of {metric_name(metric)} is {excess_in_words(gains)}." if gains else ""
    return (
        f"Each step against the one before, on the same test films.{gained} The last "
        f"{counted(tuned, 'step')} {agreeing(tuned, 'tunes', 'tune')} the threshold of the last "
        f"model on validation. Validation chooses {found.chosen.name}."
    )


def _tuning(found: StudyFindings) -> Table:
    rows: list[list[Cell]] = [
        [
            tuned.rule,
            metric_name(metric),
            tuned.on_validation.test[metric],
            tuned.on_test.test[metric],
            tuned.optimism[metric],
        ]
        for tuned in found.tuning
        for metric in found.study.metrics
    ]
    header = ["rule", "metric", "chosen on validation", "chosen on test", "optimism"]
    return Table(header, rows, _tuning_caption(found), {"optimism": "+.3f"})


def _tuning_caption(found: StudyFindings) -> str:
    aim = found.study.target.then or found.study.target.metric
    gains = [(tuned.optimism[aim].value or 0.0, tuned) for tuned in found.tuning]
    gain, best = max(gains, key=lambda one: one[0])
    start = "All on the same test films."
    if gain <= 0:
        return f"{start} No rule would have gained {metric_name(aim)} by being read off test."
    return (
        f"{start} Read off test, {best.rule} would have shown {metric_name(aim)} "
        f"{moved(best.optimism[aim])}; what is chosen on test is measured too high there."
    )


def _change(step: Step, metric: Metric) -> Cell:
    return FIRST if step.change is None else step.change[metric]
