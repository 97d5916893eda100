"""Suppressions of findings as people write them, and which findings can be suppressed."""

import re

from pydantic import field_validator

from pipeline.match import Match
from pipeline.policy.expiring import Expiring

_CODE = re.compile(r"GAL(\d\d)\d\d(?:/[-a-z0-9.]+)?")
_FAMILIES = frozenset({"03", "04", "05", "06", "14", "15", "16", "17", "18", "19", "20"})


class SuppressionSettings(Expiring):
    """Findings that are known and accepted for a while."""

    code: str
    """The finding's code, of the families GAL03 to GAL06 and GAL14 to GAL20; `GAL0501/NAME` for one
    policy's."""
    match: Match = Match()
    """The resources on which it is suppressed; by default all."""

    @field_validator("code")
    @classmethod
    def _can_be_suppressed(cls, code: str) -> str:
        problem = code_problem(code)
        if problem:
            raise ValueError(problem)
        return code


def code_problem(code: str) -> str | None:
    """Why a code cannot be suppressed; None: it can."""
    match = _CODE.fullmatch(code)
    if match is None:
        return f"{code!r} is no code; write GAL0601, or GAL0501/POLICY-NAME"
    if match[1] not in _FAMILIES:
        return f"{code} cannot be suppressed, only GAL03.. to GAL06.. and GAL14.. to GAL20.. can"
    if "/" in code and match[1] != "05":
        return f"{code} names a policy, and only codes of the family GAL05 have one"
    return None
