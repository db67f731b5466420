"""Outcomes as JSON lines, and a record of every event a bot has received."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
import time
import traceback
import typing
import urllib.request

# How long an event may take to reach the second bot. Milliseconds on an idle
# machine; the rest is room for a loaded one.
EVENT_TIMEOUT_SECONDS = 5.0

# How long logging in, or coming back into a cut session, may take: libraries
# wait for guilds, or pause before they try again.
CONNECT_TIMEOUT_SECONDS = 15.0

# A well-formed snowflake of the year 2015 that names nothing.
NO_SUCH_ID = 1000000000000001

THUMB, PARTY, FIRE = "\U0001f44d", "\U0001f389", "\U0001f525"

# A red square of 16 by 16 pixels.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mO4IyJHEmIY1TCqYfhqAABJUg4Q43UTbAAAAABJRU5ErkJggg=="
)
PNG_SIGNATURE = b"\x89PNG"

URL = os.environ["GUILDHALL_URL"].rstrip("/")
WORLD = json.loads(os.environ["GUILDHALL_WORLD"])
GATEWAY = os.environ["GUILDHALL_GATEWAY"]
GUILD_ID = int(WORLD["guilds"][0]["id"])
BOT_IDS = [int(b["id"]) for b in WORLD["bots"]]
A_ID, B_ID = BOT_IDS[0], BOT_IDS[1]
PERSON_ID = int(WORLD["users"][0]["id"])

# Of the messages of the resume check, DEAF are sent while the listener does
# not read, so that only a replay can bring them, and the rest after the cut.
DEAF, ALL = 3, 5


async def person(method: str, path: str, body: object = None, who: int = 0) -> typing.Any:
    """A call to the API by a person, for whom there is no library."""
    return await asyncio.to_thread(_person, method, path, body, who)


def _person(method: str, path: str, body: object, who: int) -> typing.Any:
    headers = {"Authorization": WORLD["users"][who]["token"]}
    if body is not None:
        headers["Content-Type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/api/v10{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=EVENT_TIMEOUT_SECONDS) as response:
        text = response.read()
    return json.loads(text) if text else None


class Failure(Exception):
    """A check that does not hold."""


def equal(got: object, want: object, what: str = "") -> None:
    if got != want:
        raise Failure(f"{what}: got {got!r}, want {want!r}".lstrip(": "))


def true(holds: object, what: str) -> None:
    if not holds:
        raise Failure(what)


def wrong(token: str) -> str:
    """The token with another last character: right ID, wrong secret."""
    return token[:-1] + ("B" if token.endswith("A") else "A")


class Report:
    def __init__(self) -> None:
        self.failed = 0

    async def check(self, name: str, run: typing.Callable[[], typing.Awaitable[object]]) -> bool:
        start = time.monotonic()
        outcome: dict[str, object] = {"check": name, "ok": True}
        try:
            await run()
        except Exception as error:  # any error is this check's failure, and the next one runs
            self.failed += 1
            frame = traceback.extract_tb(error.__traceback__)
            ours = [f for f in frame if "/witness/python/" in f.filename and "site-packages" not in f.filename]
            ours = [f for f in ours if not f.filename.endswith("/harness.py")] or ours
            place = f" at {os.path.basename(ours[-1].filename)}:{ours[-1].lineno}" if ours else ""
            outcome.update(ok=False, detail=f"{type(error).__name__}: {error}{place}")
        outcome["ms"] = round((time.monotonic() - start) * 1000)
        print(json.dumps(outcome), flush=True)
        return bool(outcome["ok"])


class Ear:
    """Every event so far, as (name, arguments)."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, tuple[typing.Any, ...]]] = []
        self._grown = asyncio.Event()

    @property
    def mark(self) -> int:
        """The position after the newest event."""
        return len(self.heard)

    def hear(self, name: str, *args: typing.Any) -> None:
        self.heard.append((name, args))
        self._grown.set()

    async def expect(
        self,
        name: str,
        match: typing.Callable[..., object] = lambda *_: True,
        *,
        mark: int = 0,
        limit: float = EVENT_TIMEOUT_SECONDS,
    ) -> tuple[typing.Any, ...]:
        """Waits for the first event that matches, looking at past ones too."""
        seen = 0
        deadline = time.monotonic() + limit
        while True:
            self._grown.clear()
            while mark < len(self.heard):
                event, args = self.heard[mark]
                mark += 1
                if event == name:
                    seen += 1
                    if match(*args):
                        return args
            try:
                await asyncio.wait_for(self._grown.wait(), deadline - time.monotonic())
            except asyncio.TimeoutError:
                raise Failure(f"no matching {name} within {limit} s ({seen} others of that type)") from None


def tell_heard(kinds: set[str]) -> None:
    """Prints the dispatches of which the library has made events of its own."""
    print(json.dumps({"events": sorted(kinds)}), flush=True)


async def eventually(run: typing.Callable[[], typing.Awaitable[None]]) -> None:
    """Repeats what fails until it holds."""
    deadline = time.monotonic() + EVENT_TIMEOUT_SECONDS
    while True:
        try:
            return await run()
        except Failure:
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(0.05)


async def refused(awaitable: typing.Awaitable[object]) -> Exception:
    """The error of what must fail."""
    try:
        await awaitable
    except Exception as error:
        return error
    raise Failure("was not refused")


def run(main: typing.Callable[[Report], typing.Awaitable[None]]) -> typing.NoReturn:
    report = Report()

    async def all_checks() -> None:
        await main(report)

    asyncio.run(all_checks())
    sys.exit(1 if report.failed else 0)
