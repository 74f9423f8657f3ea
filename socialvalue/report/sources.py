"""Which published figures does a reader need to see? Values in force, and what re-prices them."""

import pandas as pd

from socialvalue.price_tables import price_series
from socialvalue.prices import PriceSteps, price_steps
from socialvalue.results import Result

_RE_PRICING = ["from_year", "to_year", "deflator_then", "deflator_now", "income_then", "income_now"]
_RE_PRICING += ["income_elasticity", "price_factor", "forecast", "income_held"]


def values_in_force(result: Result) -> pd.DataFrame:
    """Proxies used, without their dated rows for years in which nothing falls.

    A series such as the value of a tonne of carbon has a row for every year to come; the CSV
    tables hold them all.
    """
    used, years = result.proxies_used, result.discount_factors["year"].astype(str)
    if years.empty:
        return used
    starts = years.str[:4].astype(int)
    month = result.assumptions.year_start_month
    first = pd.Timestamp(int(starts.min()), month, 1)
    after = pd.Timestamp(int(starts.max()) + 1, month, 1)
    begins, ends = (pd.to_datetime(used[column]) for column in ("valid_from", "valid_to"))
    kept = (begins.isna() | (begins < after)) & (ends.isna() | (ends >= first))
    # A value last in force before the first year may still be the one that was picked.
    lost = ~used["proxy_id"].isin(used.loc[kept, "proxy_id"])
    return used[kept | lost].reset_index(drop=True)


def re_pricing(result: Result) -> pd.DataFrame:
    """What each price factor of the values and the inputs shown is made of.

    Parameters
    ----------
    result : Result

    Returns
    -------
    DataFrame
        from_year, to_year, deflator_then, deflator_now [index], income_then, income_now [index of
        real income per head; null where a value does not follow it], income_elasticity,
        price_factor [ratio], forecast, income_held; one row for each factor that is not 1 by
        definition. The factor is (deflator_now / deflator_then) x (income_now / income_then) ^
        income_elasticity. A calendar year at a financial year's prices is a quarter of the one
        financial year and three quarters of the next.
    """
    assumptions, to_year = result.assumptions, result.assumptions.price_year
    rows = result.valued.rows
    rows = rows[rows["price_factor"].notna() & (rows["uprating"] != "none")]
    grows = rows["uprating"] == "income"
    years = pd.DataFrame(
        {
            "from_year": rows["price_year"].astype(str),
            "income_elasticity": rows["income_elasticity"].astype(float).where(grows, 0.0),
        }
    )
    of_inputs = pd.DataFrame({"from_year": result.inputs["price_year"].astype(str)})
    years = pd.concat([years, of_inputs.assign(income_elasticity=0.0)])
    years = years[years["from_year"] != to_year].drop_duplicates()
    years = years.sort_values(["from_year", "income_elasticity"], ignore_index=True)
    if not assumptions.uprate:
        years = years.iloc[0:0]
    series = price_series(assumptions.price_series)
    lines = []
    for year, elasticity in zip(years["from_year"], years["income_elasticity"], strict=True):
        steps = price_steps(year, to_year, elasticity, series, assumptions.currency)
        about = {"from_year": year, "to_year": to_year, **steps._asdict()}
        lines.append({**about, "price_factor": steps.factor})
    columns = ["from_year", "to_year", *PriceSteps._fields, "price_factor"]
    table = pd.DataFrame(lines, columns=columns).rename(columns={"elasticity": "income_elasticity"})
    return table[_RE_PRICING]
