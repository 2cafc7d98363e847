"""Small collections in the true layouts of public ones, of phantoms drawn once."""

# ruff: noqa: E501

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial

import numpy as np
from PIL import Image

from pneumoscope.naming import Subtype
from pneumoscope.phantoms.films import Film, render_film

Files = dict[str, Callable[[], bytes]]


@cache
def film(number: int, suffix: str = "png", pneumonia: bool = False) -> bytes:
    """Draw one small phantom; each number gives another file."""
    subtype = Subtype.BACTERIA if pneumonia else Subtype.NORMAL
    drawn = render_film(Film("train", subtype, f"child{number}", f"f{number}"), (64, 72), 7)
    if suffix in ("jpg", "jpeg"):
        return drawn
    buffer = io.BytesIO()
    Image.open(io.BytesIO(drawn)).convert("L").save(buffer, "PNG")
    return buffer.getvalue()


def files(paths: Iterable[str]) -> Files:
    """Give a phantom of its own to each path; text is added with `|`."""
    return {
        path: partial(film, number, path.rpartition(".")[2].lower())
        for number, path in enumerate(paths)
    }


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ","
) -> Callable[[], bytes]:
    """Give a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return partial(bytes, text.getvalue().encode())


def text(*lines: str) -> Callable[[], bytes]:
    """Give a text file."""
    return partial(bytes, "\n".join(lines).encode())


def mask(number: int) -> Callable[[], bytes]:
    """Give a lung mask."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((64, 64), number % 2 * 255, np.uint8)).save(buffer, "PNG")
    return partial(bytes, buffer.getvalue())


def nih() -> Files:
    """ChestX-ray14: two folders of images, the table with its odd header, the two lists.

    Patient 1 is ill in one film and well in another; patient 4 has the age that nobody has.
    """
    films = {
        "00000001_000.png": ("Pneumonia|Infiltration", 1, "058Y", "M", "PA"),
        "00000001_001.png": ("No Finding", 1, "059Y", "M", "AP"),
        "00000002_000.png": ("No Finding", 2, "81", "F", "PA"),
        "00000003_000.png": ("Effusion", 3, "030Y", "F", "PA"),
        "00000003_001.png": ("Effusion|Mass", 3, "030Y", "F", "PA"),
        "00000004_000.png": ("Pneumonia", 4, "413Y", "F", "AP"),
    }
    header = [
        "Image Index", "Finding Labels", "Follow-up #", "Patient ID", "Patient Age",
        "Patient Gender", "View Position", "OriginalImage[Width", "Height]",
        "OriginalImagePixelSpacing[x", "y]", "",
    ]  # fmt: skip
    rows = [
        [name, labels, 0, patient, age, sex, view, 2682, 2749, 0.143, 0.143, ""]
        for name, (labels, patient, age, sex, view) in films.items()
    ]
    names = list(films)
    return files(
        f"images_{1 + i // 3:03}/images/{name}" for i, name in enumerate(names)
    ) | {
        "Data_Entry_2017.csv": table(header, rows),
        "train_val_list.txt": text(*names[:4]),
        "test_list.txt": text(*names[4:]),
        "README_CHESTXRAY.pdf.txt": text("about"),
    }  # fmt: skip


def chexpert() -> Files:
    """CheXpert: paths that begin above the folder, flags, a lateral view, an uncertain label."""
    header = [
        "Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", "No Finding", "Lung Opacity",
        "Pneumonia", "Pleural Effusion",
    ]  # fmt: skip
    top = "CheXpert-v1.0-small"
    train = [
        ["train/patient00001/study1/view1_frontal.jpg", "Female", 68, "Frontal", "AP", "1.0", "", "", ""],
        ["train/patient00001/study2/view1_frontal.jpg", "Female", 68, "Frontal", "PA", "", "1.0", "1.0", ""],
        ["train/patient00002/study1/view1_frontal.jpg", "Male", 40, "Frontal", "AP", "", "", "-1.0", "1.0"],
        ["train/patient00003/study1/view1_frontal.jpg", "Male", 33, "Frontal", "PA", "", "1.0", "", "0.0"],
        ["train/patient00003/study1/view2_lateral.jpg", "Male", 33, "Lateral", "", "1.0", "", "", ""],
        ["train/patient00004/study1/view1_frontal.jpg", "Unknown", 0, "Frontal", "AP", "1.0", "", "0.0", ""],
    ]  # fmt: skip
    valid = [
        ["valid/patient64541/study1/view1_frontal.jpg", "Male", 73, "Frontal", "AP",
         "0.0", "1.0", "1.0", "0.0"],
    ]  # fmt: skip
    paths = [row[0] for row in [*train, *valid]]
    return files(paths) | {
        "train.csv": table(header, [[f"{top}/{row[0]}", *row[1:]] for row in train]),
        "valid.csv": table(header, [[f"{top}/{row[0]}", *row[1:]] for row in valid]),
    }


def padchest() -> Files:
    """PadChest: an index without a name, lists of labels in Python's spelling, years of birth."""
    header = [
        "", "ImageID", "ImageDir", "StudyDate_DICOM", "StudyID", "PatientID", "PatientBirth",
        "PatientSex_DICOM", "ViewPosition_DICOM", "Projection", "Pediatric", "Manufacturer_DICOM",
        "Exposure_DICOM", "Report", "Labels",
    ]  # fmt: skip
    films = [
        ("111_a.png", 0, 20140915, "839860488694292331637988235681460987", 1930.0, "F", "PA",
         "No", "ImagingDynamicsCompanyLtd", 10.0, "sin hallazgos, normal", "['normal']"),
        ("111_b.png", 0, 20140915, "839860488694292331637988235681460987", 1930.0, "F", "L",
         "No", "ImagingDynamicsCompanyLtd", "", "", "['normal']"),
        ("222_a.png", 3, 20150102, "313572750430997347502932654319389875", 1976.0, "M",
         "AP_horizontal", "No", "PhilipsMedicalSystems", 4, "", "['pneumonia', 'pleural effusion']"),
        ("333_a.png", 3, 20160405, "99", 2010.0, "M", "PA", "PED", "", "", "", "['cardiomegaly']"),
        ("444_a.png", 54, 20170102, "98", "", "", "PA", "No", "", "", "", "['normal', 'pacemaker']"),
        ("555_a.png", 54, 20170103, "97", 1950.0, "F", "PA", "No", "", "", "",
         "[' atypical pneumonia']"),
    ]  # fmt: skip
    rows = [
        [i, name, folder, date, f"s{i}", patient, birth, sex, view, view, pediatric, maker,
         exposure, report, labels]
        for i, (name, folder, date, patient, birth, sex, view, pediatric, maker, exposure, report,
                labels) in enumerate(films)
    ]  # fmt: skip
    return files(f"{film[1]}/{film[0]}" for film in films) | {
        "PADCHEST_chest_x_ray_images_labels_160K_01.02.19.csv": table(header, rows)
    }


def rsna(suffix: str = "dcm", data: Callable[[int], bytes] = film) -> Files:
    """RSNA: two tables, a row a box, test images without labels."""
    ids = [f"{number:08x}-aaaa-bbbb" for number in range(5)]
    classes = ["Normal", "Lung Opacity", "No Lung Opacity / Not Normal", "Lung Opacity", "Normal"]
    boxes = [
        [ids[0], "", "", "", "", 0], [ids[1], 264.0, 152.0, 213.0, 379.0, 1],
        [ids[1], 562.0, 152.0, 256.0, 453.0, 1], [ids[2], "", "", "", "", 0],
        [ids[3], 10.0, 10.0, 50.0, 50.0, 1], [ids[4], "", "", "", "", 0],
    ]  # fmt: skip
    info = [[ids[1], classes[1]], *([i, c] for i, c in zip(ids, classes, strict=True))]
    train = {f"stage_2_train_images/{i}.{suffix}": partial(data, n) for n, i in enumerate(ids)}
    unlabelled = {f"stage_2_test_images/ffff{n}.{suffix}": partial(data, 50 + n) for n in range(3)}
    return train | unlabelled | {
        "stage_2_train_labels.csv": table(
            ["patientId", "x", "y", "width", "height", "Target"], boxes
        ),
        "stage_2_detailed_class_info.csv": table(["patientId", "class"], info),
    }  # fmt: skip


def covid() -> Files:
    """COVID-19 Radiography Database: four folders of images and masks, a spreadsheet each."""
    kinds = {"COVID": "COVID", "Lung_Opacity": "Lung_Opacity", "Normal": "Normal",
             "Viral Pneumonia": "Viral Pneumonia"}  # fmt: skip
    top = "COVID-19_Radiography_Dataset"
    images = files(f"{top}/{kind}/images/{name}-{n}.png"
                   for kind, name in kinds.items() for n in (1, 2))  # fmt: skip
    masks = {f"{top}/{kind}/masks/{name}-{n}.png": mask(n)
             for kind, name in kinds.items() for n in (1, 2)}  # fmt: skip
    sheets = {f"{top}/{kind}.metadata.xlsx": spreadsheet for kind in kinds}
    return images | masks | sheets | {f"{top}/README.md.txt": text("about")}


def spreadsheet() -> bytes:
    """Give what every spreadsheet begins with: a zip archive of XML."""
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return buffer.getvalue()
