"""How far are benefits cut and costs raised for optimism? By the user's own table."""

import numpy as np
import pandas as pd

from socialvalue.assumptions import Assumptions
from socialvalue.errors import SettingsError


def optimism_table(assumptions: Assumptions) -> pd.DataFrame | None:
    """The optimism-bias table of the assumptions, or None where none is asked for."""
    table = assumptions.optimism_bias
    if table is None:
        return None
    if not isinstance(table, pd.DataFrame):
        try:
            table = pd.read_csv(table)
        except (OSError, ValueError) as error:
            raise SettingsError(f"The optimism-bias table cannot be read: {error}.") from error
    missing = {"evidence", "benefits_down", "costs_up"} - set(table.columns)
    if missing:
        raise SettingsError(f"The optimism-bias table lacks: {', '.join(sorted(missing))}.")
    return _checked(table)


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    grades = table["evidence"].fillna("").astype(str).str.strip()
    repeated = sorted(set(grades[grades.duplicated()]))
    if repeated:
        names = ", ".join(name or "(blank)" for name in repeated)
        raise SettingsError(f"The optimism-bias table has several rows for {names}: keep one.")
    for column in ("benefits_down", "costs_up"):
        share = pd.to_numeric(table[column], errors="coerce").astype(float)
        if not share.between(0, 1).all():
            raise SettingsError(
                f"optimism bias, {column}: write shares between 0 and 1 in every row, 0 for none."
            )
        table = table.assign(**{column: share})
    if (table.loc[grades != "", "costs_up"] != 0).any():
        raise SettingsError(
            "optimism bias, costs_up: inputs have no grade of evidence, so state the rise in costs "
            "in the row whose evidence is blank, and 0 in the others."
        )
    return table.assign(evidence=grades.where(grades != "", None))


def benefits_down_by(evidence: pd.Series, assumptions: Assumptions) -> np.ndarray | float:
    """Share by which each benefit is cut, by its grade of evidence [share].

    Raises
    ------
    SettingsError
        If the table has no row for a grade.
    """
    table = optimism_table(assumptions)
    if table is None:
        return 0.0
    down = dict(
        zip(table["evidence"].fillna(""), table["benefits_down"].astype(float), strict=True)
    )
    grades = evidence.fillna("")
    missing = sorted(set(grades) - set(down))
    if missing:
        names = ", ".join(name or "(blank)" for name in missing)
        raise SettingsError(
            f"The optimism-bias table has no row for evidence {names}. Add one; a blank evidence "
            "stands for records that state none."
        )
    return grades.map(down).to_numpy(float)


def costs_up_of(assumptions: Assumptions) -> float:
    """Share by which costs are raised: that of the table's row with a blank evidence [share]."""
    table = optimism_table(assumptions)
    if table is None:
        return 0.0
    blank = table[table["evidence"].isna() | (table["evidence"].astype(str).str.strip() == "")]
    return float(blank["costs_up"].iloc[0]) if len(blank) else 0.0
