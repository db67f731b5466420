// eris: threads, interactions, moderation and scheduled events.
"use strict";

const Eris = require("eris");
const { assert, check, refused } = require("./harness.js");
const { asPerson } = require("./oauth2.js");

const types = Eris.Constants.ChannelTypes;

// Who is banned, timed out and kicked must be neither the guild's owner nor a person that other checks are about.
const guest = 2;

module.exports = async function later(w) {
  await threads(w);
  await interactions(w);
  await components(w);
  await moderation(w);
  await around(w);
};

async function threads(w) {
  const { client: a } = w.a;
  const { client: b, ear } = w.b;
  const { channel, guildID } = w;
  let thread;
  await check("thread.message", async () => {
    const start = await channel.createMessage("let us talk");
    thread = await a.createThreadWithMessage(channel.id, start.id, { name: "talk", autoArchiveDuration: 60 });
    assert.deepEqual([thread.id, thread.type, thread.ownerID], [start.id, types.GUILD_PUBLIC_THREAD, a.user.id]);
    const [seen] = await ear.expect("threadCreate", (t) => t.id === thread.id);
    assert.deepEqual([seen.name, seen.parentID], ["talk", channel.id]);
    const said = await a.createMessage(thread.id, "in the thread");
    await ear.expect("messageCreate", (m) => m.id === said.id && m.channel.id === thread.id);
  });
  await check("thread.members", async () => {
    const other = b.user.id;
    await b.joinThread(thread.id);
    await w.a.ear.expect("threadMembersUpdate", (t, added) => t.id === thread.id && added.some((m) => m.id === other));
    assert.deepEqual((await a.getThreadMembers(thread.id)).map((m) => m.id).sort(), [a.user.id, other].sort());
    await b.leaveThread(thread.id);
    await w.a.ear.expect("threadMembersUpdate", (t, _, removed) => t.id === thread.id && removed.some((m) => m.id === other));
    await a.joinThread(thread.id, other);
    await a.leaveThread(thread.id, other);
  });
  await check("thread.archive", async () => {
    await a.editChannel(thread.id, { archived: true, locked: true });
    await ear.expect("threadUpdate", (t) => t.id === thread.id && t.threadMetadata.archived && t.threadMetadata.locked);
    const { threads: archived } = await a.getArchivedThreads(channel.id, "public", { limit: 5 });
    const { threads: active } = await a.getActiveGuildThreads(guildID);
    assert.deepEqual([archived.some((t) => t.id === thread.id), active.some((t) => t.id === thread.id)], [true, false]);
  });
  await check("thread.delete", async () => {
    await a.deleteChannel(thread.id);
    await ear.expect("threadDelete", (t) => t.id === thread.id);
    assert.equal((await refused(() => a.getRESTChannel(thread.id))).code, 10003);
  });
  await check("forum.post", async () => {
    const forum = await a.createChannel(guildID, "forum", types.GUILD_FORUM, { availableTags: [{ name: "question" }] });
    const message = { content: "first" };
    const post = await a.createThread(forum.id, { name: "a post", message }, { file: Buffer.from("file"), name: "post.txt" });
    assert.deepEqual([post.name, post.parentID], ["a post", forum.id]);
    const [seen] = await ear.expect("messageCreate", (m) => m.channel.id === post.id);
    assert.deepEqual([seen.content, seen.attachments[0].filename], ["first", "post.txt"]);
    await forum.delete();
  });
}

// use has the person use something, and hands over what the bot gets of it.
async function use(w, type, data, more = {}) {
  const body = { type, application_id: w.a.client.user.id, guild_id: w.guildID, channel_id: w.channel.id, data, ...more };
  const { id } = await asPerson(w.world, 0, "POST", "/interactions", body);
  const [interaction] = await w.a.ear.expect("interactionCreate", (i) => i.id === id);
  return interaction;
}

async function interactions(w) {
  const { client: a } = w.a;
  const { ear } = w.b;
  const made = new Map();
  const command = (name, more = {}) => ({ id: made.get(name).id, type: made.get(name).type, ...more });
  const who = w.world.users[0].id;
  await check("interaction.register", async () => {
    const sides = { type: 4, name: "sides", description: "of a die", required: true, autocomplete: true };
    const all = await a.bulkEditGuildCommands(w.guildID, [
      { name: "roll", description: "Roll dice", type: 1, options: [sides] },
      { name: "form", description: "Shows a form", type: 1 },
      { name: "Look up", type: 2 },
    ]);
    for (const c of all) made.set(c.name, c);
    assert.deepEqual([...made.keys()].sort(), ["Look up", "form", "roll"]);
    assert.equal((await a.getGuildCommand(w.guildID, made.get("roll").id)).options[0].autocomplete, true);
  });
  await check("interaction.command", async () => {
    const i = await use(w, 2, command("roll", { options: [{ type: 4, name: "sides", value: 6 }] }));
    assert.ok(i instanceof Eris.CommandInteraction);
    assert.deepEqual([i.data.options[0].value, i.member.id], [6, who]);
    await i.createMessage("rolled 4");
    const original = await i.getOriginalMessage();
    await ear.expect("messageCreate", (m) => m.id === original.id && m.content === "rolled 4");
    await i.editOriginalMessage("rolled 5");
    await ear.expect("messageUpdate", (m) => m.id === original.id && m.content === "rolled 5");
    const more = await i.createFollowup("and more");
    await i.editMessage(more.id, "and still more");
    await ear.expect("messageUpdate", (m) => m.id === more.id && m.content === "and still more");
    await i.deleteMessage(more.id);
    await i.deleteOriginalMessage();
    await ear.expect("messageDelete", (m) => m.id === original.id);
  });
  await check("interaction.deferred", async () => {
    const i = await use(w, 2, command("roll", { options: [{ type: 4, name: "sides", value: 6 }] }));
    await i.defer();
    const original = await i.editOriginalMessage("at last");
    await ear.expect("messageUpdate", (m) => m.id === original.id && m.content === "at last");
  });
  await check("interaction.autocomplete", async () => {
    const i = await use(w, 4, command("roll", { options: [{ type: 4, name: "sides", value: "1", focused: true }] }));
    assert.equal(i.data.options[0].focused, true);
    await i.result([{ name: "twelve", value: 12 }]);
  });
  await check("interaction.context", async () => {
    const i = await use(w, 2, command("Look up", { target_id: who }));
    assert.deepEqual([i.data.target_id, i.data.resolved.users.get(who).id], [who, who]);
    await i.createMessage({ content: "for you alone", flags: 64 });
  });
  await check("interaction.modal", async () => {
    const i = await use(w, 2, command("form"));
    const field = { type: 4, custom_id: "name", style: 1, label: "Name" };
    await i.createModal({ custom_id: "form", title: "A form", components: [{ type: 1, components: [field] }] });
    const components = [{ type: 1, components: [{ type: 4, custom_id: "name", value: "Ann" }] }];
    const filled = await use(w, 5, { id: i.id, custom_id: "form", components });
    assert.deepEqual([filled.data.custom_id, filled.data.components[0].components[0].value], ["form", "Ann"]);
    await filled.createMessage("thank you");
    await ear.expect("messageCreate", (m) => m.content === "thank you");
  });
  await check("interaction.unregister", async () => {
    await a.deleteGuildCommand(w.guildID, made.get("form").id);
    assert.equal((await a.bulkEditGuildCommands(w.guildID, [])).length, 0);
  });
}

async function components(w) {
  const { ear } = w.b;
  const row = (component) => ({ type: 1, components: [component] });
  const press = (message, kind, custom_id, ...values) =>
    use(w, 3, { component_type: kind, custom_id, ...(values.length && { values }) }, { message_id: message.id });
  await check("interaction.button", async () => {
    const message = await w.channel.createMessage({ content: "a panel", components: [row({ type: 2, style: 1, custom_id: "press", label: "press" })] });
    const i = await press(message, 2, "press");
    assert.deepEqual([i.data.custom_id, i.message.id], ["press", message.id]);
    await i.editParent({ content: "pressed", components: [] });
    await ear.expect("messageUpdate", (m) => m.id === message.id && m.content === "pressed");
  });
  await check("interaction.select", async () => {
    const [user, role] = [w.world.users[0].id, w.guildID];
    const text = { type: 3, custom_id: "3", options: [{ label: "a", value: "a" }] };
    const others = [5, 6, 7, 8].map((type) => row({ type, custom_id: String(type) }));
    const message = await w.channel.createMessage({ content: "menus", components: [row(text), ...others] });
    for (const [kind, value] of [[3, "a"], [5, user], [6, role], [7, role], [8, w.channel.id]]) {
      const i = await press(message, kind, String(kind), value);
      assert.deepEqual([i.data.component_type, i.data.values], [kind, [value]]);
      await i.deferUpdate();
    }
  });
}

async function moderation(w) {
  const { client: a } = w.a;
  const { client: b, ear } = w.b;
  const { guildID } = w;
  const { id } = w.world.users[guest];
  await check("channel.types", async () => {
    for (const kind of ["GUILD_CATEGORY", "GUILD_VOICE", "GUILD_STAGE_VOICE", "GUILD_NEWS", "GUILD_FORUM", "GUILD_MEDIA"]) {
      const type = types[kind] ?? 5;
      const made = await a.createChannel(guildID, kind.toLowerCase(), type);
      const [seen] = await ear.expect("channelCreate", (c) => c.id === made.id);
      assert.deepEqual([made.type, seen.type, seen.name], [type, type, made.name], kind);
      await made.delete();
    }
  });
  await check("member.search", async () => {
    const { name } = w.world.users[1];
    assert.ok((await a.searchGuildMembers(guildID, name.slice(0, 3), 10)).some((m) => m.username === name));
    assert.deepEqual(await a.searchGuildMembers(guildID, "nobody-is-called-so", 10), []);
  });
  await check("member.timeout", async () => {
    const until = new Date(Math.floor(Date.now() / 1000) * 1000 + 3_600_000);
    await a.editGuildMember(guildID, id, { communicationDisabledUntil: until });
    await ear.expect("guildMemberUpdate", (_, m) => m.id === id && m.communicationDisabledUntil === until.getTime());
    const { mark } = ear;
    await a.editGuildMember(guildID, id, { communicationDisabledUntil: null });
    await ear.expect("guildMemberUpdate", (_, m) => m.id === id && !m.communicationDisabledUntil, mark);
  });
  await check("ban", async () => {
    await a.banGuildMember(guildID, id, { deleteMessageSeconds: 60, reason: "too loud" });
    await ear.expect("guildBanAdd", (g, user) => g.id === guildID && user.id === id);
    await ear.expect("guildMemberRemove", (_, m) => m.id === id);
    assert.equal((await a.getGuildBan(guildID, id)).reason, "too loud");
  });
  await check("audit", async () => {
    const { entries } = await a.getGuildAuditLog(guildID, { actionType: Eris.Constants.AuditLogActions.MEMBER_BAN_ADD, limit: 1 });
    assert.deepEqual([entries[0].targetID, entries[0].user.id, entries[0].reason], [id, a.user.id, "too loud"]);
    await ear.expect("guildAuditLogEntryCreate", (e) => e.id === entries[0].id);
  });
  await check("ban.remove", async () => {
    await a.unbanGuildMember(guildID, id);
    await ear.expect("guildBanRemove", (_, user) => user.id === id);
    assert.equal((await refused(() => a.getGuildBan(guildID, id))).code, 10026);
  });
  await check("invite", async () => {
    const { mark } = ear;
    const made = await a.createChannelInvite(w.channel.id, { maxAge: 600, maxUses: 1, unique: true });
    await ear.expect("inviteCreate", (g, i) => g.id === guildID && i.code === made.code);
    assert.equal((await b.getInvite(made.code, true)).guild.id, guildID);
    await asPerson(w.world, guest, "POST", `/invites/${made.code}`, {});
    await ear.expect("guildMemberAdd", (_, m) => m.id === id, mark);
    await ear.expect("inviteDelete", (_, i) => i.code === made.code, mark);
  });
  await check("member.kick", async () => {
    const { mark } = ear;
    await a.kickGuildMember(guildID, id, "late");
    await ear.expect("guildMemberRemove", (_, m) => m.id === id, mark);
    assert.equal((await refused(() => a.getRESTGuildMember(guildID, id))).code, 10007);
  });
  await check("event", () => scheduled(w));
}

async function scheduled(w) {
  const { client: a } = w.a;
  const { ear } = w.b;
  const { guildID } = w;
  const start = new Date(Date.now() + 3_600_000);
  const made = await a.createGuildScheduledEvent(guildID, {
    name: "fair", privacyLevel: 2, scheduledStartTime: start, scheduledEndTime: new Date(start.getTime() + 3_600_000),
    entityType: Eris.Constants.GuildScheduledEventEntityTypes.EXTERNAL, entityMetadata: { location: "the yard" },
  });
  const [seen] = await ear.expect("guildScheduledEventCreate", (e) => e.id === made.id);
  assert.deepEqual([seen.name, seen.entityMetadata.location, +seen.scheduledStartTime], ["fair", "the yard", start.getTime()]);
  await asPerson(w.world, 0, "PUT", `/guilds/${guildID}/scheduled-events/${made.id}/users/@me`);
  await ear.expect("guildScheduledEventUserAdd", (e, user) => e.id === made.id && user.id === w.world.users[0].id);
  assert.deepEqual((await a.getGuildScheduledEventUsers(guildID, made.id, { withMember: true })).map((u) => u.user.id), [w.world.users[0].id]);
  await a.deleteGuildScheduledEvent(guildID, made.id);
  await ear.expect("guildScheduledEventDelete", (e) => e.id === made.id);
}

async function around(w) {
  const { client: a } = w.a;
  const { ear } = w.b;
  await check("message.pin", async () => {
    await a.pinMessage(w.channel.id, w.message.id);
    await ear.expect("channelPinUpdate", (c, at) => c.id === w.channel.id && at > 0);
    assert.deepEqual((await a.getPins(w.channel.id)).map((m) => m.id), [w.message.id]);
    await a.unpinMessage(w.channel.id, w.message.id);
  });
  await check("message.bulk", async () => {
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await w.channel.createMessage(`bulk ${i}`)).id);
    await a.deleteMessages(w.channel.id, ids);
    const [gone] = await ear.expect("messageDeleteBulk", (all) => all.some((m) => m.id === ids[0]));
    assert.equal(gone.length, 3);
  });
  await check("webhook.token", async () => {
    const hook = await a.createChannelWebhook(w.channel.id, { name: "page" });
    const sent = await a.executeWebhook(hook.id, hook.token, { content: "by token", wait: true });
    await a.editWebhookMessage(hook.id, hook.token, sent.id, { content: "edited by token" });
    await ear.expect("messageUpdate", (m) => m.id === sent.id && m.content === "edited by token");
    await a.deleteWebhookMessage(hook.id, hook.token, sent.id);
    await ear.expect("messageDelete", (m) => m.id === sent.id);
    await a.deleteWebhook(hook.id, hook.token);
    assert.equal((await refused(() => a.getWebhook(hook.id))).code, 10015);
  });
  await check("guild.modify", async () => {
    await a.editGuild(w.guildID, { description: "a hall" });
    await ear.expect("guildUpdate", (g) => g.id === w.guildID && g.description === "a hall");
  });
}
