// The rest of the guild: settings, role positions, members that come and go, follows, stages, and what OAuth2 allows.
"use strict";

const {
  ApplicationCommandPermissionType, ChannelType, MessageFlags, WebhookClient, WebhookType,
} = require("discord.js");
const { assert, check, refused } = require("./harness.js");
const { accessToken, asPerson } = require("./oauth2.js");

// Who goes and comes back must be neither the guild's owner nor a person that other checks are about. The bot is one that
// nothing else needs.
const guest = 2;
const evicted = 4;
const picture = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mO4IyJHEmIY1TCqYfhqAABJUg4Q43UTbAAAAABJRU5ErkJggg==",
  "base64",
);

module.exports = async function whole(w) {
  await settings(w);
  await members(w);
  await channels(w);
  await stage(w);
  await commands(w);
  await oauth2(w);
};

async function settings({ a, b, guild, world }) {
  const [{ name }] = world.guilds;

  await check("guild.modify", async () => {
    const changed = await guild.edit({ name: "Changed hall", afkTimeout: 300, reason: "spring" });
    assert.deepEqual([changed.name, changed.afkTimeout], ["Changed hall", 300]);
    const [was] = await b.ear.expect("guildUpdate", (_, now) => now.name === "Changed hall");
    assert.equal(was.name, name);
    await guild.edit({ name, description: "a hall" });
    await b.ear.expect("guildUpdate", (_, now) => now.name === name && now.description === "a hall");
    assert.equal(b.client.guilds.cache.get(guild.id).description, "a hall");
  });

  await check("guild.preview", async () => {
    const shown = await a.client.fetchGuildPreview(guild.id);
    assert.deepEqual([shown.id, shown.name, shown.description], [guild.id, name, "a hall"]);
    assert.ok(shown.approximateMemberCount >= world.bots.length);
  });

  await check("guild.nothing", async () => {
    assert.equal((await guild.stickers.fetch()).size, 0);
    assert.equal((await a.client.fetchStickerPacks()).size, 0);
    assert.equal((await a.client.fetchVoiceRegions()).size, 0);
    assert.equal((await a.client.fetchDefaultSoundboardSounds()).size, 0);
    const sounds = await a.client.guilds.fetchSoundboardSounds({ guildIds: [guild.id] });
    assert.equal(sounds.get(guild.id).size, 0);
    assert.equal((await refused(() => a.client.fetchSticker("1"))).status, 404);
    assert.equal((await guild.fetchVanityData()).code, null);
  });

  await check("role.positions", async () => {
    const { mark } = b.ear;
    const first = await guild.roles.create({ name: "first" });
    const second = await guild.roles.create({ name: "second" });
    await guild.roles.setPositions([{ role: first, position: 1 }, { role: second, position: 2 }]);
    await b.ear.expect("roleUpdate", (_, r) => r.id === second.id && r.rawPosition === 2, mark);
    assert.equal((await guild.roles.fetch(first.id, { force: true })).rawPosition, 1);
    await guild.members.addRole({ user: b.client.user.id, role: first });
    const counts = await guild.roles.fetchMemberCounts();
    assert.deepEqual([counts.get(first.id), counts.get(second.id)], [1, 0]);
    for (const role of [first, second]) await role.delete();
  });

  await check("guild.integrations", async () => {
    const { mark } = b.ear;
    const who = world.bots[evicted].id;
    const all = await guild.fetchIntegrations();
    const its = all.find((i) => i.application?.id === who);
    assert.equal(its?.type, "discord");
    await its.delete("not needed");
    await b.ear.expect("guildIntegrationsUpdate", (g) => g.id === guild.id, mark);
    await b.ear.expect("guildMemberRemove", (m) => m.id === who, mark);
  });
}

async function members({ b, guild, world }) {
  const { id } = world.users[guest];

  await check("member.search", async () => {
    const { name } = world.users[1];
    const found = await guild.members.search({ query: name.slice(0, 3), limit: 10 });
    assert.ok(found.some((m) => m.user.username === name), `${name} is missing`);
    assert.equal((await guild.members.search({ query: "nobody-is-called-so" })).size, 0);
  });

  await check("member.timeout", async () => {
    const member = await guild.members.fetch({ user: id, force: true });
    const changed = await member.timeout(3_600_000, "loud");
    assert.ok(changed.isCommunicationDisabled());
    await b.ear.expect("guildMemberUpdate", (_, m) => m.id === id && m.isCommunicationDisabled());
    await assert.rejects(asPerson(world, guest, "POST", `/channels/${world.channels[0].id}/messages`, { content: "hm" }), /403/);
    const { mark } = b.ear;
    await member.timeout(null);
    await b.ear.expect("guildMemberUpdate", (_, m) => m.id === id && !m.isCommunicationDisabled(), mark);
  });

  await check("member.prune", async () => {
    assert.equal(await guild.members.prune({ days: 30, dry: false, count: true, reason: "sweep" }), 0);
  });

  await check("member.kick", async () => {
    const { mark } = b.ear;
    await guild.members.kick(id, "late");
    await b.ear.expect("guildMemberRemove", (m) => m.id === id, mark);
    assert.ok(!b.client.guilds.cache.get(guild.id).members.cache.has(id));
    assert.equal((await refused(() => guild.members.fetch({ user: id, force: true }))).code, 10007);
  });
}

async function channels({ a, b, guild, url, channel }) {
  await check("channel.follow", async () => {
    const news = await guild.channels.create({ name: "gazette", type: ChannelType.GuildAnnouncement });
    const webhookId = await guild.channels.addFollower(news, channel, "to read");
    const hook = (await guild.fetchWebhooks()).get(webhookId);
    assert.deepEqual([hook.type, hook.sourceChannel.id, hook.channelId], [WebhookType.ChannelFollower, news.id, channel.id]);
    await (await news.send("extra")).crosspost();
    const [copy] = await b.ear.expect("messageCreate", (m) => m.channelId === channel.id && m.content === "extra");
    assert.ok(copy.flags.has(MessageFlags.IsCrosspost));
    assert.equal(copy.webhookId, webhookId);
    await hook.delete();
    await news.delete();
  });

  await check("channel.media", async () => {
    const gallery = await guild.channels.create({ name: "gallery", type: ChannelType.GuildMedia, availableTags: [{ name: "art" }] });
    const [seen] = await b.ear.expect("channelCreate", (c) => c.id === gallery.id);
    assert.deepEqual([seen.type, seen.availableTags.map((t) => t.name)], [ChannelType.GuildMedia, ["art"]]);
    await gallery.delete();
  });

  await check("webhook.alone", async () => {
    const hook = await channel.createWebhook({ name: "Page" });
    assert.equal((await a.client.fetchWebhook(hook.id)).owner.id, a.client.user.id);
    assert.equal((await a.client.fetchWebhook(hook.id, hook.token)).name, "Page");
    const client = new WebhookClient({ id: hook.id, token: hook.token }, { rest: { api: `${url}/api` } });
    await client.edit({ name: "Squire" });
    assert.equal((await a.client.fetchWebhook(hook.id)).name, "Squire");
    assert.equal(await hook.sendSlackMessage({ username: "Slack", text: "from elsewhere" }), true);
    const [seen] = await b.ear.expect("messageCreate", (m) => m.webhookId === hook.id);
    assert.deepEqual([seen.content, seen.author.username], ["from elsewhere", "Slack"]);
    await client.delete();
    assert.equal((await refused(() => a.client.fetchWebhook(hook.id))).code, 10015);
  });

  await check("thread.listed", async () => {
    const other = b.client.user.id;
    const secret = await channel.threads.create({ name: "secret two", type: ChannelType.PrivateThread, invitable: false });
    await secret.members.add(other);
    await b.ear.expect("threadCreate", (t) => t.id === secret.id);
    const member = await secret.members.fetch({ member: other, force: true, withMember: true });
    assert.deepEqual([member.id, member.guildMember.id], [other, other]);
    await secret.setArchived(true);
    await b.ear.expect("threadUpdate", (_, t) => t.id === secret.id && t.archived);
    const listed = await channel.threads.fetchArchived({ type: "private", fetchAll: true }, false);
    assert.deepEqual([...listed.threads.keys()], [secret.id]);
    const theirs = b.client.channels.cache.get(channel.id);
    const joined = await theirs.threads.fetchArchived({ type: "private" }, false);
    assert.deepEqual([...joined.threads.keys()], [secret.id]);
    await secret.delete();
  });

  await check("emoji.single", async () => {
    const mine = await guild.emojis.create({ attachment: picture, name: "single" });
    const fetched = await guild.emojis.fetch(mine.id, { force: true });
    assert.deepEqual([fetched.name, (await fetched.fetchAuthor()).id], ["single", a.client.user.id]);
    await mine.delete();
    const { emojis } = a.client.application;
    const own = await emojis.create({ attachment: picture, name: "own_2" });
    await emojis.edit(own.id, { name: "own_3" });
    assert.equal((await emojis.fetch(own.id, { force: true })).name, "own_3");
    await emojis.delete(own.id);
  });
}

async function stage({ a, b, guild }) {
  await check("stage.speakers", async () => {
    const channel = await guild.channels.create({ name: "podium", type: ChannelType.GuildStageVoice });
    await channel.createStageInstance({ topic: "a talk" });
    assert.equal((await guild.stageInstances.fetch(channel.id, { force: true })).topic, "a talk");
    const ids = [a, b].map((who) => who.client.user.id);
    const adapters = [a, b].map((who) =>
      who.client.guilds.cache.get(guild.id).voiceAdapterCreator({ onVoiceServerUpdate() {}, onVoiceStateUpdate() {}, destroy() {} }),
    );
    const say = (channelId) => {
      const d = { guild_id: guild.id, channel_id: channelId, self_mute: false, self_deaf: false };
      for (const adapter of adapters) assert.ok(adapter.sendPayload({ op: 4, d }), "not sent");
    };
    say(channel.id);
    for (const id of ids) {
      for (const ear of [a.ear, b.ear]) await ear.expect("voiceStateUpdate", (_, s) => s.id === id && s.channelId === channel.id);
    }
    // Both may mute members and so come as speakers: each goes to the audience and back.
    for (const suppress of [true, false]) {
      for (const id of ids) {
        const { mark } = b.ear;
        await guild.voiceStates.cache.get(id).setSuppressed(suppress);
        await b.ear.expect("voiceStateUpdate", (_, s) => s.id === id && s.suppress === suppress, mark);
      }
    }
    assert.equal((await guild.voiceStates.fetch("@me", { force: true })).channelId, channel.id);
    const { mark } = b.ear;
    say(null);
    for (const id of ids) await b.ear.expect("voiceStateUpdate", (_, s) => s.id === id && s.channelId === null, mark);
    await channel.delete();
  });
}

async function commands({ a }) {
  await check("commands.global", async () => {
    const { commands: all } = a.client.application;
    const made = await all.create({ name: "everywhere", description: "in all guilds" });
    assert.equal((await all.fetch(made.id, { force: true })).description, "in all guilds");
    assert.equal((await made.edit({ description: "in each" })).description, "in each");
    assert.deepEqual((await all.fetch()).map((c) => c.name), ["everywhere"]);
    await made.delete();
    assert.equal((await all.set([{ name: "one", description: "d" }, { name: "Two", type: 2 }])).size, 2);
    assert.equal((await all.set([])).size, 0);
  });

  await check("application.modify", async () => {
    const changed = await a.client.application.edit({ description: "made for witnesses", tags: ["witness"] });
    assert.deepEqual([changed.description, changed.tags], ["made for witnesses", ["witness"]]);
  });
}

async function oauth2({ a, b, guild, world }) {
  await check("commands.permissions", async () => {
    const { application } = a.client;
    const made = await application.commands.create({ name: "guarded", description: "for some" }, guild.id);
    const token = await accessToken(world, application.id, 0, "applications.commands.permissions.update");
    const permissions = [{ id: b.client.user.id, type: ApplicationCommandPermissionType.User, permission: false }];
    await made.permissions.set({ permissions, token });
    const [seen] = await a.ear.expect("applicationCommandPermissionsUpdate", (d) => d.id === made.id);
    assert.deepEqual(seen.permissions, permissions);
    assert.deepEqual(await made.permissions.fetch(), permissions);
    const all = await application.commands.permissions.fetch({ guild });
    assert.deepEqual(all.get(made.id), permissions);
    await made.delete();
  });

  await check("oauth2", async () => {
    const { mark } = b.ear;
    const { id } = world.users[guest];
    const token = await accessToken(world, a.client.application.id, guest, "identify guilds.join");
    const back = await guild.members.add(id, { accessToken: token, nick: "Back", force: true });
    assert.equal(back.nickname, "Back");
    const [seen] = await b.ear.expect("guildMemberAdd", (m) => m.id === id, mark);
    assert.equal(seen.nickname, "Back");
  });
}
