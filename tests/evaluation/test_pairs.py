import pandas as pd
import pytest

from pneumoscope.evaluation.pairs import COLUMNS, compare_pairs
from pneumoscope.evaluation.significance import delong

LABELS = [0, 0, 0, 0, 1, 1, 1, 1]
GOOD = [0.1, 0.2, 0.3, 0.6, 0.4, 0.7, 0.8, 0.9]
POOR = [0.6, 0.2, 0.7, 0.8, 0.3, 0.4, 0.7, 0.9]


def rows(scores: list[float], labels: list[int] = LABELS) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "radiograph_id": [f"radiograph {n}" for n in range(len(labels))],
            "label": ["PNEUMONIA" if label else "NORMAL" for label in labels],
            "score": scores,
        }
    )


def compare(**scores: pd.DataFrame) -> pd.DataFrame:
    return compare_pairs(scores, dict.fromkeys(scores, 0.5))


def test_a_pair_is_counted_by_hand_and_ranked_by_delong():
    (row,) = compare(good=rows(GOOD), poor=rows(POOR)).to_dict("records")
    # good errs on the NORMAL at 0.6 and the PNEUMONIA at 0.4; poor on these and on three more.
    assert (row["only_a_right"], row["only_b_right"]) == (3, 0)
    assert row["mcnemar_p"] == pytest.approx(0.25)
    assert row["auroc_difference"] == pytest.approx(15 / 16 - delong(LABELS, GOOD, POOR).auc_b)
    assert row["delong_p"] == row["delong_p_holm"] == delong(LABELS, GOOD, POOR).p


def test_each_test_is_corrected_over_all_pairs():
    table = compare(good=rows(GOOD), poor=rows(POOR), middle=rows([0.5, *POOR[1:3], *GOOD[3:]]))
    assert len(table) == 3
    smallest = table["delong_p"].idxmin()
    assert table["delong_p_holm"][smallest] == pytest.approx(min(1, 3 * table["delong_p"].min()))
    assert (table["mcnemar_p_holm"] >= table["mcnemar_p"]).all()


def test_the_order_of_the_rows_does_not_matter():
    shuffled = compare(good=rows(GOOD), poor=rows(POOR)[::-1])
    pd.testing.assert_frame_equal(shuffled, compare(good=rows(GOOD), poor=rows(POOR)))


def test_different_radiographs_are_refused():
    with pytest.raises(ValueError, match="good and poor to have scored the same radiographs"):
        compare(good=rows(GOOD), poor=rows(POOR)[:-1])


def test_a_missing_p_value_has_its_reason():
    same = compare(one=rows(GOOD), two=rows(GOOD)).iloc[0]
    assert pd.isna(same["delong_p_holm"])
    assert "rank every radiograph alike" in same["reason"]
    few = compare(one=rows([0.1, 0.2, 0.6], [0, 0, 1]), two=rows([0.3, 0.2, 0.6], [0, 0, 1]))
    assert few["reason"][0] == "DeLong's test needs 2 PNEUMONIA radiographs, there are 1"


def test_a_single_architecture_gives_an_empty_table_with_its_header():
    assert compare(one=rows(GOOD)).columns.tolist() == COLUMNS
