"""The nodes of the explanation as plain functions."""

import numpy as np
import pandas as pd
import pytest
from example_metrics import model_metrics

from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.explanation.records import Cases
from pneumoscope.models.architectures import registry
from pneumoscope.options import EvaluationOptions, ExplanationOptions, ModelOptions
from pneumoscope.pipelines.explanation import nodes
from pneumoscope.radiographs.recorded import BURNT_IN, TAGS_SPEAK_OF

OPTIONS = ExplanationOptions.model_validate(
    {"sample": 2, "randomisations": 2, "channels": 2, "smooth_grad": {"copies": 2}}
)
EVALUATION = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
ROWS = pd.DataFrame(
    {
        "radiograph_id": ["a", "b", "c", "d", "e"],
        "patient_id": ["p", "q", "r", "s", "t"],
        "label": ["NORMAL", "PNEUMONIA", "NORMAL", "PNEUMONIA", "PNEUMONIA"],
    }
)
SCORES = pd.concat(
    [
        ROWS.assign(split="validation", score=0.9),
        # In another order than the films, as a table from elsewhere might be.
        ROWS.assign(split="test", score=[0.2, 0.7, 0.6, 0.8, 0.9]).iloc[::-1],
    ],
    ignore_index=True,
)
METRICS = model_metrics(operating_point={"threshold": 0.5})


@pytest.fixture(scope="module")
def images() -> ShardedImages:
    random = np.random.default_rng(1)
    return ShardedImages([random.integers(0, 256, (5, 16, 16, 1)).astype(np.uint8)])


@pytest.fixture(scope="module")
def cases() -> Cases:
    return nodes.select_cases(SCORES, METRICS, ROWS)


def build(architecture: str, **changes):
    options = ModelOptions.model_validate({"architecture": architecture, **changes})
    return registry.build(options, (16, 16, 1), seed=1)


def explain(model, images, cases):
    return nodes.explain_cases(model, images, ROWS, SCORES, cases, OPTIONS, EVALUATION, 7)


def test_select_cases_looks_at_test_alone(cases):
    found = [(case.outcome, case.radiograph_id) for case in cases.chosen]
    assert found == [
        ("true positive", "b"), ("true positive", "e"), ("false positive", "c"),
        ("true negative", "a"),
    ]  # fmt: skip
    assert list(cases.missing) == ["false negative"]


def test_a_film_whose_tags_speak_of_a_burnt_in_name_is_not_chosen():
    warned = ROWS.assign(warning=["", "", f"{TAGS_SPEAK_OF}{BURNT_IN}; looks inverted", "", ""])
    found = nodes.select_cases(SCORES, METRICS, warned)
    assert "c" not in [case.radiograph_id for case in found.chosen]
    assert found.missing["false positive"].endswith("0.500, of those that may be shown")
    unwarned = nodes.select_cases(SCORES, METRICS, ROWS.assign(warning="looks inverted"))
    assert unwarned == nodes.select_cases(SCORES, METRICS, ROWS)


@pytest.mark.parametrize(
    ("model", "method"),
    [({"architecture": "mlp", "units": [4]}, "SmoothGrad"),
     ({"architecture": "cnn", "filters": [3, 4], "units": 4}, "HiResCAM")],
)  # fmt: skip
def test_explain_cases_maps_the_chosen_films_and_tests_the_maps(model, method, images, cases):
    explanations, arrays = explain(build(**model), images, cases)
    np.testing.assert_array_equal(arrays["films"], images[np.array([1, 4, 2, 0])][..., 0])
    assert arrays["maps"].shape == (4, 16, 16)
    assert explanations.method == method
    assert [case.radiograph_id for case in explanations.cases] == ["b", "e", "c", "a"]
    sanity, outside = explanations.sanity, explanations.outside
    assert sanity.comparisons + sanity.undefined == 4 * 2
    assert {label: part.n + part.empty for label, part in outside.classes.items()} == {
        "NORMAL": 2, "PNEUMONIA": 2,
    }  # fmt: skip


def test_explanations_repeat_to_the_last_digit(images, cases):
    model = build("cnn", filters=[3], units=4)
    first, again = explain(model, images, cases), explain(model, images, cases)
    assert first[0] == again[0]
    np.testing.assert_array_equal(first[1]["maps"], again[1]["maps"])


def test_a_map_explains_the_decision_that_was_made(images, cases):
    from pneumoscope.models.explain.attribution import attribute

    model = build("cnn", filters=[3], units=4)
    _, arrays = explain(model, images, cases)
    films = images[np.array([1, 4, 2, 0])]
    towards = np.array([1, 1, 1, -1])
    np.testing.assert_array_equal(arrays["maps"], attribute(model, films, towards, OPTIONS, 7))


def test_a_film_that_is_not_stored_is_no_other_film(images, cases):
    with pytest.raises(KeyError, match="b"):
        nodes.explain_cases(
            build("mlp", units=[4]), images, ROWS.iloc[2:], SCORES, cases, OPTIONS, EVALUATION, 7
        )


def test_describe_activations_shows_one_film_of_each_class(images, cases):
    model = build("cnn", filters=[3, 4], units=4)
    arrays = nodes.describe_activations(model, images, ROWS, cases, OPTIONS)
    np.testing.assert_array_equal(arrays["films"], images[np.array([4, 0])][..., 0])
    assert arrays["maps/conv_2_relu"].shape == (2, 2, 8, 8)
