"""What all settings have in common, and what several topics use."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

NAME = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"


Role = Literal["read", "subscribe", "plan", "operate", "override"]
"""read: look at everything · subscribe: the stream · plan: evaluate other inputs · operate:
publish, roll back, hold, pin · override: quarantine, purge, backup."""


class Settings(BaseModel):
    """What all settings have in common: unknown keys are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class TlsSettings(Settings):
    """Certificate and key; read again when the files change."""

    certificate: Path
    key: Path
    client_ca: Path | None = None
    """If given, clients must present a certificate that it signed."""
