// What a bot sends over the gateway, and typing.
"use strict";

const { ActivityType, Routes } = require("discord.js");
const { assert, check } = require("./harness.js");

module.exports = async function commands({ a, b, guild, channel, world }) {
  const aID = a.client.user.id;

  await check("typing", async () => {
    await channel.sendTyping();
    const [typing] = await b.ear.expect("typingStart", (t) => t.user.id === aID && t.channel.id === channel.id);
    assert.equal(typing.guild.id, guild.id);
  });

  await check("presence", async () => {
    a.client.user.setPresence({ status: "dnd", activities: [{ name: "chess", type: ActivityType.Playing }] });
    const [, now] = await b.ear.expect("presenceUpdate", (_, p) => p.userId === aID && p.status === "dnd");
    assert.equal(now.guild.id, guild.id);
    assert.deepEqual(now.activities.map((x) => [x.name, x.type]), [["chess", ActivityType.Playing]]);
  });

  await check("member.chunk", async () => {
    const own = b.client.guilds.cache.get(guild.id);
    const all = await own.members.fetch({ nonce: "all", withPresences: true, time: 5_000 });
    for (const bot of world.bots) assert.ok(all.has(bot.id), `${bot.id} is missing`);
    const raw = await b.ear.expectDispatch("GUILD_MEMBERS_CHUNK", (d) => d.nonce === "all");
    assert.equal(raw.presences.find((p) => p.user.id === aID)?.status, "dnd");

    const some = await own.members.fetch({ user: [aID, channel.id], nonce: "two", time: 5_000 });
    assert.deepEqual([...some.keys()], [aID]);
    const [, , chunk] = await b.ear.expect("guildMembersChunk", (_, __, c) => c.nonce === "two");
    assert.deepEqual(chunk.notFound, [channel.id]);

    const name = (await b.client.rest.get(Routes.user(world.users[0].id))).username;
    const found = await own.members.fetch({ query: name, limit: 5, time: 5_000 });
    assert.ok(found.has(world.users[0].id), `query ${name} did not find its user`);
  });
};
