"""What is wrong with a Service for the purpose of an entry; all of it is shown and nothing blocked.

An entry rests on what is observed, so its findings are warnings at most.
"""

from collections import Counter
from collections.abc import Iterator

from pipeline.loose import inside, is_port, items
from pipeline.model import Diagnostic, Document, Key
from pipeline.model.messages import service_entries as messages
from pipeline.transform.service_entries.entry import EXPORT_TO, exported_to
from pipeline.transform.service_entries.ports import is_port_name

_VISIBLE = frozenset({".", "*"})


def misshapen(key: Key, document: Document) -> Iterator[Diagnostic]:
    """Why there can be no entry: Pilot would discard it, or it would send traffic elsewhere."""
    spec = inside(document.body, "spec")
    ports = inside(spec, "ports")
    if type(spec) is not dict:
        yield _no_entry(key, ("spec",), "its spec is missing or no mapping")
    elif ports is not None and type(ports) is not list:
        yield _no_entry(key, ("spec", "ports"), "its ports are no list")
    for at, port in enumerate(items(spec, "ports")):
        path = ("spec", "ports", at)
        if not is_port(inside(port, "port")):
            yield _no_entry(key, (*path, "port"), "a port has no number from 1 to 65535")
        if not is_port_name(inside(port, "name")):
            name = inside(port, "name")
            yield _no_entry(key, (*path, "name"), f"a port cannot be called {name!r}")
    names = Counter(str(inside(port, "name") or "") for port in items(spec, "ports"))
    for name, times in names.items():
        if name and times > 1:
            yield _no_entry(key, ("spec", "ports"), f"{times} ports are called {name}")


def too_visible(key: Key, document: Document) -> Iterator[Diagnostic]:
    """An annotation about visibility for which Pilot discards the entry."""
    said = sorted(exported_to(document))
    if len(said) > 1 or not _VISIBLE.issuperset(said):
        yield messages.ENTRY_NOT_EXPORTED.report(
            key=key, path=("metadata", "annotations", EXPORT_TO), said=", ".join(said)
        )


def _no_entry(key: Key, path: tuple[str | int, ...], problem: str) -> Diagnostic:
    service = f"{key.namespace}/{key.name}"
    return messages.NO_ENTRY.report(key=key, path=path, service=service, problem=problem)
