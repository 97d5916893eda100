"""Whether a revision is to be believed: judged before anything of it is published."""

from pipeline.model import Diagnostic
from sources.git.objects import Objects
from sources.settings import GitSettings


def judge(
    settings: GitSettings,  # noqa: ARG001  # what is asked of a revision will be a setting
    objects: Objects,  # noqa: ARG001  # as above
    commit: str,  # noqa: ARG001  # as above
) -> tuple[Diagnostic, ...]:
    """What is wrong with a revision as a whole, whatever it holds.

    An error among it keeps back all that the source says, until a later revision has none. Nothing
    is asked of a revision so far.
    """
    return ()
