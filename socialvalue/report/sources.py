"""Which published values does a reader need to see? Those in force in the years of the result."""

import pandas as pd

from socialvalue.results import Result


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
