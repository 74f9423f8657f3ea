"""Do all engines give one answer? The same records, checked and valued where they lie."""

import ast
import re
from pathlib import Path

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pytest

import socialvalue as sv
from socialvalue import file_tables, people_on_duckdb
from socialvalue.engines import fetch
from socialvalue.errors import InputError
from tests.engines import ENGINES, QUICK_ENGINES, on_engine

ACTIVITIES = pd.DataFrame(
    {
        "activity_id": ["A-1", "A-2", "A-3"],
        "activity_type": ["training", "community_event", "training"],
        "start_date": ["2023-05-01", "2023-06-01", "2024-06-01"],
        "project": ["Walks", "Kitchen", None],
        "place": ["North", "South", "North"],
    }
)
STATED = ("O-0007", "O-0123")
LINKS = pd.DataFrame(
    {
        "outcome_id": [STATED[0], None, None, None],
        "activity_type": [None, "training", None, None],
        "outcome": [None, None, "told", None],
        "activity_id": [None, None, None, "A-2"],
        "framework": ["sdg", "sdg", "marmot", "marmot"],
        "category": ["3", "8", "A", "C"],
        "share": [1.0, 0.5, 1.0, 0.5],
    }
)
ADJUSTMENTS = pd.DataFrame(
    {
        "project": ["Walks", None],
        "stakeholder_group": [None, "young people"],
        "deadweight": [0.2, np.nan],
        "attribution_to_others": [np.nan, 0.3],
        "drop_off": [0.1, np.nan],
        "reason": ["a survey", "agreed with partners"],
    }
)
BREAKDOWNS = ["imd_decile", "place", "ward"]


def outcomes(records: int = 400) -> pd.DataFrame:
    """Records with nulls in every key that may be null, and NaN beside null."""
    draw = np.random.default_rng(7)

    def some(values: list, missing: float = 0.2) -> np.ndarray:
        chosen = draw.choice(np.array(values, dtype=object), records)
        return np.where(draw.random(records) < missing, None, chosen)

    proxies = ["wb_wellby", "emp_job_year_median_full_time", "health_ae_attendance"]
    quantity = draw.integers(-2, 9, records).astype(float)
    frame = pd.DataFrame(
        {
            "outcome_id": [f"O-{at:04d}" for at in range(records)],
            "activity_id": some(["A-1", "A-2", "A-3"], 0.0),
            "project": some(["Walks", "Own"], 0.5),
            "outcome": some(["told", "counted"]),
            "proxy_id": some(proxies),
            "stakeholder_group": some(["young people", "carers"], 0.0),
            "quantity": np.where(quantity == 0, 1.0, quantity),
            "quantity_high": np.where(draw.random(records) < 0.5, np.nan, 20.0),
            "unit": None,
            "people": np.where(draw.random(records) < 0.5, np.nan, 3.0),
            "date": pd.to_datetime("2022-04-01")
            + pd.to_timedelta(draw.integers(0, 900, records), unit="D"),
            "starts": np.where(draw.random(records) < 0.5, np.nan, -0.0),
            "deadweight": np.where(draw.random(records) < 0.5, np.nan, 0.25),
            "displacement": np.where(draw.random(records) < 0.9, np.nan, 0.1),
            "person_id": some([f"P{at}" for at in range(60)], 0.3),
            "evidence": some(["trial", "estimate"]),
            "imd_decile": np.where(
                draw.random(records) < 0.2, np.nan, draw.integers(1, 5, records)
            ),
            "ward": some(["Abbey", "Bridge"]),
        }
    )
    return frame


def records_of(frame: object, **more: pd.DataFrame) -> sv.Records:
    return sv.Records(
        outcomes=frame, activities=ACTIVITIES, links=LINKS, adjustments=ADJUSTMENTS, **more
    )


@pytest.fixture(scope="module")
def expected() -> sv.Assessment:
    return sv.assess(records_of(outcomes()), breakdowns=BREAKDOWNS)


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """Equal to 1e-9: engines add up in another order."""
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gives_the_same_result(engine, expected):
    result = sv.assess(records_of(on_engine(engine, outcomes())), breakdowns=BREAKDOWNS)
    same(result.totals.to_frame(), expected.totals.to_frame())
    same(result.impact_map, expected.impact_map)
    for key in ("sdg", "marmot", "stakeholder_group", "year", *BREAKDOWNS):
        same(result.by(key), expected.by(key))
    assert result.total_people == expected.total_people
    same(result.findings, expected.findings)
    for pair in (("place", "project"), ("ward", "imd_decile")):
        same(result.in_both[pair], expected.in_both[pair])


@pytest.mark.parametrize("engine", ENGINES)
def test_values_of_records_add_up_on_every_engine(engine, expected):
    records = records_of(on_engine(engine, outcomes()))
    values = nw.from_native(sv.value_records(records, expected))
    assert isinstance(values, nw.LazyFrame) == (engine != "polars"), "a lazy engine stays lazy"
    found = fetch(values).sort_values("outcome_id").reset_index(drop=True)
    assert found["present_value"].sum() == pytest.approx(expected.totals["present_value"], rel=1e-9)
    wanted = sv.value_records(records_of(outcomes()), expected)
    same(found, wanted.sort_values("outcome_id").reset_index(drop=True))


def test_the_page_on_records_of_any_size_drills_down_as_it_shows(tmp_path, monkeypatch):
    page = Path(__file__).parents[1] / "docs/how-to/value_records_of_any_size.md"
    part = page.read_text(encoding="utf-8").partition("## Drill down to records")[2]
    shown = re.findall(r"```python\n(.*?)```", part.partition("\n## ")[0], re.DOTALL)
    frame = outcomes().drop(columns=["activity_id", "quantity_high"])
    frame.to_parquet(tmp_path / "outcomes.parquet")
    monkeypatch.chdir(tmp_path)
    values = sv.value_records(sv.Records(outcomes=frame), sv.assess(sv.Records(outcomes=frame)))
    wards = values.merge(frame[["outcome_id", "ward"]], on="outcome_id")
    wanted = wards.groupby("ward", dropna=False)["present_value"].sum().sort_values().to_numpy()
    assert len(shown) == 3 and len(wanted) == 3
    for block in shown:
        *lines, last = ast.parse(block).body
        names = {"sv": sv}
        exec(compile(ast.Module(lines, []), str(page), "exec"), names)
        found = eval(compile(ast.Expression(last.value), str(page), "eval"), names)
        worth = np.sort(np.asarray(found[found.columns[-1]]))
        assert worth == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_values_of_other_records_are_refused_on_every_engine(engine, expected):
    records = outcomes()
    for other, says in (
        (
            records.assign(quantity=2 * records["quantity"]),
            "other quantities or shares than this result",
        ),
        (records.iloc[1:], "records were given where this result has"),
    ):
        with pytest.raises(InputError, match=says):
            sv.value_records(records_of(on_engine(engine, other)), expected)


def same_people(native: object, records: pd.DataFrame) -> sv.Assessment:
    """People on DuckDB are those of pandas, and so is what the audit says of them."""
    wanted = sv.assess(records_of(records), breakdowns=["ward", "imd_decile"])
    found = sv.assess(records_of(native), breakdowns=["ward", "imd_decile"])
    for key in ("ward", "imd_decile", "sdg", "outcome"):
        same(found.by(key), wanted.by(key))
    same(found.impact_map, wanted.impact_map)
    same(found.findings, wanted.findings)
    return found


def test_people_are_counted_by_columns_of_many_values():
    places = [f"Place {at % 151}" if at % 151 else None for at in range(1200)]
    records = outcomes(1200).assign(ward=places)
    found = same_people(on_engine("duckdb", records), records)
    assert len(found.by("ward")) == 151


def test_people_are_counted_by_columns_in_which_nothing_is_written():
    for named in (True, False):
        records = outcomes().assign(ward=pd.Series([None] * 400, dtype=object))
        records = records.assign(person_id="P1") if named else records
        found = same_people(on_engine("duckdb", records), records)
        assert found.by("ward")["people"].notna().all()


def test_people_are_counted_where_no_row_is_valued():
    records = outcomes().assign(proxy_id=None)
    found = same_people(on_engine("duckdb", records), records)
    assert not found.impact_map["counted"].any()


def test_people_of_many_records_are_counted_in_several_goes(monkeypatch):
    monkeypatch.setattr(people_on_duckdb, "AT_ONCE", 150)
    monkeypatch.setattr(people_on_duckdb, "IN_ONE_SORT", 20)
    goes, read = [], people_on_duckdb._read
    monkeypatch.setattr(people_on_duckdb, "_read", lambda *a: goes.append(a[2:]) or read(*a))
    same_people(on_engine("duckdb", outcomes()), outcomes())
    assert [sorts for _, sorts in goes] == [8, 8, 8]


def test_people_are_told_apart_where_hashes_do_not_tell(monkeypatch):
    def refuse(*_: object) -> None:
        raise people_on_duckdb.SameHash

    monkeypatch.setattr(people_on_duckdb, "count_sorted", refuse)
    same_people(on_engine("duckdb", outcomes()), outcomes())


def test_people_are_counted_without_pyarrow(monkeypatch):
    monkeypatch.setattr(people_on_duckdb, "find_spec", lambda _: None)
    same_people(on_engine("duckdb", outcomes()), outcomes())


@pytest.mark.parametrize("in_memory", [0, 1000])
def test_records_of_files_are_asked_again_in_memory_or_from_a_file(
    monkeypatch, tmp_path, in_memory
):
    monkeypatch.setattr(file_tables, "_KEPT_IN_MEMORY", in_memory)
    pytest.importorskip("pyarrow")
    outcomes().to_parquet(tmp_path / "outcomes.parquet")
    same_people(tmp_path / "outcomes.parquet", outcomes())


@pytest.mark.java
def test_spark_returns_no_more_rows_than_the_impact_map_has(monkeypatch):
    pyspark = pytest.importorskip("pyspark")
    kept = ["outcome_id", "activity_id", "stakeholder_group", "proxy_id", "quantity", "date"]
    records = outcomes(3000)[[*kept, "deadweight", "person_id", "imd_decile"]]
    wanted = sv.assess(records_of(records), breakdowns=["imd_decile"])
    on_spark = records_of(on_engine("pyspark", records))
    sizes = []

    def counted(method):
        def call(frame, *args, **kwargs):
            answer = method(frame, *args, **kwargs)
            rows = answer if isinstance(answer, list) else getattr(answer, "num_rows", answer)
            sizes.append(rows if isinstance(rows, int) else len(rows))
            return answer

        return call

    classic = pyspark.sql.classic.dataframe.DataFrame
    for name in ("toPandas", "toArrow", "collect", "take", "head", "tail"):
        monkeypatch.setattr(classic, name, counted(getattr(classic, name)))
    monkeypatch.delattr(classic, "toLocalIterator")
    result = sv.assess(on_spark, breakdowns=["imd_decile"])
    same(result.totals.to_frame(), wanted.totals.to_frame())
    # The map with one more key is the largest answer: it is what a breakdown asks for.
    most = len(result.breakdowns["imd_decile"].rows)
    assert len(sizes) > 3 and most < len(records) / 2
    assert max(sizes) == most
    sizes.clear()
    sv.value_records(on_spark, result)
    assert max(sizes) <= len(result.impact_map), "records and their values stay where they are"


BAD_CELLS = [
    ("outcome_id", None),
    ("outcome_id", "O-0003"),
    ("outcome_id", " O-0004 "),
    ("outcome_id", "n/a"),
    ("activity_id", None),
    ("activity_id", "A-9"),
    ("project", "#REF!"),
    ("outcome", " told"),
    ("proxy_id", "wb_welby"),
    ("proxy_id", "emp_hour_national_living_wage"),
    ("unit", "hour"),
    ("stakeholder_group", None),
    ("stakeholder_group", "nobody we know"),
    ("quantity", None),
    ("quantity", "many"),
    ("quantity", "1,200"),
    ("quantity", "1e300"),
    ("quantity", "£5"),
    ("quantity_high", "-50"),
    ("quantity_low", "3000"),
    ("people", "2.5"),
    ("people", "-1"),
    ("sample_size", "-3"),
    ("date", None),
    ("date", "2024-02-31"),
    ("date", "soon"),
    ("date", "12/31/2023"),
    ("date", "04/05/2023"),
    ("date", "1890-01-01"),
    ("starts", "1.5"),
    ("duration_years", "0"),
    ("duration_years", "200"),
    ("deadweight", "35"),
    ("deadweight", "35%"),
    ("displacement", "-0.1"),
    ("attribution_to_others", "0.4"),
    ("drop_off", "2"),
    ("person_id", "#N/A"),
    ("evidence", "hearsay"),
    ("evidence", "Before After"),
    ("intended", "maybe"),
    ("note", "=SUM(A1"),
    ("imd_decile", "11"),
    ("gender", "  "),
]


def bad_outcomes() -> pd.DataFrame:
    """Records as text, a cell of each two of them in each way that is wrong."""
    frame = outcomes()
    for name in ("sample_size", "duration_years", "attribution_to_others", "drop_off"):
        frame[name] = None
    for name in ("quantity_low", "intended", "note", "gender"):
        frame[name] = None
    text = frame.astype(object).where(frame.notna(), None)
    text = text.map(lambda cell: cell if cell is None else as_text(cell))
    for at, (column, cell) in enumerate(BAD_CELLS):
        for row in (150 + 2 * at, 151 + 2 * at):
            text.loc[row, column] = cell
    return text


def as_text(cell: object) -> str:
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


STAKEHOLDERS = pd.DataFrame({"stakeholder_group": ["young people", "carers"]})
TIED = pd.DataFrame(
    {
        "project": ["Walks", None, "Walk"],
        "stakeholder_group": [None, "young people", None],
        "displacement": [0.2, 0.3, 0.1],
        "reason": ["a survey", "agreed", "a slip of the pen"],
    }
)
NAMED_TWICE = pd.DataFrame(
    {"story_id": ["S-1"], "activity_id": ["A-1"], "text": ["..."], "consent": ["none"]}
).assign(outcome_id=["O-9999"])


def bad_records(frame: object) -> sv.Records:
    return sv.Records(
        outcomes=frame,
        activities=ACTIVITIES,
        links=LINKS.assign(outcome_id=["O-0399", None, None, "O-5555"]),
        adjustments=TIED,
        stakeholders=STAKEHOLDERS,
        stories=NAMED_TWICE,
    )


def told(problems: pd.DataFrame, table: str = "outcomes") -> pd.DataFrame:
    """Problems in one order, without the row: engines number none."""
    chosen = problems[problems["table"] == table]
    columns = ["column", "rule", "value", "what_to_do", "record", "count"]
    chosen = chosen[columns].astype(object).where(chosen[columns].notna(), "")
    repeated = chosen["rule"] == "outcome_id must be unique"
    # Without an order of rows nobody can say which of two came first.
    chosen.loc[repeated, "what_to_do"] = "another record has it"
    chosen.loc[repeated, "value"] = chosen.loc[repeated, "value"].str.strip()
    return chosen.astype(str).sort_values(columns).reset_index(drop=True)


@pytest.fixture(scope="module")
def found_in_pandas() -> pd.DataFrame:
    return sv.check(bad_records(bad_outcomes()), "uk-public")


@pytest.mark.parametrize("engine", QUICK_ENGINES)
def test_every_engine_finds_the_same_problems(engine, found_in_pandas):
    problems = sv.check(bad_records(on_engine(engine, bad_outcomes())), "uk-public")
    for table in ("outcomes", "links", "adjustments", "stories"):
        pd.testing.assert_frame_equal(told(problems, table), told(found_in_pandas, table))


@pytest.mark.parametrize("engine", QUICK_ENGINES)
def test_a_required_column_that_is_not_there_is_one_problem(engine):
    for column in ("outcome_id", "quantity", "date", "stakeholder_group"):
        frame = outcomes(40).drop(columns=column)
        problems = sv.check(sv.Records(outcomes=on_engine(engine, frame)), "uk-public")
        assert problems[["column", "rule"]].to_numpy().tolist() == [
            [column, "a required column is missing"]
        ]


def test_the_bad_records_break_every_rule_there_is(found_in_pandas):
    broken = found_in_pandas.loc[found_in_pandas["table"] == "outcomes", "column"]
    assert set(broken) >= {column for column, _ in BAD_CELLS} - {"outcome", "gender"} - {
        "attribution_to_others"
    }


def test_a_large_frame_is_read_by_an_engine_with_one_answer(monkeypatch, expected, found_in_pandas):
    monkeypatch.setattr("socialvalue.large_frames.LARGE", 10)
    frame = outcomes().set_axis(range(1000, 1400))
    records = records_of(frame)
    assert "outcomes" in records.held and repr(records).startswith("Records(outcomes: 400 rows")
    assert records.outcomes.equals(frame) and records.tables["outcomes"].equals(frame)
    result = sv.assess(records, breakdowns=BREAKDOWNS)
    same(result.totals.to_frame(), expected.totals.to_frame())
    same(sv.value_records(records, result), sv.value_records(records_of(outcomes()), expected))
    bad = bad_outcomes()
    problems = sv.check(bad_records(bad), "uk-public")
    pd.testing.assert_frame_equal(told(problems), told(found_in_pandas))
    place = ["row", "column", "rule"]
    rows = [table[place].astype(str) for table in (problems, found_in_pandas)]
    ordered = [table.sort_values(place, ignore_index=True) for table in rows]
    pd.testing.assert_frame_equal(*ordered)


@pytest.mark.parametrize("odd", [[1, "two"] * 200, [["a"]] * 400])
def test_a_large_frame_with_columns_of_several_kinds_is_read_in_pandas(monkeypatch, odd):
    monkeypatch.setattr("socialvalue.large_frames.LARGE", 10)
    records = records_of(outcomes().assign(note=pd.Series(odd, dtype=object)))
    assert "outcomes" not in records.held


@pytest.mark.parametrize("engine", ["duckdb", "polars", "dask"])
def test_identifiers_that_were_taken_for_numbers_are_names(engine):
    activities = ACTIVITIES.assign(activity_id=[1, 2, 3])
    frame = outcomes().assign(activity_id=lambda rows: rows["activity_id"].str[2:].astype(float))
    wanted = sv.assess(sv.Records(outcomes=frame, activities=activities))
    found = sv.assess(sv.Records(outcomes=on_engine(engine, frame), activities=activities))
    same(found.impact_map, wanted.impact_map)


@pytest.mark.parametrize("engine", ["duckdb", "polars", "ibis"])
def test_columns_in_which_nothing_is_written_are_no_harm(engine):
    names = ["deadweight", "quantity_low", "quantity_high", "people", "starts", "evidence"]
    frame = outcomes().assign(**dict.fromkeys(names))
    wanted = sv.assess(records_of(frame))
    same(sv.assess(records_of(on_engine(engine, frame))).impact_map, wanted.impact_map)
    undated = frame.assign(date=None, quantity=None)
    problems = sv.check(records_of(on_engine(engine, undated)))
    assert set(problems["rule"]) == {"date is required", "quantity is required"}
    assert set(problems["count"]) == {len(frame)}


@pytest.mark.parametrize("engine", ["duckdb", "polars", "ibis"])
def test_times_of_day_are_left_out_and_said(engine):
    frame = outcomes().assign(intended=lambda rows: rows["imd_decile"] > 2)
    frame.loc[:2, "date"] += pd.Timedelta(hours=9)
    wanted = sv.assess(records_of(frame), breakdowns=["intended"])
    found = sv.assess(records_of(on_engine(engine, frame)), breakdowns=["intended"])
    same(found.by("intended"), wanted.by("intended"))
    what, count = "times of day left out of dates", "count"
    for result in (found, wanted):
        notes = result.coerced.set_index("what")
        assert notes.loc[what, count] == 3
