"""Which tables and columns are there? Every column of every table of records, declared once.

Checks, templates, messages and documents are all made from these declarations.
"""

from socialvalue.columns import (
    Table,
    code,
    count,
    date,
    ident,
    integer,
    money,
    number,
    required,
    share,
    text,
    year,
    yes_no,
)

ACTIVITY_TYPES = (
    "new_product",
    "new_or_enhanced_service",
    "new_model",
    "social_enterprise",
    "voluntary_or_community_organisation",
    "digital_technology",
    "social_movement",
    "awareness_campaign",
    "self_help_group",
    "community_business",
    "community_event",
    "training",
    "other",
)
EVIDENCE = (
    "self_report",
    "before_after",
    "comparison_group",
    "trial",
    "admin_record",
    "testimony",
    "estimate",
)
INPUT_TYPES = ("cash", "staff_time", "volunteer_time", "in_kind")

_activity = ident("activity_id", "Activity", "The activity, as in the activities table")
_project = text("project", "Project", "The project it belongs to; taken from the activity if blank")
_group = text("stakeholder_group", "Stakeholder group", "Who experiences the change")
_person = ident(
    "person_id", "Person", "Pseudonym, for counting distinct people; never shown", private=True
)
_deadweight = share("deadweight", "Deadweight", "Share that would have happened anyway")
_displacement = share("displacement", "Displacement", "Share moved from elsewhere")
_attribution = share(
    "attribution_to_others", "Attribution to others", "Share caused by other people or bodies"
)
_drop_off = share("drop_off", "Drop-off", "Share lost each year after the first")
_duration = number(
    "duration_years", "Duration", "How long the outcome lasts", "years", minimum=0, maximum=100
)
_starts = count(
    "starts", "Starts", "0: in the year of the record; 1: the year after", "years", maximum=100
)
_people = count("people", "People", "How many people it happened to or for", "people")

ACTIVITIES = Table(
    "activities",
    "What was done.",
    (
        required(ident("activity_id", "Activity", "Its identifier")),
        text("title", "Title", "What it is called"),
        required(code("activity_type", "Type", "Form or action", ACTIVITY_TYPES)),
        required(date("start_date", "Start", "First day")),
        date("end_date", "End", "Last day"),
        text("organisation", "Organisation", "Who ran it"),
        text("partners", "Partners", "Who ran it with them"),
        text("project", "Project", "The project it belongs to"),
        text("place", "Place", "Where it was"),
        ident("lsoa", "LSOA", "Lower-layer super output area"),
        _people,
        number("hours", "Hours", "Hours it ran", "hours", minimum=0),
        number("volunteer_hours", "Volunteer hours", "Hours given", "hours", minimum=0),
        money("cost", "Cost", "What it cost; reconciled with the inputs", minimum=0),
    ),
    key=("activity_id",),
    open=True,
)

OUTCOMES = Table(
    "outcomes",
    "What changed, for whom and by how much.",
    (
        required(ident("outcome_id", "Record", "Identifier of the record")),
        _activity,
        _project,
        text("outcome", "Outcome", "The change, in words"),
        text("indicator", "Indicator", "How it was seen"),
        ident("proxy_id", "Proxy", "Value for one unit; blank: counted and told, not priced"),
        required(_group),
        required(number("quantity", "Quantity", "Amount of outcome; negative is a harm", "unit")),
        number("quantity_low", "Quantity, low", "Lower end of its range", "unit"),
        number("quantity_high", "Quantity, high", "Upper end of its range", "unit"),
        share("quantity_level", "Level of range", "0.95: an interval at 95%; blank: hard ends"),
        text("unit", "Unit", "What one of quantity is; must equal the proxy's"),
        _people,
        count("sample_size", "Sample size", "People asked, behind the quantity", "people"),
        required(date("date", "Date", "When the change was seen")),
        _starts,
        _duration,
        _deadweight,
        _displacement,
        _attribution,
        _drop_off,
        _person,
        code("evidence", "Evidence", "How it is known", EVIDENCE),
        yes_no("intended", "Intended", "Whether it was meant to happen"),
        text("note", "Note", "Anything else"),
        text("age_band", "Age band", "Age of those it happened to"),
        text("gender", "Gender", "Gender of those it happened to"),
        text("ethnicity", "Ethnicity", "Ethnicity of those it happened to"),
        text("nation", "Nation", "Nation of the UK"),
        integer("imd_decile", "IMD decile", "1 is the most deprived", minimum=1, maximum=10),
        text("imd_edition", "IMD edition", "Which index the decile is from"),
    ),
    key=("outcome_id",),
    open=True,
)

INPUTS = Table(
    "inputs",
    "What was put in.",
    (
        required(ident("input_id", "Input", "Identifier")),
        money("amount", "Amount", "Money; or give hours and rate", minimum=0),
        required(date("date", "Date", "When it was put in")),
        required(code("input_type", "Type", "What kind it is", INPUT_TYPES)),
        text("payer", "Payer", "Who bore it"),
        _project,
        _activity,
        ident("grant_id", "Grant", "The grant it came from"),
        number("hours", "Hours", "Hours given, where there is no amount", "hours", minimum=0),
        money("rate", "Rate", "Money per hour", minimum=0),
        year("price_year", "Price year", "Prices of the amount, if not those of its date"),
        yes_no("already_present_value", "Present value", "Taken as it is: not re-priced again"),
    ),
    key=("input_id",),
)

ADJUSTMENTS = Table(
    "adjustments",
    "What to take off, for records that do not say, and why.",
    (
        ident("proxy_id", "Proxy", "Only for this proxy; blank: any"),
        text("project", "Project", "Only for this project; blank: any"),
        text("stakeholder_group", "Stakeholder group", "Only for this group; blank: any"),
        year("year", "Year", "Only for records of this year; blank: any"),
        _deadweight,
        _displacement,
        _attribution,
        _drop_off,
        _duration,
        _starts,
        required(text("reason", "Reason", "Why; printed with the result")),
    ),
)

LINKS = Table(
    "links",
    "Goals of your own choice, in place of the proxy's.",
    (
        ident("outcome_id", "Record", "Only for this record"),
        text("outcome", "Outcome", "Only for this outcome"),
        ident("activity_id", "Activity", "Only for this activity"),
        code("activity_type", "Activity type", "Only for this type of activity", ACTIVITY_TYPES),
        text("project", "Project", "Only for this project"),
        ident("challenge_id", "Challenge", "Only for this challenge"),
        required(text("framework", "Framework", "sdg, marmot, marmot-8 or one of the set's own")),
        required(ident("category", "Category", "Goal or priority")),
        required(share("share", "Share", "Share of the value that goes to it")),
        text("rationale", "Rationale", "Why"),
    ),
)

STAKEHOLDERS = Table(
    "stakeholders",
    "Who was affected, and who was left out and why.",
    (
        required(_group),
        count("number", "Number", "How many there are", "people"),
        yes_no("included", "Included", "Whether they are in the analysis"),
        text("reason", "Reason", "Why they are in or out"),
        text("how_involved", "How involved", "How they were asked"),
    ),
    key=("stakeholder_group",),
)

PARTICIPATION = Table(
    "participation",
    "Who took part.",
    (
        required(_person),
        required(_activity),
        date("date", "Date", "When"),
        number("hours", "Hours", "For how long", "hours", minimum=0),
    ),
)

ACTIVITY_GRANTS = Table(
    "activity_grants",
    "Which grant paid for which share of an activity.",
    (
        required(_activity),
        required(ident("grant_id", "Grant", "The grant")),
        required(share("share", "Share", "Share of the activity it paid for")),
    ),
    key=("activity_id", "grant_id"),
)

TARGETS = Table(
    "targets",
    "What was promised.",
    (
        ident("grant_id", "Grant", "The grant it was promised for"),
        text("project", "Project", "The project it was promised for"),
        required(text("measure", "Measure", "What is counted")),
        required(number("target", "Target", "How much")),
        date("due_date", "Due", "By when"),
    ),
)

PARTNER_CLAIMS = Table(
    "partner_claims",
    "Shares of an activity's results that partners claim.",
    (
        required(_activity),
        required(text("partner", "Partner", "Who claims it")),
        required(share("share", "Share", "Share claimed")),
    ),
    key=("activity_id", "partner"),
)

SURVEYS = Table(
    "surveys",
    "Scores before, after and later.",
    (
        required(_person),
        required(_activity),
        required(text("instrument", "Instrument", "Which scale")),
        required(code("wave", "Wave", "When in the story", ("before", "after", "follow_up"))),
        required(date("date", "Date", "When asked")),
        number("score", "Score", "Blank: asked, no answer"),
    ),
)

INSTRUMENTS = Table(
    "instruments",
    "Scales of your own: what a survey score may be, and which way is better.",
    (
        required(ident("instrument", "Instrument", "A short code, as written in surveys")),
        text("name", "Name", "What it is called, or the question asked"),
        required(number("minimum", "Minimum", "Lowest possible score")),
        required(number("maximum", "Maximum", "Highest possible score")),
        required(
            yes_no("whole_numbers", "Whole numbers", "Whether only whole scores are possible")
        ),
        required(
            yes_no("higher_is_better", "Higher is better", "Whether a rise is an improvement")
        ),
        number(
            "meaningful_change", "Meaningful change", "Smallest change that matters to a person"
        ),
        text("meaningful_change_source", "Its source", "Where the meaningful change is published"),
        text("notes", "Notes", "Cautions"),
    ),
    key=("instrument",),
)

IMPORTANCE = Table(
    "importance",
    "How much each outcome matters to people, for results without money.",
    (
        text("stakeholder_group", "Stakeholder group", "Whose view; blank: all groups"),
        required(text("outcome", "Outcome", "The change, as in the outcomes table")),
        required(
            number(
                "importance",
                "Importance",
                "0: does not matter; 10: could not matter more",
                "0 to 10",
                minimum=0,
                maximum=10,
            )
        ),
        count("people_asked", "People asked", "How many people were asked", "people"),
        text("how_asked", "How asked", "How people were asked what matters"),
    ),
)

STORIES = Table(
    "stories",
    "What people said, with their consent.",
    (
        required(ident("story_id", "Story", "Identifier")),
        required(_activity),
        required(text("text", "Text", "The story", private=True)),
        required(code("consent", "Consent", "Who may read it", ("none", "internal", "public"))),
        date("withdrawn_on", "Withdrawn on", "When consent was taken back"),
        ident("outcome_id", "Record", "The outcome record it is about"),
    ),
    key=("story_id",),
)

TABLES = {
    table.name: table
    for table in (
        ACTIVITIES,
        OUTCOMES,
        INPUTS,
        ADJUSTMENTS,
        LINKS,
        STAKEHOLDERS,
        PARTICIPATION,
        ACTIVITY_GRANTS,
        TARGETS,
        PARTNER_CLAIMS,
        SURVEYS,
        INSTRUMENTS,
        IMPORTANCE,
        STORIES,
    )
}
