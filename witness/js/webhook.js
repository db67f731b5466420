"use strict";

const { WebhookClient } = require("discord.js");
const { assert, check, refused } = require("./harness.js");

module.exports = async function webhook({ a, b, url, channel }) {
  let hook;

  await check("webhook.create", async () => {
    hook = await channel.createWebhook({ name: "Messenger", reason: "a witness" });
    assert.equal(hook.name, "Messenger");
    assert.equal(hook.owner.id, a.client.user.id);
    await b.ear.expect("webhooksUpdate", (c) => c.id === channel.id);
    const all = await channel.fetchWebhooks();
    assert.equal(all.get(hook.id)?.token, hook.token);
    const edited = await hook.edit({ name: "Herald" });
    assert.equal(edited.name, "Herald");
  });

  await check("webhook.send", async () => {
    const sent = await hook.send({
      content: "hello @everyone",
      username: "Somebody",
      embeds: [{ title: "an embed" }],
      files: [{ attachment: Buffer.from("a file"), name: "a.txt" }],
      allowedMentions: { parse: [] },
    });
    const [seen] = await b.ear.expect("messageCreate", (m) => m.id === sent.id);
    assert.equal(seen.webhookId, hook.id);
    assert.equal(seen.author.username, "Somebody");
    assert.equal(seen.embeds[0].title, "an embed");
    assert.equal(seen.attachments.first().name, "a.txt");
    assert.equal(seen.mentions.everyone, false);
    assert.equal(seen.applicationId, a.client.application.id);
  });

  // Whoever has the token needs nothing else.
  await check("webhook.token", async () => {
    const client = new WebhookClient({ id: hook.id, token: hook.token }, { rest: { api: `${url}/api` } });
    const sent = await client.send("by token");
    assert.equal((await client.fetchMessage(sent.id)).content, "by token");
    await client.editMessage(sent.id, "edited by token");
    await b.ear.expect("messageUpdate", (_, m) => m.id === sent.id && m.content === "edited by token");
    await client.deleteMessage(sent.id);
    await b.ear.expect("messageDelete", (m) => m.id === sent.id);
    const stranger = new WebhookClient({ id: hook.id, token: `${hook.token}x` }, { rest: { api: `${url}/api` } });
    assert.equal((await refused(() => stranger.send("psst"))).code, 10015);
  });

  await check("webhook.delete", async () => {
    await hook.delete();
    assert.equal((await channel.fetchWebhooks()).size, 0);
    assert.equal((await refused(() => a.client.fetchWebhook(hook.id))).code, 10015);
  });
};
