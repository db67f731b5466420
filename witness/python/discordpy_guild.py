"""discord.py: guilds, channels, overwrites, roles and members."""

from __future__ import annotations

import typing

import discord

from harness import A_ID, B_ID, BOT_IDS, GUILD_ID, PERSON_ID, WORLD
from harness import Report, equal, true

if typing.TYPE_CHECKING:
    from discordpy import Witness

BLUE, GREEN = 0x3366CC, 0x00FF00


async def checks(r: Report, w: Witness) -> None:
    await guilds(r, w)
    await channels(r, w)
    await roles(r, w)
    await members(r, w)


async def guilds(r: Report, w: Witness) -> None:
    async def get() -> None:
        guild = await w.a.fetch_guild(GUILD_ID, with_counts=True)
        equal(guild.name, WORLD["guilds"][0]["name"])
        true(guild.owner_id and len(guild.roles) >= 2, "no owner or roles")
        true(guild.approximate_member_count >= len(BOT_IDS), f"{guild.approximate_member_count} members")

    async def create() -> None:
        made = await w.a.create_guild(name="Witness hall")
        equal((made.name, made.owner_id), ("Witness hall", A_ID))
        (joined,) = await w.a.ear.expect("guild_join", lambda g: g.id == made.id)
        equal(joined.member_count, 1)
        true(joined.channels, "no channel")

    await r.check("guild", get)
    await r.check("guild.create", create)


async def channels(r: Report, w: Witness) -> None:
    async def create() -> None:
        w.channel = await w.guild.create_text_channel("witness-py", topic="made by discord.py")
        equal((w.channel.name, w.channel.topic), ("witness-py", "made by discord.py"))
        (seen,) = await w.b.ear.expect("guild_channel_create", lambda c: c.id == w.channel.id)
        equal((seen.name, seen.topic, seen.guild.id), ("witness-py", "made by discord.py", GUILD_ID))

    async def get() -> None:
        equal((await w.a.fetch_channel(w.channel.id)).name, "witness-py")
        true(w.channel.id in [c.id for c in await w.guild.fetch_channels()], "not in the guild's list")

    async def modify() -> None:
        changed = await w.channel.edit(name="witness-py-2", topic="changed")
        equal((changed.name, changed.topic), ("witness-py-2", "changed"))
        _, now = await w.b.ear.expect(
            "guild_channel_update", lambda _, c: c.id == w.channel.id and c.topic == "changed"
        )
        equal(now.name, "witness-py-2")

    await r.check("channel.create", create)
    await r.check("channel.get", get)
    await r.check("channel.modify", modify)


async def channel_delete(w: Witness) -> None:
    await w.channel.delete()
    (gone,) = await w.b.ear.expect("guild_channel_delete", lambda c: c.id == w.channel.id)
    equal(gone.guild.id, GUILD_ID)


async def roles(r: Report, w: Witness) -> None:
    async def create() -> None:
        w.role = await w.guild.create_role(
            name="witness",
            colour=discord.Colour(BLUE),
            hoist=True,
            mentionable=True,
            permissions=discord.Permissions(send_messages=True),
        )
        (seen,) = await w.b.ear.expect("guild_role_create", lambda x: x.id == w.role.id)
        for role in (w.role, seen):
            equal((role.name, role.colour.value, role.hoist, role.mentionable), ("witness", BLUE, True, True))
            equal(role.permissions, discord.Permissions(send_messages=True))

    async def modify() -> None:
        await w.role.edit(name="witness-2", colour=discord.Colour(GREEN))
        _, now = await w.b.ear.expect(
            "guild_role_update", lambda _, x: x.id == w.role.id and x.name == "witness-2"
        )
        equal(now.colour.value, GREEN)
        true("witness-2" in [x.name for x in await w.guild.fetch_roles()], "not in the list of roles")

    async def put() -> None:
        await w.channel.set_permissions(w.role, view_channel=True, send_messages=False)
        _, now = await w.b.ear.expect(
            "guild_channel_update", lambda _, c: c.id == w.channel.id and any(o.id == w.role.id for o in c.overwrites)
        )
        allow, deny = now.overwrites_for(w.b.get_guild(GUILD_ID).get_role(w.role.id)).pair()
        equal((allow, deny), (discord.Permissions(view_channel=True), discord.Permissions(send_messages=True)))

    async def unput() -> None:
        mark = w.b.ear.mark
        await w.channel.set_permissions(w.role, overwrite=None)
        gone = lambda _, c: c.id == w.channel.id and all(o.id != w.role.id for o in c.overwrites)
        await w.b.ear.expect("guild_channel_update", gone, mark=mark)

    async def member_add() -> None:
        member = await w.guild.fetch_member(B_ID)
        await member.add_roles(w.role)
        has = lambda _, m: m.id == B_ID and m.get_role(w.role.id) is not None
        await w.b.ear.expect("member_update", has)

    async def member_remove() -> None:
        mark = w.b.ear.mark
        member = await w.guild.fetch_member(B_ID)
        true(member.get_role(w.role.id), "the member lacks the role")
        await member.remove_roles(w.role)
        lacks = lambda _, m: m.id == B_ID and m.get_role(w.role.id) is None
        await w.b.ear.expect("member_update", lacks, mark=mark)

    async def delete() -> None:
        await w.role.delete()
        (gone,) = await w.b.ear.expect("guild_role_delete", lambda x: x.id == w.role.id)
        equal(gone.guild.id, GUILD_ID)

    await r.check("role.create", create)
    await r.check("role.modify", modify)
    await r.check("overwrite.put", put)
    await r.check("overwrite.delete", unput)
    await r.check("member.role.add", member_add)
    await r.check("member.role.remove", member_remove)
    await r.check("role.delete", delete)


async def members(r: Report, w: Witness) -> None:
    async def get() -> None:
        member = await w.guild.fetch_member(PERSON_ID)
        equal((member.id, member.bot), (PERSON_ID, False))
        true(member.joined_at, "no joined_at")

    # discord.py hands each answer over backwards.
    async def everybody() -> None:
        ids, after = [], discord.Object(0)
        for _ in range(100):
            page = [m.id async for m in w.guild.fetch_members(limit=2, after=after)][::-1]
            ids += page
            if len(page) < 2:
                break
            after = discord.Object(page[-1])
        equal(ids, sorted(set(ids)), "order")
        true(set(ids).issuperset(BOT_IDS), f"missing {set(BOT_IDS) - set(ids)}")

    async def me() -> None:
        await w.guild.me.edit(nick="Snake")
        await w.b.ear.expect("member_update", lambda _, m: m.id == A_ID and m.nick == "Snake")

    await r.check("member.get", get)
    await r.check("member.list", everybody)
    await r.check("member.me", me)
