"""Does the tornado chart show what the one-way test says, without colour and in words?"""

import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from programmes import network, network_published

from socialvalue.errors import SettingsError
from socialvalue.report import charts, labels
from socialvalue.report.tornado import MOST_SPANS

SPREADS = pd.DataFrame(
    {"field": ["deadweight", "input_value", "duration_years"], "down": 0.2, "up": [0.2, 0.5, 0.1]}
)


@pytest.fixture(scope="module")
def moved():
    return network().sensitivity(spreads=SPREADS)


def spans(ax):
    """Change at the high end and at the low end of each bar, from the top."""
    high, low = (container.patches for container in ax.containers)
    return [(a.get_width(), b.get_width()) for a, b in zip(high, low, strict=True)]


def numbers(ax):
    return [text.get_text() for text in ax.texts if text.get_fontsize() == 9]


def below(ax):
    return " ".join(text.get_text() for text in ax.texts if text.get_fontsize() == 8)


def test_bars_are_the_changes_of_the_one_way_test(moved):
    ax = charts.tornado(moved)
    shown = moved.head(MOST_SPANS)
    central = network().totals["net_present_value"]
    expected = zip(
        shown["net_present_value_at_high"] - central,
        shown["net_present_value_at_low"] - central,
        strict=True,
    )
    # The central value of the model and of the assessment differ by rounding alone.
    assert spans(ax) == [pytest.approx(pair, abs=1e-6) for pair in expected]
    assert numbers(ax) == [
        f"{labels.money(min(ends))} to {labels.money(max(ends))}"
        for ends in zip(
            shown["net_present_value_at_low"], shown["net_present_value_at_high"], strict=True
        )
    ]


def test_the_middle_line_is_the_assessment_and_the_ends_are_told_without_colour(moved):
    ax = charts.tornado(moved)
    assert ax.get_xlabel() == (
        f"Change of net present value from {labels.money(network().totals['net_present_value'])}, "
        "as assessed"
    )
    high, low = ax.containers
    assert all(bar.get_hatch() for bar in low)
    assert not any(bar.get_hatch() for bar in high)
    assert "Hatched: at the low end" in below(ax).replace("\n", " ")


def test_what_is_left_out_is_counted(moved):
    smaller = int((moved["note"] == "").sum()) - MOST_SPANS
    still = int((moved["note"] != "").sum())
    words = below(charts.tornado(moved)).replace("\n", " ")
    assert smaller > 1
    assert f"{smaller} more moved it less and are not shown." in words
    assert f"{still} numbers of which no range is stated were not moved." in words


def test_every_bar_names_its_parameter_and_its_range():
    ax = charts.tornado(network())
    first = ax.get_yticklabels()[0].get_text().replace("\n", " ")
    # The published range of the WELLBY.
    assert first.startswith("Unit value: wb_wellby")
    assert first.endswith("(10,000 to 16,000 GBP of 2019)")
    assert len(spans(ax)) == 2


def test_a_ratio_has_no_currency():
    table = network().sensitivity("sroi_ratio")
    ax = charts.tornado(table)
    ends = table[["sroi_ratio_at_low", "sroi_ratio_at_high"]].iloc[0]
    assert numbers(ax)[0] == f"{ends.iloc[0]:.2f} to {ends.iloc[1]:.2f}"
    FigureCanvasAgg(ax.get_figure()).draw()
    assert not any("£" in label.get_text() for label in ax.get_xticklabels())


def test_both_ends_on_one_side_are_both_seen(moved):
    table = moved.head(1).assign(net_present_value_at_low=moved["net_present_value_at_high"] * 2)
    high, low = (
        container.patches[0]
        for container in charts.tornado(
            table.assign(net_present_value_at_high=moved["net_present_value_at_high"].iloc[0])
        ).containers
    )
    assert low.get_height() < high.get_height()


@pytest.mark.parametrize("narrow", [False, True])
def test_no_number_leaves_the_picture(moved, narrow):
    ax = charts.tornado(moved, narrow=narrow)
    canvas = FigureCanvasAgg(ax.get_figure())
    canvas.draw()
    right = ax.get_figure().bbox.x1
    for text in ax.texts:
        assert text.get_window_extent(canvas.get_renderer()).x1 <= right


def test_it_draws_on_axes_that_are_given(moved):
    ax = Figure().subplots()
    assert charts.tornado(moved.head(3), ax=ax) is ax


def test_without_a_range_there_is_nothing_to_draw(moved):
    with pytest.raises(SettingsError, match="No parameter has a range"):
        charts.tornado(moved[moved["note"] != ""])


def test_a_published_result_asks_for_the_assessment_itself():
    with pytest.raises(SettingsError, match="Ask the assessment itself"):
        charts.tornado(network_published())


def test_fewer_bars_can_be_asked_for(moved):
    ax = charts.tornado(moved, most=2)
    assert len(spans(ax)) == 2
    not_shown = int((moved["note"] != "no range stated").sum()) - 2
    assert f"{not_shown} more moved it less" in below(ax)
