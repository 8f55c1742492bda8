"""The end of an error message: what the writer probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, valid: Iterable[str]) -> str:
    """ "did you mean 'kappa'?" for a near miss, else the list of what is valid."""
    names = sorted(valid)
    by_fold = {name.casefold(): name for name in names}
    close = get_close_matches(word.casefold(), list(by_fold), n=1, cutoff=0.6)
    if close:
        return f"did you mean '{by_fold[close[0]]}'?"
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"valid are: {shown}" if names else "none is valid here"
