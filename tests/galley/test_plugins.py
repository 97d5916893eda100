"""Parts from other packages: found by entry point, loaded in one place, never fatal when broken."""

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from galley import plugins
from galley.entry_points import ANALYZERS, SOURCES, TRANSFORMS
from pipeline.environment import EnvironmentSpec, InvalidEnvironmentError
from sources.settings import PluginSettings
from sources.source import SourceContext

TRANSFORM = """
from pipeline.transform.builtin import TransformType
from pipeline.transform.settings import TransformSettings
from pipeline.transform.stages import Transform

MINE = TransformType(
    "mine", TransformSettings, lambda given, kinds: Transform(given.name, given.match), version="7"
)
HALF = object()


def analyzer():
    return object()


def source(settings, context):
    raise OSError("no route to host")
"""

Offer = Callable[[str, str], None]


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Offer]:
    """Offer one attribute of a module as the only part of a group."""
    (tmp_path / "outside_package.py").write_text(TRANSFORM)
    monkeypatch.syspath_prepend(str(tmp_path))
    offered: dict[str, dict[str, EntryPoint]] = {}
    forget = (plugins._analyzers.cache_clear, plugins._transforms.cache_clear)

    def add(group: str, attribute: str) -> None:
        entry = EntryPoint("mine", f"outside_package:{attribute}", group)
        offered[group] = {"mine": entry}

    # Installing a package takes longer than all of these tests; tests/samples has a real one.
    monkeypatch.setattr(plugins, "installed", lambda group: offered.get(group, {}))
    for each in forget:
        each()
    yield add
    for each in forget:
        each()


def test_a_transform_from_outside_is_a_stage(offer: Offer) -> None:
    """Its version is part of the environment, so that another one is another environment."""
    offer(TRANSFORMS, "MINE")
    spec = EnvironmentSpec(transforms=({"type": "mine", "name": "owner"},))
    environment = plugins.build_environment(spec, now=0)
    assert "transform/owner" in [stage.name for stage in environment.stages]
    assert environment.spec.plugins == ("mine 7",)


def test_a_transform_that_nobody_uses_changes_no_environment(offer: Offer) -> None:
    before = plugins.build_environment(EnvironmentSpec(), now=0).digest
    offer(TRANSFORMS, "MINE")
    plugins._transforms.cache_clear()
    assert plugins.build_environment(EnvironmentSpec(), now=0).digest == before


@pytest.mark.parametrize(
    ("group", "attribute", "problem"),
    [
        (TRANSFORMS, "HALF", "it is not a TransformType"),
        (TRANSFORMS, "NONE", "cannot be loaded: AttributeError"),
        (ANALYZERS, "analyzer", "has no metadata, analyze"),
        (ANALYZERS, "source", "TypeError"),
    ],
)
def test_a_broken_plugin_makes_the_environment_invalid(
    offer: Offer, group: str, attribute: str, problem: str
) -> None:
    """The one in force stays; the diagnostic names the plugin and what is wrong with it."""
    offer(group, attribute)
    with pytest.raises(InvalidEnvironmentError) as caught:
        plugins.build_environment(EnvironmentSpec(), now=0)
    (found,) = caught.value.diagnostics
    assert found.code == "GAL0709"
    assert "mine" in found.message
    assert problem in found.message


@pytest.mark.parametrize(
    ("attribute", "problem"),
    [("source", "no route to host"), ("analyzer", "TypeError"), ("NONE", "AttributeError")],
)
def test_a_broken_source_is_one_that_cannot_be_read(
    offer: Offer, attribute: str, problem: str
) -> None:
    offer(SOURCES, attribute)
    settings = PluginSettings(name="partners", type="plugin", plugin="mine")
    health = plugins.build_source(settings, SourceContext()).health()
    assert health.problem is not None
    assert problem in health.problem.message
