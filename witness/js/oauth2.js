// What people do with an application, for whom there is no library: consent on the server's page, and the exchange behind it.
"use strict";

const { assert } = require("./harness.js");

const api = `${process.env.GUILDHALL_URL.replace(/\/$/, "")}/api/v10`;
const redirect = "http://127.0.0.1:1/back";

// asPerson calls the API as one of the world's people.
async function asPerson(world, who, method, path, body) {
  const headers = { authorization: world.users[who].token, "content-type": "application/json" };
  const answer = await fetch(api + path, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

// accessToken is one that a person gives to an application, whose owner is the first person.
async function accessToken(world, application, who, scope) {
  await asPerson(world, 0, "PATCH", `/applications/${application}`, { redirect_uris: [redirect] });
  const { secret } = await asPerson(world, 0, "POST", `/applications/${application}/reset`, { password: world.users[0].password });
  const query = new URLSearchParams({ client_id: application, scope, response_type: "code", redirect_uri: redirect });
  const { location } = await asPerson(world, who, "POST", `/oauth2/authorize?${query}`, { authorize: true });
  const code = new URL(location).searchParams.get("code");
  const answer = await fetch(`${api}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({ client_id: application, client_secret: secret, grant_type: "authorization_code", code, redirect_uri: redirect }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).access_token;
}

module.exports = { accessToken, asPerson };
