// Direct messages between a bot and a person.
"use strict";

const { ChannelType } = require("discord.js");
const { assert, check, eventually, refused } = require("./harness.js");
const { Person } = require("./person.js");

module.exports = async function direct(w) {
  const { a, world } = w;
  const person = new Person(w, world.users[0]);
  let sent;

  await check("dm.send", async () => {
    const ready = await person.connect();
    assert.deepEqual(ready.private_channels, []);
    const user = await a.client.users.fetch(person.id);
    sent = await user.send("hello from discord.js");
    assert.equal(sent.channel.type, ChannelType.DM);
    assert.equal(sent.channel.recipientId, person.id);
    const opened = await person.expect("CHANNEL_CREATE", (c) => c.id === sent.channelId);
    assert.deepEqual(opened.recipients.map((u) => u.id), [a.client.user.id]);
    const seen = await person.expect("MESSAGE_CREATE", (m) => m.id === sent.id);
    assert.equal(seen.content, "hello from discord.js");
    assert.equal(seen.guild_id, undefined);
  });

  await check("dm.reply", async () => {
    await person.call("POST", `/channels/${sent.channelId}/typing`);
    await a.ear.expect("typingStart", (t) => t.user.id === person.id && t.channel.id === sent.channelId);
    const answer = await person.call("POST", `/channels/${sent.channelId}/messages`, {
      content: "hello yourself",
      message_reference: { message_id: sent.id },
    });
    const [seen] = await a.ear.expect("messageCreate", (m) => m.id === answer.id);
    assert.equal(seen.content, "hello yourself");
    assert.ok(seen.channel.isDMBased() && !seen.inGuild());
    assert.equal((await seen.fetchReference()).id, sent.id);
  });

  await check("dm.reaction", async () => {
    await sent.react("👍");
    await person.expect("MESSAGE_REACTION_ADD", (e) => e.message_id === sent.id && e.user_id === a.client.user.id);
    await sent.edit("hello again");
    await person.expect("MESSAGE_UPDATE", (m) => m.id === sent.id && m.content === "hello again");
    const history = await sent.channel.messages.fetch({ limit: 10, cache: false });
    assert.equal(history.size, 2);
    await sent.delete();
    await person.expect("MESSAGE_DELETE", (m) => m.id === sent.id);
  });

  // A person who closes the channel gets it back with the next message, under the name that its bot has by then.
  await check("dm.reopen", async () => {
    await person.call("DELETE", `/channels/${sent.channelId}`);
    await person.expect("CHANNEL_DELETE", (c) => c.id === sent.channelId);
    assert.deepEqual(await person.call("GET", "/users/@me/channels"), []);
    await a.client.user.setUsername("renamed.js");
    const next = await sent.channel.send("still there?");
    await person.expect("MESSAGE_CREATE", (m) => m.id === next.id);
    // The new name comes by way of the bot's own object, in its own time.
    await eventually(async () => {
      const [listed] = await person.call("GET", "/users/@me/channels");
      assert.equal(listed.last_message_id, next.id);
      assert.equal(listed.recipients[0].username, "renamed.js");
    });
    person.close();
  });

  await check("error.dm", async () => {
    const other = await a.client.users.fetch(world.bots[1].id);
    assert.equal((await refused(() => other.send("psst"))).code, 50007);
  });
};
