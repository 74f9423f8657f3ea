"""Do the jobs that are timed do the same work? On a few thousand records; nothing is timed here."""

import sys
from pathlib import Path

import pandas as pd
import pytest

import socialvalue as sv

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")
sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import (  # noqa: E402
    bad_rows,
    bare,
    by_hand,
    draws_by_hand,
    library,
    plain_pandera,
    run,
)
from benchmarks.compare import ResultsDiffer, same, same_table  # noqa: E402
from benchmarks.factors import factor_table  # noqa: E402
from benchmarks.generate import Recipe, proxy_folder, records_file, workbook_file  # noqa: E402
from benchmarks.jobs import JOBS, Setting  # noqa: E402
from benchmarks.limits import LIMITS, verdicts  # noqa: E402
from benchmarks.measure import (  # noqa: E402
    JobFailed,
    Run,
    as_json,
    from_json,
    make_data,
    measured,
)
from benchmarks.run import with_references  # noqa: E402

FEW = 2_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("benchmarks")


@pytest.fixture(scope="module")
def proxies(folder):
    return sv.load_proxies(proxy_folder(folder))


@pytest.fixture(scope="module")
def records(folder):
    return records_file(Recipe(FEW), folder)


@pytest.fixture(scope="module")
def expected(records, proxies):
    return by_hand.duckdb_rows(records, proxies)


def test_a_recipe_makes_the_same_records_again(records, tmp_path):
    again = records_file(Recipe(FEW), tmp_path)
    pd.testing.assert_frame_equal(pd.read_parquet(again), pd.read_parquet(records))


def test_another_seed_makes_other_records(records, tmp_path):
    other = pd.read_parquet(records_file(Recipe(FEW, seed=2), tmp_path))
    same_quantity = other["quantity"] == pd.read_parquet(records)["quantity"]
    # 99 quantities in two signs: about one in a hundred agrees by chance.
    assert same_quantity.mean() < 0.05


def test_records_have_the_cells_that_were_asked_for(tmp_path):
    made = pd.read_parquet(records_file(Recipe(20_000, cells=1_600), tmp_path))
    dates = pd.to_datetime(made["date"])
    made["year"] = dates.dt.year - (dates.dt.month < 4)
    # 2 groups x 200 proxies x 4 years; with 12 records a cell on average hardly one is empty.
    cells = made.drop_duplicates(["project", "stakeholder_group", "proxy_id", "year"])
    assert 1_590 <= len(cells) <= 1_600
    assert made["outcome_id"].is_unique
    assert sorted(made["year"].unique()) == [2021, 2022, 2023, 2024]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_the_library_finds_what_duckdb_finds_by_hand(form, folder, proxies, expected):
    same(library.assess(records_file(Recipe(FEW), folder, form), proxies), expected)


def test_valuing_without_the_check_finds_the_same(records, proxies, expected):
    same(library.value(records, proxies), expected)


@pytest.mark.parametrize("name", ["links_apart", "collapsed"])
def test_other_ways_in_sql_find_the_same(name, records, proxies, expected):
    same(getattr(by_hand, f"duckdb_{name}")(records, proxies), expected)


@pytest.mark.parametrize("name", ["pandas_merge", "pandas_coded"])
def test_pandas_by_hand_finds_the_same(name, records, proxies, expected):
    same(getattr(by_hand, name)(records, proxies), expected)


def test_polars_by_hand_finds_the_same(records, proxies, expected):
    pytest.importorskip("polars")
    same(by_hand.polars_rows(records, proxies), expected)


def test_shares_that_records_state_count_the_same_by_hand(folder, proxies):
    records = records_file(Recipe(FEW, shares=True), folder)
    same(library.value(records, proxies), by_hand.duckdb_shares(records, proxies))


def test_people_are_counted_the_same_by_hand(folder, proxies):
    records = records_file(Recipe(FEW, people=True), folder)
    found = library.assess_people(records, proxies)
    same(found, by_hand.duckdb_people(records, proxies))
    # 17 goals, 6 priorities and 10 deciles.
    assert len(found["people"]) == 33


def test_factors_follow_from_the_arithmetic():
    proxy = {
        "proxy_id": "a",
        "value_covers": "year",
        "duration_years": 1.5,
        "drop_off": 0.2,
        "deadweight": 0.5,
        "displacement": None,
        "attribution_to_others": 0.2,
        "unit_value": 100.0,
        "uprating": "none",
        "discount_class": "standard",
    }
    table = factor_table(pd.DataFrame([proxy]))
    lines = table[table["first_year"] == 2021]
    # 100 in the first year and half of it in the second, which lasts half a year.
    assert lines["gross_value"].tolist() == pytest.approx([100, 50])
    # x (1 - 0.5)(1 - 0.2) = 0.4, and x (1 - 0.2) in the second year.
    assert lines["net_value"].tolist() == pytest.approx([40, 16])
    # The base year is not discounted; a year later at 3.5%.
    assert lines["present_value"].tolist() == pytest.approx([40, 16 / 1.035])


TABLE = pd.DataFrame({"category": ["1", "2"], "value": [1.0, 2.0]})


def test_results_in_another_order_and_of_last_digits_are_the_same():
    same_table(TABLE.iloc[::-1].assign(value=[2.0, 1.0 + 1e-12]), TABLE)


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (TABLE.assign(value=[1.0, 2.0 + 1e-8]), "1 of 2 rows differ"),
        (TABLE.assign(value=[1.0, None]), "1 of 2 rows differ"),
        (TABLE.assign(category=["1", "3"]), "2 of 3 rows differ"),
        (TABLE.head(1), "1 of 2 rows differ"),
        (TABLE.rename(columns={"value": "worth"}), "columns"),
        (TABLE.assign(category="1"), "a key stands twice"),
    ],
)
def test_results_that_differ_are_refused(found, message):
    with pytest.raises(ResultsDiffer, match=message):
        same_table(found, TABLE)


def test_both_checks_find_the_bad_cells(folder, proxies):
    frame = bad_rows.typed(library.frame_at(records_file(Recipe(FEW, people=True), folder)))
    found = library.check(bad_rows.with_bad_rows(frame), proxies)
    # 10 kinds of bad cell, 20 each.
    assert len(found["problems"]) == 200
    same(found, plain_pandera.check(bad_rows.with_bad_rows(frame), proxies))
    assert len(plain_pandera.check(frame, proxies)["problems"]) == 0


def test_a_workbook_read_bare_has_the_same_rows(folder):
    book = workbook_file(Recipe(200), folder)
    same(library.read_workbook(book), bare.read_workbook(book))
    assert bare.read_workbook(book)["sheet"].to_dict("list") == {"rows": [200], "columns": [9]}


def test_a_run_comes_back_from_its_process_to_the_last_digit():
    tables = {"value": TABLE.assign(value=[0.1 + 0.2, 1e-17]), "none": TABLE.head(0)}
    back = from_json(as_json(Run(1.5, 2, 1, tables)))
    assert (back.seconds, back.peak, back.before) == (1.5, 2, 1)
    assert back.tables["value"].to_dict("list") == tables["value"].to_dict("list")
    same_table(back.tables["none"], TABLE.head(0).astype(object))


def test_a_job_is_measured_in_a_process_of_its_own(folder, expected):
    setting = Setting(folder, FEW)
    make_data("duckdb_collapsed", setting)
    found = measured("duckdb_collapsed", setting)
    assert found.seconds > 0
    assert 0 < found.before <= found.peak
    same(found.tables, expected)


def test_a_job_that_fails_says_why(tmp_path):
    with pytest.raises(JobFailed, match="no_such_job"):
        measured("no_such_job", Setting(tmp_path, 1))


def runs_of(*seconds: float, peak: float = 1e9) -> list[Run]:
    return [Run(each, int(peak), 0, {}) for each in seconds]


def test_limits_are_judged_on_medians_and_the_fastest_rival():
    found = verdicts(
        {
            ("library_value", 10): runs_of(1.0, 2.0, 9.0),
            ("duckdb_rows", 10): runs_of(6.0),
            ("polars_rows", 10): runs_of(5.0),
            ("pandas_merge", 10): runs_of(120.0),
        },
        10,
    )
    # 2 / 5 is over a third; 2 / 120 is a sixtieth; a gigabyte is under 1.5.
    assert [(v.measured, v.met) for v in found] == [
        ("1/2.5", False),
        ("1/60.0", True),
        ("1.00 GB", True),
    ]


def test_scale_is_judged_per_record_and_after_the_map_as_it_is():
    found = verdicts(
        {
            ("library_value", 10): runs_of(1.0),
            ("library_value", 100): runs_of(12.0, peak=2.5e9),
            ("library_after_map", 10): runs_of(1.0),
            ("library_after_map", 100): runs_of(1.5),
        },
        10,
    )
    judged = {v.what: (v.measured, v.met) for v in found}
    # 12 s for 10 times the records is 1.2 times as much for each.
    assert judged["library_value, time per record at 100 / at 10"] == ("1.20", True)
    assert judged["library_after_map, time at 100 / at 10"] == ("1.50", False)
    assert judged["peak memory of library_value, 100 records"] == ("2.50 GB", False)


def test_draws_are_held_to_a_second_and_to_what_they_add():
    runs = [Run(0.8, int(1.4e9), int(1.0e9), {}), Run(1.1, int(1.6e9), int(1.0e9), {})]
    found = {v.what: (v.measured, v.met) for v in verdicts({("library_simulate", 10): runs}, 10)}
    # The median of 0.8 and 1.1 is 0.95; the second run added 0.6 GB.
    assert found["time of library_simulate"] == ("0.95 s", True)
    assert found["memory that library_simulate adds"] == ("0.60 GB", False)


def test_draws_by_hand_find_the_same(records, proxies, monkeypatch):
    monkeypatch.setattr(draws_by_hand, "DRAWS", 400)
    by_numpy = draws_by_hand.numpy_draws(*draws_by_hand.with_draws(records, proxies))
    found = draws_by_hand.library_simulate(*draws_by_hand.assessed(records, proxies))
    assert len(found["draws"]) > 60
    same(found, by_numpy)


def test_every_job_that_must_agree_is_run_after_the_one_it_agrees_with():
    assert with_references(["library_value", "pandas_merge"]) == [
        "duckdb_rows",
        "library_value",
        "pandas_merge",
    ]
    jobs = {job for limit in LIMITS for job in (limit.job, *limit.rivals)}
    assert jobs <= set(JOBS)


def test_results_that_differ_stop_a_run(monkeypatch, tmp_path):
    def found(job, setting):
        del setting
        worth = 1.0 if job == "duckdb_rows" else 2.0
        return Run(1.0, 1, 1, {"value": TABLE.assign(value=worth)})

    monkeypatch.setattr(run, "measured", found)
    keys = [("duckdb_rows", 10), ("library_value", 10)]
    with pytest.raises(ResultsDiffer, match="library_value beside duckdb_rows, 10 records"):
        run.rounds_of(keys, Setting(tmp_path, 10), 1)
