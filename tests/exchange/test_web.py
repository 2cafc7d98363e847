"""A page without a server: what its folder holds, and that it scores as Python does."""

import json
import re
from urllib.parse import urlsplit

import numpy as np
import pytest
from browser import chromium, finished, hosted, opened
from example_exports import INGESTION
from example_pages import (
    as_jpeg,
    as_png,
    decoded,
    onnxruntime_web,
    packed_texts,
    predicted,
    refused,
    web_folder,
)
from hostile import corpus

from pneumoscope.datasets.files import FilesDataset
from pneumoscope.inference import occlusion
from pneumoscope.inference.exported import ExportedModel
from pneumoscope.inference.predictor import Predictor
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.decoding import decode

pytest.importorskip("tf2onnx", reason="needs the extra `export`")
pytest.importorskip("onnxruntime", reason="needs the extra `export`")

__all__ = ["chromium", "onnxruntime_web", "web_folder"]


CLOSE = {
    "score": 1e-5,
    "probability": 1e-3,
    "out_of_distribution_distance": 0.02,
    "out_of_distribution_p": 0.02,
    **dict.fromkeys(
        ("out_of_distribution_limit", "threshold", "zone_low", "zone_high", "prevalence"), 1e-9
    ),
}
"""By how much the page and Python may differ; all else is the same."""


ATTRIBUTION = """async () => {
  const {attribution} = await import("./page/predicting.js");
  const map = {data: [-1, 0, 2, -3], dims: [1, 2, 2]}, seen = {width: 2, height: 2};
  const given = (score, maps) => {
    const {strength, method} = attribution(maps, {score, threshold: 0.5, model: "net"}, seen);
    return {strength: strength && Array.from(strength), method};
  };
  const positive = {...map, data: [1, 0, 2, 3]};
  return {spoke: given(0.9, map), silent: given(0.1, positive), without: given(0.9, undefined)};
}"""

OCCLUDED = """async (files) => {
  const {Browser} = await import("./page/browser.js");
  const engine = new Browser();
  await engine.describe();
  return Promise.all(Object.entries(files).map(async ([name, content]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const found = await engine.occluded(new File([bytes], name), name);
    const image = new Image();
    image.src = found.images.map;
    await image.decode();
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context.drawImage(image, 0, 0);
    const {data} = context.getImageData(0, 0, image.width, image.height);
    return {...found, map: [...data].filter((_, place) => place % 4 === 0)};
  }));
}"""


@pytest.fixture(scope="module")
def page(chromium, web_folder):
    with hosted(web_folder) as address:
        page = opened(chromium, address)
        assert page.complaints == []
        yield page
        page.close()


@pytest.fixture(scope="module")
def predictor(exported):
    return Predictor.of_export(ExportedModel.load(exported[1] / "model.onnx"))


def in_python(predictor, files):
    read = [predictor.read(name, lambda data=data: data) for name, data in files.items()]
    return dict(zip(files, (one.plain() for one in predictor.predict(read)), strict=True))


def pixels_in_python(data):
    try:
        return decode(data, INGESTION).pixels
    except UnreadableRadiograph as error:
        return str(error)


def test_the_folder_holds_the_page_the_model_and_its_runtime(web_folder):
    files = set(FilesDataset(str(web_folder)).load())
    assert {"index.html", "README.md", "model/model.onnx", "model/contract.json"} < files
    assert {"runtime/ort.wasm.min.mjs", "runtime/ort-wasm-simd-threaded.wasm"} < files
    index = (web_folder / "index.html").read_text()
    assert 'data-engine="browser"' in index
    assert "default-src 'none'" in index
    for path in (web_folder / "page").iterdir():
        content = path.read_text()
        assert not re.search(r"https?://(?!ns\.adobe|www\.w3\.org/2000/svg)", content), path
        assert "innerHTML" not in content


@pytest.mark.parametrize("files", [as_png, as_jpeg])
def test_films_are_decoded_as_the_ingestion_does_to_the_grey_level(page, files):
    given = files()
    for name, found in decoded(page, given).items():
        assert not isinstance(found, str), (name, found)
        np.testing.assert_array_equal(found, pixels_in_python(given[name]), err_msg=name)


@pytest.mark.parametrize("files", [as_png, as_jpeg])
def test_scores_and_all_that_is_told_are_those_of_python(page, predictor, files):
    given = files()
    assert len(given) > 15
    expected = in_python(predictor, given)
    for name, found in predicted(page, given).items():
        wanted = expected[name]
        for key, most in CLOSE.items():
            if wanted[key] is None:
                assert found[key] is None, (name, key)
            else:
                assert found[key] == pytest.approx(wanted[key], abs=most), (name, key)
        for key in wanted.keys() - CLOSE.keys() - {"attribution_method"}:
            assert found[key] == wanted[key], (name, key)


def test_a_film_that_is_hidden_part_by_part_gives_the_map_of_python(page, predictor, monkeypatch):
    files = {"a.png": as_png()["grey0.png"]}
    (found,) = page.evaluate(OCCLUDED, packed_texts(files))
    places = int(re.search(r"at (\d+) places", found["attribution_method"])[1])
    # The time that is there decides how fine it is.
    monkeypatch.setattr(occlusion, "CELLS", (round(places**0.5) + 1,))
    read = predictor.read("a.png", lambda: files["a.png"])
    (told,) = predictor.predict([read], maps=True)
    expected = predictor.occluded(read, told, 1000)
    assert found["attribution_method"] == expected.attribution_method
    # Windows end between pixels of what the model sees: Python shares these out.
    assert np.corrcoef(found["map"], expected.attribution.ravel())[0, 1] > 0.9


def test_a_class_activation_map_is_told_of_where_something_spoke_and_of_no_other(page):
    told = page.evaluate(ATTRIBUTION)
    method = "class activation map of net"
    assert told["spoke"] == {"strength": [0, 0, 255, 0], "method": method}
    assert told["silent"] == {
        "strength": None,
        "method": f"none: no place of the film shows what spoke for the decision ({method})",
    }
    assert told["without"]["strength"] is None


def test_what_cannot_be_read_truly_is_refused_with_its_reason(page):
    files = refused()
    found = decoded(page, {name: data for name, (data, _) in files.items()})
    for name, (_, words) in files.items():
        assert isinstance(found[name], str), name
        assert found[name].startswith("Unread: "), found[name]
        assert words in found[name], (name, found[name])


@pytest.mark.slow
def test_no_hostile_file_is_read_as_another_film_than_the_ingestion_reads(page):
    cases = {f"{number} {case.name}": case.data for number, case in enumerate(corpus(11, 600))}
    read = 0
    for name, found in decoded(page, cases).items():
        if isinstance(found, str):
            assert found.startswith("Unread: "), (name, found)
            continue
        expected = pixels_in_python(cases[name])
        assert not isinstance(expected, str), (name, expected)
        np.testing.assert_array_equal(found, expected, err_msg=name)
        read += 1
    assert read > 50


def test_nothing_is_asked_of_anybody_but_the_host(chromium, web_folder):
    with hosted(web_folder) as address:
        context = chromium.new_context()
        asked = []
        context.route("**/*", lambda route: (asked.append(route.request), route.continue_()))
        page = context.new_page()
        page.goto(address)
        page.locator("html[data-ready]").wait_for()
        before = len(asked)
        files = as_png()
        page.set_input_files("#chosen", [
            {"name": name, "mimeType": "image/png", "buffer": data} for name, data in files.items()
        ])  # fmt: skip
        finished(page)
        assert page.locator(".item").count() == len(files)
        sent = [one for one in asked[before:] if not one.url.startswith(("blob:", "data:"))]
        assert sent == []
        assert {urlsplit(one.url).netloc for one in asked} == {urlsplit(address).netloc}
        assert {one.method for one in asked} == {"GET"}
        context.close()


def test_the_page_tells_what_the_contract_holds(web_folder):
    known = json.loads((web_folder / "model/model.json").read_text())
    contract = json.loads((web_folder / "model/contract.json").read_text())
    assert known["threshold"] == contract["operating_point"]["threshold"]
    assert known["notice"] == contract["notice"]
    assert known["figures"]["test"]["n"] > 0
    assert len(known["page"]["template"]) == 256
