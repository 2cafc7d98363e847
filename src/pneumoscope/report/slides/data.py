"""The first slides: the problem, the data, shortcuts in it, and the split."""

from pneumoscope.counts import counted
from pneumoscope.ingestion.records import IngestionAudit
from pneumoscope.naming import Label, Metric, Split
from pneumoscope.report.frequencies import frequency
from pneumoscope.report.prose import prose, sentences
from pneumoscope.report.slides.blocks import Bar, Bars, Numbers, Picture, Points, Slide
from pneumoscope.report.slides.context import Context
from pneumoscope.report.slides.intervals import lines

SHOWN_SHORTCUTS = 5
PLAIN = {
    "bytes": "file size",
    "bytes_per_pixel": "compression",
    "area": "number of pixels",
    "aspect": "width over height",
    "height": "height",
    "width": "width",
    "marks": "marks in the corners",
    "mark_area": "size of marks in the corners",
    "black_rows": "black border above and below",
    "black_columns": "black border left and right",
    "saturated_black": "black outside the centre",
    "saturated_white": "white outside the centre",
    "dark_tones_outside": "darkest tones outside the centre",
    "middle_tones_outside": "middle tones outside the centre",
    "bright_tones_outside": "brightest tones outside the centre",
    "sharpness_outside": "sharpness outside the centre",
}
PARTS = {"train": "training part", "validation": "validation part", "test": "test part"}
USES = {
    Split.TRAIN: "to train on",
    Split.VALIDATION: "to choose the version and the threshold",
    Split.TEST: "to test",
}


def cover(context: Context) -> Slide:
    """Say the result first."""
    tested = context.measured.splits[Split.TEST]
    sensitivity = context.test[Metric.SENSITIVITY].value
    unseen = "" if context.found.split_audit.flaws else ", none of which it had seen"
    message = (
        f"{context.model} could not be tested: {context.test[Metric.SENSITIVITY].reason}."
        if sensitivity is None
        else f"{context.model} finds pneumonia on {frequency(sensitivity)} radiographs that show "
        f"it{unseen}."
    )
    items = [
        f"{counted(len(context.found.metrics), 'model')} compared by Pneumoscope.",
        f"Tested on {counted(tested.n, 'radiograph')} of {tested.patients:,} {context.subjects}.",
        "What it found, what it missed, and what to do about it.",
    ]
    return Slide(context.options.title, message, Points(items))


def problem(context: Context) -> Slide:
    """Name the two errors and the trade-off between them."""
    del context
    return Slide("Problem", prose("slide_problem"), Points(sentences("slide_problem_points")))


def data(context: Context) -> Slide:
    """Count what was read, with samples."""
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
    """Say whether a number that knows nothing of the lungs separates the classes (a shortcut)."""
    audit = context.found.ingestion_audit
    known = [
        Bar(
            f"{PLAIN.get(found.feature, found.feature)}, "
            f"{PARTS.get(found.source_split, found.source_split)}",
            found.strength,
            *(found.estimate.bounds or ()),
        )
        for found in audit.shortcuts
    ]
    ranked = sorted(known, key=lambda bar: -bar.share)[:SHOWN_SHORTCUTS]
    if any(found.warns for found in audit.shortcuts):
        title = (
            "Shortcut: a model may learn how a radiograph was taken or stored instead of what it "
            "shows."
        )
    elif audit.inconclusive:
        title = "Whether file or borders separate the classes cannot be told from so few."
    else:
        title = "No number of the file or the borders alone was found to separate the classes."
    note = f"{prose('slide_shortcuts')}{lines(context, ranked)}"
    return Slide("Data", title, Bars(ranked), note)


def method(context: Context) -> Slide:
    """Say on whom the models were trained and tested, or how the protocol is biased."""
    audit = context.found.split_audit
    patients = audit.patients
    numbers = [
        (f"{patients[split]:,}", f"{context.subjects} {use}")
        for split, use in USES.items()
        if split in patients
    ]
    if audit.flaws:
        title = "Caution: the way the test was set up can make the result too good."
        return Slide("Method", title, Points(audit.flaws), _named(numbers))
    title = (
        f"The models were trained on {patients[Split.TRAIN]:,} {context.subjects} and tested on "
        f"{patients[Split.TEST]:,} others."
    )
    return Slide("Method", title, Numbers(numbers), " ".join(audit.checks))


def _named(numbers: list[tuple[str, str]]) -> str:
    return " · ".join(f"{number} {meaning}" for number, meaning in numbers)
