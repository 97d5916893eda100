"""Whose word is taken for a revision: signatures, and who may change what.

In reading order: `keyring` (the keys that the settings name), `signatures` (who signed a commit or
a tag, as the git program sees it), `signers` (the same, remembered while the keys stay), `history`
(which commits lie between what is live and what has come, and what each changed), `rules` (who may
change which path or collection), `judge` (all of it together, as diagnostics). Nothing here fetches
or parses configuration.
"""

from sources.git.trust.judge import Judge, Verdict

__all__ = ["Judge", "Verdict"]
