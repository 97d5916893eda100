"""Policies in files: what they hold, as JSON could say it, and where in a file each part stands."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from galley.settings_file import doubles

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Written:
    """One policy in a file."""

    file: Path
    node: yaml.Node
    value: dict[str, Any]

    def line(self, path: tuple[str | int, ...]) -> int:
        """The line of the deepest part of a path that is there, from 1."""
        node, line = self.node, self.node.start_mark.line
        for part in path:
            found = _child(node, part)
            if found is None:
                break
            node, line = found
        return int(line) + 1


class NoPolicyError(ValueError):
    """The text holds no policies; the message says why."""


def policies_in(file: Path, text: str) -> Iterator[Written]:
    """One policy a document, or a list of them, also under `policies`.

    Raises:
        NoPolicyError: it is no YAML, or something in it is no map.
    """
    loader: Any = Loader(text)
    try:
        while loader.check_node():
            yield from _policies(file, loader.get_node(), loader)
    except (yaml.YAMLError, RecursionError) as error:
        raise NoPolicyError(" ".join(str(error).split())) from error
    finally:
        loader.dispose()


def plain(value: Any) -> Any:
    """The same with text for what YAML takes for a date or time."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _policies(file: Path, root: yaml.Node, loader: Any) -> Iterator[Written]:
    for name, line in doubles(root):
        raise NoPolicyError(f"line {line}: {name!r} is given twice")
    listed = _child(root, "policies") if isinstance(root, yaml.MappingNode) else None
    held = listed[0] if listed else root
    if isinstance(held, yaml.ScalarNode) and held.tag == "tag:yaml.org,2002:null":
        return  # a document of comments alone
    for node in held.value if isinstance(held, yaml.SequenceNode) else [held]:
        if not isinstance(node, yaml.MappingNode):
            raise NoPolicyError(f"line {node.start_mark.line + 1}: a policy must be a map")
        value = loader.construct_document(node)
        yield Written(file, node, plain(value))


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node, int] | None:
    """A part of a node and the line, from 0, on which it begins."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return value, key.start_mark.line
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line
    return None
