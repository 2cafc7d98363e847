"""Whether what was measured on test holds at a site, in words."""

from collections.abc import Mapping

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import MARGIN, Verdict, difference, judge, widened
from pneumoscope.external.records import Flagged, Overlap, SiteMetrics, SiteResult
from pneumoscope.naming import Metric, Split
from pneumoscope.out_of_distribution.false_alarms import flags_more
from pneumoscope.report.wording import joined, metric_name, moved, percent

WATCHED = (Metric.AUROC, Metric.SENSITIVITY, Metric.SPECIFICITY)
"""Metrics of which a verdict is given: the others follow from these and from the mix of classes."""

REFERENCES = (Split.TEST, Split.VALIDATION)
"""Splits of the evaluation that a site is measured against."""


def claims(sites: int) -> int:
    """Return how many differences of one model are read together."""
    return len(WATCHED) * len(REFERENCES) * max(1, sites)


def together(drops: Mapping[Metric, Estimate], sites: int) -> dict[Metric, Estimate]:
    """Return the watched differences with intervals that hold for all of a model's at once.

    Args:
        drops: The site minus a split of the evaluation.
        sites: How many sites are reported.
    """
    return {
        # No share differs from another by more than 1.
        metric: widened(drops[metric], claims(sites)).mapped(lambda end: min(1.0, max(-1.0, end)))
        for metric in WATCHED
    }


def judged(drops: Mapping[Metric, Estimate], sites: int) -> Verdict:
    """Judge whether a model does otherwise at a site, by any of the watched metrics."""
    verdicts = {judge(drops[metric], MARGIN, claims(sites)) for metric in WATCHED}
    if Verdict.SHOWN in verdicts:
        return Verdict.SHOWN
    return Verdict.SMALL if verdicts == {Verdict.SMALL} else Verdict.OPEN


def falls(one: SiteMetrics, sites: int) -> bool:
    """Tell whether a watched metric of a model is shown to be lower at a site than on test.

    Args:
        one: What was measured of the model there.
        sites: How many sites are reported.
    """
    drops = one.drops.get(Split.TEST)
    found = together(drops, sites).values() if drops else []
    return any(_moves(drop) and (drop.value or 0) < 0 for drop in found)


def site_verdict(site: str, reference: Split, drops: Mapping[Metric, Estimate], sites: int) -> str:
    """Say whether what was measured on a split of the evaluation holds at a site.

    Args:
        site: Its name.
        reference: That split.
        drops: The site minus that split, with plain intervals.
        sites: How many sites are reported.
    """
    found = together(drops, sites)
    known = {metric: one for metric, one in found.items() if one.value is not None}
    if not known:
        reasons = joined(list(dict.fromkeys(str(one.reason) for one in found.values())))
        return f"Whether {reference} holds at {site} cannot be told: {reasons}."
    verdict = judged(drops, sites)
    if verdict is Verdict.SHOWN:
        return _shown(site, reference, {m: one for m, one in known.items() if _moves(one)})
    moves = joined([f"{metric_name(metric)} {one}" for metric, one in known.items()])
    if verdict is Verdict.SMALL:
        within = f"{MARGIN:g} ({site} minus {reference}: {moves})"
        return f"What {reference} shows holds at {site} within {within}."
    lacking = [metric_name(metric) for metric, one in found.items() if one.value is None]
    more = f" {joined(lacking)} cannot be compared." if lacking else ""
    return (
        f"Whether what {reference} shows holds at {site} cannot be told ({site} minus "
        f"{reference}: {moves}).{more}"
    )


def expectation_verdict(site: str, one: SiteMetrics, sites: int) -> list[str]:
    """Say whether a site bears out what hard validation led to expect; nothing without that.

    Args:
        site: Its name.
        one: What was measured of a model there.
        sites: How many sites are reported.
    """
    elsewhere = one.measured.elsewhere
    expected = elsewhere.expected if elsewhere else {}
    apart = {
        metric: widened(difference(one.metrics.metrics[metric], expected[metric]), claims(sites))
        for metric in WATCHED
        if metric in expected
    }
    known = {metric: found for metric, found in apart.items() if found.bounds is not None}
    if not known:
        return []
    what = "what hard validation led to expect"
    told = joined([f"{metric_name(metric)} {expected[metric]}" for metric in known])
    contradicted = [metric for metric, found in known.items() if _moves(found)]
    if contradicted:
        moves = joined([f"{metric_name(m)} is {moved(_bounded(known[m]))}" for m in contradicted])
        return [f"{site} contradicts {what} ({told}): {moves} there."]
    if all(judge(found, MARGIN) is Verdict.SMALL for found in known.values()):
        return [f"{site} confirms {what} ({told}) within {MARGIN:g}."]
    outside = [m for m in known if not _within(one.metrics.metrics[m], expected[m])]
    if outside:
        names = joined([metric_name(metric) for metric in outside])
        return [
            f"Whether {site} bears out {what} ({told}) cannot be told: {names} there "
            f"{'lies' if len(outside) == 1 else 'lie'} outside the interval, by no more than "
            "chance may."
        ]
    return [f"{site} does not contradict {what}: every figure there lies within it ({told})."]


def _within(found: Estimate, expected: Estimate) -> bool:
    low, high = expected.bounds or (0.0, 1.0)
    return found.value is not None and low <= found.value <= high


def _bounded(difference: Estimate) -> Estimate:
    # No share differs from another by more than 1.
    return difference.mapped(lambda end: min(1.0, max(-1.0, end)))


def _moves(difference: Estimate) -> bool:
    # Widened already, so one claim.
    return judge(difference, MARGIN) is Verdict.SHOWN


def _shown(site: str, reference: Split, shown: Mapping[Metric, Estimate]) -> str:
    moves = joined([f"{metric_name(metric)} is {moved(one)}" for metric, one in shown.items()])
    falls = {metric for metric, one in shown.items() if (one.value or 0) < 0}
    sentence = f"At {site}, {moves} than on {reference}."
    if not falls:
        return f"{sentence} No figure is shown to be lower there."
    if Metric.AUROC in falls:
        return f"{sentence} What {reference} shows does not hold there: the films are ranked worse."
    return (
        f"{sentence} What {reference} shows does not hold there: scores mean something else. "
        "Choose a threshold on radiographs of that site first."
    )


def flagged_sentence(site: str, flagged: Flagged) -> str:
    """Say whether more films of a site are flagged as unlike train than validation promised.

    Args:
        site: Its name.
        flagged: The films that are.
    """
    share, promised = flagged.found.share, percent(flagged.promised)
    if share.value is None:
        return f"How many films of {site} are unlike those of train cannot be told: {share.reason}."
    start = f"At {site}, {_shown_share(share)} of the films are flagged as unlike those of train"
    patients = flagged.patients
    if patients is not None and flags_more(share, flagged.promised, patients):
        return f"{start}, more than the {promised} promised on validation: other films."
    if share.bounds is not None and share.bounds[1] <= flagged.promised:
        return f"{start}, no more than the {promised} promised on validation."
    return (
        f"{start}; whether that is more than the {promised} promised on validation cannot be told."
    )


def _shown_share(share: Estimate) -> str:
    assert share.value is not None
    bounds = f" ({' to '.join(map(percent, share.bounds))})" if share.bounds else ""
    return f"{percent(share.value)}{bounds}"


def overlap_sentences(result: SiteResult) -> list[str]:
    """Say which films of a site are in the model's own collection, and what follows."""
    found, site = result.films.overlap, result.site
    kinds = {
        "are byte for byte in the collection": found.identical,
        "look like a picture of the collection that was stored anew": found.copies,
        "look much like a picture of the collection": found.alike,
    }
    sentences = [
        f"Films of {site} that {what}: {_by_split(counts)}, of {result.films.radiographs:,}."
        for what, counts in kinds.items()
        if any(counts.values())
    ]
    sentences += learned_sentences(result)
    if found.same_keys:
        sentences.append(
            f"Patients of {site} whose key, by paths or tags, is that of a patient of train: "
            f"{found.same_keys:,}. They are others if the site numbers its own; if not, its "
            "figures are biased (optimistic)."
        )
    return sentences


def learned_sentences(result: SiteResult) -> list[str]:
    """Say that figures of a site flatter the models, which know its films; nothing if they do not.

    Films of the test part alone do not count: the models have learned nothing from them.
    """
    known = learned_from(result.films.overlap)
    if not known:
        return []
    return [
        f"The models learned from {known:,} of the {result.films.radiographs:,} films of "
        f"{result.site}, or were chosen by them: as far as these go, it is no external test, and "
        "its figures are biased (optimistic)."
    ]


def learned_from(found: Overlap) -> int:
    """Return how many films of a site are of train or validation, byte for byte or anew."""
    return sum(
        counts[split]
        for counts in (found.identical, found.copies)
        for split in (Split.TRAIN, Split.VALIDATION)
    )


def _by_split(counts: Mapping[Split, int]) -> str:
    return joined([f"{n:,} in {split}" for split, n in counts.items() if n])
