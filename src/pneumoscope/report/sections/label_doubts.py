"""Labels to look at again."""

from collections.abc import Mapping

from pneumoscope.counts import agreeing, counted
from pneumoscope.decimals import decimal
from pneumoscope.evaluation.label_doubts import MARGIN, SUGGESTED
from pneumoscope.naming import Column, Split, SplitPolicy
from pneumoscope.report.blocks import Block, Paragraph, Part, Section, Thumbnail, Thumbnails
from pneumoscope.report.films import ListedFilms
from pneumoscope.report.prose import prose
from pneumoscope.report.sections.errors import how_many
from pneumoscope.report.wording import joined

TITLE = "Labels to look at again"


def label_doubts_section(
    listed: ListedFilms, compared: Mapping[str, int], policy: SplitPolicy
) -> Section:
    """Return how many labels are contradicted, and pictures of the most doubtful.

    Args:
        listed: The labels in doubt.
        compared: Split to how many of its labels were compared.
        policy: How radiographs were shared out; one of them makes test validation too.
    """
    blocks: list[Block] = [Paragraph(_counts(len(listed.table), compared))]
    if len(listed.table):
        shown = listed.table[listed.table[Column.RADIOGRAPH_ID].isin(listed.pictures)]
        films = Thumbnails([_film(row, listed) for row in shown.to_dict("records")])
        blocks.append(Part("Films", [films], how_many(listed.table, shown), folded=True))
    method = prose(
        "label_doubts",
        validation=bool(compared.get(Split.VALIDATION)),
        shared=policy == SplitPolicy.TEST_AS_VALIDATION,
    )
    return Section(TITLE, [*blocks, Paragraph(method, method=True)])


def _counts(doubted: int, compared: Mapping[str, int]) -> str:
    looked = {split: count for split, count in compared.items() if count}
    if not looked:
        return "Nothing can be told of labels: there are too few patients of a class."
    where = joined([f"{count:,} of {split}" for split, count in looked.items()])
    total = sum(looked.values())
    start = f"Of {counted(total, 'label')} that {agreeing(total, 'was', 'were')} compared ({where})"
    if not doubted:
        return f"{start}, none is contradicted with confidence."
    return (
        f"{start}, {doubted:,} {agreeing(doubted, 'is', 'are')} contradicted with confidence by "
        "what models see of films that they were not fitted on. A radiologist should look at "
        "these; a label in doubt may be right. All stand in label_doubts.csv; none was changed."
    )


def _film(row: dict, listed: ListedFilms) -> Thumbnail:
    name = row[Column.RADIOGRAPH_ID]
    likely = row[MARGIN] / 2 + 0.5
    return Thumbnail(
        [(listed.pictures[name], "film")],
        [
            f"{row[Column.LABEL]}, looks {row[SUGGESTED]}",
            f"probability of that {decimal(likely)}, {row[Column.SPLIT]}",
            name,
        ],
    )
