from example_pairs import pair

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import Verdict
from pneumoscope.naming import Metric
from pneumoscope.report.blocks import Paragraph, Table
from pneumoscope.report.sections.significance import significance_section

APART = pair("mlp", "cnn", -0.1, -0.15, -0.05)
OPEN = pair("mlp", "vgg16", 0.01, -0.03, 0.05)
NEAR = pair("cnn", "vgg16", 0.01, -0.01, 0.03, verdict=Verdict.SMALL)


def tables(*pairs, confidence=0.95) -> list[Table]:
    blocks = significance_section(pairs, confidence).blocks
    return [block for block in blocks if isinstance(block, Table)]


def test_each_pair_has_its_difference_its_p_values_and_what_it_shows():
    (found,) = tables(APART)
    assert found.rows[0] == [
        "mlp against cnn", Estimate(0.9), Estimate(1.0), Estimate(-0.1, -0.15, -0.05), "< 0.001",
        "< 0.001", "they differ", "< 0.001",
    ]  # fmt: skip
    assert found.formats == {"difference": "+.3f"}


def test_the_caption_sorts_the_pairs_by_what_they_show():
    (found,) = tables(APART, OPEN, NEAR)
    assert found.caption == (
        "AUROC: 1 pair is shown to differ (mlp against cnn), 1 pair differs by no more than 0.05 "
        "(cnn against vgg16) and 1 pair cannot be told apart (mlp against vgg16)."
    )
    assert [row[6] for row in found.rows] == [
        "they differ",
        "cannot be told",
        "by no more than 0.05",
    ]


def test_nothing_is_claimed_where_nothing_is_shown():
    (found,) = tables(OPEN)
    assert found.caption == "AUROC: 1 pair cannot be told apart (mlp against vgg16)."


def test_the_introduction_names_the_primary_endpoint_the_level_and_the_correction():
    first, second = (significance_section(pairs, 0.99).blocks[0].text for pairs in
                     ([APART], [APART, OPEN, NEAR]))  # fmt: skip
    assert "The primary endpoint, locked before the test, is AUROC" in first
    assert "its 99% interval excludes 0 and its p value lies below 0.01" in first
    assert "corrected" not in first
    assert "corrected for the 3 pairs after Holm" in second


def test_the_primary_endpoint_stands_open_and_the_others_are_folded():
    accuracy = pair("mlp", "cnn", 0.0, -0.1, 0.1, metric=Metric.ACCURACY)
    primary, other = tables(APART, accuracy)
    assert (primary.folded, other.folded) == (False, True)
    assert other.header[1] == "accuracy of the first"
    (many,) = tables(*[OPEN] * 16)
    assert many.folded
    assert many.caption == "AUROC: 16 pairs cannot be told apart."


def test_what_is_missing_has_its_reason():
    none = pair("mlp", "cnn", None, p=None, p_holm=None, p_independent=None, reason="one class")
    row = tables(none)[0].rows[0]
    assert row[1] == row[3] == row[4] == Estimate(None, reason="one class")
    untested = pair("mlp", "cnn", 0.1, 0.0, 0.2, p_independent=None)
    assert tables(untested)[0].rows[0][7] == Estimate(None, reason="not tested for this metric")


def test_a_single_architecture_is_said_to_be_one():
    (block,) = significance_section([]).blocks
    assert isinstance(block, Paragraph)
    assert "one architecture only" in block.text
