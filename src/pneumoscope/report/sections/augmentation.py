"""Augmentation of the training radiographs."""

from collections.abc import Mapping, Sequence

from pneumoscope.options import AugmentationOptions
from pneumoscope.report.blocks import Block, Figure, Gallery, Paragraph, Section
from pneumoscope.report.prose import prose
from pneumoscope.report.wording import joined

TITLE = "Augmentation of the training radiographs"


def augmentation_section(
    options: Mapping[str, AugmentationOptions], figures: Mapping[str, bytes]
) -> Section:
    """Return what is changed for each architecture, in words and as a grid of radiographs.

    Architectures whose films are changed alike share the grid of the first.

    Args:
        options: Architecture to its augmentation.
        figures: Architecture to the PNG of its grid; shown where something is changed.
    """
    changed = {name: changes(chosen) for name, chosen in options.items()}
    plain = [name for name, found in changed.items() if not found]
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, found in changed.items():
        if found and name in figures:
            alike.setdefault(tuple(found), []).append(name)
    drawn = [
        Figure(
            figures[names[0]],
            _caption(names, found),
            f"Training radiographs changed for {joined(names)}.",
        )
        for found, names in alike.items()
    ]
    blocks: list[Block] = [Paragraph(prose("augmentation"))]
    if plain:
        verb = "sees" if len(plain) == 1 else "see"
        blocks.append(Paragraph(f"Without any change: {joined(plain)} {verb} the stored films."))
    return Section(TITLE, [*blocks, *([Gallery(drawn)] if drawn else [])])


def changes(options: AugmentationOptions) -> list[str]:
    """Return what the options change, one phrase each; nothing where all are off."""
    return [*_moves(options), *_regrades(options), *_degradations(options)]


def _caption(names: Sequence[str], found: Sequence[str]) -> str:
    return f"{joined(names)}: the film as stored, then random draws ({'; '.join(found)})."


def _moves(options: AugmentationOptions) -> list[str]:
    return [
        text
        for value, text in (
            (options.horizontal_flip, f"{options.horizontal_flip:.0%} flipped left to right"),
            (options.rotation, f"turned by up to {options.rotation:g}°"),
            (options.translation, f"shifted by up to {options.translation:.0%} of the side"),
            (options.zoom, f"scaled by up to {options.zoom:.0%}"),
            (options.shear, f"sheared by up to {options.shear:g}°"),
            (options.crop_area, f"cropped to {_range(options.crop_area, '.0%')} of the area"),
        )
        if value
    ]


def _regrades(options: AugmentationOptions) -> list[str]:
    return [
        text
        for value, text in (
            (options.brightness, f"brightness moved by up to {options.brightness:.0%}"),
            (options.contrast, f"contrast by up to {options.contrast:.0%}"),
            (options.gamma, f"gamma from {_range(options.gamma, 'g')}"),
        )
        if value
    ]


def _degradations(options: AugmentationOptions) -> list[str]:
    degraded = [
        text
        for asked, text in (
            (options.detail > 1, f"detail lost by a factor of up to {options.detail:g}"),
            (options.blur > 0, f"blurred by up to {options.blur:g} pixels"),
            (options.noise > 0, f"noise of up to {options.noise:g} grey levels"),
            (options.quality, f"compressed at quality {_range(options.quality, 'g')}"),
        )
        if asked
    ]
    if not degraded or not options.degraded:
        return []
    return [f"{options.degraded:.0%} degraded first ({joined(degraded)})"]


def _range(bounds: tuple[float, float] | None, spec: str) -> str:
    return "" if bounds is None else f"{bounds[0]:{spec}} to {bounds[1]:{spec}}"
