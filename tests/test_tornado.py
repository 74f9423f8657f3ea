"""Does the tornado chart show what the one-way test says, without colour and in words?"""

import pandas as pd
import pytest
from markupsafe import escape
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from programmes import network, network_published

from socialvalue.errors import SettingsError
from socialvalue.report import charts, labels, page, tornado
from socialvalue.report.csv_tables import tables_of
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


def names_of(*parameters):
    """What bars are called, of parameters with what each is of."""
    rows = [
        {"parameter": name, "kind": name.split(":")[0], "what": what, "unit": "share", **ENDS}
        for name, what in parameters
    ]
    return [name for name, _ in tornado.said_of(pd.DataFrame(rows))]


ENDS = {"low": 0.1, "high": 0.2}
LONELY = "Befriending / Older people of the parish / Less lonely than a year before / wb_wellby"
REASON = "Two partners shared the work and were asked for their part of it, in writing, in March"


def test_what_tells_two_bars_apart_is_never_cut_off():
    graded = [(f"quantity: {LONELY}, grade {each}", LONELY) for each in ("trial", "self_report")]
    harm = (f"quantity: {LONELY} (harm), grade trial", f"{LONELY} (harm)")
    assert names_of(*graded) == [
        "Quantity: Befriending / Older people of the parish / Less lonely … grade trial",
        "Quantity: Befriending / Older people of the parish / Less … grade self_report",
    ]
    names = names_of(*graded, harm)
    assert len(set(names)) == 3
    assert names[2].endswith("… wb_wellby (harm), grade trial")
    # One number of the table of adjustments, of which two rows of spreads are about a part each.
    row = f"adjustments, row 2, Befriending: {REASON}"
    split = [(f"deadweight: adjustments, row 2 (spreads, row {each})", row) for each in (1, 2)]
    assert [name[-18:] for name in names_of(*split)] == ["… (spreads, row 1)", "… (spreads, row 2)"]
    # Alone, a name is cut at its end.
    assert names_of(graded[0])[0].endswith("Less lonely than a year …")
    # Where the middle is what differs, more of it is kept.
    two = [LONELY.replace("lonely", each) for each in ("alone", "angry")]
    both = [(f"quantity: {what}, grade {each}", what) for what in two for each in ("trial", "rct")]
    assert len(set(names_of(*both))) == 4


def test_a_row_of_adjustments_says_what_it_is_about(assess):
    table = pd.DataFrame(
        {
            "stakeholder_group": ["all", None],
            "project": ["Walks", None],
            "deadweight": [0.2, None],
            "drop_off": [None, 0.1],
            "reason": ["asked them", "judged"],
        }
    )
    silent = {"deadweight": None, "drop_off": None, "duration_years": 2, "project": "Walks"}
    found = assess(silent, adjustments=table).sensitivity().set_index("kind")["what"]
    assert found["deadweight"] == "adjustments, row 0, Walks / all: asked them"
    assert found["drop_off"] == "adjustments, row 1, whatever no other row fits better: judged"


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


@pytest.fixture(scope="module")
def drawn():
    """The network with a simulated range, in which quantities vary too, and as it is published."""
    result = network()
    grades = pd.DataFrame({"evidence": ["before_after", "admin_record"], "down": 0.2, "up": 0.2})
    simulation = result.simulate(320, spreads=SPREADS, grades=grades)
    internal = result.with_range(simulation)
    return internal, internal.for_output()


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("most", [1, 2, MOST_SPANS])
@pytest.mark.parametrize("which", [0, 1])
def test_no_words_overlap_however_few_the_bars(drawn, narrow, most, which):
    ax = charts.tornado(drawn[which], narrow=narrow, most=most)
    canvas = FigureCanvasAgg(ax.get_figure())
    canvas.draw()
    texts = [*ax.get_yticklabels(), ax._left_title, ax.xaxis.label, *ax.texts]
    boxes = [text.get_window_extent(canvas.get_renderer()) for text in texts]
    for place, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[place + 1 :]), texts[place]


def test_a_result_with_a_simulated_range_is_tested_over_its_ranges(drawn):
    internal, _ = drawn
    grades = pd.DataFrame({"evidence": ["before_after", "admin_record"], "down": 0.2, "up": 0.2})
    table = network().sensitivity(spreads=SPREADS, grades=grades).head(MOST_SPANS)
    expected = table["net_present_value_at_high"] - table["net_present_value_as_assessed"]
    found = [high for high, _ in spans(charts.tornado(internal))]
    assert found == pytest.approx(expected.tolist(), abs=1e-6)
    # Sizes of changes are among them, and the assessment's own notes leave nothing out.
    assert (table["kind"] == "quantity").any()
    assert "Left out" not in below(charts.tornado(internal))


def test_published_bars_follow_from_the_published_map(drawn):
    """Whoever reads the published map alone comes to the same bars: they show nothing more."""
    _, shown = drawn
    rows = shown.valued.rows[shown.valued.rows["counted"]]
    # What was merged from several values has no value for one, and is in no bar.
    assert rows["proxy_id"].isna().any()
    central = shown.totals["net_present_value"]
    table = shown.simulation.one_way.query("note == ''")
    seen = set()
    for row in table.to_dict("records"):
        if row["unit"] == "ratio to the published values":
            behind = rows.loc[rows["proxy_id"] == row["what"].split(",")[0], "present_value"]
            low, high = (behind.sum() * (row[end] - 1) for end in ("low", "high"))
        elif row["kind"] == "unit_value":
            behind = rows.loc[rows["proxy_id"] == row["what"].split(",")[0], "present_value"]
            low, high = (behind.sum() * (row[end] / row["central"] - 1) for end in ("low", "high"))
        elif row["kind"] == "deadweight":
            named = row["parameter"].removeprefix("deadweight: ") + ":"
            its = rows["deadweight_from"].astype(str).str.startswith(named)
            behind = rows.loc[its, "present_value"]
            left = 1 - row["central"]
            low, high = (behind.sum() * ((1 - row[end]) / left - 1) for end in ("low", "high"))
        elif row["kind"] == "input_value":
            spent = shown.inputs.query(f"input_type == {row['what']!r}")["present_value"].sum()
            low, high = (-spent * (row[end] - 1) for end in ("low", "high"))
        else:
            continue
        seen.add(row["kind"])
        found = [row[f"net_present_value_at_{end}"] - central for end in ("low", "high")]
        # Sums of half a million pounds in doubles.
        assert found == pytest.approx([low, high], abs=1e-6), row["parameter"]
    assert seen == {"unit_value", "deadweight", "input_value"}


def test_a_number_of_merged_groups_is_in_no_published_bar(drawn):
    internal, shown = drawn
    table = shown.simulation.one_way
    assert not (table["kind"] == "quantity").any()
    assert set(table["parameter"]) <= set(shown.simulation.parameters["parameter"])
    hidden = set(internal.by("outcome")["outcome"]) - set(shown.by("outcome")["outcome"])
    assert hidden and not any(str(each) in table.to_csv() for each in hidden)
    assert "value_behind" not in table
    words = below(charts.tornado(shown)).replace("\n", " ")
    assert "what any number does to groups that were merged" in words


def people(count, first, **change):
    return [{"person_id": f"p{first + i}", "quantity": 1, **change} for i in range(count)]


@pytest.fixture
def merged(assess, proxy_set):
    """Nine Calmer with tea; two Fed with cake, who are merged with six Rested with tea."""
    proxies = proxy_set({"low": 80.0, "high": 150.0}, {"proxy_id": "cake", "unit_value": 50.0})
    result = assess(
        *people(9, 0, outcome="Calmer"),
        *people(6, 20, outcome="Rested"),
        *people(2, 40, outcome="Fed", proxy_id="cake"),
        proxies=proxies,
        assumptions={"price_year": "2024-25"},
    )
    cakes = pd.DataFrame([{"field": "unit_value", "proxy_id": "cake", "low": 10.0, "high": 90.0}])
    return result.with_range(result.simulate(320, spreads=cakes))


def test_bars_of_a_few_people_by_hand(merged):
    inside = charts.tornado(merged)
    # Fifteen teas at 100, 80 to 150: -300 to +750. Two cakes at 50, 10 to 90: 80 either way.
    assert spans(inside) == [pytest.approx((750, -300)), pytest.approx((80, -80))]
    outside = charts.tornado(merged.for_output())
    # Nine teas are in a row by themselves; the other six are merged with the cakes.
    assert spans(outside) == [pytest.approx((450, -180))]
    assert numbers(outside) == ["£1,420 to £2,050"]


def test_a_ratio_weighed_by_merged_rows_is_not_published(assess, proxy_set):
    # The ends of a value that has two dated versions are weighed by the value behind each: with
    # the version of 2025 used by two people alone, the ends would tell how much is theirs.
    proxies = proxy_set(
        {"low": 90.0, "high": 110.0, "valid_from": "2024-04-01", "valid_to": "2025-03-31"},
        {"low": 50.0, "high": 150.0, "valid_from": "2025-04-01"},
        {"proxy_id": "cake", "low": 50.0},
    )
    records = [
        *people(9, 0),
        *people(6, 20, outcome="Fed", proxy_id="cake"),
        *people(7, 60, outcome="Full", proxy_id="cake"),
    ]
    few = people(2, 40, outcome="Rested", date="2025-05-01")
    settings = {"price_year": "2024-25"}
    safe = assess(
        *records, *people(5, 40, date="2025-05-01"), proxies=proxies, assumptions=settings
    )
    kept = safe.with_range(safe.simulate(320)).for_output().simulation
    assert "unit_value: tea" in set(kept.parameters["parameter"])
    assert "unit_value: tea" in set(kept.one_way["parameter"])
    result = assess(*records, *few, proxies=proxies, assumptions=settings)
    ranged = result.with_range(result.simulate(320))
    shown = ranged.for_output()
    rows = shown.valued.rows
    assert rows.loc[rows["merged"], "proxy_id"].isna().all() and rows["merged"].any()
    assert "unit_value: tea" in set(ranged.simulation.parameters["parameter"])
    assert "unit_value: tea" not in set(shown.simulation.parameters["parameter"])
    assert "unit_value: tea" not in set(shown.simulation.one_way["parameter"])


def test_where_only_merged_groups_move_nothing_is_drawn(assess, proxy_set):
    proxies = proxy_set({}, {"proxy_id": "cake", "unit_value": 50.0, "low": 10.0, "high": 90.0})
    result = assess(
        *people(9, 0, outcome="Calmer"),
        *people(6, 20, outcome="Rested"),
        *people(2, 40, outcome="Fed", proxy_id="cake"),
        proxies=proxies,
        assumptions={"price_year": "2024-25"},
    )
    shown = result.with_range(result.simulate(320)).for_output()
    assert "tornado" not in charts.charts_of(shown)
    assert "sensitivity" not in tables_of(shown)
    text = page.render(shown)
    assert "None can be shown here." in text
    assert "cake" not in text


def test_the_page_and_the_folder_show_it_with_its_numbers(drawn):
    for result in drawn:
        words = charts.alt_text("tornado", result)
        first = tornado.tested(result).iloc[0]
        ends = [labels.money(first[f"net_present_value_at_{end}"]) for end in ("low", "high")]
        assert words.startswith("Bar chart of how far net present value moves from £352,618 when")
        assert f"(10,000 to 16,000 GBP of 2019) {ends[0]} to {ends[1]};" in words
        text = page.render(result)
        part = text[text.index('<h2 id="moved">') : text.index('<h2 id="cases">')]
        assert 'href="#moved"' in text and part.count("<svg") == 2
        assert str(escape(words)) in part
        for said in ("how likely any answer is", "several numbers that are off at once"):
            assert said in part
        assert ("Left out" in part) == (result.profile == "publish")
        for end in ends:
            assert f">{end}<" in part
        pd.testing.assert_frame_equal(tables_of(result)["sensitivity"], tornado.tested(result))
        assert "tornado" in charts.charts_of(result)


def test_without_a_simulated_range_there_is_no_chart_on_the_page():
    result = network_published()
    assert "tornado" not in charts.charts_of(result)
    assert "sensitivity" not in tables_of(result)
    assert "moved" not in [part["anchor"] for part in page._sections(result)]
