"""Whether the models hold at other sites."""

from collections.abc import Mapping, Sequence

import pandas as pd

from pneumoscope.counts import agreeing, counted
from pneumoscope.evaluation.comparison import BY_PATIENT
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.evaluation.verdict import MARGIN
from pneumoscope.external.known import SHORT, ExternalTests
from pneumoscope.external.records import SiteMetrics, SiteResult
from pneumoscope.external.verdicts import (
    REFERENCES,
    WATCHED,
    claims,
    expectation_verdict,
    flagged_sentence,
    learned_sentences,
    overlap_sentences,
    site_verdict,
    together,
)
from pneumoscope.naming import Consequence, Label, Metric, Split
from pneumoscope.report.blocks import (
    Block,
    Bullets,
    Code,
    Heading,
    Note,
    Paragraph,
    Part,
    Section,
    Table,
    table_of,
)
from pneumoscope.report.cells import Cell
from pneumoscope.report.prose import prose
from pneumoscope.report.sections.by_patient import RULES
from pneumoscope.report.sections.site_updates import update_blocks, update_sentences
from pneumoscope.report.sections.subgroups import falls_behind, subgroups_table
from pneumoscope.report.wording import joined, metric_name

TITLE = "External tests"
COMMAND = "kedro run --pipelines=external --params external.<site>=<folder>"


def external_section(
    tests: ExternalTests, metrics: Mapping[str, ModelMetrics], log: pd.DataFrame
) -> Section:
    """Return what was measured at other sites, model by model, and what it was measured with.

    Args:
        tests: What is on record of sites, sorted by whether it is of these models.
        metrics: Model to its metrics.
        log: Every measurement at a site.
    """
    if not tests.sites:
        return Section(TITLE, [*_nothing(), *_dropped(tests)])
    models = [name for name in metrics if tests.of(name)]
    doubts = [
        f"{site}: {doubt}"
        for site, result in tests.sites.items()
        for doubt in (*synthetic(result), *overlap_sentences(result), *result.films.warnings)
    ]
    blocks: list[Block] = [
        Paragraph(prose("external", margin=f"{MARGIN:g}")),
        _films(tests.sites),
        *([Note("What could mislead", doubts, warns=True)] if doubts else []),
        *(_part(name, metrics[name], tests) for name in models),
        Heading("Are those films like training films?"),
        Paragraph(prose("external_shift")),
        Bullets([v for result in tests.sites.values() for v in _shift(result)]),
        _record(tests, log),
        *_dropped(tests),
    ]
    return Section(TITLE, blocks)


def external_blocks(tests: ExternalTests, name: str, measured: ModelMetrics) -> list[Block]:
    """Return what one model does at each site: the verdicts, and the numbers side by side.

    Args:
        tests: What is on record of sites.
        name: The model.
        measured: Its metrics.
    """
    found = tests.of(name)
    if not found:
        return _nothing()
    doubts = [
        doubt
        for site in found
        for doubt in (*synthetic(tests.sites[site]), *overlap_sentences(tests.sites[site]))
    ]
    return [
        Bullets(
            [
                *verdicts(name, tests),
                *expectations(name, tests),
                *_flagged(found),
                *update_sentences(found),
            ]
        ),
        *([Note("What could mislead", doubts, warns=True)] if doubts else []),
        _metrics(measured, found),
        _drops(found),
    ]


def _nothing() -> list[Block]:
    return [Paragraph(prose("external_nothing")), Code(COMMAND, "sh")]


def verdicts(name: str, tests: ExternalTests, against: Sequence[str] = REFERENCES) -> list[str]:
    """Say of one model, site by site, whether what the evaluation measured holds there.

    Args:
        name: The model.
        tests: What is on record of sites.
        against: Splits of the evaluation, in order.
    """
    found = tests.of(name)
    return [
        site_verdict(site, reference, one.drops[reference], len(found))
        for site, one in found.items()
        for reference in REFERENCES
        if reference in against and reference in one.drops
    ]


def expectations(name: str, tests: ExternalTests) -> list[str]:
    """Say of one model, site by site, whether what hard validation led to expect holds there."""
    found = tests.of(name)
    return [
        sentence
        for site, one in found.items()
        for sentence in expectation_verdict(site, one, len(found))
    ]


def headlines(name: str, tests: ExternalTests) -> list[str]:
    """Say in the first lines of a report how one model does at each site, against test.

    A site whose films the models know is named as such, so that no figure passes for external.
    """
    sentences = [
        f"{name}: {sentence}"
        for sentence in (*verdicts(name, tests, [Split.TEST]), *expectations(name, tests))
    ]
    doubts = [doubt for site in tests.of(name) for doubt in learned_sentences(tests.sites[site])]
    return [*sentences, *doubts]


def synthetic(result: SiteResult) -> list[str]:
    """Say that films of a site are phantoms; nothing where none is."""
    drawn, total = result.films.sources.phantoms, result.films.radiographs
    if not drawn:
        return []
    are = agreeing(drawn, "is a phantom", "are phantoms")
    return [f"{drawn:,} of the {counted(total, 'film')} of {result.site} {are} drawn by a program."]


def _films(sites: Mapping[str, SiteResult]) -> Table:
    rows: list[list[Cell]] = [
        [
            site,
            result.films.radiographs,
            result.films.patients,
            *(result.films.classes[label] for label in Label),
            result.films.without_pattern,
            len(result.films.refused),
            result.films.left_out,
        ]
        for site, result in sites.items()
    ]
    header = [
        "site", "radiographs", "patients", *map(str, Label), "patients without a key",
        "not read", "copies left out",
    ]  # fmt: skip
    return Table(header, rows, prose("external_films"))


def _part(name: str, measured: ModelMetrics, tests: ExternalTests) -> Part:
    found = tests.of(name)
    sentences = [*verdicts(name, tests), *expectations(name, tests)]
    blocks: list[Block] = [
        Bullets([*sentences, *_flagged(found)]),
        _metrics(measured, found),
        _drops(found),
        *_patients(measured, found),
        _doubt(measured, found),
        *update_blocks(found),
        *(block for site, one in found.items() for block in _subgroups(name, site, one)),
    ]
    return Part(name, blocks, " ".join(sentences))


def _side_by_side(measured: ModelMetrics, found: Mapping[str, SiteMetrics]) -> list[str]:
    return ["", *measured.splits, *found]


def _metrics(measured: ModelMetrics, found: Mapping[str, SiteMetrics]) -> Table:
    parts = [*measured.splits.values(), *(one.metrics for one in found.values())]
    rows: list[list[Cell]] = [
        [metric_name(metric), *(part.metrics[metric] for part in parts)] for metric in Metric
    ]
    rows.append(["radiographs", *(part.n for part in parts)])
    threshold = f"{measured.operating_point.threshold:.4f}"
    caption = prose("external_metrics", threshold=threshold)
    return Table(_side_by_side(measured, found), rows, caption)


def _flagged(found: Mapping[str, SiteMetrics]) -> list[str]:
    return [flagged_sentence(site, one.flagged) for site, one in found.items() if one.flagged]


def _drops(found: Mapping[str, SiteMetrics]) -> Table:
    rows: list[list[Cell]] = [
        [f"{site} minus {reference}", *together(one.drops[reference], len(found)).values()]
        for site, one in found.items()
        for reference in REFERENCES
        if reference in one.drops
    ]
    caption = prose("external_drops", claims=claims(len(found)))
    return Table(["", *map(metric_name, WATCHED)], rows, caption)


def _patients(measured: ModelMetrics, found: Mapping[str, SiteMetrics]) -> list[Block]:
    parts = [*measured.splits.values(), *(one.metrics for one in found.values())]
    if all(part.n == part.patients for part in parts):
        return []
    rows: list[list[Cell]] = [
        [
            f"{metric_name(metric)}, {by}",
            *(part.by_patient[rule].metrics[metric] for part in parts),
        ]
        for metric in BY_PATIENT
        for rule, by in RULES.items()
    ]
    rows.append(["patients", *(part.patients for part in parts)])
    caption = prose("external_patients")
    return [Table(_side_by_side(measured, found), rows, caption, folded=True)]


def _doubt(measured: ModelMetrics, found: Mapping[str, SiteMetrics]) -> Table:
    everything = {
        **dict.fromkeys(measured.splits, measured),
        **{one.split: one.measured for one in found.values()},
    }
    calibrations = [m.calibration.splits.get(split) for split, m in everything.items()]
    unknown = Estimate(None, reason="it was not measured")
    unmapped = Estimate(None, reason=measured.calibration.reason or "it was not measured")
    rows: list[list[Cell]] = [
        ["Brier score", *(c.before.brier if c else unknown for c in calibrations)],
        [
            "Brier score, calibrated",
            *(c.after.brier if c and c.after else unmapped for c in calibrations),
        ],
        ["calibration slope", *(c.before.slope if c else unknown for c in calibrations)],
        [
            "calibration slope, calibrated",
            *(c.after.slope if c and c.after else unmapped for c in calibrations),
        ],
        ["mean logit too low by", *(c.before.in_the_large if c else unknown for c in calibrations)],
        [
            "mean logit too low by, calibrated",
            *(c.after.in_the_large if c and c.after else unmapped for c in calibrations),
        ],
    ]
    for share in measured.grey_zone:
        if float(share):
            zones = [m.grey_zone[share].splits.get(split) for split, m in everything.items()]
            name = f"zone of {float(share):.0%}"
            rows += [
                [f"{name}: deferred", *(z.deferred if z else unknown for z in zones)],
                [
                    f"{name}: accuracy of the rest",
                    *(z.consequences[Consequence.ACCURACY] if z else unknown for z in zones),
                ],
            ]
    return Table(_side_by_side(measured, found), rows, prose("external_doubt"), folded=True)


def _subgroups(name: str, site: str, one: SiteMetrics) -> list[Block]:
    (groups,) = one.measured.subgroups.splits.values()
    if not groups:
        return []
    sentences = f"At {site}, {name} {falls_behind(groups)}"
    if absent := list(one.measured.subgroups.absent):
        sentences += f" Not recorded there: {joined(absent)}."
    return [Paragraph(sentences), subgroups_table(name, groups, f"at {site}")]


def _shift(result: SiteResult) -> list[str]:
    return [one.verdict for one in result.films.shift.values()]


def _record(tests: ExternalTests, log: pd.DataFrame) -> Table:
    rows: list[list[Cell]] = [
        [
            site,
            name,
            found.measured.model.fingerprint[:SHORT],
            found.lock[:SHORT],
            found.measured.lock_revision,
            result.films.digest[:SHORT],
            *_measured(log, site, found, result.films.digest),
        ]
        for site, result in tests.sites.items()
        for name, found in result.models.items()
    ]
    header = ["site", "model", "weights", "lock", "revision", "films", "times", "last"]
    return Table(header, rows, prose("external_record"))


def _measured(log: pd.DataFrame, site: str, found: SiteMetrics, films: str) -> list[Cell]:
    """Return how often a model was measured on these very films, and when last."""
    keys = {"site": site, "model": found.measured.model.fingerprint, "films": films}
    own = log
    for column, value in keys.items():
        own = own[own[column].astype(str) == value]
    last = Estimate(None, reason="the log of external tests does not hold it")
    return [len(own), str(own["when"].iloc[-1]) if len(own) else last]


def external_log_table(log: pd.DataFrame) -> list[Block]:
    """Return every measurement at a site, the latest first; nothing without any."""
    if log.empty:
        return []
    shown = log.iloc[::-1].copy()
    for column in ("model", "lock", "films"):
        shown[column] = shown[column].astype(str).str[:SHORT]
    caption = "Every measurement at another site (external_access_log.csv)"
    return [table_of(shown, caption, folded=True)]


def _dropped(tests: ExternalTests) -> list[Block]:
    if not tests.dropped:
        return []
    items = [f"{one.site}, {one.model}: {one.reason}" for one in tests.dropped]
    sites = joined(list(dict.fromkeys(one.site for one in tests.dropped)))
    return [Note(prose("external_dropped", sites=sites), items)]
