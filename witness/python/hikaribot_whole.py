"""hikari: the rest of the guild: settings, role positions, members that come and go, follows, stages and regions."""

from __future__ import annotations

import asyncio
import datetime
import typing

import hikari

import oauth2
from harness import A_ID, B_ID, BOT_IDS, GUILD_ID, PICTURE, URL, WORLD
from harness import Report, equal, person, refused, true

if typing.TYPE_CHECKING:
    from hikaribot import Witness

# Who goes and comes back is no person that other checks are about.
GUEST = 2
GUEST_ID = oauth2.user_id(GUEST)

# Bots that nothing else needs.
LEAVER, EVICTED = 3, 4


async def checks(r: Report, w: Witness) -> None:
    await guild(r, w)
    await members(r, w)
    await channels(r, w)
    await voice(r, w)
    await tokens(r, w)


async def guild(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def modify() -> None:
        name = WORLD["guilds"][0]["name"]
        changed = await rest.edit_guild(GUILD_ID, name="Changed hall", afk_timeout=300, reason="spring")
        equal((changed.name, changed.afk_timeout), ("Changed hall", datetime.timedelta(minutes=5)))
        (seen,) = await w.b.ear.expect("GuildUpdateEvent", lambda e: e.guild.name == "Changed hall")
        equal((seen.guild_id, seen.old_guild.name), (GUILD_ID, name))
        await rest.edit_guild(GUILD_ID, name=name, description="a hall")
        (seen,) = await w.b.ear.expect("GuildUpdateEvent", lambda e: e.guild.description == "a hall")
        equal((seen.guild.name, w.b.cache.get_guild(GUILD_ID).description), (name, "a hall"))

    async def preview() -> None:
        shown = await rest.fetch_guild_preview(GUILD_ID)
        equal((shown.id, shown.name, shown.description), (GUILD_ID, WORLD["guilds"][0]["name"], "a hall"))
        true(shown.approximate_member_count >= len(BOT_IDS), f"{shown.approximate_member_count} members")

    async def roles() -> None:
        mark = w.b.ear.mark
        low, high = [await rest.create_role(GUILD_ID, name=name) for name in ("low", "high")]
        await rest.reposition_roles(GUILD_ID, {1: low, 2: high})
        moved = lambda role, to: lambda e: e.role_id == role.id and e.role.position == to
        await w.b.ear.expect("RoleUpdateEvent", moved(high, 2), mark=mark)
        equal((await rest.fetch_role(GUILD_ID, low.id)).position, 1)
        await rest.add_role_to_member(GUILD_ID, B_ID, low)
        counts = await rest.fetch_role_member_counts(GUILD_ID)
        equal((counts[low.id], counts[high.id]), (1, 0))
        for role in (low, high):
            await rest.delete_role(GUILD_ID, role)

    async def nothing() -> None:
        equal(list(await rest.fetch_guild_stickers(GUILD_ID)), [])
        equal(list(await rest.fetch_available_sticker_packs()), [])
        for fetching in (rest.fetch_guild_sticker(GUILD_ID, 1), rest.fetch_sticker(1), rest.fetch_sticker_pack(1)):
            true(isinstance(await refused(fetching), hikari.NotFoundError), "there is a sticker")
        for regions in (await rest.fetch_voice_regions(), await rest.fetch_guild_voice_regions(GUILD_ID)):
            equal(list(regions), [])
        equal((await rest.fetch_vanity_url(GUILD_ID)).code, None)

    await r.check("guild.modify", modify)
    await r.check("guild.preview", preview)
    await r.check("role.positions", roles)
    await r.check("guild.nothing", nothing)


async def members(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def search() -> None:
        name = WORLD["users"][1]["name"]
        found = await rest.search_members(GUILD_ID, name[:3].upper())
        equal([m.username for m in found if m.username == name], [name])
        equal(list(await rest.search_members(GUILD_ID, "nobody-is-called-so")), [])

    async def timeout() -> None:
        until = datetime.datetime.now(datetime.UTC).replace(microsecond=0) + datetime.timedelta(hours=1)
        changed = await rest.edit_member(GUILD_ID, GUEST_ID, nickname="Guest", communication_disabled_until=until)
        equal((changed.nickname, changed.raw_communication_disabled_until), ("Guest", until))
        silent = lambda e: e.user_id == GUEST_ID and e.member.communication_disabled_until() == until
        await w.b.ear.expect("MemberUpdateEvent", silent)
        mark = w.b.ear.mark
        await rest.edit_member(GUILD_ID, GUEST_ID, communication_disabled_until=None)
        free = lambda e: e.user_id == GUEST_ID and e.member.communication_disabled_until() is None
        await w.b.ear.expect("MemberUpdateEvent", free, mark=mark)

    async def prune() -> None:
        equal(await rest.begin_guild_prune(GUILD_ID, days=30, compute_prune_count=True, reason="sweep"), 0)

    async def kick() -> None:
        mark = w.b.ear.mark
        await rest.kick_user(GUILD_ID, GUEST_ID, reason="late")
        (gone,) = await w.b.ear.expect("MemberDeleteEvent", lambda e: e.user_id == GUEST_ID, mark=mark)
        equal((gone.guild_id, gone.old_member.nickname), (GUILD_ID, "Guest"))
        equal(w.b.cache.get_member(GUILD_ID, GUEST_ID), None)
        error = await refused(rest.fetch_member(GUILD_ID, GUEST_ID))
        equal(error.code, 10007)

    async def leave() -> None:
        mark, leaver = w.b.ear.mark, BOT_IDS[LEAVER]
        async with w.other(LEAVER) as theirs:
            await theirs.leave_guild(GUILD_ID)
        await w.b.ear.expect("MemberDeleteEvent", lambda e: e.user_id == leaver, mark=mark)
        # The guild's owner brings it back, on the page that bots are added on.
        await oauth2.add_bot(leaver)
        (came,) = await w.b.ear.expect("IntegrationCreateEvent", lambda e: e.integration.account.id == str(leaver), mark=mark)
        equal((came.guild_id, came.integration.type), (GUILD_ID, "discord"))

    async def integrations() -> None:
        all_ = {i.application.id: i for i in await rest.fetch_integrations(GUILD_ID) if hasattr(i, "application") and i.application}
        true(A_ID in all_, f"integrations of {list(all_)}")

    await r.check("member.search", search)
    await r.check("member.timeout", timeout)
    await r.check("member.prune", prune)
    await r.check("member.kick", kick)
    await r.check("guild.leave", leave)
    await r.check("guild.integrations", integrations)


async def channels(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def follow() -> None:
        news = await rest.create_guild_news_channel(GUILD_ID, "gazette")
        followed = await rest.follow_channel(news, w.channel)
        equal(followed.channel_id, news.id)
        await w.b.ear.expect("WebhookUpdateEvent", lambda e: e.channel_id == w.channel.id)
        hooks = {h.id: h for h in await rest.fetch_guild_webhooks(GUILD_ID)}
        hook = hooks[followed.webhook_id]
        equal((type(hook), hook.source_channel.id), (hikari.ChannelFollowerWebhook, news.id))
        sent = await rest.create_message(news, "extra")
        await rest.crosspost_message(news, sent)
        (copy,) = await w.b.ear.expect("GuildMessageCreateEvent", lambda e: e.channel_id == w.channel.id and e.content == "extra")
        true(copy.message.flags & hikari.MessageFlag.IS_CROSSPOST, repr(copy.message.flags))
        await rest.delete_webhook(hook)
        await rest.delete_channel(news)

    async def hook_by_token() -> None:
        hook = await rest.create_webhook(w.channel, "Page")
        equal((await rest.fetch_webhook(hook)).name, "Page")
        equal((await w.b.rest.fetch_webhook(hook, token=hook.token)).name, "Page")
        equal((await w.b.rest.edit_webhook(hook, token=hook.token, name="Squire")).name, "Squire")
        await w.b.rest.delete_webhook(hook, token=hook.token)
        equal((await refused(rest.fetch_webhook(hook))).code, 10015)

    async def threads() -> None:
        secret = await rest.create_thread(w.channel, hikari.ChannelType.GUILD_PRIVATE_THREAD, "secret", invitable=False)
        await rest.add_thread_member(secret, B_ID)
        await w.b.ear.expect("GuildThreadAccessEvent", lambda e: e.thread_id == secret.id)
        member = await rest.fetch_thread_member(secret, B_ID)
        equal((member.user_id, member.thread_id), (B_ID, secret.id))
        await rest.edit_channel(secret, archived=True)
        await w.b.ear.expect("GuildThreadUpdateEvent", lambda e: e.thread_id == secret.id and e.thread.is_archived)
        equal([t.id async for t in rest.fetch_private_archived_threads(w.channel)], [secret.id])
        equal([t.id async for t in w.b.rest.fetch_joined_private_archived_threads(w.channel)], [secret.id])
        await rest.delete_channel(secret)

    async def permit(role: int, permissions: hikari.Permissions) -> None:
        """Changes B's own role, as the guild's owner."""
        mark = w.b.ear.mark
        await person("PATCH", f"/guilds/{GUILD_ID}/roles/{role}", {"permissions": str(int(permissions))})
        await w.b.ear.expect("RoleUpdateEvent", lambda e: e.role_id == role and e.role.permissions == permissions, mark=mark)

    async def sync() -> None:
        """B loses its permission and the channel with it, and gets it back: of the threads there it is told all at once."""
        thread = await rest.create_thread(w.channel, hikari.ChannelType.GUILD_PUBLIC_THREAD, "to be found again")
        (role,) = [r for r in (await rest.fetch_member(GUILD_ID, B_ID)).role_ids if r != GUILD_ID]
        kind = hikari.PermissionOverwriteType.ROLE
        await rest.edit_permission_overwrite(w.channel, GUILD_ID, target_type=kind, deny=hikari.Permissions.VIEW_CHANNEL)
        await permit(role, hikari.Permissions.NONE)
        equal((await refused(w.b.rest.fetch_channel(w.channel))).code, 50001)
        mark = w.b.ear.mark
        await rest.delete_permission_overwrite(w.channel, GUILD_ID)
        await w.b.ear.expect("ThreadListSyncEvent", lambda e: thread.id in e.threads, mark=mark)
        await permit(role, hikari.Permissions.ADMINISTRATOR)
        await rest.delete_channel(thread)

    async def media() -> None:
        gallery = await rest.create_guild_media_channel(GUILD_ID, "gallery", available_tags=[hikari.ForumTag(name="art")])
        (seen,) = await w.b.ear.expect("GuildChannelCreateEvent", lambda e: e.channel_id == gallery.id)
        equal((type(seen.channel), [t.name for t in seen.channel.available_tags]), (hikari.GuildMediaChannel, ["art"]))
        await rest.delete_channel(gallery)

    async def emojis() -> None:
        mine = await rest.create_emoji(GUILD_ID, "single", hikari.Bytes(PICTURE, "red.png"))
        equal((await rest.fetch_emoji(GUILD_ID, mine)).name, "single")
        await rest.delete_emoji(GUILD_ID, mine)
        own = await rest.create_application_emoji(A_ID, "own_2", hikari.Bytes(PICTURE, "red.png"))
        equal((await rest.edit_application_emoji(A_ID, own, "own_3")).name, "own_3")
        equal((await rest.fetch_application_emoji(A_ID, own)).name, "own_3")
        await rest.delete_application_emoji(A_ID, own)

    await r.check("channel.follow", follow)
    await r.check("channel.media", media)
    await r.check("webhook.alone", hook_by_token)
    await r.check("thread.listed", threads)
    await r.check("thread.sync", sync)
    await r.check("emoji.single", emojis)


async def voice(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def status() -> None:
        channel = await rest.create_guild_voice_channel(GUILD_ID, "booth")
        await w.a.update_voice_state(GUILD_ID, channel)
        await w.b.ear.expect("VoiceStateUpdateEvent", lambda e: e.state.user_id == A_ID and e.state.channel_id == channel.id)
        await rest.set_voice_channel_status(channel, "recording")
        told = lambda e: e.channel_id == channel.id and e.status == "recording"
        await w.b.ear.expect("VoiceChannelStatusUpdateEvent", told)
        await w.a.update_voice_state(GUILD_ID, None)
        await rest.delete_channel(channel)

    async def stage() -> None:
        channel = await rest.create_guild_stage_channel(GUILD_ID, "podium")
        await rest.create_stage_instance(channel, topic="a talk")
        equal((await rest.fetch_stage_instance(channel)).topic, "a talk")
        for bot in (w.a, w.b):
            await bot.update_voice_state(GUILD_ID, channel)
        there = lambda who, test: lambda e: e.state.user_id == who and e.state.channel_id == channel.id and test(e.state)
        for who in (A_ID, B_ID):
            await w.b.ear.expect("VoiceStateUpdateEvent", there(who, lambda _: True))
        # Both may mute members and so come as speakers: each goes to the audience and back.
        for suppress in (True, False):
            mark, now = w.b.ear.mark, lambda s: s.is_suppressed == suppress
            await rest.edit_my_voice_state(GUILD_ID, channel, suppress=suppress)
            await w.b.ear.expect("VoiceStateUpdateEvent", there(A_ID, now), mark=mark)
            await rest.edit_voice_state(GUILD_ID, channel, B_ID, suppress=suppress)
            await w.b.ear.expect("VoiceStateUpdateEvent", there(B_ID, now), mark=mark)
        equal((await rest.fetch_my_voice_state(GUILD_ID)).is_suppressed, False)
        mark = w.b.ear.mark
        for bot, who in ((w.a, A_ID), (w.b, B_ID)):
            await bot.update_voice_state(GUILD_ID, None)
            await w.b.ear.expect("VoiceStateUpdateEvent", lambda e: e.state.user_id == who and e.state.channel_id is None, mark=mark)
        await rest.delete_channel(channel)

    await r.check("voice.status", status)
    await r.check("stage.speakers", stage)


async def tokens(r: Report, w: Witness) -> None:
    app = hikari.RESTApp(url=f"{URL}/api/v10")

    async def oauth() -> None:
        await app.start()
        secret = await oauth2.secret()
        code = await oauth2.code("identify guilds guilds.join guilds.members.read openid", GUEST)
        async with app.acquire() as rest:
            token = await rest.authorize_access_token(A_ID, secret, code, oauth2.REDIRECT)
            equal((token.token_type, sorted(map(str, token.scopes))[0]), ("Bearer", "guilds"))
            again = await refused(rest.authorize_access_token(A_ID, secret, code, oauth2.REDIRECT))
            true(isinstance(again, hikari.BadRequestError | hikari.UnauthorizedError), repr(again))
            # The code was used twice: what it gave has ended.
            code = await oauth2.code("identify guilds guilds.join guilds.members.read openid", GUEST)
            token = await rest.authorize_access_token(A_ID, secret, code, oauth2.REDIRECT)
        fresh = token
        async with app.acquire() as rest:
            fresh = await rest.refresh_access_token(A_ID, secret, token.refresh_token, scopes=token.scopes)
        async with app.acquire(fresh.access_token, hikari.TokenType.BEARER) as rest:
            equal((await rest.fetch_my_user()).id, GUEST_ID)
            mine = await rest.fetch_authorization()
            equal((mine.application.id, mine.user.id), (A_ID, GUEST_ID))
        mark = w.b.ear.mark
        await w.a.rest.add_user_to_guild(fresh.access_token, GUILD_ID, GUEST_ID, nickname="Back")
        (joined,) = await w.b.ear.expect("MemberCreateEvent", lambda e: e.user_id == GUEST_ID, mark=mark)
        equal(joined.member.nickname, "Back")
        async with app.acquire(fresh.access_token, hikari.TokenType.BEARER) as rest:
            equal((await rest.fetch_my_member(GUILD_ID)).nickname, "Back")
        async with app.acquire() as rest:
            await rest.revoke_access_token(A_ID, secret, fresh.access_token)
        async with app.acquire(fresh.access_token, hikari.TokenType.BEARER) as rest:
            true(isinstance(await refused(rest.fetch_my_user()), hikari.UnauthorizedError), "the token is still good")
        async with app.acquire() as rest:
            own = await rest.authorize_client_credentials_token(A_ID, secret, ["identify", "applications.commands.permissions.update"])
        await permissions(own.access_token)

    async def permissions(bearer: str) -> None:
        rest = w.a.rest
        command = await rest.create_slash_command(A_ID, "guarded", "for some", guild=GUILD_ID)
        async with app.acquire(bearer, hikari.TokenType.BEARER) as owner:
            wanted = [hikari.CommandPermission(id=B_ID, type=hikari.CommandPermissionType.USER, has_access=False)]
            given = await owner.set_application_command_permissions(A_ID, GUILD_ID, command, wanted)
            equal([(p.id, p.has_access) for p in given.permissions], [(B_ID, False)])
        got = await rest.fetch_application_command_permissions(A_ID, GUILD_ID, command)
        equal([(p.id, p.has_access) for p in got.permissions], [(B_ID, False)])
        equal([p.command_id for p in await rest.fetch_application_guild_commands_permissions(A_ID, GUILD_ID)], [command.id])
        await rest.delete_application_command(A_ID, command, GUILD_ID)

    async def commands() -> None:
        rest = w.a.rest
        made = await rest.create_slash_command(A_ID, "everywhere", "in all guilds")
        equal((await rest.fetch_application_command(A_ID, made)).description, "in all guilds")
        equal((await rest.edit_application_command(A_ID, made, description="in each")).description, "in each")
        equal([c.name for c in await rest.fetch_application_commands(A_ID)], ["everywhere"])
        await rest.delete_application_command(A_ID, made)
        both = [rest.slash_command_builder("one", "d"), rest.context_menu_command_builder(hikari.CommandType.USER, "Two")]
        equal(sorted(c.name for c in await rest.set_application_commands(A_ID, both)), ["Two", "one"])
        await rest.set_application_commands(A_ID, [])
        equal(list(await rest.fetch_application_commands(A_ID)), [])

    async def application() -> None:
        changed = await w.a.rest.edit_application(description="made for witnesses", tags=["witness"])
        equal((changed.description, list(changed.tags)), ("made for witnesses", ["witness"]))

    await r.check("oauth2", oauth)
    await r.check("commands.global", commands)
    await r.check("application.modify", application)
    await asyncio.wait_for(app.close(), 5)
