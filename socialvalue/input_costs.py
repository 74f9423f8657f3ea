"""What did it take? Inputs re-priced and discounted."""

import numpy as np
import pandas as pd

from socialvalue.assumptions import TIMING_OFFSET, Assumptions
from socialvalue.optimism import costs_up_of
from socialvalue.price_tables import price_series
from socialvalue.prices import discount_factors, price_factor, schedules
from socialvalue.years import year_label


def value_inputs(inputs: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Re-price and discount what was put in.

    Parameters
    ----------
    inputs : DataFrame
        The inputs table, typed, with ``year_start`` (int): the year each date falls in.
    assumptions : Assumptions
        With ``base_year`` set.

    Returns
    -------
    DataFrame
        project, input_type, payer, grant_id, year, t, amount, price_year, price_factor,
        discount_factor, present_value, forecast_prices; one row an input.
    """
    table = inputs.copy()
    table["amount"] = table["amount"].fillna(table["hours"] * table["rate"]).astype(float)
    table["year"] = [year_label(y, assumptions.financial_years) for y in table["year_start"]]
    table["t"] = table["year_start"].astype(int) - int(str(assumptions.base_year)[:4])
    settled = table["already_present_value"].fillna(False).to_numpy(bool)
    prices = table["price_year"].fillna(table["year"]).astype(str)
    series = price_series(assumptions.price_series)
    found = [
        (1.0, False, False)
        if done or not assumptions.uprate
        else price_factor(year, assumptions.price_year, 0.0, series, assumptions.currency)
        for year, done in zip(prices, settled, strict=True)
    ]
    table["price_year"] = prices
    table["price_factor"] = [each[0] for each in found]
    table["forecast_prices"] = [each[1] for each in found]
    offset = TIMING_OFFSET[assumptions.input_timing]
    factors = discount_factors(schedules(assumptions)[0], table["t"].tolist(), offset)
    table["discount_factor"] = np.where(settled, 1.0, factors)
    # What is a present value already is taken as it is: not raised, re-priced or discounted.
    up = np.where(settled, 0.0, costs_up_of(assumptions))
    table["costs_up"] = up
    table["present_value"] = (
        table["amount"] * (1 + up) * table["price_factor"] * table["discount_factor"]
    )
    columns = ["project", "input_type", "payer", "grant_id", "year", "t", "amount", "price_year"]
    columns += ["price_factor", "costs_up", "discount_factor", "present_value", "forecast_prices"]
    return table[columns]
