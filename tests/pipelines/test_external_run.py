"""External tests of a finished run of `conf/smoke`, as a user makes them."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image, ImageOps
from whole_runs import finish, run

pytestmark = pytest.mark.slow

MODELS = ["mlp", "cnn", "ensemble"]
SITES = ["copy", "st-mary"]


def locked(results: Path) -> dict[str, bytes]:
    """Return all that an external test must leave as it is, byte for byte."""
    kept = [results / "locks.json", results / "03_primary/splits.parquet"]
    for pattern in ("08_reporting/*/metrics.json", "06_models/**/*", "07_model_output/*/scores.*"):
        kept += results.glob(pattern)
    files = [path for path in kept if path.is_file() and "site_updates" not in path.parts]
    return {str(path.relative_to(results)): path.read_bytes() for path in files}


def rows_of(results: Path, split: str) -> pd.DataFrame:
    comparison = pd.read_csv(results / "08_reporting/comparison.csv")
    return comparison[comparison["split"] == split].set_index("architecture")


def record(results: Path, site: str) -> dict:
    return json.loads((results / f"08_reporting/external/{site}.json").read_text())


def listed(folder: Path, results: Path) -> Path:
    """Put the films of test into one folder without classes, under other names, with a table."""
    films = folder / "films"
    films.mkdir()
    rows = ["file,label,patient,age"]
    for n, path in enumerate(sorted((results / "01_raw/phantoms/test").rglob("*.jpeg"))):
        shutil.copy(path, films / f"{n}.jpeg")
        rows.append(f"{n}.jpeg,{path.parent.name},{n % 7},{3 + n % 50}")
    table = films / "mine.csv"
    table.write_text("\n".join(rows))
    return table


def page(results: Path) -> str:
    text = (results / "08_reporting/report.html").read_text()
    start = text.index('<section id="external-tests">')
    return " ".join(text[start : text.index("</section>", start)].split())


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    results = tmp_path_factory.mktemp("external") / "results"
    finish(results)
    return results


@pytest.fixture(scope="module")
def before(finished):
    return locked(finished)


@pytest.fixture(scope="module")
def measured(finished, before, tmp_path_factory):  # noqa: ARG001
    """Measure a copy of test, and the healthy of it inverted: one class, as nobody films them."""
    inverted = tmp_path_factory.mktemp("inverted") / "NORMAL"
    inverted.mkdir()
    tested = finished / "01_raw/phantoms/test"
    for path in sorted((tested / "NORMAL").glob("*.jpeg")):
        ImageOps.invert(Image.open(path).convert("L")).save(inverted / path.name)
    sites = f"external.copy={tested},external.st-mary={inverted.parent}"
    finish(finished, "--pipelines=external", "--params", sites)
    return finished


def test_nothing_that_was_locked_or_measured_before_is_changed(measured, before):
    assert before
    assert locked(measured) == before


def test_a_copy_of_test_gives_the_scores_and_the_figures_of_test(measured):
    for name in MODELS:
        own = pd.read_parquet(measured / f"07_model_output/{name}/scores.parquet")
        own = own[own["split"] == "test"]
        there = pd.read_parquet(measured / f"07_model_output/external/copy/{name}.parquet")
        there["radiograph_id"] = there["radiograph_id"].str.replace("external:copy/", "test/")
        both = own.merge(there, on="radiograph_id", suffixes=("", "_there"))
        assert len(both) == len(own) == len(there)
        # One film's score differs by a rounding from batch to batch.
        assert both["score"].to_numpy() == pytest.approx(both["score_there"], abs=1e-5)
    test, site = rows_of(measured, "test"), rows_of(measured, "external:copy")
    assert list(site.index) == list(test.index) == MODELS
    numbers = test.select_dtypes("number").columns
    assert site[numbers].to_numpy() == pytest.approx(
        test[numbers].to_numpy(), abs=1e-4, nan_ok=True
    )
    overlap = record(measured, "copy")["films"]["overlap"]
    assert overlap["identical"] == {"train": 0, "validation": 0, "test": int(test["n"].iloc[0])}


def test_films_unlike_train_are_counted_at_each_site(measured):
    for name in MODELS:
        detection = json.loads((measured / f"08_reporting/{name}/detection.json").read_text())
        copy, inverted = (record(measured, site)["models"][name]["flagged"] for site in SITES)
        # A copy of test is flagged as test is.
        assert copy["found"] == detection["false_alarms"]
        assert copy["promised"] == inverted["promised"] == detection["promised"]
        assert inverted["found"]["share"]["value"] > copy["found"]["share"]["value"]
    assert "of the films are flagged as unlike those of train" in page(measured)


def test_one_class_alone_has_no_auroc_and_says_why(measured):
    found = record(measured, "st-mary")
    assert found["films"]["classes"]["PNEUMONIA"] == 0
    assert any("There is no PNEUMONIA" in one for one in found["films"]["warnings"])
    for name in MODELS:
        (part,) = found["models"][name]["measured"]["splits"].values()
        assert part["metrics"]["auroc"]["value"] is None
        assert part["metrics"]["auroc"]["reason"]
        assert part["metrics"]["specificity"]["value"] is not None
    assert rows_of(measured, "external:st-mary")["auroc"].isna().all()


def test_an_update_is_locked_beside_each_model_and_not_offered_without_enough_patients(measured):
    for name in MODELS:
        for site, reason in (("copy", "too few patients"), ("st-mary", "no film with PNEUMONIA")):
            (file,) = measured.glob(f"06_models/{name}/site_updates/{site}.json/*/{site}.json")
            update = json.loads(file.read_text())
            assert update == record(measured, site)["models"][name]["update"]
            assert reason in update["refused"]
    assert "An update of cnn at copy, fitted on" in page(measured)
    assert "An update of cnn at st-mary cannot be measured: there is no film" in page(measured)
    code, printed = run(measured, "--pipelines=inference", "--params", "inference.site=copy")
    assert code != 0
    assert "one that is not offered: too few patients" in " ".join(printed.split())


def test_report_card_and_log_tell_of_both_sites_with_weights_and_lock(measured):
    log = pd.read_csv(measured / "08_reporting/external_access_log.csv")
    assert log.groupby("site")["architecture"].apply(list).to_dict() == {
        "copy": MODELS, "st-mary": MODELS,
    }  # fmt: skip
    card = (measured / "08_reporting/model_card_cnn.md").read_text()
    for site in ("copy", "st-mary"):
        for name, one in record(measured, site)["models"].items():
            last = log[(log["site"] == site) & (log["architecture"] == name)].iloc[-1]
            assert last["lock"] == one["lock"]
            assert last["model"] == one["measured"]["model"]["fingerprint"]
            assert one["lock"][:12] in page(measured)
        assert f"At {site}" in card or f"holds at {site}" in card or f"at {site} cannot" in card
    assert "are phantoms drawn by a program" in page(measured)


def test_the_next_site_keeps_the_earlier_ones_and_a_run_without_sites_reports_them(
    measured, tmp_path
):
    results = tmp_path / "results"
    shutil.copytree(measured, results)
    finish(
        results, "--pipelines=external", "--params", f"external.third={listed(tmp_path, results)}"
    )
    third = record(results, "third")["films"]
    tested = rows_of(results, "test")
    assert (third["radiographs"], third["patients"]) == (int(tested["n"].iloc[0]), 7)
    assert third["parts"] == {"unassigned": third["radiographs"]}
    # The folders tell nothing here: the table alone has the labels.
    assert rows_of(results, "external:third")["auroc"].to_numpy() == pytest.approx(
        tested["auroc"].to_numpy(), abs=1e-4
    )
    earlier = (measured / "08_reporting/external/copy.json").read_bytes()
    assert (results / "08_reporting/external/copy.json").read_bytes() == earlier
    splits = set(pd.read_csv(results / "08_reporting/comparison.csv")["split"])
    assert {"external:copy", "external:st-mary", "external:third"} <= splits
    # The same models again, and one that was trained anew.
    finish(results, "--params", "mlp.fitting.epochs=1")
    table = pd.read_csv(results / "08_reporting/comparison.csv")
    elsewhere = table[table["split"].str.startswith("external:")]
    assert set(elsewhere["architecture"]) == {"cnn"}
    told = page(results)
    fingerprint = record(results, "copy")["models"]["mlp"]["measured"]["model"]["fingerprint"]
    assert f"copy, mlp: another model ({fingerprint[:12]})" in told


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ("external.gone=/nowhere", "Name the site's folder: --params external.gone=<folder>"),
        ("external.b.c=/nowhere", "Expected: `external.b`"),
        ("external.b c=/nowhere", "Expected: key=value"),
        ("seed=7", "Expected: a site of an external test"),
        ("evaluation.threshold={rule: max_f1}", "evaluation.threshold: {'rule': 'youden'} then, "),
        ("preprocessing.fit=crop", "fit: squash then, crop now"),
    ],
)
def test_what_cannot_be_measured_is_refused_and_nothing_is_written(measured, params, told):
    here = {str(path) for path in measured.rglob("*")}
    if "external" not in params and "seed" not in params:
        params += f",external.new={measured / '01_raw/phantoms/test'}"
    code, printed = run(measured, "--pipelines=external", "--params", params)
    assert code != 0
    assert told in " ".join(printed.split())
    assert "Traceback" not in printed
    assert {str(path) for path in measured.rglob("*")} == here
