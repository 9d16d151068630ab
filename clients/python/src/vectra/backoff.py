"""How long to wait before a connection attempt."""

import random

FIRST_CEILING_S = 0.25
LAST_CEILING_S = 10.0


def backoff(attempt: int, chance: float | None = None) -> float:
    """Seconds: anything from 0 up to a ceiling that doubles with each attempt (counted from 1) from 0.25 to 10.

    So the clients of a gateway that was restarted do not come back all at once.
    """
    ceiling = min(LAST_CEILING_S, FIRST_CEILING_S * 2.0 ** min(attempt - 1, 10))
    return ceiling * (random.random() if chance is None else chance)
