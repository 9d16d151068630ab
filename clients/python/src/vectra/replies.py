"""Answers and notices of the gateway, as typed dictionaries.

Made by `npm run protocol-docs` from packages/protocol/src: change the schemas, not this file.
"""

from typing import Any, List, Literal, Optional, TypedDict, Union

from .shapes import PaperHappening, PaperSession


class _SubscribedReply(TypedDict):
    type: Literal["subscribed"]
    channels: List[str]
    recovered: bool
    mode: Literal["lossless", "latest"]
    id: Optional[str]


class SubscribedReply(_SubscribedReply, total=False):
    """Answers subscribe."""

    reason: Literal["epoch_changed", "trimmed", "ahead"]
    partial: Literal[True]
    ref: str


class _SnapshotReply(TypedDict):
    type: Literal["snapshot"]
    id: Optional[str]
    events: List[Any]


class SnapshotReply(_SnapshotReply, total=False):
    """How things stand: the newest event of each type that the channels match and that still holds, as it was told. It comes after subscribed, unless everything after since follows."""

    ref: str


class _UnsubscribedReply(TypedDict):
    type: Literal["unsubscribed"]
    channels: List[str]


class UnsubscribedReply(_UnsubscribedReply, total=False):
    """Answers unsubscribe."""

    ref: str


class _PongReply(TypedDict):
    type: Literal["pong"]
    id: Optional[str]
    timestamp: int


class PongReply(_PongReply, total=False):
    """Answers ping."""

    ref: str


class _AuthenticatedReply(TypedDict):
    type: Literal["authenticated"]
    role: Literal["viewer", "trader", "operator"]


class AuthenticatedReply(_AuthenticatedReply, total=False):
    """Answers auth."""

    ref: str


class _PausedReply(TypedDict):
    type: Literal["paused"]
    what: Literal["live", "replay"]
    id: Optional[str]


class PausedReply(_PausedReply, total=False):
    """Answers pause: what is held."""

    ref: str


class _ResumedReply(TypedDict):
    type: Literal["resumed"]
    what: Literal["live", "replay"]
    id: Optional[str]
    skipped: int


class ResumedReply(_ResumedReply, total=False):
    """Answers resume: what goes on."""

    ref: str


class _ReplayReply(TypedDict):
    type: Literal["replay"]
    state: Literal["playing", "paused", "ended", "stopped"]
    gameId: Optional[str]
    tick: int
    ticks: int
    index: int
    games: int
    speed: Union[float, str]


class ReplayReply(_ReplayReply, total=False):
    """Where the replay is: after each command for it, and when a game begins or ends."""

    ref: str


class _GoawayReply(TypedDict):
    type: Literal["goaway"]
    id: Optional[str]
    reconnectInMs: int


class GoawayReply(_GoawayReply, total=False):
    """The gateway stops: come back after so many ms."""

    ref: str


class _LiveJoinedReply(TypedDict):
    type: Literal["live_joined"]
    session: PaperSession
    created: bool


class LiveJoinedReply(_LiveJoinedReply, total=False):
    """Answers join_live."""

    ref: str


class _LiveLeftReply(TypedDict):
    type: Literal["live_left"]
    session_id: str


class LiveLeftReply(_LiveLeftReply, total=False):
    """Answers leave_live."""

    ref: str


class _LiveTickReply(TypedDict):
    type: Literal["live_tick"]
    session_id: str
    gameId: str
    tick: int
    price: str
    worth: str
    unrealized_pnl: str
    bet_ticks_left: Optional[int]


class LiveTickReply(_LiveTickReply, total=False):
    """A tick with what it makes of the session, while that has a position or a bet."""

    ref: str


class _LiveGameStartReply(TypedDict):
    type: Literal["live_game_start"]
    session_id: str
    gameId: str


class LiveGameStartReply(_LiveGameStartReply, total=False):
    """A game began in which the session may trade."""

    ref: str


class _LiveBetReply(TypedDict):
    type: Literal["live_bet"]
    session_id: str
    bet: PaperHappening
    session: PaperSession


class LiveBetReply(_LiveBetReply, total=False):
    """Something was bought, sold, bet, settled or refused, or the strategy failed. It answers order."""

    ref: str


class _LiveGameEndReply(TypedDict):
    type: Literal["live_game_end"]
    session_id: str
    gameId: str
    rugTick: int
    session: PaperSession


class LiveGameEndReply(_LiveGameEndReply, total=False):
    """A game ended in which the session could trade."""

    ref: str


class _ErrorReply(TypedDict):
    type: Literal["error"]
    code: Literal["bad_json", "bad_command", "too_large", "too_many_requests", "no_token", "unknown_token", "not_allowed", "no_replay", "no_such_game", "not_paused", "unavailable", "not_joined", "no_session", "no_strategy", "bad_plugin", "too_many_sessions", "too_late", "no_number", "below_minimum", "above_maximum", "not_enough_cash", "nothing_to_sell", "more_than_held", "sidebet_active", "no_game", "stale"]
    message: str
    action: Optional[str]


class ErrorReply(_ErrorReply, total=False):
    """A command was refused; the connection lives."""

    ref: str


Reply = Union[
    SubscribedReply,
    SnapshotReply,
    UnsubscribedReply,
    PongReply,
    AuthenticatedReply,
    PausedReply,
    ResumedReply,
    ReplayReply,
    GoawayReply,
    LiveJoinedReply,
    LiveLeftReply,
    LiveTickReply,
    LiveGameStartReply,
    LiveBetReply,
    LiveGameEndReply,
    ErrorReply,
]
