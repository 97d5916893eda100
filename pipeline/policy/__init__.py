"""Policies: rules in CEL that users write about resources, and suppressions of findings.

In reading order: `settings` (as people write them), `part` (an expression and what it uses),
`lookup` and `parameters` (what else is read), `evaluation` (a policy asked about a resource),
`policy` (what it says), `stage` (what asks); `complaints`, `kind_names`, `naming`, `compiling` and
`build` (from settings to stages); `suppression` (as people write them), `annotation` and `suppress`
(findings that are known and accepted); `expiring` (what holds for a while); `errors`.
"""

from pipeline.policy.build import PLACE, build
from pipeline.policy.errors import PolicyError
from pipeline.policy.expiring import Agenda
from pipeline.policy.suppress import Suppressions

__all__ = ["PLACE", "Agenda", "PolicyError", "Suppressions", "build"]
