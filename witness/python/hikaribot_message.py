"""hikari: messages and reactions."""

from __future__ import annotations

import typing

import hikari

from harness import A_ID, B_ID, FIRE, GUILD_ID, PARTY, THUMB
from harness import Report, equal, refused, true

if typing.TYPE_CHECKING:
    from hikaribot import Witness

GREETING = "hello from hikari \u2014 \u00e9\u4e16\U0001f44b"


async def checks(r: Report, w: Witness) -> None:
    await sending(r, w)
    await reading(r, w)
    await reactions(r, w)


async def sending(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def arrival(message: hikari.Message) -> hikari.GuildMessageCreateEvent:
        (event,) = await w.b.ear.expect("GuildMessageCreateEvent", lambda e: e.message_id == message.id)
        return event

    async def send() -> None:
        w.message = await rest.create_message(w.channel.id, GREETING)
        equal((w.message.content, w.message.author.id), (GREETING, A_ID))
        seen = await arrival(w.message)
        equal((seen.content, seen.author_id, seen.guild_id, seen.channel_id), (GREETING, A_ID, GUILD_ID, w.channel.id))
        true(seen.member is not None and seen.member.joined_at, "no member")

    async def embed() -> None:
        rich = hikari.Embed(title="Title", description="Description", url="https://example.org/", color=0x112233)
        rich.add_field("n", "v", inline=True).set_footer("foot").set_author(name="who")
        sent = await rest.create_message(w.channel.id, embed=rich)
        for message in (sent, (await arrival(sent)).message):
            (got,) = message.embeds
            equal((got.title, got.description, got.url), ("Title", "Description", "https://example.org/"))
            equal((int(got.color), got.footer.text, got.author.name), (0x112233, "foot", "who"))
            equal([(f.name, f.value, f.is_inline) for f in got.fields], [("n", "v", True)])

    async def reply() -> None:
        sent = await rest.create_message(w.channel.id, "a reply", reply=w.message.id)
        for message in (sent, (await arrival(sent)).message):
            equal(message.type, hikari.MessageType.REPLY)
            equal((message.message_reference.id, message.message_reference.channel_id), (w.message.id, w.channel.id))
            true(message.referenced_message and message.referenced_message.id == w.message.id, "no referenced_message")

    async def mentions() -> None:
        cases = [
            ({"user_mentions": False, "mentions_everyone": False}, [], False),
            ({"user_mentions": [B_ID], "mentions_everyone": False}, [B_ID], False),
            ({"user_mentions": False, "mentions_everyone": True}, [], True),
        ]
        for allowed, users, everyone in cases:
            sent = await rest.create_message(w.channel.id, f"<@{B_ID}> @everyone", **allowed)
            seen = (await arrival(sent)).message
            equal((list(seen.user_mentions_ids), seen.mentions_everyone), (users, everyone), repr(allowed))

    async def nonce() -> None:
        first = await rest.create_message(w.channel.id, "once", nonce="witness-hikari-nonce")
        second = await rest.create_message(w.channel.id, "once", nonce="witness-hikari-nonce")
        equal(first.id, second.id)
        equal(first.nonce, "witness-hikari-nonce")
        await arrival(await rest.create_message(w.channel.id, "after the nonce"))
        copies = [
            a[0].message
            for name, a in w.b.ear.heard
            if name == "GuildMessageCreateEvent" and a[0].message_id == first.id
        ]
        equal([m.nonce for m in copies], ["witness-hikari-nonce"], "what B saw")

    await r.check("message.send", send)
    await r.check("message.embed", embed)
    await r.check("message.reply", reply)
    await r.check("message.mentions", mentions)
    await r.check("message.nonce", nonce)


async def reading(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def get() -> None:
        got = await rest.fetch_message(w.channel.id, w.message.id)
        equal((got.content, got.author.id), (GREETING, A_ID))

    # discord: resources/message#get-channel-messages. hikari always asks for
    # 100 and turns answers to `after` around, oldest first.
    async def several() -> None:
        sent = [(await rest.create_message(w.channel.id, f"list {i}")).id for i in range(7)]
        cases = [
            ({}, 2, [6, 5]),
            ({"before": sent[3]}, 2, [2, 1]),
            ({"after": sent[3]}, 100, [4, 5, 6]),
            ({"around": sent[3]}, 7, [6, 5, 4, 3, 2, 1, 0]),
            ({"after": sent[6]}, 5, []),
        ]
        for options, limit, want in cases:
            got = [m.content async for m in rest.fetch_messages(w.channel.id, **options).limit(limit)]
            equal(got, [f"list {i}" for i in want], " ".join(options))

    async def edit() -> None:
        edited = await rest.edit_message(w.channel.id, w.message.id, "edited")
        equal(edited.content, "edited")
        true(edited.edited_timestamp, "no edited_timestamp")
        (event,) = await w.b.ear.expect(
            "GuildMessageUpdateEvent", lambda e: e.message_id == w.message.id and e.content == "edited"
        )
        true(event.message.edited_timestamp, "no edited_timestamp in the event")
        equal(event.guild_id, GUILD_ID)

    async def delete() -> None:
        doomed = await rest.create_message(w.channel.id, "to be deleted")
        await rest.delete_message(w.channel.id, doomed.id)
        (gone,) = await w.b.ear.expect("GuildMessageDeleteEvent", lambda e: e.message_id == doomed.id)
        equal((gone.channel_id, gone.guild_id), (w.channel.id, GUILD_ID))
        error = await refused(rest.fetch_message(w.channel.id, doomed.id))
        true(isinstance(error, hikari.NotFoundError) and error.code == 10008, repr(error))

    await r.check("message.get", get)
    await r.check("message.list", several)
    await r.check("message.edit", edit)
    await r.check("message.delete", delete)


async def reactions(r: Report, w: Witness) -> None:
    rest = w.a.rest

    def here(emoji: str = "", user: int = 0) -> typing.Callable[[typing.Any], bool]:
        return lambda e: (
            e.message_id == w.message.id
            and e.channel_id == w.channel.id
            and e.guild_id == GUILD_ID
            and (user == 0 or e.user_id == user)
            and (emoji == "" or e.emoji_name == emoji)
        )

    async def add() -> None:
        for emoji in (THUMB, PARTY):
            await rest.add_reaction(w.channel.id, w.message.id, emoji)
            (seen,) = await w.b.ear.expect("GuildReactionAddEvent", here(emoji, A_ID))
            equal(seen.member.id, A_ID, "member")
        await w.b.rest.add_reaction(w.channel.id, w.message.id, THUMB)
        await w.b.ear.expect("GuildReactionAddEvent", here(THUMB, B_ID))

    async def listing() -> None:
        fresh = await rest.fetch_message(w.channel.id, w.message.id)
        equal([(str(x.emoji), x.count, x.is_me) for x in fresh.reactions], [(THUMB, 2, True), (PARTY, 1, True)])
        users = [u.id async for u in rest.fetch_reactions_for_emoji(w.channel.id, w.message.id, THUMB).limit(1000)]
        equal(users, sorted([A_ID, B_ID]))

    async def remove_own() -> None:
        await rest.delete_my_reaction(w.channel.id, w.message.id, THUMB)
        await w.b.ear.expect("GuildReactionDeleteEvent", here(THUMB, A_ID))

    async def remove_user() -> None:
        await rest.delete_reaction(w.channel.id, w.message.id, B_ID, THUMB)
        await w.b.ear.expect("GuildReactionDeleteEvent", here(THUMB, B_ID))

    async def remove_emoji() -> None:
        await rest.delete_all_reactions_for_emoji(w.channel.id, w.message.id, PARTY)
        await w.b.ear.expect("GuildReactionDeleteEmojiEvent", here(PARTY))

    async def remove_all() -> None:
        await rest.add_reaction(w.channel.id, w.message.id, FIRE)
        await rest.delete_all_reactions(w.channel.id, w.message.id)
        await w.b.ear.expect("GuildReactionDeleteAllEvent", here())
        equal(list((await rest.fetch_message(w.channel.id, w.message.id)).reactions), [])

    await r.check("reaction.add", add)
    await r.check("reaction.list", listing)
    await r.check("reaction.remove.own", remove_own)
    await r.check("reaction.remove.user", remove_user)
    await r.check("reaction.remove.emoji", remove_emoji)
    await r.check("reaction.remove.all", remove_all)
