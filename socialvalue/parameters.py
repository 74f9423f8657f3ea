"""Which numbers of an assessment are uncertain, how far, and which outcomes rest on each?

A parameter is one number that someone found out or judged: a proxy's unit value, a deadweight that
a row of the adjustments states, the size of one measured change. It is the same number in every
row of the impact map that uses it, so it is drawn once and shared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from socialvalue.errors import SettingsError
from socialvalue.evidence_spreads import (
    GradeSpread,
    from_grade,
    grade_spreads,
    refuse_unknown,
)
from socialvalue.fitted_shapes import OFF_CENTRE
from socialvalue.recorded_levels import recorded_levels
from socialvalue.schemas import EVIDENCE
from socialvalue.spread_files import GivenTable
from socialvalue.spreads import Spread, from_ends
from socialvalue.stated_spreads import (
    INPUT,
    Stated,
    refuse_unused,
    stated_spreads,
    statements_for,
)
from socialvalue.uncertain_numbers import (
    BOUNDS,
    SLOTS,
    adjustments,
    counted_rows,
    quantities,
    unit_values,
)

if TYPE_CHECKING:
    from socialvalue.results import Result

COLUMNS = (
    "parameter",
    "kind",
    "what",
    "unit",
    "central",
    "low",
    "high",
    "distribution",
    "level",
    "least",
    "most",
    "source",
    "value_behind",
)
ROUNDING = 1e-12
"""Part of a sum below which a difference is of the order in which it was added up."""
_INPUT_UNIT = "ratio to the recorded inputs"


@dataclass(frozen=True)
class Uncertain:
    """The counted rows of an assessment's maps and the parameters they use.

    Attributes
    ----------
    rows : DataFrame
        From `counted_rows`, with ``<slot>_is`` for each of `SLOTS`: the position of the row's
        parameter, or -1.
    parameters : DataFrame
        One row a parameter: parameter (its name), kind, what, unit, central, low, high,
        distribution, level, least, most, source, value_behind [money].
    spreads : tuple of Spread
        Beside them.
    grades : DataFrame
        One row a stated grade of evidence: evidence (blank for records that state none) and
        quantities, how many take their spread from it. A general table may hold grades that this
        assessment has no use for.
    """

    rows: pd.DataFrame
    parameters: pd.DataFrame
    spreads: tuple[Spread, ...]
    grades: pd.DataFrame


def uncertain(
    result: "Result", spreads: GivenTable | None = None, grades: GivenTable | None = None
) -> Uncertain:
    """The parameters of an assessment, each with its spread.

    Parameters
    ----------
    result : Result
        Not published.
    spreads : DataFrame or path of a CSV file, optional
        Spreads of the user's own, as `socialvalue.stated_spreads.stated_spreads` says.
    grades : DataFrame or path of a CSV file, optional
        evidence, down, up: spreads of quantities by grade of evidence, where records state none;
        as `socialvalue.spreads.from_grade` says.

    Raises
    ------
    SettingsError
        If nothing is valued, a result is published, a statement fits no number, or a grade is none
        that records can have.
    """
    if result.basis is None:
        raise SettingsError(
            "A published result holds merged rows, whose numbers are blank. Ask the assessment "
            "itself, and publish what comes of it."
        )
    rows = counted_rows(result)
    if rows.empty:
        raise SettingsError("No priced outcome counts in this assessment, so no value can vary.")
    stated = stated_spreads(spreads)
    graded = {} if grades is None else grade_spreads(grades)
    refuse_unknown(graded, EVIDENCE)
    parts: list[pd.DataFrame] = []
    for slot in SLOTS:
        numbers, held = _numbers(rows, slot, result, stated, graded)
        found, codes = _grouped(rows, numbers.assign(kind_of=slot, stated=held), slot)
        rows[f"{slot}_is"] = np.where(codes >= 0, codes + sum(map(len, parts)), -1)
        parts.append(found)
    parts.append(_inputs(result, stated))
    table = pd.concat(parts, ignore_index=True)
    table["parameter"] = _names(table, stated)
    named = [_drawn(row, stated, graded) for row in table.to_dict("records")]
    refuse_unused(stated, {*table["stated"], *[position for _, position in named]}, rows)
    table["source"] = [
        _source(row, stated, graded, position)
        for row, (_, position) in zip(table.to_dict("records"), named, strict=True)
    ]
    replaced = [position >= 0 and stated[position].has_ends for _, position in named]
    taken = table["grade"].mask(np.array(replaced, dtype=bool))
    used = pd.DataFrame({"evidence": pd.Series(list(graded), dtype=object)})
    used["quantities"] = [int((taken == grade).sum()) for grade in graded]
    return _assembled(rows, table, [each for each, _ in named], used)


def _numbers(
    rows: pd.DataFrame,
    slot: str,
    result: "Result",
    stated: Sequence[Stated],
    grades: Mapping[str, GradeSpread],
) -> tuple[pd.DataFrame, np.ndarray]:
    held = statements_for(stated, slot, rows)
    if slot == "unit_value":
        return unit_values(rows, result), held
    if slot == "quantity":
        with_ends = np.array([*[each.has_ends for each in stated], False])[held]
        assert result.basis is not None
        ranged = bool(rows["has_quantity_range"].any())
        levels = recorded_levels(result.basis.records) if ranged else {}
        return quantities(rows, set(grades), with_ends, levels), held
    return adjustments(rows, slot, result.adjustments), held


def _grouped(
    rows: pd.DataFrame, numbers: pd.DataFrame, slot: str
) -> tuple[pd.DataFrame, np.ndarray]:
    """One row for each identity and statement, and the position of each row's, or -1."""
    there = numbers["key"].notna()
    groups = numbers[there].groupby(["key", "stated"], sort=False)
    found = groups.first().reset_index()
    codes = np.full(len(rows), -1)
    codes[there.to_numpy(bool)] = groups.ngroup()
    main = pd.DataFrame({"code": codes, "size": rows["present_value"].abs()})[rows["map"] == ""]
    found["value_behind"] = main.groupby("code")["size"].sum().reindex(range(len(found))).fillna(0)
    if slot == "quantity" and len(found):
        # The size of a change is the sum of its rows, at each end.
        sums = numbers[(rows["map"] == "") & there].groupby(["key", "stated"], sort=False)
        amounts = sums[["central", "low", "high"]].sum(min_count=1)
        found[["central", "low", "high"]] = amounts.reindex(
            pd.MultiIndex.from_frame(found[["key", "stated"]])
        ).to_numpy(float)
        for end in ("low", "high"):
            # An end at the centre is summed in another order, and may miss it by rounding.
            apart = (found[end] - found["central"]).abs()
            rounding = apart <= ROUNDING * found["central"].abs()
            found[end] = found[end].mask(rounding, found["central"])
    return found, codes


def _inputs(result: "Result", stated: Sequence[Stated]) -> pd.DataFrame:
    """What each kind of input cost, as a ratio to what was recorded."""
    inputs = result.inputs
    kinds = pd.DataFrame({"input_type": sorted(inputs["input_type"].dropna().unique())})
    behind = [
        float(inputs.loc[inputs["input_type"] == kind, "present_value"].sum())
        for kind in kinds["input_type"]
    ]
    return pd.DataFrame(
        {
            "key": kinds["input_type"].astype(object),
            "stated": statements_for(stated, INPUT, kinds),
            "what": kinds["input_type"],
            "unit": _INPUT_UNIT,
            "central": 1.0,
            "low": np.nan,
            "high": np.nan,
            "kind": "",
            "source": "inputs",
            "kind_of": INPUT,
            "value_behind": behind,
        }
    )


def _names(table: pd.DataFrame, stated: Sequence[Stated]) -> pd.Series:
    """A name for each parameter that no other has."""
    names = table["kind_of"] + ": " + table["key"].astype(str)
    split = names.duplicated(keep=False)
    apart = table["stated"].map(lambda place: f" ({stated[place].where})" if place >= 0 else "")
    return names + apart.where(split, "")


def _spread(
    row: dict[str, Any], stated: Sequence[Stated], grades: Mapping[str, GradeSpread]
) -> Spread:
    least, most = BOUNDS.get(row["kind_of"], (-np.inf, np.inf))
    bounds = {"least": least, "most": most}
    if row["stated"] >= 0:
        return stated[row["stated"]].spread(row["central"], _own_ends(row, grades), **bounds)
    if isinstance(row["grade"], str):
        return from_grade(row["central"], row["grade"], grades, source=row["parameter"], **bounds)
    about: dict[str, Any] = {"source": f"{row['parameter']} ({row['source']})", **bounds}
    if row["kind_of"] == "quantity" and row["level"] > 0:
        return _interval(row, about)
    return from_ends(row["central"], row["low"], row["high"], row["kind"], **about)


def _interval(row: dict[str, Any], about: dict[str, Any]) -> Spread:
    """Spread of a change whose records say at which level their range is an interval."""
    ends = (row["central"], row["low"], row["high"])
    middle, half = (row["low"] + row["high"]) / 2, (row["high"] - row["low"]) / 2
    if abs(row["central"] - middle) <= OFF_CENTRE * half:
        return from_ends(*ends, "normal", level=row["level"], **about)
    # A lopsided interval is no normal distribution; its ends are then taken as they stand.
    about["source"] += f", lopsided for an interval at {row['level']:.0%}: taken as its ends"
    return from_ends(*ends, **about)


def _drawn(
    row: dict[str, Any], stated: Sequence[Stated], grades: Mapping[str, GradeSpread]
) -> tuple[Spread, int]:
    """The spread of a parameter, and the statement that gives it by name; -1 where none does."""
    for position, each in enumerate(stated):
        if each.parameter == row["parameter"]:
            least, most = BOUNDS.get(row["kind_of"], (-np.inf, np.inf))
            own = _own_ends(row, grades)
            return each.spread(row["central"], own, least=least, most=most), position
    return _spread(row, stated, grades), -1


def _own_ends(row: dict[str, Any], grades: Mapping[str, GradeSpread]) -> tuple[float, float]:
    """The ends that hold where a statement has none: published, recorded or of the grade."""
    if isinstance(row["grade"], str):
        graded = from_grade(row["central"], row["grade"], grades)
        return graded.low, graded.high
    return row["low"], row["high"]


def _source(
    row: dict[str, Any],
    stated: Sequence[Stated],
    grades: Mapping[str, GradeSpread],
    by_name: int,
) -> str:
    """Who says how far a number may be off: the user, where they state it, or the publisher."""
    own, place = row["source"], by_name if by_name >= 0 else row["stated"]
    if isinstance(row["grade"], str) and grades[row["grade"]].source:
        own = f"{own}: {grades[row['grade']].source}"
    if place < 0:
        return own
    about = stated[place].about
    shape_alone = not stated[place].has_ends and isinstance(own, str)
    return f"{own}; its shape: {about}" if shape_alone else about


def _assembled(
    rows: pd.DataFrame, table: pd.DataFrame, spreads: list[Spread], grades: pd.DataFrame
) -> Uncertain:
    # The ends of a recorded quantity are kept: they say how each row moves between them.
    table = table.assign(own_low=table["low"], own_high=table["high"], kind=table["kind_of"])
    table["low"] = [each.low for each in spreads]
    table["high"] = [each.high for each in spreads]
    table["distribution"] = [each.kind for each in spreads]
    table["level"] = [np.nan if each.level is None else each.level for each in spreads]
    table["least"] = [BOUNDS.get(kind, (-np.inf, np.inf))[0] for kind in table["kind"]]
    table["most"] = [BOUNDS.get(kind, (-np.inf, np.inf))[1] for kind in table["kind"]]
    return Uncertain(rows, table[[*COLUMNS, "own_low", "own_high"]], tuple(spreads), grades)
