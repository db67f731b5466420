"use strict";

const { Routes } = require("discord.js");
const { assert, check } = require("./harness.js");

// A red square of 16 by 16 pixels.
const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mO4IyJHEmIY1TCqYfhqAABJUg4Q43UTbAAAAABJRU5ErkJggg==",
  "base64",
);
const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

module.exports = async function identity({ a, b, world, url, guild }) {
  const me = a.client.user;
  const name = "witness.js";

  await check("me", async () => {
    const fresh = await a.client.users.fetch(me.id, { force: true });
    assert.equal(fresh.bot, true);
    const raw = await a.client.rest.get(Routes.user());
    assert.equal(raw.id, world.bots[0].id);
    assert.equal(raw.username, me.username);
  });

  // The event for the others is GUILD_MEMBER_UPDATE ("will also fire when the
  // user object of a guild member changes"); discord.js turns it into userUpdate.
  // discord: topics/gateway-events#guild-member-update
  await check("me.modify", async () => {
    await me.edit({ username: name, avatar: picture });
    assert.equal(me.username, name);
    assert.ok(me.avatar, "no avatar hash");
    await a.ear.expectDispatch("USER_UPDATE", (u) => u.id === me.id && u.username === name && u.avatar === me.avatar);
    await b.ear.expect("userUpdate", (_, u) => u.id === me.id && u.username === name && u.avatar === me.avatar);
  });

  // Left alone, discord.js asks for .webp; whatever format comes must be a picture.
  await check("me.avatar", async () => {
    const png = me.avatarURL({ extension: "png" });
    assert.ok(png.startsWith(`${url}/cdn/avatars/${me.id}/`), png);
    const response = await fetch(png);
    assert.equal(response.status, 200, png);
    assert.equal(response.headers.get("content-type"), "image/png");
    const bytes = Buffer.from(await response.arrayBuffer());
    assert.ok(bytes.subarray(0, 4).equals(pngSignature), "not a PNG");
    const usual = await fetch(me.displayAvatarURL());
    assert.equal(usual.status, 200, me.displayAvatarURL());
    assert.match(usual.headers.get("content-type"), /^image\//);
  });

  await check("user", async () => {
    const other = await a.client.users.fetch(world.bots[1].id, { force: true });
    assert.equal(other.id, world.bots[1].id);
    assert.equal(other.bot, true);
    assert.ok(other.username);
  });

  await check("me.guilds", async () => {
    const list = await a.client.guilds.fetch({ limit: 100 });
    const mine = list.get(guild.id);
    assert.equal(mine?.name, guild.name);
    assert.equal(mine.owner, false);
    assert.ok(mine.permissions.has("Administrator"));
  });

  await check("application", async () => {
    const application = await a.client.application.fetch();
    assert.equal(application.id, world.bots[0].application_id);
    assert.ok(application.owner, "no owner");
    assert.ok(application.flags.bitfield & (3 << 12), "no flag for presences");
    assert.ok(application.flags.bitfield & (3 << 14), "no flag for members");
    assert.ok(application.flags.bitfield & (3 << 18), "no flag for message content");
  });

  await check("gateway", async () => {
    assert.match((await a.client.rest.get(Routes.gateway())).url, /^wss?:\/\//);
  });

  await check("gateway.bot", async () => {
    const info = await a.client.rest.get(Routes.gatewayBot());
    assert.match(info.url, /^wss?:\/\//);
    assert.ok(info.shards >= 1);
    const limit = info.session_start_limit;
    assert.ok(limit.total >= limit.remaining && limit.remaining >= 1 && limit.max_concurrency >= 1, JSON.stringify(limit));
  });
};
