"""discord.py: the rest of the guild: settings, role positions, members that come and go, follows, stages and commands."""

from __future__ import annotations

import datetime
import typing

import discord
from discord import app_commands

import oauth2
from harness import A_ID, B_ID, BOT_IDS, GUILD_ID, PICTURE, WORLD
from harness import Report, equal, refused, true

if typing.TYPE_CHECKING:
    from discordpy import Witness

# Who goes is no person that other checks are about. The bot is one that nothing else needs.
GUEST_ID = oauth2.user_id(2)
EVICTED_ID = BOT_IDS[4]


async def checks(r: Report, w: Witness) -> None:
    await settings(r, w)
    await members(r, w)
    await channels(r, w)
    await voice(r, w)
    await commands(r, w)


async def settings(r: Report, w: Witness) -> None:
    name = WORLD["guilds"][0]["name"]

    async def modify() -> None:
        changed = await w.guild.edit(name="Changed hall", afk_timeout=300, reason="spring")
        equal((changed.name, changed.afk_timeout), ("Changed hall", 300))
        was, _ = await w.b.ear.expect("guild_update", lambda _, now: now.name == "Changed hall")
        equal(was.name, name)
        await w.guild.edit(name=name, description="a hall")
        await w.b.ear.expect("guild_update", lambda _, now: now.name == name and now.description == "a hall")
        equal(w.b.get_guild(GUILD_ID).description, "a hall")

    async def preview() -> None:
        shown = await w.a.fetch_guild_preview(GUILD_ID)
        equal((shown.id, shown.name, shown.description), (GUILD_ID, name, "a hall"))
        true(shown.approximate_member_count >= len(BOT_IDS), f"{shown.approximate_member_count} members")

    async def nothing() -> None:
        equal(await w.guild.fetch_stickers(), [])
        equal(await w.a.fetch_premium_sticker_packs(), [])
        equal(await w.a.fetch_soundboard_default_sounds(), [])
        equal((await refused(w.a.fetch_sticker(1))).status, 404)
        equal(await w.guild.vanity_invite(), None)

    async def positions() -> None:
        mark = w.b.ear.mark
        first, second = [await w.guild.create_role(name=name) for name in ("first", "second")]
        await w.guild.edit_role_positions({first: 1, second: 2})
        await w.b.ear.expect("guild_role_update", lambda _, now: now.id == second.id and now.position == 2, mark=mark)
        equal((await w.guild.fetch_role(first.id)).position, 1)
        await w.guild.get_member(B_ID).add_roles(first)
        counts = {role.id: count for role, count in (await w.guild.role_member_counts()).items()}
        equal((counts[first.id], counts[second.id]), (1, 0))
        for role in (first, second):
            await role.delete()

    async def integrations() -> None:
        mark = w.b.ear.mark
        (its,) = [i for i in await w.guild.integrations() if i.application.id == EVICTED_ID]
        await its.delete(reason="not needed")
        await w.b.ear.expect("raw_integration_delete", lambda p: p.integration_id == its.id, mark=mark)
        await w.b.ear.expect("raw_member_remove", lambda p: p.user.id == EVICTED_ID, mark=mark)
        await oauth2.add_bot(EVICTED_ID)
        (came,) = await w.b.ear.expect("integration_create", lambda i: i.account.id == str(EVICTED_ID), mark=mark)
        equal((came.guild.id, came.type), (GUILD_ID, "discord"))

    await r.check("guild.modify", modify)
    await r.check("guild.preview", preview)
    await r.check("guild.nothing", nothing)
    await r.check("role.positions", positions)
    await r.check("guild.integrations", integrations)


async def members(r: Report, w: Witness) -> None:
    async def timeout() -> None:
        until = discord.utils.utcnow().replace(microsecond=0) + datetime.timedelta(hours=1)
        member = await w.guild.fetch_member(GUEST_ID)
        await member.edit(nick="Guest", timed_out_until=until)
        silent = lambda _, now: now.id == GUEST_ID and now.timed_out_until == until and now.nick == "Guest"
        await w.b.ear.expect("member_update", silent)
        mark = w.b.ear.mark
        await member.timeout(None)
        free = lambda _, now: now.id == GUEST_ID and now.timed_out_until is None
        await w.b.ear.expect("member_update", free, mark=mark)

    async def prune() -> None:
        equal(await w.guild.prune_members(days=30, compute_prune_count=True, reason="sweep"), 0)

    async def kick() -> None:
        mark = w.b.ear.mark
        await w.guild.kick(discord.Object(GUEST_ID), reason="late")
        await w.b.ear.expect("member_remove", lambda m: m.id == GUEST_ID and m.nick == "Guest", mark=mark)
        equal(w.b.get_guild(GUILD_ID).get_member(GUEST_ID), None)
        equal((await refused(w.guild.fetch_member(GUEST_ID))).code, 10007)

    await r.check("member.timeout", timeout)
    await r.check("member.prune", prune)
    await r.check("member.kick", kick)


async def channels(r: Report, w: Witness) -> None:
    async def follow() -> None:
        news = await w.guild.create_text_channel("gazette", news=True)
        hook = await news.follow(destination=w.channel)
        found = {h.id: h for h in await w.guild.webhooks()}[hook.id]
        equal((found.type, found.source_channel.id), (discord.WebhookType.channel_follower, news.id))
        await (await news.send("extra")).publish()
        (copy,) = await w.b.ear.expect("message", lambda m: m.channel.id == w.channel.id and m.content == "extra")
        true(copy.flags.is_crossposted and copy.webhook_id == hook.id, repr(copy.flags))
        await found.delete()
        await news.delete()

    async def alone() -> None:
        hook = await w.channel.create_webhook(name="Page")
        equal((await w.a.fetch_webhook(hook.id)).user.id, A_ID)
        bare = discord.Webhook.partial(hook.id, hook.token, client=w.b)
        equal((await bare.fetch(prefer_auth=False)).name, "Page")
        equal((await bare.edit(name="Squire", prefer_auth=False)).name, "Squire")
        await bare.delete(prefer_auth=False)
        equal((await refused(w.a.fetch_webhook(hook.id))).code, 10015)

    async def media() -> None:
        gallery = await w.guild.create_forum("gallery", media=True, available_tags=[discord.ForumTag(name="art")])
        (seen,) = await w.b.ear.expect("guild_channel_create", lambda c: c.id == gallery.id)
        equal((seen.type, [t.name for t in seen.available_tags]), (discord.ChannelType.media, ["art"]))
        await gallery.delete()

    async def threads() -> None:
        secret = await w.channel.create_thread(name="secret two", type=discord.ChannelType.private_thread, invitable=False)
        await secret.add_user(discord.Object(B_ID))
        await w.b.ear.expect("thread_join", lambda t: t.id == secret.id)
        true(B_ID in [m.id for m in await secret.fetch_members()], "not a member")
        await secret.edit(archived=True)
        await w.b.ear.expect("raw_thread_update", lambda p: p.thread_id == secret.id)
        equal([t.id async for t in w.channel.archived_threads(private=True)], [secret.id])
        theirs = w.b.get_channel(w.channel.id)
        equal([t.id async for t in theirs.archived_threads(private=True, joined=True)], [secret.id])
        await secret.delete()

    async def emojis() -> None:
        mine = await w.guild.create_custom_emoji(name="single", image=PICTURE)
        equal((await w.guild.fetch_emoji(mine.id)).user.id, A_ID)
        await mine.delete()
        own = await w.a.create_application_emoji(name="own_2", image=PICTURE)
        await own.edit(name="own_3")
        equal((await w.a.fetch_application_emoji(own.id)).name, "own_3")
        await own.delete()

    await r.check("channel.follow", follow)
    await r.check("channel.media", media)
    await r.check("webhook.alone", alone)
    await r.check("thread.listed", threads)
    await r.check("emoji.single", emojis)


async def voice(r: Report, w: Witness) -> None:
    def state(who: int, test: typing.Callable[[discord.VoiceState], object]) -> typing.Callable[..., object]:
        return lambda m, _, now: m.id == who and test(now)

    async def status() -> None:
        channel = await w.guild.create_voice_channel("booth")
        await w.guild.change_voice_state(channel=channel)
        here = state(A_ID, lambda now: now.channel is not None and now.channel.id == channel.id)
        await w.b.ear.expect("voice_state_update", here)
        await channel.edit(status="recording")
        await w.b.ear.expect("socket_event_type", lambda t: t == "VOICE_CHANNEL_STATUS_UPDATE")
        await w.guild.change_voice_state(channel=None)
        await channel.delete()

    async def stage() -> None:
        channel = await w.guild.create_stage_channel("podium")
        await channel.create_instance(topic="a talk")
        equal((await channel.fetch_instance()).topic, "a talk")
        for bot, who in ((w.a, A_ID), (w.b, B_ID)):
            await bot.get_guild(GUILD_ID).change_voice_state(channel=channel)
            here = state(who, lambda now: now.channel is not None and now.channel.id == channel.id)
            for listener in (w.a, w.b):
                await listener.ear.expect("voice_state_update", here)
        # Both may mute members and so come as speakers: each goes to the audience and back.
        for suppress in (True, False):
            for who in (A_ID, B_ID):
                mark = w.b.ear.mark
                await w.guild.get_member(who).edit(suppress=suppress)
                await w.b.ear.expect("voice_state_update", state(who, lambda now: now.suppress == suppress), mark=mark)
        equal((await w.guild.me.fetch_voice()).channel.id, channel.id)
        mark = w.b.ear.mark
        for bot, who in ((w.a, A_ID), (w.b, B_ID)):
            await bot.get_guild(GUILD_ID).change_voice_state(channel=None)
            await w.b.ear.expect("voice_state_update", state(who, lambda now: now.channel is None), mark=mark)
        await channel.delete()

    await r.check("voice.status", status)
    await r.check("stage.speakers", stage)


async def commands(r: Report, w: Witness) -> None:
    async def everywhere() -> None:
        tree = w.tree

        @app_commands.command(name="everywhere", description="in all guilds")
        async def command(_: discord.Interaction) -> None: ...

        tree.add_command(command)
        (made,) = await tree.sync()
        equal((await tree.fetch_command(made.id)).description, "in all guilds")
        equal((await made.edit(description="in each")).description, "in each")
        equal([c.name for c in await tree.fetch_commands()], ["everywhere"])
        await made.delete()
        tree.remove_command("everywhere")
        equal(await tree.sync(), [])

    async def permissions() -> None:
        guild = discord.Object(GUILD_ID)

        @app_commands.command(name="guarded", description="for some")
        async def command(_: discord.Interaction) -> None: ...

        w.tree.add_command(command, guild=guild)
        (made,) = await w.tree.sync(guild=guild)
        rule = {"id": str(B_ID), "type": 2, "permission": False}
        await oauth2.set_command_permissions(made.id, [rule])
        (seen,) = await w.a.ear.expect("raw_app_command_permissions_update", lambda p: p.target_id == made.id)
        equal([(p.id, p.permission) for p in seen.permissions], [(B_ID, False)])
        got = await made.fetch_permissions(guild)
        equal([(p.id, p.permission) for p in got.permissions], [(B_ID, False)])
        w.tree.clear_commands(guild=guild)
        equal(await w.tree.sync(guild=guild), [])

    async def application() -> None:
        changed = await (await w.a.application_info()).edit(description="made for witnesses", tags=["witness"])
        equal((changed.description, changed.tags), ("made for witnesses", ["witness"]))

    await r.check("commands.global", everywhere)
    await r.check("commands.permissions", permissions)
    await r.check("application.modify", application)
