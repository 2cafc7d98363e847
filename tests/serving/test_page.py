"""The page in a real browser: films dropped, read, explained, refused, and films by the dozen."""

import io
import json
import zipfile
from collections.abc import Iterator

import pytest
from browser import axe, chromium, drop, finished, hosted, opened, transfer
from example_exports import SIZE
from example_pages import onnxruntime_web, phantom, web_folder
from served import running

from pneumoscope.inference.predictions import as_table
from pneumoscope.inference.worklist import doubt_first
from pneumoscope.serving.server import Access

pytest.importorskip("playwright", reason="needs the extra `services`")

__all__ = ["axe", "chromium", "onnxruntime_web", "web_folder"]

FILMS = {f"film{number}.jpeg": phantom(number) for number in range(8)}
NO_FILM = {"letter.txt": b"no film"}


@pytest.fixture(scope="module")
def address(predictor, facts, tmp_path_factory) -> Iterator[str]:
    """Of the service."""
    with running(predictor, tmp_path_factory.mktemp("served"), facts) as found:
        yield found.url


@pytest.fixture(scope="module", params=["service", "browser"])
def either(request) -> Iterator[str]:
    """Of the service's page, and of the same page with the model in it."""
    if request.param == "service":
        yield request.getfixturevalue("address")
        return
    with hosted(request.getfixturevalue("web_folder")) as found:
        yield found


@pytest.fixture
def page(chromium, address):
    page = opened(chromium, address)
    yield page
    page.context.close()


def listed(page) -> list[str]:
    return page.locator(".item-name").all_inner_texts()


def chosen(page) -> str:
    return page.locator(".item[aria-current] .item-name").inner_text()


def test_dropped_films_become_a_list_doubt_first(chromium, either, predictor):
    page = opened(chromium, either)
    drop(page, {**FILMS, **NO_FILM})
    finished(page)
    read = [predictor.read(name, lambda data=data: data) for name, data in FILMS.items()]
    expected = doubt_first(as_table(predictor.predict(read)))["path"].tolist()
    assert listed(page) == [*expected, "letter.txt"]
    assert page.locator("#done-count").inner_text() == "9 films; 1 not read"
    # The most doubtful one is shown.
    assert page.locator("#film-name").inner_text() == expected[0]
    assert page.locator("#film").evaluate("(film) => [film.height, film.width]") == list(SIZE)
    assert page.complaints == []
    page.context.close()


def test_a_film_is_told_with_threshold_zone_and_out_of_distribution(chromium, either, predictor):
    page = opened(chromium, either)
    drop(page, FILMS)
    finished(page)
    for name, data in FILMS.items():
        (found,) = predictor.predict([predictor.read(name, lambda data=data: data)])
        page.locator(".item", has_text=name).click()
        assert page.locator("#verdict").inner_text() == found.prediction
        said = page.locator("#score-text").inner_text()
        assert f"Score {found.score:.3f}, PNEUMONIA from {found.threshold:.3f} on" in said
        assert f"grey zone {found.zone_low:.3f} to {found.zone_high:.3f}" in said
        flags = page.locator("#flags").inner_text()
        assert ("grey zone" in flags) == found.grey_zone
        assert ("unlike train" in flags) == found.out_of_distribution
        outside = page.locator("#outside").inner_text()
        assert outside.startswith("Unlike" if found.out_of_distribution else "Not found unlike")
        assert (found.out_of_distribution_reason or "") in outside
        mark = page.locator(".mark").evaluate("(mark) => parseFloat(mark.style.left)")
        assert mark == pytest.approx(100 * found.score, abs=1e-3)
    page.context.close()


def film(**changes) -> dict:
    """What the service says of a film, for an answer made up."""
    pixel = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4"
        "DwABAQEAG7buVgAAAABJRU5ErkJggg=="
    )
    return {
        "number": 0, "path": "film", "sha256": "", "prediction": "PNEUMONIA", "score": 0.8,
        "threshold": 0.5, "grey_zone": False, "zone_low": 0.4, "zone_high": 0.6, "reason": "",
        "out_of_distribution": False, "out_of_distribution_p": 0.5, "note": "", "warning": "",
        "out_of_distribution_reason": "", "probability": 0.7, "prevalence": 0.5,
        "images": {"film": pixel, "map": pixel}, "attribution_method": "Grad-CAM of cnn", **changes,
    }  # fmt: skip


def answering(page, *films: dict, status: int = 200, **headers: str) -> list:
    """Have the page's questions answered in the place of the service; gives who asked."""
    asked = []

    error = {"expected": "less", "received": "more", "remedy": "Send less."}
    body = json.dumps({"films": films} if status == 200 else {"error": error})
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(route):
        asked.append(route.request)
        route.fulfill(status=status, body=body, content_type="application/json", headers=named)

    page.route("**/v1/predict*", answer)
    return asked


def test_a_probability_follows_the_prevalence_and_is_withheld_of_films_unlike_train(page, facts):
    line = facts["probability"]
    page.locator("#prevalence-number").evaluate("(one) => one.value")
    answering(page, film(), film(path="film/b", out_of_distribution=True, probability=None))
    drop(page, {"a": b"1"})
    finished(page)
    page.locator(".item", has_text="a").last.click()
    for share in (0.02, 0.5):
        page.fill("#prevalence-number", f"{100 * share:g}")
        expected = page.evaluate(
            """async ([film, line, share]) => {
              const {probabilityOf, percent} = await import("/page/numbers.js");
              return percent(probabilityOf(film, line, share));
            }""",
            [film(), line, share],
        )
        assert page.locator("#probability").inner_text() == expected
    page.locator(".item", has_text="b").click()
    assert page.locator("#probability").inner_text() == ""
    assert "Withheld" in page.locator("#probability-text").inner_text()


def test_the_probability_of_the_page_is_that_of_the_project(page, predictor, facts):
    (found,) = predictor.predict([predictor.read("a", lambda: FILMS["film0.jpeg"])], 0.07)
    known = {"score": found.score, "out_of_distribution": False}
    computed = page.evaluate(
        """async ([film, line]) => {
          const {probabilityOf} = await import("/page/numbers.js");
          return probabilityOf(film, line, 0.07);
        }""",
        [known, facts["probability"]],
    )
    wanted = predictor.locked.at(0.07).probability(found.score)
    assert computed == pytest.approx(wanted, abs=1e-12)


def test_the_attribution_lies_over_the_film_as_strong_as_the_slider_says(page):
    answering(page, film())
    drop(page, {"a": b"1"})
    finished(page)
    assert page.locator("#map").is_visible()
    page.locator("#overlay").fill("25")
    assert page.locator("#map").evaluate("(map) => map.style.opacity") == "0.25"
    page.locator(".item").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#overlay-value").inner_text() == "30%"
    page.keyboard.press("m")
    assert page.locator("#map").evaluate("(map) => map.style.opacity") == "0"
    page.keyboard.press("m")
    assert page.locator("#map").evaluate("(map) => map.style.opacity") == "0.3"
    colours = page.locator("#map").evaluate(
        "(map) => [...map.getContext('2d').getImageData(0, 0, 1, 1).data]"
    )
    assert colours[0] > 240, "bright where it is strongest"
    said = page.locator("#map-means").inner_text()
    assert "Bright places spoke for the decision (Grad-CAM of cnn)" in said
    assert not page.locator("#occlude").is_visible()


def test_a_model_without_maps_says_so(page):
    none = {"film": film()["images"]["film"], "map": None}
    answering(page, film(images=none, attribution_method="none: it has no map"))
    drop(page, {"a": b"1"})
    finished(page)
    assert not page.locator("#map").is_visible()
    assert page.locator("#overlay").is_disabled()
    assert "No attribution: it has no map." in page.locator("#map-means").inner_text()


def test_a_film_without_a_map_is_hidden_part_by_part_where_it_is_asked_for(chromium, either):
    page = opened(chromium, either)
    drop(page, {"film0.jpeg": FILMS["film0.jpeg"]})
    finished(page)
    assert "No attribution: " in page.locator("#map-means").inner_text()
    assert not page.locator("#map").is_visible()
    page.keyboard.press("h")
    page.locator("#map").wait_for(timeout=120_000)
    said = page.locator("#map-means").inner_text()
    assert "Bright places spoke for the decision (occlusion: " in said
    assert not page.locator("#occlude").is_visible()
    assert not page.locator("#overlay").is_disabled()
    assert page.complaints == []
    page.context.close()


def test_a_film_that_cannot_be_hidden_now_may_be_later(page):
    none = {"film": film()["images"]["film"], "map": None}
    answering(page, film(images=none, attribution_method="none: it has no map"))
    drop(page, {"a": b"1"})
    finished(page)
    page.unroute("**/v1/predict*")
    answering(page, status=429)
    page.click("#occlude")
    page.locator("#map-means", has_text="Send less").wait_for()
    page.unroute("**/v1/predict*")
    answering(page, film())
    page.click("#occlude")
    page.locator("#map").wait_for()


def test_the_keyboard_does_what_the_help_says(page):
    drop(page, FILMS)
    finished(page)
    names = listed(page)
    page.keyboard.press("ArrowDown")
    assert chosen(page) == names[1]
    page.keyboard.press("End")
    assert chosen(page) == names[-1]
    page.keyboard.press("ArrowUp")
    assert chosen(page) == names[-2]
    page.keyboard.press("Home")
    assert chosen(page) == page.locator("#film-name").inner_text() == names[0]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "film-name"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.getAttribute('aria-current')") == "true"
    page.keyboard.press("o")
    assert page.locator("#original").is_visible()
    page.keyboard.press("o")
    page.keyboard.press("+")
    assert "scale(1.3)" in page.locator("#plane").evaluate("(plane) => plane.style.transform")
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    shown = page.locator("#help kbd").all_inner_texts()
    assert {"↑", "Enter", "Esc", "?", "m", "o", "a", "t", "h", "+"} <= set(shown)
    page.locator("#single-keys").uncheck()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()
    page.keyboard.press("t")
    assert page.locator("html").get_attribute("data-theme") == "dark", "letters are off"
    page.click("#theme")
    assert page.locator("html").get_attribute("data-theme") == "light"


def test_a_name_is_text_whatever_it_says_and_is_never_sent(page):
    name = '<img src=x onerror="document.title=1">O\'Neil Jane 1970.jpeg'
    bodies = []
    page.on("request", lambda asked: bodies.append(asked) if asked.method == "POST" else None)
    drop(page, {name: FILMS["film0.jpeg"]})
    finished(page)
    assert listed(page) == [name]
    assert page.locator("img[src=x]").count() == 0
    (sent,) = bodies
    assert "Neil" not in sent.url + json.dumps(sent.all_headers())
    assert b"Neil" not in (sent.post_data_buffer or b"")


def test_a_file_may_be_pasted_or_chosen(page):
    page.evaluate_handle(
        "(given) => dispatchEvent(new ClipboardEvent('paste', {clipboardData: given}))",
        transfer(page, {"pasted.jpeg": FILMS["film0.jpeg"]}),
    )
    finished(page)
    page.set_input_files(
        "#chosen", {"name": "a.jpeg", "mimeType": "image/jpeg", "buffer": FILMS["film1.jpeg"]}
    )
    page.locator(".item.read").nth(1).wait_for()
    assert set(listed(page)) == {"pasted.jpeg", "a.jpeg"}


def test_the_films_of_an_archive_stand_in_its_place(page):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name in ("one/a.jpeg", "b.jpeg"):
            files.writestr(name, FILMS["film0.jpeg"])
        files.writestr("c.jpeg", b"no film")
    drop(page, {"ward.zip": archive.getvalue()})
    finished(page)
    assert sorted(listed(page)) == ["ward.zip/b.jpeg", "ward.zip/c.jpeg", "ward.zip/one/a.jpeg"]
    assert page.locator(".item.refused").count() == 1


def test_a_film_of_an_archive_is_hidden_part_by_part_too(page, predictor):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name in ("film0.jpeg", "film1.jpeg"):
            files.writestr(name, FILMS[name])
    drop(page, {"ward.zip": archive.getvalue()})
    finished(page)
    page.locator(".item", has_text="film1.jpeg").click()
    page.click("#occlude")
    page.locator("#map").wait_for(timeout=120_000)
    assert page.locator("#film-name").inner_text() == "ward.zip/film1.jpeg"
    (found,) = predictor.predict([predictor.read("film1.jpeg", lambda: FILMS["film1.jpeg"])])
    assert f"Score {found.score:.3f}" in page.locator("#score-text").inner_text()
    assert page.complaints == []


def test_films_of_an_archive_too_large_for_pictures_get_theirs_when_they_are_looked_at(
    chromium, predictor, facts, tmp_path
):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name, data in FILMS.items():
            files.writestr(name, data)
    with running(predictor, tmp_path, facts, shown=len(FILMS) - 1) as found:
        page = opened(chromium, found.url)
        asked = []
        page.on("request", lambda one: asked.append(one.url) if "predict" in one.url else None)
        drop(page, {"ward.zip": archive.getvalue()})
        finished(page)
        page.locator("#film").wait_for()
        assert page.locator(".item.read").count() == len(FILMS)
        pictured = page.locator("#film").evaluate("(film) => film.toDataURL()")
        before = len(asked)
        held = []
        page.route("**/v1/predict?*", lambda route: held.append(route))
        # Of those that are passed by on the way to the last, none is asked for.
        for _ in FILMS:
            page.keyboard.press("ArrowDown")
        page.locator("#map-means", has_text="Fetching").wait_for()
        assert not page.locator("#film").is_visible()
        for one in held:
            one.continue_()
        page.unroute("**/v1/predict?*")
        page.locator("#film").wait_for()
        assert page.locator("#film").evaluate("(film) => film.toDataURL()") != pictured
        assert len(asked) == before + 1
        assert f"only={list(FILMS).index(chosen(page).removeprefix('ward.zip/'))}" in asked[-1]
        # It stays, and can be explained like any other.
        page.keyboard.press("Home")
        page.locator("#film").wait_for()
        page.click("#occlude")
        page.locator("#map").wait_for(timeout=120_000)
        assert len(asked) == before + 2
        # That an archive was too large for pictures is no fault.
        assert [one for one in page.complaints if "413" not in one] == []
        page.context.close()


def test_a_picture_that_cannot_be_fetched_now_may_be_later(page):
    without = {"images": None, "attribution_method": ""}
    answering(page, film(path="film/a", **without), film(path="film/b", **without))
    drop(page, {"z.zip": b"1"})
    finished(page)
    page.unroute("**/v1/predict*")
    answering(page, status=429)
    page.keyboard.press("End")
    page.locator("#map-means", has_text="No picture: expected less").wait_for()
    page.unroute("**/v1/predict*")
    answering(page, film())
    page.keyboard.press("Home")
    page.keyboard.press("End")
    page.locator("#film").wait_for()


def test_a_busy_service_is_asked_again_when_it_says(page):
    asked = answering(page, status=429, Retry_After="1")
    drop(page, {"a.jpeg": FILMS["film0.jpeg"]})
    page.locator("#done-count", has_text="the service is busy").wait_for()
    assert page.locator(".item.refused").count() == 0
    page.unroute("**/v1/predict*")
    finished(page)
    assert asked
    assert page.locator(".item.read").count() == 1


def test_films_wait_while_the_service_is_away_and_none_is_lost(page):
    page.route("**/v1/predict*", lambda route: route.abort())
    drop(page, FILMS)
    page.locator("#halted", has_text="does not answer").wait_for(timeout=30_000)
    assert page.locator(".item.waiting").count() == len(FILMS)
    page.unroute("**/v1/predict*")
    page.click("#again")
    finished(page)
    assert page.locator(".item.read").count() == len(FILMS)
    assert not page.locator("#halted").is_visible()


@pytest.mark.parametrize("status", [413, 500])
def test_what_the_service_refuses_stands_in_the_list_with_its_reason(page, status):
    answering(page, status=status)
    drop(page, {"a.jpeg": FILMS["film0.jpeg"]})
    finished(page)
    (said,) = page.locator(".item.refused .item-said").all_inner_texts()
    assert said == "expected less, received more. Send less."
    assert "Send less" in page.locator("#refused").inner_text()


def test_fifty_films_are_sent_a_few_at_a_time(chromium, address):
    page = opened(chromium, address)
    inside, most = 0, 0

    def begun(request):
        nonlocal inside, most
        if "predict" in request.url:
            inside += 1
            most = max(most, inside)

    def ended(request):
        nonlocal inside
        inside -= "predict" in request.url

    page.on("request", begun)
    page.on("requestfinished", ended)
    films = {f"film{number}.jpeg": FILMS[f"film{number % 8}.jpeg"] for number in range(50)}
    drop(page, films)
    finished(page)
    assert page.locator(".item.read").count() == 50
    assert page.locator("#done-count").inner_text() == "50 films"
    assert 1 <= most <= 3
    assert page.complaints == []
    page.context.close()


def test_a_phone_shows_all_without_scrolling_sideways(chromium, either):
    page = opened(chromium, either, viewport={"width": 360, "height": 740}, is_mobile=True)
    drop(page, {**FILMS, ("long" * 30 + ".jpeg"): FILMS["film0.jpeg"], **NO_FILM})
    finished(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for name in ("#film", "#verdict", "#notice", "#add"):
        assert page.locator(name).is_visible(), name
    page.context.close()


@pytest.mark.slow
def test_no_violation_is_found_by_axe(chromium, either, axe):
    for light in (False, True):
        for width in (1280, 380):
            page = opened(chromium, either, viewport={"width": width, "height": 800})
            if light:
                page.click("#theme")
            page.evaluate(axe)
            assert violations(page) == []
            drop(page, {**FILMS, **NO_FILM})
            finished(page)
            for summary in page.locator("summary").all():
                summary.click()
            assert violations(page) == []
            page.click("#ask-help")
            assert violations(page) == []
            page.context.close()


def violations(page) -> list[str]:
    found = page.evaluate("axe.run()")["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found]


def test_nothing_is_loaded_from_elsewhere(chromium, address):
    context = chromium.new_context()
    asked = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.goto(address)
    page.locator("html[data-ready]").wait_for()
    assert {url for url in asked if not url.startswith((address, "data:", "blob:"))} == set()
    context.close()


def test_a_token_is_asked_for_and_kept_nowhere(chromium, predictor, facts, tmp_path):
    with running(predictor, tmp_path, facts, Access(token="secret")) as found:
        page = opened(chromium, found.url)
        assert page.locator("#token").is_visible()
        page.fill("#token-value", "wrong")
        page.locator("#token button").click()
        page.locator("#token-why", has_text="does not know this token").wait_for()
        page.fill("#token-value", "secret")
        page.locator("#token button").click()
        page.locator("#known", has_text="films").wait_for()
        drop(page, {"a.jpeg": FILMS["film0.jpeg"]})
        finished(page)
        assert page.locator(".item.read").count() == 1
        assert "secret" not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
        page.context.close()


KNOWN = {"sensitivity": {"value": 0.96, "low": 0.93, "high": 0.98, "reason": None},
         "specificity": {"value": 0.87, "low": 0.82, "high": 0.91, "reason": None}}  # fmt: skip
SITE = {"site": "clinic", "n": 234, "patients": 200, "confidence": 0.95, "metrics": KNOWN,
        "in_own_collection": 0, "warnings": []}  # fmt: skip


def told(chromium, address, facts, **changes) -> str:
    """What the page says of a model that is known to be so."""
    context = chromium.new_context()
    page = context.new_page()
    known = {"models": [{**facts, **changes}], "limits": {}}
    page.route("**/v1/models", lambda route: route.fulfill(json=known))
    page.goto(address)
    page.locator("html[data-ready]").wait_for()
    text = page.locator("body").inner_text()
    context.close()
    return text


def test_figures_from_elsewhere_are_told_where_there_are_some(chromium, address, facts):
    figures = facts["figures"]
    text = told(chromium, address, facts, figures={**figures, "external": [SITE]})
    assert (
        "On 234 films from elsewhere (clinic) it called 13% (95% interval 9% to 18%) of the "
        "healthy ill and missed 4% (95% interval 2% to 7%) of the ill."
    ) in text
    assert "measured on none" not in text
    text = told(chromium, address, facts, figures={**figures, "external": []})
    assert "Films from elsewhere: it was measured on none" in text
    assert "clinic" not in text
    one_class = {**SITE, "metrics": {**KNOWN, "specificity": {
        "value": None, "low": None, "high": None, "reason": "no NORMAL"}}}  # fmt: skip
    text = told(chromium, address, facts, figures={**figures, "external": [one_class]})
    assert "it missed 4%" in text
    assert "called" not in text.split("clinic", 1)[1].split("of the ill")[0]
    text = told(chromium, address, facts, figures=None, figures_reason="the run is gone")
    assert "No figures: the run is gone." in text


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_model_of_phantoms_is_marked_and_any_other_is_not(chromium, address, facts, synthetic):
    text = told(chromium, address, facts, synthetic=synthetic)
    assert ("Synthetic: trained on phantoms" in text) == synthetic
    assert "Not for diagnosis" in text
