import html
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from pneumoscope import NOTICE
from pneumoscope.inference.predictions import COLUMNS
from pneumoscope.inference.worklist import by_patient
from pneumoscope.radiographs.recorded import BURNT_IN, TAGS_SPEAK_OF
from pneumoscope.report import predictions_page as made
from pneumoscope.report.page import render_page
from pneumoscope.report.predictions_page import (
    ROWS,
    PageContext,
    ShownFilm,
    predictions_page,
    synthetic_predictions,
)

RNG = np.random.default_rng(0)
FILM = RNG.integers(0, 256, (60, 40), dtype=np.uint8)
SEEN = RNG.integers(0, 256, (16, 16), dtype=np.uint8)
MAP = np.linspace(0, 1, 256, dtype=np.float32).reshape(16, 16)
CONTEXT = PageContext(
    "At most 1.0% in error.", "", "Grad-CAM of cnn", "what spoke for the decision", ""
)
ROW = {
    "path": "a.png", "sha256": "1", "prediction": "PNEUMONIA", "grey_zone": False, "score": 0.93,
    "probability": 0.75, "out_of_distribution": False, "out_of_distribution_p": 0.4,
    "out_of_distribution_reason": "", "prevalence": 0.2, "model": "cnn", "fingerprint": "f" * 64,
    "threshold": 0.5, "zone_low": 0.4, "zone_high": 0.6, "reason": "", "note": "", "warning": "",
    "notice": NOTICE,
}  # fmt: skip
UNREAD = {
    **ROW, "path": "broken.png", "prediction": np.nan, "grey_zone": np.nan, "score": np.nan,
    "probability": np.nan, "out_of_distribution": np.nan, "out_of_distribution_p": np.nan,
    "out_of_distribution_reason": np.nan, "reason": "the file is empty (0 bytes)",
}  # fmt: skip


def table(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame(list(rows) or [ROW], columns=COLUMNS)


def shown(predictions: pd.DataFrame, attribution=MAP) -> dict:
    read = predictions.index[predictions["reason"] == ""]
    return {row: ShownFilm(FILM, SEEN, attribution) for row in read}


def page(predictions=None, pictures=None, patients=(), context=CONTEXT) -> str:
    predictions = table() if predictions is None else predictions
    pictures = shown(predictions) if pictures is None else pictures
    known = by_patient(predictions, pd.Series(patients or [""] * len(predictions), dtype=str))
    return render_page(predictions_page(predictions, pictures, known, context))


def text(**context) -> str:
    written = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page(**context), flags=re.DOTALL)
    return html.unescape(" ".join(written.split()))


def test_a_film_is_shown_with_all_that_is_said_of_it():
    found = text(predictions=table({**ROW, "note": "16 bits to 8", "warning": "looks mirrored"}))
    for context in (
        NOTICE, "a.png", "PNEUMONIA", "0.930 (PNEUMONIA from 0.500)", "0.400 to 0.600",
        "75.0% where 20.0% have pneumonia", "40.0% of validation", "Converted: 16 bits to 8.",
        "Warning: looks mirrored.", "what spoke for the decision", "Grad-CAM of cnn", "f" * 64,
    ):  # fmt: skip
        assert context in found, context
    assert page().count("data:image/webp;base64,") == 2


def test_flags_stand_where_there_is_something_to_flag_and_only_there():
    flags = re.compile(r'<span class="flag">([^<]*)</span>')
    assert flags.findall(page()) == []
    odd = {**ROW, "out_of_distribution": True, "out_of_distribution_reason": "looks inverted"}
    assert flags.findall(page(table({**odd, "grey_zone": True}))) == ["unlike train", "grey zone"]
    assert "Unlike train: looks inverted." in text(predictions=table(odd))
    assert "Unlike train: " not in text()
    # A probability was fitted on films like those of validation, so there is none for others.
    assert "75.0% where" not in text(predictions=table(odd))
    assert "none for a film unlike train" in text(predictions=table(odd))
    # What the reason says the warning need not say again.
    warned = {**odd, "warning": "looks inverted, far darker than usual"}
    assert "far darker than usual" in text(predictions=table(warned))
    assert text(predictions=table(warned)).count("looks inverted") == 1


def test_the_summary_counts_and_is_silent_of_what_is_not_there():
    plain = text()
    assert "Of 1 film that could be read, 0 called NORMAL, 1 called PNEUMONIA." in plain
    for silent in ("undecided", "look first.", "unlike those that", "not read", "No prob", "Shown"):
        assert silent not in plain.split("Films, doubt first")[1].split("How to read")[0], silent
        assert f"{silent} " not in plain.split("In brief")[1].split("Films, doubt")[0], silent
    odd = {**ROW, "prediction": np.nan, "grey_zone": True, "out_of_distribution": True}
    found = text(predictions=table(odd, UNREAD), context=PageContext("P.", "one class", "", "", ""))
    for context in (
        "0 called PNEUMONIA, 1 left undecided.", "1 in the grey zone: a human should look",
        "1 unlike those that the model was trained on. P.", "1 file not read; each with its reason",
        "No probabilities: one class.", "not decided",
    ):  # fmt: skip
        assert context in found, context


def test_a_model_without_calibration_or_grey_zone_has_a_page_all_the_same():
    bare = {**ROW, "probability": np.nan, "prevalence": None, "zone_low": None, "zone_high": None}
    found = text(predictions=table(bare), context=PageContext("", "one class", "", "", ""))
    assert "score 0.930 (PNEUMONIA from 0.500) this far from train" in found


def test_a_file_that_was_not_read_has_its_row_and_reason():
    assert "broken.png the file is empty (0 bytes)" in text(predictions=table(ROW, UNREAD))
    assert "Files that were not read" not in text()


def test_nothing_that_could_be_read_is_a_page_all_the_same():
    found = text(predictions=table(UNREAD))
    assert "Of 0 films that could be read" in found
    assert "broken.png" in found


class Tags(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self):
        super().__init__()
        self.names, self.attributes = set(), set()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


HOSTILE = [
    "<script>alert(1)</script>.png", '"><img src=x onerror=alert(1)>.png', "{{ 7 * 7 }}.png",
    "a' onmouseover='alert(1).png", "</style><script>1</script>.png", "&lt;b&gt;.png",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_it_is_and_does_nothing(name):
    rows = [{**ROW, "path": name, "out_of_distribution": True, "out_of_distribution_reason": name},
            {**UNREAD, "path": name, "reason": f"odd: {name}"}]  # fmt: skip
    written = page(table(*rows), patients=[name, ""])
    assert "<script" not in written
    tags = Tags()
    tags.feed(written)
    assert {name for name in tags.attributes if name.startswith("on")} == set()
    assert "script" not in tags.names
    assert html.escape(name).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in written
    assert text(predictions=table(*rows), patients=[name, ""]).count(name) >= 4


def test_the_page_needs_nothing_from_elsewhere():
    written = page()
    assert "<script" not in written
    assert not re.search(r"""(?:src|href)=["'](?!data:|\#)""", written)
    assert "url(" not in written


def test_left_out_films_are_counted_and_their_place_is_named():
    many = table(*[{**ROW, "path": f"{n}.png"} for n in range(5)])
    pictures = dict(list(shown(many).items())[:2])
    context = "Shown are 2 of 5 films, the most doubtful. The other 3 stand in the table of"
    assert context in text(predictions=many, pictures=pictures)
    assert page(many, pictures).count("<article") == 2
    assert "Shown are" not in text(predictions=many)


def test_a_film_whose_tags_speak_of_a_burnt_in_name_is_counted_and_not_shown():
    burnt = {**ROW, "path": "b.dcm", "warning": f"{TAGS_SPEAK_OF}{BURNT_IN}"}
    two = table(ROW, burnt)
    pictures = dict(list(shown(two).items())[:1])
    context = text(predictions=two, pictures=pictures)
    assert "Not shown: 1 film with tags that speak of burnt-in names or numbers" in context
    assert "Shown are" not in context
    assert "Not shown" not in text(predictions=table(ROW))


def test_the_page_stays_small_with_any_number_of_files():
    many = table(*[{**UNREAD, "path": f"{n}.png"} for n in range(5000)])
    written = text(predictions=many)
    assert f"Shown are the first {ROWS} of 5,000 files" in written
    assert len(page(many)) < 100_000


def test_patients_are_shown_where_they_are_known_and_only_there():
    assert "By patient" not in text()
    two = table(ROW, {**ROW, "path": "b.png", "score": 0.13})
    assert "virus-1 2 0.530 0.930 PNEUMONIA 0" in text(predictions=two, patients=["virus-1"] * 2)


def test_a_map_that_is_empty_or_missing_is_told():
    empty = shown(table(), np.zeros_like(MAP))
    assert "the map is empty" in text(pictures=empty)
    assert "what spoke for" not in text(pictures=empty)
    assert "as the model saw it" in text(pictures=shown(table(), None))


def test_what_is_synthetic_is_told_on_top_and_only_then():
    synthetic = synthetic_predictions(True, pd.Series(["phantoms", "folder", ""]))
    assert synthetic == "the model was trained on phantoms; 1 film is a phantom"
    assert synthetic_predictions(False, pd.Series(["phantoms", ""])) == "the films are phantoms"
    assert synthetic_predictions(False, pd.Series(["folder", ""])) == ""
    assert "Synthetic radiographs:" not in page()
    assert "Synthetic radiographs:</strong>" in page(context=PageContext("", "", "", "", synthetic))


def test_thumbnails_are_bounded(monkeypatch):
    sizes = []
    monkeypatch.setattr(made, "as_png", lambda picture: sizes.append(picture.shape) or b"")
    large = ShownFilm(RNG.integers(0, 256, (3000, 2000), dtype=np.uint8), SEEN, MAP)
    predictions_page(table(), {0: large}, by_patient(table(), pd.Series([""])), CONTEXT)
    assert sizes == [(224, 149), (16, 16, 3)]
