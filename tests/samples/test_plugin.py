"""`samples/plugin`, a package from outside: its source and its analyzer run as ours do."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from galley.client import Client
from galley.plugins import build_source
from galley.service import Service
from galley.settings_file import SettingsError, load
from sources.settings import PluginSettings
from sources.source import SourceContext


def test_source_and_analyzer_from_outside_run(plugin: Callable[..., Any], samples: Path) -> None:
    """The source reads the table, and the analyzer finds the host that two rows claim."""
    done = plugin("validate", "-c", str(samples / "plugin" / "galley.yaml"), "-o", "json")
    said = json.loads(done.out)
    places = [(each["code"], each["line"]) for each in said["diagnostics"]]
    assert (said["resources"], places) == (3, [("HOSTS11", 3), ("HOSTS11", 4)])


async def test_a_service_publishes_what_a_source_from_outside_reads(
    plugin: Callable[..., Any], samples: Path, tmp_path: Path
) -> None:
    """The worker, a process of its own, loads the plugin; the serving process does not."""
    quickstart = load(samples / "quickstart" / "galley.yaml")
    source = PluginSettings(
        name="partners",
        type="plugin",
        plugin="hosts",
        path=samples / "plugin" / "config" / "hosts.csv",
    )
    channel = quickstart.channels[0].model_copy(update={"sources": (source,)})
    update = {"listen": "127.0.0.1:0", "data_dir": tmp_path / "data", "channels": (channel,)}
    service = Service(quickstart.model_copy(update=update))
    async with asyncio.timeout(60), service.running(), Client(service.listener.address) as client:
        first = await anext(aiter(client))
    names = {key.name for key in first.resources}
    assert names == {"maps", "maps-old", "payments"}


def test_a_source_that_nobody_offers_is_refused_with_its_line(tmp_path: Path) -> None:
    settings = tmp_path / "galley.yaml"
    settings.write_text(
        "channels:\n- sources:\n  - name: partners\n    type: plugin\n    plugin: nobody-has-this\n"
    )
    with pytest.raises(SettingsError, match=r"galley.yaml:5: .* 'nobody-has-this'"):
        load(settings)


def test_a_source_that_cannot_be_loaded_says_so_and_reads_nothing() -> None:
    """A broken plugin is a source that cannot be read, not the end of the channel's process."""
    settings = PluginSettings(name="partners", type="plugin", plugin="nobody-has-this")
    health = build_source(settings, SourceContext()).health()
    assert health.problem is not None
    assert "no installed package offers it" in health.problem.message
