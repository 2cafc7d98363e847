"""Two models compared by one metric: the record, and its row in the table of pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import pandas as pd

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.naming import Metric


@dataclass(frozen=True)
class Pair:
    """Two models compared by one metric on the same radiographs.

    Attributes:
        architecture_a: The first.
        architecture_b: The second.
        metric: What they are compared by.
        a: Its value of the first; None where undefined.
        b: Its value of the second.
        difference: a minus b.
        low: Bounds of the difference, paired by patient; None without an interval.
        high: As above.
        p: Two-sided p value over patients: Obuchowski's test of AUROCs, an exact clustered
            McNemar test of predictions.
        p_holm: The same, corrected for the number of pairs.
        p_independent: DeLong's and McNemar's own, which take every radiograph as independent.
        verdict: What can be said of the difference.
        reason: Why a number is missing; None when none is.
    """

    architecture_a: str
    architecture_b: str
    metric: Metric
    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_independent: float | None
    p_holm: float | None = None
    verdict: Verdict = Verdict.OPEN
    reason: str | None = None

    @property
    def estimate(self) -> Estimate:
        """The difference with its interval."""
        return Estimate(self.difference, self.low, self.high, self.reason)

    def seen_from(self, name: str) -> "Pair":
        """Return the pair with this model as the first."""
        if name == self.architecture_a:
            return self
        turned = self.estimate.mapped(lambda value: 0.0 - value)
        return replace(
            self,
            architecture_a=self.architecture_b,
            architecture_b=self.architecture_a,
            a=self.b,
            b=self.a,
            difference=turned.value,
            low=turned.low,
            high=turned.high,
        )


def pairs_as_table(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Return one row a pair and metric, a column for each attribute."""
    return pd.DataFrame(map(asdict, pairs), columns=[field.name for field in fields(Pair)])


def pairs_of_table(table: pd.DataFrame) -> list[Pair]:
    """Read back what `pairs_as_table` gave."""
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return [_pair_of({str(key): value for key, value in row.items()}) for row in rows]


def _pair_of(row: Mapping[str, Any]) -> Pair:
    typed = {"metric": Metric(row["metric"]), "verdict": Verdict(row["verdict"])}
    return Pair(**{**row, **typed})
