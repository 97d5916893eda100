"""Where a secret is: the settings name a place, and the value is read only where it is used."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

LARGEST = 64 * 1024
"""Bytes of a file that holds a secret: a key or a token, not a disk image."""


class SecretError(Exception):
    """A secret cannot be had; the text says where it should be, never what it is."""


class SecretRef(BaseModel):
    """An environment variable or a file that holds a secret."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    env: str = ""
    """Environment variable of the service that holds it."""
    file: Path | None = None
    """File that holds it; white space around it is dropped, and it is read at each use."""

    @model_validator(mode="after")
    def _one_place(self) -> "SecretRef":
        if bool(self.env) == bool(self.file):
            raise ValueError("give exactly one of env and file")
        return self

    @property
    def place(self) -> str:
        """What people are told: which variable, or which file."""
        return f"file {str(self.file)!r}" if self.file else f"environment variable {self.env!r}"

    def read(self) -> str:
        """The secret, as it is there now; blocking I/O if it is in a file.

        Raises:
            SecretError: it is not there, empty, unreadable or much too large.
        """
        value = self._of_file(self.file) if self.file else os.environ.get(self.env, "")
        if not value.strip():
            raise SecretError(f"{self.place} is empty or not set")
        return value.strip()

    def _of_file(self, path: Path) -> str:
        try:
            with path.open("rb") as file:
                value = file.read(LARGEST + 1)
            if len(value) > LARGEST:
                raise SecretError(f"{self.place} is larger than {LARGEST:,} bytes")
            return value.decode()
        except OSError as error:
            raise SecretError(f"{self.place} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError:
            raise SecretError(f"{self.place} is not UTF-8 text") from None
