"""Thousands of files of every kind, whole and damaged, held against a careful reference."""

import resource
import time
from collections import Counter

import numpy as np
import pytest
from hostile import Case, corpus
from reference_decoder import Damaged, grey_of

from pneumoscope.options import DecodingOptions
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoding import decode

BOUNDS = DecodingOptions(
    working_side=100, max_megabytes=1, max_megapixels=1, max_aspect=4, max_scans=20
)
SECONDS, MEGABYTES = 2.0, 200


def outcome(case: Case) -> str:
    """Decode a file and hold the result against what is known of it."""
    try:
        found = decode(case.data, BOUNDS)
    except UnreadableRadiograph as error:
        assert str(error).strip(), case.name
        assert case.film is None or _may_be_refused(case), f"{case.name}: {error}"
        return "refused, rightly" if case.damaged else "refused"
    assert not case.damaged, f"{case.name}: read, although {case.damaged}"
    if case.film is None:
        return "read, unknown to the reference"
    expected = grey_of(case.film)
    assert found.pixels.shape == expected.shape, case.name
    off = np.abs(found.pixels - expected).max()
    assert off <= case.film.tolerance, f"{case.name}: off by {off}"
    return "read, rightly"


def _may_be_refused(case: Case) -> bool:
    """Tell whether a film that the reference reads may be refused all the same."""
    try:
        grey_of(case.film)
    except Damaged:
        return True  # transparent all over
    # Where something was done to a file, a decoder may be stricter, as in bytes between scans.
    return case.changed


def check(seed: int, count: int) -> Counter[str]:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcomes: Counter[str] = Counter()
    for case in corpus(seed, count):
        started = time.process_time()
        outcomes[outcome(case)] += 1
        assert time.process_time() - started < SECONDS, case.name
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < MEGABYTES
    return outcomes


def test_300_hostile_files_are_read_right_or_refused():
    outcomes = check(seed=1, count=300)
    assert outcomes["read, rightly"] > 80
    assert outcomes["refused, rightly"] > 50


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_10_000_hostile_files_are_read_right_or_refused(seed):
    print(check(seed, 1000))
