"""Client of the Vectra gateway: events of rugs.fun in order, each once, across any number of lost connections.

    async for event in vectra.connect("ws://127.0.0.1:8080/ws", channels=["game.*"]):
        print(event["type"], event["data"])
"""

from .connection import Connection, connect
from .errors import GatewayError, RefusedError, VectraError
from .events import Event, RawEvent
from .paper import LiveSession, Order, PaperMessage
from .replay import Replay, ReplayStatus
from .shapes import PaperHappening, PaperSession, Strategy
from .told import Snapshot, Status, Unrecovered

__all__ = [
    "Connection",
    "Event",
    "GatewayError",
    "LiveSession",
    "Order",
    "PaperHappening",
    "PaperMessage",
    "PaperSession",
    "RawEvent",
    "RefusedError",
    "Replay",
    "ReplayStatus",
    "Snapshot",
    "Status",
    "Strategy",
    "Unrecovered",
    "VectraError",
    "connect",
]
