from example_metrics import estimate, model_metrics
from pydantic import TypeAdapter

from pneumoscope.acquisition.records import AcquisitionAudit
from pneumoscope.evaluation.records import ModelMetrics
from pneumoscope.report.blocks import Bullets, Figure, Paragraph, Table
from pneumoscope.report.sections.acquisition import acquisition_section, worst_pseudo_site


def part(share: float) -> dict:
    return {"films": 10, "patients": 8, "pneumonia": estimate(share, share - 0.1, share + 0.1)}


def audit(sites: int) -> AcquisitionAudit:
    splits = ("train", "validation", "test")
    found = {
        "aurocs": {split: estimate(0.9, 0.85, 0.95) for split in splits},
        "verdict": "What lies outside the centre tells the class.",
        "groupings": [{"groups": 2, "strength": 0.9, "fewest": 10}],
        "pseudo_sites": {
            name: {
                "splits": dict.fromkeys(splits, part(0.3)),
                "traits": ["higher: the number of marks"],
                "difference": estimate(0.2, 0.1, 0.3),
            }
            for name in "AB"[:sites]
        },
        "pseudo_sites_verdict": "The films of train form groups.",
    }
    return TypeAdapter(AcquisitionAudit).validate_python(found)


def measured(deficit: float, width: float = 0.05) -> ModelMetrics:
    def group(specificity: float, behind: float) -> dict:
        return {
            "n": 40, "patients": 30, "auroc_against": "its own", "sensitivity": estimate(0.9),
            "specificity": estimate(specificity), "auroc": estimate(0.9),
            "deficits": {"specificity": estimate(behind, behind - width, behind + width)},
        }  # fmt: skip

    sites = {"A": group(0.6, deficit), "B": group(0.9, -deficit)}
    return model_metrics(
        subgroups={
            "absent": {},
            "splits": {"test": {
                "pseudo-site": sites, "disease": {"virus": group(0.5, 0.4)},
            }},
        },
    )  # fmt: skip


def of_kind(section, kind: type) -> list:
    return [block for block in section.blocks if isinstance(block, kind)]


def test_the_worst_pseudo_site_stands_in_the_first_lines():
    (sentence,) = worst_pseudo_site("cnn", measured(0.3))
    assert sentence == (
        "On one group of films with alike borders and marks (pseudo-site A, 40 films of test), "
        "specificity of cnn is lower by 0.300 (0.250 to 0.350) than on the other films."
    )


def test_a_deficit_that_is_not_shown_stands_nowhere():
    assert worst_pseudo_site("cnn", measured(0.1, width=0.2)) == []
    section = acquisition_section(audit(2), {"cnn": measured(0.1, width=0.2)}, b"png")
    (said,) = of_kind(section, Bullets)
    assert said.items == [
        "cnn: on no pseudo-site of test shown to be worse than on the other films."
    ]


def test_without_pseudo_sites_no_model_is_accused():
    assert worst_pseudo_site("cnn", model_metrics()) == []
    section = acquisition_section(audit(0), {"cnn": model_metrics()}, b"png")
    assert of_kind(section, Figure) == of_kind(section, Bullets) == []
    assert len(of_kind(section, Table)) == 1


def test_every_model_is_measured_in_every_pseudo_site():
    section = acquisition_section(audit(2), {"cnn": measured(0.3), "mlp": measured(0.3)}, b"png")
    (figure,) = of_kind(section, Figure)
    assert "A: higher: the number of marks. B: higher" in figure.caption
    aurocs, sites, models = of_kind(section, Table)
    assert [row[0] for row in aurocs.rows] == ["train", "validation", "test"]
    assert [row[:2] for row in sites.rows][:2] == [["A", "train"], ["A", "validation"]]
    assert [row[:2] for row in models.rows] == [
        ["cnn", "A"],
        ["cnn", "B"],
        ["mlp", "A"],
        ["mlp", "B"],
    ]
    (said,) = of_kind(section, Bullets)
    assert said.items[0] == (
        "cnn: against the other films, specificity on A is lower by 0.300 (0.250 to 0.350)."
    )
    first, second = (block.text for block in of_kind(section, Paragraph))
    assert first.endswith("What lies outside the centre tells the class.")
    assert second.endswith("The films of train form groups.")


def test_a_figure_that_was_not_made_is_left_out():
    section = acquisition_section(audit(2), {"cnn": measured(0.3)}, None)
    assert of_kind(section, Figure) == []
