"""The table that the benchmarks print, from numbers made by hand."""

import pytest
import timing


def test_speed_is_the_median_of_the_ratios_of_each_repeat():
    row = timing.speed("ours", "plain", [1.0, 2.0, 4.0], [6.0, 6.0, 20.0], aim=5.0)
    assert row.ratios == [6.0, 3.0, 5.0]
    assert (row.ours, row.theirs, row.ratio) == (2.0, 6.0, 5.0)
    assert not row.missed


@pytest.mark.parametrize(
    ("ratio", "aim", "at_most", "missed"),
    [(4.9, 5.0, False, True), (5.0, 5.0, False, False), (1.2, 1.1, True, True),
     (1.05, 1.1, True, False), (0.1, None, False, False)],
)  # fmt: skip
def test_an_aim_is_a_least_ratio_or_a_greatest_one(ratio, aim, at_most, missed):
    row = timing.Row("many", "few", ratio, 1.0, "MiB", [ratio], aim, at_most)
    assert row.missed is missed


def test_routes_take_turns_and_the_warm_up_is_not_timed(capsys):
    called = []
    routes = {"ours": lambda: called.append("ours"), "plain": lambda: called.append("plain")}
    seconds = timing.alternate(routes, repeats=2)
    assert called == ["ours", "plain"] * 3
    assert [len(taken) for taken in seconds.values()] == [2, 2]
    assert "plain, 2 of 2" in capsys.readouterr().err


def test_a_section_is_read_as_it_was_published(tmp_path, capsys):
    row = timing.Row("many", "few", 110.0, 100.0, "MiB", [1.2, 1.1, 1.3], 1.1, at_most=True)
    section = timing.Section("Memory", "python memory.py", "Text.", [row], [("base", "90 MiB")])
    timing.publish(section, tmp_path / "memory.json")
    printed = capsys.readouterr().out
    assert "| many | few | 110 MiB | 100 MiB | 1.20 (1.10 to 1.30) | ≤ 1.1: missed |" in printed
    assert "which says why an aim is missed" in printed
    assert timing.read(tmp_path / "memory.json") == section
