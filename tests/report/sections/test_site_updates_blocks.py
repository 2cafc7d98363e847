"""What the report says of updates at sites, and where it is silent."""

from dataclasses import replace

import pytest
from example_sites import site_result
from example_updates import site_update, worth

from pneumoscope.report.blocks import Bullets, Figure, Note, Table
from pneumoscope.report.sections.site_updates import update_blocks, update_sentences

MEASURED = site_result().models["cnn"]


def blocks(**updates):
    return list(
        update_blocks({site: replace(MEASURED, update=one) for site, one in updates.items()})
    )


def test_a_site_that_was_measured_before_updates_were_is_silent():
    assert blocks(clinic=None) == []
    assert update_sentences({"clinic": MEASURED}) == []


def test_sentence_figure_and_table_of_each_site():
    found = blocks(clinic=site_update(), ward=site_update(site="ward", curve=(), refused="why"))
    (bullets,), (figure,), (table,) = (
        [one for one in found if isinstance(one, kind)] for kind in (Bullets, Figure, Table)
    )
    assert any("is shown to help" in item for item in bullets.items)
    assert any("at ward" in item and "not offered: why" in item for item in bullets.items)
    assert figure.png.startswith(b"\x89PNG")
    assert [row[:3] for row in table.rows] == [["clinic", 25, 12], ["clinic", 50, 25]]
    assert [row[-1] for row in table.rows] == ["cannot be told", "helps"]
    assert table.rows[1][7].value == pytest.approx(-0.1)
    assert not [one for one in found if isinstance(one, Note)]


def test_no_curve_no_figure_and_a_doubt_where_there_is_one():
    found = blocks(clinic=site_update(curve=(), without_key=3))
    assert not [one for one in found if isinstance(one, Figure | Table)]
    (note,) = [one for one in found if isinstance(one, Note)]
    assert note.warns
    assert blocks(clinic=site_update(curve=[worth()]))[-1].rows[0][-1] == "cannot be told"
