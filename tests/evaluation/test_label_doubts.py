import numpy as np
import pandas as pd
import pytest

from pneumoscope.evaluation.label_doubts import averaged, doubt, looked_at, out_of_fold


def found(labels: str, likely: list[float]) -> pd.DataFrame:
    """Films with one letter each, N or P, and their probability."""
    names = [f"film{n}" for n in range(len(labels))]
    return pd.DataFrame(
        {
            "radiograph_id": names,
            "patient_id": names,
            "label": ["PNEUMONIA" if one == "P" else "NORMAL" for one in labels],
            "subtype": "unknown",
            "split": "train",
            "probability": likely,
        }
    )


def test_a_label_is_doubted_that_is_confidently_of_the_other_class():
    # The means are 0.8 over those labelled PNEUMONIA and 0.6 (of NORMAL) over the others.
    table = doubt(found("PPPNNN", [0.95, 0.9, 0.55, 0.15, 0.15, 0.9]))
    assert table["radiograph_id"].tolist() == ["film5"]
    assert table["suggested"].tolist() == ["PNEUMONIA"]
    assert table["margin"].tolist() == pytest.approx([0.8])


def test_doubts_are_ranked_by_their_margin():
    table = doubt(found("PPPPPNNNNN", [0.9, 0.9, 0.9, 0.05, 0.02, 0.1, 0.1, 0.1, 0.9, 0.97]))
    assert table["radiograph_id"].tolist() == ["film4", "film9", "film3", "film8"]


def test_labels_that_films_bear_out_are_not_doubted():
    assert doubt(found("PPNN", [0.9, 0.6, 0.4, 0.1])).empty
    # Unsure is not confident: below the mean of the other class.
    assert doubt(found("PPPNNN", [0.99, 0.98, 0.99, 0.01, 0.02, 0.6])).empty
    assert doubt(found("PP", [0.9, 0.1])).empty


def films(count: int, wrong: int, seed: int = 0) -> tuple[np.ndarray, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    truth = np.arange(count) % 2
    features = rng.normal(size=(count, 20)) + 2.5 * truth[:, None] * (np.arange(20) < 2)
    label = truth.copy()
    label[:wrong] = 1 - label[:wrong]
    rows = found("".join("NP"[one] for one in label), [0.0] * count)
    return features, rows.drop(columns="probability")


def test_flipped_labels_are_found_among_clear_films():
    features, rows = films(400, 12)
    table = doubt(rows.assign(probability=out_of_fold(features, rows, 7)))
    flipped = {f"film{n}" for n in range(12)}
    assert len(flipped & set(table["radiograph_id"][:14])) >= 8


def test_no_film_is_judged_by_a_head_that_knows_its_patient():
    # Noise alone: a head that had seen the film would know its label.
    rng = np.random.default_rng(0)
    _, rows = films(200, 0)
    rows = rows.assign(patient_id=[f"p{n // 4}" for n in range(200)], label=rng.choice(
        ["NORMAL", "PNEUMONIA"], 50).repeat(4))  # fmt: skip
    features = rng.normal(size=(50, 30)).repeat(4, axis=0)
    likely = out_of_fold(features, rows, 7)
    assert ((likely > 0.5) == (rows["label"] == "PNEUMONIA")).mean() < 0.65


def test_too_few_patients_of_a_class_tell_nothing():
    features, rows = films(20, 0)
    rows["label"] = ["PNEUMONIA"] * 4 + ["NORMAL"] * 16
    assert np.isnan(out_of_fold(features, rows, 7)).all()


def test_models_are_averaged_over_the_films_that_all_have():
    one, other = found("PN", [0.8, 0.4]), found("PN", [0.6, np.nan])
    together = averaged({"mlp": one, "cnn": other})
    assert together["probability"].tolist() == pytest.approx([0.7])
    assert averaged({"mlp": one, "cnn": other[:1]})["radiograph_id"].tolist() == ["film0"]
    assert looked_at(together) == {"train": 1, "validation": 0, "test": 0}
