"""hikari: channels of every kind, bans, invites, voice states, stages, scheduled events and the audit log."""

from __future__ import annotations

import datetime
import typing

import hikari

from harness import A_ID, GUILD_ID, WORLD
from harness import Report, equal, person, refused, true

if typing.TYPE_CHECKING:
    from hikaribot import Witness

# Who is banned and comes back must be neither the guild's owner nor a person that other checks are about.
OUTCAST = 2
OUTCAST_ID = int(WORLD["users"][OUTCAST]["id"])


async def checks(r: Report, w: Witness) -> None:
    await channels(r, w)
    await bans(r, w)
    await invites(r, w)
    await voice(r, w)
    await events(r, w)


async def channels(r: Report, w: Witness) -> None:
    rest = w.a.rest
    made: list[hikari.GuildChannel] = []

    async def types() -> None:
        corner = await rest.create_guild_category(GUILD_ID, "corner")
        made.append(corner)
        tag = hikari.ForumTag(name="bug", moderated=True)
        cases = [
            (rest.create_guild_voice_channel(GUILD_ID, "talk", bitrate=96_000, user_limit=5, category=corner), hikari.GuildVoiceChannel, lambda c: (c.bitrate, c.user_limit), (96_000, 5)),
            (rest.create_guild_stage_channel(GUILD_ID, "stage", user_limit=50, category=corner), hikari.GuildStageChannel, lambda c: c.user_limit, 50),
            (rest.create_guild_news_channel(GUILD_ID, "news", topic="new", category=corner), hikari.GuildNewsChannel, lambda c: c.topic, "new"),
            (rest.create_guild_forum_channel(GUILD_ID, "forum", available_tags=[tag], category=corner), hikari.GuildForumChannel, lambda c: [(t.name, t.moderated) for t in c.available_tags], [("bug", True)]),
        ]
        for creating, kind, field, want in cases:
            channel = await creating
            made.append(channel)
            (seen,) = await w.b.ear.expect("GuildChannelCreateEvent", lambda e: e.channel_id == channel.id)
            for c in (channel, seen.channel):
                equal((type(c), c.parent_id, field(c)), (kind, corner.id, want), c.name)

    async def positions() -> None:
        talk, news, mark = made[1], made[3], w.b.ear.mark
        await rest.reposition_channels(GUILD_ID, {40: news, 41: talk})
        for channel, position in ((news, 40), (talk, 41)):
            moved = lambda e: e.channel_id == channel.id and e.channel.position == position
            await w.b.ear.expect("GuildChannelUpdateEvent", moved, mark=mark)
        for channel in reversed(made):
            await rest.delete_channel(channel)
        await w.b.ear.expect("GuildChannelDeleteEvent", lambda e: e.channel_id == made[0].id)

    await r.check("channel.types", types)
    await r.check("channel.positions", positions)


async def bans(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def ban() -> None:
        await rest.ban_user(GUILD_ID, OUTCAST_ID, delete_message_seconds=60, reason="t\u00f6o loud")
        (seen,) = await w.b.ear.expect("BanCreateEvent", lambda e: e.user.id == OUTCAST_ID)
        equal(seen.guild_id, GUILD_ID)
        await w.b.ear.expect("MemberDeleteEvent", lambda e: e.user_id == OUTCAST_ID)
        equal((await rest.fetch_ban(GUILD_ID, OUTCAST_ID)).reason, "t\u00f6o loud")
        equal([b.user.id async for b in rest.fetch_bans(GUILD_ID)], [OUTCAST_ID])

    async def audit() -> None:
        page = await rest.fetch_audit_log(GUILD_ID, event_type=hikari.AuditLogEventType.MEMBER_BAN_ADD).next()
        (entry,) = page.entries.values()
        equal((entry.target_id, entry.user_id, entry.reason), (OUTCAST_ID, A_ID, "t\u00f6o loud"))
        true(OUTCAST_ID in page.users, "the target is not named")
        await w.b.ear.expect("AuditLogEntryCreateEvent", lambda e: e.entry.id == entry.id)
        await rest.edit_channel(w.channel, topic="audited", reason="why not")
        log = rest.fetch_audit_log(GUILD_ID, user=A_ID, event_type=hikari.AuditLogEventType.CHANNEL_UPDATE)
        change = max((await log.next()).entries.values(), key=lambda e: e.id)
        equal((change.reason, [(c.key, c.new_value) for c in change.changes]), ("why not", [("topic", "audited")]))

    async def unban() -> None:
        await rest.unban_user(GUILD_ID, OUTCAST_ID, reason="sorry")
        await w.b.ear.expect("BanDeleteEvent", lambda e: e.user.id == OUTCAST_ID)
        equal((await refused(rest.fetch_ban(GUILD_ID, OUTCAST_ID))).code, 10026)
        equal(await rest.estimate_guild_prune_count(GUILD_ID, days=30), 0)

    async def bulk() -> None:
        owner = (await rest.fetch_guild(GUILD_ID)).owner_id
        done = await rest.bulk_ban_users(GUILD_ID, [OUTCAST_ID, owner])
        equal((list(done.banned_users), list(done.failed_users)), ([OUTCAST_ID], [owner]))
        await rest.unban_user(GUILD_ID, OUTCAST_ID)

    await r.check("ban", ban)
    await r.check("audit", audit)
    await r.check("ban.remove", unban)
    await r.check("ban.bulk", bulk)


async def invites(r: Report, w: Witness) -> None:
    rest = w.a.rest
    invite: hikari.InviteWithMetadata

    async def create() -> None:
        nonlocal invite
        invite = await rest.create_invite(w.channel, max_age=600, max_uses=1, unique=True, reason="come")
        equal((invite.max_age.total_seconds(), invite.max_uses, invite.uses, invite.inviter.id), (600, 1, 0, A_ID))
        (seen,) = await w.b.ear.expect("InviteCreateEvent", lambda e: e.code == invite.code)
        equal((seen.channel_id, seen.invite.expires_at), (w.channel.id, invite.expires_at))
        shown = await w.b.rest.fetch_invite(invite.code)
        equal((shown.guild.id, shown.channel.id), (GUILD_ID, w.channel.id))
        true(shown.approximate_member_count > 0 and shown.expires_at, repr(shown))
        true(invite.code in [i.code for i in await rest.fetch_guild_invites(GUILD_ID)], "not in the guild's list")
        true(invite.code in [i.code for i in await rest.fetch_channel_invites(w.channel)], "not in the channel's list")

    async def accept() -> None:
        mark = w.b.ear.mark
        await person("POST", f"/invites/{invite.code}", {}, OUTCAST)
        await w.b.ear.expect("MemberCreateEvent", lambda e: e.user_id == OUTCAST_ID, mark=mark)
        await w.b.ear.expect("InviteDeleteEvent", lambda e: e.code == invite.code, mark=mark)
        equal((await refused(w.b.rest.fetch_invite(invite.code))).code, 10006)

    async def delete() -> None:
        other = await rest.create_invite(w.channel, unique=True)
        await rest.delete_invite(other, reason="changed my mind")
        (gone,) = await w.b.ear.expect("InviteDeleteEvent", lambda e: e.code == other.code)
        equal(gone.guild_id, GUILD_ID)

    await r.check("invite", create)
    await r.check("invite.accept", accept)
    await r.check("invite.delete", delete)


async def voice(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def states() -> None:
        one = await rest.create_guild_voice_channel(GUILD_ID, "one")
        other = await rest.create_guild_voice_channel(GUILD_ID, "other")
        own = lambda test: lambda e: e.state.user_id == A_ID and test(e.old_state, e.state)
        await w.a.update_voice_state(GUILD_ID, one, self_mute=True)
        (seen,) = await w.b.ear.expect("VoiceStateUpdateEvent", own(lambda _, now: now.channel_id == one.id))
        now = seen.state
        equal((now.is_self_muted, now.is_self_deafened, now.is_guild_muted, now.member.id), (True, False, False, A_ID))
        (server,) = await w.a.ear.expect("VoiceServerUpdateEvent")
        equal((server.guild_id, server.raw_endpoint), (GUILD_ID, None))
        await w.b.rest.edit_member(GUILD_ID, A_ID, mute=True, reason="noise")
        await w.b.ear.expect("VoiceStateUpdateEvent", own(lambda _, now: now.is_guild_muted))
        await w.b.rest.edit_member(GUILD_ID, A_ID, voice_channel=other)
        await w.b.ear.expect("VoiceStateUpdateEvent", own(lambda _, now: now.channel_id == other.id))
        equal((await rest.fetch_voice_state(GUILD_ID, A_ID)).channel_id, other.id)
        mark = w.b.ear.mark
        await w.a.update_voice_state(GUILD_ID, None)
        await w.b.ear.expect("VoiceStateUpdateEvent", own(lambda was, now: was and was.channel_id == other.id and now.channel_id is None), mark=mark)
        for channel in (one, other):
            await rest.delete_channel(channel)

    async def stage() -> None:
        channel = await rest.create_guild_stage_channel(GUILD_ID, "stage")
        instance = await rest.create_stage_instance(channel, topic="a talk")
        (seen,) = await w.b.ear.expect("StageInstanceCreateEvent", lambda e: e.stage_instance.id == instance.id)
        equal((seen.stage_instance.topic, seen.stage_instance.channel_id), ("a talk", channel.id))
        await rest.edit_stage_instance(channel, topic="another talk")
        await w.b.ear.expect("StageInstanceUpdateEvent", lambda e: e.stage_instance.topic == "another talk")
        await rest.delete_stage_instance(channel)
        await w.b.ear.expect("StageInstanceDeleteEvent", lambda e: e.stage_instance.id == instance.id)
        await rest.delete_channel(channel)

    await r.check("voice", states)
    await r.check("stage", stage)


async def events(r: Report, w: Witness) -> None:
    rest = w.a.rest
    event: hikari.ScheduledExternalEvent

    async def create() -> None:
        nonlocal event
        start = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(hours=1)
        event = await rest.create_external_event(GUILD_ID, "fair", "the yard", start, start + datetime.timedelta(hours=1))
        (seen,) = await w.b.ear.expect("ScheduledEventCreateEvent", lambda e: e.event_id == event.id)
        for e in (event, seen.event):
            equal((e.name, e.location, e.start_time, e.status), ("fair", "the yard", start, hikari.ScheduledEventStatus.SCHEDULED))
        await rest.edit_scheduled_event(GUILD_ID, event, name="great fair")
        await w.b.ear.expect("ScheduledEventUpdateEvent", lambda e: e.event_id == event.id and e.event.name == "great fair")
        true(event.id in [e.id for e in await rest.fetch_scheduled_events(GUILD_ID)], "not in the list")

    async def users() -> None:
        path = f"/guilds/{GUILD_ID}/scheduled-events/{event.id}/users/@me"
        await person("PUT", path, None, OUTCAST)
        own = lambda e: e.event_id == event.id and e.user_id == OUTCAST_ID
        await w.b.ear.expect("ScheduledEventUserAddEvent", own)
        equal([u.user.id async for u in rest.fetch_scheduled_event_users(GUILD_ID, event)], [OUTCAST_ID])
        equal((await rest.fetch_scheduled_event(GUILD_ID, event)).user_count, 1)
        await person("DELETE", path, None, OUTCAST)
        await w.b.ear.expect("ScheduledEventUserRemoveEvent", own)

    async def status() -> None:
        await rest.edit_scheduled_event(GUILD_ID, event, status=hikari.ScheduledEventStatus.ACTIVE)
        begun = lambda e: e.event_id == event.id and e.event.status is hikari.ScheduledEventStatus.ACTIVE
        await w.b.ear.expect("ScheduledEventUpdateEvent", begun)
        await rest.delete_scheduled_event(GUILD_ID, event)
        await w.b.ear.expect("ScheduledEventDeleteEvent", lambda e: e.event_id == event.id)
        equal((await refused(rest.fetch_scheduled_event(GUILD_ID, event))).code, 10070)

    await r.check("event", create)
    await r.check("event.users", users)
    await r.check("event.status", status)
