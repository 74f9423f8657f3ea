"""Are published analyses reproduced, to the digit they print?

A case is a folder in `published/` with `expected.csv` (what is printed, and where), `case.toml`
(where its inputs are) and, where it prints sensitivities, `variants.csv` (what each changes).
"""

import json
import subprocess
import sys
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import socialvalue as sv

PUBLISHED = Path(__file__).parent / "published"
CASES = sorted(path.parent for path in PUBLISHED.glob("*/case.toml"))
KEYS = {"outcomes": "outcome_id", "inputs": "input_id", "proxies": "proxy_id"}


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def lines() -> list:
    found = []
    for case in CASES:
        for line in read(case / "expected.csv").to_dict("records"):
            name = ": ".join(filter(None, [line["variant"], line["measure"], line["key"]]))
            agrees = "" if line["agrees"] == "yes" else " (contradicts itself)"
            found.append(pytest.param(case, line, id=f"{case.name}: {name}{agrees}"))
    return found


@cache
def inputs_of(case: Path) -> tuple[sv.Records, sv.ProxySet, sv.Assumptions]:
    at = tomllib.loads((case / "case.toml").read_text(encoding="utf-8"))
    records = sv.read_records(case / at["records"])
    proxies = sv.load_proxies(case / at["proxies"])
    return records, proxies, sv.Assumptions.from_toml(case / at["assumptions"])


def changed(table: pd.DataFrame, key: str, change: pd.Series) -> pd.DataFrame:
    hit = table[key].notna() if change["id"] == "*" else table[key] == change["id"]
    assert hit.any()
    if change["value"] == "remove":
        return table[~hit]
    assert change["column"] in table
    number = pd.Series(float(change["value"]), index=table.index)
    return table.assign(**{change["column"]: table[change["column"]].mask(hit, number)})


@cache
def result_of(case: Path, variant: str) -> sv.Assessment:
    records, proxies, assumptions = inputs_of(case)
    changes = read(case / "variants.csv") if variant else pd.DataFrame({"variant": []})
    changes = changes[changes["variant"] == variant]
    assert bool(variant) == bool(len(changes))
    tables = dict(records.tables)
    for _, change in changes.iterrows():
        name = change["table"]
        if name == "assumptions":
            assumptions = replace(assumptions, **{change["column"]: change["value"]})
        elif name == "proxies":
            proxies = replace(proxies, proxies=changed(proxies.proxies, KEYS[name], change))
        else:
            tables[name] = changed(tables[name], KEYS[name], change)
    return sv.assess(sv.Records(**tables), proxies, assumptions)


def measured(result: sv.Assessment, measure: str, key: str) -> float:
    if measure == "total":
        return result.totals[key]
    if measure == "net_ratio":
        return result.totals["net_present_value"] / result.totals["input_value"]
    values = result.values
    if measure == "present_value_in_year":
        return values.loc[values["year"] == key, "present_value"].sum()
    assert measure == "first_year_net_value"
    first = values[values["k"] == 0]
    if key:
        rows = result.impact_map.query("outcome == @key")["row_id"]
        assert len(rows) == 1
        first = first[first["row_id"].isin(rows)]
    return first["net_value"].sum()


@pytest.mark.parametrize(("case", "line"), lines())
def test_what_is_printed_comes_out(case, line):
    found = measured(result_of(case, line["variant"]), line["measure"], line["key"])
    within = abs(found - float(line["value"])) <= float(line["tolerance"])
    assert within == (line["agrees"] == "yes"), f"{found} against {line['value']}: {line['note']}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_figure_says_where_it_is_printed_and_what_may_differ(case):
    table = read(case / "expected.csv")
    assert (table["printed_where"] != "").all()
    assert table["agrees"].isin(["yes", "no"]).all()
    # What contradicts itself, or is not printed, is explained.
    explained = (table["agrees"] == "no") | (table["printed_where"] == "not printed")
    assert (table.loc[explained, "note"] != "").all()
    # A print is right to half a unit of its last digit.
    digits = table["value"].str.partition(".")[2].str.len()
    half = (0.5 * 10.0**-digits).round(6)
    assert (table["tolerance"].astype(float) <= half).all()
    assert (case / "SOURCE.md").is_file()


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
