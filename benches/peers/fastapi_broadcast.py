"""The usual Python server for this job: FastAPI on uvicorn, one message to all clients, a board of 20 x 10 and its figures.

    FPS=60 ENCODE=per_client uvicorn fastapi_broadcast:app --port 18000 --log-level error

ENCODE=per_client is `await client.send_json(message)` for each client, as tutorials have it; ENCODE=once packs the message
with MessagePack once for all of them, which is about what can be done.
"""

import asyncio
import os
import time
from contextlib import asynccontextmanager

import msgpack
from fastapi import FastAPI, WebSocket

FPS = float(os.environ.get("FPS", "60"))
ONCE = os.environ.get("ENCODE", "per_client") == "once"


class ConnectionManager:
    def __init__(self):
        self.clients = []

    async def connect(self, client):
        await client.accept()
        self.clients.append(client)

    def disconnect(self, client):
        if client in self.clients:
            self.clients.remove(client)

    async def broadcast(self, message):
        packed = msgpack.packb(message) if ONCE else None
        for client in list(self.clients):
            try:
                await (client.send_bytes(packed) if ONCE else client.send_json(message))
            except Exception:
                self.disconnect(client)


manager = ConnectionManager()

# Made before, so that only encoding and sending cost something.
BOARDS = [
    [[(row * 7 + column * 3 + turn) % 8 if row >= 8 else 0 for column in range(10)] for row in range(20)]
    for turn in range(8)
]


def message(number):
    return {
        "type": "frame",
        "t": time.time_ns() // 1000,
        "seq": number,
        "board": BOARDS[number % len(BOARDS)],
        "score": 12840 + number,
        "lines": 214,
        "level": 9,
        "pieces": 5321 + number,
        "episode": 482,
        "step": 1234567 + number,
        "epsilon": 0.0731,
        "loss": 0.0184213,
        "mean_reward": 83.41275,
        "mean_lines": 21.37,
        "steps_per_second": 10412.7,
        "next": [1, 4, 2, 7, 3],
        "hold": 5,
        "status": "running",
    }


async def broadcast_forever():
    number, due = 0, time.monotonic()
    while True:
        await manager.broadcast(message(number))
        number += 1
        due = max(due + 1 / FPS, time.monotonic() - 1 / FPS)
        await asyncio.sleep(max(0, due - time.monotonic()))


@asynccontextmanager
async def lifespan(_):
    task = asyncio.create_task(broadcast_forever())
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)


@app.websocket("/ws")
async def serve(client: WebSocket):
    await manager.connect(client)
    try:
        while True:
            await client.receive_text()
    except Exception:
        manager.disconnect(client)
