import pytest
from pydantic import ValidationError

from pneumoscope.options import (
    AugmentationOptions,
    FetchOptions,
    FittingOptions,
    IngestionOptions,
    ModelOptions,
    PhantomOptions,
    PreprocessingOptions,
    SplitOptions,
    ThresholdOptions,
)


@pytest.mark.parametrize(
    ("options", "change", "message"),
    [
        (
            "ingestion_options",
            {"working_sid": 128},
            r"received `working_sid`. Did you mean 'working_side'",
        ),
        (
            "ingestion_options",
            {"working_side": 0},
            r"(?s)working_side.*greater than or equal to 16",
        ),
        ("ingestion_options", {"max_quarantined": 1.5}, r"(?s)max_quarantined.*less than or equal"),
        ("ingestion_options", {"warn_auroc": 0.5}, r"(?s)warn_auroc.*greater than 0.5"),
        ("ingestion_options", {"class_folders": {"ILL": []}}, r"(?s)ILL.*'NORMAL' or 'PNEUMONIA'"),
        ("ingestion_options", {"patient_patterns": ["(x"]}, r"expected a regular expression.*miss"),
        ("ingestion_options", {"patient_patterns": [r"^(\d+)"]}, r"named group .*\?P<number>"),
        ("ingestion_options", {"patient_patterns": [r"(?P<subtype>virus)"]}, r"named group"),
        ("split_options", {"policy": "offical"}, r"(?s)policy.*'official', 'as_given'"),
        ("split_options", {"balance": "weights"}, r"(?s)balance.*'undersample'"),
        ("split_options", {"group_by": "child"}, r"(?s)group_by.*'patient' or 'radiograph'"),
        ("split_options", {"validation_share": 0.0}, r"(?s)validation_share.*greater than 0"),
        (
            "split_options",
            {"policy": "pooled", "validation_share": 0.5, "test_share": 0.5},
            r"`validation_share` \+ `test_share` of 0.9 at most, received 0.5 \+ 0.5",
        ),
        ("preprocessing_options", {"size": [8, 96]}, r"(?s)size.0.*greater than or equal to 16"),
        ("preprocessing_options", {"border_crop": 0.5}, r"(?s)border_crop.*less than 0.5"),
        (
            "preprocessing_options",
            {"border_crop": 0.05, "train_border_crop": 0.1},
            r"`train_border_crop` of at most `border_crop`, 0.05, received 0.1\. .*null",
        ),
        ("preprocessing_options", {"fit": "stretch"}, r"(?s)fit.*'squash', 'letterbox' or 'crop'"),
        (
            "preprocessing_options",
            {"clahe": {"clip": 2}},
            r"(?s)clahe.*received `clip`.*clip_limit",
        ),
        ("preprocessing_options", {"equalise_quality": 100}, r"(?s)equalise_quality.*equal to 95"),
    ],
)
def test_a_misspelt_key_or_an_impossible_value_is_refused(options, change, message, request):
    configured = request.getfixturevalue(options)
    with pytest.raises(ValidationError, match=message):
        type(configured)(**configured.model_dump() | change)


@pytest.mark.parametrize(
    ("options", "given", "message"),
    [
        (FetchOptions, {"source": "archive", "archive": {}}, r"received `archive`"),
        (PhantomOptions, {"shorter_side": [400, 200]}, r"\[low, high\], received \[400, 200\]"),
        (AugmentationOptions, {"gamma": [1.2, 0.8]}, r"expected `gamma` as \[low, high\]"),
        (FittingOptions, {"epochs": 0}, r"(?s)epochs.*greater than or equal to 1"),
        (ThresholdOptions, {"rule": "fixed"}, r"`value`, which the threshold rule 'fixed' reads"),
        (ThresholdOptions, {"rule": "min_sensitivity"}, r"`value`, which .*'min_sens"),
        (ThresholdOptions, {"rule": "min_specificity"}, r"`value`, which .*'min_spec"),
        (ThresholdOptions, {"rule": "cost", "fn": 5, "fp": 1}, r"`prevalence`, which .*'cost'"),
        (ModelOptions, {"architecture": "vgg61"}, r"received 'vgg61'\. Did you mean 'vgg16'"),
        (ModelOptions, {"architecture": "mlp", "filters": [3]}, r"received `filters`"),
        (
            ModelOptions,
            {"architecture": "vgg16", "trainable_share": 0.5},
            r"needs `weights`, received trainable_share 0.5 and no weights",
        ),
    ],
)
def test_options_that_contradict_each_other_are_refused(options, given, message):
    with pytest.raises(ValidationError, match=message):
        options.model_validate(given)


def test_options_cannot_be_changed(split_options):
    with pytest.raises(ValidationError, match="frozen"):
        split_options.policy = "pooled"


def test_the_configured_options_are_of_their_types(
    ingestion_options, split_options, preprocessing_options
):
    assert isinstance(ingestion_options, IngestionOptions)
    assert isinstance(split_options, SplitOptions)
    assert isinstance(preprocessing_options, PreprocessingOptions)
    # The resize must find real detail to average.
    assert ingestion_options.working_side >= max(preprocessing_options.size)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"rule": "youden", "value": 0.5}, "youden"),
        ({"rule": "min_sensitivity", "value": 0.95}, "min_sensitivity 0.95"),
        (
            {"rule": "cost", "fn": 5, "fp": 1, "prevalence": 0.2},
            "cost fn 5 fp 1 prevalence 0.2",
        ),
    ],
)
def test_a_rule_is_named_with_what_it_reads(options, name):
    assert ThresholdOptions.model_validate(options).name == name
