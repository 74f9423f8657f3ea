"""Value over goals: whose links hold, what the shares give, and what is left over. By hand."""

import pandas as pd
import pytest

import socialvalue as sv
from socialvalue.errors import InputError, SettingsError
from socialvalue.frameworks import (
    allocate,
    assign_link_sets,
    load_framework,
    read_framework,
    shipped_frameworks,
    used_frameworks,
)

COLUMNS = ["framework", "category", "share"]


def links(*rows, scopes=("outcome",)):
    """Links of the user's own: scope values, framework, category, share."""
    return pd.DataFrame(rows, columns=[*scopes, *COLUMNS])


def proxy_links(*rows):
    return pd.DataFrame(rows, columns=["proxy_id", *COLUMNS])


def shared(allocation):
    """What each row gives each category, as {(row, framework, category): share}."""
    keyed = allocation.set_index(["row_id", "framework", "category"])["share"]
    assert not keyed.index.duplicated().any()
    return keyed.to_dict()


NO_SETS = pd.DataFrame(columns=["link_set", *COLUMNS])


# The shipped lists.


def test_shipped_frameworks_are_as_their_publishers_print_them():
    assert shipped_frameworks() == ("marmot", "marmot-8", "sdg")
    goals = load_framework("sdg").set_index("category")
    assert list(goals.index) == [str(number) for number in range(1, 18)]
    assert goals.loc["3", "title"] == "Good Health and Well-being"
    assert goals.loc["3", "colour"] == "#4C9F38"
    assert goals.loc["17", "colour"] == "#19486A"
    assert goals.loc["1", "wording"] == "End poverty in all its forms everywhere"
    six = load_framework("marmot").set_index("category")["wording"]
    assert list(six.index) == list("ABCDEF")
    assert six["A"] == "Give every child the best start in life"
    eight = load_framework("marmot-8").set_index("category")["wording"]
    assert list(eight.index) == list("12345678")
    assert "racism" in eight["7"]


@pytest.mark.parametrize("name", ["marmot", "marmot-8", "sdg"])
def test_a_shipped_framework_has_titles_and_distinct_colours(name):
    framework = load_framework(name)
    assert framework["category"].is_unique
    assert framework["title"].is_unique
    assert framework["colour"].is_unique
    assert framework["colour"].str.fullmatch("#[0-9A-F]{6}").all()
    assert framework.notna().all(axis=None)


def test_a_framework_that_is_changed_by_a_caller_stays_whole_for_the_next():
    mine = load_framework("sdg")
    mine.loc[:, "title"] = "changed"
    assert load_framework("sdg")["title"][0] == "No Poverty"


@pytest.mark.parametrize("name", ["sdgs", "SDG", "../prices/discount_rates", ""])
def test_an_unknown_framework_names_those_there_are(name):
    with pytest.raises(SettingsError, match="Shipped: marmot, marmot-8, sdg"):
        load_framework(name)


def test_marmot_8_is_a_framework_of_its_own():
    named = pd.DataFrame({"framework": ["marmot-8", "sdg"]})
    assert list(used_frameworks(named)) == ["sdg", "marmot", "marmot-8"]
    # Without a link that names it, it is not reported on.
    assert list(used_frameworks(named[1:])) == ["sdg", "marmot"]


# Shares of the proxy's links.


def test_a_row_takes_its_proxys_shares_and_leaves_the_rest():
    rows = pd.DataFrame({"row_id": [1, 2], "proxy_id": ["a", None]})
    mine = proxy_links(("a", "sdg", "3", 0.5), ("a", "sdg", "10", 0.3), ("a", "marmot", "F", 1.0))
    found = shared(allocate(rows, mine, NO_SETS, "shares"))
    # 0.5 + 0.3 of row 1; 0.2 is left over. Row 2 has no proxy and no links.
    assert found == {(1, "sdg", "3"): 0.5, (1, "sdg", "10"): 0.3, (1, "marmot", "F"): 1.0}


def test_primary_gives_what_is_allocated_to_the_first_category_alone():
    rows = pd.DataFrame({"row_id": [1], "proxy_id": ["a"]})
    # In the order of the file, whatever the sizes; 0.3 + 0.5 = 0.8, so 0.2 stays left over.
    mine = proxy_links(("a", "sdg", "10", 0.3), ("a", "sdg", "3", 0.5), ("a", "marmot", "F", 1.0))
    found = shared(allocate(rows, mine, NO_SETS, "primary"))
    assert found == {(1, "sdg", "10"): pytest.approx(0.8), (1, "marmot", "F"): 1.0}


def test_links_of_ones_own_replace_the_proxys_framework_by_framework():
    rows = pd.DataFrame({"row_id": [1, 2], "proxy_id": ["a", "a"], "link_set": [0, 7]})
    theirs = proxy_links(("a", "sdg", "3", 1.0), ("a", "marmot", "F", 1.0))
    sets = pd.DataFrame([(7, "sdg", "11", 0.6)], columns=["link_set", *COLUMNS])
    found = shared(allocate(rows, theirs, sets, "shares"))
    # Row 2: its own 0.6 to goal 11 and 0.4 to nothing; the proxy's goal 3 is gone, its F is not.
    assert found == {
        (1, "sdg", "3"): 1.0,
        (1, "marmot", "F"): 1.0,
        (2, "sdg", "11"): 0.6,
        (2, "marmot", "F"): 1.0,
    }


def test_links_of_ones_own_carry_what_has_no_proxy():
    rows = pd.DataFrame({"row_id": [1], "proxy_id": [None], "link_set": [1]})
    sets = pd.DataFrame([(1, "sdg", "4", 1.0)], columns=["link_set", *COLUMNS])
    found = shared(allocate(rows, proxy_links(("a", "sdg", "3", 1.0)), sets, "shares"))
    assert found == {(1, "sdg", "4"): 1.0}


# Which of the user's links holds for a record.


def sets_of(outcomes, table):
    """For each record {(framework, category): share} of the links that hold for it."""
    numbers, sets = assign_link_sets(outcomes, table)
    return [
        {(s.framework, s.category): s.share for s in sets[sets["link_set"] == n].itertuples()}
        for n in numbers
    ]


def test_the_most_specific_scope_holds():
    outcomes = pd.DataFrame(
        {
            "outcome_id": ["o1", "o2", "o3", "o4"],
            "outcome": ["Calmer", "Calmer", "Fitter", "Fitter"],
            "activity_id": ["a1", "a1", "a1", "a2"],
            "activity_type": ["training", "training", "training", "training"],
            "project": ["P", "P", "P", "P"],
        }
    )
    scopes = ("outcome_id", "outcome", "activity_id", "activity_type", "project")
    table = links(
        (None, None, None, None, "P", "sdg", "1", 1.0),
        (None, None, None, "training", None, "sdg", "2", 1.0),
        (None, None, "a1", None, None, "sdg", "3", 1.0),
        (None, "Calmer", None, None, None, "sdg", "4", 1.0),
        ("o2", None, None, None, None, "sdg", "5", 1.0),
        scopes=scopes,
    )
    found = [list(each) for each in sets_of(outcomes, table)]
    # o1: its outcome; o2: itself; o3: its activity; o4: its activity's type, before its project.
    assert found == [[("sdg", "4")], [("sdg", "5")], [("sdg", "3")], [("sdg", "2")]]


def test_two_scopes_narrow_one_another():
    outcomes = pd.DataFrame({"outcome": ["Calmer", "Calmer", "Fitter"], "project": ["P", "Q", "P"]})
    table = links(
        ("Calmer", None, "sdg", "3", 1.0),
        ("Calmer", "P", "sdg", "4", 1.0),
        scopes=("outcome", "project"),
    )
    found = sets_of(outcomes, table)
    assert found == [{("sdg", "4"): 1.0}, {("sdg", "3"): 1.0}, {}]


def test_several_links_of_one_scope_hold_together_and_frameworks_are_apart():
    outcomes = pd.DataFrame({"outcome": ["Calmer", "Fitter", "Other"], "project": ["P", "P", "Q"]})
    table = links(
        ("Calmer", None, "sdg", "3", 0.5),
        ("Calmer", None, "sdg", "10", 0.25),
        (None, "P", "sdg", "1", 1.0),
        (None, "P", "marmot", "E", 1.0),
        scopes=("outcome", "project"),
    )
    calmer = {("sdg", "3"): 0.5, ("sdg", "10"): 0.25, ("marmot", "E"): 1.0}
    assert sets_of(outcomes, table) == [calmer, {("sdg", "1"): 1.0, ("marmot", "E"): 1.0}, {}]


def test_a_scope_that_records_do_not_have_fits_none():
    outcomes = pd.DataFrame({"outcome": ["Calmer"]})
    table = links((None, "c1", "sdg", "3", 1.0), scopes=("outcome", "challenge_id"))
    assert sets_of(outcomes, table) == [{}]


def test_a_missing_scope_of_a_record_matches_no_link():
    outcomes = pd.DataFrame({"project": pd.Series([None, "P"], dtype="string")})
    table = links(("P", "sdg", "3", 1.0), scopes=("project",))
    assert sets_of(outcomes, table) == [{}, {("sdg", "3"): 1.0}]


# From records to goals: 10 people x 100 pounds = 1,000 in one year, nothing taken off.


def values(result, *keys):
    """Net value by key, to a millionth of a pound; what has no value is left out."""
    sums = result.by(*keys).set_index(list(keys))["net_value"].dropna().round(6)
    return sums[sums != 0].to_dict()


def test_thirds_add_up_to_the_whole(assess, proxy_set):
    third = ("tea", "sdg"), (0.333, 0.333, 0.334)
    mine = proxy_set(links=[(*third[0], c, s) for c, s in zip("135", third[1], strict=True)])
    found = values(assess(proxies=mine), "sdg")
    # 333 + 333 + 334 = 1,000, so nothing is left over.
    assert found == {"1": 333.0, "3": 333.0, "5": 334.0}


def test_two_frameworks_cross_by_the_product_of_shares(assess, proxy_set):
    mine = proxy_set(
        links=[
            ("tea", "sdg", "3", 0.5),
            ("tea", "sdg", "10", 0.25),
            ("tea", "marmot", "B", 0.4),
            ("tea", "marmot", "F", 0.6),
        ]
    )
    found = values(assess(proxies=mine), "sdg", "marmot")
    # 1,000 x 0.5 x 0.4 = 200 and so on; a quarter has no goal: 1,000 x 0.25 x 0.4 = 100.
    assert found == {
        ("3", "B"): 200.0,
        ("3", "F"): 300.0,
        ("10", "B"): 100.0,
        ("10", "F"): 150.0,
        ("unallocated", "B"): 100.0,
        ("unallocated", "F"): 150.0,
    }
    assert sum(found.values()) == 1000.0


def test_the_users_links_and_primary_in_an_assessment(assess, proxy_set):
    theirs = proxy_set(links=[("tea", "sdg", "3", 0.6), ("tea", "sdg", "10", 0.2)])
    rows = ({"outcome": "Calmer"}, {"outcome": "Fitter", "quantity": 5})
    table = links(("Fitter", "sdg", "11", 0.7), ("Fitter", "sdg", "4", 0.2))
    found = values(assess(*rows, proxies=theirs, links=table), "sdg")
    # Calmer 1,000: 600, 200 and 200 left. Fitter 500: 350, 100 and 50 left.
    assert found == {"3": 600.0, "10": 200.0, "11": 350.0, "4": 100.0, "unallocated": 250.0}
    primary = {"allocation": "primary"}
    found = values(assess(*rows, proxies=theirs, links=table, assumptions=primary), "sdg")
    # 0.8 of 1,000 to goal 3 and 0.9 of 500 to goal 11; what was left over stays so.
    assert found == {"3": 800.0, "11": 450.0, "unallocated": 250.0}


def test_a_category_that_no_proxy_serves_says_so_and_is_not_nought(assess, proxy_set):
    found = assess(proxies=proxy_set()).by("sdg").set_index("sdg")
    assert found.loc["3", "status"] == "valued"
    assert found.loc["14", "status"] == "no proxy"
    assert pd.isna(found.loc["14", "net_value"])
    assert set(map(str, range(1, 18))) <= set(found.index)


# A list of one's own.

OWN = "category,title,wording,colour\nW1,Warm homes,Every home is warm,#0072B2\nW2,Fair pay,,\n"


@pytest.fixture
def own_set(tmp_path):
    """Make a set with frameworks/local.csv and links to it."""

    def make(text=OWN, link="tea,local,W1,0.75\ntea,sdg,3,1\n", encoding="utf-8"):
        (tmp_path / "frameworks").mkdir(exist_ok=True)
        (tmp_path / "frameworks" / "local.csv").write_text(text, encoding=encoding)
        (tmp_path / "links.csv").write_text(f"proxy_id,framework,category,share\n{link}", "utf-8")
        (tmp_path / "proxies.csv").write_text(
            "proxy_id,name,unit,unit_value,currency,price_year,value_type,value_covers,"
            "discount_class,uprating\n"
            "tea,A cup,person,100,GBP,2024-25,wellbeing,year,standard,deflator\n",
            encoding="utf-8",
        )
        return tmp_path

    return make


def test_a_framework_of_the_sets_own_is_reported_with_the_others(assess, own_set):
    mine = sv.load_proxies(own_set())
    assert list(mine.frameworks) == ["local"]
    result = assess(proxies=mine)
    found = result.by("local").set_index("local")
    # 1,000 x 0.75; nothing serves W2, so it is not nought.
    assert found.loc["W1", "net_value"] == pytest.approx(750)
    assert found.loc["W1", "local_title"] == "Warm homes"
    assert found.loc["W2", "status"] == "no proxy"
    assert found.loc["unallocated", "net_value"] == pytest.approx(250)
    assert values(result, "local", "sdg") == {("W1", "3"): 750.0, ("unallocated", "3"): 250.0}


def test_a_framework_of_the_sets_own_can_be_linked_from_records(assess, own_set):
    mine = sv.load_proxies(own_set())
    table = links(("Calmer", "local", "W2", 1.0))
    assert values(assess(proxies=mine, links=table), "local") == {"W2": 1000.0}


BAD_FRAMEWORKS = [
    ("category,wording\nW1,x\n", None, "title", "a required column is missing"),
    ("category,title\nW1,a\nW1,b\n", 3, "category", "category must be unique"),
    ("category,title\n,a\nW1,b\n", 2, "category", "category is required"),
    ("category,title\nW1,\n", 2, "title", "title is required"),
    ("category,title,colour\nW1,a,blue\n", 2, "colour", "a colour is written #rrggbb"),
    ("category,title\nmerged,a\n", 2, "category", "results use this word for what has no category"),
    ("category,title,shade\nW1,a,b\n", 1, "shade", "framework has no column of this name"),
]


@pytest.mark.parametrize(("text", "row", "column", "rule"), BAD_FRAMEWORKS)
def test_a_bad_framework_is_named_by_file_row_and_column(own_set, text, row, column, rule):
    with pytest.raises(InputError, match="cannot be used") as caught:
        sv.load_proxies(own_set(text))
    problems = caught.value.problems
    first = problems[problems["table"] == "framework"].iloc[0]
    assert first["source"] == "frameworks/local.csv"
    assert (first["row"], first["column"], first["rule"]) == (row, column, rule)
    assert first["what_to_do"]


@pytest.mark.parametrize("name", ["project", "year", "value_type"])
def test_a_framework_may_not_be_called_like_a_column_results_are_split_by(own_set, name):
    place = own_set()
    (place / "frameworks" / "local.csv").rename(place / "frameworks" / f"{name}.csv")
    (place / "links.csv").unlink()
    with pytest.raises(InputError) as caught:
        sv.load_proxies(place)
    [problem] = caught.value.problems.to_dict("records")
    assert problem["source"] == f"frameworks/{name}.csv"
    assert problem["what_to_do"] == "Give the file another name."


def test_a_link_to_a_category_the_own_list_lacks_is_refused(own_set):
    with pytest.raises(InputError) as caught:
        sv.load_proxies(own_set(link="tea,local,W9,1\n"))
    [problem] = caught.value.problems.to_dict("records")
    assert problem["rule"] == "the framework local has no such category"
    assert "W1, W2" in problem["what_to_do"]


def test_a_framework_in_the_encoding_of_older_spreadsheets(own_set):
    mine = sv.load_proxies(own_set(OWN.replace("Warm", "Café"), encoding="cp1252"))
    assert mine.frameworks["local"]["title"].tolist() == ["Café homes", "Fair pay"]


def test_blank_wording_and_colour_are_missing_not_text(own_set):
    framework, problems = read_framework(own_set() / "frameworks" / "local.csv")
    assert problems.empty
    assert framework["colour"].tolist() == ["#0072B2", None]
    assert framework["wording"].tolist() == ["Every home is warm", None]


def test_a_framework_of_the_sets_own_may_take_a_shipped_name(own_set, assess):
    # A council's own wording of the six priorities: its list holds, for links and for titles.
    place = own_set(link="tea,marmot,X,1\n")
    (place / "frameworks" / "marmot.csv").write_text("category,title\nX,Ours\n", encoding="utf-8")
    found = assess(proxies=sv.load_proxies(place)).by("marmot")
    assert found["marmot_title"].tolist()[0] == "Ours"
    assert found["net_value"].tolist()[0] == pytest.approx(1000)
