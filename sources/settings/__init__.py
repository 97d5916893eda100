"""One frozen model for each kind of source, told apart by its `type`.

In reading order: `common` (what every source has), `plain` (files, memory, plugin), `git`
with `trust` (whose word is taken), `kubernetes` with `labels` (selectors) and `admission` (which
writes a cluster asks about).
"""

from typing import Annotated

from pydantic import Field

from sources.settings.admission import AdmissionSettings
from sources.settings.common import FolderSettings, Seconds, SourceSettings
from sources.settings.git import (
    GitCredentials,
    GitRef,
    GitSettings,
    GitWeb,
)
from sources.settings.kubernetes import (
    PUBLISHED,
    ClusterSchemasSettings,
    KindEntry,
    KubernetesSettings,
)
from sources.settings.plain import FilesSettings, MemorySettings, PluginSettings
from sources.settings.trust import PathRule, TrustSettings

AnySource = Annotated[
    FilesSettings | GitSettings | KubernetesSettings | MemorySettings | PluginSettings,
    Field(discriminator="type"),
]
"""Any source."""

__all__ = [
    "PUBLISHED",
    "AdmissionSettings",
    "AnySource",
    "ClusterSchemasSettings",
    "FilesSettings",
    "FolderSettings",
    "GitCredentials",
    "GitRef",
    "GitSettings",
    "GitWeb",
    "KindEntry",
    "KubernetesSettings",
    "MemorySettings",
    "PathRule",
    "PluginSettings",
    "Seconds",
    "SourceSettings",
    "TrustSettings",
]
