"""What a search found, in words: the command that trains it, and what the choice flatters."""

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.models.records import Tuning
from pneumoscope.options import Recipe
from pneumoscope.tuning.records import Ending, Study, Trial
from pneumoscope.tuning.tried import tuning_of
from pneumoscope.tuning.words import as_params, study_sentences, trial_rows, tried_in_words

OWN = {"fitting.learning_rate": 0.001, "model.dropout": 0.4}
BETTER = {"fitting.learning_rate": 0.01, "model.dropout": 0.4}


def trial(number, values, auroc, ending=Ending.COMPLETE):
    estimate = Estimate(auroc, auroc - 0.1, auroc + 0.1) if auroc else Estimate(None, reason="nan")
    return Trial(number, ending, values, estimate, 3)


def study(*trials, films="a" * 64, part="hard"):
    return Study("cnn", {}, films, part, trials)


def recipe(rate=0.001):
    return Recipe.model_validate(
        {
            "model": {"architecture": "cnn", "dropout": 0.4}, "augmentation": {},
            "fitting": {"epochs": 2, "learning_rate": rate},
        }
    )  # fmt: skip


def test_what_was_found_is_told_beside_the_recipe_as_it_is_and_with_its_command():
    found, command = study_sentences(study(trial(1, OWN, 0.7), trial(2, BETTER, 0.8)), OWN)
    assert found == (
        "cnn: 2 recipes were tried; the largest AUROC on hard validation is 0.800 (0.700 to 0.900)"
        ", of the recipe as it is 0.700 (0.600 to 0.800). As the largest of all it flatters: test "
        "has yet to be asked."
    )
    assert command == "To train it: kedro run --params cnn.fitting.learning_rate=0.01"


def test_where_nothing_does_better_there_is_no_command():
    (found,) = study_sentences(study(trial(1, OWN, 0.8), trial(2, BETTER, 0.8)), OWN)
    assert found.endswith("is 0.800 (0.700 to 0.900), of the recipe as it is.")


def test_where_nothing_ended_that_is_said():
    failed = trial(1, OWN, None, Ending.FAILED)
    assert study_sentences(study(failed), OWN) == [
        "cnn: 1 recipe was tried, and none has an AUROC on hard validation."
    ]


def test_values_are_written_as_params_takes_them():
    given = {"model.batch_norm": True, "fitting.ema_momentum": None, "fitting.batch_size": 16}
    assert as_params("cnn", given) == (
        "cnn.model.batch_norm=true,cnn.fitting.ema_momentum=null,cnn.fitting.batch_size=16"
    )


def test_a_row_a_trial_has_its_ending_its_auroc_and_its_values():
    failed = trial(2, BETTER, None, Ending.FAILED)
    first, second = trial_rows(study(trial(1, OWN, 0.7), failed))
    assert (first["auroc"], first["model.dropout"], first["note"]) == (0.7, 0.4, None)
    assert (second["ending"], second["auroc"], second["note"]) == ("failed", None, "nan")


def test_trials_count_whatever_study_of_the_same_films_they_are_of():
    of_it = [study(trial(1, OWN, 0.7)), study(trial(1, OWN, 0.7), trial(2, BETTER, 0.8))]
    assert tuning_of(recipe(0.01), "a" * 64, of_it) == Tuning(3, "hard", best=True)
    assert tuning_of(recipe(0.05), "a" * 64, of_it) == Tuning(3, "hard", best=False)
    assert tuning_of(recipe(0.01), "b" * 64, of_it) is None
    assert tuning_of(recipe(), "a" * 64, []) is None
    assert tuning_of(recipe(), "a" * 64, [study()]) is None


def test_a_card_says_that_the_choice_flatters_only_where_it_was_made():
    assert tried_in_words(Tuning(20, "hard", best=True)) == (
        "20 recipes were tried on the same films before; this is the one with the largest AUROC on "
        "hard validation, so what validation shows is flattered; test took no part"
    )
    other = tried_in_words(Tuning(1, "validation", best=False))
    assert other.startswith("1 recipe was tried on the same films before; this is not the one")
    assert "flattered" not in other
