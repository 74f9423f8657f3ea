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
        rules, rows = of_table["rule"].nunique(), _number(of_table)
        counts = f"{rows} problem{'s' * (rows != 1)}, {rules} rule{'s' * (rules != 1)}"
        found_in = f" ({source})" if source and not pd.isna(source) else ""
        lines.append(f"{table}{found_in}: {counts}.")
        for rule, group in of_table.groupby("rule", sort=False):
            lines += ["", f"  {rule}"]
            shown_lines = [_line(problem) for problem in group.head(shown).itertuples()]
            lines += [line for line in shown_lines if line.strip()]
            more = _number(group) - min(len(group), shown)
            if more:
                lines.append(f"      ... and {more} more")
            todos = group["what_to_do"].head(shown).drop_duplicates()
            lines += [f"      {todo}" for todo in todos]
        lines.append("")
    return "\n".join(lines).rstrip()


def _number(problems: pd.DataFrame) -> int:
    """How many there are: of records on an engine only the first rows of each rule are listed."""
    if "count" not in problems:
        return len(problems)
    sizes = problems.groupby(["column", "rule"], dropna=False)["count"]
    return int(sizes.first().sum())


def _line(problem: Any) -> str:
    """Where a problem is: row 12   outcome_id O-013   deadweight 35."""
    parts = [] if pd.isna(problem.row) else [f"row {problem.row}"]
    record = getattr(problem, "record", "")
    parts += [record] if isinstance(record, str) and record else []
    missing = problem.value is None or pd.isna(problem.value)
    # A heading is its own value, and a column that is missing has none.
    alone = pd.isna(problem.row) if missing else str(problem.value) == str(problem.column)
    value = "" if alone else "(blank)" if missing else str(problem.value)
    parts += [f"{problem.column} {value}".strip()]
    return "      " + "   ".join(part for part in parts if part.strip())
