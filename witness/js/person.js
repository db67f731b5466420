// A person, who has no library: REST by fetch, and the gateway by a plain
// socket that only listens.
"use strict";

const { WebSocket } = require("ws");

const OPEN_TIMEOUT_MS = 5_000;

class Person {
  #heard = [];
  #waiting = new Set();

  constructor(w, { id, token }) {
    this.url = w.url;
    this.id = id;
    this.token = token;
  }

  async call(method, path, body) {
    const response = await fetch(`${this.url}/api/v10${path}`, {
      method,
      headers: { authorization: this.token, ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text && JSON.parse(text);
  }

  // connect opens a session and resolves with its READY.
  async connect() {
    const { url } = await this.call("GET", "/gateway");
    this.socket = new WebSocket(`${url}/?v=10&encoding=json`);
    this.socket.on("message", (text) => {
      const packet = JSON.parse(text);
      if (packet.op === 10) {
        const properties = { os: "linux", browser: "witness", device: "witness" };
        this.socket.send(JSON.stringify({ op: 2, d: { token: this.token, properties } }));
      }
      this.#heard.push(packet);
      for (const look of this.#waiting) look();
    });
    return this.expect("READY");
  }

  close() {
    this.socket.close();
  }

  // expect resolves with the data of the first dispatch that matches.
  expect(type, match = () => true) {
    return new Promise((resolve, reject) => {
      let next = 0;
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`a person saw no matching ${type} within ${OPEN_TIMEOUT_MS} ms`));
      }, OPEN_TIMEOUT_MS);
      const look = () => {
        for (; next < this.#heard.length; next++) {
          const { t, d } = this.#heard[next];
          if (t !== type || !match(d)) continue;
          clearTimeout(timer);
          this.#waiting.delete(look);
          return resolve(d);
        }
      };
      this.#waiting.add(look);
      look();
    });
  }
}

module.exports = { Person };
