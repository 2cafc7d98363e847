"""A hospital's export: phantoms as DICOM under folders and tags that name their patients."""

import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from dicom_files import COMPRESSED, LOSSY, PLAIN, film
from PIL import Image

from pneumoscope.options import PhantomOptions
from pneumoscope.phantoms.collection import make_phantoms

SYNTAXES = [*PLAIN.values(), *COMPRESSED.values(), *LOSSY.values()]


def identity(child: str) -> dict[str, str]:
    """Make up who a child is; no two parts of it stand in anything else."""
    drawn = random.Random(child)
    number = f"{drawn.randrange(10**8, 10**9)}"
    return {
        "PatientID": f"PID{number}",
        "PatientName": f"Qzarniak{number[:5]}^Wilhelmina{number[5:]}",
        "PatientBirthDate": f"20{drawn.randrange(10, 22)}0{drawn.randrange(1, 10)}17",
        "AccessionNumber": f"ACC{number[::-1]}",
        "StudyInstanceUID": f"1.2.826.0.1.{number}.7",
        "SeriesInstanceUID": f"1.2.826.0.1.{number}.7.1",
        "SOPInstanceUID": f"1.2.826.0.1.{number}.7.1.{drawn.randrange(10**6)}",
        "OtherPatientIDs": f"OTH{number}",
        "ReferringPhysicianName": f"Doktorowicz{number}",
        "PatientAddress": f"Hidden Lane {number}",
        "PatientComments": f"cousin of Xerxes{number}",
        "StudyID": f"STU{number}",
        "StudyDate": "20230814",
        "IssuerOfPatientID": "EasternIssuer",
    }


def identifying(child: str) -> set[str]:
    """List the values, and their parts, that no output may hold."""
    known = identity(child)
    del known["StudyDate"]
    return {part for value in known.values() for part in value.split("^")}


def export(folder: Path, patients: int = 60) -> list[str]:
    """Write a collection, and return the names of its children."""
    plan = PhantomOptions.model_validate(
        {"patients": patients, "test_share": 0.3, "shorter_side": [96, 128]}
    )
    children = []
    for n, (path, draw) in enumerate(make_phantoms(plan, seed=3).items()):
        if not path.endswith(".jpeg"):
            continue
        part, label, name = path.split("/")
        person = name.startswith("person")
        child = "_".join(name.split("_")[:2]) if person else name.partition("-0001")[0]
        children.append(child)
        who = identity(child)
        place = folder / part / label / who["PatientName"] / who["PatientBirthDate"]
        place.mkdir(parents=True, exist_ok=True)
        burnt = {"BurnedInAnnotation": "YES"} if n % 4 == 0 else {}
        data = as_dicom(draw(), SYNTAXES[n % len(SYNTAXES)], child, n, **burnt)
        (place / f"{who['PatientID']}_{n}{'.dcm' if n % 2 else ''}").write_bytes(data)
    return children


def as_dicom(jpeg: bytes, syntax: str, child: str, n: int, **tags: object) -> bytes:
    """Give a film as a DICOM of 8 or 12 bits, with who it is of."""
    grey = np.asarray(Image.open(BytesIO(jpeg)).convert("L")).astype(np.int64)
    bits = 8 if syntax == LOSSY["JPEG baseline"] else 12
    pixels = grey if bits == 8 else grey * 16
    told = {
        "WindowCenter": 2 ** (bits - 1), "WindowWidth": 2**bits, "ViewPosition": "AP",
        "PatientSex": "MF"[n % 2], "PatientAge": f"00{1 + n % 5}Y", "Modality": "DX",
        "Manufacturer": ["ACME", "Borealis"][n % 2], "ManufacturerModelName": "Ray 3",
        "InstitutionName": "Clinic of the North", "Exposure": n % 7, "BodyPartExamined": "CHEST",
    }  # fmt: skip
    return film(pixels, syntax, bits, **{**identity(child), **told, **tags})


def odd_files(folder: Path, child: str) -> Iterator[Path]:
    """Write what lies beside films in such an export, each refused, and yield it."""
    who = identity(child)
    place = folder / "train" / "NORMAL" / who["PatientName"]
    place.mkdir(parents=True, exist_ok=True)
    whole = film(np.zeros((64, 64), int), **who, Modality="CT")
    for name, data in {
        f"{who['PatientID']}_ct.dcm": whole,
        f"{who['PatientID']}_cut.dcm": film(np.zeros((64, 64), int), **who)[:900],
        f"{who['PatientID']}.pdf": b"%PDF-1.4 letter",
        f"{who['PatientID']}.{who['AccessionNumber']}": b"\x00\x01\x02 neither",
    }.items():
        (place / name).write_bytes(data)
        yield place / name
