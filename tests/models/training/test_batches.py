"""Batches read what they hold, in an order that seed and epoch decide."""

import numpy as np
import pytest

from pneumoscope.models.training.batches import (
    ChosenRadiographs,
    LabelledRadiographs,
    RadiographBatches,
    blend,
    gather,
)


class AscendingStorage:
    """Stands for memory-mapped shards, which are read in ascending order."""

    def __init__(self, count: int) -> None:
        self._images = np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1)
        self.shape = self._images.shape
        self.rows_read = 0

    def __getitem__(self, rows: np.ndarray) -> np.ndarray:
        assert (np.diff(rows) >= 0).all(), f"expected ascending rows, received {rows}"
        self.rows_read += len(rows)
        return self._images[rows]


def shown(batches: RadiographBatches) -> list[int]:
    return [int(value) for i in range(len(batches)) for value in batches[i][0].ravel()]


def ten(weights: np.ndarray | None = None) -> LabelledRadiographs:
    return LabelledRadiographs(AscendingStorage(10), np.arange(10) % 2, weights)


def test_radiographs_come_in_the_order_asked_for() -> None:
    rows = np.array([5, 0, 5, 3])
    assert gather(AscendingStorage(6), rows).ravel().tolist() == [5, 0, 5, 3]


def test_an_epoch_shows_every_radiograph_once_with_its_own_label_and_weight() -> None:
    batches = RadiographBatches(ten(np.arange(10) / 10), batch_size=4, seed=1)
    assert [len(batches[i][0]) for i in range(len(batches))] == [4, 4, 2]
    assert sorted(shown(batches)) == list(range(10))
    images, labels, weights = batches[1]
    np.testing.assert_array_equal(labels[:, 0], images.ravel() % 2)
    np.testing.assert_allclose(weights, images.ravel() / 10)
    assert labels.dtype == weights.dtype == np.float32


def test_a_resumed_run_sees_the_order_of_the_epoch_it_resumes() -> None:
    through = RadiographBatches(ten(), batch_size=4, seed=1)
    orders = []
    for epoch in (1, 2, 3):
        through.begin_epoch(epoch)
        orders.append(shown(through))
    resumed = RadiographBatches(ten(), batch_size=4, seed=1)
    resumed.begin_epoch(3)
    assert shown(resumed) == orders[2]
    assert orders[0] != orders[1]


def test_without_a_seed_the_order_is_the_stored_one() -> None:
    batches = RadiographBatches(ten(), batch_size=3)
    batches.begin_epoch(5)
    assert shown(batches) == list(range(10))
    assert len(batches[0]) == 2


def test_one_batch_reads_no_more_than_itself() -> None:
    storage = AscendingStorage(200)
    batches = RadiographBatches(LabelledRadiographs(storage, np.zeros(200)), 8, seed=0)
    images, _ = batches[3]
    assert len(images) == storage.rows_read == 8


def test_films_targets_and_weights_are_blended_in_one_proportion() -> None:
    images = np.array([0, 200], np.uint8).reshape(2, 1, 1, 1)
    targets, weights = np.float32([[0], [1]]), np.float32([3, 1])
    # This seed makes each film the other's partner.
    films, soft, heavy = blend((images, targets, weights), 0.5, np.random.default_rng(1))
    assert films.dtype == np.uint8
    assert soft.dtype == heavy.dtype == np.float32
    assert ((soft > 0) & (soft < 1)).any()
    # Black is NORMAL and weighs 3, 200 is PNEUMONIA and weighs 1.
    np.testing.assert_allclose(films.ravel() / 200, soft.ravel(), atol=0.5 / 200)
    np.testing.assert_allclose(heavy, 3 - 2 * soft.ravel(), rtol=1e-6)


def test_a_small_alpha_leaves_most_films_nearly_whole() -> None:
    rng = np.random.default_rng(0)
    images = np.zeros((2000, 1, 1, 1), np.uint8)
    targets = (np.arange(2000) % 2).astype(np.float32)[:, np.newaxis]
    shares = {}
    for alpha in (0.2, 5.0):
        soft = blend((images, targets), alpha, rng)[1]
        assert soft.mean() == pytest.approx(0.5, abs=0.03)
        shares[alpha] = ((soft > 0.1) & (soft < 0.9)).mean()
    # Half of the partners are of the same class and change no target: at most 0.5.
    assert shares[0.2] < 0.2
    assert shares[5.0] > 0.45


def test_blends_are_a_function_of_seed_epoch_and_batch() -> None:
    first, again = (RadiographBatches(ten(), 4, seed=1, mixup=0.4) for _ in range(2))
    again.begin_epoch(2)
    assert shown(first) != shown(again)
    again.begin_epoch(1)
    assert shown(first) == shown(again)
    np.testing.assert_array_equal(first[1][1], again[1][1])


@pytest.mark.parametrize(
    ("labels", "message"),
    [(np.zeros(9), r"images \(10, 1, 1, 1\), labels \(9,\)"), (np.full(10, 2), r"received \[2\]")],
)
def test_labels_that_do_not_fit_are_refused(labels: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LabelledRadiographs(AscendingStorage(10), labels)


def test_chosen_radiographs_are_read_as_they_are_asked_for() -> None:
    storage = AscendingStorage(10)
    chosen = LabelledRadiographs(
        ChosenRadiographs(storage, np.array([2, 5, 7])), np.array([0, 1, 1])
    )
    assert chosen.images.shape == (3, 1, 1, 1)
    assert shown(RadiographBatches(chosen, batch_size=2)) == [2, 5, 7]
    assert storage.rows_read == 3
