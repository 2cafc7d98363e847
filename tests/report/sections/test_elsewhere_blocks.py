import pytest
from example_metrics import elsewhere, model_metrics
from pydantic import TypeAdapter

from pneumoscope.acquisition.records import AcquisitionAudit
from pneumoscope.report.blocks import Bullets, Paragraph, Table
from pneumoscope.report.sections.elsewhere import elsewhere_blocks, elsewhere_headline, expectation

SOME = {
    "films": {"NORMAL": 31, "PNEUMONIA": 1}, "patients": 32, "share": 0.26, "auroc": 0.49,
    "reason": None,
}  # fmt: skip
NONE = {
    "films": {"NORMAL": 0, "PNEUMONIA": 0}, "patients": 0, "share": None, "auroc": None,
    "reason": "too few hard films: at least 20 films of 10 patients are needed",
}  # fmt: skip


def audit(hard: dict | None) -> AcquisitionAudit:
    found = {
        "aurocs": {}, "verdict": "", "groupings": [], "pseudo_sites": {},
        "pseudo_sites_verdict": "", "hard": {"validation": hard} if hard else {},
    }  # fmt: skip
    return TypeAdapter(AcquisitionAudit).validate_python(found)


def measured(drop: float = 0.0, reach: float = 0.01, radiographs: int = 8):
    return model_metrics(elsewhere=elsewhere(drop, reach, radiographs=radiographs))


def said(model, hard: dict | None = SOME) -> list:
    return [list(block.items) for block in elsewhere_blocks(audit(hard), {"cnn": model})
            if isinstance(block, Bullets)]  # fmt: skip


@pytest.mark.parametrize(
    "model, sentence",
    [
        (measured(0.2), "on hard films sensitivity is lower by 0.200 (0.190 to 0.210), specificity "
         "is lower by 0.200 (0.190 to 0.210) and AUROC is lower by 0.200 (0.190 to 0.210) than on "
         "all of validation."),
        (measured(0.0), "on hard films no figure is lower than on all of validation by more than "
         "0.05."),
        (measured(-0.2), "on hard films no figure is lower than on all of validation by more than "
         "0.05."),
        (measured(0.1, reach=0.2), "whether it does worse on hard films than on all of validation "
         "cannot be told."),
    ],
)  # fmt: skip
def test_a_drop_is_told_where_it_is_shown(model, sentence):
    assert said(model) == [[f"cnn: {sentence}"]]


def test_the_table_holds_what_to_expect_and_the_drop():
    blocks = elsewhere_blocks(audit(SOME), {"cnn": measured(0.2), "old": model_metrics()})
    (table,) = (block for block in blocks if isinstance(block, Table))
    assert table.header[:3] == ["model", "sensitivity", "sensitivity: less by"]
    assert [(row[0], row[1].value, row[2].value) for row in table.rows] == [("cnn", 0.9, 0.2)]


@pytest.mark.parametrize(
    "hard, told",
    [
        (SOME, "On validation these are 31 films of NORMAL and 1 film of PNEUMONIA, of 32 "
         "patients; among them the periphery tells the class with AUROC 0.49."),
        (SOME | {"share": 1.0}, "The periphery tells nothing on validation, so all of its films "
         "are hard: 31 films of NORMAL and 1 film of PNEUMONIA."),
        (NONE, "Validation has none: too few hard films: at least 20 films of 10 patients are "
         "needed."),
    ],
)  # fmt: skip
def test_it_is_told_which_films_are_hard(hard, told):
    (paragraph,) = (
        block for block in elsewhere_blocks(audit(hard), {}) if isinstance(block, Paragraph)
    )
    assert paragraph.text.endswith(told)


def test_the_first_lines_tell_what_to_expect():
    assert elsewhere_headline("cnn", measured(0.2)) == [
        "Where who took a film tells nothing of the class, expect of cnn sensitivity 0.900 (0.850 "
        "to 0.950), specificity 0.900 (0.850 to 0.950) and AUROC 0.900 (0.850 to 0.950): so it "
        "does on the hard films of validation."
    ]


def test_where_nothing_is_known_nothing_is_said():
    assert elsewhere_headline("cnn", model_metrics()) == []
    # All films are hard: the figures of validation stand in the report already.
    assert elsewhere_headline("cnn", measured(radiographs=12)) == []
    assert said(measured(radiographs=12)) == []
    assert elsewhere_blocks(audit(None), {"cnn": measured()}) == []
    assert said(model_metrics()) == []


def test_a_card_tells_what_to_expect_of_how_many_films_and_the_drop():
    told = expectation(measured(0.2))
    assert told[0] == (
        "Where who took a film tells nothing of the class, expect sensitivity 0.900 (0.850 to "
        "0.950), specificity 0.900 (0.850 to 0.950) and AUROC 0.900 (0.850 to 0.950): so it does "
        "on hard validation, 8 films of 8 patients."
    )
    assert told[2].startswith("On hard films sensitivity is lower by 0.200 (0.190 to 0.210)")
    assert expectation(measured())[2].startswith("On hard films no figure is lower")
    # All films are hard: there is nothing that they could be lower than.
    assert len(expectation(measured(radiographs=12))) == 2


def test_a_card_says_why_it_is_not_known():
    none = {"radiographs": 0, "patients": 0, "expected": {}, "drops": {}, "reason": "too few"}
    assert expectation(model_metrics(elsewhere=none)) == [
        "What to expect at another site is not known: too few."
    ]
    assert expectation(model_metrics()) == ["What to expect at another site was not measured."]
