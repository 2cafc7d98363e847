import numpy as np
import pandas as pd
import pytest

from pneumoscope.options import EvaluationOptions
from pneumoscope.robustness.shortcuts import measure_shortcuts
from pneumoscope.robustness.variants import CONDITIONS

OPTIONS = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}, "bootstrap": 100})
SURE = [0.1] * 20 + [0.9] * 20
COIN = [0.3, 0.7] * 20
# Ranked as before, yet half of NORMAL is now above 0.5.
MOVED = [0.4, 0.6] * 10 + [0.9] * 20


def scored(**scores: list[float]) -> pd.DataFrame:
    known = pd.DataFrame(
        {
            "radiograph_id": range(40),
            "patient_id": [f"p{n}" for n in range(40)],
            "label": np.repeat(["NORMAL", "PNEUMONIA"], 20),
        }
    )
    return pd.concat(
        [
            known.assign(variant=name, strength=np.nan, score=scores.get(name.split()[0], SURE))
            for name in CONDITIONS
        ],
        ignore_index=True,
    )


def verdicts(**scores: list[float]) -> dict[str, str]:
    conditions = measure_shortcuts(scored(**scores), 0.5, OPTIONS)["conditions"]
    return {name: found["verdict"] for name, found in conditions.items() if "verdict" in found}


def test_every_condition_is_measured_against_the_films_as_they_are():
    found = measure_shortcuts(scored(lungs=COIN), 0.5, OPTIONS)
    assert (found["n"], found["patients"]) == (40, 40)
    assert list(found["conditions"]) == list(CONDITIONS)
    gone = found["conditions"]["lungs blacked out"]
    assert gone["auroc"]["value"] == pytest.approx(0.5)
    assert gone["auroc"]["fall"]["value"] == pytest.approx(0.5)


def test_a_model_that_ranks_without_lungs_is_found_out():
    assert "it reads something other than lungs" in verdicts()["lungs blacked out"]
    assert "AUROC 1.00 (0.83 to 1.00)" in verdicts()["border alone"]


def test_a_model_that_guesses_without_lungs_is_not_accused():
    assert "not better than chance" in verdicts(lungs=COIN)["lungs blacked out"]
    assert "the wrong way round" in verdicts(border=SURE[::-1])["border alone"]


def test_what_surrounds_the_lungs_is_told_when_it_is_missed():
    assert "ranks as well by the lungs alone" in verdicts()["lungs alone"]
    assert "also uses what surrounds the lungs" in verdicts(lungs=COIN)["lungs alone"]


def test_a_threshold_that_fails_on_coarse_films_is_told_though_they_are_ranked():
    told = verdicts(one=MOVED)["one JPEG quality"]
    assert "no sign that the ranking rests on how films were compressed" in told
    assert "specificity falls by 0.50" in told
    assert "takes coarse films for PNEUMONIA" in told
    assert "fine grain" in verdicts(one=COIN)["one detail and JPEG quality"]


def test_one_class_leaves_verdicts_open_with_the_reason():
    sick = scored().query("label == 'PNEUMONIA'")
    conditions = measure_shortcuts(sick, 0.5, OPTIONS)["conditions"]
    told = [found["verdict"] for name, found in conditions.items() if name != "as it is"]
    assert told == ["Nothing can be said: no radiograph is NORMAL."] * 5
