"""What went wrong, where, and what to do next? Few exceptions, and the message with a table."""

from typing import Any

import pandas as pd

SHOWN_ROWS = 5


class SocialValueError(Exception):
    """Anything this library refuses to do, with the reason."""


class InputError(SocialValueError):
    """The data cannot be used as they are.

    Parameters
    ----------
    message : str
        What happened, in a sentence.
    problems : DataFrame, optional
        table, row, column, value, rule, what_to_do, source: one row a problem.
    """

    def __init__(self, message: str, problems: pd.DataFrame | None = None) -> None:
        self.problems = problems
        shown = "" if problems is None or problems.empty else "\n\n" + format_problems(problems)
        super().__init__(message + shown)


class SettingsError(SocialValueError):
    """A setting, name or argument is not one the library knows."""


class EngineError(SocialValueError):
    """The engine that holds the data cannot do what is asked of it."""


class OutputError(SocialValueError):
    """An output could not be written; nothing was changed."""


def format_problems(problems: pd.DataFrame, shown: int = SHOWN_ROWS) -> str:
    """Problems as text: grouped by table and rule, the first rows of each, what to do.

    Parameters
    ----------
    problems : DataFrame
        table, row, column, value, rule, what_to_do, source.
    shown : int
        Rows shown of each rule.

    Returns
    -------
    str
    """
    lines = []
    for (table, source), of_table in problems.groupby(
        ["table", "source"], sort=False, dropna=False
    ):
        rules, rows = of_table["rule"].nunique(), len(of_table)
        counts = f"{rows} problem{'s' * (rows != 1)}, {rules} rule{'s' * (rules != 1)}"
        lines.append(f"{table} ({source}): {counts}.")
        for rule, group in of_table.groupby("rule", sort=False):
            lines += ["", f"  {rule}"]
            lines += [_line(problem) for problem in group.head(shown).itertuples()]
            if len(group) > shown:
                lines.append(f"      ... and {len(group) - shown} more")
            lines += [f"      {todo}" for todo in group["what_to_do"].drop_duplicates().head(3)]
        lines.append("")
    return "\n".join(lines).rstrip()


def _line(problem: Any) -> str:
    where = "" if pd.isna(problem.row) else f"row {problem.row}   "
    value = "(blank)" if pd.isna(problem.value) else str(problem.value)
    return f"      {where}{problem.column}   {value}"
