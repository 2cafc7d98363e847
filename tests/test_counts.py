"""Counts of one have a noun and a verb of one, all others of several, in whatever is printed."""

import re

import pandas as pd
import pytest

from pneumoscope.counts import agreeing, counted, counted_of
from pneumoscope.ingestion.appearance import MEANINGS, appearance_sentences
from pneumoscope.ingestion.doubts import leak_warnings, phantom_warnings
from pneumoscope.ingestion.records import Duplicates, PatientCounts
from pneumoscope.ingestion.tag_warnings import mixed_key_sentences, tag_sentences
from pneumoscope.provenance import Sources
from pneumoscope.radiographs.recorded import TAGS_SPEAK_OF

_WHOLE, _NOUN = r"of [\d,]+ (?:radiograph|film|file)s? ", "(?:radiograph|film|file|patient|phantom)"
OF_ONE = re.compile(rf"\b1 (?:{_WHOLE}(?:are|have|look|stand|lie|carry|speak)\b|{_NOUN}s\b)")
OF_SEVERAL = re.compile(rf"\b2 (?:{_WHOLE}(?:is|has|looks|stands|lies|carries|speaks)\b|{_NOUN}\b)")
"""What no sentence says of one, and of two: noun or verb in the wrong number."""


def test_counts_agree_with_their_noun_and_verb():
    assert [counted(n, "file") for n in (0, 1, 1200)] == ["0 files", "1 file", "1,200 files"]
    assert counted(2, "copy", "copies") == "2 copies"
    assert [agreeing(n, "looks", "look") for n in (0, 1, 2)] == ["look", "looks", "look"]
    assert counted_of(1, 4, "radiograph", "looks", "look") == "1 of 4 radiographs looks"
    assert counted_of(2, 4, "radiograph", "looks", "look") == "2 of 4 radiographs look"
    assert counted_of(1, 1, "film", "is", "are") == "1 of 1 film is"


def sentences(n):
    """Give every sentence of the ingestion that counts, with a count of n."""
    marked = pd.DataFrame({"path": [f"{i}.png" for i in range(9)], "warning": [""] * 9})
    for kind in MEANINGS:
        yield from appearance_sentences(marked.assign(warning=[kind] * n + [""] * (9 - n)))
    tagged = [f"{TAGS_SPEAK_OF}overlays"] * n + [""] * (9 - n)
    yield from tag_sentences(marked.assign(warning=tagged))
    keys = [f"patient-{i:016x}" for i in range(n)] + [f"person{i}" for i in range(n)]
    yield from mixed_key_sentences(pd.DataFrame({"patient_id": keys}))
    yield from phantom_warnings(Sources(phantoms=n, folder=9 - n))
    groups = [["a", "b"]] * n
    yield from leak_warnings(
        Duplicates(n, n, n, "a.png", groups, groups), PatientCounts(9, n, ["p"] * n, 3), 9
    )


@pytest.mark.parametrize(("n", "wrong"), [(1, OF_ONE), (2, OF_SEVERAL)])
def test_what_the_ingestion_counts_is_told_in_the_right_number(n, wrong):
    told = list(sentences(n))
    assert len(told) > 12
    assert [sentence for sentence in told if wrong.search(sentence)] == []


def test_the_patterns_find_what_was_said_before():
    assert OF_ONE.search("1 of 4 radiographs look turned on their side")
    assert OF_ONE.search("1 radiographs lie in folders")
    assert OF_SEVERAL.search("2 of 9 radiographs has no patient key")
