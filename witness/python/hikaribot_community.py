"""hikari: direct messages, webhooks and emojis."""

from __future__ import annotations

import typing

import hikari

from harness import A_ID, B_ID, GUILD_ID, PERSON_ID, PICTURE, PNG_SIGNATURE, THUMB
from harness import Report, equal, eventually, person, refused, true

if typing.TYPE_CHECKING:
    from hikaribot import Witness


async def checks(r: Report, w: Witness) -> None:
    await webhooks(r, w)
    await emojis(r, w)
    await direct(r, w)


async def direct(r: Report, w: Witness) -> None:
    rest = w.a.rest
    sent: hikari.Message

    async def send() -> None:
        nonlocal sent
        channel = await rest.create_dm_channel(PERSON_ID)
        equal((channel.type, channel.recipient.id), (hikari.ChannelType.DM, PERSON_ID))
        sent = await channel.send("hello from hikari")
        (seen,) = await person("GET", f"/channels/{channel.id}/messages")
        equal((seen["id"], seen["content"]), (str(sent.id), "hello from hikari"))

    async def reply() -> None:
        path = f"/channels/{sent.channel_id}"
        await person("POST", f"{path}/typing")
        await w.a.ear.expect("DMTypingEvent", lambda e: e.channel_id == sent.channel_id and e.user_id == PERSON_ID)
        answer = await person(
            "POST", f"{path}/messages", {"content": "hello yourself", "message_reference": {"message_id": str(sent.id)}}
        )
        (seen,) = await w.a.ear.expect("DMMessageCreateEvent", lambda e: e.message_id == int(answer["id"]))
        equal((seen.content, seen.author_id, seen.message.referenced_message.id), ("hello yourself", PERSON_ID, sent.id))

    async def reaction() -> None:
        await rest.add_reaction(sent.channel_id, sent.id, THUMB)
        await w.a.ear.expect("DMReactionAddEvent", lambda e: e.message_id == sent.id and e.user_id == A_ID)
        equal((await sent.edit("hello again")).content, "hello again")
        equal(await rest.fetch_messages(sent.channel_id).count(), 2)
        await sent.delete()
        await w.a.ear.expect("DMMessageDeleteEvent", lambda e: e.message_id == sent.id)

    async def reopen() -> None:
        await person("DELETE", f"/channels/{sent.channel_id}")
        mine = lambda c: c["id"] == str(sent.channel_id)

        # The person's own object hears of both in its own time.
        async def gone() -> None:
            equal(list(filter(mine, await person("GET", "/users/@me/channels"))), [])

        await eventually(gone)
        await rest.edit_my_user(username="renamed-hikari")
        later = await rest.create_message(sent.channel_id, "still there?")

        # The new name comes by way of the bot's own object, in its own time.
        async def shown() -> None:
            listed = filter(mine, await person("GET", "/users/@me/channels"))
            equal([(c["last_message_id"], c["recipients"][0]["username"]) for c in listed], [(str(later.id), "renamed-hikari")])

        await eventually(shown)

    async def stranger() -> None:
        error = await refused(rest.create_dm_channel(B_ID))
        true(isinstance(error, hikari.ForbiddenError) and error.code == 50007, repr(error))

    await r.check("dm.send", send)
    await r.check("dm.reply", reply)
    await r.check("dm.reaction", reaction)
    await r.check("dm.reopen", reopen)
    await r.check("error.dm", stranger)


async def webhooks(r: Report, w: Witness) -> None:
    rest = w.a.rest
    hook: hikari.IncomingWebhook

    async def create() -> None:
        nonlocal hook
        hook = await rest.create_webhook(w.channel.id, "Messenger", reason="a witness")
        equal((hook.name, hook.author.id, hook.channel_id), ("Messenger", A_ID, w.channel.id))
        await w.b.ear.expect("WebhookUpdateEvent", lambda e: e.channel_id == w.channel.id)
        (listed,) = await rest.fetch_channel_webhooks(w.channel.id)
        equal((listed.id, listed.token), (hook.id, hook.token))
        equal((await rest.edit_webhook(hook.id, name="Herald")).name, "Herald")

    async def send() -> None:
        sent = await hook.execute(
            "hello @everyone",
            username="Somebody",
            embed=hikari.Embed(title="an embed"),
            attachment=hikari.Bytes(b"a file", "a.txt"),
            mentions_everyone=False,
        )
        (seen,) = await w.b.ear.expect("GuildMessageCreateEvent", lambda e: e.message_id == sent.id)
        message = seen.message
        equal((message.webhook_id, message.author.username, message.mentions_everyone), (hook.id, "Somebody", False))
        equal(([e.title for e in message.embeds], [f.filename for f in message.attachments]), (["an embed"], ["a.txt"]))
        equal(message.application_id, A_ID)

    async def token() -> None:
        """Whoever has the token needs nothing else."""
        other = w.b.rest
        sent = await other.execute_webhook(hook.id, hook.token, "by token")
        equal((await other.fetch_webhook_message(hook.id, hook.token, sent.id)).content, "by token")
        await other.edit_webhook_message(hook.id, hook.token, sent.id, "edited by token")
        await w.b.ear.expect("GuildMessageUpdateEvent", lambda e: e.message_id == sent.id and e.content == "edited by token")
        await other.delete_webhook_message(hook.id, hook.token, sent.id)
        await w.b.ear.expect("GuildMessageDeleteEvent", lambda e: e.message_id == sent.id)
        error = await refused(other.execute_webhook(hook.id, hook.token + "x", "psst"))
        true(isinstance(error, hikari.NotFoundError) and error.code == 10015, repr(error))

    async def delete() -> None:
        await rest.delete_webhook(hook.id)
        equal(list(await rest.fetch_channel_webhooks(w.channel.id)), [])
        error = await refused(rest.fetch_webhook(hook.id))
        true(isinstance(error, hikari.NotFoundError) and error.code == 10015, repr(error))

    await r.check("webhook.create", create)
    await r.check("webhook.send", send)
    await r.check("webhook.token", token)
    await r.check("webhook.delete", delete)


async def emojis(r: Report, w: Witness) -> None:
    rest = w.a.rest
    made: hikari.KnownCustomEmoji

    async def told(names: list[str], mark: int) -> None:
        await w.b.ear.expect("EmojisUpdateEvent", lambda e: [x.name for x in e.emojis] == names, mark=mark)

    async def create() -> None:
        nonlocal made
        mark = w.b.ear.mark
        made = await rest.create_emoji(GUILD_ID, "witness", hikari.Bytes(PICTURE, "red.png"))
        await told(["witness"], mark)
        true((await made.read()).startswith(PNG_SIGNATURE), made.url)
        (listed,) = await rest.fetch_guild_emojis(GUILD_ID)
        equal((listed.id, listed.user.id), (made.id, A_ID))

    async def modify() -> None:
        nonlocal made
        mark = w.b.ear.mark
        made = await rest.edit_emoji(GUILD_ID, made.id, name="witness_2")
        await told(["witness_2"], mark)

    async def react() -> None:
        sent = await rest.create_message(w.channel.id, f"look: {made.mention}")
        equal(sent.content, f"look: <:witness_2:{made.id}>")
        await rest.add_reaction(w.channel.id, sent.id, made)
        (seen,) = await w.b.ear.expect("GuildReactionAddEvent", lambda e: e.message_id == sent.id)
        equal((seen.emoji_id, seen.emoji_name), (made.id, "witness_2"))
        equal([u.id async for u in rest.fetch_reactions_for_emoji(w.channel.id, sent.id, made)], [A_ID])

    async def delete() -> None:
        mark = w.b.ear.mark
        await rest.delete_emoji(GUILD_ID, made.id)
        await told([], mark)

    async def application() -> None:
        own = await rest.create_application_emoji(A_ID, "own", hikari.Bytes(PICTURE, "red.png"))
        sent = await rest.create_message(w.channel.id, "mine")
        await rest.add_reaction(w.channel.id, sent.id, own)
        await w.b.ear.expect("GuildReactionAddEvent", lambda e: e.message_id == sent.id and e.emoji_id == own.id)
        equal([e.id for e in await rest.fetch_application_emojis(A_ID)], [own.id])
        await rest.delete_application_emoji(A_ID, own.id)

    await r.check("emoji.create", create)
    await r.check("emoji.modify", modify)
    await r.check("emoji.react", react)
    await r.check("emoji.delete", delete)
    await r.check("emoji.application", application)
