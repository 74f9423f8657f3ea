"""What would an assessor challenge in what was looked for, and whom was asked?"""

from collections.abc import Iterator

from socialvalue.findings import Claim, finding, first_three

MIXED_OUTCOMES = 4
"""So many outcomes, for two groups or more, make a mixed programme: one in which all that changed
is unlikely to have a price."""


def everything_priced(claim: Claim) -> Iterator[dict]:
    """A programme of many outcomes for several groups in which every one has a price."""
    rows = claim.rows
    mixed = rows["outcome"].nunique() >= MIXED_OUTCOMES and rows["stakeholder_group"].nunique() > 1
    if mixed and rows["proxy_id"].notna().all():
        yield finding(
            "everything_priced",
            "low",
            f"All {rows['outcome'].nunique()} outcomes have a price: none is counted and told "
            "without one.",
            rows.iloc[0:0],
            why="Some of what matters to people has no good price; it may have been left out, or "
            "given a price that does not fit.",
            what_to_do="Record what has no good price without a proxy_id: it is told beside the "
            "money.",
        )


def stakeholders_left_out(claim: Claim) -> Iterator[dict]:
    """Groups left out without a reason, with value though left out, or in without an outcome."""
    groups = claim.tables["stakeholders"]
    if groups.empty:
        return
    names = groups["stakeholder_group"]
    out = groups["included"].eq(False).fillna(False).astype(bool)
    told = set(claim.rows["stakeholder_group"].dropna())
    for part, severity, message, todo in (
        (
            out & groups["reason"].isna(),
            "medium",
            "are left out of the analysis and no reason is given",
            "Write why in the stakeholders table.",
        ),
        (
            out & names.isin(told),
            "medium",
            "are said to be left out and have outcomes in the records",
            "Correct included, or take their records out.",
        ),
        (
            ~out & ~names.isin(told),
            "low",
            "are said to be in and have no outcome in the records",
            "Record what changed for them, a change for the worse too; or say why they are out.",
        ),
    ):
        if part.any():
            yield finding(
                "stakeholders_left_out",
                severity,
                f"Groups that {message}: {first_three(names[part])}.",
                claim.rows.iloc[0:0],
                why="Who is left out decides what is found: harms are often theirs.",
                what_to_do=todo,
            )


def nobody_involved(claim: Claim) -> Iterator[dict]:
    """A table of stakeholders in which no group was asked."""
    groups = claim.tables["stakeholders"]
    if len(groups) and groups["how_involved"].isna().all():
        yield finding(
            "nobody_involved",
            "low",
            "The stakeholders table does not say of any group how it was asked.",
            claim.rows.iloc[0:0],
            why="What changed, and how much it matters, is theirs to say: the first of the "
            "principles of social value.",
            what_to_do="Write how_involved, or ask them.",
        )


def inputs_without_in_kind(claim: Claim) -> Iterator[dict]:
    """Inputs of money alone: no time given, nothing in kind."""
    types = set(claim.inputs["input_type"].dropna())
    if types and not types & {"in_kind", "volunteer_time"}:
        yield finding(
            "inputs_without_in_kind",
            "low",
            "The inputs are money and staff alone: no time that was given, and nothing in kind.",
            claim.rows.iloc[0:0],
            why="Rooms, goods and time that others gave are part of what the change took; without "
            "them the ratio is too high.",
            what_to_do="Add inputs of type in_kind and volunteer_time; where there were none, "
            "accept this finding with that as the reason.",
        )
