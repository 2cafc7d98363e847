"""Files and folders that appear whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of `target` once all went well.

    A run that fails or is killed leaves the old file or folder as it was, and the unfinished
    one beside it under a name that the next run clears away.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.unfinished")
    replaced = target.with_name(f".{target.name}.replaced")
    _remove(unfinished)
    _remove(replaced)
    yield unfinished
    # A folder cannot be renamed onto another, and deleting a large one takes a while: moved
    # aside first, the old one is missing for an instant only.
    if target.is_dir() or (unfinished.is_dir() and _present(target)):
        target.rename(replaced)
    unfinished.replace(target)
    _remove(replaced)


def _present(path: Path) -> bool:
    return path.exists() or path.is_symlink()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
