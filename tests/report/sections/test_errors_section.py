import pandas as pd
from example_metrics import model_metrics

from pneumoscope.evaluation.errors import COLUMNS
from pneumoscope.report.blocks import Part
from pneumoscope.report.films import ListedFilms
from pneumoscope.report.sections.errors import errors_section

ROWS = pd.DataFrame(
    [
        ["false negative", "a", "PNEUMONIA", "virus", 0.01, 0.5, 4.6, False, True, 9.0, "A"],
        ["false positive", "b", "NORMAL", "normal", 0.9, 0.5, 2.2, False, False, 1.0, None],
        ["false positive", "c", "NORMAL", "normal", 0.6, 0.5, 0.4, True, False, 1.0, None],
    ],
    columns=COLUMNS,
)


def section(rows: pd.DataFrame = ROWS, shown: str = "abc", maps: str = "a"):
    pictures, drawn = dict.fromkeys(shown, b"png"), dict.fromkeys(maps, b"map")
    return errors_section(ListedFilms("cnn", rows, pictures, drawn), model_metrics()).blocks


def test_counts_are_told_and_every_error_is_shown():
    words, missed, alarms = section()
    assert words.text.startswith(
        "cnn calls 3 of 12 test films wrongly: 1 of 4 PNEUMONIA missed, 2 of 8 NORMAL falsely "
        "alarmed. 1 of the errors is flagged as out of distribution. 1 of the errors lies in the "
        "grey zone."
    )
    assert "cnn/errors.csv" in words.text
    assert (missed.name, missed.summary, missed.folded) == ("1 PNEUMONIA missed", "all shown", True)
    assert [film.lines[2] for film in alarms.blocks[0].films] == ["b", "c"]


def test_each_film_has_its_score_group_distance_and_map():
    _, missed, alarms = section()
    (film,) = missed.blocks[0].films
    assert film.lines == ["score 0.010", "virus, pseudo-site A, out of distribution", "a"]
    assert [shows for _, shows in film.pictures] == ["film", "attribution"]
    assert [shows for _, shows in alarms.blocks[0].films[0].pictures] == ["film"]
    assert alarms.blocks[0].films[1].lines[1] == "normal, grey zone"


def test_of_many_the_number_shown_is_told():
    _, _, alarms = section(shown="ab")
    assert (alarms.name, alarms.summary) == ("2 NORMAL falsely alarmed", "1 shown")


def test_a_model_without_errors_has_no_gallery():
    (words,) = section(ROWS[:0])
    assert words.text == "cnn calls all 12 test films what they are."
    assert not isinstance(words, Part)


def test_errors_like_train_are_not_counted_as_unlike_it():
    words, *_ = section(ROWS.assign(out_of_distribution=False))
    assert "None of them is flagged as out of distribution." in words.text
    assert "None of them" not in section()[0].text
