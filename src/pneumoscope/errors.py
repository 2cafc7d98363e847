"""What a user can mend: what was expected, what was received, what to do, in three lines."""

import errno
import logging
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from traceback import walk_tb

LONGEST = 300
"""Characters of a line; more is cut, so that a value cannot fill the screen."""


class InputError(ValueError):
    """Something that the user gave, or has not made yet, cannot be used.

    Raised in place of a bare ValueError wherever the user, not the code, is to mend it: the
    command line then prints three lines and no traceback.

    Attributes:
        expected: What would have been right, as the rest of a sentence that begins "expected".
        received: What was found in its place.
        remedy: What to do, as a sentence.
    """

    def __init__(self, expected: str, received: str, remedy: str) -> None:
        self.expected, self.received, self.remedy = expected, received, remedy
        super().__init__(f"expected {expected}, received {received.rstrip('.')}. {remedy}")

    def __reduce__(self) -> tuple[type, tuple[str, str, str]]:
        """Let an error cross the border between processes with its three parts."""
        return type(self), (self.expected, self.received, self.remedy)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a sentence with the known name that is nearest, or else with all of them."""
    names = sorted(known)
    by_case = {candidate.casefold(): candidate for candidate in names}
    near = get_close_matches(name.casefold(), list(by_case), n=1)
    if near:
        return f"Did you mean '{by_case[near[0]]}'?"
    return f"Known: {', '.join(names) or 'none'}."


def three_lines(error: BaseException) -> tuple[str, str, str] | None:
    """Return what was expected, what was received and what to do; None if the code is at fault.

    An `InputError` is looked for in what caused the error too, since Kedro wraps what its
    datasets raise. What Kedro, OmegaConf and YAML say of a command or a configuration, and what
    the operating system says of a file, counts as the user's to mend.
    """
    for link in _chain(error):
        if isinstance(link, InputError):
            return _shown(link.expected, link.received, link.remedy)
    for link in _chain(error):
        if isinstance(link, OSError) and link.errno is not None:
            return _of_the_system(link)
    if _of_a_library(error):
        message = " ".join(str(error).split())
        remedy = "Correct what it names; --verbose shows where it was raised."
        return _shown("a command and a configuration that can be run", message, remedy)
    return None


def is_refusal(error: BaseException | None) -> bool:
    """Whether an input was refused: an `InputError`, or what one has caused."""
    return error is not None and any(isinstance(link, InputError) for link in _chain(error))


def wants_traceback(verbose: bool) -> bool:
    """Whether tracebacks are printed: `--verbose`, or DEBUG in KEDRO_LOGGING_CONFIG."""
    return verbose or logging.getLogger("pneumoscope").isEnabledFor(logging.DEBUG)


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _shown(expected: str, received: str, remedy: str) -> tuple[str, str, str]:
    def line(start: str, text: str) -> str:
        text = " ".join(text.split())
        return start + (text if len(text) <= LONGEST else f"{text[:LONGEST]} …")

    return line("Expected: ", expected), line("Received: ", received), line("What to do: ", remedy)


_REMEDIES = {
    errno.ENOSPC: "Free some space, or name another place: RESULTS=<folder>.",
    errno.EDQUOT: "Free some space, or name another place: RESULTS=<folder>.",
    errno.EROFS: "Name a folder that can be written: RESULTS=<folder>.",
    errno.EACCES: "Change the permissions, or name another folder.",
    errno.EPERM: "Change the permissions, or name another folder.",
    errno.EMFILE: "Allow more open files: ulimit -n 4096.",
}


def _of_the_system(error: OSError) -> tuple[str, str, str]:
    place = f"'{error.filename}'" if error.filename else "a file"
    remedy = _REMEDIES.get(error.errno or 0, "Look at that place; --verbose shows who asked.")
    return _shown(f"to read or write {place}", f"{error.strerror} ({error.errno})", remedy)


def _of_a_library(error: BaseException) -> bool:
    from kedro.config import MissingConfigException
    from kedro.io import DatasetError
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    kinds = (DatasetError, MissingConfigException, OmegaConfBaseException, YAMLError)
    if isinstance(error, kinds):
        return True
    frames = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    asked = bool(frames) and frames[-1].split(".")[0] == "kedro"
    return asked and isinstance(error, ValueError | AttributeError | ModuleNotFoundError)
