"""Policies: rules in CEL that users write about single resources, and suppressions of findings.

In reading order: `settings` (as people write them), `projection` (what a rule looks at),
`expression` (CEL itself), `stage` (what asks the rules), `build`; `annotation` and `suppress`
(findings that are known and accepted); `errors`.
"""

from pipeline.policy.build import build
from pipeline.policy.errors import PolicyError
from pipeline.policy.suppress import Suppressions

__all__ = ["PolicyError", "Suppressions", "build"]
