"""OAuth2 as a person does it on the server's page, for whom there is no library."""

from __future__ import annotations

import asyncio
import base64
import json
import typing
import urllib.parse
import urllib.request

from harness import A_ID, EVENT_TIMEOUT_SECONDS, GUILD_ID, URL, WORLD, person

REDIRECT = "http://127.0.0.1:1/back"


async def secret() -> str:
    """A new client secret of the first bot's application, which its owner asks for."""
    await person("PATCH", f"/applications/{A_ID}", {"redirect_uris": [REDIRECT]})
    return (await person("POST", f"/applications/{A_ID}/reset", {"password": WORLD["users"][0]["password"]}))["secret"]


async def code(scope: str, who: int) -> str:
    """The code that the page sends a person's browser on with, once they have consented."""
    query = {"client_id": str(A_ID), "scope": scope, "response_type": "code", "redirect_uri": REDIRECT, "state": "x"}
    path = "/oauth2/authorize?" + urllib.parse.urlencode(query)
    location = (await person("POST", path, {"authorize": True}, who))["location"]
    return urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]


async def add_bot(bot: int) -> None:
    """Adds a bot to the guild, as the guild's owner."""
    query = urllib.parse.urlencode({"client_id": str(bot), "scope": "bot"})
    await person("POST", f"/oauth2/authorize?{query}", {"authorize": True, "guild_id": str(GUILD_ID)})


def user_id(who: int) -> int:
    return int(WORLD["users"][who]["id"])


async def set_command_permissions(command: int, permissions: list[dict[str, object]]) -> None:
    """Changes who may use a command, with the token that this needs: for libraries that take a bot's alone."""
    form = {"grant_type": "client_credentials", "scope": "applications.commands.permissions.update"}
    basic = base64.b64encode(f"{A_ID}:{await secret()}".encode()).decode()
    token = await asyncio.to_thread(_post, "/oauth2/token", urllib.parse.urlencode(form).encode(), f"Basic {basic}", "POST")
    path = f"/applications/{A_ID}/guilds/{GUILD_ID}/commands/{command}/permissions"
    body = json.dumps({"permissions": permissions}).encode()
    await asyncio.to_thread(_post, path, body, f"Bearer {token['access_token']}", "PUT", "application/json")


def _post(path: str, data: bytes, authorization: str, method: str, kind: str = "application/x-www-form-urlencoded") -> typing.Any:
    headers = {"Authorization": authorization, "Content-Type": kind}
    request = urllib.request.Request(f"{URL}/api/v10{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=EVENT_TIMEOUT_SECONDS) as response:
        return json.loads(response.read())
