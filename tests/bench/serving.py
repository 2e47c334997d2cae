"""How many reads and reveals a second the server answers, and how long one waits."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import time

from installing import VALUE

SECONDS = 6
QUICK_SECONDS = 2
PACE = 100
CONNECTIONS = (1, 16, 64)
COUNTS = (10_000, 100_000)
READ = "GET /secrets/KEY_{}"
REVEAL = "GET /secrets/reveal/KEY_{}"
LIST = "GET /secrets?limit=50"

SEED = """
import sys
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.server.data import open_server_data
from infsh_secrets.server.tokens import SCOPES
from infsh_secrets.stores.base import Write
with open_server_data(sys.argv[1], None, make=True) as data:
    data.create_team("bench")
    with data.open_team(data.tokens.team("bench")) as store:
        value = SecretValue(sys.argv[3].encode())
        store.write("default", [Write(f"KEY_{i}", value) for i in range(int(sys.argv[2]))])
    print(data.tokens.create("bench", "bench", "admin", SCOPES, 0, 1)[1])
"""


def serving(bench):
    """Print what one server answers on loopback, with the client as a process of its own."""
    bench.install.add(f"{bench.install.source}[server]")
    for count in COUNTS[:1] if bench.quick else COUNTS:
        _with_secrets(bench, count)


def _with_secrets(bench, count):
    install = bench.install
    folder = os.path.join(install.folder, f"served{count}")
    environment = install.environment(install.folder)
    seeded = subprocess.run(
        [install.python, "-c", SEED, folder, str(count), VALUE],
        check=True,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    log = os.path.join(install.folder, f"served{count}.log")
    options = ["--port", "0", "--rate-limit", "0", "--data", folder]
    with open(log, "wb") as stream:
        command = [install.infsh, "secrets", "serve", *options]
        server = subprocess.Popen(command, env=environment, stderr=stream)
    try:
        port = _port(server, log)
        client = Client(port, seeded.stdout.strip(), count)
        seconds = QUICK_SECONDS if bench.quick else SECONDS
        asyncio.run(_measure(bench.report, client, count, server.pid, seconds))
    finally:
        server.terminate()
        server.wait()


def _port(server, log):
    while True:
        with open(log, encoding="utf-8") as file:
            line = file.readline()
        if line.endswith("\n") and line.startswith("Listening on "):
            return int(line.rpartition(":")[2])
        if server.poll() is not None:
            raise SystemExit(line)
        time.sleep(0.05)


def _processor(pid):
    """Return the seconds of processor time of a process, 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _measure(report, client, count, pid, seconds):
    begun = time.perf_counter()
    await client.at_once(LIST, connections=1, seconds=0)
    first = (time.perf_counter() - begun) * 1000
    rows = []
    for name, request in (("reads", READ), ("reveals", REVEAL), ("lists of 50", LIST)):
        rates = []
        for connections in CONNECTIONS:
            before = _processor(pid)
            rates.append(await client.at_once(request, connections, seconds))
            each = (_processor(pid) - before) * 1000 / (rates[-1] * seconds)
            rows.append(
                [name, f"{connections} at once", f"{rates[-1]:,.0f} a second", f"{each:.2f} ms", ""]
            )
        if count == COUNTS[0]:
            report.figure(f"server {name}", min(rates))
    for name, request in (("reads", READ), ("reveals", REVEAL)):
        times = await client.paced(request, seconds)
        middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
        waits = f"{middle:.1f} ms, p99 {late:.1f} ms"
        rows.append([name, "in even steps", f"{PACE} a second", "", waits])
        if count == COUNTS[0] and name == "reads":
            report.figure("server p99", late)
    report.table(
        f"Server with {count:,} secrets, {seconds} s each; the first list took {first:.0f} ms",
        ["", "asked", "answers", "processor each", "median wait"],
        rows,
    )


class Client:
    """Sends requests on connections that stay open and reads the answers whole."""

    def __init__(self, port, token, count):
        self._port = port
        self._head = f" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n"
        self._numbers = itertools.count()
        self._count = count

    async def at_once(self, request, connections, seconds):
        """Return how many requests a second are answered, so many connections asking in turn."""
        end = time.perf_counter() + seconds
        begun = time.perf_counter()

        async def ask():
            done = 0
            stream = await asyncio.open_connection("127.0.0.1", self._port)
            while done == 0 or time.perf_counter() < end:
                await self._one(stream, request)
                done += 1
            stream[1].close()
            return done

        done = sum(await asyncio.gather(*(ask() for _ in range(connections))))
        return done / (time.perf_counter() - begun)

    async def paced(self, request, seconds):
        """Return the milliseconds that each took, sorted; one begins whether others end or not."""
        free = []
        times = []

        async def ask(due):
            streams = free.pop() if free else await asyncio.open_connection("127.0.0.1", self._port)
            await self._one(streams, request)
            times.append((time.perf_counter() - due) * 1000)
            free.append(streams)

        begun = time.perf_counter()
        tasks = []
        for number in range(PACE * seconds):
            due = begun + number / PACE
            await asyncio.sleep(max(0, due - time.perf_counter()))
            tasks.append(asyncio.create_task(ask(due)))
        await asyncio.gather(*tasks)
        for _, writer in free:
            writer.close()
        return sorted(times)

    async def _one(self, stream, request):
        reader, writer = stream
        line = request.format(next(self._numbers) * 7919 % self._count)
        writer.write((line + self._head).encode())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200 "):
            raise SystemExit(head.decode())
        length = next(
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        json.loads(await reader.readexactly(length))
