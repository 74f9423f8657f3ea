"""How is a file written? Whole, or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
        handle, name = tempfile.mkstemp(suffix=path.suffix, dir=path.parent)
        os.close(handle)
    except OSError as error:
        raise _locked(path, error) from error
    made = Path(name)
    try:
        yield made
        # A temporary file is its maker's alone; an output is read by others.
        made.chmod(0o644)
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
