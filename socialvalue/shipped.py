"""Where are the shipped tables (proxy sets, prices, frameworks)?"""

from pathlib import Path

from socialvalue.errors import SocialValueError


def data_root() -> Path:
    """Folder of the shipped tables: inside the installed package, or the checkout's `proxies/`.

    Raises
    ------
    SocialValueError
        If neither is there: the installation is broken.
    """
    package = Path(__file__).parent
    for folder in (package / "_proxies", package.parent / "proxies"):
        if (folder / "prices").is_dir():
            return folder
    raise SocialValueError(
        "The shipped proxy tables are missing from this installation. Install socialvalue again."
    )
