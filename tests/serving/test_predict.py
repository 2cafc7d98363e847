"""Films by HTTP: one or many, as a form or as they are, in archives; each told of."""

import base64
import hashlib
import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image
from pydantic import TypeAdapter, create_model

from pneumoscope.serving import schema


def archive(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


def test_a_film_gets_what_the_predictor_says_however_it_is_sent(served, predictor, films):
    name, data = "0.png", films["0.png"]
    (expected,) = predictor.predict([predictor.read(name, lambda: data)])
    as_form = served.predict((name, data)).json()["films"][0]
    as_it_is = served.send(data).json()["films"][0]
    assert as_form == {"number": 0, **json.loads(json.dumps(expected.plain())), "images": None}
    assert as_it_is == {**as_form, "path": "film"}
    assert as_form["score"] is not None
    assert as_form["sha256"] == hashlib.sha256(data).hexdigest()


def test_what_is_no_film_stands_beside_the_others_with_its_reason(served, films):
    answer = served.predict(("a.png", films["0.png"]), ("b.png", b"no film"), ("c.png", b""))
    found = answer.json()
    assert answer.status_code == 200
    assert [film["path"] for film in found["films"]] == ["a.png", "b.png", "c.png"]
    assert [film["number"] for film in found["films"]] == [0, 1, 2]
    assert [bool(film["reason"]) for film in found["films"]] == [False, True, True]
    assert [film["score"] is None for film in found["films"]] == [False, True, True]
    assert "0 bytes" in found["films"][2]["reason"]
    assert found["counts"] == {"films": 3, "read": 1, "not_read": 2}
    assert "Not for diagnosis" in found["notice"]


@pytest.mark.parametrize("raw", [False, True])
def test_a_zip_is_opened_and_nothing_in_it_is_lost(served, films, raw):
    packed = archive(**{
        "ward/1.png": films["1.png"], "0.png": films["0.png"], "inner.zip": archive(a=b"x"),
        "text.txt": b"no film",
    })  # fmt: skip
    answer = served.send(packed, "application/zip") if raw else served.predict(("z.zip", packed))
    found = {film["path"]: film for film in answer.json()["films"]}
    top = "film" if raw else "z.zip"
    assert set(found) == {f"{top}/{n}" for n in ("ward/1.png", "0.png", "inner.zip", "text.txt")}
    assert {film["number"] for film in found.values()} == {0}
    alone = served.predict(("0.png", films["0.png"])).json()["films"][0]
    assert found[f"{top}/0.png"]["score"] == alone["score"]
    assert found[f"{top}/inner.zip"]["reason"].startswith("a zip archive among the films")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (archive(a=b"x")[:-5], "archive"),
        (b"PK\x03\x04" + bytes(100), "archive"),
        (archive(), "an archive without a file"),
    ],
    ids=["cut", "no entries", "empty"],
)
def test_an_archive_that_cannot_be_listed_is_one_film_that_was_not_read(
    served, films, data, reason
):
    found = served.predict(("z.zip", data), ("0.png", films["0.png"])).json()["films"]
    assert [film["path"] for film in found] == ["z.zip", "0.png"]
    assert reason in found[0]["reason"]
    assert found[1]["reason"] == ""


def test_names_in_an_archive_of_dicoms_are_not_given_back(served):
    pytest.importorskip("pydicom", reason="needs the extra `dicom`")
    from dicom_files import chest, film

    data = film(chest(size=(60, 80)))
    packed = archive(**{"Doe_Jane/Doe_Jane_1970.dcm": data, "Doe.dcm": b"damaged"})
    answer = served.predict(("ward.zip", packed))
    assert "Doe" not in answer.text
    named = served.predict(("Doe.dcm", data)).json()["films"][0]
    paths = {film["path"]: film for film in answer.json()["films"]}
    assert paths[f"{named['sha256'][:16]}.dcm"]["score"] == named["score"] is not None
    assert named["path"] == "Doe.dcm"


def test_a_prevalence_moves_the_probability_alone(served, films):
    usual, rare = (
        served.predict(("0.png", films["0.png"]), params=asked).json()["films"][0]
        for asked in ({}, {"prevalence": 0.01})
    )
    assert rare["prevalence"] == 0.01
    changed = {name for name in usual if usual[name] != rare[name]}
    assert changed <= {"probability", "prevalence"}


def test_pictures_come_where_they_are_asked_for(served, films):
    answer = served.predict(
        ("0.png", films["0.png"]), ("x.png", b"no film"), params={"images": "true"}
    )
    shown, refused = answer.json()["films"]
    kind, _, text = shown["images"]["film"].partition(",")
    assert kind == "data:image/png;base64"
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(text))))
    assert picture.ndim == 2
    assert shown["attribution_method"]
    assert refused["images"] is None


def test_a_model_without_maps_is_explained_by_hiding_the_film_where_it_is_asked_for(served, films):
    one = ("0.png", films["0.png"])
    usual = served.predict(one, params={"images": "true"}).json()["films"][0]
    assert usual["images"]["map"] is None
    assert usual["attribution_method"].startswith("none: ")
    hidden = served.predict(one, params={"occlusion": "true"}).json()["films"][0]
    assert hidden["attribution_method"].startswith("occlusion: ")
    assert hidden["images"]["film"] == usual["images"]["film"]
    strength = np.asarray(
        Image.open(io.BytesIO(base64.b64decode(hidden["images"]["map"].partition(",")[2])))
    )
    assert strength.max() == 255
    assert {name for name in usual if usual[name] != hidden[name]} == {
        "attribution_method", "images",
    }  # fmt: skip
    assert served.predict(one, one, params={"occlusion": "true"}).status_code == 413
    (none,) = served.predict(("x.png", b"x"), params={"occlusion": "true"}).json()["films"]
    assert none["images"] is None


def test_one_film_of_an_archive_may_be_asked_for_alone(served, films):
    held = {"a.png": films["0.png"], "b.png": films["1.png"], "c.png": b"x"}
    ward = ("ward.zip", archive(**held))
    every = served.predict(ward).json()["films"]
    assert len(every) == 3
    for place, expected in enumerate(every):
        answer = served.predict(ward, params={"only": place}).json()
        assert answer["films"] == [expected]
        assert answer["counts"]["films"] == 1
    hidden = served.predict(ward, params={"only": 1, "occlusion": "true"}).json()["films"]
    assert [film["score"] for film in hidden] == [every[1]["score"]]
    assert hidden[0]["attribution_method"].startswith("occlusion: ")
    beyond = served.predict(ward, params={"only": 3})
    assert beyond.status_code == 422
    assert beyond.json()["error"]["received"] == "3"
    assert served.predict(ward, params={"only": -1}).status_code == 422


def test_answers_are_as_they_are_described(served, films):
    described = {"/v1/models": schema.Models, "/health": schema.Health}
    for path, kind in described.items():
        TypeAdapter(kind).validate_python(served.get(path).json(), strict=True)
    answer = served.predict(
        ("a.png", films["0.png"]), ("b.png", b"x"), params={"images": "true"}
    ).json()
    TypeAdapter(schema.Predictions).validate_python(answer, strict=True)
    assert set(schema.FilmAnswer.model_fields) == set(answer["films"][0])
    TypeAdapter(schema.Error).validate_python(served.get("/nowhere").json(), strict=True)


def test_the_description_has_an_example_of_every_value(served):
    found = served.get("/openapi.json").json()
    assert set(found["paths"]) == {"/health", "/v1/models", "/v1/predict"}
    assert "multipart/form-data" in found["paths"]["/v1/predict"]["post"]["requestBody"]["content"]
    lacking = [
        f"{name}.{field}"
        for name, kind in found["components"]["schemas"].items()
        for field, shape in kind.get("properties", {}).items()
        if not shape.get("examples") and not _of_others(shape)
    ]
    assert lacking == []


def test_each_example_is_a_value_that_may_be_asked_or_answered():
    kinds = [kind for kind in vars(schema).values() if getattr(kind, "model_fields", None)]
    tried = 0
    for kind in kinds:
        for name, field in kind.model_fields.items():
            value = create_model("Alone", **{name: (field.annotation, field)})
            for example in field.examples or ():
                value.model_validate({name: example}, strict=True)
                tried += 1
    assert tried > 50


def _of_others(shape: dict) -> bool:
    """Whether a value is made of others, which have examples, or is a plain list or mapping."""
    text = json.dumps(shape)
    return "$ref" in text or shape.get("type") in ("array", "object")


def test_nothing_of_elsewhere_is_loaded_by_any_page(served):
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert served.get(path).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"prevalence": "0"}, 422, "prevalence"),
        ({"prevalence": "1"}, 422, "prevalence"),
        ({"prevalence": "nan"}, 422, "prevalence"),
        ({"prevalence": "inf"}, 422, "prevalence"),
        ({"prevalence": "often"}, 422, "prevalence"),
        ({"prevalance": "0.1"}, 422, "prevalance"),
        ({"images": "perhaps"}, 422, "images"),
    ],
)
def test_a_parameter_that_is_not_understood_is_not_passed_over(served, films, asked, status, says):
    answer = served.predict(("0.png", films["0.png"]), params=asked)
    assert answer.status_code == status
    assert says in answer.json()["error"]["expected"]


def test_a_field_that_is_no_film_is_not_passed_over(served, films):
    answer = served.predict(("0.png", films["0.png"]), data={"prevalence": "0.1"})
    assert answer.status_code == 400
    assert "prevalence and images stand in the address" in answer.json()["error"]["remedy"]


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"", "image/png", 400),
        (b"{}", "application/json", 415),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"--x\r\n", "multipart/form-data", 400),
        (b"no boundary at all", "multipart/form-data; boundary=x", 400),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 400),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n",
         "multipart/form-data; boundary=x", 400),
        (b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nx',
         "multipart/form-data; boundary=x", 400),
    ],
)  # fmt: skip
def test_a_body_that_is_not_understood_is_refused_in_three_parts(served, data, kind, status):
    answer = served.send(data, kind)
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"expected", "received", "remedy"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"../../etc/passwd", "../../etc/passwd"),
        (b"a\\..\\b.png", "a\\\\..\\\\b.png"),
        ("Müller <script>.png".encode(), "Müller <script>.png"),
        (b"\xff\xfe.png", "ÿþ.png"),
        ("a\u202egnp.exe".encode(), "a\\u202egnp.exe"),
        (b"=cmd()", "\\x3dcmd()"),
        (b"x" * 3000, "x" * 255 + "…"),
        (b"", "film"),
        (b".", "."),
        (b"/", "/"),
        (b"./", "./"),
        (b"..", ".."),
        (b"   ", "   "),
        (b"a\x00b.png", "a\\x00b.png"),
    ],
)
def test_a_name_is_printable_text_and_no_path(served, films, name, shown):
    head = b'--x\r\nContent-Disposition: form-data; name="films"; filename="%b"\r\n\r\n'
    body = head % name.replace(b"\\", b"\\\\") + films["0.png"] + b"\r\n--x--\r\n"
    answer = served.send(body, "multipart/form-data; boundary=x")
    (film,) = answer.json()["films"]
    assert film["path"] == shown
    assert film["reason"] == ""


def test_films_of_an_archive_are_told_whatever_they_are_called(served, films):
    names = [".", "./.", "..", " ", "a\nb", "a/./b", "x" * 3000, "/", "/etc/passwd"]
    packed = archive(**dict.fromkeys(names, films["0.png"]))
    answer = served.send(packed, "application/zip")
    assert answer.status_code == 200
    found = {film["path"]: film["reason"] for film in answer.json()["films"]}
    assert len(found) == len(names)
    assert {path for path, reason in found.items() if not reason} == {
        "film/ ", "film/a\\x0ab", "film/a/b", "film/" + "x" * 250 + "…",
    }  # fmt: skip
