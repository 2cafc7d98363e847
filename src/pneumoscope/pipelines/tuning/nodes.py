"""Recipes tried on train and validation, one after the other."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.datasets.tuning_studies import StudyFolder
from pneumoscope.errors import InputError
from pneumoscope.models.records import PrecisionChoice
from pneumoscope.naming import Column
from pneumoscope.options import EvaluationOptions, Recipe, TuningOptions
from pneumoscope.pipelines.training.nodes import hard_films, training_data
from pneumoscope.tuning.search import Conditions, Report, search
from pneumoscope.tuning.space import check_names, values_of, with_values
from pneumoscope.tuning.words import study_sentences, trial_rows

logger = logging.getLogger(__name__)


def space_checker(model: str) -> Callable[[Recipe, TuningOptions], bool]:
    """Give the node function that refuses a space before anything is read."""

    def check_the_space(recipe: Recipe, tuning: TuningOptions) -> bool:
        """Make sure that the recipe has every option that is to be searched."""
        check_names(model, recipe, tuning.ranges)
        return True

    return check_the_space


def recipe_searcher(model: str) -> Callable[..., pd.DataFrame]:
    """Give the node function that searches the recipe of one block.

    Args:
        model: The block.
    """

    def compare_recipes(
        train_images: ShardedImages,
        train_rows: pd.DataFrame,
        validation_images: ShardedImages,
        validation_rows: pd.DataFrame,
        stressed_images: ShardedImages,
        stressed_rows: pd.DataFrame,
        pseudo_sites: pd.DataFrame,
        weights_available: bool,
        space: bool,
        precision: PrecisionChoice,
        studies: StudyFolder,
        recipe: Recipe,
        tuning: TuningOptions,
        evaluation: EvaluationOptions,
        seed: int,
    ) -> pd.DataFrame:
        """Try recipes, each measured on a part of validation.

        Returns:
            One row a trial.
        """
        from pneumoscope.evaluation.ranking import auroc
        from pneumoscope.evaluation.sample import Sample
        from pneumoscope.models.architectures.registry import build
        from pneumoscope.models.resume.fingerprint import fingerprint
        from pneumoscope.models.scoring import score
        from pneumoscope.models.training.execution import prepare_backend
        from pneumoscope.models.training.fit import fit
        from pneumoscope.models.training.history import EpochReport
        from pneumoscope.models.training.record import describe_training_data

        if not (weights_available and space):
            raise ValueError("expected weights and space to have been checked before the search")
        data = training_data(
            train_images, train_rows, validation_images, validation_rows, stressed_images,
            stressed_rows, pseudo_sites,
        )  # fmt: skip
        part = _part(model, tuning, recipe, data.hard is not None)
        films, rows = getattr(data, part), {
            "validation": validation_rows, "stressed": stressed_rows,
            "hard": validation_rows.iloc[hard_films(validation_rows, pseudo_sites)],
        }[part]  # fmt: skip
        seed = recipe.fitting.seed_or(seed)

        def built(chosen: Recipe) -> Any:
            prepare_backend(seed)
            return build(chosen.model, train_images.shape[1:], seed, precision.precision)

        def attempt(values: Mapping[str, Any], title: str, report: Report) -> Any:
            chosen = with_values(recipe, values)

            def after_epoch(row: EpochReport) -> None:
                report(row.epoch, getattr(row, f"{part}_auroc"))

            found = fit(built(chosen), chosen, data, seed, after_epoch, title)
            scores = score(found.model, films.images, evaluation.batch_size, title)
            sample = Sample.of_rows(rows.assign(**{Column.SCORE: scores}))
            return auroc(sample, evaluation.confidence).estimate, len(found.history)

        own = values_of(recipe, tuning.ranges)
        described = {
            **fingerprint(built(recipe), data, recipe, seed),
            "part": part,
            "prune": str(tuning.prune),
            "space": json.dumps({name: one.model_dump() for name, one in tuning.ranges.items()}),
        }
        train = describe_training_data(train_rows).sha256
        conditions = Conditions(model, described, train, part, own, seed)
        study = search(conditions, tuning, studies, attempt)
        for sentence in study_sentences(study, own):
            logger.info(sentence)
        return pd.DataFrame(trial_rows(study))

    return compare_recipes


def _part(model: str, tuning: TuningOptions, recipe: Recipe, hard: bool) -> str:
    """Return the part of validation that decides; hard films are too few, or enough."""
    for asked, where in (
        (tuning.part, "tuning.part"),
        (recipe.fitting.select_by, f"{model}.fitting.select_by"),
    ):
        if asked == "hard" and not hard:
            raise InputError(
                f"hard films in validation, by which `{where}` chooses",
                "too few (the report's section on who took the films says how many)",
                "Choose by `stressed` validation, or give validation more patients.",
            )
    if tuning.part != "auto":
        return tuning.part
    if not hard:
        logger.info("%s: too few hard films in validation; stressed validation decides", model)
    return "hard" if hard else "stressed"
