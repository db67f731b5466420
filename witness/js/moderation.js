// Channels of every kind, bans, invites, voice states, stages, scheduled events and the audit log.
"use strict";

const {
  AuditLogEvent, ChannelType, GuildScheduledEventEntityType, GuildScheduledEventPrivacyLevel, GuildScheduledEventStatus,
} = require("discord.js");
const { assert, check, refused } = require("./harness.js");

// Who is banned and comes back must be neither the guild's owner nor a person that other checks are about.
const outcast = 2;

module.exports = async function moderation(w) {
  await channels(w);
  await bans(w);
  await invites(w);
  await voice(w);
  await events(w);
};

// person calls the API as a person does, for whom there is no library.
async function person({ url, world }, method, path, body) {
  const headers = { Authorization: world.users[outcast].token, "Content-Type": "application/json" };
  const answer = await fetch(`${url}/api/v10${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

async function channels({ a, b, guild }) {
  const made = [];

  await check("channel.types", async () => {
    const category = await guild.channels.create({ name: "corner", type: ChannelType.GuildCategory });
    made.push(category);
    const cases = [
      [{ name: "talk", type: ChannelType.GuildVoice, bitrate: 96_000, userLimit: 5 }, (c) => [c.bitrate, c.userLimit], [96_000, 5]],
      [{ name: "stage", type: ChannelType.GuildStageVoice, topic: "on it" }, (c) => [c.topic], ["on it"]],
      [{ name: "news", type: ChannelType.GuildAnnouncement, topic: "new" }, (c) => [c.topic], ["new"]],
      [
        { name: "forum", type: ChannelType.GuildForum, availableTags: [{ name: "bug", moderated: true }], defaultSortOrder: 1 },
        (c) => [c.availableTags[0].name, c.availableTags[0].moderated, c.defaultSortOrder],
        ["bug", true, 1],
      ],
    ];
    for (const [options, fields, want] of cases) {
      const channel = await guild.channels.create({ ...options, parent: category });
      made.push(channel);
      const [seen] = await b.ear.expect("channelCreate", (c) => c.id === channel.id);
      for (const c of [channel, seen]) {
        assert.deepEqual([c.type, c.name, c.parentId, ...fields(c)], [options.type, options.name, category.id, ...want]);
      }
    }
  });

  await check("channel.positions", async () => {
    const [, talk, , news] = made;
    const mark = b.ear.mark;
    await guild.channels.setPositions([{ channel: news, position: 40 }, { channel: talk, position: 41, parent: null }]);
    await b.ear.expect("channelUpdate", (_, c) => c.id === news.id && c.rawPosition === 40, mark);
    await b.ear.expect("channelUpdate", (_, c) => c.id === talk.id && c.rawPosition === 41 && c.parentId === null, mark);
    for (const c of made.reverse()) await c.delete();
    await b.ear.expect("channelDelete", (c) => c.id === made.at(-1).id);
  });
}

async function bans({ a, b, guild, world, channel }) {
  const user = world.users[outcast].id;

  await check("ban", async () => {
    await guild.bans.create(user, { reason: "t\u00f6o loud", deleteMessageSeconds: 60 });
    const [ban] = await b.ear.expect("guildBanAdd", (x) => x.user.id === user);
    assert.equal(ban.guild.id, guild.id);
    await b.ear.expect("guildMemberRemove", (m) => m.id === user);
    assert.equal((await guild.bans.fetch({ user, force: true })).reason, "t\u00f6o loud");
    assert.ok((await guild.bans.fetch({ limit: 10, cache: false })).has(user), "not in the list");
  });

  await check("audit", async () => {
    const log = await guild.fetchAuditLogs({ type: AuditLogEvent.MemberBanAdd, limit: 1 });
    const entry = log.entries.first();
    assert.deepEqual([entry.targetId, entry.executorId, entry.reason], [user, a.client.user.id, "t\u00f6o loud"]);
    assert.equal(entry.target.id, user);
    const [seen] = await b.ear.expect("guildAuditLogEntryCreate", (e) => e.id === entry.id);
    assert.equal(seen.action, AuditLogEvent.MemberBanAdd);
    await channel.setTopic("audited", "why not");
    const changed = (await guild.fetchAuditLogs({ type: AuditLogEvent.ChannelUpdate, user: a.client.user, limit: 1 })).entries.first();
    assert.deepEqual([changed.reason, changed.changes.map((c) => c.key)], ["why not", ["topic"]]);
  });

  await check("ban.remove", async () => {
    await guild.bans.remove(user, "sorry");
    await b.ear.expect("guildBanRemove", (x) => x.user.id === user);
    assert.equal((await refused(() => guild.bans.fetch({ user, force: true }))).code, 10026);
  });

  await check("ban.bulk", async () => {
    const done = await guild.bans.bulkCreate([user, guild.ownerId], { deleteMessageSeconds: 0 });
    assert.deepEqual([done.bannedUsers, done.failedUsers], [[user], [guild.ownerId]]);
    await guild.bans.remove(user);
    assert.equal(await guild.members.prune({ dry: true, days: 30 }), 0);
  });
}

async function invites(w) {
  const { a, b, guild, world, channel } = w;
  let invite;

  await check("invite", async () => {
    invite = await channel.createInvite({ maxAge: 600, maxUses: 1, unique: true, reason: "come" });
    assert.deepEqual([invite.maxAge, invite.maxUses, invite.uses, invite.inviterId], [600, 1, 0, a.client.user.id]);
    const [seen] = await b.ear.expect("inviteCreate", (i) => i.code === invite.code);
    assert.equal(seen.channelId, channel.id);
    const shown = await b.client.fetchInvite(invite.code);
    assert.deepEqual([shown.guild.id, shown.memberCount > 0, shown.expiresTimestamp > Date.now()], [guild.id, true, true]);
    assert.ok((await guild.invites.fetch({ cache: false })).has(invite.code), "not in the guild's list");
    assert.ok((await channel.fetchInvites()).has(invite.code), "not in the channel's list");
  });

  await check("invite.accept", async () => {
    const mark = b.ear.mark;
    await person(w, "POST", `/invites/${invite.code}`, {});
    await b.ear.expect("guildMemberAdd", (m) => m.id === world.users[outcast].id, mark);
    await b.ear.expect("inviteDelete", (i) => i.code === invite.code, mark);
    assert.equal((await refused(() => b.client.fetchInvite(invite.code))).code, 10006);
  });

  await check("invite.delete", async () => {
    const other = await channel.createInvite({ unique: true });
    await other.delete("changed my mind");
    const [gone] = await b.ear.expect("inviteDelete", (i) => i.code === other.code);
    assert.equal(gone.guild.id, guild.id);
  });
}

async function voice({ a, b, guild }) {
  const own = a.client.user.id;

  await check("voice", async () => {
    const [one, other] = [
      await guild.channels.create({ name: "one", type: ChannelType.GuildVoice }),
      await guild.channels.create({ name: "other", type: ChannelType.GuildVoice }),
    ];
    const server = {};
    server.told = new Promise((resolve) => {
      server.adapter = guild.voiceAdapterCreator({ onVoiceServerUpdate: resolve, onVoiceStateUpdate() {}, destroy() {} });
    });
    const say = (channelId) => {
      const d = { guild_id: guild.id, channel_id: channelId, self_mute: true, self_deaf: false };
      assert.ok(server.adapter.sendPayload({ op: 4, d }), "not sent");
    };
    say(one.id);
    const [, seen] = await b.ear.expect("voiceStateUpdate", (_, s) => s.id === own && s.channelId === one.id);
    assert.deepEqual([seen.selfMute, seen.selfDeaf, seen.serverMute, seen.member.id], [true, false, false, own]);
    assert.ok(seen.sessionId, "no session");
    assert.equal((await server.told).endpoint, null);
    const there = b.client.guilds.cache.get(guild.id).members.cache.get(own);
    await there.voice.setMute(true, "noise");
    await b.ear.expect("voiceStateUpdate", (_, s) => s.id === own && s.serverMute);
    await there.voice.setChannel(other.id);
    await b.ear.expect("voiceStateUpdate", (_, s) => s.id === own && s.channelId === other.id);
    assert.equal((await guild.voiceStates.fetch(own, { force: true })).channelId, other.id);
    const mark = b.ear.mark;
    say(null);
    await b.ear.expect("voiceStateUpdate", (was, s) => s.id === own && was.channelId === other.id && s.channelId === null, mark);
    for (const c of [one, other]) await c.delete();
  });

  await check("stage", async () => {
    const stage = await guild.channels.create({ name: "stage", type: ChannelType.GuildStageVoice });
    const instance = await stage.createStageInstance({ topic: "a talk" });
    const [seen] = await b.ear.expect("stageInstanceCreate", (s) => s.id === instance.id);
    assert.deepEqual([seen.topic, seen.channelId, seen.guildId], ["a talk", stage.id, guild.id]);
    await instance.edit({ topic: "another talk" });
    await b.ear.expect("stageInstanceUpdate", (_, s) => s.topic === "another talk");
    await instance.delete();
    await b.ear.expect("stageInstanceDelete", (s) => s.id === instance.id);
    await stage.delete();
  });
}

async function events(w) {
  const { b, guild, world } = w;
  let event;

  await check("event", async () => {
    const start = Date.now() + 3_600_000;
    event = await guild.scheduledEvents.create({
      name: "fair",
      description: "all day",
      scheduledStartTime: start,
      scheduledEndTime: start + 3_600_000,
      privacyLevel: GuildScheduledEventPrivacyLevel.GuildOnly,
      entityType: GuildScheduledEventEntityType.External,
      entityMetadata: { location: "the yard" },
      recurrenceRule: { startAt: start, frequency: 2, interval: 1, byWeekday: [4] },
    });
    const [seen] = await b.ear.expect("guildScheduledEventCreate", (e) => e.id === event.id);
    for (const e of [event, seen]) {
      assert.deepEqual([e.name, e.entityMetadata.location, e.scheduledStartTimestamp, e.status], ["fair", "the yard", start, 1]);
      assert.deepEqual([e.recurrenceRule.frequency, e.recurrenceRule.byWeekday], [2, [4]]);
    }
    await event.edit({ name: "great fair" });
    await b.ear.expect("guildScheduledEventUpdate", (_, e) => e.id === event.id && e.name === "great fair");
    assert.ok((await guild.scheduledEvents.fetch({ cache: false })).has(event.id), "not in the list");
  });

  await check("event.users", async () => {
    const user = world.users[outcast].id;
    const path = `/guilds/${guild.id}/scheduled-events/${event.id}/users/@me`;
    await person(w, "PUT", path);
    await b.ear.expect("guildScheduledEventUserAdd", (e, u) => e.id === event.id && u.id === user);
    const interested = await event.fetchSubscribers({ withMember: true });
    assert.deepEqual([interested.size, interested.get(user)?.member.id], [1, user]);
    assert.equal((await guild.scheduledEvents.fetch({ guildScheduledEvent: event.id, force: true })).userCount, 1);
    await person(w, "DELETE", path);
    await b.ear.expect("guildScheduledEventUserRemove", (e, u) => e.id === event.id && u.id === user);
  });

  await check("event.status", async () => {
    await event.setStatus(GuildScheduledEventStatus.Active);
    await b.ear.expect("guildScheduledEventUpdate", (_, e) => e.id === event.id && e.status === 2);
    await event.delete();
    await b.ear.expect("guildScheduledEventDelete", (e) => e.id === event.id);
    assert.equal((await refused(() => event.setStatus(GuildScheduledEventStatus.Completed))).code, 10070);
  });
}
