// What the checks stand on: outcomes as JSON lines, and a record of every
// event a client has emitted, so that an event cannot be missed by coming
// before the response to the call that caused it.
"use strict";

const { strict: assert } = require("node:assert");

// How long an event may take to reach the second bot. Milliseconds on an idle
// machine; the rest is room for a loaded one.
const EVENT_TIMEOUT_MS = 5_000;

// How long a cut session may take to come back: libraries pause for a second
// or more before they try.
const RECONNECT_TIMEOUT_MS = 15_000;

let failed = 0;

async function check(name, run) {
  const start = performance.now();
  let error;
  try {
    await run();
  } catch (e) {
    error = e;
    failed++;
  }
  const outcome = { check: name, ok: !error, ms: Math.round(performance.now() - start) };
  if (error) outcome.detail = describe(error);
  process.stdout.write(JSON.stringify(outcome) + "\n");
  return !error;
}

function describe(error) {
  const place = /\(?([^ (]*witness\/js\/[^)\n]*)\)?/.exec(error?.stack ?? "")?.[1] ?? "";
  return `${error?.message ?? error} ${place.replace(/^.*witness\/js\//, "at ")}`.trim();
}

const failures = () => failed;

// Ear records what a client emits. raw is the event with a payload as it came over the gateway.
class Ear {
  #heard = [];
  #waiting = new Set();

  constructor(client, raw = "raw") {
    this.raw = raw;
    const emit = client.emit.bind(client);
    client.emit = (name, ...args) => {
      // The library answers before the record does, so that its caches are right.
      const any = emit(name, ...args);
      this.#heard.push({ name, args });
      for (const look of this.#waiting) look();
      return any;
    };
  }

  // mark is the position after the newest event.
  get mark() {
    return this.#heard.length;
  }

  since(mark) {
    return this.#heard.slice(mark);
  }

  // expect resolves with the arguments of the first event that matches.
  expect(name, match = () => true, mark = 0, limit = EVENT_TIMEOUT_MS) {
    return new Promise((resolve, reject) => {
      let seen = 0;
      let next = mark;
      const done = (settle, value) => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        settle(value);
      };
      const look = () => {
        for (; next < this.#heard.length; next++) {
          const { name: n, args } = this.#heard[next];
          if (n !== name) continue;
          seen++;
          if (match(...args)) return done(resolve, args);
        }
      };
      const late = new Error(`no matching ${name} within ${limit} ms`);
      const timer = setTimeout(() => {
        late.message += ` (${seen} others of that type)`;
        done(reject, late);
      }, limit);
      this.#waiting.add(look);
      look();
    });
  }

  // expectDispatch is expect for the payload as it came over the gateway.
  async expectDispatch(type, match = () => true, mark = 0) {
    const [packet] = await this.expect(this.raw, (p) => p.t === type && match(p.d), mark).catch((e) => {
      e.message = `${type}: ${e.message}`;
      throw e;
    });
    return packet.d;
  }
}

// dispatchNames are those that a library's names for events do not follow. What is missing here is NAME for its "name".
const dispatchNames = {
  channelPinUpdate: ["CHANNEL_PINS_UPDATE"],
  clientReady: ["READY"],
  emojiCreate: ["GUILD_EMOJIS_UPDATE"],
  guildAvailable: ["GUILD_CREATE"],
  guildMemberChunk: ["GUILD_MEMBERS_CHUNK"],
  guildUnavailable: ["GUILD_DELETE"],
  resume: ["RESUMED"],
  roleCreate: ["GUILD_ROLE_CREATE"],
  roleDelete: ["GUILD_ROLE_DELETE"],
  roleUpdate: ["GUILD_ROLE_UPDATE"],
  shardResume: ["RESUMED"],
  unavailableGuildCreate: ["GUILD_CREATE"],
};

// heard prints the dispatches that came and of which the library made an event of its own.
function heard(...ears) {
  const kinds = new Set();
  for (const ear of ears) {
    const all = ear.since(0);
    const came = new Set(all.filter((e) => e.name === ear.raw).map((e) => e.args[0].t));
    for (const { name } of all) {
      for (const kind of dispatchNames[name] ?? [name.replace(/[A-Z]/g, "_$&").toUpperCase()]) if (came.has(kind)) kinds.add(kind);
    }
  }
  process.stdout.write(JSON.stringify({ events: [...kinds].sort() }) + "\n");
}

// refused runs what must fail and hands over its error.
async function refused(run) {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return assert.fail("was not refused");
}

// eventually repeats what fails until it holds.
async function eventually(run) {
  for (const end = performance.now() + EVENT_TIMEOUT_MS; ; ) {
    try {
      return await run();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

module.exports = { RECONNECT_TIMEOUT_MS, assert, check, failures, Ear, eventually, heard, refused };
