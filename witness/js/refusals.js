// What must be refused is, in the library's own errors.
"use strict";

const { DiscordAPIError, REST, Routes } = require("discord.js");
const { assert, check, refused } = require("./harness.js");

// A well-formed snowflake of the year 2015 that names nothing.
const noSuchID = "1000000000000001";

async function wantAPIError(run, status, code) {
  const error = await refused(run);
  assert.ok(error instanceof DiscordAPIError, String(error));
  assert.deepEqual([error.status, error.code], [status, code], `${error.status} ${error.code} ${error.message}`);
  return error;
}

module.exports = async function refusals({ a, world, url, connect }) {
  const channel = await a.client.channels.fetch(world.channels[0].id);

  await check("error.token", async () => {
    const token = world.bots[0].token;
    const wrong = token.slice(0, -1) + (token.endsWith("A") ? "B" : "A");
    const { client } = connect();
    const error = await refused(() => client.login(wrong));
    assert.equal(error.code, "TokenInvalid");
    const rest = new REST({ api: `${url}/api` }).setToken(wrong);
    await wantAPIError(() => rest.get(Routes.user()), 401, 0);
  });

  await check("error.length", async () => {
    const error = await wantAPIError(() => channel.send("x".repeat(2001)), 400, 50035);
    assert.equal(error.rawError.errors?.content?._errors?.[0]?.code, "BASE_TYPE_MAX_LENGTH");
  });

  await check("error.empty", () => wantAPIError(() => channel.send({ content: "" }), 400, 50006));

  await check("error.channel", () => wantAPIError(() => a.client.channels.fetch(noSuchID), 404, 10003));

  await check("error.message", () => wantAPIError(() => channel.messages.edit(noSuchID, "x"), 404, 10008));

  await check("error.user", () => wantAPIError(() => a.client.users.fetch(noSuchID), 404, 10013));

  await check("error.intents", async () => {
    const { client } = connect({ intents: 2 ** 30 }); // no such intent: close code 4013
    const error = await refused(() => client.login(world.bots[2 % world.bots.length].token));
    assert.match(error.message, /invalid intents/i);
  });
};
