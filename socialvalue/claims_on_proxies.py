"""What would an assessor challenge in the choice of proxies?"""

import re
from collections.abc import Iterator

import pandas as pd

from socialvalue.findings import MOST, Claim, finding, first_three, names_of, size_of
from socialvalue.years import parse_year

OLD_YEARS = 10
"""Years between the prices of a proxy and those of the result from which it is old: in ten years
not prices alone change but what people are paid, what services do and what they cost."""
TRANSFERS = re.compile(
    r"\b(?i:universal credit|allowances?|housing benefit|benefits? payments?|welfare payments?|"
    r"claimants?|jobseeker'?s?|income support|council tax|income tax|national insurance|"
    r"landfill tax|tax (?:paid|receipts?|revenues?|credits?)|vat|"
    r"personal independence payments?|pension credit|child benefit|incapacity benefit|"
    r"industrial (?:injuries|death) (?:disablement )?benefit|"
    r"(?:adult|child|pension age) disability payments?|carer support payments?|"
    r"armed forces independence payments?|bereavement (?:support )?payments?|"
    r"winter fuel payments?|cold weather payments?|war widow'?s'? pension|"
    r"state pensions?(?! age))\b|\b(?:PIP|ESA|DLA|JSA)\b"
)
"""Names of money that only changes hands.

Benefits as HMRC and nidirect list them: "Tax-free and taxable state benefits",
https://www.gov.uk/income-tax/taxfree-and-taxable-state-benefits, and "Christmas Bonus",
https://www.nidirect.gov.uk/articles/christmas-bonus, which names the Scottish ones too. Allowances
are all caught by that word. Short forms are looked for in capitals alone, and "benefit" only in
the names of benefits: volunteering has benefits and is none.
"""
RECORDED = re.compile(r"police-recorded|recorded crimes?|recorded counts?", re.IGNORECASE)
AVERAGE = re.compile(r"average cost|\ban average\b", re.IGNORECASE)


def past_review(claim: Claim) -> Iterator[dict]:
    """Value that rests on a proxy whose day of review has passed."""
    rows = claim.counted
    due = pd.to_datetime(rows["review_by"], errors="coerce") < pd.Timestamp(claim.day)
    rows = rows[due & rows["superseded_by"].isna()]
    if len(rows):
        yield finding(
            "past_review",
            "low",
            f"Proxies are past their day of review: {first_three(rows['proxy_id'])}.",
            rows,
            why="A newer figure may have been published since.",
            what_to_do="Look at the source. Where nothing newer is there, put review_by forward in "
            "a set of your own, or accept this finding and say what you saw.",
        )


def old_prices(claim: Claim) -> Iterator[dict]:
    """Value whose proxy is at prices of more than ten years before those of the result."""
    rows = claim.counted
    now = parse_year(claim.assumptions.price_year).start
    then = rows["price_year"].map(lambda year: parse_year(str(year)).start)
    rows = rows[then < now - OLD_YEARS]
    if len(rows):
        oldest = rows.loc[then[rows.index].idxmin(), "price_year"]
        share = claim.share(size_of(rows))
        yield finding(
            "old_prices",
            "medium" if share > MOST else "low",
            f"{share:.0%} of the value has proxies at prices more than {OLD_YEARS} years old, back "
            f"to {oldest}: {first_three(rows['proxy_id'])}.",
            rows,
            why="Re-pricing keeps the purchasing power of a figure; it does not make an old study "
            "new.",
            what_to_do="Look for a newer figure, or say why the old one still fits.",
        )


def transfers(claim: Claim) -> Iterator[dict]:
    """Value in the public view that looks like a transfer, or does not say whether it is one."""
    if claim.assumptions.perspective != "public":
        return
    rows = claim.counted
    named = rows["proxy_name"].fillna("").map(lambda name: bool(TRANSFERS.search(name)))
    yield from _like_transfers(rows[named.astype(bool)])
    silent = rows[(rows["value_type"] == "fiscal") & rows["transfer"].isna() & ~named.astype(bool)]
    if len(silent):
        yield finding(
            "transfer_not_said",
            "low",
            f"Proxies of fiscal value do not say whether they are transfers: "
            f"{first_three(silent['proxy_id'])}.",
            silent,
            why="Benefits and taxes are transfers and do not count in public value.",
            what_to_do="State transfer, yes or no, in the proxy set.",
        )


def _like_transfers(rows: pd.DataFrame) -> Iterator[dict]:
    """A name that speaks of a transfer: a mistake, or a question where the set says it is none."""
    denied = rows["transfer"].eq(False).fillna(False).astype(bool)
    for part, severity, message in (
        (rows[~denied], "medium", "What looks like a tax or a benefit counts as public value"),
        (rows[denied], "low", "The set says it is no transfer, its name says otherwise"),
    ):
        if len(part):
            yield finding(
                "transfer_in_public_value",
                severity,
                f"{message}: {first_three(part['proxy_id'])}.",
                part,
                why="What the public purse gains there somebody else loses: no gain to all "
                "together.",
                what_to_do="Set transfer to yes in the proxy set; or say in its notes why it is "
                "none.",
            )


def recorded_crimes(claim: Claim) -> Iterator[dict]:
    """Whole counts from records valued per crime that happened, whether recorded or not."""
    notes = claim.proxies.drop_duplicates("proxy_id").set_index("proxy_id")["notes"]
    rows = claim.counted[claim.counted["evidence"] == "admin_record"]
    said = rows["proxy_id"].map(notes).fillna("").astype(str)
    whole = (rows["quantity"] % 1) == 0
    rows = rows[said.map(lambda note: bool(RECORDED.search(note))).astype(bool) & whole]
    if len(rows):
        yield finding(
            "recorded_crimes",
            "low",
            f"{names_of(rows)}: counts of recorded crimes are valued per crime that happened "
            f"({first_three(rows['proxy_id'])}).",
            rows,
            why="Many crimes are never recorded, and a few kinds are recorded more often than they "
            "happen: the value is then too low, or too high.",
            what_to_do="Multiply the recorded count as the notes of the proxy say, unless they "
            "warn against it; or say beside the figure that it is of recorded crimes.",
        )


def savings_not_cashable(claim: Claim) -> Iterator[dict]:
    """Average costs that the fiscal view reads as savings."""
    if claim.assumptions.perspective != "fiscal":
        return
    notes = claim.proxies.drop_duplicates("proxy_id").set_index("proxy_id")["notes"]
    said = claim.counted["proxy_id"].map(notes).fillna("").astype(str)
    rows = claim.counted[said.map(lambda note: bool(AVERAGE.search(note))).astype(bool)]
    if len(rows):
        yield finding(
            "savings_not_cashable",
            "medium" if claim.share(size_of(rows)) > MOST else "low",
            f"Average costs stand for savings: {first_three(rows['proxy_id'])}.",
            rows,
            why="One bed day fewer closes no ward: money is released only where capacity is closed "
            "or used for somebody else.",
            what_to_do="Say how much of it the payer could release; use marginal costs if known.",
        )
