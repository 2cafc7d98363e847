"""The search itself, by optuna: what to try next, what each trial gave, and where it stood."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any, Protocol

from pneumoscope.counts import counted
from pneumoscope.errors import InputError
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.extras import needs_extra
from pneumoscope.options.tuning import RangeOptions, TuningOptions
from pneumoscope.progress import duration
from pneumoscope.tuning.records import Ending, Study, Trial
from pneumoscope.tuning.words import part_in_words

logger = logging.getLogger(__name__)

RANDOM = 10
"""Trials that are drawn at random before the others are drawn near the best of them."""

_TRIED = "tried"


class GivenUp(Exception):
    """A trial is worse than others were at its epoch, and is not trained on."""


Report = Callable[[int, float], None]
"""Told an epoch and the AUROC after it; raises `GivenUp`."""

Attempt = Callable[[Mapping[str, Any], str, Report], tuple[Estimate, int]]
"""Trains a recipe with these values, under this title: AUROC of its model and epochs trained."""


class Studies(Protocol):
    """Where studies are kept."""

    def journal(self, identity: str) -> Path:
        """Return the file that optuna keeps a study in."""

    def read(self) -> dict[str, Study]:
        """Return all studies by their identities."""

    def write(self, identity: str, study: Study) -> None:
        """Keep a study in the place of what was kept of it before."""


@dataclass(frozen=True)
class Conditions:
    """What all trials of a study have in common.

    Attributes:
        model: The block.
        described: Everything that shapes the result of a trial, and the space.
        films: SHA-256 of train.
        part: The part of validation that decides.
        own: The recipe's own values of what is searched.
        seed: Of the draws.
    """

    model: str
    described: Mapping[str, str]
    films: str
    part: str
    own: Mapping[str, Any]
    seed: int

    @property
    def identity(self) -> str:
        """Name of the study: equal for equal conditions."""
        text = json.dumps(self.described, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def search(
    conditions: Conditions, options: TuningOptions, studies: Studies, attempt: Attempt
) -> Study:
    """Try recipes until as many as asked for have ended; go on with the study of these conditions.

    What is tried next depends on the seed and on the trials that have ended, so that a search which
    was stopped goes on as if it had not been; the trial that was under way begins anew.

    Args:
        conditions: Of all trials.
        options: The space, and how many trials.
        studies: Where this study is kept, after every trial.
        attempt: Trains and measures one recipe.

    Raises:
        InputError: The extra is missing.
    """
    with needs_extra("tune"):
        import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    known, identity = studies.read(), conditions.identity
    _say_what_it_goes_on_from(conditions, known)
    kept = _Kept(optuna, conditions, options, studies.journal(identity))
    study = kept.read()
    studies.write(identity, study)
    seconds: list[float] = []
    while len(study.trials) < options.trials:
        begun = time.monotonic()
        kept.try_next(len(study.trials) + 1, attempt)
        seconds.append(time.monotonic() - begun)
        study = kept.read()
        studies.write(identity, study)
        _say_what_came_of_it(study, options.trials, mean(seconds))
    return study


class _Kept:
    """A study in optuna's journal.

    Args:
        optuna: The package, which is an extra.
        conditions: Of all trials.
        options: The space.
        journal: The file.
    """

    def __init__(
        self, optuna: Any, conditions: Conditions, options: TuningOptions, journal: Path
    ) -> None:
        self._optuna, self._conditions, self._options = optuna, conditions, options
        backend = optuna.storages.journal.JournalFileBackend(str(journal))
        pruner = optuna.pruners.MedianPruner(n_startup_trials=5) if options.prune else None
        self._study = optuna.create_study(
            storage=optuna.storages.JournalStorage(backend), study_name=conditions.model,
            direction="maximize", load_if_exists=True,
            pruner=pruner or optuna.pruners.NopPruner(),
        )  # fmt: skip
        state = optuna.trial.TrialState
        for one in self._study.get_trials(deepcopy=False, states=(state.RUNNING,)):
            # Of a search that was stopped: nobody has seen what it would have given.
            self._study.tell(one.number, state=state.FAIL)

    def read(self) -> Study:
        """Return what has been tried."""
        tried = [one.user_attrs[_TRIED] for one in self._study.trials if _TRIED in one.user_attrs]
        trials = [
            Trial(**{**one, "ending": Ending(one["ending"]), "auroc": Estimate(**one["auroc"])})
            for one in tried
        ]
        known = self._conditions
        return Study(known.model, known.described, known.films, known.part, trials)

    def try_next(self, number: int, attempt: Attempt) -> None:
        """Try one more recipe."""
        optuna, known = self._optuna, self._conditions
        sampler = optuna.samplers.TPESampler(
            seed=(known.seed + number) % 2**32, n_startup_trials=RANDOM
        )
        self._study.sampler = sampler
        ranges = self._options.ranges
        if number == 1:
            if all(one.holds(known.own[name]) for name, one in ranges.items()):
                self._study.enqueue_trial(dict(known.own))
            else:
                logger.info("%s: the recipe as it is lies outside the space", known.model)
        asked = self._study.ask()
        values = {name: _drawn(asked, name, one) for name, one in ranges.items()}
        trial = self._attempt(asked, Trial(number, Ending.FAILED, values, _NONE, 0), attempt)
        asked.set_user_attr(_TRIED, asdict(trial))
        value = trial.auroc.value if trial.ending is Ending.COMPLETE else None
        state = optuna.trial.TrialState
        states = {
            Ending.COMPLETE: state.COMPLETE,
            Ending.STOPPED: state.PRUNED,
            Ending.FAILED: state.FAIL,
        }
        self._study.tell(asked, value, state=states[trial.ending])

    def _attempt(self, asked: Any, trial: Trial, attempt: Attempt) -> Trial:
        epochs = 0

        def report(epoch: int, auroc: float) -> None:
            nonlocal epochs
            epochs = epoch
            asked.report(auroc, epoch)
            if asked.should_prune():
                raise GivenUp

        title = f"{self._conditions.model}, trial {trial.number} of {self._options.trials}"
        try:
            auroc, epochs = attempt(trial.values, title, report)
        except GivenUp:
            reason = "it was behind the median of the trials before it"
            return replace(
                trial, ending=Ending.STOPPED, auroc=Estimate(None, reason=reason), epochs=epochs
            )
        except InputError as error:
            # A rate at which the loss leaves all numbers is a result, too.
            return replace(trial, auroc=Estimate(None, reason=f"{error.received}"), epochs=epochs)
        ending = Ending.FAILED if auroc.value is None else Ending.COMPLETE
        return replace(trial, ending=ending, auroc=auroc, epochs=epochs)


_NONE = Estimate(None, reason="it has not ended")


def _drawn(trial: Any, name: str, one: RangeOptions) -> Any:
    if one.choices is not None:
        return trial.suggest_categorical(name, list(one.choices))
    if one.whole:
        return trial.suggest_int(name, one.low, one.high, log=one.log)
    return trial.suggest_float(name, one.low, one.high, log=one.log)


def _say_what_it_goes_on_from(conditions: Conditions, known: Mapping[str, Study]) -> None:
    model = conditions.model
    if conditions.identity in known:
        ended = len(known[conditions.identity].trials)
        logger.info("%s: goes on after %s", model, counted(ended, "trial"))
        return
    others = [(_differing(one.described, conditions.described), one) for one in known.values()]
    if others:
        names, nearest = min(others, key=lambda each: len(each[0]))
        logger.warning(
            "%s: a study of its own, since it differs from that of %s in: %s",
            model, counted(len(nearest.trials), "trial"), ", ".join(names),
        )  # fmt: skip


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def _say_what_came_of_it(study: Study, asked: int, seconds: float) -> None:
    trial, best = study.trials[-1], study.best
    left = asked - trial.number
    logger.info(
        "%s: trial %d of %d, %s: AUROC on %s %s%s%s",
        study.model, trial.number, asked, trial.ending, part_in_words(study.part), trial.auroc,
        f"; the largest so far {best.auroc.value:.3f}, trial {best.number}" if best else "",
        f"; about {duration(left * seconds)} left" if left else "",
    )  # fmt: skip
