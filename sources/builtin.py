"""The sources that we ship, listed by hand."""

from sources.files import FilesSource
from sources.memory import MemorySource
from sources.settings import FilesSettings, MemorySettings
from sources.source import Source, SourceContext


def build(settings: FilesSettings | MemorySettings, context: SourceContext) -> Source:
    """The source that these settings describe; nothing is read before its `run`."""
    if isinstance(settings, FilesSettings):
        return FilesSource(settings, context)
    return MemorySource(settings)
