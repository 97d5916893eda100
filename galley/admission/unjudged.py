"""Why a write is not judged."""


class UnjudgedError(Exception):
    """There is no opinion on a write now; the webhook's failure policy decides about it."""

    def __init__(self, why: str, detail: str) -> None:
        """`why` is a word for metrics, `detail` a sentence for people."""
        super().__init__(detail)
        self.why = why
