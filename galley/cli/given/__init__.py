"""What a plan is given: the files that a source would read, as they are here or in a commit.

In reading order: `files` (what is sent to the server), `folder` (what a source of files would read
of a folder), `tree` (what a source that follows git would read of a commit), `stand_in` (which of
them stands for a source).
"""

from galley.cli.given.files import Given
from galley.cli.given.stand_in import stand_in

__all__ = ["Given", "stand_in"]
