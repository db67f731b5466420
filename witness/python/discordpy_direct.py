"""discord.py: direct messages between a bot and a person."""

from __future__ import annotations

import typing

import discord

from harness import A_ID, B_ID, PERSON_ID, THUMB
from harness import Report, equal, eventually, person, refused, true

if typing.TYPE_CHECKING:
    from discordpy import Witness


async def checks(r: Report, w: Witness) -> None:
    sent: discord.Message

    async def send() -> None:
        nonlocal sent
        user = await w.a.fetch_user(PERSON_ID)
        sent = await user.send("hello from discord.py")
        true(isinstance(sent.channel, discord.DMChannel), repr(sent.channel))
        equal(sent.channel.recipient.id, PERSON_ID)
        # The person's own object hears of the channel in its own time.
        async def listed() -> None:
            mine = [c for c in await person("GET", "/users/@me/channels") if c["id"] == str(sent.channel.id)]
            equal([[u["id"] for u in c["recipients"]] for c in mine], [[str(A_ID)]])

        await eventually(listed)
        (seen,) = await person("GET", f"/channels/{sent.channel.id}/messages")
        equal((seen["id"], seen["content"]), (str(sent.id), "hello from discord.py"))

    async def reply() -> None:
        path = f"/channels/{sent.channel.id}"
        await person("POST", f"{path}/typing")
        await w.a.ear.expect("typing", lambda c, u, _: c.id == sent.channel.id and u.id == PERSON_ID)
        answer = await person(
            "POST", f"{path}/messages", {"content": "hello yourself", "message_reference": {"message_id": str(sent.id)}}
        )
        (seen,) = await w.a.ear.expect("message", lambda m: m.id == int(answer["id"]))
        equal((seen.content, seen.guild, seen.author.id), ("hello yourself", None, PERSON_ID))
        true(isinstance(seen.channel, discord.DMChannel), repr(seen.channel))
        equal(seen.reference.message_id, sent.id)

    async def reaction() -> None:
        await sent.add_reaction(THUMB)
        (seen,) = await w.a.ear.expect("raw_reaction_add", lambda e: e.message_id == sent.id and e.user_id == A_ID)
        equal(seen.guild_id, None)
        edited = await sent.edit(content="hello again")
        equal(edited.content, "hello again")
        equal(len([m async for m in sent.channel.history(limit=10)]), 2)
        await sent.delete()
        (gone,) = await w.a.ear.expect("raw_message_delete", lambda e: e.message_id == sent.id)
        equal(gone.guild_id, None)

    async def reopen() -> None:
        await person("DELETE", f"/channels/{sent.channel.id}")
        mine = lambda c: c["id"] == str(sent.channel.id)

        # The person's own object hears of both in its own time.
        async def gone() -> None:
            equal(list(filter(mine, await person("GET", "/users/@me/channels"))), [])

        await eventually(gone)
        await w.a.user.edit(username="renamed.py")
        later = await sent.channel.send("still there?")

        # The new name comes by way of the bot's own object, in its own time.
        async def shown() -> None:
            listed = filter(mine, await person("GET", "/users/@me/channels"))
            equal([(c["last_message_id"], c["recipients"][0]["username"]) for c in listed], [(str(later.id), "renamed.py")])

        await eventually(shown)

    async def stranger() -> None:
        error = await refused((await w.a.fetch_user(B_ID)).send("psst"))
        true(isinstance(error, discord.Forbidden) and error.code == 50007, repr(error))

    await r.check("dm.send", send)
    await r.check("dm.reply", reply)
    await r.check("dm.reaction", reaction)
    await r.check("dm.reopen", reopen)
    await r.check("error.dm", stranger)
