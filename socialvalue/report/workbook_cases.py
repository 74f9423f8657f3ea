"""Which sheets hold cases, costs of one, other conventions, surveys and points? As assessed."""

from socialvalue.report import said, worth
from socialvalue.report.shown import Shown, in_workbook
from socialvalue.report.workbook_sheets import Book
from socialvalue.results import Result

ABOUT = (
    ("Cases", "The public-value and the fiscal case, as assessed: beside each other, no sum."),
    ("Unit costs", "What one of each cost, as assessed: alternatives, no parts."),
    ("Conventions", "The answer under each convention of the field, as assessed."),
    ("Surveys", "Answers before and after, in pairs. No proof of cause."),
    ("Importance", "Outcomes by what they matter to people: points, no money."),
)
_TITLES = {
    "Cases": ("Public value and fiscal case", "The two overlap and are never added. As assessed."),
    "Unit costs": (
        "What one of each cost",
        "Each row divides the whole cost by one thing: alternatives, no parts. As assessed.",
    ),
    "Conventions": (
        "Under other conventions",
        "One setting at a time is changed and all else is kept. As assessed.",
    ),
    "Surveys": ("Before and after", "In pairs of answers of the same people. No proof of cause."),
    "Importance": (
        "What mattered most to people",
        "Points are quantity left over the years x importance: no money, no discounting, no ratio.",
    ),
}
_WIDTHS = {
    "Who gains or saves": 30,
    "Present value": 18,
    "Inputs": 18,
    "Net present value": 18,
    "Change": 18,
    "Cost of one that is left": 18,
    "Cost of one over its years, discounted": 18,
    "How many": 14,
    "Left after reductions": 14,
    "What": 44,
    "Outcome": 44,
    "Note": 44,
    "Caution": 60,
    "Why a figure is missing": 44,
    "Why there is no figure": 44,
    "Why there are none": 30,
}


def add_cases(book: Book, result: Result) -> None:
    """Add those of the sheets that there is something for."""
    sheets: dict[str, Shown | None] = {
        "Cases": worth.all_cases(result),
        "Unit costs": worth.all_unit_costs(result) if len(result.inputs) else None,
        "Conventions": worth.all_conventions(result),
        "Surveys": said.all_surveys(result),
        "Importance": said.all_points(result),
    }
    for name, shown in sheets.items():
        if shown is not None:
            table, styles = in_workbook(shown)
            table = table.loc[:, ~(table.isna() | table.eq("")).all()]
            book.table((name, *_TITLES[name]), table, _WIDTHS, styles)
