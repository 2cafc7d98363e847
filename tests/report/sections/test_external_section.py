"""What the report says of other sites, and what it is silent about."""

import pandas as pd
import pytest
from example_metrics import model_metrics
from example_sites import drop, drops, site_metrics, site_result

from pneumoscope.external.known import external_tests
from pneumoscope.external.records import split_of
from pneumoscope.report.blocks import Bullets, Code, Note, Paragraph, Part, Table, flattened
from pneumoscope.report.sections.external import (
    external_blocks,
    external_section,
    headlines,
    verdicts,
)

METRICS = {"mlp": model_metrics(), "cnn": model_metrics()}
FELL = {"test": drops(specificity=drop(-0.3, 0.05))}


def log(*sites: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "when": [f"2026-01-0{n + 1}T00:00:00+00:00" for n in range(len(sites))],
            "site": sites, "architecture": "cnn", "model": "f" * 64, "lock": "b" * 64,
            "films": "d" * 64, "rule": "youden", "threshold": 0.5, "n": 12,
        }
    )  # fmt: skip


def section(results, entries=None):
    tests = external_tests({one.site: one for one in results}, METRICS, 0.95)
    return external_section(tests, METRICS, log() if entries is None else entries)


def both(site, **changes):
    models = {name: site_metrics(site, **changes) for name in METRICS}
    return site_result(site, models)


def of_kind(found, kind):
    return [block for block in flattened(found.blocks) if isinstance(block, kind)]


def words(found):
    return " ".join(str(block) for block in found.blocks)


def test_without_a_site_nothing_is_claimed_and_the_command_is_told():
    found = section([])
    only, command = found.blocks
    assert only.text.startswith("No film of another site has been measured with these models")
    assert command.text.startswith("kedro run --pipelines=external")


def test_each_model_stands_beside_every_site():
    found = section([both("clinic", drops=FELL), both("st-mary")])
    parts = {block.name: block for block in found.blocks if isinstance(block, Part)}
    assert list(parts) == ["mlp", "cnn"]
    assert "At clinic, specificity is lower by 0.300" in parts["cnn"].summary
    assert "What test shows holds at st-mary within 0.05" in parts["cnn"].summary
    metrics = parts["cnn"].blocks[1]
    assert metrics.header == ["", "validation", "test", "clinic", "st-mary"]
    differences = parts["cnn"].blocks[2]
    assert [row[0] for row in differences.rows] == [
        "clinic minus test", "clinic minus validation", "st-mary minus test",
        "st-mary minus validation",
    ]  # fmt: skip
    # Widened, as twelve differences stand together: 0.05 * 2.87 / 1.96.
    assert differences.rows[0][3].low == pytest.approx(-0.3 - 0.0731, abs=0.0005)


def test_each_record_names_the_weights_and_the_lock_that_it_was_measured_with():
    entries = pd.concat([log("clinic", "clinic"), log("st-mary").assign(model="0" * 64)])
    found = section([both("clinic")], entries)
    (record,) = [t for t in of_kind(found, Table) if "weights" in t.header]
    assert record.rows[1] == [
        "clinic", "cnn", "f" * 12, "b" * 12, 1, "d" * 12, 2, "2026-01-02T00:00:00+00:00",
    ]  # fmt: skip


def test_what_could_mislead_is_told_and_otherwise_not():
    assert not of_kind(section([both("clinic")]), Note)
    models = {"cnn": site_metrics()}
    doubtful = site_result(
        models=models, overlap={"identical": {"train": 2}}, sources={"folder": 9, "phantoms": 3},
        warnings=["There is no NORMAL: what needs both classes is undefined."],
    )  # fmt: skip
    (note,) = of_kind(section([doubtful]), Note)
    assert note.warns
    assert note.items[0] == "clinic: 3 of the 12 films of clinic are phantoms drawn by a program."
    assert any("2 in train, of 12" in item for item in note.items)
    assert any("There is no NORMAL" in item for item in note.items)


def test_what_is_of_another_model_is_not_shown_but_named():
    old = {"model": {"fingerprint": "0" * 64}}
    mixed = site_result(models={"mlp": site_metrics(), "cnn": site_metrics(measured=old)})
    found = section([mixed])
    assert [block.name for block in found.blocks if isinstance(block, Part)] == ["mlp"]
    (note,) = of_kind(found, Note)
    assert list(note.items) == ["clinic, cnn: another model (000000000000)"]
    assert "says nothing of the models of this report. Measure clinic again" in note.text
    alone = section([site_result(models={"cnn": site_metrics(measured=old)})])
    assert [type(block) for block in alone.blocks] == [Paragraph, Code, Note]


def test_patients_are_counted_where_some_have_several_films():
    titles = [table.caption for table in of_kind(section([both("clinic")]), Table)]
    assert any(title.startswith("Counted by patient") for title in titles)
    one_each = {"splits": {split_of("clinic"): {"n": 10, "patients": 10}}}
    metrics = {
        "cnn": model_metrics(splits={"test": {"n": 10}, "validation": {"n": 10}}),
    }
    result = site_result(models={"cnn": site_metrics(measured=one_each)})
    found = external_section(external_tests({"clinic": result}, metrics), metrics, log())
    titles = [table.caption for table in of_kind(found, Table)]
    assert not any(title.startswith("Counted by patient") for title in titles)


def test_a_card_tells_its_own_model_alone():
    tests = external_tests({"clinic": site_result(models={"cnn": site_metrics()})}, METRICS, 0.95)
    nothing, _ = external_blocks(tests, "mlp", METRICS["mlp"])
    assert nothing.text.startswith("No film of another site")
    told = external_blocks(tests, "cnn", METRICS["cnn"])
    assert isinstance(told[0], Bullets)
    assert len(told[0].items) == 2
    assert verdicts("cnn", tests, ["test"]) == [told[0].items[0]]
    assert verdicts("mlp", tests) == []


def test_the_first_lines_name_sites_whose_films_the_models_know():
    sites = [
        site_result("clinic", {"cnn": site_metrics("clinic")}, overlap={"identical": {"test": 4}}),
        site_result("own", {"cnn": site_metrics("own")}, overlap={"identical": {"train": 2}}),
    ]
    tests = external_tests({one.site: one for one in sites}, METRICS, 0.95)
    lines = headlines("cnn", tests)
    assert [line.startswith("cnn: ") for line in lines] == [True, True, False]
    assert lines[-1].startswith("The models learned from 2 of the ")
    assert "films of own, or were chosen by them: as far as these go, it is no ext" in lines[-1]


def test_films_flagged_as_unlike_train_are_told_where_they_were_counted():
    share = {"value": 0.4, "low": 0.25, "high": 0.6, "reason": None}
    flagged = {"found": {"radiographs": 12, "patients": 10, "share": share}, "promised": 0.05}
    parts = [b for b in section([both("clinic", flagged=flagged)]).blocks if isinstance(b, Part)]
    assert all("At clinic, 40.0% (25.0% to 60.0%) of the films" in str(p.blocks[0]) for p in parts)
    assert "flagged" not in words(section([both("clinic")]))
