"""Shapes that several messages use.

Made by `npm run protocol-docs` from packages/protocol/src: change the schemas, not this file.
"""

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union


GamesFilter = TypedDict("GamesFilter", {
    "from": str,
    "to": str,
    "minPeak": float,
}, total=False)


class SizingFixed(TypedDict):
    by: Literal["fixed"]
    amount: Union[float, str]


class SizingFraction(TypedDict):
    by: Literal["fraction"]
    of: float


class _SizingKelly(TypedDict):
    by: Literal["kelly"]
    p: float
    b: float


class SizingKelly(_SizingKelly, total=False):
    """A share of the Kelly fraction p - (1 - p) / b of the cash, for the chance p of winning b times the stake. Without an edge it is 0: nothing is ordered."""

    share: float


Sizing = Union[
    SizingFixed,
    SizingFraction,
    SizingKelly,
]


class _StrategySidebets(TypedDict):
    name: str
    initial_balance: Union[float, str]
    entry_tick: int
    num_bets: int


class StrategySidebets(_StrategySidebets, total=False):
    """Sidebets at set ticks. The kind may be left out."""

    kind: Literal["sidebets"]
    bet_sizes: List[Union[float, str]]
    sizing: Sizing
    spacing: int


class _StrategyPosition(TypedDict):
    kind: Literal["position"]
    name: str
    initial_balance: Union[float, str]
    entry_tick: int
    sizing: Sizing


class StrategyPosition(_StrategyPosition, total=False):
    """One position a game, bought at a tick and sold at the first of the exits; without any it goes down with the rug."""

    entry_below: float
    take_profit: float
    stop_loss: float
    trailing_stop: float
    exit_tick: int


class StrategyObserver(TypedDict):
    """Watches, and orders nothing by itself: orders come by hand."""

    kind: Literal["observer"]
    name: str
    initial_balance: Union[float, str]


class _StrategyPlugin(TypedDict):
    kind: Literal["plugin"]
    name: str
    initial_balance: Union[float, str]
    module: str


class StrategyPlugin(_StrategyPlugin, total=False):
    """A module from the folder of plug-ins."""

    params: Dict[str, Any]


Strategy = Union[
    StrategySidebets,
    StrategyPosition,
    StrategyObserver,
    StrategyPlugin,
]


class PaperOrderBuy(TypedDict):
    side: Literal["buy"]
    amount: str


class _PaperOrderSell(TypedDict):
    side: Literal["sell"]


class PaperOrderSell(_PaperOrderSell, total=False):
    qty: str


class PaperOrderSidebet(TypedDict):
    side: Literal["sidebet"]
    amount: str


PaperOrder = Union[
    PaperOrderBuy,
    PaperOrderSell,
    PaperOrderSidebet,
]


class PaperHappeningBought(TypedDict):
    kind: Literal["bought"]
    gameId: str
    tick: int
    price: float
    qty: str
    amount: str
    cash: str


class PaperHappeningSold(TypedDict):
    kind: Literal["sold"]
    by: Literal["order", "rug"]
    gameId: str
    tick: int
    price: float
    qty: str
    amount: str
    profit: str
    cash: str


class PaperHappeningSidebet(TypedDict):
    kind: Literal["sidebet"]
    gameId: str
    startTick: int
    amount: str
    cash: str


class PaperHappeningSettled(TypedDict):
    kind: Literal["settled"]
    gameId: str
    startTick: int
    amount: str
    rugTick: Optional[int]
    won: bool
    payout: str
    profit: str
    cash: str


class PaperHappeningRefused(TypedDict):
    kind: Literal["refused"]
    order: PaperOrder
    code: Literal["no_number", "below_minimum", "above_maximum", "not_enough_cash", "nothing_to_sell", "more_than_held", "sidebet_active", "no_game", "stale"]
    message: str


class PaperHappeningGame(TypedDict):
    """A game ended in which the session could trade."""

    kind: Literal["game"]
    gameId: str
    rugTick: int
    wallet: str
    bets: int


class PaperHappeningFailed(TypedDict):
    """The strategy failed, and was given up."""

    kind: Literal["failed"]
    message: str


PaperHappening = Union[
    PaperHappeningBought,
    PaperHappeningSold,
    PaperHappeningSidebet,
    PaperHappeningSettled,
    PaperHappeningRefused,
    PaperHappeningGame,
    PaperHappeningFailed,
]


class PaperSessionMeanReturn(TypedDict):
    low: float
    mean: float
    high: float


class PaperSessionActiveBet(TypedDict):
    game_id: str
    start_tick: int
    end_tick: int
    amount: str


class PaperSessionPosition(TypedDict):
    game_id: str
    qty: str
    avg_cost: str
    cost: str


class PaperSession(TypedDict):
    """A session of paper trading. SOL are decimal strings, shares are from 0 to 1."""

    session_id: str
    strategy: Strategy
    is_active: bool
    error: Optional[str]
    created_at: int
    initial_balance: str
    cash: str
    wallet: str
    peak_wallet: str
    realized_pnl: str
    unrealized_pnl: str
    drawdown: float
    max_drawdown: float
    games_played: int
    total_wins: int
    total_losses: int
    total_bets_placed: int
    bets_this_game: int
    win_rate: Optional[float]
    profit_factor: Optional[float]
    sharpe: Optional[float]
    mean_return: Optional[PaperSessionMeanReturn]
    active_bet: Optional[PaperSessionActiveBet]
    position: Optional[PaperSessionPosition]
    waiting: int
    history_length: int
