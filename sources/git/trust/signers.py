"""Whose key has signed which commit or tag: the key ring as it is now, and what was found by it."""

import tempfile
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

from pipeline.model import Diagnostic
from pipeline.model.messages import trust as messages
from sources.git.objects import Objects, Signable
from sources.git.trust.keyring import KeyFiles, Keyring, KeysError
from sources.git.trust.signatures import BadSignatureError, CannotVerifyError, Signer, verify

REMEMBERED = 2000
"""Commits whose signer is remembered."""


class NotVouchedError(Exception):
    """Nobody whose word is taken vouches for it, as far as can be told."""

    def __init__(self, diagnostic: Diagnostic, *, undecided: bool = False) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic
        self.undecided = undecided
        """Who has signed could not be found out, which is never the same as nobody."""


class Signers:
    """Verifies with the keys of some files; everything blocks."""

    def __init__(self, keys: Iterable[Path]) -> None:
        self._paths = tuple(keys)
        self._digest = b""
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._known: OrderedDict[str, Signer | BadSignatureError] = OrderedDict()

    def stale(self) -> bool:
        """Whether the key files say something else than they did at the last `refresh`, or could
        not be used then."""
        if self._scratch is None:
            return True
        try:
            return KeyFiles.read(self._paths).digest != self._digest
        except KeysError:
            return True

    def refresh(self) -> Keyring:
        """The key ring as the files are now; with other keys everything is verified anew.

        Raises:
            KeysError: the keys cannot be used.
        """
        try:
            files = KeyFiles.read(self._paths)
            if self._scratch is None or files.digest != self._digest:
                self.close()
                self._scratch = tempfile.TemporaryDirectory(prefix="galley-keys-")
                self._ring = Keyring.build(files, Path(self._scratch.name))
                self._digest = files.digest
        except KeysError:
            self.close()
            raise
        return self._ring

    def of(self, objects: Objects, signed: Signable) -> Signer:
        """Whose key has signed this.

        Raises:
            DamagedError: the mirror cannot be read.
            KeysError: the keys cannot be used.
            NotVouchedError: nobody's whose word is taken, or it cannot be found out.
        """
        ring = self.refresh()
        known = self._known.get(signed.id)
        if known is None:
            known = self._known[signed.id] = _verified(objects, signed, ring)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        if isinstance(known, Signer):
            return known
        report = messages.NOT_VERIFIED.report(
            kind=signed.kind, name=signed.name, problem=str(known)
        )
        raise NotVouchedError(report)

    def close(self) -> None:
        """Remove the key ring, and forget what was found by it."""
        if self._scratch:
            self._scratch.cleanup()
        self._scratch, self._digest = None, b""
        self._known.clear()


def _verified(objects: Objects, signed: Signable, ring: Keyring) -> Signer | BadSignatureError:
    signature = objects.signature(signed)
    if not signature:
        report = messages.NOT_SIGNED.report(kind=signed.kind, name=signed.name)
        raise NotVouchedError(report)
    try:
        return verify(objects.folder, signed, signature, ring)
    except BadSignatureError as error:
        return error
    except CannotVerifyError as error:
        report = messages.CANNOT_VERIFY.report(
            kind=signed.kind, name=signed.name, problem=str(error)
        )
        raise NotVouchedError(report, undecided=True) from error
