"""The error tree of the store.

StoreError
├── HeadConflictError      the head is not the one that the writer expected
├── WriterLostError        another process has opened the store since
├── StoreBusyError         another process has it open now
├── StoreFullError         no space left
├── StoreReadOnlyError     the file or its folder cannot be written
├── StoreDamagedError      stored bytes do not have their digest, or the file is corrupt
├── StoreUnavailableError  the database cannot be reached
├── StoreFormatError       written by a newer Galley, or not a store at all
├── StoreMissingError      there is no store where one should be
├── StoreExistsError       there is one where none should be
├── UnknownVersionError    no such version, or not any more
└── PurgedError            a body was removed on purpose
"""

from pipeline.model import Key


class StoreError(Exception):
    """Something about the store; nothing was written."""


class HeadConflictError(StoreError):
    """The head is not the one that the writer expected."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"the live version is {actual}, not {expected} as expected")
        self.expected = expected
        self.actual = actual


class WriterLostError(StoreError):
    """Another process has opened the store since."""


class StoreBusyError(StoreError):
    """Another process has the store open now."""


class StoreFullError(StoreError):
    """No space left for it."""


class StoreReadOnlyError(StoreError):
    """The file or its folder cannot be written."""


class StoreDamagedError(StoreError):
    """Stored bytes do not have their digest, or the file is corrupt."""

    def __init__(self, message: str, keys: tuple[Key, ...] = ()) -> None:
        super().__init__(message)
        self.keys = keys
        """The resources that need the damaged bytes, where that is known."""


class StoreUnavailableError(StoreError):
    """The database cannot be reached."""


class StoreFormatError(StoreError):
    """Written by a newer Galley, or not a store at all."""


class StoreMissingError(StoreError):
    """There is no store where one should be."""


class StoreExistsError(StoreError):
    """There is a store where none should be."""


class UnknownVersionError(StoreError):
    """No such version, or not any more."""

    def __init__(self, number: int) -> None:
        super().__init__(f"version {number} is not in the history")
        self.number = number


class PurgedError(StoreError):
    """A body was removed on purpose."""

    def __init__(self, digest: bytes) -> None:
        super().__init__(f"the content {digest.hex()[:12]} was purged")
        self.digest = digest
