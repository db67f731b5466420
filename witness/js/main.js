// Drives a Guildhall server with unmodified discord.js: two bots go through
// REST and the gateway, and each call is answered by the event the second bot
// must see. Prints one JSON line per check.
"use strict";

const { Client, IntentsBitField } = require("discord.js");
const { assert, check, failures, Ear, heard } = require("./harness.js");

const url = process.env.GUILDHALL_URL.replace(/\/$/, "");
const world = JSON.parse(process.env.GUILDHALL_WORLD);
const everyIntent = Object.values(IntentsBitField.Flags).filter((v) => typeof v === "number");

// discord.js takes the addresses of REST and CDN as options; the gateway's it
// asks for.
function connect(options = {}) {
  const client = new Client({
    intents: everyIntent,
    rest: { api: `${url}/api`, cdn: `${url}/cdn` },
    ...options,
  });
  client.on("error", () => {}); // recorded by the ear; without a listener it would end the process
  client.on("presenceUpdate", () => {}); // not emitted unless somebody listens
  return { client, ear: new Ear(client) };
}

async function login(w) {
  for (const [i, who] of [w.a, w.b].entries()) {
    await who.client.login(world.bots[i].token);
    await who.ear.expect("clientReady");
    assert.equal(who.client.user.id, world.bots[i].id);
    const guild = who.client.guilds.cache.get(world.guilds[0].id);
    assert.ok(guild?.available, "the guild did not become available");
    assert.equal(guild.name, world.guilds[0].name);
    assert.notEqual(guild.ownerId, who.client.user.id);
    assert.ok(guild.channels.cache.size >= 2 && guild.roles.cache.size >= 2, "channels or roles are missing");
    assert.ok(guild.memberCount >= world.bots.length, `memberCount is ${guild.memberCount}`);
  }
  w.guild = w.a.client.guilds.cache.get(world.guilds[0].id);
}

async function main() {
  const w = { url, world, connect, a: connect(), b: connect() };
  if (!(await check("login", () => login(w)))) return;
  await require("./identity.js")(w);
  await require("./guild.js")(w);
  await require("./message.js")(w);
  await require("./reaction.js")(w);
  await require("./talk.js")(w);
  await require("./commands.js")(w);
  await require("./webhook.js")(w);
  await require("./emoji.js")(w);
  await require("./direct.js")(w);
  await require("./moderation.js")(w);
  await require("./interactions.js")(w);
  await require("./whole.js")(w);
  await require("./resume.js")(w);
  await check("channel.delete", async () => {
    await w.channel.delete();
    const [gone] = await w.b.ear.expect("channelDelete", (c) => c.id === w.channel.id);
    assert.equal(gone.guildId, w.guild.id);
  });
  await require("./refusals.js")(w);
  heard(w.a.ear, w.b.ear);
}

main()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  // The library holds timers and sockets open; the checks are done.
  .finally(() => process.exit(process.exitCode ?? (failures() > 0 ? 1 : 0)));
