"""discord.py: a guild's and an application's emojis."""

from __future__ import annotations

import typing

import discord

from harness import A_ID, GUILD_ID, PICTURE, PNG_SIGNATURE
from harness import Report, equal, true

if typing.TYPE_CHECKING:
    from discordpy import Witness


async def checks(r: Report, w: Witness) -> None:
    made: discord.Emoji

    async def create() -> None:
        nonlocal made
        made = await w.guild.create_custom_emoji(name="witness", image=PICTURE)
        await w.b.ear.expect("guild_emojis_update", lambda g, _, now: [e.name for e in now] == ["witness"])
        true((await made.read()).startswith(PNG_SIGNATURE), made.url)
        (listed,) = await w.guild.fetch_emojis()
        equal((listed.id, listed.user.id), (made.id, A_ID))

    async def modify() -> None:
        await made.edit(name="witness_2")
        await w.b.ear.expect("guild_emojis_update", lambda g, _, now: [e.name for e in now] == ["witness_2"])

    async def react() -> None:
        emoji = await w.guild.fetch_emoji(made.id)
        sent = await w.channel.send(f"look: {emoji}")
        equal(sent.content, f"look: <:witness_2:{made.id}>")
        await sent.add_reaction(emoji)
        (seen,) = await w.b.ear.expect("raw_reaction_add", lambda e: e.message_id == sent.id)
        equal((seen.emoji.id, seen.emoji.name, seen.guild_id), (made.id, "witness_2", GUILD_ID))
        fresh = await w.channel.fetch_message(sent.id)
        equal([u.id async for u in fresh.reactions[0].users()], [A_ID])

    async def delete() -> None:
        await made.delete()
        await w.b.ear.expect("guild_emojis_update", lambda g, _, now: list(now) == [])

    async def application() -> None:
        own = await w.a.create_application_emoji(name="own", image=PICTURE)
        sent = await w.channel.send("mine")
        await sent.add_reaction(own)
        await w.b.ear.expect("raw_reaction_add", lambda e: e.message_id == sent.id and e.emoji.id == own.id)
        equal([e.id for e in await w.a.fetch_application_emojis()], [own.id])
        await own.delete()

    await r.check("emoji.create", create)
    await r.check("emoji.modify", modify)
    await r.check("emoji.react", react)
    await r.check("emoji.delete", delete)
    await r.check("emoji.application", application)
