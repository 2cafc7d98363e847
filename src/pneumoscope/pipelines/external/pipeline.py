"""films of a site → checked locks → scores → metrics at what was locked → record, table, pages."""

from collections.abc import Mapping, Sequence

from kedro.pipeline import Node, Pipeline

from pneumoscope.pipelines import evaluation, reporting
from pneumoscope.pipelines.evaluation.nodes import average_distances
from pneumoscope.pipelines.external import nodes
from pneumoscope.pipelines.ingestion.nodes import choose_layout

SPACE = "external"
"""Namespace of all sites; each site is one within, and each model one within that."""


def create_pipeline(
    sites: Sequence[str],
    architectures: Sequence[str],
    ensembles: Mapping[str, Sequence[str]],
    arms: Sequence[str] = (),
) -> Pipeline:
    """Create one namespaced copy of the pipeline for each site, then table and pages anew.

    On a finished run the sites alone are measured, and what tells of them is written again.

    Args:
        sites: Names of the sites; without any there is nothing to do.
        architectures: Names of the trained models.
        ensembles: Name of each ensemble to the names of its members.
        arms: Names of a study's protocols, the environment's own first; empty without a study.
    """
    if not sites:
        return Pipeline([])
    pages = evaluation.create_comparison(architectures, ensembles, sites)
    pages += reporting.create_pages(architectures, ensembles, arms, sites)
    return sum((_site(site, architectures, ensembles) for site in sites), pages)


def entry(site: str, *rest: str) -> str:
    """Return the name of a site's entry in the catalog."""
    return ".".join([SPACE, site, *rest])


def _site(
    site: str, architectures: Sequence[str], ensembles: Mapping[str, Sequence[str]]
) -> Pipeline:
    members = {name: (name,) for name in architectures} | dict(ensembles)
    checks = [_check(site, name, of) for name, of in members.items()]
    scored = [_score(site, name) for name in architectures]
    averaged = [_average(site, name, of) for name, of in ensembles.items()]
    compared = [_compare(site, name) for name in architectures]
    together = [_average_distances(site, name, of) for name, of in ensembles.items()]
    measured = [_measure(site, name) for name in members]
    updated = [_update(site, name) for name in members]
    parts = [
        *checks, *_read(site, list(members)), *scored, *averaged, *compared, *together, *measured,
        *updated,
    ]  # fmt: skip
    return Pipeline([*parts, *_collect(site, list(members))], tags=SPACE)


def _check(site: str, model: str, members: Sequence[str]) -> Node:
    inputs = {
        "metrics": f"{model}.metrics",
        "locks": f"{model}.lock",
        "splits": "splits",
        "evaluation": "params:evaluation",
        "preprocessing": "params:preprocessing",
        "working_side": "params:ingestion.working_side",
        **{f"scored_by_{name}": f"{name}.scored_by" for name in members},
        **{f"training_record_{name}": f"{name}.training_record" for name in members},
    }
    return Node(
        nodes.check_lock,
        inputs,
        entry(site, model, "held_lock"),
        # In the site's namespace: that of a model comes after the films are read.
        name=f"check_lock_{model}",
        namespace=entry(site),
    )


def _read(site: str, models: Sequence[str]) -> list[Node]:
    def node(function: object, inputs: object, outputs: object, name: str) -> Node:
        return Node(function, inputs, outputs, name=name, namespace=entry(site))  # type: ignore[arg-type]

    read, refused = entry(site, "manifest"), entry(site, "quarantine")
    decoded, rows, overlap = (entry(site, what) for what in ("decoded", "rows", "overlap"))
    films, layout, options = entry(site, "radiographs"), entry(site, "layout"), "params:ingestion"
    return [
        node(
            choose_layout,
            [films, entry(site, "labels"), options, "params:collections", "patient_key"],
            layout,
            "choose_layout",
        ),
        node(
            nodes.scan_films,
            {
                "radiographs": films,
                "layout": layout,
                "options": options,
                "patient_key": "patient_key",
                **{f"held_{name}": entry(site, name, "held_lock") for name in models},
            },
            decoded,
            "scan_films",
        ),
        node(nodes.sort_films, [decoded, layout, options], [read, refused], "sort_films"),
        node(nodes.film_checker(site), [read, refused, options], rows, "check_films"),
        node(
            nodes.compare_with_collection,
            [rows, decoded, "manifest", "splits", "decoded_radiographs"],
            overlap,
            "compare_with_collection",
        ),
        node(
            nodes.measure_films,
            {
                "rows": rows,
                "site_manifest": read,
                "quarantine": refused,
                "decoded": decoded,
                "overlap": overlap,
                "train_images": "train_images",
                "train_rows": "train_rows",
                "layout": layout,
                "preprocessing": "params:preprocessing",
                "evaluation": "params:evaluation",
                "seed": "params:seed",
            },
            entry(site, "films"),
            "measure_films",
        ),
    ]


def _score(site: str, model: str) -> Node:
    inputs = {
        "model": f"model_{model}",
        "decoded": entry(site, "decoded"),
        "rows": entry(site, "rows"),
        "lock": entry(site, model, "held_lock"),
        "preprocessing": "params:preprocessing",
        "evaluation": "params:evaluation",
    }
    return Node(
        nodes.score_films,
        inputs,
        entry(site, model, "scores"),
        name="score_films",
        namespace=entry(site, model),
    )


def _compare(site: str, model: str) -> Node:
    inputs = {
        "model": f"model_{model}",
        "reference": f"{model}.reference",
        "decoded": entry(site, "decoded"),
        "rows": entry(site, "rows"),
        "lock": entry(site, model, "held_lock"),
        "preprocessing": "params:preprocessing",
        "evaluation": "params:evaluation",
    }
    return Node(
        nodes.measure_distances,
        inputs,
        entry(site, model, "distances"),
        name="measure_distances",
        namespace=entry(site, model),
    )


def _average_distances(site: str, ensemble: str, members: Sequence[str]) -> Node:
    return Node(
        average_distances,
        {name: entry(site, name, "distances") for name in members},
        entry(site, ensemble, "distances"),
        name="average_distances",
        namespace=entry(site, ensemble),
    )


def _average(site: str, ensemble: str, members: Sequence[str]) -> Node:
    return Node(
        nodes.average_films,
        {f"scores_{name}": entry(site, name, "scores") for name in members},
        entry(site, ensemble, "scores"),
        name="average_films",
        namespace=entry(site, ensemble),
    )


def _measure(site: str, model: str) -> Node:
    inputs = {
        "scores": entry(site, model, "scores"),
        "metrics": f"{model}.metrics",
        "lock": entry(site, model, "held_lock"),
        "own_scores": f"{model}.scores",
        "rows": entry(site, "rows"),
        "manifest": "manifest",
        "options": "params:evaluation",
        "distances": entry(site, model, "distances"),
    }
    return Node(
        nodes.measure_scores,
        inputs,
        entry(site, model, "metrics"),
        name="measure_scores",
        namespace=entry(site, model),
    )


def _update(site: str, model: str) -> Node:
    inputs = {
        "scores": entry(site, model, "scores"),
        "metrics": f"{model}.metrics",
        "lock": entry(site, model, "held_lock"),
        "films": entry(site, "films"),
        "evaluation": "params:evaluation",
        "options": "params:site_update",
        "seed": "params:seed",
    }
    return Node(
        nodes.site_updater(site, model),
        inputs,
        entry(site, model, "update"),
        name="update_at_site",
        namespace=entry(site, model),
    )


def _collect(site: str, models: Sequence[str]) -> list[Node]:
    collect = Node(
        nodes.result_collector(site),
        {
            "films": entry(site, "films"),
            **{f"metrics_{name}": entry(site, name, "metrics") for name in models},
            **{f"update_{name}": entry(site, name, "update") for name in models},
        },
        entry(site, "result"),
        name="collect_result",
        namespace=entry(site),
    )
    record = Node(
        nodes.record_access,
        entry(site, "result"),
        entry(site, "access_log"),
        name="record_access",
        namespace=entry(site),
    )
    return [collect, record]
