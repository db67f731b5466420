"use strict";

const { ActionRowBuilder, AttachmentBuilder, ButtonBuilder, ButtonStyle, ChannelType, MessageFlags, MessageType, TextDisplayBuilder } = require("discord.js");
const { assert, check, refused } = require("./harness.js");
const { asPerson } = require("./oauth2.js");

// What lies around messages: files, components, pins, polls, threads and posts.
module.exports = async function talk(w) {
  await files(w);
  await marks(w);
  await polls(w);
  await threads(w);
  await posts(w);
};

async function files({ b, channel }) {
  let sent;
  await check("attachment.send", async () => {
    const file = new AttachmentBuilder(Buffer.from("a small file"), { name: "note.txt", description: "a note" });
    sent = await channel.send({ content: "with a file", files: [file] });
    const [seen] = await b.ear.expect("messageCreate", (m) => m.id === sent.id);
    for (const message of [sent, seen]) {
      const got = message.attachments.first();
      assert.deepEqual([got.name, got.size, got.description], ["note.txt", 12, "a note"]);
    }
    const answer = await fetch(seen.attachments.first().url);
    assert.equal(await answer.text(), "a small file");
    const part = await fetch(seen.attachments.first().url, { headers: { range: "bytes=2-6" } });
    assert.deepEqual([part.status, await part.text()], [206, "small"]);
    const bare = await fetch(seen.attachments.first().url.split("?")[0]);
    assert.equal(bare.status, 404, "a link without its signature");
  });

  await check("attachment.edit", async () => {
    const file = new AttachmentBuilder(Buffer.from("another"), { name: "other.txt" });
    const more = await sent.edit({ attachments: [...sent.attachments.values()], files: [file] });
    assert.deepEqual(more.attachments.map((a) => a.name), ["note.txt", "other.txt"]);
    const less = await sent.edit({ attachments: [[...more.attachments.values()][1]] });
    assert.deepEqual(less.attachments.map((a) => a.name), ["other.txt"]);
    await b.ear.expect("messageUpdate", (_, m) => m.id === sent.id && m.attachments.size === 1);
  });

  await check("message.components", async () => {
    const row = new ActionRowBuilder().addComponents(
      new ButtonBuilder().setCustomId("yes").setLabel("Yes").setStyle(ButtonStyle.Success),
      new ButtonBuilder().setURL("https://example.org/").setLabel("More").setStyle(ButtonStyle.Link),
    );
    const plain = await channel.send({ content: "choose", components: [row] });
    const [seen] = await b.ear.expect("messageCreate", (m) => m.id === plain.id);
    assert.deepEqual(seen.components[0].components.map((c) => c.label), ["Yes", "More"]);
    const alone = await channel.send({
      flags: MessageFlags.IsComponentsV2,
      components: [new TextDisplayBuilder().setContent("only text"), row],
    });
    assert.ok(alone.flags.has(MessageFlags.IsComponentsV2));
    assert.equal(alone.components[0].content, "only text");
    const error = await refused(() => channel.send({ content: "x", flags: MessageFlags.IsComponentsV2, components: [row] }));
    assert.deepEqual([error.status, error.code], [400, 50035]);
  });
}

async function marks({ a, b, channel }) {
  await check("message.quote", async () => {
    const question = await channel.send("question");
    const answer = await question.reply("answer");
    await question.edit("question, put better");
    await answer.edit("answer, put better");
    const edited = await b.ear.expectDispatch("MESSAGE_UPDATE", (d) => d.id === answer.id);
    assert.equal(edited.referenced_message.content, "question, put better");
    await question.delete();
    const raw = await a.client.rest.get(`/channels/${channel.id}/messages/${answer.id}`);
    assert.strictEqual(raw.referenced_message, null);
  });

  await check("message.pin", async () => {
    const [first, second] = [await channel.send("first"), await channel.send("second")];
    await first.pin("a reason");
    await second.pin();
    const [where] = await b.ear.expect("channelPinsUpdate", (c) => c.id === channel.id);
    assert.ok(where.lastPinTimestamp > 0, "no last_pin_timestamp");
    await b.ear.expect("messageCreate", (m) => m.type === MessageType.ChannelPinnedMessage && m.reference.messageId === first.id);
    const page = await channel.messages.fetchPins({ limit: 1 });
    assert.deepEqual([page.items[0].message.id, page.hasMore], [second.id, true]);
    const rest = await channel.messages.fetchPins({ before: page.items[0].pinnedAt });
    assert.deepEqual([rest.items.map((i) => i.message.id), rest.hasMore], [[first.id], false]);
    await first.unpin();
    await second.unpin();
    await b.ear.expect("messageUpdate", (_, m) => m.id === second.id && !m.pinned);
    assert.equal((await channel.messages.fetchPins()).items.length, 0);
  });

  await check("message.bulk", async () => {
    const sent = [];
    for (let i = 0; i < 3; i++) sent.push(await channel.send(`bulk ${i}`));
    for (const message of sent) await b.ear.expect("messageCreate", (m) => m.id === message.id);
    const gone = await channel.bulkDelete(sent);
    assert.equal(gone.size, 3);
    const [told] = await b.ear.expect("messageDeleteBulk", (all) => all.has(sent[0].id));
    assert.equal(told.size, 3);
    const error = await refused(() => channel.messages.fetch({ message: sent[0].id, force: true }));
    assert.equal(error.code, 10008);
  });

  await check("message.crosspost", async () => {
    const news = await channel.guild.channels.create({ name: "news", type: ChannelType.GuildAnnouncement });
    const sent = await news.send("news");
    const published = await sent.crosspost();
    await a.ear.expect("messageUpdate", (_, m) => m.id === sent.id); // the library gives its cached message, which this brings up to date
    assert.ok(published.flags.has(MessageFlags.Crossposted));
    await b.ear.expect("messageUpdate", (_, m) => m.id === sent.id && m.flags.has(MessageFlags.Crossposted));
    await news.delete();
  });
}

async function polls({ url, world, a, b, channel }) {
  let sent;
  await check("poll.create", async () => {
    const answers = [{ text: "tea", emoji: "\u{1f375}" }, { text: "coffee" }];
    sent = await channel.send({ poll: { question: { text: "What to drink?" }, answers, duration: 1, allowMultiselect: false } });
    const [seen] = await b.ear.expect("messageCreate", (m) => m.id === sent.id);
    assert.equal(seen.poll.question.text, "What to drink?");
    assert.deepEqual(seen.poll.answers.map((x) => x.text), ["tea", "coffee"]);
    assert.ok(!seen.poll.resultsFinalized && seen.poll.expiresTimestamp > Date.now());
  });

  await check("poll.vote", async () => {
    const vote = await fetch(`${url}/api/v10/channels/${channel.id}/polls/${sent.id}/answers/@me`, {
      method: "PUT",
      headers: { authorization: world.users[0].token, "content-type": "application/json" },
      body: JSON.stringify({ answer_ids: [2] }),
    });
    assert.equal(vote.status, 204);
    const [answer, user] = await b.ear.expect("messagePollVoteAdd", (x) => x.poll.message.id === sent.id);
    assert.deepEqual([answer.id, user], [2, world.users[0].id]);
    const again = await asPerson(world, 0, "PUT", `/channels/${channel.id}/polls/${sent.id}/answers/@me`, { answer_ids: [1] });
    assert.equal(again, null);
    const [taken] = await b.ear.expect("messagePollVoteRemove", (x) => x.poll.message.id === sent.id);
    assert.equal(taken.id, 2);
    await asPerson(world, 0, "PUT", `/channels/${channel.id}/polls/${sent.id}/answers/@me`, { answer_ids: [2] });
    const voters = await sent.poll.answers.get(2).voters.fetch();
    assert.deepEqual([...voters.keys()], [world.users[0].id]);
  });

  await check("poll.end", async () => {
    const ended = await sent.poll.end();
    assert.ok(ended.poll.resultsFinalized);
    assert.equal(ended.poll.answers.get(2).voteCount, 1);
    const [result] = await b.ear.expect("messageCreate", (m) => m.type === MessageType.PollResult && m.reference.messageId === sent.id);
    assert.equal(result.author.id, a.client.user.id);
    assert.equal(result.embeds[0].data.fields.find((f) => f.name === "victor_answer_text")?.value, "coffee");
  });
}

async function threads({ a, b, channel, guild }) {
  let thread;
  await check("thread.message", async () => {
    const start = await channel.send("let us talk");
    thread = await start.startThread({ name: "talk", autoArchiveDuration: 60 });
    assert.deepEqual([thread.id, thread.type, thread.ownerId], [start.id, ChannelType.PublicThread, a.client.user.id]);
    const [seen] = await b.ear.expect("threadCreate", (t) => t.id === thread.id);
    assert.deepEqual([seen.name, seen.parentId, seen.autoArchiveDuration], ["talk", channel.id, 60]);
    const said = await thread.send("in the thread");
    const [heard] = await b.ear.expect("messageCreate", (m) => m.id === said.id);
    assert.ok(heard.channel.isThread());
    const fresh = await channel.messages.fetch({ message: start.id, force: true });
    assert.ok(fresh.flags.has(MessageFlags.HasThread) && fresh.hasThread);
    const first = await thread.fetchStarterMessage();
    assert.equal(first.content, "let us talk");
  });

  await check("thread.members", async () => {
    const theirs = b.client.channels.cache.get(thread.id);
    await theirs.join();
    await b.ear.expect("threadMembersUpdate", (added, _, t) => t.id === thread.id && added.has(b.client.user.id));
    const members = await thread.members.fetch({ cache: false });
    assert.deepEqual([...members.keys()].sort(), [a.client.user.id, b.client.user.id].sort());
    const whole = await thread.members.fetch({ withMember: true, limit: 1, cache: false });
    assert.equal(whole.size, 1);
    assert.ok(whole.first().guildMember, "no member");
    await theirs.leave();
    await a.ear.expect("threadMembersUpdate", (_, removed, t) => t.id === thread.id && removed.has(b.client.user.id));
    await thread.members.add(b.client.user.id);
    await thread.members.remove(b.client.user.id);
    const error = await refused(() => thread.members.fetch({ member: b.client.user.id, force: true }));
    assert.equal(error.code, 10007);
  });

  await check("thread.archive", async () => {
    await thread.setName("talk, still");
    await b.ear.expect("threadUpdate", (_, t) => t.id === thread.id && t.name === "talk, still");
    await thread.setLocked(true);
    await thread.setArchived(true);
    await b.ear.expect("threadUpdate", (_, t) => t.id === thread.id && t.archived && t.locked);
    const { threads: archived } = await channel.threads.fetchArchived({ limit: 5 }, false);
    assert.ok(archived.has(thread.id));
    const { threads: active } = await guild.channels.fetchActiveThreads(false);
    assert.ok(!active.has(thread.id));
    await thread.setArchived(false);
    await thread.setLocked(false);
    await b.ear.expect("threadUpdate", (old, t) => t.id === thread.id && old.archived && !t.archived);
  });

  await check("thread.private", async () => {
    const secret = await channel.threads.create({ name: "secret", type: ChannelType.PrivateThread, invitable: false });
    assert.deepEqual([secret.type, secret.invitable], [ChannelType.PrivateThread, false]);
    await secret.members.add(b.client.user.id);
    await b.ear.expect("threadCreate", (t) => t.id === secret.id);
    await secret.delete();
    await b.ear.expect("threadDelete", (t) => t.id === secret.id);
  });

  await check("thread.delete", async () => {
    await thread.delete();
    const [gone] = await b.ear.expect("threadDelete", (t) => t.id === thread.id);
    assert.equal(gone.parentId, channel.id);
    const error = await refused(() => a.client.channels.fetch(thread.id, { force: true }));
    assert.equal(error.code, 10003);
  });
}

async function posts({ b, guild }) {
  await check("forum.post", async () => {
    const forum = await guild.channels.create({
      name: "forum", type: ChannelType.GuildForum, availableTags: [{ name: "question" }, { name: "answer", moderated: true }],
    });
    assert.deepEqual(forum.availableTags.map((t) => [t.name, t.moderated]), [["question", false], ["answer", true]]);
    const post = await forum.threads.create({
      name: "a post", appliedTags: [forum.availableTags[0].id],
      message: { content: "first", files: [{ attachment: Buffer.from("file"), name: "post.txt" }] },
    });
    const [seen] = await b.ear.expect("threadCreate", (t) => t.id === post.id);
    assert.deepEqual([seen.name, seen.appliedTags], ["a post", [forum.availableTags[0].id]]);
    const [first] = await b.ear.expect("messageCreate", (m) => m.id === post.id);
    assert.deepEqual([first.content, first.attachments.first().name], ["first", "post.txt"]);
    await post.setAppliedTags(forum.availableTags.map((t) => t.id));
    await post.pin();
    await b.ear.expect("threadUpdate", (_, t) => t.id === post.id && t.appliedTags.length === 2);
    await forum.delete();
    await b.ear.expect("channelDelete", (c) => c.id === forum.id);
  });
}
