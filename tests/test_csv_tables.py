"""Do the CSV files hold what the result holds, unrounded, and harm no spreadsheet program?"""

import csv
from dataclasses import replace

import pandas as pd
import programmes
import pytest

from socialvalue.report.csv_tables import file_name, harmless, tables_of, write_tables


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """The example network in both profiles: tables as they are, and the folder of their files."""
    shown = {"publish": programmes.network_published(), "internal": programmes.network()}
    found = {}
    for profile, result in shown.items():
        folder = tmp_path_factory.mktemp(profile)
        write_tables(result, folder)
        found[profile] = (tables_of(result), folder)
    return found


PROFILES = ("publish", "internal")


def read(path, like):
    """A file as plain readers see it: text as text, numbers to their last digit."""
    found = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    for column, values in like.items():
        if pd.api.types.is_bool_dtype(values):
            found[column] = found[column] == "True"
        elif pd.api.types.is_numeric_dtype(values):
            found[column] = [float(x) if x else float("nan") for x in found[column]]
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_every_table_reads_back_equal(network, profile):
    tables, folder = network[profile]
    assert {path.stem for path in folder.iterdir()} == set(tables)
    assert {
        "impact_map",
        "by_sdg",
        "by_sdg_and_year",
        "by_marmot",
        "by_imd_decile",
        "unpriced",
    } <= set(tables)
    for name, table in tables.items():
        found = read(folder / f"{name}.csv", table)
        assert list(found) == list(table)
        assert len(found) == len(table)
        for column, values in table.items():
            if pd.api.types.is_numeric_dtype(values):
                # Exactly: nothing is rounded.
                ours = [float("nan") if pd.isna(x) else float(x) for x in values]
                pd.testing.assert_series_equal(
                    found[column].astype(float), pd.Series(ours, name=column), check_exact=True
                )
            else:
                # A date without a time is written as one.
                ours = ["" if pd.isna(x) else str(x).removesuffix(" 00:00:00") for x in values]
                assert found[column].tolist() == ours, (name, column)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_spreadsheet_program_reads_pound_signs(network, profile):
    _, folder = network[profile]
    for path in folder.iterdir():
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_parts_in_the_files_add_up_to_the_total(network):
    tables, folder = network["publish"]
    total = tables["waterfall"].set_index("step").loc["present_value", "value"]
    for name in ("by_sdg", "by_marmot", "by_year", "by_imd_decile", "by_project"):
        found = read(folder / f"{name}.csv", tables[name])
        # To the penny: the files are not rounded, and a sum of them is off by less than 1e-9.
        assert found["present_value"].sum() == pytest.approx(total, abs=0.005)


@pytest.mark.parametrize("profile", PROFILES)
def test_tables_of_all_parts(profile, tmp_path):
    result = programmes.all_parts().for_output(profile)
    write_tables(result, tmp_path)
    found = {
        path.stem: pd.read_csv(path, encoding="utf-8-sig") for path in sorted(tmp_path.iterdir())
    }
    # As printed in docs/explanation/worked_example.md, section 4 and 5.
    cases = found["cases"].set_index(["case", "value_type", "payer"])["present_value"]
    assert cases["fiscal", "fiscal", "NHS"] == pytest.approx(1404.72, abs=0.005)
    years = found["conventions"].set_index(["setting", "choice"])["present_value"]
    assert years["horizon_years", "1"] == pytest.approx(6876.72, abs=0.005)
    # 14 x 0.95 x 0.9 x 5
    points = found["weighted"].set_index("outcome")["points"]
    assert points["Makes new friends"] == pytest.approx(59.85)
    assert found["weighted_by_marmot"]["points"].sum() == pytest.approx(points.sum())
    assert found["by_outcome"]["present_value"].sum() == pytest.approx(82290.32, abs=0.005)
    assert found["cost_effectiveness"]["input_value"].eq(result.compared_inputs).all()
    assert found["survey_change"]["pairs"].tolist() == [6]


def test_no_table_of_what_there_is_nothing_of():
    tables = set(tables_of(programmes.worked_example()))
    assert {"cases", "cost_effectiveness"} <= tables
    assert not {"survey_change", "conventions", "weighted", "weighted_by_sdg"} & tables


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=cmd|"/c calc"!A1', "＝1"]  # noqa: RUF001


@pytest.mark.parametrize("text", HOSTILE)
def test_text_that_would_act_gets_an_apostrophe(text):
    table = pd.DataFrame({"a": [text], text: [1.0]})
    safe = harmless(table)
    assert safe["a"].tolist() == [f"'{text}"]
    assert list(safe) == ["a", f"'{text}"]
    assert table["a"].tolist() == [text]


@pytest.mark.parametrize("text", ["plain", "", "3-4", "a=b", "'quoted"])
def test_other_text_is_left_alone(text):
    assert harmless(pd.DataFrame({"a": [text, "x"]}))["a"].tolist() == [text, "x"]


def test_what_is_missing_stays_missing():
    found = harmless(pd.DataFrame({"a": [None, "x"], "b": [None, None]}))
    assert found.isna().to_numpy().tolist() == [[True, True], [False, True]]


def test_negative_numbers_stay_numbers():
    table = pd.DataFrame({"a": [-1.5, 2.0], "b": [-1, 2], "c": pd.array([-1, None], dtype="Int64")})
    pd.testing.assert_frame_equal(harmless(table), table)


@pytest.mark.parametrize("dtype", ["string", "category", object])
def test_every_kind_of_text_is_made_harmless(dtype):
    table = pd.DataFrame({"a": pd.Series(["=1", "b"], dtype=dtype)})
    assert harmless(table)["a"].tolist() == ["'=1", "b"]


def test_hostile_records_come_out_harmless(assess, tmp_path):
    # Where cells are divided at semicolons, what follows one starts a cell of its own.
    texts = [*HOSTILE, "a;=1+1;b"]
    result = assess(*({"outcome": str(place)} for place in range(len(texts))))
    # Reading records refuses some of these; writing must not rest on that.
    rows = result.valued.rows.assign(outcome=texts, stakeholder_group=texts)
    write_tables(replace(result, valued=replace(result.valued, rows=rows)), tmp_path / "tables")
    for path in (tmp_path / "tables").iterdir():
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = {cell for row in csv.reader(file) for cell in row}
        assert not cells & set(texts[:-1])
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))], path.name
    assert '"a;=1+1;b"' in (tmp_path / "tables" / "impact_map.csv").read_text("utf-8-sig")
    found = pd.read_csv(tmp_path / "tables" / "impact_map.csv", encoding="utf-8-sig", dtype=str)
    assert found["outcome"].tolist()[:2] == ["'=1+1", "'+1"]


def test_a_breakdown_cannot_name_a_file_elsewhere(assess, tmp_path):
    folder = tmp_path / "tables"
    result = assess({"../up": "a", "when:day?": "b"}, breakdowns=["../up", "when:day?"])
    write_tables(result, folder)
    assert not (tmp_path / "up.csv").exists()
    names = {path.name for path in folder.iterdir()}
    assert {"by_.._up.csv", "by_when_day_.csv"} <= names
    assert file_name("by_year") == "by_year"
