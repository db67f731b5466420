"use strict";

const { assert, check } = require("./harness.js");

// A red square of 16 by 16 pixels.
const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mO4IyJHEmIY1TCqYfhqAABJUg4Q43UTbAAAAABJRU5ErkJggg==",
  "base64",
);

module.exports = async function emoji({ a, b, guild, channel }) {
  let made;

  await check("emoji.create", async () => {
    made = await guild.emojis.create({ attachment: picture, name: "witness" });
    const [seen] = await b.ear.expect("emojiCreate", (e) => e.id === made.id);
    assert.equal(seen.name, "witness");
    const response = await fetch(made.imageURL({ extension: "png", size: 16 }));
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), "image/png");
    assert.equal((await guild.emojis.fetch()).get(made.id)?.author.id, a.client.user.id);
  });

  await check("emoji.modify", async () => {
    made = await made.edit({ name: "witness_2" });
    await b.ear.expect("emojiUpdate", (_, e) => e.id === made.id && e.name === "witness_2");
  });

  await check("emoji.react", async () => {
    const sent = await channel.send(`look: ${made}`);
    assert.equal(sent.content, `look: <:witness_2:${made.id}>`);
    await sent.react(made);
    const [reaction] = await b.ear.expect("messageReactionAdd", (r) => r.message.id === sent.id);
    assert.equal(reaction.emoji.id, made.id);
    assert.equal(reaction.emoji.name, "witness_2");
    const users = await sent.reactions.cache.get(made.id).users.fetch();
    assert.deepEqual([...users.keys()], [a.client.user.id]);
  });

  await check("emoji.delete", async () => {
    await made.delete();
    await b.ear.expect("emojiDelete", (e) => e.id === made.id);
  });

  await check("emoji.application", async () => {
    const own = await a.client.application.emojis.create({ attachment: picture, name: "own" });
    const sent = await channel.send("mine");
    await sent.react(own.id);
    await b.ear.expect("messageReactionAdd", (r) => r.message.id === sent.id && r.emoji.id === own.id);
    assert.equal((await a.client.application.emojis.fetch()).size, 1);
    await own.delete();
  });
};
