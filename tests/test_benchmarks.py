"""Do the jobs that are timed do the same work? On a few thousand records; nothing is timed here."""

import sys
from pathlib import Path

import pandas as pd
import pytest

import socialvalue as sv

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")
sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import by_hand, library  # noqa: E402
from benchmarks.compare import ResultsDiffer, same, same_table  # noqa: E402
from benchmarks.factors import factor_table  # noqa: E402
from benchmarks.generate import Recipe, proxy_folder, records_file  # noqa: E402

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
    same(library.assess_shares(records, proxies), by_hand.duckdb_shares(records, proxies))


def test_people_are_counted_the_same_by_hand(folder, proxies):
    records = records_file(Recipe(FEW, people=True), folder)
    found, expected = library.assess_people(records, proxies), by_hand.duckdb_people
    same(found, expected(records, proxies))
    # 17 goals, 6 priorities and 10 deciles.
    assert len(found["people"]) == 33


def test_a_factor_by_hand():
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
