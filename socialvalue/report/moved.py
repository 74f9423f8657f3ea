"""Which numbers move the value most? The one-way test of the page: picture, words and table."""

from typing import Any

import pandas as pd

from socialvalue.report import labels
from socialvalue.report.page_parts import figure
from socialvalue.report.shown import Column, Section, Shown
from socialvalue.report.tornado import ANSWERS, LEFT_OUT, MOST_SPANS, is_drawn, said_of, tested
from socialvalue.results import Result
from socialvalue.sensitivity import NO_RANGE

TITLE = "Which numbers move it most"
_WHAT = (
    "Each number goes to its own low and to its own high while all the others stay as assessed; "
    "the widest bar stands on top. So it shows on which number the answer hangs most. It does not "
    "show how likely any answer is, nor what comes of several numbers that are off at once. A "
    "number without a stated range was not moved, which does not mean that it is certain."
)


def numbers(result: Result) -> Section | None:
    """How far each number moves the answer; nothing where the range is not drawn.

    Where every number that moves could show a small group, words stand in place of the picture.
    """
    if result.simulation is None:
        return None
    published = result.profile == "publish"
    notes = (_WHAT, LEFT_OUT) if published else (_WHAT,)
    spreads = _spreads(result)
    if not is_drawn(result):
        return Section("moved", TITLE, (f"None can be shown here. {LEFT_OUT}",), spreads)
    return Section("moved", TITLE, notes, (_table(result), *spreads), figure(result, "tornado"))


def _spreads(result: Result) -> tuple[Shown, ...]:
    """The spreads that were drawn from, and who says that they are so."""
    assert result.simulation is not None
    used = result.proxies_used.dropna(subset=["source_title"])
    titles = used.drop_duplicates("source_id").set_index("source_id")["source_title"].to_dict()
    rows = []
    spreads = result.simulation.spreads
    for row, (name, ends) in zip(spreads.to_dict("records"), said_of(spreads), strict=True):
        level = "" if pd.isna(row["level"]) else f", {labels.share(row['level'])} within"
        shape = f"{row['distribution']}{level}"
        source = titles.get(row["source"], row["source"])
        rows.append({"name": name, "range": ends, "shape": shape, "source": source})
    columns = (
        Column("name", "Number", "text"),
        Column("range", "Its range", "figure"),
        Column("shape", "Shape", "text"),
        Column("source", "Who says so", "text"),
    )
    said = "Spreads that were drawn from, and who published or judged each"
    return (Shown(said, columns, pd.DataFrame(rows), folds=True),) if rows else ()


def _table(result: Result) -> Shown:
    table = tested(result)
    of = str(table["swing_of"].iloc[0])
    shown = table[table["note"] != NO_RANGE].head(MOST_SPANS)
    said = zip(shown.to_dict("records"), said_of(shown), strict=True)
    rows = [_row(row, of, names) for row, names in said]
    answer = ANSWERS[of][0].upper() + ANSWERS[of][1:]
    columns = (
        Column("name", "Number", "text"),
        Column("range", "Its range", "figure"),
        Column("at_low", f"{answer} at its low", "money"),
        Column("at_high", f"{answer} at its high", "money"),
        Column("swing", "Distance", "money"),
    )
    return Shown(f"{answer} as one number at a time moves", columns, pd.DataFrame(rows))


def _row(row: dict[str, Any], of: str, said: tuple[str, str]) -> dict[str, Any]:
    name, ends = said
    at = {f"at_{end}": row[f"{of}_at_{end}"] for end in ("low", "high")}
    return {"name": name, "range": ends, **at, "swing": row["swing"]}
