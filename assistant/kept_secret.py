"""A secret that is made at the first start, and kept in a file that only its owner can read."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

#: Characters of a secret that something is signed with: HS256 needs 32 bytes.
SHORTEST = 32


def kept_secret(path: Path) -> str:
    """Return the secret in a file, which is made when it is not there.

    Raises:
        OSError: The file can't be read or made.
        ValueError: It is too short, or no text.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, new = tempfile.mkstemp(dir=path.parent)  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(48))
            os.link(new, path)  # unlike renaming it leaves the file of a faster process as it is
        except FileExistsError:
            pass
        finally:
            Path(new).unlink()
    secret = path.read_text(encoding="ascii").strip()
    if len(secret) < SHORTEST:
        raise ValueError("too short")
    return secret
