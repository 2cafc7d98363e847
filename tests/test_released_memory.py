import gc
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from kedro.pipeline import Node

from pneumoscope import released_memory
from pneumoscope.released_memory import MemoryHooks, collected_later


def resident() -> int:
    """Return the bytes that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc on this system")
@pytest.mark.parametrize(
    "when", ["after_dataset_saved", "before_dataset_loaded", "before_node_run"]
)
def test_what_was_freed_in_small_pieces_is_given_back(when):
    if released_memory._trim() is None:
        pytest.skip("this C library offers no malloc_trim")
    pieces = [bytearray(4_000) for _ in range(40_000)]
    kept = pieces[::100]  # holes between them, as tables leave
    del pieces
    before = resident()
    node = Node(len, "x", "y", name="n", tags="data")
    getattr(MemoryHooks(), when)(**({} if when == "after_dataset_saved" else {"node": node}))
    assert before - resident() > 80_000_000
    assert len(kept) == 400


@pytest.fixture
def pool():
    """Put Arrow's memory pool back when a test has ended."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.mimalloc_memory_pool())
    yield
    pa.set_memory_pool(before)


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    ("trim", "chosen", "found"),
    [(True, None, "system"), (False, None, "mimalloc"), (True, "mimalloc", "mimalloc")],
)
def test_tables_lie_where_freed_memory_is_given_back_unless_a_user_chose(
    monkeypatch, trim, chosen, found
):
    monkeypatch.setattr(released_memory, "_trim", lambda: trim)
    monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    if chosen:
        monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", chosen)
    MemoryHooks().before_pipeline_run()
    assert pa.default_memory_pool().backend_name == found


ARRAYS = """
import sys
from pathlib import Path
import numpy as np
from kedro.pipeline import Node
from pneumoscope.released_memory import MemoryHooks

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

large = np.ones(2**24, np.uint8)  # once it is freed, glibc takes what is as large for small
del large
MemoryHooks().before_dataset_loaded(Node(len, "x", "y", name="n", tags=sys.argv[1]))
arrays = [np.ones(2**20, np.uint8) for _ in range(200)]
before = resident()
del arrays[::2]
print(before - resident())
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="no /proc on this system")
@pytest.mark.parametrize(("tag", "given_back"), [("data", True), ("training", False)])
def test_arrays_of_tables_are_given_back_one_by_one_and_those_of_networks_kept(tag, given_back):
    if released_memory._glibc("mallopt") is None:
        pytest.skip("this C library offers no mallopt")
    # A process of its own: what others have freed is used first.
    done = subprocess.run(
        [sys.executable, "-c", ARRAYS, tag], capture_output=True, text=True, check=True
    )
    assert (int(done.stdout) > 90_000_000) == given_back


def test_a_system_without_such_an_allocator_is_left_alone(monkeypatch):
    monkeypatch.setattr(released_memory, "_trim", lambda: None)
    MemoryHooks().after_dataset_saved()


@pytest.mark.usefixtures("pool")
def test_garbage_is_looked_for_once_a_pipeline_begins_and_as_ever_after_it():
    gc.unfreeze()  # another test, or what runs it, may have frozen something
    with pytest.raises(ValueError, match="the run failed"), collected_later():
        assert not gc.isenabled()
        MemoryHooks().before_pipeline_run()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 1000
        raise ValueError("the run failed")
    assert gc.get_freeze_count() == 0
    assert gc.isenabled()
