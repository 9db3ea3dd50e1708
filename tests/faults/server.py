"""A mail server that fails on purpose, and journals every message it stores.

    python -m tests.faults.server --port 9325 --journal /tmp/journal.jsonl

A process of its own on loopback. behaviours.py says how a recipient is treated; faults of connections are
options. It reads commands from standard input and answers each with a line: `stop` (stop listening and end
every connection), `start`, `drop` (end every connection but keep listening), `fault …` (from now on; none
without a fault), `connections` (the number so far) and `quit`. It ends when its input ends.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ssl
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.faults.behaviours import Fault
from tests.faults.certificates import self_signed
from tests.faults.journal import Journal
from tests.faults.talk import Shared, Talk

HOST = "127.0.0.1"


@dataclass
class Server:
    shared: Shared
    listening: asyncio.Server | None = None

    async def start(self) -> str:
        """Start listening, and return the port."""
        if self.listening is None:
            loop = asyncio.get_running_loop()
            self.listening = await loop.create_server(
                lambda: Talk(self.shared), HOST, self.shared.options.port, reuse_address=True, backlog=512
            )
            self.shared.options.port = self.listening.sockets[0].getsockname()[1]
        return f"listening {self.shared.options.port}"

    async def stop(self) -> str:
        """Stop listening, and end every connection at once."""
        if self.listening is not None:
            self.listening.close()
            self.listening = None
        await self.drop()
        return "stopped"

    async def drop(self) -> str:
        """End every connection at once."""
        for talk in list(self.shared.talks):
            talk.transport.abort()
        return "dropped"

    async def fault(self, *texts: str) -> str:
        """Activate these faults."""
        self.shared.faults.on = [Fault.read(text) for text in texts if text]
        return "faults"

    async def connections(self) -> str:
        """Return the number of connections so far."""
        return f"connections {self.shared.connections}"


def options() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0: any that is free; it is said on the output")
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--delay-ms", type=float, default=0, help="so late is each answer …")
    parser.add_argument("--delay-of", choices=("message", "reply"), default="message", help="… to this")
    parser.add_argument("--banner-hang", action="store_true", help="take connections, never say a word")
    parser.add_argument("--refuse", action="store_true", help="say 554 and hang up")
    parser.add_argument("--no-pipelining", action="store_true", help="commands have to wait for replies")
    parser.add_argument("--auth", action="store_true", help="offer AUTH, and take any password")
    parser.add_argument("--fault", action="append", default=[], help="point/manner/reply*times")
    parser.add_argument("--per-connection", type=int, default=0, help="so many messages a connection …")
    parser.add_argument(
        "--limit", choices=("polite", "abrupt", "silent"), default="polite",
        help="… then 421 to the next, the end with the last 250, or the end a moment later",
    )  # fmt: skip
    tls = parser.add_mutually_exclusive_group()
    tls.add_argument("--no-starttls", action="store_true", help="offer no STARTTLS (the default)")
    tls.add_argument("--bad-certificate", action="store_true", help="STARTTLS, self-signed, another name")
    tls.add_argument("--certificate", type=Path, help="STARTTLS with this certificate and key (one PEM file)")
    return parser


def tls_of(asked: argparse.Namespace) -> ssl.SSLContext | None:
    """Return a TLS context with the requested certificate, or None."""
    if not (asked.bad_certificate or asked.certificate):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if asked.certificate:
        context.load_cert_chain(asked.certificate)
        return context
    with tempfile.TemporaryDirectory() as folder:
        context.load_cert_chain(self_signed(Path(folder) / "bad.pem", "somebody-else.example.org"))
    return context


async def serve(asked: argparse.Namespace) -> None:
    """Serve until told to quit."""
    server = Server(Shared(asked, Journal(asked.journal), tls_of(asked)))
    await server.fault(*asked.fault)
    print(await server.start(), flush=True)
    loop = asyncio.get_running_loop()
    words = {
        "start": server.start, "stop": server.stop, "drop": server.drop, "fault": server.fault,
        "connections": server.connections,
    }  # fmt: skip
    while (line := (await loop.run_in_executor(None, sys.stdin.readline)).strip()) and line != "quit":
        word, *more = line.split(maxsplit=1)
        print(await words[word](*more) if word in words else f"unknown: {word}", flush=True)
    await server.stop()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options().parse_args()))
