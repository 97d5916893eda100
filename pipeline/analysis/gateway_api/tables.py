"""Every analyzer about the Gateway API; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.gateway_api.attachments import Attachments
from pipeline.analysis.gateway_api.backends import Backends
from pipeline.analysis.gateway_api.filters import Filters
from pipeline.analysis.gateway_api.grants import Grants
from pipeline.analysis.gateway_api.listeners import Listeners
from pipeline.analysis.gateway_api.matches import Matches
from pipeline.analysis.gateway_api.versions import Versions

GATEWAY_API: tuple[Analyzer, ...] = (
    Attachments(),
    Backends(),
    Filters(),
    Grants(),
    Listeners(),
    Matches(),
    Versions(),
)
