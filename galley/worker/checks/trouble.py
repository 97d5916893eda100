"""Why a check could not be asked."""


class CheckError(Exception):
    """It could not be started or reached, was late, or did not answer in the agreed form.

    The text ends a sentence that begins with the check: "it has not answered within 10 s". It names
    no secret.
    """
