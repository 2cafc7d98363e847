"""The site's secret key, by which names of patients, studies and folders become others."""

import hmac
import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from pneumoscope.errors import InputError

VARIABLE = "PNEUMOSCOPE_PATIENT_KEY"
"""Environment variable that holds the key, for machines that keep no files."""

BY_TAGS = "patient-"
"""How the pseudonym of a patient begins whom a film's tags name."""

_FEWEST = 16
"""Characters below which a key can be found by trying all of them."""

_DIGITS = 16
"""Hexadecimal digits of a pseudonym: two of a million differ, but for one chance in 10 million."""

KEY_BY_TAGS = rf"{BY_TAGS}[0-9a-f]{{{_DIGITS}}}"
"""Pattern of such a pseudonym; a key by folders can begin so too, as `patient-007`."""

_SEVERAL = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True)
class PatientKey:
    """A key that is read, or made, once something has to be hashed, and not before.

    It comes from the environment variable `PNEUMOSCOPE_PATIENT_KEY`, or else from a file that is
    made with random content where there is none, for its owner alone to read.

    Sent to another process it leaves the secret behind: that process reads its own, which has to
    be the same, and makes none.

    Attributes:
        file: The file.
        mark: What tells the key that it has to be; None where it is not known yet.
        sent: Whether it came from another process.
    """

    file: Path
    mark: str | None = None
    sent: bool = False

    def pseudonym(self, kind: str, *parts: str) -> str:
        """Return the same 16 hexadecimal digits for the same parts, by HMAC-SHA256.

        Args:
            kind: What is named; equal values of two kinds have different pseudonyms.
            *parts: What identifies it; never found again without the key.

        Raises:
            InputError: There is no key, it is too short, or others can read its file.
        """
        message = "|".join((kind, *parts)).encode("utf-8", "surrogatepass")
        return hmac.new(self._secret, message, "sha256").hexdigest()[:_DIGITS]

    @cached_property
    def _secret(self) -> bytes:
        given = os.environ.get(VARIABLE, "")
        secret = given or self._kept()
        if len(secret) < _FEWEST:
            raise InputError(
                f"a patient key of at least {_FEWEST} characters",
                f"one of {len(secret)} in {VARIABLE if given else self.file}",
                'Make one: python -c "import secrets; print(secrets.token_hex(32))"',
            )
        if self.mark not in (None, _mark(secret.encode())):
            raise InputError(
                "the same patient key on every machine, or a patient gets several names",
                f"another in {VARIABLE if given else self.file}",
                f"Set {VARIABLE} for all workers, or share that file.",
            )
        return secret.encode()

    def _kept(self) -> str:
        try:
            if not self.file.exists():
                self._make_unless_sent()
            if os.name == "posix" and self.file.stat().st_mode & _SEVERAL:
                raise InputError(
                    "a patient key that its owner alone can read",
                    f"'{self.file}', which others can",
                    f"chmod 600 '{self.file}'",
                )
            return self.file.read_text("ascii").strip()
        except OSError as error:
            raise InputError(
                "a key that patients' numbers are hashed with",
                f"none, and '{self.file}' cannot be kept: {error.strerror}",
                f"Set {VARIABLE} to a secret of your site.",
            ) from error

    def _make_unless_sent(self) -> None:
        if self.sent:
            raise InputError(
                "a patient key on every machine that reads DICOM", f"none at '{self.file}'",
                f"Set {VARIABLE} for this process and all workers, or share that file.",
            )  # fmt: skip
        self._make()

    def _make(self) -> None:
        """Write a new key; where another process was faster, keep that one's."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Made for its owner alone, and linked once it is whole.
        with NamedTemporaryFile("w", dir=self.file.parent, prefix=".patient_key") as new:
            new.write(f"{secrets.token_hex(32)}\n")
            new.flush()
            try:
                os.link(new.name, self.file)
            except FileExistsError:
                return

    def __getstate__(self) -> dict[str, Any]:
        """Leave the secret out of what goes to other processes; make it now, if it can be."""
        mark = self.mark
        with suppress(InputError):  # of no use where no film needs a key, and told where one does
            mark = _mark(self._secret)
        return {"file": self.file, "mark": mark, "sent": True}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Remember where it is and what it has to be."""
        self.__dict__.update(state)


def _mark(secret: bytes) -> str:
    return hmac.new(secret, b"which key this is", "sha256").hexdigest()[:_DIGITS]
