import numpy as np
from example_references import false_alarms, reference

from pneumoscope.out_of_distribution.wording import outside_sentence, promise, reasons
from pneumoscope.robustness.features import PIXEL_FEATURES

LIMITS = false_alarms("f")
REFERENCE = reference("f")
USUAL = [np.mean(ends) for ends in REFERENCE.ranges.values()]
NEAR = {"pixels": 0.0, "layout": 0.0, "features": 0.0, "orientation": ""}


def told(numbers=USUAL, odd=True, **changes) -> str:
    measured = {name: np.array([value]) for name, value in {**NEAR, **changes}.items()}
    (text,) = reasons(measured, np.array([numbers]), np.array([odd]), REFERENCE, LIMITS)
    return text


def test_nothing_is_said_of_a_film_that_is_not_out_of_distribution():
    assert told(odd=False, numbers=[1e6] * 9, features=99.0) == ""


def test_what_is_far_is_named_and_nothing_else():
    assert told(features=2.0) == "the model sees it unlike the training radiographs"
    assert told(layout=2.0).startswith("bright and dark lie in other places")
    assert told(orientation="inverted") == "looks inverted"
    both = told(orientation="on its side", features=5.0)
    assert both == "looks on its side; the model sees it unlike the training radiographs"


def test_pixel_numbers_outside_of_train_are_named_the_farthest_first():
    pixels = dict(zip(PIXEL_FEATURES, USUAL, strict=True))
    low, high = REFERENCE.ranges["mean_grey"]
    pixels["mean_grey"] = high + 9 * (high - low)
    low, high = REFERENCE.ranges["entropy"]
    pixels["entropy"] = low - 2 * (high - low)
    low, high = REFERENCE.ranges["bright_tones"]
    pixels["bright_tones"] = high + (high - low)
    assert told(list(pixels.values()), pixels=9.0) == (
        "the mean grey value is high, the entropy of grey values is low, the brightest tones are "
        "high for a training radiograph"
    )


def test_usual_numbers_in_an_unusual_mixture_are_told_as_that():
    assert told(pixels=9.0).endswith("go together as in no training radiograph")


def test_a_promise_that_was_not_kept_is_told_with_its_reason():
    assert promise(LIMITS).endswith("at most 1.0% are expected to be flagged in error.")
    short = false_alarms("f", promised=1 / 61, reason="validation has 60 patients")
    assert promise(short).endswith(
        "at most 1.6% are expected to be flagged in error. 1% was asked for, but validation has "
        "60 patients."
    )


def test_many_odd_films_are_counted_and_some_named():
    told = outside_sentence(list("abcd"), 5, LIMITS)
    assert told.startswith("4 of 5 films are unlike those that the model")
    assert "a, b, c, …" in told
