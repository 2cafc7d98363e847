"""A published study: its target met or not, and what its protocol flatters."""

from collections.abc import Mapping, Sequence
from typing import Any

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric, Split
from pneumoscope.options import StudyOptions
from pneumoscope.report.blocks import Block, Bullets, Figure, Note, Paragraph, Section, Table
from pneumoscope.report.estimates import difference_cell, estimate_cell, estimate_in_words
from pneumoscope.report.sections.protocol_bias import flattery_blocks
from pneumoscope.report.sections.steps import ladder_blocks
from pneumoscope.report.wording import joined, metric_name
from pneumoscope.studies.targets import Verdict

SEES_NOTHING = " It calls every film PNEUMONIA: what is met is met by a model that sees nothing."
UNPUBLISHED = Estimate(None, reason="the study published no such number")


def study_section(found: Mapping[str, Any], figure: bytes | None = None) -> Section:
    """Return the verdict, the published beside the repeated numbers, and what flatters them.

    Args:
        found: `study.json`.
        figure: PNG of the target's metric under each protocol, or None to leave it out.
    """
    study = StudyOptions.model_validate(found["study"])
    blocks: list[Block] = [_verdict(found, study), Paragraph(_read_first(found, study))]
    blocks += [Bullets(_protocols(found, study)), _beside_each_other(found, study)]
    if figure is not None:
        alt = f"{metric_name(study.target.metric)} of each model under each protocol."
        blocks.append(Figure(figure, _figure_caption(study), alt))
    blocks += flattery_blocks(found, study)
    blocks += ladder_blocks(found, study)
    blocks.append(Note("How this differs from the study", study.differs))
    return Section(f"The study: {study.name}", blocks)


def study_headline(found: Mapping[str, Any]) -> str:
    """Return in one sentence whether the study's target is met."""
    study = StudyOptions.model_validate(found["study"])
    chosen, target = found["chosen"], study.target
    reached = estimate_in_words(chosen["test"][target.metric])
    return (
        f"Target of {study.name}, {metric_name(target.metric)} of {target.at_least:g} or more: "
        f"{chosen['verdict']}. {chosen['name']}, chosen on validation, reaches {reached} on test "
        f"under the protocol {study.honest}.{SEES_NOTHING if _sees_nothing(found) else ''}"
    )


def _sees_nothing(found: Mapping[str, Any]) -> bool:
    """Whether what was chosen decides on test as one that calls every film PNEUMONIA."""
    reached = {name: value["value"] for name, value in found["chosen"]["test"].items()}
    # Ranking needs no threshold; all else is decided by it.
    decided = {name: value for name, value in found["everyone_ill"].items() if name != Metric.AUROC}
    return all(reached[name] == value for name, value in decided.items())


def _verdict(found: Mapping[str, Any], study: StudyOptions) -> Note:
    then = study.target.then
    second = (
        f"Then, {metric_name(then)} is to be as high as possible: "
        f"{estimate_in_words(found['chosen']['test'][then])}."
        if then
        else ""
    )
    told = [f"The bound: {study.target.source}.", *([second] if second else [])]
    warns = found["chosen"]["verdict"] != Verdict.MET or _sees_nothing(found)
    return Note(study_headline(found), [study.asked, *told, _guessing(found, study)], warns=warns)


def _guessing(found: Mapping[str, Any], study: StudyOptions) -> str:
    """Say what the target is worth: what calling everyone ill reaches."""
    metric, bound = study.target.metric, study.target.at_least
    value = found["everyone_ill"][metric]
    if value is None:
        return f"{metric_name(metric)} of calling every film PNEUMONIA is undefined."
    start = f"Calling every film of this test PNEUMONIA has {metric_name(metric)} {value:.3f}"
    if value >= bound:
        return f"{start}: the target alone can be met by a model that sees nothing."
    return f"{start}, which the target rules out."


def _read_first(found: Mapping[str, Any], study: StudyOptions) -> str:
    start = f"What the study did: {study.protocol} What that flatters: {study.flatters}"
    return f"{start} {_tested_on(found, study)}"


def _tested_on(found: Mapping[str, Any], study: StudyOptions) -> str:
    parts = {arm: found["arms"][arm][Split.TEST] for arm in study.arms}
    honest = f"{parts[study.honest]['n']:,} films of {parts[study.honest]['patients']:,} children"
    if len(study.arms) == 1:
        return f"Here there is one protocol, with {honest} on test:"
    models = [model for arm in found["differences"].values() for model in arm.values()]
    if all(value["paired"] for model in models for value in model.values()):
        return f"Repeated here, all with the same {honest} on test:"
    tested = joined([f"{parts[arm]['n']:,} in {arm}" for arm in study.arms])
    return f"Repeated here, with other films on test in each ({tested}):"


def _protocols(found: Mapping[str, Any], study: StudyOptions) -> list[str]:
    return [
        " ".join([f"{arm}: {what}", *found["arms"][arm]["flaws"]])
        for arm, what in study.arms.items()
    ]


def _beside_each_other(found: Mapping[str, Any], study: StudyOptions) -> Table:
    published = {one.architecture: one.metrics for one in study.published}
    others = [arm for arm in study.arms if arm != study.honest]
    rows = [
        [
            name,
            metric_name(metric),
            *([published.get(name, {}).get(metric, UNPUBLISHED)] if published else []),
            *(
                estimate_cell(found["arms"][arm][Split.TEST]["models"][name][metric])
                for arm in study.arms
            ),
            *(difference_cell(found["differences"][arm][name][metric]) for arm in others),
        ]
        for name in found["arms"][study.honest][Split.TEST]["models"]
        for metric in study.metrics
    ]
    compared = [f"{arm} − {study.honest}" for arm in others]
    header = ["model", "metric", *(["published"] if published else []), *study.arms, *compared]
    caption = _table_caption(found, study, others)
    return Table(header, rows, caption, dict.fromkeys(compared, "+.3f"))


def _table_caption(found: Mapping[str, Any], study: StudyOptions, others: Sequence[str]) -> str:
    start = "Test, with intervals over patients below the values."
    sources = [f"{one.architecture}: {one.source}" for one in study.published]
    told = f" Published: {'; '.join(sources)}." if sources else " The study published no number."
    return start + told + "".join(f" {_difference(found, arm, study)}" for arm in others)


def _difference(found: Mapping[str, Any], arm: str, study: StudyOptions) -> str:
    """Say of one protocol whether it flatters the target's metric beyond chance."""
    metric = study.target.metric
    values = {name: found[metric] for name, found in found["differences"][arm].items()}
    known = {name: v for name, v in values.items() if v["value"] is not None}
    if not known:
        return f"Protocol {arm} cannot be compared: {metric_name(metric)} is undefined."
    same = (
        "on the same films, paired by patient"
        if next(iter(known.values()))["paired"]
        else "on other films, so with the luck of both draws"
    )
    flattered = [name for name, v in known.items() if v["low"] is not None and v["low"] > 0]
    start = f"Protocol {arm} is compared with {study.honest} {same}:"
    if flattered:
        return f"{start} it flatters the {metric_name(metric)} of {joined(flattered)}."
    return f"{start} no difference in {metric_name(metric)} goes beyond chance."


def _figure_caption(study: StudyOptions) -> str:
    if len(study.arms) == 1:
        return "Test, with intervals over patients. Dotted: the target."
    return (
        f"Test. A protocol whose points lie to the right of {study.honest} flatters. Where its "
        "interval overlaps, this many patients do not prove it. Dotted: the target."
    )
