"""Every analyzer about webhooks; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.webhooks.addresses import Addresses
from pipeline.analysis.webhooks.overlaps import Overlaps

WEBHOOKS: tuple[Analyzer, ...] = (Addresses(), Overlaps())
