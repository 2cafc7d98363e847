"""How many recipes were tried before the one that a model is trained by."""

from collections.abc import Iterable

from pneumoscope.models.records import Tuning
from pneumoscope.options import Recipe
from pneumoscope.tuning.records import Study
from pneumoscope.tuning.space import values_of


def tuning_of(recipe: Recipe, films: str, studies: Iterable[Study]) -> Tuning | None:
    """Count the trials of all studies of a block on the same train; None without one.

    Args:
        recipe: That the model is trained by.
        films: SHA-256 of train.
        studies: Of its block.
    """
    own = [one for one in studies if one.films == films and one.trials]
    if not own:
        return None
    chosen = [
        one for one in own if one.best and values_of(recipe, one.best.values) == one.best.values
    ]
    part = (chosen or own)[-1].part
    return Tuning(sum(len(one.trials) for one in own), part, bool(chosen))
