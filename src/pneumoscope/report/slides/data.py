"""The first slides: what it is about, what was read, what could mislead, who was tested."""

from pneumoscope.ingestion.records import IngestionAudit
from pneumoscope.naming import Label, Metric, Split
from pneumoscope.report.frequencies import frequency
from pneumoscope.report.prose import prose, sentences
from pneumoscope.report.slides.blocks import Bar, Bars, Numbers, Picture, Points, Slide
from pneumoscope.report.slides.context import Context
from pneumoscope.report.wording import counted

SHOWN_SHORTCUTS = 5
PLAIN = {
    "bytes": "file size",
    "bytes_per_pixel": "compression",
    "area": "number of pixels",
    "aspect": "shape of the film",
    "height": "height of the film",
    "width": "width of the film",
}
PARTS = {"train": "training part", "validation": "validation part", "test": "test part"}
USES = {
    Split.TRAIN: "to learn from",
    Split.VALIDATION: "to choose the version and the alarm level",
    Split.TEST: "to test",
}


def cover(context: Context) -> Slide:
    """Say the result first."""
    tested = context.measured.splits[Split.TEST]
    sensitivity = context.test[Metric.SENSITIVITY].value
    message = (
        f"{context.model} could not be tested: {context.test[Metric.SENSITIVITY].reason}."
        if sensitivity is None
        else f"{context.model} finds pneumonia on {frequency(sensitivity)} radiographs that show "
        "it, none of which it had seen."
    )
    items = [
        f"{counted(len(context.found.metrics), 'model')} compared by Pneumoscope.",
        f"Tested on {counted(tested.n, 'radiograph')} of {tested.patients:,} {context.subjects}.",
        "What it found, what it missed, and what to do about it.",
    ]
    return Slide(context.options.title, message, Points(items))


def problem(context: Context) -> Slide:
    """Name the two mistakes."""
    del context
    return Slide("Problem", prose("slide_problem"), Points(sentences("slide_problem_points")))


def data(context: Context) -> Slide:
    """Tell what was read, with samples."""
    audit = context.found.ingestion_audit
    aside = len(audit.quarantined)
    title = (
        f"{counted(audit.radiographs, 'radiograph')} of {audit.patients.total:,} "
        f"{context.subjects} were read; {counted(aside, 'file') if aside else 'none'} had to be "
        "set aside."
    )
    samples = context.found.figures.get("samples")
    if samples is None:
        return Slide("Data", title, Numbers(_classes(audit)))
    return Slide("Data", title, Picture(samples, _classes(audit)))


def _classes(audit: IngestionAudit) -> list[tuple[str, str]]:
    return [(f"{audit.of_class(label):,}", str(label)) for label in Label]


def shortcuts(context: Context) -> Slide:
    """Tell whether a number that knows nothing of the lungs gives the class away."""
    audit = context.found.ingestion_audit
    known = [
        Bar(
            f"{PLAIN.get(found.feature, found.feature)}, "
            f"{PARTS.get(found.source_split, found.source_split)}",
            found.strength,
        )
        for found in audit.shortcuts
    ]
    ranked = sorted(known, key=lambda bar: -bar.share)[:SHOWN_SHORTCUTS]
    warned = any(found.warns for found in audit.shortcuts)
    title = (
        "Beware: a model may learn how a film was stored instead of the lungs."
        if warned
        else "No single number was found to give the class away without a look at the lungs."
    )
    return Slide("Data", title, Bars(ranked, start=0.5), prose("slide_shortcuts"))


def method(context: Context) -> Slide:
    """Tell who learned and who was tested, or what flatters the result."""
    audit = context.found.split_audit
    patients = audit.patients
    numbers = [
        (f"{patients[split]:,}", f"{context.subjects} {use}")
        for split, use in USES.items()
        if split in patients
    ]
    if audit.flaws:
        title = "Beware: the way the test was set up flatters the result."
        return Slide("Method", title, Points(audit.flaws), _named(numbers))
    title = (
        f"The models learned from {patients[Split.TRAIN]:,} {context.subjects} and were tested on "
        f"{patients[Split.TEST]:,} others."
    )
    return Slide("Method", title, Numbers(numbers), " ".join(audit.checks))


def _named(numbers: list[tuple[str, str]]) -> str:
    return " · ".join(f"{number} {meaning}" for number, meaning in numbers)
