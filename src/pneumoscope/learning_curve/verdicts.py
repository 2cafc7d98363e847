"""Whether more films of a source are shown to help, in words."""

from pneumoscope.counts import counted
from pneumoscope.evaluation.estimate import Estimate
from pneumoscope.evaluation.verdict import Verdict, judge
from pneumoscope.learning_curve.records import LearningCurve, Point
from pneumoscope.naming import Split
from pneumoscope.report.wording import percent


def curve_sentences(curve: LearningCurve) -> list[str]:
    """Say of each part of validation from how many patients on more are not shown to help."""
    return [_sentence(curve, split) for split in curve.points[-1].aurocs]


def _sentence(curve: LearningCurve, split: str) -> str:
    whole, parts = curve.points[-1], curve.points[:-1]
    part = "validation" if split == Split.VALIDATION else f"{split} validation"
    start = f"{curve.model}, AUROC on {part}"
    if whole.aurocs[split].value is None:
        return f"{start}: {whole.aurocs[split].reason}."
    helped = [_helps(curve, part.left[split]) for part in parts]
    if helped[-1]:
        last = parts[-1]
        return (
            f"{start}: all {_films(whole)} of train do better than {_films(last)} of them, by "
            f"{last.left[split]}. More films of this source may be worth having."
        )
    enough = next(part for n, part in enumerate(parts) if not any(helped[n:]))
    sentence = (
        f"{start}: beyond {_films(enough)}, {percent(enough.share)} of train, more films of this "
        f"source are not shown to help: all {_films(whole)} minus these are {enough.left[split]}."
    )
    if enough is parts[0]:
        return sentence
    before = parts[parts.index(enough) - 1]
    left = before.left[split]
    return f"{sentence} Up to there they are: all do better than {_films(before)} by {left}."


def _helps(curve: LearningCurve, left: Estimate) -> bool:
    claims = (len(curve.points) - 1) * len(curve.points[-1].aurocs)
    return judge(left, 0.0, claims) is Verdict.SHOWN and (left.value or 0.0) > 0


def _films(point: Point) -> str:
    films = counted(point.radiographs, "film")
    return f"{films} of {counted(point.patients, 'patient')}"
