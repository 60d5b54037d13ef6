"""Work on one conversation by several at a time, to see whether a lock store keeps them apart."""

from __future__ import annotations

import asyncio

from rasa.core.lock_store import LockStore


class Room:
    """Tells who worked when, and how many did so together."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self.order: list[int] = []

    async def work(
        self, locks: LockStore, number: int, seconds: float = 0.01, sender: str = "web:a", **lock: float
    ) -> None:
        """Works on the conversation when it is this one's turn; `lock` are options of the lock."""
        async with locks.lock(sender, **lock):
            self.inside += 1
            self.most = max(self.most, self.inside)
            self.order.append(number)
            await asyncio.sleep(seconds)
            self.inside -= 1
