"""What a DICOM's tags say of the film beside its pixels: is it one, of what, of whom."""

import math
from datetime import date, datetime

from pneumoscope.radiographs.decoders.dicom_file.elements import Elements
from pneumoscope.radiographs.decoders.dicom_file.layout import known_word
from pneumoscope.radiographs.decoders.dicom_file.tags import Tag
from pneumoscope.radiographs.decoders.interface import UnreadableRadiograph
from pneumoscope.radiographs.recorded import (
    BURNT_IN,
    TAGS_SPEAK_OF,
    Identity,
    Recorded,
    age_of,
    clean,
    sex_of,
    view_of,
)

MAKER = "Pneumoscope"
"""Maker of the results that this project itself writes, which lie beside films in an archive."""

FILMS = ("CR", "DX", "DR", "RG", "OT", "SC", "XC", "")
"""Modalities of plain films and of captures; some writers leave it out."""

_OTHERS = {
    "CT": "a CT slice", "MR": "an MR slice", "US": "an ultrasound picture", "NM": "a scintigram",
    "PT": "a PET slice", "MG": "a mammogram", "XA": "an angiogram", "RF": "a fluoroscopy",
    "IO": "a film of teeth", "PX": "a panorama of teeth", "BMD": "a bone density",
    "ES": "an endoscopy", "SM": "a microscope slide", "OP": "a picture of an eye",
    "SR": "a structured report", "PR": "a presentation state", "KO": "a selection of objects",
    "SEG": "a segmentation", "RTDOSE": "a dose", "RTSTRUCT": "structures of radiotherapy",
    "RTPLAN": "a plan of radiotherapy", "RTIMAGE": "a picture of radiotherapy", "ECG": "an ECG",
    "DOC": "a document", "REG": "a registration",
}  # fmt: skip
_CHESTS = ("CHEST", "THORAX", "LUNG", "LUNGS", "RIB", "RIBS", "HEART", "TSPINE", "CHESTABDOMEN")
_CHEST_PARTS = ("CHEST", "THORAX", "LUNG", "TORAX", "TORACE", "PULM", "POITRINE")
"""In other languages too: the standard's words are not everybody's."""

_FILM_CLASSES = ("computed radiography", "digital x-ray image", "secondary capture")
"""What the standard calls the classes of films; those of mammograms and teeth are called else."""

_MICRO = 1000.0


def check_is_film(elements: Elements) -> None:
    """Refuse what is no single plain film, with what its tags say it is.

    Raises:
        UnreadableRadiograph: Another modality, no pixels, several frames, a result of ours.
    """
    modality = elements.word(Tag.MODALITY)
    if elements.word(Tag.MANUFACTURER) == MAKER.upper():
        raise UnreadableRadiograph(f"a result of {MAKER}, no film")
    if modality not in FILMS:
        what = _OTHERS.get(modality, "no plain film")
        raise UnreadableRadiograph(
            f"{what}, by its modality {known_word(modality)}: expected CR, DX or secondary capture"
        )
    kind = _kind(elements)
    if elements.place is None:
        named = f": it is of the class {kind}" if kind else ""
        raise UnreadableRadiograph(f"the DICOM holds no pixels{named}")
    if kind and not _is_of_films(kind):
        raise UnreadableRadiograph(
            f"no plain film, by its class {kind}: expected CR, DX or secondary capture"
        )
    if elements.place.tag != Tag.PIXEL_DATA:
        raise UnreadableRadiograph("floating-point pixels have no known range")
    frames = elements.decimals(Tag.FRAMES) or [1.0]
    if frames[0] != 1:
        raise UnreadableRadiograph(
            f"the DICOM holds {frames[0]:g} frames: save the radiograph alone"
        )


def _kind(elements: Elements) -> str:
    """Name the SOP class, if it is one of the standard's."""
    from pydicom.uid import UID

    stands = UID(elements.word(Tag.SOP_CLASS))
    return stands.name if stands.type == "SOP Class" else ""


def _is_of_films(kind: str) -> bool:
    return any(name in kind.lower() for name in _FILM_CLASSES)


def read_claims(elements: Elements) -> Recorded:
    """Read what is on record of patient, view and device; nothing in it tells who somebody is.

    But for `identity`, which is hashed before it goes anywhere.
    """
    return Recorded(
        age=_age(elements),
        sex=sex_of(elements.word(Tag.SEX)),
        view=view_of(elements.word(Tag.VIEW)),
        manufacturer=clean(elements.text(Tag.MANUFACTURER)),
        device=clean(elements.text(Tag.DEVICE)),
        site=clean(elements.text(Tag.INSTITUTION)),
        exposure=_exposure(elements),
        transfer_syntax=_syntax(elements.syntax),
        warning="; ".join(TAGS_SPEAK_OF + what for what in _warnings(elements)),
        identity=Identity(
            issuer=elements.text(Tag.ISSUER),
            patient=elements.text(Tag.PATIENT_ID),
            study=elements.text(Tag.STUDY),
        ),
    )


def _warnings(elements: Elements) -> list[str]:
    view, part = elements.word(Tag.VIEW), elements.word(Tag.BODY_PART)
    seen = view_of(view)
    aspect = elements.words(Tag.PIXEL_ASPECT)
    said = {
        f"{'an' if seen == 'oblique' else 'a'} {seen} view": seen
        in ("lateral", "lateral decubitus", "oblique"),
        f"{known_word(part)}, no chest": not _is_chest(part),
        BURNT_IN: elements.word(Tag.BURNED_IN) == "YES",
        "raw pixels, FOR PROCESSING": elements.word(Tag.INTENT) == "FOR PROCESSING",
        "pixels that are not square": len(set(aspect)) > 1,
    }
    return [sentence for sentence, holds in said.items() if holds]


def _is_chest(part: str) -> bool:
    return not part or any(name in part for name in _CHEST_PARTS) or part in _CHESTS


def _age(elements: Elements) -> float:
    """Read the age, or count it from the date of birth, which goes nowhere itself."""
    age = age_of(elements.word(Tag.AGE))
    if not math.isnan(age):
        return age
    born, taken = (_date(elements.word(tag)) for tag in (Tag.BIRTH_DATE, Tag.STUDY_DATE))
    if born is None or taken is None or taken < born:
        return math.nan
    return age_of(round((taken - born).days / 365.25, 1))


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text.replace(".", ""), "%Y%m%d").date()
    except ValueError:
        return None


def _exposure(elements: Elements) -> float:
    """Give the exposure in mAs; NaN where it is not told."""
    try:
        whole, micro = (elements.decimals(tag) for tag in (Tag.EXPOSURE, Tag.EXPOSURE_MICRO))
    except UnreadableRadiograph:
        return math.nan
    # Rounded to whole mAs the first says less than the second.
    exposure = micro[0] / _MICRO if micro else whole[0] if whole else math.nan
    return exposure if exposure > 0 else math.nan


def _syntax(uid: str) -> str:
    from pydicom.uid import UID

    return UID(uid).name if UID(uid).is_transfer_syntax else "unknown"
