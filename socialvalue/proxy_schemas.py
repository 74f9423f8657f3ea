"""Which columns has a proxy set? The tables of a set, declared like those of records."""

from socialvalue.columns import (
    Table,
    code,
    date,
    ident,
    money,
    number,
    required,
    share,
    text,
    year,
    yes_no,
)

VALUE_TYPES = ("fiscal", "economic", "wellbeing", "environmental")
COVERS = ("year", "duration", "once")
UPRATING = ("deflator", "income", "none", "carbon")
DISTRIBUTIONS = ("fixed", "uniform", "triangular", "pert", "normal", "lognormal")

PROXIES = Table(
    "proxies",
    "Money values for one unit of an outcome.",
    (
        required(ident("proxy_id", "Proxy", "Identifier")),
        text("theme", "Theme", "Field it belongs to"),
        required(text("name", "Name", "What it is the value of")),
        required(text("unit", "Unit", "What one unit is")),
        required(money("unit_value", "Unit value", "Money for one unit")),
        money("low", "Low", "Lower end of its published range"),
        money("high", "High", "Upper end of its published range"),
        code("distribution", "Distribution", "Shape of the range, if published", DISTRIBUTIONS),
        required(text("currency", "Currency", "Currency of the values")),
        required(year("price_year", "Price year", "Prices of the values")),
        required(code("value_type", "Value type", "Whose gain of what kind", VALUE_TYPES)),
        required(code("value_covers", "Covers", "What span one unit's value is for", COVERS)),
        required(
            code("discount_class", "Discount class", "Which schedule", ("standard", "health"))
        ),
        yes_no("transfer", "Transfer", "Moves money between people"),
        text("payer", "Payer", "Who gains or saves"),
        text("overlap_group", "Overlap group", "Proxies not to be added for one person"),
        required(code("uprating", "Uprating", "How it is re-priced", UPRATING)),
        number("income_elasticity", "Income elasticity", "Growth with real income", minimum=0),
        text("already_net_of", "Already net of", "Reductions that are already in it"),
        share("deadweight", "Deadweight", "Published default"),
        share("displacement", "Displacement", "Published default"),
        share("attribution_to_others", "Attribution to others", "Published default"),
        share("drop_off", "Drop-off", "Published default"),
        number("duration_years", "Duration", "Published default", "years", minimum=0, maximum=100),
        text("defaults_source", "Source of defaults", "Where the defaults are published"),
        ident("source_id", "Source", "As in sources.csv"),
        text("page", "Page", "Where in the source"),
        text("evidence", "Evidence", "How the figure was checked"),
        date("valid_from", "Valid from", "First day it holds"),
        date("valid_to", "Valid to", "Last day it holds"),
        date("review_by", "Review by", "When to look for a newer figure"),
        text("superseded_by", "Superseded by", "What replaced it"),
        text("notes", "Notes", "Cautions"),
    ),
)

PROXY_LINKS = Table(
    "links",
    "Goals that a proxy's value counts towards.",
    (
        required(ident("proxy_id", "Proxy", "As in proxies.csv")),
        required(text("framework", "Framework", "sdg, marmot, marmot-8 or one of the set's own")),
        required(ident("category", "Category", "Goal or priority")),
        required(share("share", "Share", "Share of the value that goes to it")),
        text("rationale", "Rationale", "Why"),
    ),
    key=("proxy_id", "framework", "category"),
)

SOURCES = Table(
    "sources",
    "Where the figures are published.",
    (
        required(ident("source_id", "Source", "Identifier")),
        required(text("title", "Title", "Title")),
        text("publisher", "Publisher", "Publisher"),
        text("year", "Year", "Year of publication"),
        text("url", "Address", "Where it is"),
        text("licence", "Licence", "Terms of use"),
        text("found_at", "Found at", "Where the figure was read"),
    ),
    key=("source_id",),
)

FRAMEWORK = Table(
    "framework",
    "Categories that value is shared over, in the order to show them.",
    (
        required(ident("category", "Category", "A short code")),
        required(text("title", "Title", "A few words for charts and tables")),
        text("wording", "Wording", "The full text"),
        text("colour", "Colour", "#rrggbb; charts print the title too"),
        text("source", "Source", "Whose list it is"),
        text("found_at", "Found at", "Where it was read"),
    ),
    key=("category",),
)

TABLES = {"proxies": PROXIES, "links": PROXY_LINKS, "sources": SOURCES}
