"""Every analyzer about the settings of a mesh; a new one is entered here and nowhere else."""

from pipeline.analysis.analyzer import Analyzer
from pipeline.analysis.mesh.networks import Networks
from pipeline.analysis.mesh.providers import Providers
from pipeline.analysis.mesh.unreadable import Unreadable

MESH: tuple[Analyzer, ...] = (Networks(), Providers(), Unreadable())
