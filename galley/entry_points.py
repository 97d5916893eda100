"""Third-party parts by the names that their packages give them: found here, loaded in `plugins`.

A package offers a part by an entry point in one of three groups. Looking for one imports nothing
of the package, so the serving process can check names without running code that is not ours.
"""

import functools
from importlib.metadata import EntryPoint, entry_points

SOURCES = "galley.sources"
"""`NAME = module:factory`, called with `PluginSettings` and `SourceContext`; gives a `Source`."""
ANALYZERS = "galley.analyzers"
"""`NAME = module:factory`, called without arguments; gives an `Analyzer`."""
TRANSFORMS = "galley.transforms"
"""`NAME = module:TYPE`, a `TransformType`."""


@functools.cache
def installed(group: str) -> dict[str, EntryPoint]:
    """The parts of a group by name, in the order of their names."""
    return {
        each.name: each for each in sorted(entry_points(group=group), key=lambda each: each.name)
    }


def package(entry: EntryPoint) -> str:
    """The distribution that offers a part, for messages."""
    return entry.dist.name if entry.dist else "an unknown package"
