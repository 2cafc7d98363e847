"""What an update is worth: fitted on films of some patients, measured on those of all others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pneumoscope.arrays import BoolArray, FloatArray, IntArray
from pneumoscope.evaluation.calibration.recalibration import recalibrate
from pneumoscope.evaluation.measured import Measured, mean_of, paired_difference
from pneumoscope.evaluation.proportions import proportion
from pneumoscope.evaluation.sample import Sample
from pneumoscope.external.updates.fitting import fit_reading
from pneumoscope.external.updates.records import Change, Reading, Worth
from pneumoscope.naming import Consequence, Recalibration, ThresholdRule
from pneumoscope.options import EvaluationOptions, SiteUpdateOptions

NO_FILM = "no film of the class is left to measure on"

_AIMS = {
    ThresholdRule.MIN_SENSITIVITY: (Consequence.SENSITIVITY, Consequence.SPECIFICITY),
    ThresholdRule.MIN_SPECIFICITY: (Consequence.SPECIFICITY, Consequence.SENSITIVITY),
}


@dataclass(frozen=True, eq=False)
class Cut:
    """Patients of a site cut in two, in the order in which films of theirs would come in.

    Attributes:
        order: Positions of the films of those that updates are fitted on, patient by patient.
        ends: Of each of these patients, how many films came in with the last of theirs.
        rest: Positions of the films of all others.
    """

    order: IntArray
    ends: IntArray
    rest: IntArray

    def first(self, films: int | None) -> IntArray:
        """Return the films of as many patients as it takes to have so many; None for all."""
        if films is None or films > self.ends[-1]:  # fewer where patients were left out
            return self.order
        return self.order[: self.ends[np.searchsorted(self.ends, films)]]

    def without(self, gone: BoolArray, patient: IntArray) -> "Cut":
        """Leave out some patients on both sides.

        Args:
            gone: Shape (patients,), true for those that are left out.
            patient: Shape (n,), the patient behind each film.
        """
        order = self.order[~gone[patient[self.order]]]
        owner = patient[order]
        ends = np.append(np.flatnonzero(owner[1:] != owner[:-1]) + 1, len(owner))
        return Cut(order, ends, self.rest[~gone[patient[self.rest]]])


def cut_patients(sample: Sample, options: SiteUpdateOptions, seed: int) -> list[Cut]:
    """Cut the patients of a site at random, several times.

    Args:
        sample: The films of the site, of two patients or more.
        options: Share of the patients on the side of the update, and how many cuts.
        seed: Seed of the draws.
    """
    draw = np.random.default_rng(seed)
    side = min(sample.patients - 1, max(1, round(options.share * sample.patients)))
    films = sample.by_patient().astype(np.int64)
    cuts = []
    for _ in range(options.cuts):
        places = draw.permutation(sample.patients)
        rank = np.argsort(places)[sample.patient]
        order = np.argsort(rank, kind="stable")
        ends = np.cumsum(films[places[:side]])
        cuts.append(Cut(order[: ends[-1]], ends, np.sort(order[ends[-1] :])))
    return cuts


def sizes_of(cuts: Sequence[Cut], options: SiteUpdateOptions) -> list[int | None]:
    """Return the numbers of films that every cut holds, ascending; None, for all, comes last."""
    fewest = min(int(cut.ends[-1]) for cut in cuts)
    return [*(films for films in sorted(options.films) if films < fewest), None]


def measure_worth(
    rows: pd.DataFrame,
    cuts: Sequence[Cut],
    films: int | None,
    locked: Reading,
    options: EvaluationOptions,
) -> Worth:
    """Fit an update on so many films of each cut, and measure it on the films beyond the cut.

    What cuts make of a film is averaged first, so that each film counts once and an interval is
    over the patients that it was measured on, as if the updates were given: right for the one of
    a single cut, which is what is then used.

    Args:
        rows: Columns patient_id, label, split and score of the films of a site.
        cuts: Ways to cut its patients in two.
        films: How many films an update is fitted on; None for all on its side of the cut.
        locked: How scores are read without an update.
        options: The rule of the threshold, and the confidence.
    """
    sample = Sample.of_rows(rows)
    before, after = _Read.nothing(sample), _Read.nothing(sample)
    fitted: list[tuple[Reading, IntArray]] = []
    for cut, learned, reading in _fit(rows, cuts, films, locked, options):
        before.add(locked, cut.rest)
        after.add(reading, cut.rest)
        fitted.append((reading, learned))
    aim = aim_of(sample, fitted[0][1], locked, options)
    counted = [len(learned) for _, learned in fitted]
    patients = [len(np.unique(sample.patient[learned])) for _, learned in fitted]
    done = [reading.method for reading, _ in fitted if reading.kept is None]
    measured = {
        name: _change(before.measured(name, options), after.measured(name, options), options)
        for name in ("brier", *{Consequence.SENSITIVITY, Consequence.SPECIFICITY, aim})
    }
    return Worth(
        radiographs=float(np.mean(counted)),
        patients=float(np.mean(patients)),
        methods={method: done.count(method) / len(fitted) for method in Recalibration},
        kept=1 - len(done) / len(fitted),
        brier=measured["brier"],
        sensitivity=measured[Consequence.SENSITIVITY],
        specificity=measured[Consequence.SPECIFICITY],
        aim=aim,
        aimed=measured[aim],
    )


def aim_of(
    sample: Sample, learned: IntArray, locked: Reading, options: EvaluationOptions
) -> Consequence:
    """Return what a new threshold is judged by.

    A rule that keeps a bound is judged by what it bounds where films of the update say that the
    locked threshold misses it, else by what is had for it; every other one by the mean of
    sensitivity and specificity.
    """
    rule = options.threshold
    if rule.rule not in _AIMS or rule.value is None:
        return Consequence.MACRO_RECALL
    bounded, other = _AIMS[rule.rule]
    ill = bounded is Consequence.SENSITIVITY
    own = learned[sample.label[learned] == ill]
    right = (sample.score[own] >= locked.operating_point.threshold) == ill
    return bounded if right.size and right.mean() < rule.value else other


def _fit(
    rows: pd.DataFrame,
    cuts: Sequence[Cut],
    films: int | None,
    locked: Reading,
    options: EvaluationOptions,
) -> Iterator[tuple[Cut, IntArray, Reading]]:
    for cut in cuts:
        learned = cut.first(films)
        yield cut, learned, fit_reading(rows.iloc[learned], locked, options)


@dataclass(frozen=True, eq=False)
class _Read:
    """What readings make of films, summed over cuts."""

    sample: Sample
    error: FloatArray
    right: FloatArray
    times: IntArray = field(repr=False)

    @classmethod
    def nothing(cls, sample: Sample) -> "_Read":
        """Begin with films that were not read yet."""
        n = sample.label.size
        return cls(sample, np.zeros(n), np.zeros(n), np.zeros(n, dtype=np.int64))

    def add(self, reading: Reading, places: IntArray) -> None:
        """Read films once more."""
        scores, ill = self.sample.score[places], self.sample.label[places]
        line = reading.probability
        chance = scores if line is None else recalibrate(scores, line.slope, line.intercept)
        self.error[places] += np.square(chance - ill)
        self.right[places] += (scores >= reading.operating_point.threshold) == ill
        self.times[places] += 1

    def measured(self, name: str, options: EvaluationOptions) -> Measured:
        """Average a measure over cuts and films."""
        if name == "brier":
            return self._share(self.error, np.ones_like(self.sample.label), options)
        ill = self.sample.label
        if name == Consequence.SENSITIVITY:
            return self._share(self.right, ill, options)
        if name == Consequence.SPECIFICITY:
            return self._share(self.right, ~ill, options)
        both = (self._share(self.right, part, options) for part in (ill, ~ill))
        return mean_of(*both)

    def _share(self, summed: FloatArray, part: BoolArray, options: EvaluationOptions) -> Measured:
        read = part & (self.times > 0)
        mean = np.divide(summed, self.times, out=np.zeros_like(summed), where=read)
        counted, total = self.sample.by_patient(mean), self.sample.by_patient(read)
        return proportion(counted, total, options.confidence, NO_FILM)


def _change(before: Measured, after: Measured, options: EvaluationOptions) -> Change:
    difference = paired_difference(after, before, options.confidence)
    return Change(before.estimate, after.estimate, difference)
