"""Figures drawn in processes of their own, while this one computes what comes next."""

import pickle
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from pneumoscope.plots.drawing import Drawing
from pneumoscope.plots.png import png_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WAITING = 16
"""Figures that wait to be drawn at most, a megabyte each; then whoever asks waits as well."""

_LENGTH = 8
"""Bytes that say how long what follows them is."""

Keep = Callable[["bytes | Figure | Drawing"], None]
"""Writes a PNG, in a thread; or draws and writes a figure, which could not be drawn elsewhere."""


class FigureProcesses:
    """Processes that lay figures out, draw and compress them, which Python does one at a time.

    A figure goes to them as a pickle, which carries code, through a pipe that nobody else writes
    to; what comes back are the bytes of a PNG.

    They import Matplotlib and what drawings are made of, nothing that trains or measures; begin
    with the first figures, read and write no file, and end with this process. What a figure looks
    like, and each byte of it, is what `png_bytes` gives here. A figure that cannot be drawn there,
    or draws a warning, is given back when it is asked for, so that errors and warnings are told as
    ever.

    Args:
        count: Processes, at most.
    """

    def __init__(self, count: int) -> None:
        """Start none yet."""
        self._threads = ThreadPoolExecutor(count, "figures")
        self._own = threading.local()
        self._under_way: dict[Path, tuple[Future[bytes], Keep]] = {}

    def draw(self, place: Path, figure: "Figure | Drawing", dpi: int, keep: Keep) -> None:
        """Begin to draw a figure, which may be changed from here on.

        Args:
            place: What `finish` will call it.
            figure: One that can be pickled.
            dpi: Pixels per inch.
            keep: What to do with the PNG, or with the figure.

        Raises:
            Exception: It cannot be pickled; whichever error that gave.
        """
        packed = pickle.dumps((figure, dpi), pickle.HIGHEST_PROTOCOL)
        self.finish(place)
        under_way = list(self._under_way.values())  # threads of `--async` add to it meanwhile
        waiting = {future for future, _ in under_way if not future.done()}
        if len(waiting) >= WAITING:
            wait(waiting, return_when=FIRST_COMPLETED)
        self._under_way[place] = (self._threads.submit(self._drawn, packed, keep), keep)

    def finish(self, place: Path) -> None:
        """Return once the figure is kept, if one was begun.

        Raises:
            Exception: It cannot be drawn, or not be kept.
        """
        begun = self._under_way.get(place)
        if begun is None:
            return
        future, keep = begun
        try:
            if left := future.result():
                keep(pickle.loads(left)[0])
        finally:
            # Not before: another thread that asks for the figure has to wait as well.
            if self._under_way.get(place) is begun:
                self._under_way.pop(place, None)

    def close(self) -> None:
        """Finish all figures and end the processes.

        Raises:
            Exception: As of `finish`; all the others have been tried.
        """
        errors = []
        for place in list(self._under_way):
            try:
                self.finish(place)
            except Exception as error:
                errors.append(error)
        self._threads.shutdown()
        if errors:
            raise errors[0]

    def _drawn(self, packed: bytes, keep: Keep) -> bytes:
        """Have a figure drawn and kept; return it, packed, where that is left to be done here."""
        try:
            png = self._ask(packed)
        except (OSError, EOFError, ValueError):
            # The process was ended, and so may this one be: nothing is started again.
            return packed
        if not png:
            return packed
        keep(png)
        return b""

    def _ask(self, packed: bytes) -> bytes:
        process = getattr(self._own, "process", None)
        if process is None:
            process = self._own.process = _Process()
        return process.png(packed)


class _Process:
    """A process that draws; it ends when nobody holds this any more, for its input does."""

    def __init__(self) -> None:
        self._running = subprocess.Popen(
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def png(self, packed: bytes) -> bytes:
        """Return the figure as PNG; nothing where it cannot be drawn without a word."""
        given, taken = self._running.stdin, self._running.stdout
        assert given is not None
        assert taken is not None
        _send(given, packed)
        png = _received(taken)
        if png is None:
            raise EOFError("the process that draws has ended")
        return png

    def __del__(self) -> None:
        for pipe in (self._running.stdin, self._running.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not sent cannot be sent any more
                    pipe.close()
        self._running.wait()


_in_use: list[FigureProcesses] = []


@contextmanager
def drawing_apart(count: int) -> Iterator[None]:
    """Have figures drawn by so many processes while this lasts; all are kept when it ends."""
    processes = FigureProcesses(count)
    _in_use.append(processes)
    try:
        yield
    finally:
        _in_use.remove(processes)
        processes.close()


def processes_in_use() -> FigureProcesses | None:
    """Return what draws figures; None where this process does."""
    return _in_use[-1] if _in_use else None


def serve(given: IO[bytes], taken: IO[bytes]) -> None:
    """Draw figure after figure, until there are no more."""
    # Ctrl-C reaches all processes of a terminal; the one that asks tells of it, and ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # These are shown where nothing is set; the process that asked knows how its run shows them.
    for kind in (UserWarning, RuntimeWarning, FutureWarning):
        warnings.simplefilter("error", kind)
    for packed in iter(partial(_received, given), None):
        try:
            png = png_bytes(*pickle.loads(packed))
        except Exception:  # it is drawn again where that can be told
            png = b""
        _send(taken, png)


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(_LENGTH, "little"))
    pipe.write(message)
    pipe.flush()


def _received(pipe: IO[bytes]) -> bytes | None:
    """Return the next message; None where the pipe ends before it does."""
    length = pipe.read(_LENGTH)
    message = pipe.read(int.from_bytes(length, "little"))
    whole = len(length) == _LENGTH and len(message) == int.from_bytes(length, "little")
    return message if whole else None


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
