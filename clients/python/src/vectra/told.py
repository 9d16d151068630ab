"""What a connection tells besides events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Literal, Optional

from .events import Event


@dataclass(frozen=True)
class Status:
    """How the connection is. `closed` is for good."""

    state: Literal["connecting", "live", "reconnecting", "closed"]
    #: Of reconnecting, from 1.
    attempt: int = 0
    reason: Optional[str] = None


@dataclass(frozen=True)
class Unrecovered:
    """Events after `since` (None: an empty log) were missed and can't be delivered any more; those from now on are.

    `reason`: `epoch_changed`, `trimmed`, `ahead`; `unknown_place`: the log was empty when the connection was lost;
    `hole`: the gateway passed over events although all channels are subscribed.
    """

    reason: str
    since: Optional[str]


@dataclass(frozen=True)
class Snapshot:
    """How things stand: the newest event of each type that still holds, older than `id` and not told again."""

    id: Optional[str]
    events: List[Event]
