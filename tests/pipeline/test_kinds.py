"""The names of kinds that code uses are those of the kinds that there are."""

from pipeline import kinds
from pipeline.schema import BUILTIN_KINDS


def test_every_kind_that_code_names_is_built_in() -> None:
    known = {kind.collection for kind in BUILTIN_KINDS}
    named = {name: value for name, value in vars(kinds).items() if name.isupper()}
    single = {name for name, value in named.items() if isinstance(value, str)}
    grouped = {each for name in named.keys() - single for each in named[name]}
    collections = {named[name] for name in single if "/" in named[name]}
    assert collections | grouped <= known
