"""Parameters of the ingestion."""

import re
import unicodedata
from typing import Annotated

from pydantic import Field, field_validator

from pneumoscope.errors import InputError
from pneumoscope.naming import HiddenNames, Label
from pneumoscope.options.base import AsYaml, Batch, Share, Text
from pneumoscope.options.decoding import DecodingOptions


class IngestionOptions(DecodingOptions):
    """How a folder of radiographs is read.

    Attributes:
        max_quarantined: Highest share of radiographs in quarantine before the run stops.
        batch_size: Radiographs that one task decodes.
        warn_auroc: A number that tells the class with this AUROC or more, beyond chance, is
            warned of.
        collection: One of `collections`; `folders` for none of them; `auto` recognises it.
        class_folders: Folder names that stand for each class, in any case.
        left_out_folders: Folders, with `*` for anything, that are left out on purpose.
        patient_patterns: Regular expressions on the file name, or on the path if they have a
            `/`, tried in order; the named groups make the patient's key, the group `subtype` the
            subtype too.
        hidden_names: Whether paths are replaced by keyed hashes in all that a run writes: `dicom`
            where a collection holds a DICOM, `all` or `none`.
    """

    max_quarantined: Share
    batch_size: Batch
    warn_auroc: Annotated[float, Field(gt=0.5, le=1.0)]
    collection: Text = "auto"
    class_folders: dict[Annotated[Label, AsYaml], Annotated[list[Text], Field(min_length=1)]]
    left_out_folders: list[Text] = Field(default_factory=list)
    patient_patterns: list[Text]
    hidden_names: Annotated[HiddenNames, AsYaml]

    @field_validator("class_folders")
    @classmethod
    def _every_class_has_spellings_of_its_own(
        cls, folders: dict[Label, list[str]]
    ) -> dict[Label, list[str]]:
        absent = [str(label) for label in Label if label not in folders]
        if absent:
            raise InputError(
                "a folder name or more for each class", f"none for {', '.join(absent)}",
                "Name the folder that holds them.",
            )  # fmt: skip
        owner: dict[str, Label] = {}
        for label, names in folders.items():
            for name in names:
                # As folders are compared, and more strictly: forms that look alike are one.
                folded = unicodedata.normalize("NFKC", name).casefold()
                if owner.setdefault(folded, label) is not label:
                    raise InputError(
                        "spellings that stand for one class each",
                        f"'{name}' for both {owner[folded]} and {label}",
                        "Leave it to one of them.",
                    )
        return folders

    @field_validator("patient_patterns")
    @classmethod
    def _every_pattern_names_a_patient(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                groups = set(re.compile(pattern).groupindex) - {"subtype"}
            except re.error as error:
                raise InputError(
                    "a regular expression", f"{pattern!r} ({error})", "Correct it at that position."
                ) from error
            if not groups:
                raise InputError(
                    "a named group that tells patients apart", repr(pattern),
                    "Name the part that differs between patients, as in (?P<number>\\d+).",
                )  # fmt: skip
        return patterns
