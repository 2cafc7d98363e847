"""What of a run is synthetic, in words: each record speaks for what it is stored with."""

from collections.abc import Mapping, Sequence

from pneumoscope.counts import counted_of
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.models.records import TrainingRecord
from pneumoscope.naming import Split
from pneumoscope.provenance import Sources
from pneumoscope.report.wording import joined

DRAWN = "phantoms drawn by a program, not patients"
NAMED = 3
"""Models that a note names; more are counted."""


def synthetic_note(
    films: Sources, metrics: Mapping[str, ModelMetrics], origins: Mapping[str, TrainingRecord]
) -> str:
    """Say what is synthetic, to follow "Synthetic radiographs: "; empty where nothing is.

    Args:
        films: Sources of the radiographs in the manifest.
        metrics: Model to its metrics, which know what it was tested on.
        origins: Trained model to its training record.
    """
    tested = {name: found.splits[Split.TEST].sources for name, found in metrics.items()}
    trained = {name: record.data.sources for name, record in origins.items()}
    if all(each.only_phantoms for each in (films, *tested.values(), *trained.values())):
        return DRAWN
    notes = [
        *_of_films(films),
        *_of_models(tested, "tested"),
        *_of_models(trained, "trained"),
    ]
    return "; ".join(notes)


def own_origins(
    metrics: Mapping[str, ModelMetrics], origins: Mapping[str, TrainingRecord]
) -> dict[str, TrainingRecord]:
    """Return the training records that are of the very models that were evaluated."""
    return {
        name: record
        for name, record in origins.items()
        if record.fingerprint == metrics[name].model.fingerprint
    }


def _of_films(films: Sources) -> list[str]:
    if not films.phantoms:
        return []
    if films.only_phantoms:
        return ["the radiographs are phantoms"]
    kinds = ("is a phantom", "are phantoms")
    return [counted_of(films.phantoms, films.total, "radiograph", *kinds)]


def _of_models(sources: Mapping[str, Sources], what: str) -> list[str]:
    names = [name for name, found in sources.items() if found.phantoms]
    return [f"{_listed(names)} {what} on phantoms"] if names else []


def _listed(names: Sequence[str]) -> str:
    return joined(names) if len(names) <= NAMED else f"{len(names)} models"


def licences(sources: Sources, own: str | None = None) -> str:
    """Return under which licences radiographs from these sources stand.

    Args:
        sources: How many came from each.
        own: Licence of a folder of the user's, as the user states it.
    """
    folder = "a folder of your own, under the licence that came with it"
    notes = [
        (sources.phantoms, "phantoms of this project, MIT"),
        (
            sources.archive,
            "the published collection, CC BY 4.0 (Kermany 2018, doi 10.17632/rscbjbr9sj)",
        ),
        (sources.folder, f"a folder of your own: {own}" if own else folder),
    ]
    return "; ".join(licence for count, licence in notes if count)


def licence_lines(origin: TrainingRecord, own: str | None = None) -> list[str]:
    """Say under which licences a model's code, radiographs and starting weights stand.

    Args:
        origin: How it was trained.
        own: Licence of a folder of the user's, as the user states it.
    """
    started = origin.started_from
    return [
        "Code: MIT.",
        f"Radiographs it was trained on: {licences(origin.data.sources, own)}.",
        f"Starting weights ({started.source}): {started.licence or started.note}.",
    ]
