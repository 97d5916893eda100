"""From inputs to outputs and findings, incrementally; and from pending inputs to the next version.

The engine, in reading order: `engine` (the face), `finding` (what it says), `segment` (stages that
see the same table), `runner` (one stage at work), `tables` and `layer` (resources as stages left
them), `settling` (how one table follows from another), `reads` and `indexes` (who has looked at
what), `watch` (what it says of its work), `observed` (facts about the world).

The gate: `inputs` and `ledger` (what sources say, and what is accepted), `claims` (who supplies a
key), `gate` (which change units are published), `selection` (the choice, narrowed down), `trial`
(the engine moved there and back), `updates` (schemas judge changes), `candidate` (what comes of
it), `misspelt` and `versions` (kinds that changed by mistake), `budget` (how much may be deleted),
`quarantine` and `returning` (what a rollback took back, and whether a revision says it again),
`live` (what is published), `opinions` (what checks outside of the pipeline say).

Before it is there at all: `alone` (what is wrong with a resource by itself), `foresight` (what it
has to do with the others).

What is refused is remembered: `recall` (for one proposal), `memory`, `meetings` (which units know
of each other), `trace` (how that is found out).
"""

from pipeline.engine.engine import Engine
from pipeline.engine.finding import Defect, Evaluation, Finding

__all__ = ["Defect", "Engine", "Evaluation", "Finding"]
