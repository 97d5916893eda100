"""The committed documentation is what the code makes."""

from pathlib import Path

import pytest

from galley.cli import main
from galley.cli.reference import What, render

DOCS = Path(main.__file__).parent.parent.parent / "docs"


@pytest.mark.parametrize("what", ["settings", "messages", "analysis", "kinds", "commands"])
def test_the_committed_text_is_the_generated_one(what: What) -> None:
    """If not: `galley reference WHAT > docs/WHAT.md`."""
    assert (DOCS / f"{what}.md").read_text() == render(what)


def test_the_overview_and_the_commands_agree() -> None:
    """The summary is how the command's own help begins, and every help has examples."""
    group = main.Commands(name="galley")
    for name, entry in main.COMMANDS.items():
        command = group.get_command(None, name)
        assert command.help.startswith(entry.summary.rstrip(".?")), name
        assert "Examples:" in command.help, name
