"""How is a file written? Whole, or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from socialvalue.errors import OutputError


@contextmanager
def replace_whole(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path; put it in place of ``path`` once it is written.

    Raises
    ------
    OutputError
        If the folder or the file cannot be written; what was there is untouched.
    """
    path = Path(path)
    try:
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError(13, "Permission denied")
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{uuid4().hex}{path.suffix}")
        # Made as any other file, so that who may read it is what the user's system says.
        made.open("xb").close()
    except OSError as error:
        raise _locked(path, error) from error
    try:
        yield made
        os.replace(made, path)
    except OSError as error:
        raise _locked(path, error) from error
    finally:
        made.unlink(missing_ok=True)


def _locked(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"{path} cannot be written ({error.strerror}). It may be open in another program: close it "
        "and run again, or choose another place."
    )
