"""What the periphery tells, in words that claim no more than is known."""

from collections.abc import Mapping, Sequence

from pneumoscope.acquisition.descriptor import NUMBERS
from pneumoscope.acquisition.records import Grouping, PseudoSite
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import MARGIN, Verdict, judge, judge_excess
from pneumoscope.naming import Split
from pneumoscope.robustness.wording import cannot_be_told, short, with_interval

NEAR_CHANCE = 0.1
"""Distance of an AUROC from 0.5 within which the periphery tells little."""

_CHANCE = 0.5


def classifier_verdict(aurocs: Mapping[Split, Estimate]) -> str:
    """Say whether the class can be told without the centre, and in which splits."""
    train = aurocs[Split.TRAIN]
    if train.bounds is None:
        return cannot_be_told(train, train)
    excess = train.mapped(lambda value: value - _CHANCE)
    match judge_excess(excess, NEAR_CHANCE):
        case Verdict.SHOWN:
            elsewhere = [
                f"{with_interval(aurocs[split])} on {split}"
                for split in (Split.VALIDATION, Split.TEST)
                if aurocs[split].value is not None
            ]
            on = "".join(f", {words}" for words in elsewhere)
            return (
                "What lies outside the centre tells the class with "
                f"{with_interval(train)} on patients of train that were left out of the fit{on}: "
                "so much can be had without the centre of a film, and a model may have it from "
                "there."
            )
        case Verdict.SMALL:
            return (
                f"What lies outside the centre tells the class by no more than {NEAR_CHANCE:g} "
                f"above chance, {with_interval(train)} in train."
            )
    return (
        "Whether what lies outside the centre tells the class cannot be told, "
        f"{with_interval(train)} in train."
    )


def pseudo_sites_verdict(sites: Mapping[str, PseudoSite], tried: Sequence[Grouping]) -> str:
    """Say whether there are pseudo-sites, and in which the classes are mixed otherwise."""
    if not tried:
        return "Train has too few films to be grouped by their periphery."
    if not sites:
        return (
            "The films of train form no groups by their periphery that two halves of the patients "
            "agree on, so there are no pseudo-sites."
        )
    count = f"The films of train form {len(sites)} groups with alike borders and marks."
    shown = [
        f"{_share(site)} in pseudo-site {name}, {_by(site.difference)} than in all other films"
        for name, site in sites.items()
        # Intervals hold together for all pseudo-sites.
        if judge(site.difference, MARGIN) is Verdict.SHOWN
    ]
    if not shown:
        return f"{count} In none is the share of PNEUMONIA shown to differ from the others'."
    return (
        f"{count} The share of PNEUMONIA in train is {'; '.join(shown)}. A model can gain by "
        "telling the group instead of the disease."
    )


def trait(name: str, higher: bool) -> str:
    """Return "higher: the area of small bright marks in the corners"."""
    return f"{'higher' if higher else 'lower'}: {NUMBERS[name]}"


def _share(site: PseudoSite) -> str:
    return short(site.splits[Split.TRAIN].pneumonia.value)


def _by(difference: Estimate) -> str:
    assert difference.value is not None
    assert difference.bounds is not None
    ends = sorted(abs(end) for end in difference.bounds)
    way = "higher" if difference.value > 0 else "lower"
    return f"{way} by {short(abs(difference.value))} ({short(ends[0])} to {short(ends[1])})"
