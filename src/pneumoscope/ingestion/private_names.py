"""Paths of a collection with DICOM replaced by others, for a file's name can name a patient."""

import re
from pathlib import PurePosixPath

import pandas as pd

from pneumoscope.ingestion.layout import SPLIT_FOLDERS, SUBTYPE_FOLDERS, TABLE_KEY, Layout, fold
from pneumoscope.ingestion.patient_key import PatientKey
from pneumoscope.naming import Column, HiddenNames
from pneumoscope.options import IngestionOptions

SUFFIXES = re.compile(
    r"\.(dcm|dicom|dic|ima|jpe?g|jfif|jpe|png|tiff?|jp2|j2k|bmp|gif|webp|avif|pdf|txt|csv|xml|zip)",
    re.IGNORECASE,
)
"""Suffixes that say what a file is and not whose; any other is left out."""

DICOM_SUFFIXES = (".dcm", ".dicom", ".dic", ".ima")


def hides(files: pd.DataFrame, options: IngestionOptions) -> bool:
    """Tell whether a collection's paths are replaced.

    A file that could not be read counts as a DICOM by its suffix; any other by its content.

    Args:
        files: Columns path, sha256 and dicom, one row per scanned file.
        options: Which collections' are.
    """
    if options.hidden_names is not HiddenNames.DICOM:
        return options.hidden_names is HiddenNames.ALL
    named = files[Column.PATH].str.lower().str.endswith(DICOM_SUFFIXES)
    return bool((files["dicom"] | (named & (files[Column.SHA256] == ""))).any())


def hide_names(
    files: pd.DataFrame, options: IngestionOptions, key: PatientKey, layout: Layout | None = None
) -> pd.DataFrame:
    """Replace each path, and read the patient off it before where tags tell of none.

    Args:
        files: Columns path, sha256, dicom, patient_id and subtype, one row per scanned file.
        options: Class folders, patient patterns, and which collections are hidden.
        key: The site's.
        layout: What tells a file's patient; None for the folders.
    """
    if not hides(files, options):
        return files
    layout = layout or Layout.of(options)
    known = (files[name] for name in (Column.PATH, Column.PATIENT_ID, Column.SUBTYPE))
    patients = [
        _patient(path, patient, subtype, layout, key)
        for path, patient, subtype in zip(*known, strict=True)
    ]
    return files.assign(
        **{
            Column.PATH: [hidden_path(path, layout, key) for path in files[Column.PATH]],
            Column.PATIENT_ID: [patient for patient, _ in patients],
            Column.SUBTYPE: [subtype for _, subtype in patients],
        }
    )


def hidden_path(path: str, layout: Layout, key: PatientKey) -> str:
    """Return a path whose parts say nothing but part, class, disease and kind of file.

    Equal parts become equal ones, so what lay together still does. A trailing `/` stays.
    """
    *folders, name = path.removesuffix("/").split("/")
    if path.endswith("/"):
        return "/".join(_folder(part, layout, key) for part in (*folders, name)) + "/"
    suffix = PurePosixPath(name).suffix
    kept = suffix.lower() if SUFFIXES.fullmatch(suffix) else ""
    hidden = key.pseudonym("file", name) + kept
    return "/".join([*(_folder(part, layout, key) for part in folders), hidden])


def _folder(name: str, layout: Layout, key: PatientKey) -> str:
    folded = fold(name)
    known = layout.names_class(name) or folded in SPLIT_FOLDERS or folded in SUBTYPE_FOLDERS
    return name if known else key.pseudonym("folder", name)


def _patient(
    path: str, patient: str, subtype: str, layout: Layout, key: PatientKey
) -> tuple[str, str]:
    """Give key and disease of a file's patient, empty where its path tells neither."""
    try:
        place = layout.place(path)
    except ValueError:
        return patient, subtype
    named = layout.patient(path, place)
    if not named.matched:
        return patient, subtype
    if named.patient_id.startswith(TABLE_KEY):
        return named.patient_id, named.subtype.value
    known = patient or f"name-{key.pseudonym('name', named.patient_id)}"
    return known, named.subtype.value
