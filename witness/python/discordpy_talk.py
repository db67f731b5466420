"""discord.py: what lies around messages: files, components, pins, polls, threads and posts."""

from __future__ import annotations

import datetime
import io
import typing

import aiohttp
import discord

from harness import A_ID, B_ID, PERSON_ID
from harness import Report, equal, person, refused, true

if typing.TYPE_CHECKING:
    from discordpy import Witness


async def checks(r: Report, w: Witness) -> None:
    await files(r, w)
    await marks(r, w)
    await polls(r, w)
    await threads(r, w)
    await r.check("forum.post", lambda: post(w))


def arrival(w: Witness, message: discord.Message) -> typing.Awaitable[typing.Any]:
    return w.b.ear.expect("message", lambda m: m.id == message.id)


async def files(r: Report, w: Witness) -> None:
    sent: discord.Message

    async def send() -> None:
        nonlocal sent
        file = discord.File(io.BytesIO(b"a small file"), "note.txt", description="a note")
        sent = await w.channel.send("with a file", file=file)
        (seen,) = await arrival(w, sent)
        for message in (sent, seen):
            (got,) = message.attachments
            equal((got.filename, got.size, got.description), ("note.txt", 12, "a note"))
        equal(await seen.attachments[0].read(), b"a small file")
        async with aiohttp.ClientSession() as http:
            async with http.get(seen.attachments[0].url, headers={"Range": "bytes=2-6"}) as part:
                equal((part.status, await part.read()), (206, b"small"))
            async with http.get(seen.attachments[0].url.split("?")[0]) as bare:
                equal(bare.status, 404, "a link without its signature")

    async def edit() -> None:
        more = await sent.add_files(discord.File(io.BytesIO(b"another"), "other.txt"))
        equal([a.filename for a in more.attachments], ["note.txt", "other.txt"])
        less = await more.remove_attachments(more.attachments[0])
        equal([a.filename for a in less.attachments], ["other.txt"])
        await w.b.ear.expect("message_edit", lambda _, m: m.id == sent.id and len(m.attachments) == 1)

    async def components() -> None:
        view = discord.ui.View()
        view.add_item(discord.ui.Button(label="Yes", custom_id="yes", style=discord.ButtonStyle.success))
        view.add_item(discord.ui.Button(label="More", url="https://example.org/"))
        plain = await w.channel.send("choose", view=view)
        (seen,) = await arrival(w, plain)
        equal([c.label for c in seen.components[0].children], ["Yes", "More"])
        layout = discord.ui.LayoutView()
        layout.add_item(discord.ui.Container(discord.ui.TextDisplay("only text"), discord.ui.Separator()))
        alone = await w.channel.send(view=layout)
        true(alone.flags.components_v2, "not of components alone")
        equal(alone.components[0].children[0].content, "only text")

    await r.check("attachment.send", send)
    await r.check("attachment.edit", edit)
    await r.check("message.components", components)


async def marks(r: Report, w: Witness) -> None:
    async def quote() -> None:
        question = await w.channel.send("question")
        answer = await question.reply("answer")
        await question.edit(content="question, put better")
        fresh = await w.channel.fetch_message(answer.id)
        equal(fresh.reference.resolved.content, "question, put better")
        await question.delete()
        fresh = await w.channel.fetch_message(answer.id)
        true(isinstance(fresh.reference.resolved, discord.DeletedReferencedMessage), repr(fresh.reference.resolved))

    async def pin() -> None:
        first, second = await w.channel.send("first"), await w.channel.send("second")
        await first.pin(reason="a reason")
        await second.pin()
        channel, at = await w.b.ear.expect("guild_channel_pins_update", lambda c, _: c.id == w.channel.id)
        true(isinstance(at, datetime.datetime), "no last_pin_timestamp")
        pinned = discord.MessageType.pins_add
        await w.b.ear.expect("message", lambda m: m.type is pinned and m.reference.message_id == first.id)
        equal([m.id async for m in w.channel.pins()], [second.id, first.id])
        equal([m.id async for m in w.channel.pins(limit=1)], [second.id])
        await first.unpin()
        await second.unpin()
        equal([m.id async for m in w.channel.pins()], [])

    async def bulk() -> None:
        sent = [await w.channel.send(f"bulk {i}") for i in range(3)]
        await w.channel.delete_messages(sent)
        (gone,) = await w.b.ear.expect("raw_bulk_message_delete", lambda e: sent[0].id in e.message_ids)
        equal(gone.message_ids, {m.id for m in sent})
        error = await refused(w.channel.fetch_message(sent[0].id))
        true(isinstance(error, discord.NotFound) and error.code == 10008, repr(error))

    async def crosspost() -> None:
        news = await w.guild.create_text_channel("news", news=True)
        sent = await news.send("news")
        await sent.publish()
        await w.b.ear.expect("message_edit", lambda _, m: m.id == sent.id and m.flags.crossposted)
        await news.delete()

    await r.check("message.quote", quote)
    await r.check("message.pin", pin)
    await r.check("message.bulk", bulk)
    await r.check("message.crosspost", crosspost)


async def polls(r: Report, w: Witness) -> None:
    sent: discord.Message

    async def create() -> None:
        nonlocal sent
        poll = discord.Poll("What to drink?", datetime.timedelta(hours=1))
        poll.add_answer(text="tea", emoji="\U0001f375").add_answer(text="coffee")
        sent = await w.channel.send(poll=poll)
        (seen,) = await arrival(w, sent)
        equal((seen.poll.question, [a.text for a in seen.poll.answers]), ("What to drink?", ["tea", "coffee"]))
        true(not seen.poll.is_finalised() and seen.poll.expires_at > discord.utils.utcnow(), "over already")

    async def vote() -> None:
        await person("PUT", f"/channels/{w.channel.id}/polls/{sent.id}/answers/@me", {"answer_ids": [2]})
        (seen,) = await w.b.ear.expect("raw_poll_vote_add", lambda e: e.message_id == sent.id)
        equal((seen.answer_id, seen.user_id), (2, PERSON_ID))
        equal([u.id async for u in sent.poll.get_answer(2).voters()], [PERSON_ID])

    async def end() -> None:
        ended = await sent.end_poll()
        true(ended.poll.is_finalised(), "not over")
        equal(ended.poll.get_answer(2).vote_count, 1)
        result = discord.MessageType.poll_result
        (seen,) = await w.b.ear.expect("message", lambda m: m.type is result and m.reference.message_id == sent.id)
        fields = {f.name: f.value for f in seen.embeds[0].fields}
        equal((seen.author.id, fields["victor_answer_text"]), (A_ID, "coffee"))

    await r.check("poll.create", create)
    await r.check("poll.vote", vote)
    await r.check("poll.end", end)


async def threads(r: Report, w: Witness) -> None:
    thread: discord.Thread

    async def from_message() -> None:
        nonlocal thread
        start = await w.channel.send("let us talk")
        thread = await start.create_thread(name="talk", auto_archive_duration=60)
        equal((thread.id, thread.type, thread.owner_id), (start.id, discord.ChannelType.public_thread, A_ID))
        (seen,) = await w.b.ear.expect("thread_create", lambda t: t.id == thread.id)
        equal((seen.name, seen.parent_id, seen.auto_archive_duration), ("talk", w.channel.id, 60))
        said = await thread.send("in the thread")
        (heard,) = await arrival(w, said)
        true(isinstance(heard.channel, discord.Thread), repr(heard.channel))
        fresh = await w.channel.fetch_message(start.id)
        true(fresh.flags.has_thread and fresh.thread.id == thread.id, "the message tells of no thread")
        (first,) = [m async for m in thread.history(limit=1, oldest_first=True)]
        equal((first.type, first.reference.resolved.content), (discord.MessageType.thread_starter_message, "let us talk"))

    async def members() -> None:
        theirs = w.b.get_channel(thread.id)
        await theirs.join()
        await w.a.ear.expect("thread_member_join", lambda m: m.id == B_ID and m.thread_id == thread.id)
        equal({m.id for m in await thread.fetch_members()}, {A_ID, B_ID})
        await theirs.leave()
        await w.a.ear.expect("thread_member_remove", lambda m: m.id == B_ID and m.thread_id == thread.id)
        await thread.add_user(discord.Object(B_ID))
        await thread.remove_user(discord.Object(B_ID))
        error = await refused(thread.fetch_member(B_ID))
        true(isinstance(error, discord.NotFound) and error.code == 10007, repr(error))

    async def archive() -> None:
        await thread.edit(name="talk, still")
        await w.b.ear.expect("thread_update", lambda _, t: t.id == thread.id and t.name == "talk, still")
        await thread.edit(archived=True, locked=True)
        await w.b.ear.expect("thread_update", lambda _, t: t.id == thread.id and t.archived and t.locked)
        true(thread.id in [t.id async for t in w.channel.archived_threads(limit=5)], "not in the list of archived ones")
        true(thread.id not in [t.id for t in await w.guild.active_threads()], "in the list of active ones")
        mark = w.b.ear.mark
        await thread.edit(archived=False, locked=False)
        # discord.py forgets archived threads, and takes one that is open again for one that it has come to see.
        await w.b.ear.expect("thread_join", lambda t: t.id == thread.id and not t.archived, mark=mark)

    async def private() -> None:
        secret = await w.channel.create_thread(name="secret", invitable=False)
        equal((secret.type, secret.invitable), (discord.ChannelType.private_thread, False))
        await secret.add_user(discord.Object(B_ID))
        await w.b.ear.expect("thread_join", lambda t: t.id == secret.id)
        await secret.delete()
        await w.b.ear.expect("thread_delete", lambda t: t.id == secret.id)

    async def delete() -> None:
        await thread.delete()
        (gone,) = await w.b.ear.expect("raw_thread_delete", lambda e: e.thread_id == thread.id)
        equal(gone.parent_id, w.channel.id)
        error = await refused(w.a.fetch_channel(thread.id))
        true(isinstance(error, discord.NotFound) and error.code == 10003, repr(error))

    await r.check("thread.message", from_message)
    await r.check("thread.members", members)
    await r.check("thread.archive", archive)
    await r.check("thread.private", private)
    await r.check("thread.delete", delete)


async def post(w: Witness) -> None:
    tags = [discord.ForumTag(name="question"), discord.ForumTag(name="answer", moderated=True)]
    forum = await w.guild.create_forum("forum", available_tags=tags)
    equal([(t.name, t.moderated) for t in forum.available_tags], [("question", False), ("answer", True)])
    made = await forum.create_thread(
        name="a post", content="first", applied_tags=[forum.available_tags[0]], file=discord.File(io.BytesIO(b"file"), "post.txt")
    )
    equal(made.message.id, made.thread.id)
    (seen,) = await w.b.ear.expect("thread_create", lambda t: t.id == made.thread.id)
    equal((seen.name, [t.name for t in seen.applied_tags]), ("a post", ["question"]))
    (first,) = await arrival(w, made.message)
    equal((first.content, first.attachments[0].filename), ("first", "post.txt"))
    await made.thread.edit(applied_tags=forum.available_tags, pinned=True)
    await w.b.ear.expect("thread_update", lambda _, t: t.id == made.thread.id and len(t.applied_tags) == 2 and t.flags.pinned)
    await forum.delete()
    await w.b.ear.expect("guild_channel_delete", lambda c: c.id == forum.id)
