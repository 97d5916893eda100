"""The sources that we ship, listed by hand."""

from sources.files import FilesSource
from sources.kubernetes import ClusterSchemas, KubernetesSource
from sources.memory import MemorySource
from sources.settings import (
    ClusterSchemasSettings,
    FilesSettings,
    GitSettings,
    KubernetesSettings,
    MemorySettings,
)
from sources.source import Source, SourceContext


def build(
    settings: FilesSettings | GitSettings | KubernetesSettings | MemorySettings,
    context: SourceContext,
) -> Source:
    """The source that these settings describe; nothing is read before its `run`."""
    if isinstance(settings, FilesSettings):
        return FilesSource(settings, context)
    if isinstance(settings, GitSettings):
        # libgit2 takes 20 MB and 50 ms, which only a channel with repositories shall pay for.
        from sources.git import GitSource  # noqa: PLC0415

        return GitSource(settings, context)
    if isinstance(settings, KubernetesSettings):
        if isinstance(settings, ClusterSchemasSettings):
            return ClusterSchemas(settings, context)
        return KubernetesSource(settings, context)
    return MemorySource(settings)
