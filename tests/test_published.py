"""Are published analyses reproduced, to the digit they print?

A case is a folder in `published/` with `expected.csv` (what is printed, and where), `case.toml`
(where its inputs are), `SOURCE.md` and, where it prints sensitivities, `variants.csv` (what each
changes). A new case is a folder: nothing here names one. `published/README.md` says what may stand
in the columns.
"""

import json
import operator
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.appraisal import Appraisal, appraise, basis_of
from socialvalue.parse import parse_records
from socialvalue.summary import counted_lines

PUBLISHED = Path(__file__).parent / "published"
CASES = sorted(path.parent for path in PUBLISHED.glob("*/case.toml"))
KEYS = {"outcomes": "outcome_id", "inputs": "input_id", "proxies": "proxy_id"}
OPERATORS = {" / ": operator.truediv, " - ": operator.sub}
OPTIONAL = ("variant", "key", "scale", "note")
CHANGE = "change in "


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def expected(case: Path) -> pd.DataFrame:
    table = read(case / "expected.csv")
    return table.assign(**{name: "" for name in OPTIONAL if name not in table})


def variants() -> list:
    """Every case with each of its variants: one test each, so that each is assessed once."""
    found = []
    for case in CASES:
        for variant in expected(case)["variant"].unique():
            name = f"{case.name}: {variant}" if variant else case.name
            found.append(pytest.param(case, variant, id=name))
    return found


@cache
def inputs_of(case: Path) -> tuple[sv.Records, sv.ProxySet, sv.Assumptions]:
    at = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))
    records = sv.read_records(case / at["records"])
    proxies = sv.load_proxies(case / at["proxies"])
    return records, proxies, sv.Assumptions.from_toml(case / at["assumptions"])


def as_numbers(table: pd.DataFrame) -> pd.DataFrame:
    """The table with every column that holds numbers as numbers, for conditions and formulas."""
    done = {}
    for column in table:
        numbers = pd.to_numeric(table[column].replace("", None), errors="coerce")
        whole = numbers.notna().sum() == table[column].replace("", None).notna().sum()
        done[column] = numbers if whole else table[column]
    return pd.DataFrame(done, index=table.index)


def setting(text: str) -> object:
    """A number, true or false as TOML writes them, `none`, or a word."""
    if text == "none":
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def changed(table: pd.DataFrame, key: str, change: pd.Series) -> pd.DataFrame:
    """The table with one change: to one row, to `*` all, or to those `where` a condition holds."""
    numbers = as_numbers(table)
    if change["id"].startswith("where "):
        hit = numbers.eval(change["id"].removeprefix("where "), engine="python").fillna(False)
    else:
        hit = table[key].notna() if change["id"] == "*" else table[key] == change["id"]
    assert hit.any(), f"{change['variant']} changes nothing"
    if change["value"] == "remove":
        return table[~hit]
    column, value = change["column"], change["value"]
    assert column in table
    formula = value.startswith("=")
    given = numbers.eval(value.removeprefix("="), engine="python") if formula else float(value)
    given = pd.Series(given, index=table.index)
    assert not (given[hit] == numbers.loc[hit, column]).all(), f"{change['variant']}: no change"
    return table.assign(**{column: table[column].mask(hit, given)})


@cache
def result_of(case: Path, variant: str) -> sv.Assessment | Appraisal:
    """The case assessed; a variant only appraised, which is the same arithmetic and faster."""
    records, proxies, assumptions = inputs_of(case)
    if not variant:
        return sv.assess(records, proxies, assumptions)
    changes = read(case / "variants.csv")
    changes = changes[changes["variant"] == variant]
    assert len(changes)
    tables = dict(records.tables)
    for _, change in changes.iterrows():
        name = change["table"]
        if name == "assumptions":
            assumptions = assumptions.changed(**{change["column"]: setting(change["value"])})
        elif name == "proxies":
            table = changed(proxies.proxies, KEYS[name], change)
            proxies = sv.ProxySet(**{**vars(proxies), "proxies": table})
        else:
            tables[name] = changed(tables[name], KEYS[name], change)
    typed = parse_records(sv.Records(**tables)).tables
    return appraise(basis_of(typed, proxies, assumptions), assumptions)


def conditions(key: str) -> dict[str, str]:
    return dict(each.split("=", 1) for each in key.split("; ")) if key else {}


def chosen(table: pd.DataFrame, key: str) -> pd.DataFrame:
    for column, value in conditions(key).items():
        table = table[table[column].astype(str) == value]
    assert len(table), f"nothing has {key}"
    return table


@cache
def table_of(case: Path, variant: str, where: str, keys: tuple[str, ...]) -> pd.DataFrame:
    """The table of a result that a term names."""
    result = result_of(case, variant)
    if where == "by":
        return result.by(*keys)
    if where == "values":
        return counted_lines(result.valued)
    return result.impact_map if where == "map" else result.cost_effectiveness()


def term(case: Path, variant: str, text: str, key: str) -> float:
    """One term of a measure: a number, or where it is in a result and in which column."""
    where, _, column = text.partition(" ")
    if not column:
        return float(text)
    if where == "total":
        return result_of(case, variant).totals[column]
    if where == "range":
        return getattr(result_of(case, variant).range, column)
    assert where in ("by", "values", "map", "cost_effectiveness"), f"{where}: no part of a result"
    rows = chosen(table_of(case, variant, where, tuple(conditions(key))), key)
    assert where == "values" or len(rows) == 1, f"{len(rows)} rows have {key}"
    return rows[column].sum(min_count=1)


def measured(case: Path, variant: str, measure: str, key: str) -> float:
    if measure.startswith(CHANGE):
        rest = measure.removeprefix(CHANGE)
        return measured(case, variant, rest, key) - measured(case, "", rest, key)
    for sign, apply in OPERATORS.items():
        if sign in measure:
            first, second = measure.split(sign)
            return apply(term(case, variant, first, key), term(case, variant, second, key))
    return term(case, variant, measure, key)


@pytest.mark.parametrize(("case", "variant"), variants())
def test_what_is_printed_comes_out(case, variant):
    table = expected(case)
    wrong = []
    for line in table[table["variant"] == variant].to_dict("records"):
        found = measured(case, variant, line["measure"], line["key"]) / float(line["scale"] or 1)
        assert pd.notna(found), f"{line['measure']} {line['key']} has no value"
        within = abs(found - float(line["value"])) <= float(line["tolerance"])
        if within != (line["agrees"] == "yes"):
            about = f"{line['measure']} {line['key']}".strip()
            wrong.append(f"{about}: {found}, printed {line['value']} ({line['agrees']})")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_figure_says_where_it_is_printed_and_what_may_differ(case):
    table = expected(case)
    assert (table["printed_where"] != "").all()
    assert table["agrees"].isin(["yes", "no"]).all()
    # What contradicts itself, or is not printed, is explained.
    explained = (table["agrees"] == "no") | (table["printed_where"] == "not printed")
    assert (table.loc[explained, "note"] != "").all()
    # A print is right to half a unit of its last digit; the last factor is for binary fractions.
    digits = table["value"].str.partition(".")[2].str.len()
    assert (table["tolerance"].astype(float) <= 0.5 * 10.0**-digits * (1 + 1e-9)).all()
    assert (case / "SOURCE.md").is_file()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_variant_is_expected_to_give_something(case):
    path = case / "variants.csv"
    named = set(read(path)["variant"]) if path.is_file() else set()
    assert named == set(expected(case)["variant"]) - {""}


def test_the_diabetes_case_comes_out_of_the_command_line(tmp_path):
    folder = sv.datasets.diabetes_path().parent
    command = [
        *(sys.executable, "-c", "from socialvalue.cli import main; main()"),
        *("assess", "type2_diabetes.xlsx", "--out", str(tmp_path / "out")),
        *("--proxies", "proxies", "--assumptions", "assumptions.toml"),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    totals = json.loads((tmp_path / "out" / "assessment.json").read_text("utf-8"))["totals"]
    assert round(totals["present_value"], 2) == 699154.05
    assert round(totals["sroi_ratio"], 2) == 5.80
