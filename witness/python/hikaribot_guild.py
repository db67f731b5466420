"""hikari: guilds, channels, overwrites, roles and members."""

from __future__ import annotations

import typing

import hikari
from hikari.internal import routes

from harness import A_ID, B_ID, BOT_IDS, GUILD_ID, PERSON_ID, WORLD
from harness import Report, equal, true

if typing.TYPE_CHECKING:
    from hikaribot import Witness

BLUE, GREEN = 0x3366CC, 0x00FF00
ALLOW, DENY = hikari.Permissions.VIEW_CHANNEL, hikari.Permissions.SEND_MESSAGES


async def checks(r: Report, w: Witness) -> None:
    await guilds(r, w)
    await channels(r, w)
    await roles(r, w)
    await members(r, w)


async def guilds(r: Report, w: Witness) -> None:
    async def get() -> None:
        guild = await w.a.rest.fetch_guild(GUILD_ID)
        equal(guild.name, WORLD["guilds"][0]["name"])
        true(guild.owner_id and len(guild.roles) >= 2, "no owner or roles")
        true(guild.approximate_member_count >= len(BOT_IDS), f"{guild.approximate_member_count} members")

    async def create() -> None:
        # hikari has dropped its call for this; the route goes through its client.
        route = routes.Route("POST", "/guilds").compile()
        made = await w.a.rest._request(route, json={"name": "Witness hall"})
        equal((made["name"], made["owner_id"]), ("Witness hall", str(A_ID)))
        (joined,) = await w.a.ear.expect("GuildJoinEvent", lambda e: e.guild_id == int(made["id"]))
        equal((joined.guild.name, joined.guild.member_count), ("Witness hall", 1))
        true(joined.channels, "no channel")
        await w.a.rest.delete_guild(joined.guild_id)
        (left,) = await w.a.ear.expect("GuildLeaveEvent", lambda e: e.guild_id == joined.guild_id)
        equal(left.old_guild.name, "Witness hall")

    await r.check("guild", get)
    await r.check("guild.create", create)


async def channels(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def create() -> None:
        w.channel = await rest.create_guild_text_channel(GUILD_ID, "witness-hikari", topic="made by hikari")
        equal((w.channel.name, w.channel.topic), ("witness-hikari", "made by hikari"))
        (seen,) = await w.b.ear.expect("GuildChannelCreateEvent", lambda e: e.channel_id == w.channel.id)
        equal((seen.channel.name, seen.channel.topic, seen.guild_id), ("witness-hikari", "made by hikari", GUILD_ID))

    async def get() -> None:
        equal((await rest.fetch_channel(w.channel.id)).name, "witness-hikari")
        true(w.channel.id in [c.id for c in await rest.fetch_guild_channels(GUILD_ID)], "not in the guild's list")

    async def modify() -> None:
        changed = await rest.edit_channel(w.channel.id, name="witness-hikari-2", topic="changed")
        equal((changed.name, changed.topic), ("witness-hikari-2", "changed"))
        (now,) = await w.b.ear.expect(
            "GuildChannelUpdateEvent", lambda e: e.channel_id == w.channel.id and e.channel.topic == "changed"
        )
        equal(now.channel.name, "witness-hikari-2")

    await r.check("channel.create", create)
    await r.check("channel.get", get)
    await r.check("channel.modify", modify)


async def channel_delete(w: Witness) -> None:
    await w.a.rest.delete_channel(w.channel.id)
    await w.b.ear.expect("GuildChannelDeleteEvent", lambda e: e.channel_id == w.channel.id and e.guild_id == GUILD_ID)


async def roles(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def create() -> None:
        w.role = await rest.create_role(
            GUILD_ID, name="witness", color=BLUE, hoist=True, mentionable=True, permissions=DENY
        )
        (seen,) = await w.b.ear.expect("RoleCreateEvent", lambda e: e.role_id == w.role.id and e.guild_id == GUILD_ID)
        for role in (w.role, seen.role):
            equal((role.name, int(role.color), role.is_hoisted, role.is_mentionable), ("witness", BLUE, True, True))
            equal(role.permissions, DENY)

    async def modify() -> None:
        await rest.edit_role(GUILD_ID, w.role.id, name="witness-2", color=GREEN)
        (now,) = await w.b.ear.expect(
            "RoleUpdateEvent", lambda e: e.role_id == w.role.id and e.role.name == "witness-2"
        )
        equal(int(now.role.color), GREEN)
        true("witness-2" in [x.name for x in await rest.fetch_roles(GUILD_ID)], "not in the list of roles")

    def overwrite_of(event: hikari.GuildChannelUpdateEvent) -> hikari.PermissionOverwrite | None:
        return event.channel.permission_overwrites.get(w.role.id) if event.channel_id == w.channel.id else None

    async def put() -> None:
        await rest.edit_permission_overwrite(w.channel.id, w.role, allow=ALLOW, deny=DENY)
        (event,) = await w.b.ear.expect("GuildChannelUpdateEvent", overwrite_of)
        overwrite = overwrite_of(event)
        equal((overwrite.allow, overwrite.deny, overwrite.type), (ALLOW, DENY, hikari.PermissionOverwriteType.ROLE))

    async def unput() -> None:
        mark = w.b.ear.mark
        await rest.delete_permission_overwrite(w.channel.id, w.role.id)
        gone = lambda e: e.channel_id == w.channel.id and overwrite_of(e) is None
        await w.b.ear.expect("GuildChannelUpdateEvent", gone, mark=mark)

    async def member_add() -> None:
        await rest.add_role_to_member(GUILD_ID, B_ID, w.role.id)
        has = lambda e: e.user_id == B_ID and w.role.id in e.member.role_ids
        await w.b.ear.expect("MemberUpdateEvent", has)
        true(w.role.id in (await rest.fetch_member(GUILD_ID, B_ID)).role_ids, "not in the member's roles")

    async def member_remove() -> None:
        mark = w.b.ear.mark
        await rest.remove_role_from_member(GUILD_ID, B_ID, w.role.id)
        lacks = lambda e: e.user_id == B_ID and w.role.id not in e.member.role_ids
        await w.b.ear.expect("MemberUpdateEvent", lacks, mark=mark)

    async def delete() -> None:
        await rest.delete_role(GUILD_ID, w.role.id)
        await w.b.ear.expect("RoleDeleteEvent", lambda e: e.role_id == w.role.id and e.guild_id == GUILD_ID)

    await r.check("role.create", create)
    await r.check("role.modify", modify)
    await r.check("overwrite.put", put)
    await r.check("overwrite.delete", unput)
    await r.check("member.role.add", member_add)
    await r.check("member.role.remove", member_remove)
    await r.check("role.delete", delete)


async def members(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def get() -> None:
        member = await rest.fetch_member(GUILD_ID, PERSON_ID)
        equal((member.id, member.is_bot), (PERSON_ID, False))
        true(member.joined_at, "no joined_at")

    # hikari pages until an empty page: `after` must be honoured or this never ends.
    async def everybody() -> None:
        ids = [int(m.id) async for m in rest.fetch_members(GUILD_ID).limit(10_000)]
        equal(ids, sorted(set(ids)), "order")
        true(set(ids).issuperset(BOT_IDS), f"missing {set(BOT_IDS) - set(ids)}")

    async def me() -> None:
        equal((await rest.edit_my_member(GUILD_ID, nickname="Light")).nickname, "Light")
        await w.b.ear.expect("MemberUpdateEvent", lambda e: e.user_id == A_ID and e.member.nickname == "Light")

    await r.check("member.get", get)
    await r.check("member.list", everybody)
    await r.check("member.me", me)
