"""discord.py: channels of every kind, bans, invites, voice states, stages, scheduled events and the audit log."""

from __future__ import annotations

import datetime
import typing

import discord

from harness import A_ID, GUILD_ID, WORLD
from harness import Report, equal, person, refused, true

if typing.TYPE_CHECKING:
    from discordpy import Witness

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
    made: list[discord.abc.GuildChannel] = []

    async def types() -> None:
        category = await w.guild.create_category("corner")
        made.append(category)
        bug = discord.ForumTag(name="bug", moderated=True)
        cases = [
            (w.guild.create_voice_channel("talk", bitrate=64_000, user_limit=5, category=category), "voice", lambda c: (c.bitrate, c.user_limit), (64_000, 5)),
            (w.guild.create_stage_channel("stage", user_limit=50, category=category), "stage_voice", lambda c: c.user_limit, 50),
            (w.guild.create_text_channel("news", news=True, category=category), "news", lambda c: c.is_news(), True),
            (w.guild.create_forum("forum", available_tags=[bug], category=category), "forum", lambda c: [(t.name, t.moderated) for t in c.available_tags], [("bug", True)]),
        ]
        for creating, kind, field, want in cases:
            channel = await creating
            made.append(channel)
            (seen,) = await w.b.ear.expect("guild_channel_create", lambda c: c.id == channel.id)
            for c in (channel, seen):
                equal((c.type.name, c.category_id, field(c)), (kind, category.id, want), c.name)

    async def positions() -> None:
        talk, news, mark = made[1], made[3], w.b.ear.mark
        await w.a.http.bulk_channel_update(GUILD_ID, [{"id": talk.id, "position": 41, "parent_id": None}, {"id": news.id, "position": 40}])
        await w.b.ear.expect("guild_channel_update", lambda _, c: c.id == news.id and c.position == 40, mark=mark)
        moved = lambda _, c: c.id == talk.id and c.position == 41 and c.category_id is None
        await w.b.ear.expect("guild_channel_update", moved, mark=mark)
        for channel in reversed(made):
            await channel.delete()
        await w.b.ear.expect("guild_channel_delete", lambda c: c.id == made[0].id)

    await r.check("channel.types", types)
    await r.check("channel.positions", positions)


async def bans(r: Report, w: Witness) -> None:
    who = discord.Object(OUTCAST_ID)

    async def ban() -> None:
        await w.guild.ban(who, reason="t\u00f6o loud", delete_message_seconds=60)
        guild, _ = await w.b.ear.expect("member_ban", lambda _, u: u.id == OUTCAST_ID)
        equal(guild.id, GUILD_ID)
        await w.b.ear.expect("raw_member_remove", lambda p: p.user.id == OUTCAST_ID)
        equal((await w.guild.fetch_ban(who)).reason, "t\u00f6o loud")
        equal([b.user.id async for b in w.guild.bans(limit=10)], [OUTCAST_ID])

    async def audit() -> None:
        (entry,) = [e async for e in w.guild.audit_logs(action=discord.AuditLogAction.ban, limit=1)]
        equal((entry.target.id, entry.user_id, entry.reason), (OUTCAST_ID, A_ID, "t\u00f6o loud"))
        (seen,) = await w.b.ear.expect("audit_log_entry_create", lambda e: e.id == entry.id)
        equal(seen.action, discord.AuditLogAction.ban)
        await w.channel.edit(topic="audited", reason="why not")
        (change,) = [e async for e in w.guild.audit_logs(action=discord.AuditLogAction.channel_update, user=w.a.user, limit=1)]
        equal((change.reason, change.after.topic), ("why not", "audited"))

    async def unban() -> None:
        await w.guild.unban(who, reason="sorry")
        await w.b.ear.expect("member_unban", lambda _, u: u.id == OUTCAST_ID)
        error = await refused(w.guild.fetch_ban(who))
        equal(error.code, 10026)

    async def bulk() -> None:
        done = await w.guild.bulk_ban([who, discord.Object(w.guild.owner_id)])
        equal(([u.id for u in done.banned], [u.id for u in done.failed]), ([OUTCAST_ID], [w.guild.owner_id]))
        await w.guild.unban(who)
        equal(await w.guild.estimate_pruned_members(days=30), 0)

    await r.check("ban", ban)
    await r.check("audit", audit)
    await r.check("ban.remove", unban)
    await r.check("ban.bulk", bulk)


async def invites(r: Report, w: Witness) -> None:
    invite: discord.Invite

    async def create() -> None:
        nonlocal invite
        invite = await w.channel.create_invite(max_age=600, max_uses=1, unique=True, reason="come")
        equal((invite.max_age, invite.max_uses, invite.uses, invite.inviter.id), (600, 1, 0, A_ID))
        (seen,) = await w.b.ear.expect("invite_create", lambda i: i.code == invite.code)
        equal(seen.channel.id, w.channel.id)
        shown = await w.b.fetch_invite(invite.code)
        equal(shown.guild.id, GUILD_ID)
        true(shown.approximate_member_count > 0 and shown.expires_at, repr(shown))
        true(invite.code in [i.code for i in await w.guild.invites()], "not in the guild's list")
        true(invite.code in [i.code for i in await w.channel.invites()], "not in the channel's list")

    async def accept() -> None:
        mark = w.b.ear.mark
        await person("POST", f"/invites/{invite.code}", {}, OUTCAST)
        await w.b.ear.expect("member_join", lambda m: m.id == OUTCAST_ID, mark=mark)
        await w.b.ear.expect("invite_delete", lambda i: i.code == invite.code, mark=mark)
        equal((await refused(w.b.fetch_invite(invite.code))).code, 10006)

    async def delete() -> None:
        other = await w.channel.create_invite(unique=True)
        await other.delete(reason="changed my mind")
        (gone,) = await w.b.ear.expect("invite_delete", lambda i: i.code == other.code)
        equal(gone.guild.id, GUILD_ID)

    await r.check("invite", create)
    await r.check("invite.accept", accept)
    await r.check("invite.delete", delete)


async def voice(r: Report, w: Witness) -> None:
    async def states() -> None:
        one, other = await w.guild.create_voice_channel("one"), await w.guild.create_voice_channel("other")
        own = lambda test: lambda m, was, now: m.id == A_ID and test(was, now)
        in_channel = lambda c: own(lambda _, now: now.channel is not None and now.channel.id == c.id)
        await w.guild.change_voice_state(channel=one, self_mute=True)
        member, _, now = await w.b.ear.expect("voice_state_update", in_channel(one))
        equal((now.self_mute, now.self_deaf, now.mute), (True, False, False))
        true(now.session_id, "no session")
        await w.a.ear.expect("socket_event_type", lambda t: t == "VOICE_SERVER_UPDATE")
        await member.edit(mute=True, reason="noise")
        await w.b.ear.expect("voice_state_update", own(lambda _, now: now.mute))
        await member.move_to(w.b.get_channel(other.id))
        await w.b.ear.expect("voice_state_update", in_channel(other))
        state = await (await w.guild.fetch_member(A_ID)).fetch_voice()
        equal(state.channel.id, other.id)
        mark = w.b.ear.mark
        await w.guild.change_voice_state(channel=None)
        left = own(lambda was, now: was.channel is not None and was.channel.id == other.id and now.channel is None)
        await w.b.ear.expect("voice_state_update", left, mark=mark)
        for channel in (one, other):
            await channel.delete()

    async def stage() -> None:
        channel = await w.guild.create_stage_channel("stage")
        instance = await channel.create_instance(topic="a talk")
        (seen,) = await w.b.ear.expect("stage_instance_create", lambda s: s.id == instance.id)
        equal((seen.topic, seen.channel_id, seen.guild.id), ("a talk", channel.id, GUILD_ID))
        await instance.edit(topic="another talk")
        await w.b.ear.expect("stage_instance_update", lambda _, s: s.topic == "another talk")
        await instance.delete()
        await w.b.ear.expect("stage_instance_delete", lambda s: s.id == instance.id)
        await channel.delete()

    await r.check("voice", states)
    await r.check("stage", stage)


async def events(r: Report, w: Witness) -> None:
    event: discord.ScheduledEvent

    async def create() -> None:
        nonlocal event
        start = discord.utils.utcnow().replace(microsecond=0) + datetime.timedelta(hours=1)
        event = await w.guild.create_scheduled_event(
            name="fair",
            description="all day",
            start_time=start,
            end_time=start + datetime.timedelta(hours=1),
            privacy_level=discord.PrivacyLevel.guild_only,
            entity_type=discord.EntityType.external,
            location="the yard",
        )
        (seen,) = await w.b.ear.expect("scheduled_event_create", lambda e: e.id == event.id)
        for e in (event, seen):
            equal((e.name, e.location, e.start_time, e.status), ("fair", "the yard", start, discord.EventStatus.scheduled))
        await event.edit(name="great fair", end_time=start + datetime.timedelta(hours=2))
        await w.b.ear.expect("scheduled_event_update", lambda _, e: e.id == event.id and e.name == "great fair")
        true(event.id in [e.id for e in await w.guild.fetch_scheduled_events()], "not in the list")

    async def users() -> None:
        path = f"/guilds/{GUILD_ID}/scheduled-events/{event.id}/users/@me"
        await person("PUT", path, None, OUTCAST)
        await w.b.ear.expect("scheduled_event_user_add", lambda e, u: e.id == event.id and u.id == OUTCAST_ID)
        equal([u.id async for u in event.users()], [OUTCAST_ID])
        equal((await w.guild.fetch_scheduled_event(event.id, with_counts=True)).user_count, 1)
        await person("DELETE", path, None, OUTCAST)
        await w.b.ear.expect("scheduled_event_user_remove", lambda e, u: e.id == event.id and u.id == OUTCAST_ID)

    async def status() -> None:
        active = await event.start()
        begun = lambda _, e: e.id == event.id and e.status is discord.EventStatus.active
        await w.b.ear.expect("scheduled_event_update", begun)
        await active.delete()
        await w.b.ear.expect("scheduled_event_delete", lambda e: e.id == event.id)
        equal((await refused(active.end())).code, 10070)

    await r.check("event", create)
    await r.check("event.users", users)
    await r.check("event.status", status)
