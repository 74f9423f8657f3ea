"""How far is it? A bar for what takes longer than two seconds; none where nobody looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from warnings import catch_warnings, simplefilter

AFTER = 2.0
"""Seconds before a bar is shown."""
_bar: ContextVar[Any] = ContextVar("bar", default=None)


@contextmanager
def progress_bar(what: str, wanted: bool = True) -> Iterator[None]:
    """Show a bar while something is worked out, counting the steps that are done.

    It is shown in notebooks and terminals, never in a file or pipe, and only after two seconds.

    Parameters
    ----------
    what : str
        What is being done, in words.
    wanted : bool
        False for no bar at all.

    Examples
    --------
    >>> with progress_bar("Counting", wanted=False):
    ...     step()
    """
    if not wanted or _bar.get() is not None:
        yield
        return
    with catch_warnings():
        # A notebook without its widgets gets a bar of text, or none: nothing to be warned of.
        simplefilter("ignore")
        from tqdm.auto import tqdm
    with tqdm(desc=what, unit=" steps", delay=AFTER, disable=None, leave=False) as bar:
        token = _bar.set(bar)
        try:
            yield
        finally:
            _bar.reset(token)


def step() -> None:
    """One more step is done; nothing happens where no bar is shown."""
    bar = _bar.get()
    if bar is not None:
        bar.update()
