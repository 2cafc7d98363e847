import numpy as np
import pandas as pd
import pytest

from pneumoscope.naming import Metric
from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness.shortcuts import measure_shortcuts
from pneumoscope.robustness.variants import AS_IT_IS, CONDITIONS

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
EACH = 1000
SURE = [0.1] * EACH + [0.9] * EACH
# Half of each class above the other half of both.
COIN = [0.3, 0.7] * EACH
# Ranked as before, yet half of NORMAL is now above 0.5.
MOVED = [0.4, 0.6] * (EACH // 2) + [0.9] * EACH


def scored(every: int = 1, **scores: list[float]) -> pd.DataFrame:
    known = pd.DataFrame(
        {
            "radiograph_id": range(2 * EACH),
            "patient_id": [f"p{n}" for n in range(2 * EACH)],
            "label": np.repeat(["NORMAL", "PNEUMONIA"], EACH),
        }
    )
    parts = [
        known.assign(variant=name, strength=np.nan, score=scores.get(name.split()[0], SURE))
        for name in CONDITIONS
    ]
    return pd.concat([part.iloc[::every] for part in parts], ignore_index=True)


def verdicts(every: int = 1, **scores: list[float]) -> dict[str, str]:
    found = measure_shortcuts(scored(every, **scores), 0.5, OPTIONS)
    return {name: one.verdict for name, one in found.ablations.items()}


def test_every_ablation_is_measured_against_the_films_as_they_are():
    found = measure_shortcuts(scored(centre=COIN), 0.5, OPTIONS)
    assert (found.counted.films, found.counted.patients) == (2 * EACH, 2 * EACH)
    assert [AS_IT_IS, *found.ablations] == list(CONDITIONS)
    gone = found.ablations["centre blacked out"].altered
    assert gone.metrics[Metric.AUROC].value == pytest.approx(0.5)
    assert gone.drops[Metric.AUROC].value == pytest.approx(0.5)
    assert found.as_it_is[Metric.AUROC].value == 1.0


def test_a_model_that_ranks_without_the_centre_is_found_out():
    assert verdicts()["centre blacked out"].startswith(
        "The model still ranks PNEUMONIA above NORMAL with AUROC 1.00 ("
    )
    assert "the wrong way round" in verdicts(border=SURE[::-1])["border alone"]


def test_a_model_that_guesses_without_the_centre_is_not_accused():
    assert verdicts(centre=COIN)["centre blacked out"].endswith(
        "what is left ranks within 0.05 of chance."
    )


def test_with_few_films_chance_is_not_claimed_either():
    noise = np.random.default_rng(1).random(2 * EACH).tolist()
    told = verdicts(40, centre=noise)["centre blacked out"]
    assert "whether what is left ranks the classes cannot be told" in told
    # Twenty films, ranked as before by other scores.
    other = [0.2] * EACH + [0.8] * EACH
    told = verdicts(100, centre=other, one=other)
    assert "uses what surrounds it cannot be told" in told["centre alone"]
    assert "depends on compression cannot be told" in told["one JPEG quality"]


def test_what_surrounds_the_centre_is_told_when_it_is_missed():
    assert (
        "with the centre alone the AUROC does not drop by 0.05 or more."
        in verdicts()["centre alone"]
    )
    assert "also uses what surrounds the centre" in verdicts(centre=COIN)["centre alone"]


def test_a_threshold_that_fails_on_coarse_films_is_told_though_they_are_ranked():
    told = verdicts(one=MOVED)["one JPEG quality"]
    assert "with equal compression the AUROC does not drop by 0.05 or more." in told
    assert "specificity drops by 0.50" in told
    assert "calls coarse films PNEUMONIA more often" in told
    assert "fine grain" in verdicts(one=COIN)["one detail and JPEG quality"]


def test_one_class_leaves_verdicts_open_with_the_reason():
    sick = scored(20).query("label == 'PNEUMONIA'")
    found = measure_shortcuts(sick, 0.5, OPTIONS)
    told = [one.verdict for one in found.ablations.values()]
    assert told == ["Nothing can be told: no radiograph is NORMAL."] * 5
