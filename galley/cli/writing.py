"""Values as YAML that reads back as what they were, also where YAML has several opinions on a word:
`y`, `on`, `0o777` and `12:30` are quoted wherever somebody might take them for something else.
"""

from typing import Any

import yaml

from sources.manifests import scalars

WIDTH = 100
TEXT = "tag:yaml.org,2002:str"


def document(value: Any) -> str:
    """A value as YAML, its fields in the order that they have."""
    dumped: str = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, width=WIDTH, sort_keys=False)
    return dumped


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # each value is written out
        return True

    def text(self, value: str) -> yaml.Node:
        return self.represent_scalar(TEXT, value, style=_style(value))


def _style(text: str) -> str | None:
    """Of several lines a block; quotes for what a reader would take for something else."""
    if not all(line.isprintable() for line in text.split("\n")):
        return '"'
    if "\n" in text:
        return "|"
    return '"' if scalars.plain(text) != text else None


_Dumper.add_representer(str, _Dumper.text)
