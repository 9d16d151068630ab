"""Events, as typed dictionaries.

Made by `npm run protocol-docs` from packages/protocol/src: change the schemas, not this file.
"""

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union


class Envelope(TypedDict):
    v: Literal[1]
    id: str
    seq: int
    timestamp: int
    gameId: Optional[str]
    source: Literal["public", "authenticated", "simulator", "replay"]


class GameStartEventData(TypedDict):
    """A game became active, was joined midway, or came and went unseen."""

    serverSeedHash: Optional[str]
    gameVersion: Optional[str]
    joinedAtTick: int


class GameStartEvent(Envelope):
    """A game became active, was joined midway, or came and went unseen."""

    type: Literal["game.start"]
    data: GameStartEventData


class _GameTickEventData(TypedDict):
    tickCount: int
    price: str
    active: bool
    rugged: bool
    phase: Literal["UNKNOWN", "GAME_ACTIVATION", "ACTIVE_GAMEPLAY", "RUG_EVENT_1", "RUG_EVENT_2", "COOLDOWN", "PRESALE"]
    cooldownTimer: int
    tradeCount: Optional[int]


class GameTickEventData(_GameTickEventData, total=False):
    """One price: each tick, the rug's included."""

    backfilled: Literal["partialPrices", "snapshot", "gameHistory", "seed"]


class GameTickEvent(Envelope):
    """One price: each tick, the rug's included."""

    type: Literal["game.tick"]
    data: GameTickEventData


class GamePhaseEventData(TypedDict):
    """The phase changed, or a second of the countdown passed."""

    phase: Literal["UNKNOWN", "GAME_ACTIVATION", "ACTIVE_GAMEPLAY", "RUG_EVENT_1", "RUG_EVENT_2", "COOLDOWN", "PRESALE"]
    previous: Literal["UNKNOWN", "GAME_ACTIVATION", "ACTIVE_GAMEPLAY", "RUG_EVENT_1", "RUG_EVENT_2", "COOLDOWN", "PRESALE"]
    cooldownTimer: int


class GamePhaseEvent(Envelope):
    """The phase changed, or a second of the countdown passed."""

    type: Literal["game.phase"]
    data: GamePhaseEventData


class GameEndEventData(TypedDict):
    """The rug (its first frame), or a game was lost sight of."""

    reason: Literal["rugged", "interrupted"]
    rugTick: Optional[int]
    rugPrice: Optional[str]
    peakMultiplier: str
    tickCount: int


class GameEndEvent(Envelope):
    """The rug (its first frame), or a game was lost sight of."""

    type: Literal["game.end"]
    data: GameEndEventData


class GameSealedEventData(TypedDict):
    """The seed was revealed, up to ten games later: the prices were derived from it again and compared."""

    serverSeed: str
    serverSeedHash: str
    verdict: Literal["verified", "mismatch", "hash-only"]
    complete: bool
    prices: List[str]
    peakMultiplier: Optional[str]
    endedAt: Optional[int]


class GameSealedEvent(Envelope):
    """The seed was revealed, up to ten games later: the prices were derived from it again and compared."""

    type: Literal["game.sealed"]
    data: GameSealedEventData


class GameGapEventData(TypedDict):
    """Ticks were missed, or missed ones became known."""

    fromTick: int
    toTick: int
    healed: bool
    by: Optional[Literal["partialPrices", "snapshot", "gameHistory", "seed"]]


class GameGapEvent(Envelope):
    """Ticks were missed, or missed ones became known."""

    type: Literal["game.gap"]
    data: GameGapEventData


class PlayerIdentityEventData(TypedDict):
    """Who is logged in."""

    playerId: Optional[str]
    username: Optional[str]
    hasUsername: bool


class PlayerIdentityEvent(Envelope):
    """Who is logged in."""

    type: Literal["player.identity"]
    data: PlayerIdentityEventData


class PlayerUpdateEventData(TypedDict):
    """The account as the server states it; further fields as received."""

    cash: str
    bonusBalance: Optional[str]
    positionQty: str
    avgCost: str
    totalInvested: Optional[str]
    cumulativePnL: Optional[str]
    pnlPercent: Optional[str]
    sidebetPnl: Optional[str]


class PlayerUpdateEvent(Envelope):
    """The account as the server states it; further fields as received."""

    type: Literal["player.update"]
    data: PlayerUpdateEventData


class PlayerLeaderboardEventData(TypedDict):
    """The account's place in the running game."""

    entry: Optional[Dict[str, Any]]


class PlayerLeaderboardEvent(Envelope):
    """The account's place in the running game."""

    type: Literal["player.leaderboard"]
    data: PlayerLeaderboardEventData


class PlayerTradeEventData(TypedDict):
    """Somebody's trade; upstream shows a sample of them."""

    tradeId: str
    playerId: str
    username: Optional[str]
    level: Optional[int]
    side: Literal["buy", "sell", "short_open", "short_close"]
    tickIndex: int
    price: str
    qty: str
    amount: str
    leverage: Optional[float]
    coin: Optional[str]
    bonusPortion: Optional[str]
    realPortion: Optional[str]


class PlayerTradeEvent(Envelope):
    """Somebody's trade; upstream shows a sample of them."""

    type: Literal["player.trade"]
    data: PlayerTradeEventData


class PlayerDriftEventData(TypedDict):
    """A figure of the account is not what its own trades make it."""

    field: str
    local: str
    server: str


class PlayerDriftEvent(Envelope):
    """A figure of the account is not what its own trades make it."""

    type: Literal["player.drift"]
    data: PlayerDriftEventData


class SidebetPlacedEventData(TypedDict):
    """A sidebet; most become known when the game is over."""

    betId: Optional[str]
    playerId: str
    username: Optional[str]
    betAmount: str
    xPayout: float
    startTick: int
    endTick: int
    coinAddress: Optional[str]
    own: bool


class SidebetPlacedEvent(Envelope):
    """A sidebet; most become known when the game is over."""

    type: Literal["sidebet.placed"]
    data: SidebetPlacedEventData


class SidebetResultEventData(TypedDict):
    """A sidebet was won or lost; most become known when the game is over."""

    betId: Optional[str]
    playerId: str
    username: Optional[str]
    betAmount: str
    xPayout: float
    startTick: int
    endTick: int
    coinAddress: Optional[str]
    own: bool
    won: bool
    payout: str
    profit: str
    tickIndex: Optional[int]


class SidebetResultEvent(Envelope):
    """A sidebet was won or lost; most become known when the game is over."""

    type: Literal["sidebet.result"]
    data: SidebetResultEventData


class ConnectionStatusEventData(TypedDict):
    """How the feed's connection to the game is."""

    status: Literal["connecting", "connected", "reconnecting", "disconnected", "degraded", "standby"]
    source: str
    attempt: int
    reason: Optional[str]


class ConnectionStatusEvent(Envelope):
    """How the feed's connection to the game is."""

    type: Literal["connection.status"]
    data: ConnectionStatusEventData


class ErrorEventData(TypedDict):
    """Something the operator should see."""

    code: str
    message: str


class ErrorEvent(Envelope):
    """Something the operator should see."""

    type: Literal["error"]
    data: ErrorEventData


class RawEventData(TypedDict):
    """Any other upstream event that FEED_RAW_EVENTS names."""

    payload: Any


class RawEvent(Envelope):
    """Any other upstream event that FEED_RAW_EVENTS names."""

    type: str
    data: RawEventData


# Narrow it by its "type". Events of the channels raw.* are RawEvent.
Event = Union[
    GameStartEvent,
    GameTickEvent,
    GamePhaseEvent,
    GameEndEvent,
    GameSealedEvent,
    GameGapEvent,
    PlayerIdentityEvent,
    PlayerUpdateEvent,
    PlayerLeaderboardEvent,
    PlayerTradeEvent,
    PlayerDriftEvent,
    SidebetPlacedEvent,
    SidebetResultEvent,
    ConnectionStatusEvent,
    ErrorEvent,
]
