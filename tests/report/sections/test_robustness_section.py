from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.report.blocks import Bullets, Figure, Paragraph, Part, Table, flattened
from pneumoscope.report.sections.robustness import robustness_section, shortcuts_section


def metric(value: float | None, fall: float = 0.0) -> dict:
    if value is None:
        why = {"value": None, "low": None, "high": None, "reason": "no radiograph is NORMAL"}
        return {**why, "fall": why}
    bounds = {"low": fall - 0.05, "high": fall + 0.05}
    return {
        "value": value, "low": value - 0.1, "high": value + 0.1, "fall": {"value": fall, **bounds},
    }  # fmt: skip


def metrics(value: float | None, fall: float = 0.0) -> dict:
    return {
        "auroc": metric(value), "accuracy": metric(value), "sensitivity": metric(value),
        "specificity": metric(value, fall),
    }  # fmt: skip


def measured(fall: float = 0.3, gone: float | None = 0.7) -> dict:
    return {
        "threshold": 0.5,
        "shortcuts": {
            "n": 120,
            "patients": 80,
            "conditions": {
                "as it is": metrics(0.9),
                "lungs blacked out": {**metrics(gone), "verdict": "It reads something else."},
            },
        },
        "degradations": {
            "films": 100,
            "patients": 70,
            "as_it_is": metrics(0.9),
            "curves": {
                "blur": {
                    "points": [{"strength": 0.5, **metrics(0.8, fall)}],
                    "verdict": "specificity falls at 0.5.",
                }
            },
        },
    }


def of_type(section, kind) -> list:
    return [block for block in flattened(section.blocks) if isinstance(block, kind)]


def test_the_caption_compares_models_without_lungs():
    section = shortcuts_section({"mlp": measured(), "cnn": measured(gone=None)}, b"png")
    (figure,) = of_type(section, Figure)
    assert "mlp AUROC 0.70 (0.60 to 0.80) and cnn undefined" in figure.caption
    assert of_type(section, Bullets)[0].items == ["lungs blacked out: It reads something else."]
    assert of_type(section, Table)[1].rows[1][1] == Estimate(None, reason="no radiograph is NORMAL")


def test_the_caption_names_the_mild_flaw_that_costs_most():
    section = robustness_section({"mlp": measured()}, b"png")
    (figure,) = of_type(section, Figure)
    assert "mlp: of the mildest strengths blur (pixels) 0.5 costs most" in figure.caption
    assert "(specificity falls by 0.30)" in figure.caption
    calm = robustness_section({"mlp": measured(fall=0.01)}, b"png")
    assert "nothing surely falls" in of_type(calm, Figure)[0].caption


def test_of_many_models_the_captions_name_the_extremes():
    found = {
        "a": measured(0.1, gone=0.7),
        "b": measured(0.0, gone=0.8),
        "c": measured(0.4, gone=0.6),
        "d": measured(0.2, gone=None),
    }
    (figure,) = of_type(shortcuts_section({**found, "e": measured(gone=0.5)}, b"png"), Figure)
    assert figure.caption.startswith(
        "With the lungs blacked out, most and least is still known by b AUROC 0.80 (0.70 to 0.90), "
        "e AUROC 0.50 (0.40 to 0.60) and d undefined."
    )
    section = robustness_section(found, b"png")
    (figure,) = of_type(section, Figure)
    assert figure.caption.startswith(
        "c suffers most: of the mildest strengths blur (pixels) 0.5 costs most (specificity falls "
        "by 0.40). Nothing surely falls there for b."
    )
    told = [block.told for block in section.blocks if isinstance(block, Part)]
    assert told[1] == "nothing surely falls at the mildest strengths."
    calm = robustness_section(dict.fromkeys("abcd", measured(0.0)), b"png")
    assert of_type(calm, Figure)[0].caption.startswith("Of no architecture anything surely falls")


def test_how_many_films_were_degraded_is_said():
    found = measured()
    (text,) = of_type(robustness_section({"mlp": found}, None), Paragraph)
    assert "Measured on 100 of the 120 test films, of 70 patients" in text.text
    found["degradations"]["films"] = 120
    (text,) = of_type(robustness_section({"mlp": found}, None), Paragraph)
    assert "Measured on all 120 test films" in text.text


def test_the_table_begins_with_the_films_as_they_are():
    (table,) = of_type(robustness_section({"mlp": measured()}, None), Table)
    assert table.rows[0][:2] == ["as it is", "none"]
    assert table.rows[1][:3] == ["blur (pixels)", "0.5", Estimate(0.8, 0.8 - 0.1, 0.8 + 0.1)]
