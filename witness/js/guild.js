"use strict";

const { ChannelType, PermissionFlagsBits } = require("discord.js");
const { assert, check } = require("./harness.js");

const blue = 0x3366cc;
const green = 0x00ff00;

module.exports = async function guild(w) {
  const { a, b, world, guild } = w;

  await check("guild", async () => {
    const fresh = await a.client.guilds.fetch({ guild: guild.id, force: true, withCounts: true });
    assert.equal(fresh.name, world.guilds[0].name);
    assert.ok(fresh.ownerId);
    assert.ok(fresh.approximateMemberCount >= world.bots.length);
  });

  await check("guild.create", async () => {
    const made = await a.client.guilds.create({ name: "Witness hall" });
    assert.equal(made.name, "Witness hall");
    assert.equal(made.ownerId, a.client.user.id);
    const event = await a.ear.expectDispatch("GUILD_CREATE", (g) => g.id === made.id);
    assert.equal(event.member_count, 1);
    assert.ok(event.channels.length > 0, "no channel");
  });

  await check("channel.create", async () => {
    w.channel = await guild.channels.create({ name: "witness-js", type: ChannelType.GuildText, topic: "made by discord.js" });
    assert.equal(w.channel.name, "witness-js");
    assert.equal(w.channel.topic, "made by discord.js");
    const [seen] = await b.ear.expect("channelCreate", (c) => c.id === w.channel.id);
    assert.equal(seen.topic, "made by discord.js");
    assert.equal(seen.guildId, guild.id);
  });

  await check("channel.get", async () => {
    const one = await a.client.channels.fetch(w.channel.id, { force: true });
    assert.equal(one.name, "witness-js");
    const all = await guild.channels.fetch();
    assert.ok(all.has(w.channel.id), "not in the guild's list");
  });

  await check("channel.modify", async () => {
    await w.channel.edit({ name: "witness-js-2", topic: "changed" });
    const [, now] = await b.ear.expect("channelUpdate", (_, c) => c.id === w.channel.id && c.topic === "changed");
    assert.equal(now.name, "witness-js-2");
  });

  await check("role.create", async () => {
    w.role = await guild.roles.create({
      name: "witness",
      colors: { primaryColor: blue },
      hoist: true,
      mentionable: true,
      permissions: [PermissionFlagsBits.SendMessages],
    });
    assert.equal(w.role.name, "witness");
    assert.equal(w.role.color, blue);
    const [seen] = await b.ear.expect("roleCreate", (r) => r.id === w.role.id);
    assert.equal(seen.color, blue);
    assert.equal(seen.colors.primaryColor, blue);
    assert.ok(seen.hoist && seen.mentionable);
    assert.equal(seen.permissions.bitfield, PermissionFlagsBits.SendMessages);
  });

  await check("role.modify", async () => {
    await w.role.edit({ name: "witness-2", colors: { primaryColor: green } });
    const [, now] = await b.ear.expect("roleUpdate", (_, r) => r.id === w.role.id && r.name === "witness-2");
    assert.equal(now.color, green);
    assert.equal((await guild.roles.fetch(w.role.id, { force: true })).name, "witness-2");
  });

  await check("overwrite.put", async () => {
    await w.channel.permissionOverwrites.create(w.role, { ViewChannel: true, SendMessages: false });
    await b.ear.expect("channelUpdate", (_, c) => {
      const o = c.id === w.channel.id && c.permissionOverwrites.cache.get(w.role.id);
      return o && o.allow.bitfield === PermissionFlagsBits.ViewChannel && o.deny.bitfield === PermissionFlagsBits.SendMessages;
    });
  });

  await check("overwrite.delete", async () => {
    const mark = b.ear.mark;
    await w.channel.permissionOverwrites.delete(w.role);
    const gone = (_, c) => c.id === w.channel.id && !c.permissionOverwrites.cache.has(w.role.id);
    await b.ear.expect("channelUpdate", gone, mark);
  });

  await check("member.role.add", async () => {
    await guild.members.addRole({ user: world.bots[1].id, role: w.role });
    await b.ear.expect("guildMemberUpdate", (_, m) => m.id === world.bots[1].id && m.roles.cache.has(w.role.id));
    assert.ok((await guild.members.fetch({ user: world.bots[1].id, force: true })).roles.cache.has(w.role.id));
  });

  await check("member.role.remove", async () => {
    const mark = b.ear.mark;
    await guild.members.removeRole({ user: world.bots[1].id, role: w.role });
    await b.ear.expectDispatch(
      "GUILD_MEMBER_UPDATE",
      (m) => m.user.id === world.bots[1].id && !m.roles.includes(w.role.id),
      mark,
    );
  });

  await check("role.delete", async () => {
    await w.role.delete();
    const [gone] = await b.ear.expect("roleDelete", (r) => r.id === w.role.id);
    assert.equal(gone.guild.id, guild.id);
  });

  await members(w);
};

async function members({ a, b, world, guild }) {
  await check("member.get", async () => {
    const member = await guild.members.fetch({ user: world.users[0].id, force: true });
    assert.equal(member.id, world.users[0].id);
    assert.equal(member.user.bot, false);
    assert.ok(member.joinedTimestamp > 0);
  });

  await check("member.list", async () => {
    const ids = [];
    let after;
    for (let page = 0; page < 100; page++) {
      const got = await guild.members.list({ limit: 2, after });
      ids.push(...got.keys());
      if (got.size < 2) break;
      after = got.lastKey();
    }
    const rising = [...new Set(ids)].sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1));
    assert.deepEqual(ids, rising);
    for (const bot of world.bots) assert.ok(ids.includes(bot.id), `${bot.id} is missing`);
  });

  await check("member.me", async () => {
    const changed = await guild.members.editMe({ nick: "Jester" });
    assert.equal(changed.nickname, "Jester");
    await b.ear.expect("guildMemberUpdate", (_, m) => m.id === a.client.user.id && m.nickname === "Jester");
  });
}
