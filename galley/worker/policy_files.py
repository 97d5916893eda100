"""Policies in files: one a document, or a list of them, also under `policies`.

They are read as a source reads manifests, so each knows where in its file its parts stand.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from galley.worker import named_files
from sources.manifests.parsed import Parsed
from sources.source import Limits


class Written(NamedTuple):
    """One policy in a file."""

    file: Path
    policy: Parsed
    """Whose value is a map."""


def policies_in(file: Path, limits: Limits) -> Iterator[Written]:
    """All policies of a file.

    Raises:
        InvalidEnvironmentError: the file cannot be read, is not YAML, or holds something else.
    """
    for document in named_files.documents(file, limits):
        for policy in _policies(document):
            if not isinstance(policy.value, dict):
                place, why = policy.locate(()), "a policy must be a map"
                raise named_files.unreadable(file, why, line=place.line, column=place.column)
            yield Written(file, policy)


def _policies(document: Parsed) -> Iterator[Parsed]:
    value, path = document.value, tuple[str, ...]()
    if isinstance(value, dict) and "policies" in value:
        value, path = value["policies"], ("policies",)
    if isinstance(value, list):
        yield from (document.item(each, *path, at) for at, each in enumerate(value))
    elif value is not None:
        yield document.item(value, *path)
