"""The last slides: what to do, and what these results cannot tell."""

from pneumoscope.evaluation.subgroups import shown_deficits
from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.naming import Split
from pneumoscope.radiographs.measured import ACQUISITION
from pneumoscope.report.carried_over import carried_over
from pneumoscope.report.limits import limits as known_limits
from pneumoscope.report.limits import looks_at_test
from pneumoscope.report.slides.blocks import Points, Slide
from pneumoscope.report.slides.context import Context
from pneumoscope.report.wording import joined

NAMED_GROUPS = 2


def what_to_do(context: Context) -> Slide:
    """Derive the next steps from what was found."""
    title = (
        "Next: run it on real radiographs. Phantoms say nothing about patients."
        if context.found.synthetic
        else "Test it on your own radiographs before anyone relies on it."
    )
    steps = [
        *_storage(context),
        _level(context),
        *_weak_groups(context),
        "Have a radiologist look at what it missed, and at why.",
    ]
    return Slide("What to do", title, Points(steps))


def _storage(context: Context) -> list[str]:
    warned = [found for found in context.found.ingestion_audit.shortcuts if found.warns]
    steps = {
        "Store all radiographs alike, so that size and compression are no shortcut.": any(
            found.feature not in ACQUISITION for found in warned
        ),
        "Test it where both classes were taken alike: here marks, borders or tones differ.": any(
            found.feature in ACQUISITION for found in warned
        ),
    }
    return [step for step, needed in steps.items() if needed]


def _level(context: Context) -> str:
    match carried_over(context.measured.splits)[0]:
        case Verdict.SHOWN:
            return (
                "Choose the threshold anew on local radiographs: sensitivity or specificity "
                "changed on the test."
            )
        case Verdict.SMALL:
            return "The threshold carried over to the test; check it on local radiographs."
    return "Choose the threshold on local radiographs: whether it carries over cannot be told."


def _weak_groups(context: Context) -> list[str]:
    weak = [name for name, _, _ in shown_deficits(context.measured.subgroups.splits[Split.TEST])]
    if not weak:
        return []
    named = list(dict.fromkeys(weak))[:NAMED_GROUPS]
    more = len(set(weak)) - len(named)
    others = f" ({more} more in the report)" if more else ""
    return [f"Look closer at {joined(named)}{others}: it does worse there."]


def limits(context: Context) -> Slide:
    """List what the results cannot tell."""
    phantoms = context.measured.splits[Split.TEST].sources.only_phantoms
    points = known_limits(context.measured, context.subjects, phantoms)
    title = "These results hold for radiographs like these, and for no others."
    looks = looks_at_test(context.found.access_log, context.found.fingerprints)
    return Slide("Limits", title, Points(points), looks)
