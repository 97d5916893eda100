"""The example of synthetic entries that people read is a test that passes."""

import re
from pathlib import Path

from galley.cli import cases

PAGE = Path(__file__).parents[3] / "docs" / "service-entries.md"


def test_the_example_of_entries_does_what_it_says(tmp_path: Path) -> None:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (text,) = (block for block in blocks if "tests:" in block)
    file = tmp_path / "entries.test.yaml"
    file.write_text(text)
    assert [found for found in cases.run(file, cases.load(file)) if found[1]] == []
    file.write_text(text.replace("10.96.0.7]", "10.96.0.8]"))
    assert [found for found in cases.run(file, cases.load(file)) if found[1]] != []
