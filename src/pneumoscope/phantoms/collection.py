"""Synthetic chest radiographs in the published layout, so that everything runs offline."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pneumoscope.naming import Label, Subtype
from pneumoscope.options import PhantomOptions
from pneumoscope.phantoms.films import Film, generator, render_film

# How many patients have one film, two, ... six.
FILMS_PER_PATIENT = (0.82, 0.09, 0.04, 0.02, 0.02, 0.01)
VAL_FILMS = 4
RGB_EVERY = 20
# What the macOS Finder leaves behind: its magic number and an empty page.
STRAY_FILE = b"\x00\x00\x00\x01Bud1" + bytes(56)


def make_phantoms(options: PhantomOptions, seed: int) -> dict[str, Callable[[], bytes]]:
    """Plan a synthetic data set in the published layout; nothing is drawn until called.

    No patient is in both train and test; val is the tail of train. One film of each class in
    train has a byte-identical copy, and a stray file lies in train, as in the real data.

    Args:
        options: How many patients and how large the films.
        seed: Non-negative; the same seed gives the same files.

    Returns:
        Relative POSIX path to a picklable function that returns the file's bytes. A file
        depends on the seed, its path and the size range, not on the order of calls.
    """
    phantoms: dict[str, Callable[[], bytes]] = {"train/.DS_Store": partial(bytes, STRAY_FILE)}
    for label, films in _plan(options, seed).items():
        drawn = {
            film.path: partial(render_film, film, options.shorter_side, seed) for film in films
        }
        twin = next(film for film in films if film.part == "train")
        suffix = "-0001" if label is Label.NORMAL else "_1"
        phantoms |= drawn | {replace(twin, stem=twin.stem + suffix).path: drawn[twin.path]}
    return phantoms


def _plan(options: PhantomOptions, seed: int) -> dict[Label, list[Film]]:
    normal = _films(Subtype.NORMAL, options, seed)
    with_pneumonia = _films(Subtype.BACTERIA, options, seed) + _films(Subtype.VIRUS, options, seed)
    with_pneumonia.sort(key=lambda film: int(film.patient.removeprefix("person").split("_")[0]))
    return {Label.NORMAL: _with_val(normal), Label.PNEUMONIA: _with_rgb(_with_val(with_pneumonia))}


def _films(subtype: Subtype, options: PhantomOptions, seed: int) -> list[Film]:
    """List one subtype's films in the order of its patients' numbers."""
    rng = generator(seed, "plan", subtype)
    patients = options.patients_by_subtype[subtype]
    tested = set(rng.choice(patients, options.tested(subtype), replace=False).tolist())
    films: list[Film] = []
    for index in range(patients):
        part = "test" if index in tested else "train"
        patient = _patient(subtype, index, patients)
        count = 1 + int(rng.choice(len(FILMS_PER_PATIENT), p=FILMS_PER_PATIENT))
        films += [
            Film(
                part, subtype, patient, _stem(subtype, patient, of_patient, len(films) + of_patient)
            )
            for of_patient in range(1, count + 1)
        ]
    return films


def _patient(subtype: Subtype, index: int, patients: int) -> str:
    if subtype is not Subtype.NORMAL:
        return f"person{1 + index}_{subtype}"
    return f"IM-{115 + index:04}" if index < patients // 2 else f"NORMAL2-IM-{115 + index:04}"


def _stem(subtype: Subtype, patient: str, of_patient: int, of_subtype: int) -> str:
    """Name a film; the published names count NORMAL films by patient, the others by subtype."""
    if subtype is not Subtype.NORMAL:
        return f"{patient}_{of_subtype}"
    # The ending -0001-0001 is left for the copy of a first film.
    return f"{patient}-0001" if of_patient == 1 else f"{patient}-0001-{of_patient:04}"


def _with_val(films: list[Film]) -> list[Film]:
    """Move the last few train films to val, as in the published split."""
    train = [film for film in films if film.part == "train"]
    moved = set(train[-max(1, min(VAL_FILMS, len(train) // 4)) :])
    return [replace(film, part="val") if film in moved else film for film in films]


def _with_rgb(films: list[Film]) -> list[Film]:
    train = [film for film in films if film.part == "train"]
    # Not the first film, of which a copy is made.
    coloured = set(train[1::RGB_EVERY])
    return [replace(film, is_rgb=True) if film in coloured else film for film in films]
