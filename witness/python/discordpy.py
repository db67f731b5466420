"""Drives a Guildhall server with unmodified discord.py.

Two bots go through REST and the gateway, and each call is answered by the
event the second bot must see. Prints one JSON line per check. The argument is
the compression to ask for: zlib-stream, or zstd-stream, the default.
"""

from __future__ import annotations

import asyncio
import logging
import sys

COMPRESSION = sys.argv[1] if len(sys.argv) > 1 else "zstd-stream"
if COMPRESSION == "zlib-stream":
    # discord.py has no option for it either: it asks for zstd-stream if it can import this.
    sys.modules["zstandard"] = None  # type: ignore[assignment]

import discord
import discord.gateway
import discord.http
import yarl

import discordpy_direct
import discordpy_emoji
import discordpy_guild
import discordpy_interactions
import discordpy_message
import discordpy_moderation
import discordpy_talk
import discordpy_webhook
import discordpy_whole
from harness import BOT_IDS, GATEWAY, GUILD_ID, NO_SUCH_ID, PNG_SIGNATURE, WORLD, URL
from harness import Ear, Failure, Report, equal, refused, run, tell_heard, true, wrong
from harness import ALL, A_ID, B_ID, CONNECT_TIMEOUT_SECONDS, DEAF, PICTURE

# discord.py has no options for its addresses: they are class attributes.
discord.http.Route.BASE = f"{URL}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)
discord.Asset.BASE = f"{URL}/cdn"

logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


class Bot(discord.Client):
    """A client that records all that it dispatches."""

    def __init__(self, intents: discord.Intents | None = None) -> None:
        super().__init__(intents=intents or discord.Intents.all(), max_messages=1000)
        self.ear = Ear()
        self.connecting: asyncio.Task[None] | None = None

    def dispatch(self, event: str, /, *args: object, **kwargs: object) -> None:
        self.ear.hear(event, *args)
        super().dispatch(event, *args, **kwargs)

    async def open(self, token: str) -> None:
        await self.login(token)
        self.connecting = asyncio.create_task(self.connect())
        ready = asyncio.create_task(self.ear.expect("ready", limit=CONNECT_TIMEOUT_SECONDS))
        await asyncio.wait({ready, self.connecting}, return_when=asyncio.FIRST_COMPLETED)
        if self.connecting.done():
            ready.cancel()
            self.connecting.result()
        await ready

    async def shut(self) -> None:
        await self.close()
        if self.connecting:
            await asyncio.wait({self.connecting}, timeout=5)


# Events that the library makes later than it reads their dispatches, or of none.
LATE = {"ready": "READY", "guild_available": "GUILD_CREATE", "guild_join": "GUILD_CREATE", "connect": "", "disconnect": ""}


def decoded(*bots: Bot) -> set[str]:
    """The dispatches of which the library has made events: it tells of the kind first, and then of what it made of it."""
    kinds: set[str] = set()
    for bot in bots:
        kind = ""
        for name, args in bot.ear.heard:
            if name == "socket_event_type":
                kind = args[0]
            elif name in LATE:
                kinds.add(LATE[name])
            elif not name.startswith("socket_"):
                kinds.add(kind)
    return kinds - {""}


class Witness:
    """What the checks share."""

    def __init__(self) -> None:
        self.a, self.b = Bot(), Bot()
        self.guild: discord.Guild
        self.channel: discord.TextChannel
        self.role: discord.Role
        self.message: discord.Message
        self.tree: discord.app_commands.CommandTree  # a client has one


async def login(w: Witness) -> None:
    for bot, told in zip((w.a, w.b), WORLD["bots"]):
        await bot.open(told["token"])
        equal(bot.user.id, int(told["id"]), "user")
        guild = bot.get_guild(GUILD_ID)
        true(guild is not None and not guild.unavailable, "the guild did not become available")
        equal(guild.name, WORLD["guilds"][0]["name"])
        true(guild.owner_id != bot.user.id, "the bot owns the guild")
        true(len(guild.text_channels) >= 2 and len(guild.roles) >= 2, "channels or roles are missing")
        true(guild.chunked and len(guild.members) >= len(BOT_IDS), f"{len(guild.members)} members")
    w.guild = w.a.get_guild(GUILD_ID)


async def identity(r: Report, w: Witness) -> None:
    name = "witness.py"

    async def me() -> None:
        user = await w.a.fetch_user(A_ID)
        equal((user.id, user.bot, user.name), (A_ID, True, w.a.user.name))
        raw = await w.a.http.request(discord.http.Route("GET", "/users/@me"))
        equal(raw["id"], str(A_ID))

    # The event for the others is GUILD_MEMBER_UPDATE; discord.py turns it into user_update.
    # discord: topics/gateway-events#guild-member-update
    async def modify() -> None:
        user = await w.a.user.edit(username=name, avatar=PICTURE)
        equal(user.name, name)
        true(user.avatar, "no avatar hash")
        await w.a.ear.expect("socket_event_type", lambda t: t == "USER_UPDATE")
        same = lambda _, u: u.id == A_ID and u.name == name and u.avatar and u.avatar.key == user.avatar.key
        await w.b.ear.expect("user_update", same)

    async def avatar() -> None:
        picture = (await w.a.fetch_user(A_ID)).avatar.with_format("png")
        true(picture.url.startswith(f"{URL}/cdn/avatars/{A_ID}/"), picture.url)
        true((await picture.read()).startswith(PNG_SIGNATURE), "not a PNG")

    async def user() -> None:
        other = await w.a.fetch_user(B_ID)
        equal((other.id, other.bot), (B_ID, True))

    async def my_guilds() -> None:
        mine = [g async for g in w.a.fetch_guilds(limit=100) if g.id == GUILD_ID]
        equal([g.name for g in mine], [WORLD["guilds"][0]["name"]])
        equal(mine[0].owner_id == A_ID, False, "owner")
        raw = await w.a.http.get_guilds(limit=100, with_counts=True)
        here = next(g for g in raw if g["id"] == str(GUILD_ID))
        true(discord.Permissions(int(here["permissions"])).administrator, "not an administrator")

    async def application() -> None:
        info = await w.a.application_info()
        equal(info.id, int(WORLD["bots"][0]["application_id"]))
        true(info.owner, "no owner")
        flags = info.flags
        true(flags.gateway_presence or flags.gateway_presence_limited, "no flag for presences")
        true(flags.gateway_guild_members or flags.gateway_guild_members_limited, "no flag for members")
        true(flags.gateway_message_content or flags.gateway_message_content_limited, "no flag for message content")

    async def gateway() -> None:
        raw = await w.a.http.request(discord.http.Route("GET", "/gateway"))
        true(raw["url"].startswith("ws"), raw["url"])

    async def gateway_bot() -> None:
        shards, url, limit = await w.a.http.get_bot_gateway()
        true(url.startswith("ws") and shards >= 1 and limit["remaining"] >= 1, f"{shards} {url} {limit}")

    await r.check("me", me)
    await r.check("me.modify", modify)
    await r.check("me.avatar", avatar)
    await r.check("user", user)
    await r.check("me.guilds", my_guilds)
    await r.check("application", application)
    await r.check("gateway", gateway)
    await r.check("gateway.bot", gateway_bot)


async def commands(r: Report, w: Witness) -> None:
    async def typing() -> None:
        async with w.channel.typing():
            pass
        channel, user, _ = await w.b.ear.expect("typing", lambda c, u, _: c.id == w.channel.id and u.id == A_ID)
        equal(channel.guild.id, GUILD_ID)

    async def presence() -> None:
        await w.a.change_presence(status=discord.Status.dnd, activity=discord.Game("chess"))
        _, now = await w.b.ear.expect(
            "presence_update", lambda _, m: m.id == A_ID and m.guild.id == GUILD_ID and m.status is discord.Status.dnd
        )
        equal([a.name for a in now.activities], ["chess"])

    async def chunk() -> None:
        guild = w.b.get_guild(GUILD_ID)
        everybody = {m.id for m in await asyncio.wait_for(guild.chunk(cache=False), 5)}
        true(everybody.issuperset(BOT_IDS), f"missing {set(BOT_IDS) - everybody}")
        # discord.py drops not_found, so the payload is looked at as well.
        ids, seen = [A_ID, w.channel.id], None
        received = w.b.ws.wait_for(
            "GUILD_MEMBERS_CHUNK", lambda d: bool(d.get("not_found")), lambda d: (d["not_found"], d.get("nonce"))
        )
        some = await guild.query_members(user_ids=ids, presences=True, cache=False)
        seen = await asyncio.wait_for(received, 5)
        equal([m.id for m in some], [A_ID])
        equal([int(i) for i in seen[0]], [w.channel.id], "not_found")
        true(seen[1], "no nonce")
        equal(some[0].status, discord.Status.dnd)

    await r.check("typing", typing)
    await r.check("presence", presence)
    await r.check("member.chunk", chunk)


async def resume(r: Report, w: Witness) -> None:
    """Cuts B's connection; it must resume and see each message once, in order."""

    async def cut_and_compare(label: str) -> None:
        ear, mark = w.b.ear, w.b.ear.mark
        # discord.py does not show its socket: aiohttp's response holds it.
        transport = w.b.ws.socket._conn.transport
        transport.pause_reading()
        want = []
        for i in range(ALL):
            if i == DEAF:
                transport.abort()
            want.append((await w.channel.send(f"{label} {i}")).id)
        (back,) = await ear.expect(
            "socket_event_type", lambda t: t in ("READY", "RESUMED"), mark=mark, limit=CONNECT_TIMEOUT_SECONDS
        )
        equal(back, "RESUMED", "B identified anew")
        end = await w.channel.send(f"{label} end")
        want.append(end.id)
        await ear.expect("message", lambda m: m.id == end.id, mark=mark)
        since = ear.heard[mark:]
        if ("socket_event_type", ("READY",)) in since:
            raise Failure("B identified anew")
        equal([args[0].id for name, args in since if name == "message"], want)

    async def twice() -> None:
        # A resumed session must be resumable itself.
        await cut_and_compare("first")
        await cut_and_compare("second")

    await r.check("resume", twice)


async def refusals(r: Report, w: Witness) -> None:
    channel = w.a.get_channel(int(WORLD["channels"][0]["id"]))

    async def want(awaitable: object, status: int, code: int) -> discord.HTTPException:
        error = await refused(awaitable)
        true(isinstance(error, discord.HTTPException), repr(error))
        equal((error.status, error.code), (status, code), str(error))
        return error

    async def token() -> None:
        bot = Bot()
        try:
            error = await refused(bot.login(wrong(WORLD["bots"][0]["token"])))
            true(isinstance(error, discord.LoginFailure), repr(error))
            await want_status(error.__cause__, 401)
        finally:
            await bot.close()

    async def want_status(error: BaseException | None, status: int) -> None:
        true(isinstance(error, discord.HTTPException) and error.status == status, repr(error))

    async def length() -> None:
        error = await want(channel.send("x" * 2001), 400, 50035)
        true("content" in error.text and "2000" in error.text, error.text)

    async def intents() -> None:
        unknown = discord.Intents()
        unknown.value = 1 << 30  # no such intent
        bot = Bot(unknown)
        try:
            error = await refused(bot.open(WORLD["bots"][2 % len(BOT_IDS)]["token"]))
            true(isinstance(error, discord.ConnectionClosed), repr(error))
            equal(error.code, 4013)
        finally:
            await bot.shut()

    await r.check("error.token", token)
    await r.check("error.length", length)
    await r.check("error.empty", lambda: want(w.a.http.send_message(channel.id, params=empty()), 400, 50006))
    await r.check("error.channel", lambda: want(w.a.fetch_channel(NO_SUCH_ID), 404, 10003))
    await r.check("error.message", lambda: want(channel.get_partial_message(NO_SUCH_ID).edit(content="x"), 404, 10008))
    await r.check("error.user", lambda: want(w.a.fetch_user(NO_SUCH_ID), 404, 10013))
    await r.check("error.intents", intents)


def empty() -> discord.http.MultipartParameters:
    return discord.http.handle_message_parameters(content="")


async def compression(w: Witness) -> None:
    for bot in (w.a, w.b):
        equal(type(bot.ws._decompressor).__name__, {"zlib-stream": "_ZlibDecompressionContext", "zstd-stream": "_ZstdDecompressionContext"}[COMPRESSION])


async def main(r: Report) -> None:
    w = Witness()
    try:
        if not await r.check("login", lambda: login(w)):
            return
        await r.check("compression", lambda: compression(w))
        await identity(r, w)
        await discordpy_guild.checks(r, w)
        await discordpy_message.checks(r, w)
        await discordpy_talk.checks(r, w)
        await commands(r, w)
        await discordpy_webhook.checks(r, w)
        await discordpy_emoji.checks(r, w)
        await discordpy_direct.checks(r, w)
        await discordpy_moderation.checks(r, w)
        await discordpy_interactions.checks(r, w)
        await discordpy_whole.checks(r, w)
        await resume(r, w)
        await r.check("channel.delete", lambda: discordpy_guild.channel_delete(w))
        await refusals(r, w)
        tell_heard(decoded(w.a, w.b))
    finally:
        await w.a.shut()
        await w.b.shut()


if __name__ == "__main__":
    run(main)
