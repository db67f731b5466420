"use strict";

const { assert, check } = require("./harness.js");

const thumb = "\u{1f44d}";
const party = "\u{1f389}";
const fire = "\u{1f525}";

module.exports = async function reactions({ a, b, channel, message }) {
  const aID = a.client.user.id;
  const bID = b.client.user.id;
  const on = (emoji, user) => (r, u) => r.message.id === message.id && r.emoji.name === emoji && u.id === user;

  await check("reaction.add", async () => {
    for (const emoji of [thumb, party]) {
      await message.react(emoji);
      await b.ear.expect("messageReactionAdd", on(emoji, aID));
    }
    const seen = b.client.channels.cache.get(channel.id).messages.cache.get(message.id);
    await seen.react(thumb);
    await a.ear.expect("messageReactionAdd", on(thumb, bID));
  });

  await check("reaction.list", async () => {
    const fresh = await channel.messages.fetch({ message: message.id, force: true });
    assert.deepEqual(fresh.reactions.cache.map((r) => [r.emoji.name, r.count, r.me]), [[thumb, 2, true], [party, 1, true]]);
    const reaction = fresh.reactions.cache.get(thumb);
    const want = [aID, bID].sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1));
    assert.deepEqual([...(await reaction.users.fetch()).keys()], want);
    assert.deepEqual([...(await reaction.users.fetch({ after: want[0] })).keys()], [want[1]]);
  });

  await check("reaction.remove.own", async () => {
    await message.reactions.cache.get(thumb).users.remove();
    await b.ear.expect("messageReactionRemove", on(thumb, aID));
  });

  await check("reaction.remove.user", async () => {
    await message.reactions.resolve(thumb).users.remove(bID);
    await b.ear.expect("messageReactionRemove", on(thumb, bID));
  });

  await check("reaction.remove.emoji", async () => {
    await message.reactions.resolve(party).remove();
    await b.ear.expect("messageReactionRemoveEmoji", (r) => r.message.id === message.id && r.emoji.name === party);
  });

  await check("reaction.remove.all", async () => {
    await message.react(fire);
    await b.ear.expect("messageReactionAdd", on(fire, aID));
    await message.reactions.removeAll();
    await b.ear.expect("messageReactionRemoveAll", (m) => m.id === message.id);
    const fresh = await channel.messages.fetch({ message: message.id, force: true });
    assert.equal(fresh.reactions.cache.size, 0);
  });
};
