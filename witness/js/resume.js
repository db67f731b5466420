// B's connection is cut, and it must come back into its session and see each
// message once and in order.
"use strict";

const { RECONNECT_TIMEOUT_MS, assert, check } = require("./harness.js");

// Of the messages this many are sent while the listener does not read, so that
// only a replay can bring them, and the rest after the cut.
const deaf = 3;
const all = 5;

module.exports = async function resume(w) {
  await check("resume", async () => {
    // Twice: a resumed session must be resumable itself.
    await cutAndCompare(w, "first");
    await cutAndCompare(w, "second");
  });
};

async function cutAndCompare({ b, channel }, label) {
  const mark = b.ear.mark;
  // discord.js does not show its socket, so this reaches through: the client's
  // manager, @discordjs/ws's shard, ws's WebSocket, node's socket.
  const socket = b.client.ws._ws.strategy.shards.get(0).connection._socket;
  socket.pause();
  const want = [];
  for (let i = 0; i < all; i++) {
    if (i === deaf) socket.resetAndDestroy();
    want.push((await channel.send(`${label} ${i}`)).id);
  }
  const [back] = await b.ear.expect("raw", (p) => p.t === "RESUMED" || p.t === "READY", mark, RECONNECT_TIMEOUT_MS);
  assert.equal(back.t, "RESUMED", "B identified anew");
  const end = await channel.send(`${label} end`);
  want.push(end.id);
  await b.ear.expect("messageCreate", (m) => m.id === end.id, mark);

  const since = b.ear.since(mark);
  // Payloads, not messageCreate: discord.js drops a message that it already has.
  const payloads = since.filter((e) => e.name === "raw").map((e) => e.args[0]);
  assert.ok(!payloads.some((p) => p.t === "READY"), "B identified anew");
  assert.deepEqual(payloads.filter((p) => p.t === "MESSAGE_CREATE").map((p) => p.d.id), want);
}
