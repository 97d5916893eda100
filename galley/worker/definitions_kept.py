"""What sources of schemas last held, kept in a folder so that it outlasts this process.

The store does not have it: a change of a schema need not lead to a version. Everything here can be
fetched again, so that what is missing or damaged is as if the source had never been read. Blocking
I/O: call it in a thread.
"""

import logging
import os
import threading
from collections.abc import Collection
from pathlib import Path

import msgpack

from galley.worker.definitions import Holding
from pipeline.model import Resource

SUFFIX = ".definitions"
UNUSABLE = (OSError, ValueError, TypeError, AttributeError, msgpack.UnpackException)

log = logging.getLogger("galley.schemas")


class Kept:
    """One file for each source of schemas."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writing = threading.Lock()
        """A source that is stopped does not wait for its last file."""

    def load(self, source: str) -> Holding:
        """What a source held when that was last kept; nothing if it is not known."""
        path = self._path(source)
        try:
            revision, contents = msgpack.unpackb(path.read_bytes())
            resources = {
                str(locator): tuple(map(Resource.decode, each))
                for locator, each in contents.items()
            }
            return Holding(resources, str(revision), path.stat().st_mtime)
        except FileNotFoundError:
            return Holding()
        except UNUSABLE as error:
            log.warning("What schema source %s last held cannot be used: %s.", source, error)
            return Holding()

    def save(self, source: str, holding: Holding) -> None:
        """Keep what a source holds now; if that cannot be written the log says so."""
        path = self._path(source)
        beside = path.with_suffix(f".{os.getpid()}")
        contents = {
            locator: [each.content for each in some] for locator, some in holding.resources.items()
        }
        try:
            with self._writing:
                self._folder.mkdir(parents=True, exist_ok=True)
                beside.write_bytes(msgpack.packb([holding.revision, contents]))
                beside.replace(path)
        except OSError as error:
            log.warning("What schema source %s holds cannot be kept: %s.", source, error)

    def forget_others(self, sources: Collection[str]) -> None:
        """Drop what is kept of any source but these."""
        for path in self._folder.glob(f"*{SUFFIX}"):
            if path.stem not in sources:
                path.unlink(missing_ok=True)

    def _path(self, source: str) -> Path:
        return self._folder / f"{source}{SUFFIX}"
