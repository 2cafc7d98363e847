import pandas as pd

from pneumoscope.ingestion.tag_warnings import (
    film_warnings,
    mixed_key_sentences,
    number_sentences,
    tag_sentences,
)
from pneumoscope.radiographs.recorded import BURNT_IN, TAGS_SPEAK_OF, may_be_shown

LATERAL = f"{TAGS_SPEAK_OF}a lateral view"
BURNT = f"{TAGS_SPEAK_OF}{BURNT_IN}"


def test_what_tags_say_stands_before_what_is_seen(scanned):
    files = scanned(
        ["a.dcm", "b.dcm", "c.jpeg"], said=[LATERAL, f"{LATERAL}; {BURNT}", ""],
        orientation=["inverted", "", ""], reason=["", "cut short", ""],
    )  # fmt: skip
    assert film_warnings(files) == [f"{LATERAL}; looks inverted", "", ""]
    assert film_warnings(files.drop(columns="said")) == ["looks inverted", "", ""]


def test_films_are_counted_by_what_their_tags_say():
    warnings = ["", LATERAL, f"{LATERAL}; {BURNT}", "looks inverted"]
    films = pd.DataFrame({"path": list("abcd"), "warning": warnings})
    assert tag_sentences(films) == [
        "2 of 4 radiographs have tags that speak of a lateral view: b, c.",
        "1 of 4 radiographs has tags that speak of burnt-in names or numbers: c.",
    ]
    assert tag_sentences(films[:1]) == []
    assert may_be_shown(films).tolist() == [True, True, False, True]
    assert may_be_shown(films[["path"]]).all()


def test_a_number_that_stands_for_all_is_doubted():
    def told(names: list[str]) -> list[str]:
        return number_sentences(pd.DataFrame({"patient_id": names}))

    (sentence,) = told([tagged(1)] * 30 + [tagged(n) for n in range(2, 12)])
    assert sentence.startswith("30 of 40 radiographs bear one patient's number in their tags.")
    assert told([tagged(n) for n in range(40)]) == []
    assert told([tagged(1)] * 19) == []
    assert told(["bacteria-1"] * 30) == []
    assert told(["patient-1"] * 30) == []  # a folder is called so
    assert told([tagged(1)] * 25 + [tagged(n) for n in range(2, 60)]) == []
    assert told([]) == []


def tagged(number: int) -> str:
    return f"patient-{number:016x}"


def test_patients_who_are_told_in_two_ways_may_count_twice():
    def told(names: list[str]) -> list[str]:
        return mixed_key_sentences(pd.DataFrame({"patient_id": names}))

    (sentence,) = told([tagged(1), tagged(2), "table-12", "patient-007", "file:a.png", "name-1"])
    assert sentence.startswith(
        "Tags tell the patients of 2 radiographs; names, folders or a table tell those of 3"
    )
    assert told([tagged(1), "file:a.png"]) == []
    assert told(["patient-007", "table-12"]) == []
    assert told([]) == []
