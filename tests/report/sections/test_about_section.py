from pneumoscope.report.sections.about import about_section


def test_facts_are_listed_in_order_and_missing_ones_are_not_made_up():
    facts, _, glossary = about_section({"run_id": "7", "weights": None}).blocks
    assert facts.rows == [["run id", "7"], ["weights", None]]
    assert facts.shown[1][1].text == "n/a"
    assert "sensitivity" in [row[0] for row in glossary.rows]
