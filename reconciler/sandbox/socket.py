"""Slack's Socket Mode: the app opens a WebSocket with a ticket, and hears there what people do."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from reconciler.sandbox.slack.link import Frame
from reconciler.sandbox.slack.machine import SlackMachine
from reconciler.sandbox.world import World

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

#: Seconds between two looks at the time.
_TICK = 0.25
#: What a socket is closed with: as agreed, or because its ticket is none.
_FINE, _NO_TICKET = 1000, 4001


class Socket:
    """One connection: a thread's frames go out in order, the app's words come in."""

    def __init__(self, world: World, socket: WebSocket):
        machine = world.machines["slack"]
        assert isinstance(machine, SlackMachine)
        self._world, self._slack, self._socket = world, machine, socket
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()

    async def serve(self) -> None:
        """Talk until one of the two ends it."""
        if not self._slack.redeem(self._socket.query_params.get("ticket", "")):
            await self._socket.close(_NO_TICKET)
            return
        await self._socket.accept()
        line = await asyncio.to_thread(self._slack.link.connect, self._send)
        self._world.heard("slack")
        try:
            await self._talk()
        finally:
            self._slack.link.gone(line)
            self._world.heard("slack")

    def _send(self, frame: Frame | None) -> None:
        self._loop.call_soon_threadsafe(self._frames.put_nowait, frame)

    async def _talk(self) -> None:
        sides = [
            asyncio.create_task(self._out()),
            asyncio.create_task(self._in()),
            asyncio.create_task(self._time()),
        ]
        try:
            await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for side in sides:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)

    async def _out(self) -> None:
        while (frame := await self._frames.get()) is not None:
            await self._socket.send_text(json.dumps(frame))
        await self._socket.close(_FINE)

    async def _in(self) -> None:
        async for text in self._socket.iter_text():
            await asyncio.to_thread(self._received, text)

    def _received(self, text: str) -> None:
        self._slack.link.received(text)
        self._world.changed("slack")

    async def _time(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            await asyncio.to_thread(self._slack.link.tick)
