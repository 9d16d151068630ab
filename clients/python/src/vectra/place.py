"""Up to where events were delivered: so none is delivered twice, and it is seen when some are missing."""

from __future__ import annotations

from typing import Optional, Tuple


def split(token: str) -> Tuple[str, int]:
    """`8f3a12bc:1042` -> the log's unbroken history `8f3a12bc`, and the number 1042 in it."""
    epoch, _, seq = token.rpartition(":")
    return epoch, int(seq)


class Place:
    """A reader's place in the log."""

    def __init__(self, token: Optional[str]) -> None:
        self.token = token
        #: From this number on every event of the log must come; None while only some are asked for.
        self._whole_from: Optional[int] = None

    def expect_all(self, asked_for_all: bool) -> None:
        """Whether every event after this place is asked for."""
        self._whole_from = None if not asked_for_all else 0 if self.token is None else split(self.token)[1]

    def take(self, token: str) -> Tuple[bool, Optional[str]]:
        """An event has come: whether it is new, and why events before it never came (None: none are missing)."""
        if self._covers(token):
            return False, None
        before, self.token = self.token, token
        if before is None:
            return True, None
        (epoch, seq), (old_epoch, old_seq) = split(token), split(before)
        if epoch != old_epoch:
            self._whole_from = None if self._whole_from is None else 0
            return True, "epoch_changed"
        is_whole = self._whole_from is not None and old_seq >= self._whole_from
        return True, "hole" if is_whole and seq != old_seq + 1 else None

    def cover(self, token: Optional[str]) -> None:
        """Everything up to a place was sent. Events of other channels count: the log may be trimmed up to it."""
        if token is None or self._covers(token):
            return
        if self.token is None or split(self.token)[0] == split(token)[0]:
            self.token = token

    def _covers(self, token: str) -> bool:
        if self.token is None:
            return False
        (epoch, seq), (own_epoch, own_seq) = split(token), split(self.token)
        return epoch == own_epoch and seq <= own_seq
