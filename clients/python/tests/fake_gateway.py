"""A gateway in this process, that keeps the protocol's rules and fails when told to."""

from __future__ import annotations

import asyncio
import importlib
import json
from typing import Any, Callable, Dict, List, Optional


def server_module() -> Any:
    """Its `serve`, in whichever version of websockets is installed."""
    try:
        return importlib.import_module("websockets.asyncio.server")
    except ModuleNotFoundError:
        return importlib.import_module("websockets.legacy.server")


class Peer:
    """A connected client, as the fake gateway sees it."""

    def __init__(self, raw: Any, gateway: FakeGateway) -> None:
        self.raw = raw
        self.gateway = gateway
        self.sent: List[Dict[str, Any]] = []
        self.next = 0
        self.live = False
        self.held = False

    async def say(self, **message: Any) -> None:
        await self.raw.send(json.dumps(message))

    async def flush(self) -> None:
        """Delivers what the log has and this client has not."""
        while self.live and not self.held and self.next < len(self.gateway.log):
            event = self.gateway.log[self.next]
            self.next += 1
            await self.say(**event)

    def cut(self) -> None:
        """As when the link breaks: no goodbye."""
        self.raw.transport.abort()


class FakeGateway:
    def __init__(self) -> None:
        self.epoch = "aaaa"
        self.log: List[Dict[str, Any]] = []
        self.peers: List[Peer] = []
        self.headers: List[Any] = []
        #: Called with each command first; what it returns True for, the gateway does not answer itself.
        self.on_command: Optional[Callable[[Peer, Dict[str, Any]], Any]] = None
        self.url = ""
        self._server: Any = None

    async def __aenter__(self) -> FakeGateway:
        self._server = await server_module().serve(self._serve, "127.0.0.1", 0, ping_interval=None)
        self.url = f"ws://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/ws"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    @property
    def peer(self) -> Peer:
        return self.peers[-1]

    async def publish(self, count: int = 1) -> None:
        for _ in range(count):
            self.log.append(event(len(self.log) + 1, self.epoch))
        for peer in self.peers:
            try:
                await peer.flush()
            except Exception:  # that one is gone
                peer.live = False

    async def _serve(self, raw: Any, _path: str = "") -> None:
        peer = Peer(raw, self)
        self.peers.append(peer)
        request = getattr(raw, "request", None)
        self.headers.append(raw.request_headers if request is None else request.headers)
        try:
            async for text in raw:
                command = json.loads(text)
                peer.sent.append(command)
                if self.on_command is not None and await self.on_command(peer, command) is True:
                    continue
                await self._answer(peer, command)
        except Exception as error:
            if "ConnectionClosed" not in type(error).__name__:
                raise
        finally:
            peer.live = False

    async def _answer(self, peer: Peer, command: Dict[str, Any]) -> None:
        ref = {"ref": command["ref"]} if "ref" in command else {}
        action = command["action"]
        if action == "subscribe":
            await self._subscribe(peer, command, ref)
        elif action == "ping":
            await peer.say(type="pong", id=self.id_of(peer), timestamp=0, **ref)
        elif action in ("pause", "resume"):
            peer.held = action == "pause"
            extra = {} if peer.held else {"skipped": 0}
            await peer.say(type=f"{action}d", what="live", id=self.id_of(peer), **extra, **ref)
            await peer.flush()

    async def _subscribe(self, peer: Peer, command: Dict[str, Any], ref: Dict[str, Any]) -> None:
        since = command.get("since")
        recovered, reason = False, {}
        peer.next = len(self.log)
        if since is not None:
            epoch, seq = since.split(":")
            if epoch != self.epoch:
                reason = {"reason": "epoch_changed"}
            elif int(seq) > len(self.log):
                reason = {"reason": "ahead"}
            else:
                recovered, peer.next = True, int(seq)
        top = f"{self.epoch}:{len(self.log)}" if self.log else None
        answer = {"channels": command["channels"], "recovered": recovered, "mode": "lossless", "id": top}
        await peer.say(type="subscribed", **answer, **reason, **ref)
        peer.live = True
        await peer.flush()

    def id_of(self, peer: Peer) -> Optional[str]:
        return f"{self.epoch}:{peer.next}" if peer.next else None


def event(seq: int, epoch: str = "aaaa", **other: Any) -> Dict[str, Any]:
    tick = {"tickCount": seq, "price": "1.5", "active": True, "rugged": False}
    data = {**tick, "phase": "ACTIVE_GAMEPLAY", "cooldownTimer": 0, "tradeCount": 0}
    place = {"v": 1, "type": "game.tick", "id": f"{epoch}:{seq}", "seq": seq}
    return {**place, "timestamp": 1, "gameId": "game-1", "source": "public", "data": data, **other}


async def eventually(what: str, ready: Callable[[], Any], seconds: float = 30) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not ready():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        await asyncio.sleep(0.005)
