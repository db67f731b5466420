"""Drives a Guildhall server with unmodified hikari.

Two bots go through REST and the gateway, and each call is answered by the
event the second bot must see. Prints one JSON line per check.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import typing

import hikari
from hikari import urls

import hikaribot_community
import hikaribot_guild
import hikaribot_interactions
import hikaribot_message
import hikaribot_moderation
import hikaribot_talk
import hikaribot_whole
from harness import BOT_IDS, GUILD_ID, NO_SUCH_ID, PNG_SIGNATURE, WORLD, URL
from harness import Ear, Failure, Report, equal, refused, run, tell_heard, true, wrong
from harness import ALL, A_ID, B_ID, CONNECT_TIMEOUT_SECONDS, DEAF, PICTURE

# REST's address is an option, the CDN's is a constant.
urls.CDN_URL = f"{URL}/cdn"  # type: ignore[misc]


class Bot(hikari.GatewayBot):
    """A bot that records all that it dispatches, by the name of the event's class."""

    def __init__(self, token: str, intents: hikari.Intents = hikari.Intents.ALL) -> None:
        super().__init__(
            token,
            banner=None,
            logs="WARNING",
            intents=intents,
            rest_url=f"{URL}/api/v10",
            suppress_optimization_warning=True,
        )
        self.ear = Ear()
        self.subscribe(hikari.Event, self._hear)

    async def _hear(self, event: hikari.Event) -> None:
        self.ear.hear(type(event).__name__, event)
        if isinstance(event, hikari.ShardReadyEvent | hikari.ShardResumedEvent):
            self.ear.hear("back", event)

    async def open(self) -> None:
        await self.start(check_for_updates=False)

    async def shut(self) -> None:
        if self.is_alive:
            await self.close()


# The words by which hikari's names for events differ from those of the dispatches.
NAMES = {
    "AuditLogEntryCreate": "GUILD_AUDIT_LOG_ENTRY_CREATE", "BanCreate": "GUILD_BAN_ADD", "BanDelete": "GUILD_BAN_REMOVE",
    "EmojisUpdate": "GUILD_EMOJIS_UPDATE", "GuildAvailable": "GUILD_CREATE", "GuildJoin": "GUILD_CREATE",
    "GuildLeave": "GUILD_DELETE", "GuildUpdate": "GUILD_UPDATE", "GuildUnavailable": "GUILD_DELETE", "GuildBulkMessageDelete": "MESSAGE_DELETE_BULK",
    "PinsUpdate": "CHANNEL_PINS_UPDATE", "ThreadAccess": "THREAD_CREATE", "MemberChunk": "GUILD_MEMBERS_CHUNK",
    "MemberCreate": "GUILD_MEMBER_ADD", "MemberDelete": "GUILD_MEMBER_REMOVE", "MemberUpdate": "GUILD_MEMBER_UPDATE",
    "OwnUserUpdate": "USER_UPDATE", "PollVoteCreate": "MESSAGE_POLL_VOTE_ADD", "PollVoteDelete": "MESSAGE_POLL_VOTE_REMOVE",
    "ReactionAdd": "MESSAGE_REACTION_ADD", "ReactionDelete": "MESSAGE_REACTION_REMOVE",
    "ReactionDeleteAll": "MESSAGE_REACTION_REMOVE_ALL", "ReactionDeleteEmoji": "MESSAGE_REACTION_REMOVE_EMOJI",
    "RoleCreate": "GUILD_ROLE_CREATE", "RoleDelete": "GUILD_ROLE_DELETE", "RoleUpdate": "GUILD_ROLE_UPDATE",
    "ScheduledEventCreate": "GUILD_SCHEDULED_EVENT_CREATE", "ScheduledEventUpdate": "GUILD_SCHEDULED_EVENT_UPDATE",
    "ScheduledEventDelete": "GUILD_SCHEDULED_EVENT_DELETE", "ScheduledEventUserAdd": "GUILD_SCHEDULED_EVENT_USER_ADD",
    "ScheduledEventUserRemove": "GUILD_SCHEDULED_EVENT_USER_REMOVE", "ShardReady": "READY", "ShardResumed": "RESUMED",
    "Typing": "TYPING_START", "WebhookUpdate": "WEBHOOKS_UPDATE", "VoiceChannelStatusUpdate": "VOICE_CHANNEL_STATUS_UPDATE",
    "VoiceChannelStartTimeUpdate": "VOICE_CHANNEL_START_TIME_UPDATE",
}  # fmt: skip

# Events of the library itself.
OWN = {"Starting", "Started", "Stopping", "Stopped", "ShardConnected", "ShardDisconnected", "ShardPayload", "Exception"}


def decoded(*bots: Bot) -> set[str]:
    """The dispatches of which the library has made events, by the names of their classes."""
    kinds = set()
    for bot in bots:
        for name, _ in bot.ear.heard:
            name = name.removesuffix("Event")
            if name == "back" or name in OWN:
                continue
            if name.endswith("InteractionCreate"):
                name = "InteractionCreate"
            plain = name
            for prefix in ("Guild", "DM"):
                if name not in NAMES:
                    plain = plain.removeprefix(prefix)
            kinds.add(NAMES.get(plain) or re.sub(r"(?<!^)(?=[A-Z])", "_", plain).upper())
    return kinds


class Witness:
    """What the checks share."""

    def __init__(self) -> None:
        self.a, self.b = (Bot(bot["token"]) for bot in WORLD["bots"][:2])
        self.channel: hikari.GuildTextChannel
        self.role: hikari.Role
        self.message: hikari.Message

    def other(self, index: int) -> typing.AsyncContextManager[hikari.impl.RESTClientImpl]:
        """REST alone, for another of the world's bots."""
        return _other(WORLD["bots"][index]["token"])


@contextlib.asynccontextmanager
async def _other(token: str) -> typing.AsyncIterator[hikari.impl.RESTClientImpl]:
    app = hikari.RESTApp(url=f"{URL}/api/v10")
    await app.start()
    try:
        async with app.acquire(token, hikari.TokenType.BOT) as rest:
            yield rest
    finally:
        await app.close()


async def login(w: Witness) -> None:
    for bot, told in zip((w.a, w.b), WORLD["bots"]):
        await bot.open()
        (ready,) = await bot.ear.expect("ShardReadyEvent")
        equal((ready.my_user.id, ready.my_user.is_bot), (int(told["id"]), True))
        equal(ready.application_id, int(told["application_id"]))
        (event,) = await bot.ear.expect("GuildAvailableEvent", lambda e: e.guild_id == GUILD_ID)
        equal(event.guild.name, WORLD["guilds"][0]["name"])
        true(event.guild.owner_id != ready.my_user.id, "the bot owns the guild")
        true(len(event.channels) >= 2 and len(event.roles) >= 2, "channels or roles are missing")
        true(len(event.members) >= 1 and event.guild.member_count >= len(BOT_IDS), f"{event.guild.member_count} members")


async def identity(r: Report, w: Witness) -> None:
    name = "witness-hikari"
    rest = w.a.rest

    async def me() -> None:
        user = await rest.fetch_my_user()
        equal((user.id, user.is_bot), (A_ID, True))
        true(user.username, "no name")

    # discord: topics/gateway-events#guild-member-update ("will also fire when
    # the user object of a guild member changes")
    async def modify() -> None:
        user = await rest.edit_my_user(username=name, avatar=hikari.Bytes(PICTURE, "red.png"))
        equal(user.username, name)
        true(user.avatar_hash, "no avatar hash")
        same = lambda u: u.id == A_ID and u.username == name and u.avatar_hash == user.avatar_hash
        await w.a.ear.expect("OwnUserUpdateEvent", lambda e: same(e.user))
        await w.b.ear.expect("MemberUpdateEvent", lambda e: e.guild_id == GUILD_ID and same(e.user))

    async def avatar() -> None:
        picture = (await rest.fetch_my_user()).make_avatar_url(file_format="PNG", size=128)
        true(picture.url.startswith(f"{URL}/cdn/avatars/{A_ID}/"), picture.url)
        true((await picture.read()).startswith(PNG_SIGNATURE), "not a PNG")

    async def user() -> None:
        other = await rest.fetch_user(B_ID)
        equal((other.id, other.is_bot), (B_ID, True))

    async def my_guilds() -> None:
        mine = [g async for g in rest.fetch_my_guilds() if g.id == GUILD_ID]
        equal([(g.name, g.is_owner) for g in mine], [(WORLD["guilds"][0]["name"], False)])
        true(mine[0].my_permissions & hikari.Permissions.ADMINISTRATOR, "not an administrator")

    async def application() -> None:
        app = await rest.fetch_application()
        equal(app.id, int(WORLD["bots"][0]["application_id"]))
        true(app.owner.id, "no owner")
        for bit, what in ((12, "presences"), (14, "members"), (18, "message content")):
            true(int(app.flags) & (3 << bit), f"no flag for {what}")

    async def gateway() -> None:
        true((await rest.fetch_gateway_url()).startswith("ws"), "not a gateway")

    async def gateway_bot() -> None:
        info = await rest.fetch_gateway_bot_info()
        limit = info.session_start_limit
        true(info.url.startswith("ws") and info.shard_count >= 1, f"{info}")
        true(limit.total >= limit.remaining >= 1 and limit.max_concurrency >= 1, f"{limit}")

    await r.check("me", me)
    await r.check("me.modify", modify)
    await r.check("me.avatar", avatar)
    await r.check("user", user)
    await r.check("me.guilds", my_guilds)
    await r.check("application", application)
    await r.check("gateway", gateway)
    await r.check("gateway.bot", gateway_bot)


async def commands(r: Report, w: Witness) -> None:
    async def typing_() -> None:
        await w.a.rest.trigger_typing(w.channel.id)
        here = lambda e: e.user_id == A_ID and e.channel_id == w.channel.id and e.guild_id == GUILD_ID
        await w.b.ear.expect("GuildTypingEvent", here)

    async def presence() -> None:
        await w.a.update_presence(status=hikari.Status.DO_NOT_DISTURB, activity=hikari.Activity(name="chess"))
        (now,) = await w.b.ear.expect(
            "PresenceUpdateEvent",
            lambda e: e.user_id == A_ID
            and e.guild_id == GUILD_ID
            and e.presence.visible_status is hikari.Status.DO_NOT_DISTURB,
        )
        equal([(a.name, a.type) for a in now.presence.activities], [("chess", hikari.ActivityType.PLAYING)])

    async def chunk() -> None:
        await w.b.request_guild_members(GUILD_ID, include_presences=True, nonce="all")
        members: set[int] = set()
        index, count = 0, 1
        while index < count:
            (event,) = await w.b.ear.expect(
                "MemberChunkEvent", lambda e: e.nonce == "all" and e.guild_id == GUILD_ID and e.chunk_index == index
            )
            members.update(event.members)
            index, count = index + 1, event.chunk_count
        true(members.issuperset(BOT_IDS), f"missing {set(BOT_IDS) - members}")
        if count == 1:
            equal(event.presences[A_ID].visible_status, hikari.Status.DO_NOT_DISTURB)
        await w.b.request_guild_members(GUILD_ID, users=[A_ID, w.channel.id], nonce="two")
        (event,) = await w.b.ear.expect("MemberChunkEvent", lambda e: e.nonce == "two")
        equal((list(event.members), list(event.not_found)), ([A_ID], [w.channel.id]))

    await r.check("typing", typing_)
    await r.check("presence", presence)
    await r.check("member.chunk", chunk)


async def resume(r: Report, w: Witness) -> None:
    """Cuts B's connection; it must resume and see each message once, in order."""

    async def cut_and_compare(label: str) -> None:
        ear, mark = w.b.ear, w.b.ear.mark
        # hikari does not show its socket: shard, its transport, aiohttp's response.
        transport = w.b.shards[0]._ws._ws._conn.transport
        transport.pause_reading()
        want = []
        for i in range(ALL):
            if i == DEAF:
                transport.abort()
            want.append((await w.a.rest.create_message(w.channel.id, f"{label} {i}")).id)
        (back,) = await ear.expect("back", mark=mark, limit=CONNECT_TIMEOUT_SECONDS)
        true(isinstance(back, hikari.ShardResumedEvent), "B identified anew")
        end = await w.a.rest.create_message(w.channel.id, f"{label} end")
        want.append(end.id)
        await ear.expect("GuildMessageCreateEvent", lambda e: e.message_id == end.id, mark=mark)
        since = ear.heard[mark:]
        if any(name == "ShardReadyEvent" for name, _ in since):
            raise Failure("B identified anew")
        equal([args[0].message_id for name, args in since if name == "GuildMessageCreateEvent"], want)

    async def twice() -> None:
        # A resumed session must be resumable itself.
        await cut_and_compare("first")
        await cut_and_compare("second")

    await r.check("resume", twice)


async def refusals(r: Report, w: Witness) -> None:
    rest = w.a.rest
    channel = int(WORLD["channels"][0]["id"])

    async def want(
        awaitable: typing.Awaitable[object], kind: type[hikari.ClientHTTPResponseError], code: int
    ) -> hikari.ClientHTTPResponseError:
        error = await refused(awaitable)
        true(isinstance(error, kind), repr(error))
        equal(error.code, code, str(error))
        return error

    async def token() -> None:
        bot = Bot(wrong(WORLD["bots"][0]["token"]))
        try:
            error = await refused(bot.open())
            true(isinstance(error, hikari.UnauthorizedError), repr(error))
        finally:
            await bot.shut()

    async def length() -> None:
        error = await want(rest.create_message(channel, "x" * 2001), hikari.BadRequestError, 50035)
        equal(error.errors["content"]["_errors"][0]["code"], "BASE_TYPE_MAX_LENGTH")

    async def intents() -> None:
        # 1 << 30 is no such intent.
        bot = Bot(WORLD["bots"][2 % len(BOT_IDS)]["token"], hikari.Intents(1 << 30))
        try:
            error = await refused(bot.open())
            true(isinstance(error, hikari.GatewayServerClosedConnectionError), repr(error))
            equal(int(error.code), 4013)
        finally:
            await bot.shut()

    await r.check("error.token", token)
    await r.check("error.length", length)
    await r.check("error.empty", lambda: want(rest.create_message(channel, ""), hikari.BadRequestError, 50006))
    await r.check("error.channel", lambda: want(rest.fetch_channel(NO_SUCH_ID), hikari.NotFoundError, 10003))
    await r.check(
        "error.message", lambda: want(rest.edit_message(channel, NO_SUCH_ID, "x"), hikari.NotFoundError, 10008)
    )
    await r.check("error.user", lambda: want(rest.fetch_user(NO_SUCH_ID), hikari.NotFoundError, 10013))
    await r.check("error.intents", intents)


async def main(r: Report) -> None:
    w = Witness()
    try:
        if not await r.check("login", lambda: login(w)):
            return
        await identity(r, w)
        await hikaribot_guild.checks(r, w)
        await hikaribot_message.checks(r, w)
        await hikaribot_talk.checks(r, w)
        await commands(r, w)
        await hikaribot_community.checks(r, w)
        await hikaribot_moderation.checks(r, w)
        await hikaribot_interactions.checks(r, w)
        await hikaribot_whole.checks(r, w)
        await resume(r, w)
        await r.check("channel.delete", lambda: hikaribot_guild.channel_delete(w))
        await refusals(r, w)
        tell_heard(decoded(w.a, w.b))
    finally:
        await w.a.shut()
        await w.b.shut()


if __name__ == "__main__":
    run(main)
