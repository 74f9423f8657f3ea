"""Does every output open with what its figure rests on?"""

import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from markupsafe import escape

from socialvalue.report import page
from socialvalue.report.json_file import to_json
from socialvalue.totals import Range

INPUTS = pd.DataFrame([("i1", 500, "2024-04-01", "cash")]).set_axis(
    ["input_id", "amount", "date", "input_type"], axis=1
)
TOLD = {"proxy_id": None, "unit": "meal", "outcome": "Fed"}
SIMULATED = Range("simulated interval", 0.9, 700.0, 1300.0, 1.4, 2.6, None, 0.25)


@pytest.fixture
def result(assess, proxy_set):
    """Ten people x 100, published as 80 to 130; 500 put in; one outcome without a price."""
    proxies = proxy_set({"low": 80.0, "high": 130.0})
    stated = {"drop_off": 0, "people": 10}
    return assess(stated, {**TOLD, "people": 10}, inputs=INPUTS, proxies=proxies)


def test_it_says_all_that_a_figure_rests_on(result):
    said = repr(result)
    # 10 x 80 and 10 x 130; over 500 put in.
    assert "£1,000 present value (range £800 to £1,300, scenario band" in said
    assert "£2.00 for each £1 put in (range 1.60 to 2.60)" in said
    assert ". 2024-25, public value, 2024-25 prices; 1 outcome not priced; " in said
    count, high = len(result.findings), (result.findings["severity"] == "high").sum()
    assert said.endswith(f"{count} open finding{'s' * (count != 1)}, {high} high.")


def test_a_level_is_said_where_the_range_has_one(result):
    said = replace(result, range=SIMULATED).headline
    assert "(range £700 to £1,300, simulated interval at 90%; 25% of the value has no" in said
    assert "for each £1 put in (range 1.40 to 2.60 at 90%)" in said
    # A scenario band has no level, and gets none.
    assert "at 90%" not in result.headline


def test_the_fiscal_view_names_its_payers(assess, proxy_set):
    fiscal = [{"value_type": "fiscal", "payer": "NHS"}]
    view = {"perspective": "fiscal"}
    whole = assess({}, proxies=proxy_set(*fiscal), assumptions=view)
    assert ", fiscal value, 2024-25 prices" in whole.headline
    narrow = assess({}, proxies=proxy_set(*fiscal), assumptions={**view, "payers": ("NHS",)})
    assert ", fiscal value of NHS alone, 2024-25 prices" in narrow.headline


@pytest.mark.parametrize("profile", ["internal", "publish"])
def test_every_output_carries_it(result, tmp_path, profile):
    shown = replace(result, range=SIMULATED).for_output(profile)
    said = repr(shown)
    assert "at 90%" in said
    assert f'<p class="head">{escape(said)}</p>' in page.render(shown)
    replace(result, range=SIMULATED).write_workbook(tmp_path / "map.xlsx", profile=profile)
    sheet = openpyxl.load_workbook(tmp_path / "map.xlsx")["Summary"]
    assert sheet["A3"].value == f"As assessed: {said}"
    found = {row[0].value: row[1].value for row in sheet.iter_rows() if row[0].value}
    assert found["What the range is"] == "simulated interval at 90%"
    data = json.loads(json.dumps(to_json(shown)))
    assert data["headline"] == said
    assert data["range"]["level"] == 0.9


def test_a_ratio_below_nought_reads_as_money_does(assess, tmp_path):
    # Harms of 10 x 100 against 500 put in: two pounds lost for each pound.
    result = assess({"quantity": -10, "people": 10}, inputs=INPUTS)
    assert "-£1,000 present value" in result.headline
    assert " -£2.00 for each £1 put in" in result.headline and "£-" not in result.headline
    shown = page.render(result.for_output())
    assert "-£2.00" in shown and "£-" not in shown
    result.write_workbook(tmp_path / "map.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "map.xlsx", data_only=True)["Summary"]
    [[label, ratio]] = [row[:2] for row in sheet if str(row[0].value).startswith("Ratio: ")]
    assert (label.value, ratio.value) == ("Ratio: £1 put in gives", -2)
    assert ratio.number_format.endswith('-"£"#,##0.00')
