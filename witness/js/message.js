"use strict";

const { EmbedBuilder, MessageType } = require("discord.js");
const { assert, check, refused } = require("./harness.js");

const greeting = "hello from discord.js \u2014 \u00e9\u4e16\u{1f44b}";

module.exports = async function messages(w) {
  const { a, b, guild, channel } = w;

  await check("message.send", async () => {
    w.message = await channel.send(greeting);
    assert.equal(w.message.content, greeting);
    const [seen] = await b.ear.expect("messageCreate", (m) => m.id === w.message.id);
    assert.equal(seen.content, greeting);
    assert.equal(seen.author.id, a.client.user.id);
    assert.equal(seen.guildId, guild.id);
    assert.equal(seen.channelId, channel.id);
    assert.ok(seen.member.joinedTimestamp > 0, "no member");
  });

  await check("message.embed", async () => {
    const embed = new EmbedBuilder()
      .setTitle("Title")
      .setDescription("Description")
      .setURL("https://example.org/")
      .setColor(0x112233)
      .addFields({ name: "n", value: "v", inline: true })
      .setFooter({ text: "foot" })
      .setAuthor({ name: "who" });
    const sent = await channel.send({ embeds: [embed] });
    const [seen] = await b.ear.expect("messageCreate", (m) => m.id === sent.id);
    for (const { embeds } of [sent, seen]) {
      assert.equal(embeds.length, 1);
      const got = embeds[0].data;
      assert.equal(got.type, "rich");
      for (const key of ["title", "description", "url", "color"]) assert.equal(got[key], embed.data[key], key);
      assert.equal(got.fields[0].value, "v");
      assert.equal(got.fields[0].inline, true);
      assert.equal(got.footer.text, "foot");
      assert.equal(got.author.name, "who");
    }
  });

  await check("message.reply", async () => {
    const reply = await w.message.reply("a reply");
    assert.equal(reply.type, MessageType.Reply);
    const [seen] = await b.ear.expect("messageCreate", (m) => m.id === reply.id);
    assert.equal(seen.type, MessageType.Reply);
    assert.equal(seen.reference.messageId, w.message.id);
    const raw = await b.ear.expectDispatch("MESSAGE_CREATE", (d) => d.id === reply.id);
    assert.equal(raw.referenced_message?.id, w.message.id);
  });

  // discord: resources/message#allowed-mentions-object
  await check("message.mentions", async () => {
    const target = b.client.user.id;
    const cases = [
      [{ parse: [] }, [], false],
      [{ parse: [], users: [target] }, [target], false],
      [{ parse: ["everyone"] }, [], true],
      [{ parse: ["users"] }, [target], false],
    ];
    for (const [allowedMentions, users, everyone] of cases) {
      const sent = await channel.send({ content: `<@${target}> @everyone`, allowedMentions });
      const seen = await b.ear.expectDispatch("MESSAGE_CREATE", (m) => m.id === sent.id);
      const found = { users: seen.mentions.map((u) => u.id), everyone: seen.mention_everyone };
      assert.deepEqual(found, { users, everyone }, `${JSON.stringify(allowedMentions)} gave ${JSON.stringify(found)}`);
    }
  });

  await check("message.nonce", async () => {
    const nonce = "witness-js-nonce";
    const first = await channel.send({ content: "once", nonce, enforceNonce: true });
    const second = await channel.send({ content: "once", nonce, enforceNonce: true });
    assert.equal(first.id, second.id);
    assert.equal(first.nonce, nonce);
    const end = await channel.send("after the nonce");
    await b.ear.expect("messageCreate", (m) => m.id === end.id);
    const copies = b.ear.since(0).filter(({ name, args: [p] }) => name === "raw" && p.t === "MESSAGE_CREATE" && p.d.id === first.id);
    assert.equal(copies.length, 1, `B saw it ${copies.length} times`);
    assert.equal(copies[0].args[0].d.nonce, nonce);
  });

  await check("message.get", async () => {
    const got = await channel.messages.fetch({ message: w.message.id, force: true });
    assert.equal(got.content, greeting);
    assert.equal(got.author.id, a.client.user.id);
  });

  await check("message.list", () => list(channel));

  await check("message.edit", async () => {
    const edited = await w.message.edit("edited");
    assert.equal(edited.content, "edited");
    assert.ok(edited.editedTimestamp, "no edited_timestamp");
    const [before, now] = await b.ear.expect("messageUpdate", (_, m) => m.id === w.message.id && m.content === "edited");
    assert.equal(before.content, greeting);
    assert.ok(now.editedTimestamp);
  });

  await check("message.delete", async () => {
    const doomed = await channel.send("to be deleted");
    await b.ear.expect("messageCreate", (m) => m.id === doomed.id);
    await doomed.delete();
    const [gone] = await b.ear.expect("messageDelete", (m) => m.id === doomed.id);
    assert.equal(gone.channelId, channel.id);
    const error = await refused(() => channel.messages.fetch({ message: doomed.id, force: true }));
    assert.deepEqual([error.status, error.code], [404, 10008]);
  });
};

// Every answer is newest first; `after` means the oldest of those after.
// discord: resources/message#get-channel-messages
async function list(channel) {
  const ids = [];
  for (let i = 0; i < 7; i++) ids.push((await channel.send(`list ${i}`)).id);
  const cases = [
    [{ limit: 2 }, [6, 5]],
    [{ limit: 2, before: ids[3] }, [2, 1]],
    [{ limit: 2, after: ids[3] }, [5, 4]],
    [{ limit: 3, around: ids[3] }, [4, 3, 2]],
    [{ limit: 5, after: ids[6] }, []],
  ];
  for (const [options, want] of cases) {
    const got = await channel.messages.fetch({ ...options, cache: false });
    assert.deepEqual([...got.keys()], want.map((i) => ids[i]), JSON.stringify(options));
  }
}
