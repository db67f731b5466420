"""discord.py: webhooks."""

from __future__ import annotations

import io
import typing

import discord

from harness import A_ID
from harness import Report, equal, refused, true

if typing.TYPE_CHECKING:
    from discordpy import Witness


async def checks(r: Report, w: Witness) -> None:
    hook: discord.Webhook

    async def create() -> None:
        nonlocal hook
        hook = await w.channel.create_webhook(name="Messenger", reason="a witness")
        equal((hook.name, hook.user.id, hook.channel_id), ("Messenger", A_ID, w.channel.id))
        await w.b.ear.expect("webhooks_update", lambda c: c.id == w.channel.id)
        (listed,) = await w.channel.webhooks()
        equal((listed.id, listed.token), (hook.id, hook.token))
        hook = await hook.edit(name="Herald")
        equal(hook.name, "Herald")

    async def send() -> None:
        sent = await hook.send(
            "hello @everyone",
            username="Somebody",
            embed=discord.Embed(title="an embed"),
            file=discord.File(io.BytesIO(b"a file"), "a.txt"),
            allowed_mentions=discord.AllowedMentions.none(),
            wait=True,
        )
        (seen,) = await w.b.ear.expect("message", lambda m: m.id == sent.id)
        equal((seen.webhook_id, seen.author.name, seen.mention_everyone), (hook.id, "Somebody", False))
        equal(([e.title for e in seen.embeds], [f.filename for f in seen.attachments]), (["an embed"], ["a.txt"]))
        equal(seen.application_id, A_ID)

    async def token() -> None:
        """Whoever has the token needs nothing else."""
        client = discord.Webhook.partial(hook.id, hook.token, client=w.b)
        sent = await client.send("by token", wait=True)
        equal((await client.fetch_message(sent.id)).content, "by token")
        await client.edit_message(sent.id, content="edited by token")
        await w.b.ear.expect("message_edit", lambda _, m: m.id == sent.id and m.content == "edited by token")
        await client.delete_message(sent.id)
        await w.b.ear.expect("message_delete", lambda m: m.id == sent.id)
        stranger = discord.Webhook.partial(hook.id, hook.token + "x", client=w.b)
        error = await refused(stranger.send("psst"))
        true(isinstance(error, discord.NotFound) and error.code == 10015, repr(error))

    async def delete() -> None:
        await hook.delete()
        equal(await w.channel.webhooks(), [])
        error = await refused(w.a.fetch_webhook(hook.id))
        true(isinstance(error, discord.NotFound) and error.code == 10015, repr(error))

    await r.check("webhook.create", create)
    await r.check("webhook.send", send)
    await r.check("webhook.token", token)
    await r.check("webhook.delete", delete)
