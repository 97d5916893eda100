"""Every option of the service: frozen models by topic, unit, default and reason under each field.

`docs/settings.md` is generated from this package: `service` is the whole settings file, `channel`
one channel of it, `mesh` the clients of meshes; `base` is what they share. Secrets never stand in a
settings file: a field that needs one names an environment variable or a file.
"""

from galley.settings.base import NAME, Role, Settings, TlsSettings
from galley.settings.channel import (
    AnySchemas,
    ChannelSettings,
    CheckSettings,
    DeletionBudget,
    WireName,
)
from galley.settings.mesh import MAX_MESSAGE, GroupSettings, MeshSettings, PeerSettings
from galley.settings.service import LogSettings, ServiceSettings, StreamSettings, TokenSettings

__all__ = [
    "MAX_MESSAGE",
    "NAME",
    "AnySchemas",
    "ChannelSettings",
    "CheckSettings",
    "DeletionBudget",
    "GroupSettings",
    "LogSettings",
    "MeshSettings",
    "PeerSettings",
    "Role",
    "ServiceSettings",
    "Settings",
    "StreamSettings",
    "TlsSettings",
    "TokenSettings",
    "WireName",
]
