"""Mail servers that accept everything and keep nothing, at full speed or with a delay."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.processes import HOST, ROOT, environment, free_port


@contextmanager
def sink(delay_ms: float = 0) -> Iterator[int]:
    """Run smtp-sink (Debian's package postfix), or with a delay the server below; yield its port."""
    port = free_port()
    if delay_ms:
        words = [sys.executable, "-m", "bench.sinks", str(port), str(delay_ms)]
    else:
        program = shutil.which("smtp-sink")
        if program is None:
            sys.exit("smtp-sink is missing: apt-get install postfix")
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        words = [program, *user, f"{HOST}:{port}", "1000"]
    process = subprocess.Popen(words, cwd=ROOT, env=environment({}))
    time.sleep(0.5)
    try:
        yield port
    finally:
        process.kill()
        process.wait(10)


class Slow(asyncio.Protocol):
    """An SMTP server with PIPELINING that answers each message after a delay."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.heard, self.is_mail = seconds, b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 slow\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer all commands and mails that have come completely."""
        self.heard += data
        end = b"\r\n.\r\n" if self.is_mail else b"\r\n"
        while end in self.heard:
            words, _, self.heard = self.heard.partition(end)
            if self.is_mail:
                self.is_mail = False
                asyncio.get_running_loop().call_later(self.seconds, self.transport.write, b"250 taken\r\n")
            else:
                self._answer(words[:4].upper())
            end = b"\r\n.\r\n" if self.is_mail else b"\r\n"

    def _answer(self, command: bytes) -> None:
        self.is_mail = command == b"DATA"
        answers = {
            b"EHLO": b"250-slow\r\n250 PIPELINING\r\n",
            b"DATA": b"354 go on\r\n",
            b"QUIT": b"221 bye\r\n",
        }
        self.transport.write(answers.get(command, b"250 ok\r\n"))
        if command == b"QUIT":
            self.transport.close()


async def _serve(port: int, seconds: float) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Slow(seconds), HOST, port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
