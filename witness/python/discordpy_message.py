"""discord.py: messages and reactions."""

from __future__ import annotations

import typing

import discord

from harness import A_ID, B_ID, FIRE, GUILD_ID, PARTY, THUMB
from harness import Report, equal, refused, true

if typing.TYPE_CHECKING:
    from discordpy import Witness

GREETING = "hello from discord.py \u2014 \u00e9\u4e16\U0001f44b"


async def checks(r: Report, w: Witness) -> None:
    await sending(r, w)
    await reading(r, w)
    await reactions(r, w)


async def sending(r: Report, w: Witness) -> None:
    def arrival(message: discord.Message) -> typing.Awaitable[typing.Any]:
        return w.b.ear.expect("message", lambda m: m.id == message.id)

    async def send() -> None:
        w.message = await w.channel.send(GREETING)
        equal((w.message.content, w.message.author.id), (GREETING, A_ID))
        (seen,) = await arrival(w.message)
        equal((seen.content, seen.author.id, seen.guild.id, seen.channel.id), (GREETING, A_ID, GUILD_ID, w.channel.id))
        true(isinstance(seen.author, discord.Member) and seen.author.joined_at, "no member")

    async def embed() -> None:
        rich = discord.Embed(title="Title", description="Description", url="https://example.org/", colour=0x112233)
        rich.add_field(name="n", value="v", inline=True).set_footer(text="foot").set_author(name="who")
        sent = await w.channel.send(embed=rich)
        (seen,) = await arrival(sent)
        for message in (sent, seen):
            (got,) = message.embeds
            equal((got.type, got.title, got.description, got.url), ("rich", "Title", "Description", "https://example.org/"))
            equal((got.colour.value, got.footer.text, got.author.name), (0x112233, "foot", "who"))
            equal([(f.name, f.value, f.inline) for f in got.fields], [("n", "v", True)])

    async def reply() -> None:
        sent = await w.message.reply("a reply")
        (seen,) = await arrival(sent)
        for message in (sent, seen):
            equal(message.type, discord.MessageType.reply)
            equal((message.reference.message_id, message.reference.channel_id), (w.message.id, w.channel.id))
            true(isinstance(message.reference.resolved, discord.Message), "no referenced_message")

    async def mentions() -> None:
        target = discord.Object(B_ID)
        none, only = discord.AllowedMentions.none(), discord.AllowedMentions(users=[target], everyone=False, roles=False)
        cases = [
            (none, [], False),
            (only, [B_ID], False),
            (discord.AllowedMentions(users=False, everyone=True, roles=False), [], True),
        ]
        for allowed, users, everyone in cases:
            sent = await w.channel.send(f"<@{B_ID}> @everyone", allowed_mentions=allowed)
            (seen,) = await arrival(sent)
            equal(([m.id for m in seen.mentions], seen.mention_everyone), (users, everyone), repr(allowed))

    async def nonce() -> None:
        first = await w.channel.send("once", nonce="witness-py-nonce")
        second = await w.channel.send("once", nonce="witness-py-nonce")
        equal(first.id, second.id)
        equal(first.nonce, "witness-py-nonce")
        end = await w.channel.send("after the nonce")
        await arrival(end)
        copies = [a[0] for name, a in w.b.ear.heard if name == "message" and a[0].id == first.id]
        equal(len(copies), 1, "times that B saw it")
        equal(copies[0].nonce, "witness-py-nonce")

    await r.check("message.send", send)
    await r.check("message.embed", embed)
    await r.check("message.reply", reply)
    await r.check("message.mentions", mentions)
    await r.check("message.nonce", nonce)


async def reading(r: Report, w: Witness) -> None:
    async def get() -> None:
        got = await w.channel.fetch_message(w.message.id)
        equal((got.content, got.author.id), (GREETING, A_ID))

    # discord: resources/message#get-channel-messages. discord.py turns answers
    # to `after` around, oldest first, and leaves the others newest first.
    async def several() -> None:
        sent = [await w.channel.send(f"list {i}") for i in range(7)]
        cases = [
            ({"limit": 2}, [6, 5]),
            ({"limit": 2, "before": sent[3]}, [2, 1]),
            ({"limit": 2, "after": sent[3]}, [4, 5]),
            ({"limit": 3, "around": sent[3]}, [4, 3, 2]),
            ({"limit": 5, "after": sent[6]}, []),
        ]
        for options, want in cases:
            got = [m.content async for m in w.channel.history(**options)]
            equal(got, [f"list {i}" for i in want], " ".join(options))

    async def edit() -> None:
        edited = await w.message.edit(content="edited")
        equal(edited.content, "edited")
        true(edited.edited_at, "no edited_timestamp")
        old, new = await w.b.ear.expect("message_edit", lambda _, m: m.id == w.message.id and m.content == "edited")
        equal(old.content, GREETING)
        true(new.edited_at, "no edited_timestamp in the event")

    async def delete() -> None:
        doomed = await w.channel.send("to be deleted")
        await doomed.delete()
        (gone,) = await w.b.ear.expect("raw_message_delete", lambda e: e.message_id == doomed.id)
        equal((gone.channel_id, gone.guild_id), (w.channel.id, GUILD_ID))
        error = await refused(w.channel.fetch_message(doomed.id))
        true(isinstance(error, discord.NotFound) and error.code == 10008, repr(error))

    await r.check("message.get", get)
    await r.check("message.list", several)
    await r.check("message.edit", edit)
    await r.check("message.delete", delete)


async def reactions(r: Report, w: Witness) -> None:
    def event(name: str, emoji: str, user: int) -> typing.Awaitable[typing.Any]:
        return w.b.ear.expect(
            name,
            lambda e: e.message_id == w.message.id
            and e.channel_id == w.channel.id
            and e.guild_id == GUILD_ID
            and (user == 0 or e.user_id == user)
            and (emoji == "" or str(e.emoji) == emoji),
        )

    async def add() -> None:
        for emoji in (THUMB, PARTY):
            await w.message.add_reaction(emoji)
            (seen,) = await event("raw_reaction_add", emoji, A_ID)
            true(seen.member is not None and seen.member.id == A_ID, "no member")
        await w.b.get_partial_messageable(w.channel.id).get_partial_message(w.message.id).add_reaction(THUMB)
        await event("raw_reaction_add", THUMB, B_ID)

    async def listing() -> None:
        fresh = await w.channel.fetch_message(w.message.id)
        equal([(str(x.emoji), x.count, x.me) for x in fresh.reactions], [(THUMB, 2, True), (PARTY, 1, True)])
        users = sorted([A_ID, B_ID])
        # discord.py hands each answer over backwards.
        equal([u.id async for u in fresh.reactions[0].users()], users[::-1])
        equal([u.id async for u in fresh.reactions[0].users(after=discord.Object(users[0]))], users[1:])

    async def remove(user: int) -> None:
        await w.message.remove_reaction(THUMB, discord.Object(user))
        await event("raw_reaction_remove", THUMB, user)

    async def remove_emoji() -> None:
        await w.message.clear_reaction(PARTY)
        await event("raw_reaction_clear_emoji", PARTY, 0)

    async def remove_all() -> None:
        await w.message.add_reaction(FIRE)
        await w.message.clear_reactions()
        await event("raw_reaction_clear", "", 0)
        equal((await w.channel.fetch_message(w.message.id)).reactions, [])

    await r.check("reaction.add", add)
    await r.check("reaction.list", listing)
    await r.check("reaction.remove.own", lambda: remove(A_ID))
    await r.check("reaction.remove.user", lambda: remove(B_ID))
    await r.check("reaction.remove.emoji", remove_emoji)
    await r.check("reaction.remove.all", remove_all)
