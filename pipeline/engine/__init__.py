"""From inputs to outputs and findings, incrementally.

In reading order: `engine` (the face), `finding` (what it says), `segment` (stages that see the same
table), `runner` (one stage at work), `tables` and `layer` (resources as stages left them), `reads`
and `indexes` (who has looked at what).
"""

from pipeline.engine.engine import Engine
from pipeline.engine.finding import Defect, Evaluation, Finding

__all__ = ["Defect", "Engine", "Evaluation", "Finding"]
