"""Metrics by subgroup of radiographs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from pneumoscope.evaluation.deficits import deficits
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.metrics import estimate_metrics
from pneumoscope.evaluation.recorded_groups import (
    AGE_BANDS,
    NOT_RECORDED,
    absent_attributes,
    recorded_groups,
    tertiles,
)
from pneumoscope.evaluation.records import Groups, Subgroup, Subgroups
from pneumoscope.evaluation.sample import Sample
from pneumoscope.evaluation.verdict import MARGIN, Verdict, judge_excess
from pneumoscope.naming import Column, Label, Metric, Subtype
from pneumoscope.options import EvaluationOptions

_FAMILY = r"(?:^|/)(?P<family>NORMAL2-IM|IM)-[^/]*$"
_BY_CLASS = {Label.PNEUMONIA: Metric.SENSITIVITY, Label.NORMAL: Metric.SPECIFICITY}


def measure_subgroups(
    scores: pd.DataFrame,
    manifest: pd.DataFrame,
    threshold: float,
    options: EvaluationOptions,
) -> Subgroups:
    """Measure each subgroup of each split at the locked threshold.

    Args:
        scores: Columns radiograph_id, patient_id, label, subtype, split and score.
        manifest: The manifest of all radiographs; those not scored are what was trained on.
        threshold: A score of at least this is predicted PNEUMONIA.
        options: Confidence of intervals.
    """
    scored = scores.reset_index(drop=True)
    attributes = radiograph_attributes(scored, manifest)
    splits = {
        str(split): _measure_split(rows, attributes.loc[rows.index], threshold, options)
        for split, rows in scored.groupby(Column.SPLIT, sort=False)
    }
    return Subgroups(absent_attributes(attributes), splits)


def shown_deficits(groups: Groups) -> list[tuple[str, Metric, Estimate]]:
    """Return the groups that are shown to be served worse: name, metric and by how much."""
    return [
        (f"{attribute} {name}", metric, deficit)
        for attribute, of_attribute in groups.items()
        for name, group in of_attribute.items()
        for metric, deficit in group.deficits.items()
        if judge_excess(deficit, MARGIN) is Verdict.SHOWN
    ]


def radiograph_attributes(scores: pd.DataFrame, manifest: pd.DataFrame) -> pd.DataFrame:
    """Name the subgroups that every scored radiograph belongs to.

    Args:
        scores: Columns radiograph_id and subtype.
        manifest: Columns radiograph_id, width, height, mode and bytes_per_pixel, and of
            `recorded.RECORDED` those that are known.

    Returns:
        One row a score, in order, counted from 0; a column for each attribute, None where it
        does not apply. Tertiles are those of the radiographs that were not scored.
    """
    named = manifest.set_index(Column.RADIOGRAPH_ID)
    scored = named.loc[scores[Column.RADIOGRAPH_ID]].reset_index()
    fitted = np.ones(len(manifest), dtype=bool)
    fitted[named.index.get_indexer_for(pd.Index(scores[Column.RADIOGRAPH_ID]))] = False
    trained = manifest[fitted]
    diseases = scores[Column.SUBTYPE].reset_index(drop=True)
    family = scored[Column.RADIOGRAPH_ID].str.extract(_FAMILY)["family"]
    found = pd.DataFrame(
        {
            "disease": diseases.where(diseases.isin([Subtype.BACTERIA, Subtype.VIRUS])),
            "name family": family,
            "mode": scored[Column.MODE],
        }
    ).astype(object)
    found = found.where(found.notna(), None)
    if len(trained):
        found["megapixels"] = tertiles(_megapixels(scored), _megapixels(trained))
        measured = Column.BYTES_PER_PIXEL
        found["bytes per pixel"] = tertiles(scored[measured], trained[measured])
    return pd.concat([found, recorded_groups(scored, trained)], axis=1)


def subgroup_table(attributes: Groups) -> pd.DataFrame:
    """Return the subgroups of one split as rows.

    Args:
        attributes: What was measured of each group.

    Returns:
        Columns attribute, group, n, patients, auroc_against and, for sensitivity, specificity
        and auroc, the value, `_low`, `_high` and `_reason`; None where it does not apply.
    """
    return pd.DataFrame(
        [
            {
                "attribute": attribute,
                "group": group,
                "n": measured.n,
                "patients": measured.patients,
                "auroc_against": measured.auroc_against,
                **_flat(measured),
            }
            for attribute, groups in attributes.items()
            for group, measured in groups.items()
        ]
    )


def _flat(measured: Subgroup) -> dict[str, object]:
    return {
        (metric.value if key == "value" else f"{metric}_{key}"): getattr(
            getattr(measured, metric), key, None
        )
        for metric in (*_BY_CLASS.values(), Metric.AUROC)
        for key in ("value", "low", "high", "reason")
    }


def _megapixels(radiographs: pd.DataFrame) -> pd.Series:
    pixels: pd.Series = radiographs[Column.WIDTH].astype(float) * radiographs[Column.HEIGHT]
    return pixels / 1e6


def _groups(values: pd.Series) -> list[tuple[str, pd.Index]]:
    # "above" sorts first by name; numbers are shown from low to high instead.
    order = {"below": 0, "above": 2, NOT_RECORDED: 3}
    bands = {name: place for place, name in enumerate(AGE_BANDS)}

    def place(name: str) -> tuple[int, int, str]:
        return order.get(name, order.get(name[:5], 1)), bands.get(name, 0), name

    present = sorted(values.dropna().unique(), key=place)
    return [(str(name), values.index[values == name]) for name in present]


def _measure_split(
    rows: pd.DataFrame, attributes: pd.DataFrame, threshold: float, options: EvaluationOptions
) -> Groups:
    members = {
        str(attribute): dict(_groups(values))
        for attribute, values in attributes.items()
        if values.notna().any()
    }
    kinds = {
        (attribute, name): rows.index.isin(index)
        for attribute, of_attribute in members.items()
        for name, index in of_attribute.items()
    }
    behind = deficits(Sample.of_rows(rows), threshold, kinds, options.confidence)
    return {
        attribute: {
            name: _measure(rows, index, threshold, options, behind[attribute, name])
            for name, index in of_attribute.items()
        }
        for attribute, of_attribute in members.items()
    }


def _measure(
    rows: pd.DataFrame,
    members: pd.Index,
    threshold: float,
    options: EvaluationOptions,
    behind: Mapping[Metric, Estimate],
) -> Subgroup:
    group = rows.loc[members]
    labels = set(group[Column.LABEL])
    # A single class is ranked against all of the other, which leaves its own share unchanged.
    mixed = len(labels) > 1
    others = rows[~rows[Column.LABEL].isin(labels)]
    ranked = group if mixed else pd.concat([group, others])
    shown = [*_BY_CLASS.values(), Metric.AUROC]
    measured = estimate_metrics(ranked, threshold, options, shown)
    return Subgroup(
        n=len(group),
        patients=int(group[Column.PATIENT_ID].nunique()),
        **{
            name.value: measured[name] if label in labels else None
            for label, name in _BY_CLASS.items()
        },
        auroc=measured[Metric.AUROC],
        auroc_against="its own" if mixed else f"all {_other(labels)}",
        deficits=behind,
    )


def _other(labels: set[str]) -> Label:
    return Label.NORMAL if Label.PNEUMONIA in labels else Label.PNEUMONIA
