"""hikari: what lies around messages: files, pins, polls, threads and posts."""

from __future__ import annotations

import datetime
import typing

import hikari

from harness import A_ID, B_ID, GUILD_ID, PERSON_ID
from harness import Report, equal, person, refused, true

if typing.TYPE_CHECKING:
    from hikaribot import Witness


async def checks(r: Report, w: Witness) -> None:
    rest = w.a.rest

    async def arrival(message: hikari.Message) -> hikari.Message:
        (event,) = await w.b.ear.expect("GuildMessageCreateEvent", lambda e: e.message_id == message.id)
        return event.message

    async def attachment() -> None:
        sent = await rest.create_message(w.channel.id, "with a file", attachment=hikari.Bytes(b"a small file", "note.txt"))
        for message in (sent, await arrival(sent)):
            (got,) = message.attachments
            equal((got.filename, got.size), ("note.txt", 12))
            equal(await got.read(), b"a small file")

    async def quote() -> None:
        question = await rest.create_message(w.channel.id, "question")
        answer = await rest.create_message(w.channel.id, "answer", reply=question.id)
        await rest.edit_message(w.channel.id, question.id, "question, put better")
        fresh = await rest.fetch_message(w.channel.id, answer.id)
        equal(fresh.referenced_message.content, "question, put better")
        await rest.delete_message(w.channel.id, question.id)
        fresh = await rest.fetch_message(w.channel.id, answer.id)
        equal(fresh.referenced_message, None)

    async def pin() -> None:
        first, second = [await rest.create_message(w.channel.id, text) for text in ("first", "second")]
        await rest.pin_message(w.channel.id, first.id)
        await rest.pin_message(w.channel.id, second.id)
        (seen,) = await w.b.ear.expect("GuildPinsUpdateEvent", lambda e: e.channel_id == w.channel.id)
        true(seen.guild_id == GUILD_ID and seen.last_pin_timestamp, "no last_pin_timestamp")
        equal([p.message.id async for p in rest.fetch_pins(w.channel.id)], [second.id, first.id])
        await rest.unpin_message(w.channel.id, first.id)
        await rest.unpin_message(w.channel.id, second.id)
        equal([p async for p in rest.fetch_pins(w.channel.id)], [])

    async def bulk() -> None:
        sent = [await rest.create_message(w.channel.id, f"bulk {i}") for i in range(3)]
        await rest.delete_messages(w.channel.id, *sent)
        (gone,) = await w.b.ear.expect("GuildBulkMessageDeleteEvent", lambda e: sent[0].id in e.message_ids)
        equal(set(gone.message_ids), {m.id for m in sent})

    async def crosspost() -> None:
        news = await rest.create_guild_news_channel(GUILD_ID, "news")
        sent = await rest.create_message(news.id, "news")
        published = await rest.crosspost_message(news.id, sent.id)
        true(published.flags & hikari.MessageFlag.CROSSPOSTED, "not marked")
        await rest.delete_channel(news.id)

    async def poll() -> None:
        builder = hikari.impl.PollBuilder(question_text="What to drink?", allow_multiselect=False, duration=1)
        builder.add_answer(text="tea")
        builder.add_answer(text="coffee")
        sent = await rest.create_message(w.channel.id, poll=builder)
        seen = await arrival(sent)
        equal((seen.poll.question.text, [a.poll_media.text for a in seen.poll.answers]), ("What to drink?", ["tea", "coffee"]))
        await person("PUT", f"/channels/{w.channel.id}/polls/{sent.id}/answers/@me", {"answer_ids": [2]})
        (vote,) = await w.b.ear.expect("PollVoteCreateEvent", lambda e: e.message_id == sent.id)
        equal((vote.answer_id, vote.user_id), (2, PERSON_ID))
        await person("PUT", f"/channels/{w.channel.id}/polls/{sent.id}/answers/@me", {"answer_ids": [1]})
        (taken,) = await w.b.ear.expect("PollVoteDeleteEvent", lambda e: e.message_id == sent.id)
        equal((taken.answer_id, taken.user_id), (2, PERSON_ID))
        equal([u.id for u in await rest.fetch_poll_voters(w.channel.id, sent.id, 1)], [PERSON_ID])
        ended = await rest.end_poll(w.channel.id, sent.id)
        true(ended.poll.results.is_finalized, "not over")

    thread: hikari.GuildThreadChannel

    async def from_message() -> None:
        nonlocal thread
        start = await rest.create_message(w.channel.id, "let us talk")
        thread = await rest.create_message_thread(w.channel.id, start.id, "talk", auto_archive_duration=datetime.timedelta(hours=1))
        equal((thread.id, thread.type, thread.owner_id), (start.id, hikari.ChannelType.GUILD_PUBLIC_THREAD, A_ID))
        (seen,) = await w.b.ear.expect("GuildThreadCreateEvent", lambda e: e.thread_id == thread.id)
        equal((seen.thread.name, seen.thread.parent_id, seen.thread.auto_archive_duration), ("talk", w.channel.id, datetime.timedelta(hours=1)))
        said = await rest.create_message(thread.id, "in the thread")
        equal((await arrival(said)).channel_id, thread.id)

    async def members() -> None:
        await w.b.rest.join_thread(thread.id)
        await w.a.ear.expect("ThreadMembersUpdateEvent", lambda e: e.thread_id == thread.id and B_ID in e.added_members)
        equal({m.user_id async for m in rest.fetch_thread_members(thread.id)}, {A_ID, B_ID})
        await w.b.rest.leave_thread(thread.id)
        await w.a.ear.expect("ThreadMembersUpdateEvent", lambda e: e.thread_id == thread.id and B_ID in e.removed_member_ids)
        await rest.add_thread_member(thread.id, B_ID)
        await rest.remove_thread_member(thread.id, B_ID)
        error = await refused(rest.fetch_thread_member(thread.id, B_ID))
        true(isinstance(error, hikari.NotFoundError) and error.code == 10007, repr(error))

    async def archive() -> None:
        await rest.edit_channel(thread.id, archived=True, locked=True)
        update = lambda e: e.thread_id == thread.id and e.thread.is_archived and e.thread.is_locked
        await w.b.ear.expect("GuildThreadUpdateEvent", update)
        true(thread.id in [t.id async for t in rest.fetch_public_archived_threads(w.channel.id)], "not in the list of archived ones")
        true(thread.id not in [t.id for t in await rest.fetch_active_threads(GUILD_ID)], "in the list of active ones")
        await rest.edit_channel(thread.id, archived=False, locked=False)

    async def delete() -> None:
        await rest.delete_channel(thread.id)
        await w.b.ear.expect("GuildThreadDeleteEvent", lambda e: e.thread_id == thread.id)
        error = await refused(rest.fetch_channel(thread.id))
        true(isinstance(error, hikari.NotFoundError) and error.code == 10003, repr(error))

    async def post() -> None:
        forum = await rest.create_guild_forum_channel(GUILD_ID, "forum", available_tags=[hikari.ForumTag(name="question")])
        equal([t.name for t in forum.available_tags], ["question"])
        made = await rest.create_forum_post(
            forum.id, "a post", "first", tags=[forum.available_tags[0].id], attachment=hikari.Bytes(b"file", "post.txt")
        )
        (seen,) = await w.b.ear.expect("GuildMessageCreateEvent", lambda e: e.channel_id == made.id)
        equal((seen.content, seen.message.attachments[0].filename), ("first", "post.txt"))
        await rest.delete_channel(forum.id)

    await r.check("attachment.send", attachment)
    await r.check("message.quote", quote)
    await r.check("message.pin", pin)
    await r.check("message.bulk", bulk)
    await r.check("message.crosspost", crosspost)
    await r.check("poll", poll)
    await r.check("thread.message", from_message)
    await r.check("thread.members", members)
    await r.check("thread.archive", archive)
    await r.check("thread.delete", delete)
    await r.check("forum.post", post)
