"""Watches and steers a server with the Python packages `websockets` and `msgpack`.

usage: client.py PROGRAM FOLDER
"""

import asyncio
import json
import re
import struct
import subprocess
import sys
import urllib.request

import msgpack
import websockets


class Client:
    """One connection, whose commands are numbered."""

    def __init__(self, socket):
        self.socket = socket
        self.id = 0

    async def read(self):
        message = msgpack.unpackb(await asyncio.wait_for(self.socket.recv(), 30))
        assert isinstance(message, dict) and isinstance(message["type"], str), message
        return message

    async def until(self, holds):
        while True:
            message = await self.read()
            if holds(message):
                return message

    async def command(self, kind, **keys):
        self.id += 1
        await self.socket.send(msgpack.packb({"type": kind, "id": self.id, **keys}))
        return await self.until(lambda message: message.get("id") == self.id)


def column(table, name):
    raw = table[name]
    width = len(raw) // table["rows"]
    return struct.unpack(f"<{table['rows']}{'d' if width == 8 else 'f'}", raw)


async def watch(address):
    origin = f"http://{address}"
    async with websockets.connect(f"ws://{address}/ws", origin=origin, max_size=None) as socket:
        client = Client(socket)
        hello = await client.read()
        assert (hello["type"], hello["protocol"]) == ("hello", 1), hello
        told = await client.read()
        if told["type"] == "present":  # where there is a board already
            told = await client.read()
        assert told["type"] == "snapshot", told
        frame = await client.until(lambda message: message["type"] == "frame")
        assert len(frame["cells"]) == frame["width"] * frame["height"]
        metrics = await client.until(lambda message: message["type"] == "metrics" and "updates" in message)
        assert all(rate > 0 for rate in column(metrics["updates"], "learning_rate"))
        assert (await client.command("pause"))["type"] == "ack"
        refused = await client.command("start")
        assert (refused["type"], refused["code"]) == ("error", "already_running"), refused
        assert (await client.command("fly"))["code"] == "unknown_command"
        runs = json.load(urllib.request.urlopen(f"{origin}/api/runs"))
        name = runs[0]["name"]
        assert runs[0]["state"] == "running", runs
        assert (await client.command("note", run=name, text="from Python"))["type"] == "ack"
        noted = await client.until(lambda message: message["type"] == "runs")
        assert noted["changed"][0]["note"] == "from Python", noted
        history = msgpack.unpackb(urllib.request.urlopen(f"{origin}/api/runs/{name}/history").read())
        assert history["config"]["agent"] and history["next"] > 0
        assert (await client.command("stop"))["type"] == "ack"
        await client.until(lambda message: message["type"] == "status" and message["state"] == "stopped")
    try:
        async with websockets.connect(f"ws://{address}/ws", origin="http://evil.example"):
            raise AssertionError("a foreign page was let in")
    except websockets.exceptions.InvalidStatus as refusal:
        assert refusal.response.status_code == 403


def main():
    program, folder = sys.argv[1:]
    server = subprocess.Popen(
        [program, "serve", "--addr", "127.0.0.1:0", "--out", folder], stdout=subprocess.PIPE, text=True
    )
    try:
        address = re.search(r"http://([^/]+)/", server.stdout.readline()).group(1)
        asyncio.run(watch(address))
    finally:
        server.terminate()
        server.wait(10)
    print("python_clients: passed")


if __name__ == "__main__":
    main()
