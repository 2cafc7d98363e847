"""Parameters of the collections that are known: where labels stand, and what they mean."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from pneumoscope.errors import InputError
from pneumoscope.naming import Label, Split
from pneumoscope.options.base import AsYaml, Options, Several, Text

Names = Annotated[list[Text], Field(min_length=1)]


class ColumnOptions(Options):
    """What the columns of a collection's tables are called, in any case.

    Of several names the first that has a value counts.

    Attributes:
        file: Path, name or name without suffix of the radiograph.
        label: Its label, or several.
        flags: Columns that each stand for one label: 1 has it, 0 has it not, -1 is uncertain.
        patient: Whose it is; only a hash of it is ever stored.
        split: The part of the data.
        subtype: The disease, such as `virus`.
        age: In years, or as DICOM writes it (`058Y`).
        birth: Year or date of birth, from which and `date` the age follows; never stored.
        date: When it was taken; never stored.
        sex: Of the patient.
        view: How it was taken.
        site: Where.
        manufacturer: Of the device.
        device: Its model.
        exposure: In mAs.
    """

    file: Names
    label: Names | None = None
    flags: Several[Text] = ()
    patient: Names | None = None
    split: Names | None = None
    subtype: Names | None = None
    age: Names | None = None
    birth: Names | None = None
    date: Names | None = None
    sex: Names | None = None
    view: Names | None = None
    site: Names | None = None
    manufacturer: Names | None = None
    device: Names | None = None
    exposure: Names | None = None

    @property
    def named(self) -> dict[str, list[str]]:
        """What single columns hold, to their names."""
        return {what: names for what, names in self if isinstance(names, list)}

    @model_validator(mode="after")
    def _something_tells_the_class(self) -> "ColumnOptions":
        if not self.label and not self.flags:
            raise InputError(
                "a column `label`, or `flags`, that tells the class", "neither",
                "Name the column that holds the label.",
            )  # fmt: skip
        return self


class CollectionOptions(Options):
    """How one collection names its classes, and where it keeps its labels.

    Names and labels are compared whatever their case; `*` stands for anything.

    Attributes:
        tables: Names of the files that hold the labels, all with the same `columns`, of which
            one table need not have all; empty for a collection whose folders name the classes.
        columns: What their columns are called.
        known_by: Paths that only this collection has, where there is no table to know it by.
        separator: What stands between several labels in one cell.
        classes: Labels, or folders, of each class; null for `ingestion.class_folders`.
        left_out: Labels that are left out on purpose, and counted.
        left_out_folders: Folders that are, besides `ingestion.left_out_folders`.
        left_out_views: Views that are left out on purpose, and counted.
        splits: Names of the files that list the radiographs of each part, one a line.
    """

    tables: list[Text] = Field(default_factory=list)
    columns: ColumnOptions | None = None
    known_by: list[Text] = Field(default_factory=list)
    separator: Text | None = None
    classes: dict[Annotated[Label, AsYaml], Names] | None = None
    left_out: list[Text] = Field(default_factory=list)
    left_out_folders: list[Text] = Field(default_factory=list)
    left_out_views: list[Text] = Field(default_factory=list)
    splits: dict[Annotated[Split, AsYaml], Names] = Field(default_factory=dict)

    @field_validator("classes")
    @classmethod
    def _both_classes_have_labels(
        cls, classes: dict[Label, list[str]] | None
    ) -> dict[Label, list[str]] | None:
        absent = [label.value for label in Label if classes is not None and label not in classes]
        if absent:
            raise InputError(
                "a label or more for each class", f"none for {', '.join(absent)}",
                "Name the labels that stand for it.",
            )  # fmt: skip
        return classes

    @model_validator(mode="after")
    def _tables_have_columns(self) -> "CollectionOptions":
        if bool(self.tables) != (self.columns is not None):
            raise InputError(
                "`tables` and `columns` together, or neither",
                "one without the other",
                "Give both, or neither for a collection whose folders name the classes.",
            )
        return self
