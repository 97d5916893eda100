"""The folder of one mirror: made whole or not at all, cleaned after a crash, and held by one owner.

Everything in it can be fetched again, so that what is doubtful is thrown away. The owner is held by
a lock on a file beside the folder. Every git process that we start inherits it, so that one that
outlived us (a worker that was killed) is noticed, and what it still writes is not swept away.
Blocking I/O: call it in a thread.
"""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

UNUSED = 7 * 24 * 3600.0
"""Seconds after which a mirror that nobody has opened is thrown away."""
_STALE = ("*.lock", "objects/pack/tmp_*", "objects/??/tmp_obj_*", "gc.pid")
"""What a git process leaves that was killed."""


class RoomBusyError(Exception):
    """Somebody else works on the mirror; a git process of a worker that was killed ends soon."""


class Room:
    """Where one mirror is kept."""

    def __init__(self, folder: Path, name: str) -> None:
        self.top = folder
        self.folder = folder / name
        self._lock = folder / f"{name}.lock"
        self.descriptor = -1

    @property
    def mine(self) -> bool:
        """Whether we are the owner."""
        return self.descriptor >= 0

    def enter(self) -> None:
        """Become the owner, and clean up after the one before.

        Raises:
            RoomBusyError: somebody else is.
            OSError: the folder cannot be written.
        """
        if self.mine:
            return
        self.top.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.utime(self._lock)
            self.sweep()
        except BlockingIOError:
            os.close(descriptor)
            raise RoomBusyError(str(self.folder)) from None
        except OSError:
            os.close(descriptor)
            raise
        self.descriptor = descriptor

    def leave(self) -> None:
        """Be the owner no longer; what is here stays."""
        if self.mine:
            os.close(self.descriptor)
            self.descriptor = -1

    def sweep(self) -> None:
        """Take away what a git process left that was killed."""
        for place in (*self._beside(), *self._stale()):
            _remove(place)

    def discard(self) -> None:
        """Throw the mirror away, at once as far as anybody can see."""
        with contextlib.suppress(FileNotFoundError):
            self.folder.rename(self.folder.with_suffix(f".old{time.time_ns()}"))
        for place in self._beside():
            _remove(place)

    def scratch(self) -> Path:
        """An empty folder in which a new mirror is made, to be put in place by `install`."""
        place = self.folder.with_suffix(".new")
        _remove(place)
        place.mkdir(mode=0o700)
        return place

    def install(self, made: Path) -> None:
        """Put a new mirror in place."""
        made.rename(self.folder)

    def sweep_unused(self) -> None:
        """Throw away mirrors beside this one that nobody has used for long."""
        for lock in self.top.glob("*.lock"):
            other = Room(self.top, lock.stem)
            if lock == self._lock or time.time() - lock.stat().st_mtime < UNUSED:
                continue
            with contextlib.suppress(RoomBusyError, OSError):
                other.enter()
                other.discard()
                lock.unlink()
                other.leave()

    def _beside(self) -> Iterator[Path]:
        yield from self.top.glob(f"{self.folder.name}.old*")
        yield from self.top.glob(f"{self.folder.name}.new")

    def _stale(self) -> Iterator[Path]:
        for pattern in _STALE:
            yield from (
                self.folder.rglob(pattern) if "/" not in pattern else self.folder.glob(pattern)
            )


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place, ignore_errors=True)
    else:
        place.unlink(missing_ok=True)
