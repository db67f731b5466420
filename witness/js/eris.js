// Drives a Guildhall server with unmodified eris, as main.js does with discord.js.
"use strict";

const http = require("node:http");
const Eris = require("eris");
const { RECONNECT_TIMEOUT_MS, assert, check, failures, Ear, heard, refused } = require("./harness.js");

const world = JSON.parse(process.env.GUILDHALL_WORLD);
const address = new URL(process.env.GUILDHALL_URL);
const guildID = world.guilds[0].id;
const noSuchID = "100000000000000001"; // well-formed, and names nothing
const [blue, green] = [0x3366cc, 0x00ff00];
const greeting = "hello from eris \u2014 \u00e9\u4e16\u{1f44b}";
const [thumb, party] = ["\u{1f44d}", "\u{1f389}"].map(encodeURIComponent);

// eris speaks HTTPS only. An agent for HTTP that says the contrary is what it takes.
function agent() {
  const plain = new http.Agent({ keepAlive: true });
  plain.protocol = "https:";
  plain.defaultPort = Number(address.port);
  return plain;
}

function connect(token, more = {}) {
  const options = { intents: ["all"], restMode: true, ...more, rest: { domain: address.hostname, agent: agent() } };
  const client = new Eris.Client(`Bot ${token}`, options);
  client.on("error", () => {}); // recorded by the ear; without a listener it would end the process
  for (const name of ["rawWS", "typingStart"]) client.on(name, () => {}); // not emitted unless somebody listens
  return { client, ear: new Ear(client, "rawWS") };
}

async function login(w) {
  for (const [i, who] of [w.a, w.b].entries()) {
    await who.client.connect();
    await who.ear.expect("ready");
    assert.equal(who.client.user.id, world.bots[i].id);
    const guild = who.client.guilds.get(guildID);
    assert.equal(guild?.name, world.guilds[0].name);
    assert.ok(guild.channels.size >= 2 && guild.roles.size >= 2, "channels or roles are missing");
    assert.ok(guild.memberCount >= world.bots.length, `memberCount is ${guild.memberCount}`);
  }
}

async function guild(w) {
  const { client: a } = w.a;
  const { ear } = w.b;
  await check("me", async () => assert.equal((await a.getSelf()).id, world.bots[0].id));
  await check("user", async () => {
    const user = await a.getRESTUser(world.bots[1].id);
    assert.equal(user.id, world.bots[1].id);
    assert.equal(user.bot, true);
  });
  await check("guild", async () => {
    const got = await a.getRESTGuild(guildID, true);
    assert.equal(got.name, world.guilds[0].name);
    assert.ok(got.approximateMemberCount >= world.bots.length);
  });
  await check("channel.create", async () => {
    w.channel = await a.createChannel(guildID, "witness-eris", Eris.Constants.ChannelTypes.GUILD_TEXT, { topic: "made by eris" });
    const [seen] = await ear.expect("channelCreate", (c) => c.id === w.channel.id);
    assert.deepEqual([seen.name, seen.topic, seen.guild.id], ["witness-eris", "made by eris", guildID]);
  });
  await check("channel.get", async () => {
    assert.equal((await a.getRESTChannel(w.channel.id)).name, "witness-eris");
    assert.ok((await a.getRESTGuildChannels(guildID)).some((c) => c.id === w.channel.id));
  });
  await check("channel.modify", async () => {
    await w.channel.edit({ name: "witness-eris-2", topic: "changed" });
    const [now, before] = await ear.expect("channelUpdate", (c) => c.id === w.channel.id && c.topic === "changed");
    assert.deepEqual([now.name, before.name], ["witness-eris-2", "witness-eris"]);
  });
  await roles(w);
  await members(w);
}

async function roles(w) {
  const { client: a } = w.a;
  const { ear } = w.b;
  const { viewChannel, sendMessages } = Eris.Constants.Permissions;
  await check("role.create", async () => {
    w.role = await a.createRole(guildID, { name: "witness", color: blue, hoist: true, mentionable: true, permissions: sendMessages });
    const [, seen] = await ear.expect("guildRoleCreate", (_, r) => r.id === w.role.id);
    assert.deepEqual([seen.name, seen.color, seen.hoist, seen.mentionable], ["witness", blue, true, true]);
    assert.equal(seen.permissions.allow, sendMessages);
  });
  await check("role.modify", async () => {
    await w.role.edit({ name: "witness-2", color: green });
    const [, now] = await ear.expect("guildRoleUpdate", (_, r) => r.id === w.role.id && r.name === "witness-2");
    assert.equal(now.color, green);
  });
  await check("overwrite.put", async () => {
    await w.channel.editPermission(w.role.id, viewChannel, sendMessages, Eris.Constants.PermissionOverwriteTypes.ROLE);
    await ear.expect("channelUpdate", (c) => {
      const o = c.id === w.channel.id && c.permissionOverwrites.get(w.role.id);
      return o && o.allow === viewChannel && o.deny === sendMessages;
    });
  });
  await check("overwrite.delete", async () => {
    const { mark } = ear;
    await w.channel.deletePermission(w.role.id);
    await ear.expectDispatch("CHANNEL_UPDATE", (c) => c.id === w.channel.id && c.permission_overwrites.length === 0, mark);
  });
  await check("member.role.add", async () => {
    await a.addGuildMemberRole(guildID, world.bots[1].id, w.role.id);
    await ear.expect("guildMemberUpdate", (_, m) => m.id === world.bots[1].id && m.roles.includes(w.role.id));
  });
  await check("member.role.remove", async () => {
    const { mark } = ear;
    await a.removeGuildMemberRole(guildID, world.bots[1].id, w.role.id);
    await ear.expect("guildMemberUpdate", (_, m) => m.id === world.bots[1].id && !m.roles.includes(w.role.id), mark);
  });
  await check("role.delete", async () => {
    await w.role.delete();
    await ear.expect("guildRoleDelete", (_, r) => r.id === w.role.id);
  });
}

async function members(w) {
  const { client: a } = w.a;
  await check("member.get", async () => {
    const member = await a.getRESTGuildMember(guildID, world.users[0].id);
    assert.equal(member.id, world.users[0].id);
    assert.ok(member.joinedAt > 0);
  });
  await check("member.list", async () => {
    const ids = [];
    for (let page = 0; page < 100; page++) {
      const got = await a.getRESTGuildMembers(guildID, { limit: 2, after: ids.at(-1) });
      ids.push(...got.map((m) => m.id));
      if (got.length < 2) break;
    }
    assert.deepEqual(ids, [...new Set(ids)].sort((x, y) => (BigInt(x) < BigInt(y) ? -1 : 1)));
    for (const bot of world.bots) assert.ok(ids.includes(bot.id), `${bot.id} is missing`);
  });
  await check("member.me", async () => {
    await a.editGuildMember(guildID, "@me", { nick: "Strife" });
    await w.b.ear.expect("guildMemberUpdate", (_, m) => m.id === a.user.id && m.nick === "Strife");
  });
  await check("member.chunk", async () => {
    const got = await w.b.client.guilds.get(guildID).fetchMembers({ userIDs: world.users.slice(0, 2).map((u) => u.id) });
    assert.deepEqual(got.map((m) => m.id).sort(), world.users.slice(0, 2).map((u) => u.id).sort());
  });
}

async function messages(w) {
  const { client: a } = w.a;
  const { ear } = w.b;
  const { channel } = w;
  await check("message.send", async () => {
    w.message = await channel.createMessage(greeting);
    const [seen] = await ear.expect("messageCreate", (m) => m.id === w.message.id);
    assert.deepEqual([seen.content, seen.author.id, seen.guildID, seen.channel.id], [greeting, a.user.id, guildID, channel.id]);
    assert.ok(seen.member.joinedAt > 0, "no member");
  });
  await check("message.embed", async () => {
    const embed = { title: "Title", description: "Description", color: blue, fields: [{ name: "n", value: "v", inline: true }] };
    const sent = await channel.createMessage({ embeds: [embed] });
    const [seen] = await ear.expect("messageCreate", (m) => m.id === sent.id);
    const { title, description, color, fields, type } = seen.embeds[0];
    assert.deepEqual({ title, description, color, fields, type }, { ...embed, type: "rich" });
  });
  await check("message.file", async () => {
    const sent = await channel.createMessage({ content: "with a file" }, { file: Buffer.from("some text"), name: "a.txt" });
    const [seen] = await ear.expect("messageCreate", (m) => m.id === sent.id);
    const [file] = seen.attachments;
    assert.deepEqual([seen.content, file.filename, file.size], ["with a file", "a.txt", 9]);
    assert.equal(await (await fetch(file.url)).text(), "some text");
  });
  await check("message.reply", async () => {
    const reply = await channel.createMessage({ content: "a reply", messageReference: { messageID: w.message.id } });
    const [seen] = await ear.expect("messageCreate", (m) => m.id === reply.id);
    assert.equal(seen.type, Eris.Constants.MessageTypes.REPLY);
    assert.equal(seen.messageReference.messageID, w.message.id);
    assert.equal(seen.referencedMessage.id, w.message.id);
  });
  await check("message.get", async () => {
    const got = await channel.getMessage(w.message.id);
    assert.deepEqual([got.content, got.author.id], [greeting, a.user.id]);
  });
  await check("message.list", async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await channel.createMessage(`list ${i}`)).id);
    const listed = async (options) => (await channel.getMessages(options)).map((m) => ids.indexOf(m.id));
    assert.deepEqual(await listed({ limit: 2 }), [4, 3]);
    assert.deepEqual(await listed({ limit: 2, before: ids[3] }), [2, 1]);
    assert.deepEqual(await listed({ limit: 2, after: ids[1] }), [3, 2]);
    assert.deepEqual(await listed({ limit: 3, around: ids[2] }), [3, 2, 1]);
  });
  await check("message.edit", async () => {
    await w.message.edit("edited");
    const [now, before] = await ear.expect("messageUpdate", (m) => m.id === w.message.id && m.content === "edited");
    assert.equal(before.content, greeting);
    assert.ok(now.editedTimestamp > 0);
  });
  await check("message.delete", async () => {
    const doomed = await channel.createMessage("to be deleted");
    await doomed.delete();
    await ear.expect("messageDelete", (m) => m.id === doomed.id && m.channel.id === channel.id);
    const error = await refused(() => channel.getMessage(doomed.id));
    assert.equal(error.code, 10008);
  });
}

async function reactions(w) {
  const { client: a } = w.a;
  const { client: b, ear } = w.b;
  const { channel, message } = w;
  const on = (emoji) => (m, e) => m.id === message.id && encodeURIComponent(e.name) === emoji;
  await check("reaction.add", async () => {
    for (const emoji of [thumb, party]) {
      await message.addReaction(emoji);
      const [, , who] = await ear.expect("messageReactionAdd", on(emoji));
      assert.equal(who.id, a.user.id);
    }
    await b.addMessageReaction(channel.id, message.id, thumb);
  });
  await check("reaction.list", async () => {
    const got = await message.getReaction(thumb);
    assert.deepEqual(got.map((u) => u.id).sort(), [a.user.id, b.user.id].sort());
    const fresh = await channel.getMessage(message.id);
    assert.deepEqual(Object.values(fresh.reactions).map((r) => [r.count, r.me]), [[2, true], [1, true]]);
  });
  await check("reaction.remove.own", async () => {
    await message.removeReaction(thumb);
    await ear.expect("messageReactionRemove", (m, e, user) => on(thumb)(m, e) && user === a.user.id);
  });
  await check("reaction.remove.user", async () => {
    await message.removeReaction(thumb, b.user.id);
    await ear.expect("messageReactionRemove", (m, e, user) => on(thumb)(m, e) && user === b.user.id);
  });
  await check("reaction.remove.all", async () => {
    await message.removeReactions();
    await ear.expect("messageReactionRemoveAll", (m) => m.id === message.id);
  });
}

async function commands(w) {
  const { client: a } = w.a;
  const { ear } = w.b;
  await check("typing", async () => {
    await w.channel.sendTyping();
    await ear.expect("typingStart", (c, user) => c.id === w.channel.id && user.id === a.user.id);
  });
  await check("presence", async () => {
    a.editStatus("dnd", { name: "chess", type: Eris.Constants.ActivityTypes.GAME });
    const [now] = await ear.expect("presenceUpdate", (m) => m.id === a.user.id && m.status === "dnd");
    assert.equal(now.activities[0].name, "chess");
  });
  await check("webhook.send", async () => {
    const hook = await a.createChannelWebhook(w.channel.id, { name: "postbox" });
    const sent = await a.executeWebhook(hook.id, hook.token, { content: "by hook", wait: true });
    const [seen] = await ear.expect("messageCreate", (m) => m.id === sent.id);
    assert.deepEqual([seen.content, seen.webhookID, seen.author.username], ["by hook", hook.id, "postbox"]);
    await a.deleteWebhook(hook.id);
  });
  await check("dm.send", async () => {
    const dm = await a.getDMChannel(world.users[0].id);
    assert.equal((await dm.createMessage("in private")).content, "in private");
  });
}

// The connection is cut, and eris must resume and see each message once and in order.
async function resume(w) {
  const { client: b, ear } = w.b;
  const { mark } = ear;
  const socket = b.shards.get(0).ws._socket;
  socket.pause();
  const want = [];
  for (let i = 0; i < 5; i++) {
    if (i === 3) socket.resetAndDestroy();
    want.push((await w.channel.createMessage(`resume ${i}`)).id);
  }
  const [back] = await ear.expect("rawWS", (p) => p.t === "RESUMED" || p.t === "READY", mark, RECONNECT_TIMEOUT_MS);
  assert.equal(back.t, "RESUMED", "B identified anew");
  want.push((await w.channel.createMessage("resume end")).id);
  await ear.expectDispatch("MESSAGE_CREATE", (m) => m.id === want.at(-1), mark);
  const packets = ear.since(mark).filter((e) => e.name === "rawWS").map((e) => e.args[0]);
  assert.deepEqual(packets.filter((p) => p.t === "MESSAGE_CREATE").map((p) => p.d.id), want);
}

async function refusals(w) {
  const { client: a } = w.a;
  const known = world.channels[0].id;
  await check("error.token", async () => {
    const token = world.bots[0].token;
    const wrong = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
    const { client, ear } = connect(wrong, { autoreconnect: false }); // else it tries for ever
    const error = await refused(() => client.connect());
    assert.match(error.message, /401/);
    assert.equal(ear.since(0).filter((e) => e.name === "ready").length, 0);
  });
  await check("error.length", async () => {
    const error = await refused(() => a.createMessage(known, "x".repeat(2001)));
    assert.equal(error.code, 50035);
    assert.match(error.message, /content: /);
  });
  await check("error.channel", async () => assert.equal((await refused(() => a.getRESTChannel(noSuchID))).code, 10003));
  await check("error.message", async () => assert.equal((await refused(() => a.editMessage(known, noSuchID, "x"))).code, 10008));
  await check("error.intents", async () => {
    const { client, ear } = connect(world.bots[2].token, { intents: 2 ** 30 }); // no such intent: close code 4013
    await client.connect();
    const [error] = await ear.expect("error", (e) => e.code === 4013);
    assert.match(error.message, /intents/i);
  });
}

async function main() {
  const w = { world, guildID, a: connect(world.bots[0].token), b: connect(world.bots[1].token) };
  if (!(await check("login", () => login(w)))) return;
  await guild(w);
  await messages(w);
  await reactions(w);
  await commands(w);
  await require("./eris_later.js")(w);
  await check("resume", () => resume(w));
  await check("channel.delete", async () => {
    await w.channel.delete();
    await w.b.ear.expect("channelDelete", (c) => c.id === w.channel.id);
  });
  await refusals(w);
  heard(w.a.ear, w.b.ear);
}

main()
  .catch((error) => {
    console.error(error);
    process.exitCode = 1;
  })
  // The library holds timers and sockets open; the checks are done.
  .finally(() => process.exit(process.exitCode ?? (failures() > 0 ? 1 : 0)));
