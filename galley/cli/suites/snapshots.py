"""Resources as text: what a snapshot holds, and how two of them differ."""

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from galley.cli.writing import document
from pipeline.manifest import manifest
from pipeline.model import Diagnostic, Resource
from sources.manifests import yamltext
from sources.manifests.parsed import FaultError
from sources.source import Limits

Manifest: TypeAlias = dict[str, Any]
Identity: TypeAlias = tuple[str, str, str, str]


class SnapshotError(Exception):
    """A snapshot cannot be read; the end of a sentence."""


def manifest_of(resource: Resource) -> Manifest:
    """A resource as people write it: without empty labels and annotations."""
    return _tidy(manifest(resource, resource.document()))


def text(manifests: Iterable[Manifest]) -> str:
    """Manifests as documents of YAML, sorted by their names."""
    documents = sorted(map(_tidy, manifests), key=identity)
    return "---\n".join(document(each) for each in documents)


def read(path: Path) -> list[Manifest]:
    """The manifests of a snapshot.

    Raises:
        SnapshotError: there is none, or it is not what it should be.
    """
    faults: list[Diagnostic] = []
    try:
        content = path.read_text(encoding="utf-8")
        documents = [each.value for each in yamltext.load(content, Limits(), faults)]
    except OSError as error:
        raise SnapshotError(f"it cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SnapshotError("it is not UTF-8 text") from None
    except FaultError as fault:
        faults.append(fault.diagnostic)
        documents = []
    if faults:
        raise SnapshotError(f"line {faults[0].line}: {faults[0].clause()}")
    manifests = [each for each in documents if isinstance(each, dict)]
    if len(manifests) < len(documents):
        raise SnapshotError("it holds something else than manifests")
    return manifests


def difference(expected: Iterable[Manifest], found: Iterable[Manifest]) -> tuple[str, ...]:
    """The lines of a unified difference, of those manifests alone that differ."""
    new = _documents(found)
    old = {_meant(name, new): text for name, text in _documents(expected).items()}
    kept = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return tuple(line for name in kept for line in _lines(name, old.get(name), new.get(name)))


def identity(held: Manifest) -> Identity:
    """What tells manifests apart: group, kind, namespace, name."""
    metadata = held.get("metadata")
    named = metadata if isinstance(metadata, dict) else {}
    group = str(held.get("apiVersion", "")).rpartition("/")[0]
    parts = (held.get("kind", ""), named.get("namespace") or "", named.get("name", ""))
    kind, namespace, name = map(str, parts)
    return group, kind, namespace, name


def _meant(name: Identity, found: Collection[Identity]) -> Identity:
    """The only one of that name, whatever its namespace, if none is written."""
    group, kind, namespace, own = name
    if namespace or name in found:
        return name
    fits = [each for each in found if (each[0], each[1], each[3]) == (group, kind, own)]
    return fits[0] if len(fits) == 1 else name


def _documents(manifests: Iterable[Manifest]) -> Mapping[Identity, str]:
    return {identity(each): document(_tidy(each)) for each in manifests}


def _lines(name: Identity, old: str | None, new: str | None) -> Iterator[str]:
    title = "/".join(part for part in name[1:] if part)
    if old is None or new is None:
        word = "not there" if new is None else "not expected"
        yield f"@@ {title} is {word} @@"
        mark, lines = ("-", old) if new is None else ("+", new)
        yield from (f"{mark}{line}" for line in (lines or "").splitlines())
        return
    yield f"@@ {title} @@"
    compared = difflib.unified_diff(old.splitlines(), new.splitlines(), n=2, lineterm="")
    yield from ("  ..." if line.startswith("@@") else line for line in list(compared)[3:])


def _tidy(held: Manifest) -> Manifest:
    """In order of the fields, without what stands for nothing, and numbers as they are kept."""
    plain: Manifest = _plain(held)
    metadata = plain.get("metadata")
    if isinstance(metadata, dict):
        empty = [name for name in ("labels", "annotations") if not metadata.get(name, True)]
        kept = {name: value for name, value in metadata.items() if name not in empty}
        return {**plain, "metadata": kept}
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(value[name]) for name in sorted(value)}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    return value
