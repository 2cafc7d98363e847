"""Every node called as a plain function: data in, new data out, nothing changed."""

import copy
import gc
import re
import weakref
from dataclasses import replace
from inspect import signature
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from pneumoscope.datasets.checkpoint import CheckpointFolder
from pneumoscope.datasets.decoded_radiographs import DecodedRadiographsDataset
from pneumoscope.datasets.sharded_images import ShardedImages
from pneumoscope.datasets.tuning_studies import StudyFolder
from pneumoscope.errors import InputError
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.ingestion.checks import PointlessRun
from pneumoscope.models.records import PrecisionChoice, Tuning
from pneumoscope.naming import Label, Split
from pneumoscope.options import (
    AcquisitionOptions,
    EvaluationOptions,
    FetchOptions,
    PreprocessingOptions,
    Recipe,
    ReportOptions,
    SplitOptions,
    StressOptions,
)
from pneumoscope.pipelines.evaluation import nodes as evaluation
from pneumoscope.pipelines.explanation import nodes as explanation
from pneumoscope.pipelines.fetch import nodes as fetch
from pneumoscope.pipelines.ingestion import nodes as ingestion
from pneumoscope.pipelines.preprocessing import nodes as preprocessing
from pneumoscope.pipelines.rebalancing import nodes as rebalancing
from pneumoscope.pipelines.reporting import nodes as reporting
from pneumoscope.pipelines.training import nodes as training
from pneumoscope.plots.style import new_figure
from pneumoscope.radiographs.pixel_statistics import describe_pixels
from pneumoscope.report.findings import collect_findings
from pneumoscope.tuning.records import Ending, Study, Trial

SEED = 7
NO_KEY = None
"""What no film that is no DICOM asks for."""
FETCH = FetchOptions.model_validate(
    {"source": "phantoms", "phantoms": {"patients": 24, "shorter_side": [64, 80]}}
)
SPLIT = SplitOptions.model_validate(
    {"policy": "official", "validation_share": 0.3, "test_share": 0.2, "balance": "oversample"}
)
GROUPED = AcquisitionOptions(
    components=2, most_pseudo_sites=2, prediction_strength=0.8, hard_auroc=0.5
)
SIZE = PreprocessingOptions.model_validate({"size": [16, 16], "fit": "squash"})
STRESS = StressOptions.model_validate(
    {
        "variants": [
            {"name": "pale", "contrast": 0.5},
            {"name": "swapped", "only": "NORMAL", "quality": 5},
        ]
    }
)
EVALUATION = EvaluationOptions.model_validate({"threshold": {"rule": "youden"}})
BLOCK = {
    "model": {"architecture": "mlp"},
    "augmentation": {"rotation": 5},
    "fitting": {"epochs": 2},
}
REPORT = ReportOptions(title="A test", sample_radiographs=2)


@pytest.fixture(scope="module")
def phantoms():
    return fetch.make_phantoms(FETCH, SEED)


@pytest.fixture(scope="module")
def layout(phantoms, ingestion_options, collection_blocks):
    return ingestion.choose_layout(phantoms, {}, ingestion_options, collection_blocks, NO_KEY)


@pytest.fixture(scope="module")
def decoded(phantoms, layout, ingestion_options, tmp_path_factory):
    dataset = DecodedRadiographsDataset(str(tmp_path_factory.mktemp("decoded") / "radiographs"))
    dataset.save(ingestion.scan_files(phantoms, layout, ingestion_options, "folder", NO_KEY))
    return dataset.load()


@pytest.fixture(scope="module")
def sorted_files(decoded, layout, ingestion_options):
    return ingestion.sort_files(decoded, layout, ingestion_options)


@pytest.fixture(scope="module")
def manifest(sorted_files, layout, ingestion_options):
    return ingestion.check_manifest(*sorted_files, layout, ingestion_options)


@pytest.fixture(scope="module")
def similar(manifest, decoded):
    return ingestion.compare_radiographs(manifest, decoded)


@pytest.fixture(scope="module")
def acquisition(manifest, decoded):
    return ingestion.collect_acquisition(manifest, decoded)


@pytest.fixture(scope="module")
def checked(manifest, similar):
    assigned = rebalancing.assign_splits(manifest, similar, SPLIT, SEED)
    rebalanced = rebalancing.rebalance_training(assigned, manifest, SPLIT, SEED)
    return rebalancing.check_splits(assigned, rebalanced, manifest, similar, SPLIT)


@pytest.fixture(scope="module")
def rows(checked, manifest):
    return dict(zip(Split, preprocessing.select_rows(checked[0], manifest), strict=True))


@pytest.fixture(scope="module")
def grouped(rows, decoded):
    return preprocessing.group_films(*rows.values(), decoded, GROUPED, 0.95, SEED)


@pytest.fixture(scope="module")
def pseudo_sites(grouped):
    return grouped[0]


@pytest.fixture(scope="module")
def images(decoded, rows):
    return {
        split: ShardedImages([np.stack(list(stream))])
        for split, part in rows.items()
        if (stream := preprocessing.transform_radiographs(decoded, part, SIZE))
    }


@pytest.fixture(scope="module")
def stressed(images, rows):
    validation = Split.VALIDATION
    stream, stressed = preprocessing.stress_validation(images[validation], rows[validation], STRESS)
    return ShardedImages([np.stack(list(stream))]), stressed


@pytest.fixture(scope="module")
def trained(images, rows, stressed, pseudo_sites, tmp_path_factory):
    train, validation = Split.TRAIN, Split.VALIDATION
    return training.model_trainer("mlp")(
        images[train],
        rows[train],
        images[validation],
        rows[validation],
        *stressed,
        pseudo_sites.assign(hard=True),
        weights_available=True,
        checkpoint=CheckpointFolder(tmp_path_factory.mktemp("checkpoint")),
        precision=PrecisionChoice("float32", "made up"),
        recipe=Recipe.model_validate(
            {
                "model": {"architecture": "mlp", "units": [4]},
                "augmentation": {},
                "fitting": {"epochs": 2},
            }
        ),
        seed=SEED,
    )


@pytest.fixture(scope="module")
def validated(trained, images, rows):
    part = Split.VALIDATION
    return evaluation.score_validation(trained[0], images[part], rows[part], EVALUATION)


@pytest.fixture(scope="module")
def described(trained, images, rows):
    given = [found[part] for part in (Split.TRAIN, Split.VALIDATION) for found in (images, rows)]
    return evaluation.describe_train(trained[0], *given, EVALUATION, 7)


@pytest.fixture(scope="module")
def false_alarms(described, validated):
    return evaluation.limit_distance(described[1], validated[1], EVALUATION)


@pytest.fixture(scope="module")
def locks(validated, false_alarms, checked, pseudo_sites):
    return evaluation.lock_operating_point(
        *validated, false_alarms, checked[0], pseudo_sites, {}, EVALUATION
    )


@pytest.fixture(scope="module")
def tested(trained, images, rows, locks):
    part = Split.TEST
    return evaluation.score_test(trained[0], images[part], rows[part], locks, EVALUATION)


@pytest.fixture(scope="module")
def measured(validated, tested, locks, manifest, pseudo_sites, checked):
    scores, scored_by = validated
    return evaluation.measure_scores(
        scores, tested, scored_by, locks, manifest, pseudo_sites, checked[1], EVALUATION
    )


@pytest.fixture(scope="module")
def scores(measured):
    return measured[0]


@pytest.fixture(scope="module")
def metrics(measured):
    return measured[1]


@pytest.fixture(scope="module")
def comparison(metrics):
    # Two seeds of one recipe, and an average of both.
    given = {f"metrics_{name}": metrics for name in ("one", "two", "both")}
    seeds = {
        "recipe_one": BLOCK,
        "recipe_two": {**BLOCK, "fitting": {**BLOCK["fitting"], "seed": 8}},
    }
    return evaluation.compare_models(**given, **seeds)


def test_the_layout_keeps_the_names_of_files_and_none_of_their_readers(
    phantoms, ingestion_options, collection_blocks
):
    class Reader:
        def __call__(self):
            return b""

    files = {path: Reader() for path in phantoms}
    readers = [weakref.ref(reader) for reader in files.values()]
    layout = ingestion.choose_layout(files, {}, ingestion_options, collection_blocks, NO_KEY)
    shown = [layout.real(path) for path in files]
    assert shown == list(files)
    del files
    gc.collect()
    assert not any(reader() for reader in readers)


def test_a_layout_is_freed_with_its_last_use_and_waits_for_no_collector(
    phantoms, ingestion_options, collection_blocks
):
    key = SimpleNamespace(pseudonym=lambda kind, name: f"{kind}-{name}")
    layout = ingestion.choose_layout(phantoms, {}, ingestion_options, collection_blocks, key)
    real = next(path for path in phantoms if path.endswith(".jpeg"))
    folder, _, name = real.rpartition("/")
    assert layout.real(f"{folder}/file-{name}.jpeg") == real
    freed = weakref.ref(layout)
    gc.disable()
    try:
        del layout
        assert freed() is None
    finally:
        gc.enable()


def test_make_phantoms_renders_nothing_until_a_file_is_read(phantoms):
    path, read = next(item for item in phantoms.items() if item[0].endswith(".jpeg"))
    assert path.startswith("train/NORMAL/")
    assert read()[:2] == b"\xff\xd8"


def test_unpack_archive_keeps_radiographs_and_drops_litter():
    def nothing():
        return b""

    archive = {
        "chest_xray/train/NORMAL/IM-1-0001.jpeg": nothing,
        "__MACOSX/chest_xray/train/NORMAL/._IM-1-0001.jpeg": nothing,
        "chest_xray/.DS_Store": nothing,
    }
    assert list(fetch.unpack_archive(archive)) == ["chest_xray/train/NORMAL/IM-1-0001.jpeg"]


def test_scan_files_decodes_every_radiograph_and_knows_the_litter(phantoms, decoded):
    assert len(decoded.files) == len(phantoms)
    litter = decoded.files[decoded.files["reason"] != ""]
    assert litter["path"].tolist() == ["train/.DS_Store"]


def test_sort_files_loses_no_file(decoded, sorted_files):
    manifest, quarantine = sorted_files
    assert len(manifest) + len(quarantine) + 1 == len(decoded.files)


def test_check_manifest_passes_good_input_on_and_stops_a_missing_class(
    sorted_files, layout, ingestion_options
):
    unchecked, quarantine = sorted_files
    assert ingestion.check_manifest(unchecked, quarantine, layout, ingestion_options) is unchecked
    with pytest.raises(PointlessRun, match="received none of PNEUMONIA"):
        normal = unchecked[unchecked["label"] == "NORMAL"]
        ingestion.check_manifest(normal, quarantine, layout, ingestion_options)


def test_audit_radiographs_counts_what_the_manifest_holds(
    manifest, sorted_files, decoded, similar, acquisition, layout, ingestion_options
):
    audit = ingestion.audit_radiographs(
        manifest, sorted_files[1], decoded, similar, acquisition, layout, ingestion_options
    )
    assert audit.radiographs == sum(row.n for row in audit.counts) == len(manifest)
    assert audit.litter == 1
    assert audit.duplicates.groups == 2


def test_rebalancing_touches_train_alone_and_leaves_its_inputs(manifest, similar):
    before = manifest.copy(deep=True)
    assigned = rebalancing.assign_splits(manifest, similar, SPLIT, SEED)
    rebalanced = rebalancing.rebalance_training(assigned, manifest, SPLIT, SEED)
    pd.testing.assert_frame_equal(manifest, before)
    held_out = assigned[assigned["split"] != "train"]
    kept = rebalanced[rebalanced["split"] != "train"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept[["radiograph_id", "split"]], held_out.reset_index(drop=True))
    label = rebalanced.merge(manifest, on="radiograph_id").query("split == 'train'")["label"]
    assert label.value_counts().min() == label.value_counts().max()


def test_check_splits_says_what_it_checked(checked):
    assert checked[1].flaws == []
    assert "stands in two splits" in checked[1].checks[0]


def test_select_rows_gives_each_split_its_own_with_what_the_manifest_knows(rows, checked):
    assert sum(len(part) for part in rows.values()) == len(checked[0])
    for split, part in rows.items():
        assert set(part["split"]) == {split}
        assert part[["path", "label", "patient_id", "sample_weight"]].notna().all(axis=None)


def test_transform_radiographs_keeps_the_order_of_the_rows(decoded, rows, images):
    from pneumoscope.radiographs.transforms import preprocess

    part = rows[Split.TEST]
    assert images[Split.TEST].shape == (len(part), 16, 16, 1)
    last = preprocess(decoded[part["path"].iloc[-1]], SIZE)
    np.testing.assert_array_equal(images[Split.TEST][-1], last)


def test_films_that_models_are_fitted_on_keep_the_border_that_others_lose(decoded, rows):
    train, options = rows[Split.TRAIN], SIZE.model_copy(update={"border_crop": 0.2})
    wider = options.model_copy(update={"train_border_crop": 0.1})
    expected = options.model_copy(update={"border_crop": 0.1})
    for given, as_if in ((wider, expected), (options, options)):
        fitted = preprocessing.transform_fitted_radiographs(decoded, train, given)
        seen = preprocessing.transform_radiographs(decoded, train, as_if)
        np.testing.assert_array_equal(np.stack(list(fitted)), np.stack(list(seen)))
    in_use = preprocessing.transform_radiographs(decoded, train, wider)
    cut = preprocessing.transform_radiographs(decoded, train, options)
    np.testing.assert_array_equal(np.stack(list(in_use)), np.stack(list(cut)))


def test_stress_validation_degrades_every_film_in_every_way(images, rows, stressed):
    films, named = stressed
    clean = images[Split.VALIDATION]
    assert len(films) == len(named) == 2 * len(clean)
    assert named["stress"].value_counts().to_dict() == {"pale": len(clean), "swapped": len(clean)}
    pale, swapped = films[: len(clean)], films[len(clean) :]
    spread = [films.std(axis=(1, 2, 3)) for films in (pale, clean[:])]
    np.testing.assert_allclose(spread[0], 0.5 * spread[1], rtol=0.02)
    spared = (rows[Split.VALIDATION]["label"] == "PNEUMONIA").to_numpy()
    np.testing.assert_array_equal(swapped[spared], clean[:][spared])
    assert (swapped[~spared] != clean[:][~spared]).any()


def test_check_weights_passes_a_random_start_and_refuses_a_missing_file():
    scratch = {**BLOCK, "model": {"architecture": "mobilenetv2"}}
    assert training.check_weights(Recipe.model_validate(scratch)) is True
    lost = Recipe.model_validate({**scratch, "model": scratch["model"] | {"weights": "lost.h5"}})
    with pytest.raises(InputError, match="Set `weights` of mobilenetv2"):
        training.check_weights(lost)


def test_train_model_records_every_epoch(trained):
    model, history = trained
    assert history["epoch"].tolist() == [1, 2]
    assert model.output_shape == (None, 1)
    # Every film of validation is marked as hard here, and so measured twice.
    np.testing.assert_allclose(history["hard_loss"], history["validation_loss"], rtol=1e-5)


def test_validation_and_test_are_scored_once_each(scores, rows):
    assert scores["split"].value_counts().to_dict() == {
        "validation": len(rows[Split.VALIDATION]),
        "test": len(rows[Split.TEST]),
    }
    assert scores["score"].between(0, 1).all()


def test_test_is_not_scored_by_a_model_that_is_not_locked(trained, images, rows):
    with pytest.raises(ValueError, match="its threshold was not fixed before test"):
        evaluation.score_test(trained[0], images[Split.TEST], rows[Split.TEST], {}, EVALUATION)


def test_measure_scores_applies_what_was_locked(
    validated, tested, locks, manifest, pseudo_sites, checked, metrics
):
    moved = tested.assign(score=1 - tested["score"])
    _, again = evaluation.measure_scores(
        validated[0], moved, validated[1], locks, manifest, pseudo_sites, checked[1], EVALUATION
    )
    (lock,) = locks.values()
    assert again.operating_point == metrics.operating_point
    assert again.operating_point.threshold == lock["operating_point"]["threshold"]
    assert again.splits["test"] != metrics.splits["test"]


def test_hard_films_are_measured_as_those_of_elsewhere(
    validated, tested, locks, manifest, pseudo_sites, checked
):
    hard = pseudo_sites["radiograph_id"].isin(validated[0]["radiograph_id"].iloc[::2])
    _, metrics = evaluation.measure_scores(
        validated[0], tested, validated[1], locks, manifest, pseudo_sites.assign(hard=hard),
        checked[1], EVALUATION,
    )  # fmt: skip
    assert metrics.elsewhere.radiographs == hard.sum() == -(-len(validated[0]) // 2)


def test_pseudo_sites_are_subgroups_of_every_split(
    validated, tested, locks, manifest, pseudo_sites, checked
):
    halves = pseudo_sites.assign(pseudo_site=["A", "B"] * (len(pseudo_sites) // 2) + ["A"] * (
        len(pseudo_sites) % 2
    ))  # fmt: skip
    scores, found = evaluation.measure_scores(
        validated[0], tested, validated[1], locks, manifest, halves, checked[1], EVALUATION
    )
    for split, groups in found.subgroups.splits.items():
        counts = {name: group.n for name, group in groups["pseudo-site"].items()}
        films = scores[scores["split"] == split].merge(halves, on="radiograph_id")
        assert counts == films["pseudo_site"].value_counts().to_dict()


def test_no_pseudo_site_is_no_subgroup(metrics, grouped):
    assert grouped[1].pseudo_sites == {}
    assert "pseudo-site" not in metrics.subgroups.splits["test"]


def test_the_report_tells_who_took_the_films(findings):
    page = reporting.write_report(findings, REPORT, EVALUATION)
    assert "Who took the films" in page
    assert "group of films with alike borders and marks (" not in page


def test_films_of_each_pseudo_site_are_drawn(decoded, rows, pseudo_sites):
    halves = pseudo_sites.assign(pseudo_site=np.arange(len(pseudo_sites)) % 2)
    halves["pseudo_site"] = halves["pseudo_site"].map({0: "A", 1: "B"})
    figure = reporting.draw_pseudo_sites(decoded, rows[Split.TRAIN], halves).figure()
    assert sorted(ax.get_ylabel() for ax in figure.axes if ax.get_ylabel()) == ["A", "B"]
    assert {ax.get_title() for ax in figure.axes if ax.images} == {"NORMAL", "PNEUMONIA"}
    assert reporting.draw_pseudo_sites(decoded, rows[Split.TRAIN], pseudo_sites).figure().texts


def test_record_test_access_names_the_model_and_its_threshold(metrics, validated, rows):
    (record,) = evaluation.test_access_recorder("one")(metrics).to_dict("records")
    assert record == {
        "architecture": "one", "model": validated[1].fingerprint, "rule": "youden",
        "threshold": metrics.operating_point.threshold, "n": len(rows[Split.TEST]),
    }  # fmt: skip


def test_compare_models_has_a_row_for_each_and_each_split(comparison):
    assert comparison[["architecture", "split"]].to_numpy().tolist() == [
        [name, split] for name in ("one", "two", "both") for split in ("validation", "test")
    ]
    tested = comparison[comparison["split"] == "test"]
    assert tested["replicate_of"].tolist() == ["one", "one", "both"]


def test_few_patients_of_validation_are_told_and_promise_less(described, false_alarms, rows):
    reference, distances, _ = described
    patients = rows[Split.VALIDATION]["patient_id"].nunique()
    assert reference.fingerprint == false_alarms.fingerprint
    assert distances["radiograph_id"].tolist() == rows[Split.VALIDATION]["radiograph_id"].tolist()
    assert false_alarms.promised == pytest.approx(1 / (patients + 1))
    assert "takes 99" in false_alarms.reason


def test_test_is_not_measured_by_a_model_that_is_not_locked(
    trained, images, rows, described, locks, false_alarms
):
    given = (trained[0], described[0], images[Split.TEST], rows[Split.TEST])
    with pytest.raises(ValueError, match="its threshold was not fixed before test"):
        evaluation.measure_test(*given, {}, EVALUATION, SEED)
    measured = evaluation.measure_test(*given, locks, EVALUATION, SEED)
    found = evaluation.count_detected(measured, false_alarms, EVALUATION)
    assert found.false_alarms.radiographs == len(rows[Split.TEST])
    assert found.found["inverted"].radiographs == len(rows[Split.TEST])
    twice = evaluation.average_distances(one=measured, two=measured)
    pd.testing.assert_frame_equal(twice, measured, check_like=True)


def test_the_average_of_one_model_twice_gives_its_scores(
    validated, tested, scores, checked, false_alarms, pseudo_sites
):
    own, scored_by = validated
    averaged, together = evaluation.average_validation(
        scores_one=scores, scored_by_one=scored_by, scores_two=scores, scored_by_two=scored_by
    )
    assert averaged.equals(own)
    members = {"scores_one": scores, "scores_two": scores}
    with pytest.raises(ValueError, match="its threshold was not fixed before test"):
        evaluation.average_test({}, together, **members)
    locks = evaluation.lock_operating_point(
        averaged, together, false_alarms, checked[0], pseudo_sites, {}, EVALUATION
    )
    assert evaluation.average_test(locks, together, **members).equals(tested)
    assert together.members == dict.fromkeys(("one", "two"), scored_by.fingerprint)


@pytest.fixture(scope="module")
def significance(comparison, scores, metrics):
    names = ("one", "two", "both")
    given = {f"scores_{name}": scores for name in names}
    measured = {f"metrics_{name}": metrics for name in names}
    return evaluation.compare_pairs(comparison, EVALUATION, **given, **measured)


def test_compare_pairs_pairs_the_first_seed_of_each_recipe_on_test_alone(significance, comparison):
    pairs = significance[["architecture_a", "architecture_b"]].drop_duplicates()
    assert pairs.to_numpy().tolist() == [["one", "both"]]
    test = comparison[comparison["split"] == "test"].iloc[0]
    for row in significance.to_dict("records"):
        assert row["a"] == pytest.approx(test[row["metric"]])


@pytest.fixture(scope="module")
def pixels(images, rows):
    return describe_pixels(images[Split.TRAIN], rows[Split.TRAIN])


def test_describe_pixels_counts_every_pixel_of_train(pixels, images):
    counted = sum(histogram.sum() for histogram in pixels.histograms.values())
    assert counted == np.prod(images[Split.TRAIN].shape)


@pytest.fixture(scope="module")
def augmentations(images, rows):
    return explanation.collect_augmentations(
        images[Split.TRAIN], rows[Split.TRAIN], Recipe.model_validate(BLOCK), 2, 3, SEED
    )


def test_films_of_each_class_are_shown_as_stored_and_changed(augmentations, images):
    stored = {image.tobytes() for image in images[Split.TRAIN][:]}
    assert {film.tobytes() for film in augmentations["films"]} <= stored
    assert augmentations["changed"].shape == (3, *augmentations["films"].shape)
    assert augmentations["labels"].tolist() == [Label.NORMAL] * 2 + [Label.PNEUMONIA] * 2


def test_every_figure_is_drawn_and_nothing_is_changed(
    checked, decoded, images, rows, pixels, augmentations, comparison, metrics, scores
):
    audit = copy.deepcopy(checked[1])
    drawn = [
        reporting.draw_class_distribution(audit),
        reporting.draw_samples(decoded, images[Split.TRAIN], rows[Split.TRAIN], REPORT),
        reporting.draw_augmented(augmentations),
        reporting.draw_intensity_histograms(pixels),
        reporting.draw_class_means(pixels),
        reporting.draw_thresholds(scores, metrics),
        reporting.draw_subgroups(metrics),
        reporting.draw_reliability(scores, metrics, EVALUATION),
        reporting.draw_confusion_matrices(one=metrics, two=metrics),
        reporting.draw_deferral(one=metrics, two=metrics),
        reporting.draw_roc_curves(comparison, scores_one=scores, scores_two=scores),
    ]
    assert all(drawing.figure().axes for drawing in drawn)
    assert audit == checked[1]


@pytest.fixture(scope="module")
def origin(recorded, tmp_path_factory):
    return recorded(StudyFolder(tmp_path_factory.mktemp("no studies")))


@pytest.fixture(scope="module")
def recorded(trained, rows):
    recipe, precision = Recipe.model_validate(BLOCK), PrecisionChoice("float32", "made up")

    def record(studies):
        return training.record_training(
            trained[0], trained[1], rows[Split.TRAIN], precision, studies, recipe, SIZE, 64, SEED
        )

    return record


@pytest.fixture(scope="module")
def findings(
    checked,
    manifest,
    sorted_files,
    decoded,
    similar,
    acquisition,
    grouped,
    layout,
    ingestion_options,
    comparison,
    pixels,
    trained,
    origin,
    metrics,
    significance,
    encode,
    gradient,
):
    png = encode(gradient, "PNG")
    audit = ingestion.audit_radiographs(
        manifest, sorted_files[1], decoded, similar, acquisition, layout, ingestion_options
    )
    return collect_findings(
        audit, checked[1], comparison, significance, pixels, acquisition_audit=grouped[1],
        figure_class_distribution=png, history_one=trained[1], history_two=trained[1],
        access_one=evaluation.test_access_recorder("one")(metrics).assign(when="now"),
        metrics_one=metrics, metrics_two=metrics, figure_curves_one=png, settings_one=BLOCK,
        origin_one=origin, origin_two=replace(origin, fingerprint="0" * 64),
    )  # fmt: skip


@pytest.fixture(scope="module")
def card(findings):
    return reporting.model_card_writer("one")(findings, REPORT, EVALUATION)


def test_write_report_holds_every_section_and_the_notice(findings):
    page = reporting.write_report(findings, REPORT, EVALUATION)
    titles = [
        "Comparison",
        "Significance",
        "Deferral",
        "Evaluations on test",
        "Choosing an operating point",
        "Audit of the radiographs",
        "Splits and rebalancing",
        "Training",
        "About this run",
    ]
    assert [title for title in titles if title not in page] == []
    assert "Not for diagnosis" in page


def test_where_phantoms_come_from_goes_from_their_bytes_to_every_record(
    manifest, rows, scores, metrics, origin, findings
):
    for table in (manifest, *rows.values(), scores):
        assert set(table["source"]) == {"phantoms"}
    assert metrics.splits["test"].sources.only_phantoms
    assert origin.synthetic
    assert origin.data.sources.only_phantoms
    assert findings.ingestion_audit.sources.only_phantoms
    assert list(findings.origins) == ["one"]
    assert "phantoms drawn by a program, not patients" in findings.synthetic


def test_write_slides_gives_ten_to_twelve_pages(findings):
    assert 10 <= len(reporting.write_slides(findings, REPORT, EVALUATION)) <= 12


def test_write_model_card_answers_what_a_card_is_asked_for(card, metrics):
    headings = [line[3:] for line in card.splitlines() if line.startswith("## ")]
    assert headings == [
        "Model", "Intended use", "Out of scope", "Training data", "Results",
        "What to expect elsewhere", "Operating point", "Calibration", "Subgroups", "Limits",
        "How to load", "Licence", "Version",
    ]  # fmt: skip
    assert "Not for diagnosis" in card
    assert "Synthetic radiographs" in card
    assert metrics.model.fingerprint in card
    assert "| architecture | mlp |" in card


def test_how_many_recipes_were_tried_is_on_record_and_in_the_card(
    recorded, origin, card, findings, tmp_path
):
    assert origin.tuning is None
    assert "recipes tried before" not in card
    trials = [
        Trial(number, Ending.COMPLETE, {"fitting.epochs": epochs}, Estimate(0.6 + 0.1 * number), 1)
        for number, epochs in ((1, 50), (2, BLOCK["fitting"]["epochs"]))
    ]
    studies = StudyFolder(tmp_path)
    studies.write("one", Study("one", {}, origin.data.sha256, "hard", trials))
    tuned = recorded(studies)
    assert tuned.tuning == Tuning(2, "hard", best=True)
    told = reporting.model_card_writer("one")(
        replace(findings, origins={"one": tuned}), REPORT, EVALUATION
    )
    assert "| recipes tried before | 2 recipes were tried on the same films before; " in told


def test_a_card_shows_the_spread_over_seeds_beside_the_interval_over_patients(card, findings):
    assert "### Seeds of one recipe" in card
    (row,) = (line for line in card.splitlines() if line.startswith("| one | accuracy |"))
    assert re.fullmatch(
        r"\| one \| accuracy \| [\d.]+ \([\d.]+ to [\d.]+\) \| [\d.]+ \| [\d.]+ \| [\d.]+ \|", row
    )
    assert "one (2 seeds)" in card
    alone = findings.comparison.assign(replicate_of=findings.comparison["architecture"])
    single = reporting.model_card_writer("one")(
        replace(findings, comparison=alone), REPORT, EVALUATION
    )
    assert "Seeds of one recipe" not in single
    assert "Trained with one seed" in single
    assert "Trained with one seed" not in card


def test_a_figure_of_one_model_bears_its_name_and_the_node_keeps_what_it_takes():
    def plot(history: int) -> Figure:
        return new_figure(1.0 + history)

    draw = reporting.drawing(plot)
    named = reporting.drawn_for("cnn", draw)
    assert draw(1).figure().get_suptitle() == ""
    assert named(1).figure().get_suptitle() == "cnn"
    assert signature(named) == signature(draw) == signature(plot)
