"""Files and folders that settings name: read whole, and a mistake says which of them it is in."""

from pathlib import Path

from pipeline.environment import InvalidEnvironmentError
from pipeline.model import Diagnostic
from pipeline.model.messages.gate import ENVIRONMENT_UNREADABLE
from sources.manifests import yamltext
from sources.manifests.parsed import FaultError, Parsed
from sources.source import Limits

SUFFIXES = (".yaml", ".yml", ".json")
TESTS = (".test.yaml", ".test.yml")
"""Endings of unit tests, which lie beside what they test and are no part of it."""


def existing(path: Path) -> list[Path]:
    """The files that a path stands for.

    Raises:
        InvalidEnvironmentError: it stands for nothing.
    """
    if not path.exists():
        raise unreadable(path, "there is no such file or folder")
    return files(path)


def files(path: Path) -> list[Path]:
    """The manifests in a folder and below it, sorted, without hidden ones; a path that is no folder
    is itself."""
    if not path.is_dir():
        return [path]
    found = (file for file in path.rglob("*") if file.suffix in SUFFIXES)
    return sorted(file for file in found if not (_hidden(file, path) or file.name.endswith(TESTS)))


def text(file: Path) -> str:
    """What is in a file.

    Raises:
        InvalidEnvironmentError: it cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise unreadable(file, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise unreadable(file, "it is not UTF-8 text") from error


def documents(file: Path, limits: Limits) -> list[Parsed]:
    """The documents in a file that are not empty.

    Raises:
        InvalidEnvironmentError: it cannot be read, or is not YAML that a source would take.
    """
    faults: list[Diagnostic] = []
    try:
        found = list(yamltext.load(text(file), limits, faults))
    except FaultError as error:
        faults.append(error.diagnostic)
    for fault in faults:
        raise unreadable(file, fault.clause(), line=fault.line, column=fault.column)
    return found


def unreadable(path: Path, why: str, *, line: int = 0, column: int = 0) -> InvalidEnvironmentError:
    """The refusal of a file that is not what it should be."""
    found: Diagnostic = ENVIRONMENT_UNREADABLE.report(file=str(path), why=why)
    return InvalidEnvironmentError([found.at("", str(path), line, column)])


def _hidden(file: Path, folder: Path) -> bool:
    """Whether it, or a folder on the way to it, is hidden: a mounted ConfigMap keeps its files in
    hidden folders and has links to them."""
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def shown(file: Path, folder: Path) -> str:
    """How a file is called: by its way from the settings' folder, or in full."""
    below = folder != folder.parent and file.is_relative_to(folder)
    return str(file.relative_to(folder) if below else file)
