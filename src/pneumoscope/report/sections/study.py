"""A published study: its target met or not, and the bias of its protocol."""

from collections.abc import Mapping, Sequence

from pneumoscope.decimals import decimal
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.options import StudyOptions
from pneumoscope.report.blocks import Block, Bullets, Figure, Note, Paragraph, Section, Table
from pneumoscope.report.prose import prose
from pneumoscope.report.sections.protocol_bias import bias_blocks, excess_in_words
from pneumoscope.report.sections.steps import steps_blocks
from pneumoscope.report.wording import joined, metric_name
from pneumoscope.studies.records import Difference, StudyFindings, TargetVerdict

UNPUBLISHED = Estimate(None, reason="the study published no such number")


def study_section(found: StudyFindings, subjects: str, figure: bytes | None = None) -> Section:
    """Return the verdict, the published beside the repeated numbers, and the protocol's bias.

    Args:
        found: What the study comes to.
        subjects: Who was radiographed, in the plural.
        figure: PNG of the target's metric under each protocol, or None to leave it out.
    """
    study = found.study
    blocks: list[Block] = [_verdict(found), Paragraph(_read_first(found, subjects))]
    blocks += [Bullets(_protocols(found)), _beside_each_other(found, subjects)]
    if figure is not None:
        alt = f"{metric_name(study.target.metric)} of each model under each protocol."
        blocks.append(Figure(figure, _figure_caption(study, subjects), alt))
    blocks += [*bias_blocks(found, subjects), *steps_blocks(found)]
    blocks.append(Note("How this differs from the study", study.differs))
    return Section(f"The study: {study.name}", blocks)


def study_headline(found: StudyFindings) -> str:
    """Return in one sentence whether the study's target is met."""
    study, target = found.study, found.study.target
    return (
        f"Target of {study.name}, {metric_name(target.metric)} of {target.at_least:g} or more: "
        f"{found.verdict}. {found.chosen.name}, chosen on validation, reaches "
        f"{found.chosen.test[target.metric]} on test under the protocol {study.honest}."
        f"{' ' + prose('all_positive') if _is_all_positive(found) else ''}"
    )


def _is_all_positive(found: StudyFindings) -> bool:
    """Whether what was chosen decides on test as one that calls every film PNEUMONIA."""
    # Ranking needs no threshold; all else is decided by it.
    return all(
        found.chosen.test[metric].value == baseline.value
        for metric, baseline in found.all_positive.items()
        if metric is not Metric.AUROC
    )


def _verdict(found: StudyFindings) -> Note:
    study, then = found.study, found.study.target.then
    second = (
        [f"Then, {metric_name(then)} is to be as high as possible: {found.chosen.test[then]}."]
        if then
        else []
    )
    lines = [study.asked, f"The bound: {study.target.source}.", *second, _baseline(found)]
    warns = found.verdict is not TargetVerdict.MET or _is_all_positive(found)
    return Note(study_headline(found), lines, warns=warns)


def _baseline(found: StudyFindings) -> str:
    """Say what the target is worth: what the all-positive baseline reaches."""
    target, value = found.study.target, found.all_positive[found.study.target.metric].value
    name = metric_name(target.metric)
    if value is None:
        return f"{name} of the all-positive baseline is undefined."
    start = (
        f"The all-positive baseline (every film of this test PNEUMONIA) has {name} {decimal(value)}"
    )
    if value >= target.at_least:
        return f"{start}: the target alone can be met without looking at a film."
    return f"{start}, which misses the target."


def _read_first(found: StudyFindings, subjects: str) -> str:
    study = found.study
    start = f"What the study did: {study.protocol} The bias of that: {study.bias}"
    return f"{start} {_tested_on(found, subjects)}"


def _tested_on(found: StudyFindings, subjects: str) -> str:
    study, judged = found.study, found.arms[found.study.honest].test
    films = f"{judged.n:,} films of {judged.patients:,} {subjects}"
    if len(study.arms) == 1:
        return f"Here there is one protocol, with {films} on test:"
    compared = [model for models in found.differences.values() for model in models.values()]
    if all(difference.paired for difference in compared):
        return f"Repeated here, all with the same {films} on test:"
    tested = joined([f"{found.arms[arm].test.n:,} in {arm}" for arm in study.arms])
    return f"Repeated here, with other films on test in each ({tested}):"


def _protocols(found: StudyFindings) -> list[str]:
    return [
        " ".join([f"{arm}: {what}", *found.arms[arm].flaws])
        for arm, what in found.study.arms.items()
    ]


def _beside_each_other(found: StudyFindings, subjects: str) -> Table:
    study = found.study
    published = {one.architecture: one.metrics for one in study.published}
    others = [arm for arm in study.arms if arm != study.honest]
    rows = [
        [
            name,
            metric_name(metric),
            *([published.get(name, {}).get(metric, UNPUBLISHED)] if published else []),
            *(found.arms[arm].test.models[name][metric] for arm in study.arms),
            *(found.differences[arm][name].metrics[metric] for arm in others),
        ]
        for name in found.arms[study.honest].test.models
        for metric in study.metrics
    ]
    compared = [f"{arm} − {study.honest}" for arm in others]
    header = ["model", "metric", *(["published"] if published else []), *study.arms, *compared]
    caption = _table_caption(found, subjects, others)
    return Table(header, rows, caption, dict.fromkeys(compared, "+.3f"))


def _table_caption(found: StudyFindings, subjects: str, others: Sequence[str]) -> str:
    sources = [f"{one.architecture}: {one.source}" for one in found.study.published]
    return " ".join(
        [
            f"Test, with intervals over {subjects} below the values.",
            f"Published: {'; '.join(sources)}." if sources else "The study published no number.",
            *(_bias(found, arm) for arm in others),
        ]
    )


def _bias(found: StudyFindings, arm: str) -> str:
    """Say of one protocol whether it raises the target's metric."""
    metric = found.study.target.metric
    compared = found.differences[arm]
    start = (
        f"{arm} − {found.study.honest}, "
        f"{'paired by patient' if _paired(compared) else 'on other films'}: "
    )
    excesses = {name: difference.metrics[metric] for name, difference in compared.items()}
    return f"{start}a higher {metric_name(metric)} is {excess_in_words(excesses)}."


def _paired(compared: Mapping[str, Difference]) -> bool:
    return all(difference.paired for difference in compared.values())


def _figure_caption(study: StudyOptions, subjects: str) -> str:
    return prose("study_figure", subjects=subjects, compared=len(study.arms) > 1)
