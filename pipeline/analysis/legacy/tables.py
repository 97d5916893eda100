"""Every analyzer about the retired kinds; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.legacy.expectations import Expectations
from pipeline.analysis.legacy.mixer import Actions, CompiledIn
from pipeline.analysis.legacy.names import Names
from pipeline.analysis.legacy.overruled import Overruled
from pipeline.analysis.legacy.policy_targets import PolicyTargets
from pipeline.analysis.legacy.retired import Retired
from pipeline.analysis.legacy.roles import Roles
from pipeline.analysis.legacy.sidecars import Sidecars
from pipeline.analysis.legacy.tokens import PolicyTokens

LEGACY: tuple[Analyzer, ...] = (
    Actions(),
    CompiledIn(),
    Expectations(),
    Names(),
    Overruled(),
    PolicyTargets(),
    PolicyTokens(),
    Retired(),
    Roles(),
    Sidecars(),
)
