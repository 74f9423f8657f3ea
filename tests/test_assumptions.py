"""Are settings refused where they make no sense, with what to write instead?"""

import numpy as np
import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.errors import SettingsError


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("timing", "middle", "choose one of start, mid, end"),
        ("input_timing", 0.5, "choose one of start, mid, end"),
        ("drop_off_from", "third_year", "choose one of second_year, first_year, end_of_activity"),
        ("part_years", "round", "choose one of prorata, up, down"),
        ("allocation", "equal", "choose one of shares, primary"),
        ("perspective", "societal", "choose one of public, fiscal"),
        ("discount_rate", 3.5, "3.5% is 0.035"),
        ("discount_rate", -0.01, "from 0 up to 1"),
        ("discount_rate", float("nan"), "from 0 up to 1"),
        ("discount_rate", None, "write a rate such as 0.035"),
        ("discount_rate", True, "write a rate such as 0.035"),
        ("health_discount_rate", 1.5, "3.5% is 0.035"),
        ("health_discount_rate", [], "write a rate such as 0.035"),
        ("horizon_years", 0, "at least 1"),
        ("horizon_years", 2.5, "a whole number of years"),
        ("horizon_years", "5", "a whole number of years"),
        ("year_start_month", 13, "1 to 12"),
        ("year_start_month", "April", "1 to 12"),
        ("uprate", "no", "write true or false"),
        ("price_year", "2024-26", "the one that starts in 2024 is 2024-25"),
        ("price_year", "last year", "is not a year"),
        ("base_year", "2024", "write it as 2024-25"),
        ("payers", ["NHS"], 'set perspective = "fiscal" too'),
    ],
)
def test_what_a_setting_cannot_be(setting, value, says):
    with pytest.raises(SettingsError) as error:
        sv.Assumptions(**{setting: value})
    assert says in str(error.value)
    assert setting in str(error.value) or "is not a" in str(error.value)


@pytest.mark.parametrize("month", [4, np.int64(4)])
def test_whole_numbers_of_any_kind_are_months(month):
    assert sv.Assumptions(year_start_month=month).financial_years


def test_calendar_years_take_a_calendar_base_year():
    assert sv.Assumptions(year_start_month=1, base_year=2024).base_year == "2024"


def test_settings_are_frozen():
    with pytest.raises(AttributeError):
        sv.Assumptions().timing = "end"


def test_from_a_file(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('timing = "end"\nperspective = "fiscal"\npayers = ["NHS", "DWP"]\n')
    found = sv.Assumptions.from_toml(path)
    assert (found.timing, found.payers) == ("end", ("NHS", "DWP"))
    assert found == sv.Assumptions(timing="end", perspective="fiscal", payers=("NHS", "DWP"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('timimg = "end"', "There is no setting called 'timimg'. Did you mean timing?"),
        (
            'no_harms = "We asked."\ntiming = "end"',
            "called 'no_harms': it is a rule of the claims audit. To accept what it finds, write "
            "it with its reason below a line [accepted_findings]",
        ),
        (
            '"adjustment_stated_nowhere: displacement" = "Nobody else."',
            'accepted_findings={"adjustment_stated_nowhere: displacement": "the reason"}',
        ),
        (
            '[accepted_findings]\nno_harms = "We asked."\nprice_year = "2024-25"',
            "there is no rule 'price_year': it is a setting. In a settings file all that stands "
            "below the line [accepted_findings] belongs to it, so write settings above it.",
        ),
        ("timing = end", "is not a TOML file"),
        ("discount_rate = 3.5", "3.5% is 0.035"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path, text, says):
    path = tmp_path / "settings.toml"
    path.write_text(text)
    with pytest.raises(SettingsError) as error:
        sv.Assumptions.from_toml(path)
    assert says in str(error.value)
    assert "The rules are" not in str(error.value)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        sv.Assumptions.from_toml(tmp_path / "nowhere.toml")


def test_every_setting_has_a_line_in_every_output():
    rows = sv.Assumptions().to_rows()
    assert set(rows["setting"]) == set(sv.Assumptions.__dataclass_fields__)
    assert (rows["meaning"] != "").all()


def test_an_optimism_table_is_printed_in_words():
    table = pd.DataFrame([{"evidence": "trial", "benefits_down": 0.1, "costs_up": 0.2}])
    rows = sv.Assumptions(optimism_bias=table).to_rows().set_index("setting")["value"]
    assert rows["optimism_bias"] == "trial: benefits -0.1, costs +0.2"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([{"evidence": "trial"}], "lacks: benefits_down, costs_up"),
        (
            [{"evidence": None, "benefits_down": 25, "costs_up": 0}],
            "write shares between 0 and 1",
        ),
        (
            [{"evidence": "trial", "benefits_down": 0.1, "costs_up": 0}],
            "no row for evidence (blank)",
        ),
    ],
)
def test_an_optimism_table_that_cannot_be_used(assess, rows, says):
    with pytest.raises(SettingsError) as error:
        assess({}, assumptions={"optimism_bias": pd.DataFrame(rows)})
    assert says in str(error.value)


def test_a_schedule_that_ends_too_early_names_the_year_and_the_fix(assess, tmp_path):
    short = tmp_path / "short.csv"
    short.write_text("year_from,year_to,rate\n0,1,0.03\n")
    with pytest.raises(SettingsError) as error:
        assess({"duration_years": 4}, assumptions={"discount_rate": str(short)})
    assert "year 2" in str(error.value)
    assert "horizon_years" in str(error.value)


def test_a_price_year_outside_the_series_names_its_ends(assess, proxy_set):
    with pytest.raises(SettingsError) as error:
        assess({}, assumptions={"price_year": "2044-45"})
    assert "1955-56 to 2030-31" in str(error.value)


def test_a_file_can_ask_for_health_to_be_discounted_as_the_others(tmp_path):
    path = tmp_path / "settings.toml"
    path.write_text('health_discount_rate = "as the others"\n')
    assert sv.Assumptions.from_toml(path).health_discount_rate is None
