"""The slide of other sites: what holds at those that were measured, or else what to expect."""

from collections.abc import Mapping

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import Elsewhere
from pneumoscope.evaluation.verdict import MARGIN, Verdict
from pneumoscope.external.records import SiteMetrics
from pneumoscope.external.verdicts import falls, judged, learned_sentences, site_verdict
from pneumoscope.naming import Metric, Split
from pneumoscope.report.prose import prose
from pneumoscope.report.sections.elsewhere import elsewhere_headline, verdicts_of
from pneumoscope.report.slides.blocks import Bar, Bars, Slide
from pneumoscope.report.slides.context import Context
from pneumoscope.report.slides.intervals import lines
from pneumoscope.report.wording import joined, metric_name

SHOWN = 3
"""Sites that bars are drawn of; the verdict on each of the others is in the note."""

METRICS = (Metric.SENSITIVITY, Metric.SPECIFICITY)


def elsewhere(context: Context) -> Slide | None:
    """Give sensitivity and specificity at other sites beside test, and the verdict on the drop.

    Without a site, those on hard validation stand beside those on all of it.
    """
    sites = context.found.external.of(context.model)
    if not sites:
        return _expected(context)
    tests = context.found.external.sites
    sentences = [
        sentence
        for site, one in sites.items()
        for sentence in (
            *([_verdict(site, one, len(sites))] if Split.TEST in one.drops else []),
            *learned_sentences(tests[site]),
        )
    ]
    bars = _bars(context, sites)
    note = f"{' '.join(sentences)}{lines(context, bars)}"
    return Slide("Result", _title(sites), Bars(bars), note)


def _expected(context: Context) -> Slide | None:
    elsewhere = context.measured.elsewhere
    if not elsewhere or not elsewhere_headline(context.model, context.measured):
        return None
    validation = context.measured.splits[Split.VALIDATION].metrics
    bars = _side_by_side({"validation": validation, "hard validation": elsewhere.expected})
    note = f"{prose('slide_elsewhere')}{lines(context, bars)}"
    return Slide("Result", _expectation(elsewhere), Bars(bars), note)


def _expectation(elsewhere: Elsewhere) -> str:
    verdicts = {metric: verdicts_of(elsewhere)[metric] for metric in METRICS}
    lower = [metric_name(m) for m, verdict in verdicts.items() if verdict is Verdict.SHOWN]
    if lower:
        return f"Elsewhere expect a lower {joined(lower)} than on all of validation."
    if set(verdicts.values()) == {Verdict.SMALL}:
        return f"Where who took a film tells nothing it does no worse, within {MARGIN:g}."
    return "Whether elsewhere it does worse than on validation cannot be told."


def _verdict(site: str, one: SiteMetrics, sites: int) -> str:
    return site_verdict(site, Split.TEST, one.drops[Split.TEST], sites)


def _title(sites: Mapping[str, SiteMetrics]) -> str:
    compared = {
        site: one.drops[Split.TEST] for site, one in sites.items() if Split.TEST in one.drops
    }
    worse = [site for site, one in sites.items() if falls(one, len(sites))]
    verdicts = {judged(drops, len(sites)) for drops in compared.values()}
    if worse:
        return f"At {joined(worse)} it is shown to do worse than on the test."
    if verdicts == {Verdict.SMALL}:
        return f"What the test shows holds at {joined(list(compared))} within {MARGIN:g}."
    if verdicts == {Verdict.SHOWN}:
        return f"At {joined(list(compared))} no figure is shown to be lower than on the test."
    return f"Whether what the test shows holds at {joined(list(sites))} cannot be told."


def _bars(context: Context, sites: Mapping[str, SiteMetrics]) -> list[Bar]:
    places = {"test": context.test}
    places |= {site: one.metrics.metrics for site, one in list(sites.items())[:SHOWN]}
    return _side_by_side(places)


def _side_by_side(places: Mapping[str, Mapping[Metric, Estimate]]) -> list[Bar]:
    return [
        Bar(f"{metric_name(metric)}, {place}", measured.value, *(measured.bounds or (None, None)))
        for metric in METRICS
        for place, metrics in places.items()
        if (measured := metrics[metric]).value is not None
    ]
