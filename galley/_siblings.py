"""The guard against foreign packages called `pipeline` or `sources`.

Both names are common: another distribution can overwrite ours, and a folder in the working
directory can shadow them. Rather than thirty odd errors later, one line now that names the
intruder. Finding a spec imports nothing and takes a fraction of a millisecond.
"""

from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

SIBLINGS = ("pipeline", "sources")
OURS = "galley-config"


class ForeignPackageError(ImportError):
    """A package of a name that is ours lies where ours should not."""

    def __init__(self, name: str, place: str) -> None:
        super().__init__(
            f"the package {name!r} at {place} is not Galley's; run the installed command `galley` "
            f"(or `python -P -m galley`) from another folder, or uninstall whatever brought it"
        )
        self.name = name


def check() -> None:
    """Require that each sibling lies beside this package.

    Raises:
        ForeignPackageError: one does not, or is not there.
    """
    home = Path(__file__).resolve().parent.parent
    for name in SIBLINGS:
        spec = find_spec(name)
        places = list(spec.submodule_search_locations or [spec.origin or ""]) if spec else []
        if [Path(place).resolve() for place in places] != [home / name]:
            raise ForeignPackageError(name, ", ".join(places) or "no place at all")


def rivals() -> dict[str, list[str]]:
    """Other distributions that installed a package of the same name; takes some 30 ms."""
    owners = packages_distributions()
    found = {name: sorted(set(owners.get(name, ())) - {OURS}) for name in SIBLINGS}
    return {name: others for name, others in found.items() if others}
