"""Paths, locators, and what one look at a path finds."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import NamedTuple

from pipeline.model import Diagnostic


class Signature(NamedTuple):
    """What changes when a file does; equal at two looks means that nobody is writing."""

    size: int
    mtime: int
    """Nanoseconds."""
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Signature":
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


@dataclass(frozen=True, slots=True)
class Look:
    """What was at a path: a file, nothing, or something that cannot be read."""

    signature: Signature | None = None
    problem: str = ""
    """Why it cannot be read; empty with a signature, and where nothing is there."""

    @property
    def gone(self) -> bool:
        return self.signature is None and not self.problem


class LostError(Exception):
    """The folder of a source is not there, is another one than it was, or is not to be read."""

    def __init__(self, problem: str, report: Diagnostic | None = None) -> None:
        super().__init__(problem)
        self.report = report
        """What to tell people, where it is more than that the source cannot be read."""


class Tree:
    """The folder (or the one file) of a source, and the way between paths and locators.

    The path may be a link: it is followed anew by `check`, so that a swapped link is noticed.
    """

    def __init__(self, path: FilePath) -> None:
        self.path = path
        self.top = str(path)
        """The folder that is watched."""
        self.single = ""
        """Name of the file where the source is a single file; empty for a folder."""
        self._prefix = ""
        self._identity = (0, 0)

    def enter(self) -> None:
        """Resolve the path as it is now.

        Raises:
            OSError: it is not there, or not to be reached.
        """
        real = self.path.resolve(strict=True)
        folder = real.is_dir()
        self.single = "" if folder else self.path.name
        # A single file may be a link that an editor or a ConfigMap swaps: watch where it is named.
        self.top = str(real if folder else self.path.absolute().parent)
        self._prefix = self.top.rstrip("/") + "/"
        self._identity = self._look_at_top()

    def check(self) -> None:
        """Make sure that the folder is the one that was entered.

        Raises:
            LostError: it is gone, or another one is in its place.
        """
        try:
            identity = self._look_at_top()
        except OSError as error:
            raise LostError(said(error)) from error
        if identity != self._identity:
            raise LostError("another folder is in its place now")

    def _look_at_top(self) -> tuple[int, int]:
        """Device and inode of the folder: another one is another folder, whatever its name."""
        status = os.stat(self.top if self.single else self.path)  # noqa: PTH116  # hot: every event
        return status.st_dev, status.st_ino

    def locator(self, path: str) -> str | None:
        """The locator of a path as the watcher names it; None if it is not below the folder."""
        if not path.startswith(self._prefix):
            return None
        return path[len(self._prefix) :]

    def at(self, locator: str) -> str:
        """The path of a locator."""
        return self._prefix + locator

    def look(self, locator: str) -> Look:
        """What is there now; links are followed."""
        return look(self.at(locator))

    def is_folder(self, locator: str) -> bool:
        """Whether a folder is there now."""
        return os.path.isdir(self.at(locator))  # noqa: PTH112  # paths are plain strings here


def look(path: str) -> Look:
    """What is at this path, through links: one system call, nothing is opened."""
    try:
        status = os.stat(path)  # noqa: PTH116  # hot: once for each file and look
    except FileNotFoundError:
        dangling = os.path.islink(path)  # noqa: PTH114  # as above
        return Look(problem="the link leads to nothing") if dangling else Look()
    except NotADirectoryError:
        return Look()
    except OSError as error:
        return Look(problem=said(error))
    if stat.S_ISREG(status.st_mode):
        return Look(Signature.of(status))
    return Look() if stat.S_ISDIR(status.st_mode) else Look(problem="it is not a regular file")


def said(error: OSError) -> str:
    """What the system says, as the end of a sentence."""
    text = error.strerror or type(error).__name__
    return text[:1].lower() + text[1:]
