"""What is in the example network? The invented projects, people and choices it is made from."""

SYNTHETIC = "(synthetic)"

PLACES = {  # name, and the deprivation deciles its people live in (1 = most deprived)
    f"Exampleton North {SYNTHETIC}": (1, 3),
    f"Exampleton Quays {SYNTHETIC}": (1, 5),
    f"Exampleton Vale {SYNTHETIC}": (3, 7),
    f"Exampleton Hill {SYNTHETIC}": (5, 10),
}

ACTIVITY_WORDS = {
    "new_or_enhanced_service": "Weekly service, round",
    "community_event": "Open day",
    "training": "Training",
    "community_business": "Stall",
    "voluntary_or_community_organisation": "Working group, month",
    "new_model": "Employer partnership, round",
    "self_help_group": "Group, block",
    "digital_technology": "App, release",
    "awareness_campaign": "Campaign",
    "social_movement": "Speaking up, month",
}


def _outcome(
    group: str, unit: str, proxy_id: str = "", evidence: str = "self_report", intended: str = "yes"
) -> dict[str, str]:
    return {
        "stakeholder_group": group,
        "unit": unit,
        "proxy_id": proxy_id,
        "evidence": evidence,
        "intended": intended,
    }


def _harm(group: str, unit: str, proxy_id: str, evidence: str = "self_report") -> dict[str, str]:
    return _outcome(group, unit, proxy_id, evidence, intended="no")


PROJECTS = {
    "Befriending": {
        "people": {"participants": 60, "volunteers": 20},
        "ages": ["45-64", "65 and over", "65 and over"],
        "types": [
            "new_or_enhanced_service",
            "training",
            "new_or_enhanced_service",
            "community_event",
        ],
        "what": "calls and visits for people who feel alone",
        "partners": ["", f"Exampleton Library {SYNTHETIC}"],
        "volunteer_hours": (30, 60),
        "in_kind": 1500,
        "outcomes": {
            "Chronic loneliness ended": _outcome(
                "participants", "person", "lonely_chronic_loneliness_year", "before_after"
            ),
            "Feels less lonely at the check-in": _outcome("participants", "check_in"),
            "Volunteers' own wellbeing": _outcome(
                "volunteers", "volunteer", "vol_volunteer_year_wellbeing"
            ),
            "Upset when a match ended early": _harm("participants", "wellby", "wb_wellby"),
        },
    },
    "Community garden": {
        "people": {"participants": 55},
        "ages": ["25-44", "45-64", "65 and over"],
        "types": ["voluntary_or_community_organisation", "community_event", "community_business"],
        "what": "growing and sharing food on a disused plot",
        "partners": ["", f"Exampleton Allotments {SYNTHETIC}"],
        "volunteer_hours": (20, 45),
        "in_kind": 2400,
        "outcomes": {
            "Higher life satisfaction": _outcome(
                "participants", "wellby", "wb_wellby", "before_after"
            ),
            "Food waste composted": _outcome(
                "everyone", "tonne_co2e", "env_carbon_tco2e", "estimate"
            ),
            "Emissions of van trips": _harm(
                "everyone", "tonne_co2e", "env_carbon_tco2e", "estimate"
            ),
            "Meals shared from the garden": _outcome(
                "local_households", "meal", evidence="admin_record"
            ),
            "Injury treated at A&E": _harm(
                "health_service", "attendance", "health_ae_attendance", "admin_record"
            ),
        },
    },
    "Job club": {
        "people": {"participants": 50},
        "ages": ["16-24", "25-44", "45-64"],
        "types": ["training", "self_help_group", "new_model"],
        "what": "finding and keeping work together",
        "partners": ["", f"Exampleton College {SYNTHETIC}"],
        "volunteer_hours": (8, 20),
        "in_kind": 1200,
        "outcomes": {
            "Job held": _outcome(
                "participants", "job", "emp_job_year_median_full_time", "admin_record"
            ),
            "More confident about finding work": _outcome("participants", "check_in"),
            "Started an English or maths course": _outcome(
                "participants", "course_start", evidence="admin_record"
            ),
            "Job ended within three months": _harm("participants", "wellby", "wb_wellby"),
        },
    },
    "Digital inclusion": {
        "people": {"participants": 55},
        "ages": ["25-44", "45-64", "65 and over"],
        "types": ["digital_technology", "training", "awareness_campaign"],
        "what": "an app and helpers for getting online",
        "partners": ["", f"Exampleton Library {SYNTHETIC}"],
        "volunteer_hours": (5, 20),
        "in_kind": 3000,
        "outcomes": {
            "Does everyday tasks online alone": _outcome("participants", "check_in"),
            "Time saved by going online": _outcome("participants", "hour", "transport_time_other"),
            "Money lost to an online scam": _harm(
                "participants", "offence", "crime_fraud_individual"
            ),
        },
    },
    "Peer support": {
        "people": {"participants": 35, "carers": 25},
        "ages": ["16-24", "25-44", "45-64"],
        "types": ["self_help_group", "awareness_campaign", "self_help_group", "social_movement"],
        "what": "people with mental illness, and carers, helping one another",
        "partners": ["", f"Exampleton GP Surgery {SYNTHETIC}"],
        "volunteer_hours": (15, 35),
        "in_kind": 900,
        "outcomes": {
            "Higher life satisfaction": _outcome(
                "participants", "wellby", "wb_wellby", "before_after"
            ),
            "Carers: higher life satisfaction": _outcome(
                "carers", "wellby", "wb_wellby", "before_after"
            ),
            "A&E attendance avoided": _outcome(
                "health_service", "attendance", "health_ae_attendance", "admin_record"
            ),
            "Talking therapy contact not needed": _outcome(
                "health_service", "contact", "health_talking_therapy_contact", "admin_record"
            ),
            "Felt able to talk about it": _outcome("participants", "check_in"),
        },
    },
}

FUNDERS = [  # grant, funder, project, money a year
    ("SYN-G1", "Example Community Fund", "Befriending", 20000),
    ("SYN-G1", "Example Community Fund", "Community garden", 14000),
    ("SYN-G2", "Exampleton Council", "Job club", 17000),
    ("SYN-G2", "Exampleton Council", "Digital inclusion", 11000),
    ("SYN-G3", "Pretend Health Trust", "Peer support", 15000),
    ("SYN-G3", "Pretend Health Trust", "Befriending", 6000),
]

STORY_WORDS = {
    "Befriending": [
        "The Tuesday call is the one thing in the week that is just for me.",
        "I had not spoken to a neighbour in a year. Now we share the paper.",
        "My befriender moved away and nobody told me. That was a bad month.",
        "I started by being called; now I make the calls.",
    ],
    "Community garden": [
        "I came for the beans and stayed for the bench.",
        "My lad eats spinach if he grew it himself.",
        "It rained for six weeks and we still turned up.",
        "I fell over the hose and spent the afternoon at A&E.",
    ],
    "Job club": [
        "They read my form before I sent it. First interview in two years.",
        "The job ended after eight weeks, and coming back in was hard.",
        "We practise the awkward questions on one another.",
    ],
    "Digital inclusion": [
        "I renewed the bus pass from my chair.",
        "I can see my grandson's face on a Sunday.",
        "I clicked on the wrong thing and lost money. They helped me report it.",
    ],
    "Peer support": [
        "Nobody here needs the long version.",
        "As a carer I did not know I was allowed to be tired.",
        "I still have bad days. I have people for them now.",
        "The first meeting was too loud for me; they found me a smaller one.",
    ],
}
