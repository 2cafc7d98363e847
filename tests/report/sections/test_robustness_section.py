from dataclasses import replace

from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.naming import Metric
from pneumoscope.report.blocks import Bullets, Figure, Paragraph, Part, Table, flattened
from pneumoscope.report.sections.robustness import robustness_section, shortcuts_section
from pneumoscope.robustness.drops import KNOWN
from pneumoscope.robustness.records import (
    Ablation,
    Altered,
    Counted,
    Curve,
    Degradations,
    Metrics,
    Robustness,
    Shortcuts,
    Strength,
)


def around(value: float | None, width: float) -> Estimate:
    if value is None:
        return Estimate(None, reason="no radiograph is NORMAL")
    return Estimate(value, value - width, value + width)


def metrics(value: float | None, width: float = 0.1) -> Metrics:
    return dict.fromkeys(KNOWN, around(value, width))


def altered(value: float | None, drop: float = 0.0) -> Altered:
    drops = {**metrics(0.0, 0.01), Metric.SPECIFICITY: around(drop, 0.03)}
    return Altered(metrics(value), drops)


def measured(drop: float = 0.3, gone: float | None = 0.7) -> Robustness:
    ablations = {"centre blacked out": Ablation(altered(gone), "It still ranks.")}
    curve = Curve([Strength(0.5, altered(0.8, drop))], "specificity drops at 0.5.")
    return Robustness(
        0.5,
        Shortcuts(Counted(120, 80), metrics(0.9), ablations),
        Degradations(Counted(100, 70), metrics(0.9), {"blur": curve}),
    )


def of_type(section, kind) -> list:
    return [block for block in flattened(section.blocks) if isinstance(block, kind)]


def test_the_caption_compares_models_without_the_centre():
    section = shortcuts_section({"mlp": measured(), "cnn": measured(gone=None)}, b"png", cut=False)
    (figure,) = of_type(section, Figure)
    assert "mlp AUROC 0.70 (0.60 to 0.80) and cnn undefined" in figure.caption
    assert of_type(section, Bullets)[0].items == ["centre blacked out: It still ranks."]
    assert of_type(section, Table)[1].rows[1][1] == Estimate(None, reason="no radiograph is NORMAL")


def test_of_films_that_were_cut_the_centre_is_said_to_hold_less():
    told = {
        cut: of_type(shortcuts_section({"mlp": measured()}, None, cut=cut), Paragraph)[0].text
        for cut in (False, True)
    }
    assert "of whole films it holds both lungs whole on most. With the centre" in told[False]
    assert "cut before models saw them, so that it holds less of the lungs. With the" in told[True]


def test_the_caption_names_the_mild_flaw_that_costs_most():
    section = robustness_section({"mlp": measured()}, b"png")
    (figure,) = of_type(section, Figure)
    assert "mlp: of the mildest strengths blur (pixels) 0.5 costs most" in figure.caption
    assert "(specificity drops by 0.30)" in figure.caption


def test_a_drop_that_is_one_of_several_by_chance_is_not_named():
    # 0.01 to 0.07: shown alone, and not among four metrics.
    calm = robustness_section({"mlp": measured(drop=0.035)}, b"png")
    assert "no drop is shown" in of_type(calm, Figure)[0].caption


def test_of_many_models_the_captions_name_the_extremes():
    found = {
        "a": measured(0.1, gone=0.7),
        "b": measured(0.0, gone=0.8),
        "c": measured(0.4, gone=0.6),
        "d": measured(0.2, gone=None),
    }
    (figure,) = of_type(
        shortcuts_section({**found, "e": measured(gone=0.5)}, b"png", cut=True), Figure
    )
    assert figure.caption.startswith(
        "With the centre blacked out, the highest and the lowest: b AUROC 0.80 (0.70 to 0.90), "
        "e AUROC 0.50 (0.40 to 0.60) and d undefined."
    )
    section = robustness_section(found, b"png")
    (figure,) = of_type(section, Figure)
    assert figure.caption.startswith(
        "c loses most: of the mildest strengths blur (pixels) 0.5 costs most (specificity drops "
        "by 0.40). No drop is shown there for b."
    )
    told = [block.summary for block in section.blocks if isinstance(block, Part)]
    assert told[1] == "no drop is shown at the mildest strengths."
    calm = robustness_section(dict.fromkeys("abcd", measured(0.0)), b"png")
    assert of_type(calm, Figure)[0].caption.startswith(
        "At the mildest strengths no drop is shown for any architecture."
    )


def test_how_many_films_were_degraded_is_said():
    found = measured()
    (text,) = of_type(robustness_section({"mlp": found}, None), Paragraph)
    assert "Measured on 100 of the 120 test films, of 70 patients" in text.text
    every = replace(found.degradations, counted=Counted(120, 80))
    (text,) = of_type(
        robustness_section({"mlp": replace(found, degradations=every)}, None), Paragraph
    )
    assert "Measured on all 120 test films" in text.text


def test_the_table_begins_with_the_films_as_they_are():
    (table,) = of_type(robustness_section({"mlp": measured()}, None), Table)
    assert table.rows[0][:2] == ["as it is", "none"]
    assert table.rows[1][:3] == ["blur (pixels)", "0.5", around(0.8, 0.1)]
