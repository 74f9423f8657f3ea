"""Which example records are there to try things on? Tables by name."""

from pathlib import Path

from socialvalue.proxies import ProxySet, load_proxies
from socialvalue.read import read_records
from socialvalue.records import Records

_FOLDER = Path(__file__).parent / "example_data"


def load_network() -> Records:
    """Records of a SYNTHETIC social innovation network: nobody and nothing in it is real.

    Five invented projects of an invented English town over 2024-25 and 2025-26: 150 activities,
    1,500 outcome records, 300 pseudonymous people, three funders, harms, outcomes without a price,
    before/after surveys and stories. Proxies are from the set ``uk-public``.

    Returns
    -------
    Records

    Examples
    --------
    >>> network = load_network()
    >>> len(network.activities), len(network.outcomes)
    (150, 1500)
    """
    return read_records(network_path())


def network_path() -> Path:
    """Folder of CSV files of the synthetic network.

    Examples
    --------
    >>> sorted(path.stem for path in network_path().glob("*.csv"))[:3]
    ['activities', 'activity_grants', 'adjustments']
    """
    return _FOLDER / "network"


def messy_workbook_path() -> Path:
    """Path of a synthetic workbook with a mistake of every kind, for `check` to find.

    Examples
    --------
    >>> messy_workbook_path().name
    'messy_workbook.xlsx'
    """
    return _FOLDER / "messy_workbook.xlsx"


def load_diabetes() -> Records:
    """Records of a published analysis: Living Well, Taking Control (type 2 diabetes, 2015).

    Its own values and settings lie beside the workbook of `diabetes_path`, in ``proxies`` and
    ``assumptions.toml``; ``SOURCE.md`` there says where each figure is printed.

    Returns
    -------
    Records

    Examples
    --------
    >>> load_diabetes().outcomes.shape[0]
    15
    """
    return read_records(diabetes_path())


def diabetes_proxies() -> ProxySet:
    """Values of the published diabetes analysis, as its report states them.

    Examples
    --------
    >>> diabetes_proxies().proxies["proxy_id"].is_unique
    True
    """
    return load_proxies(diabetes_path().parent / "proxies")


def diabetes_path() -> Path:
    """Path of the workbook of the published diabetes analysis.

    Examples
    --------
    >>> (diabetes_path().parent / "assumptions.toml").is_file()
    True
    """
    return _FOLDER / "type2_diabetes" / "type2_diabetes.xlsx"
