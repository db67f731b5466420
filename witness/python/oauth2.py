"""OAuth2 as a person does it on the server's page, for whom there is no library."""

from __future__ import annotations

import urllib.parse

from harness import A_ID, WORLD, person

REDIRECT = "http://127.0.0.1:1/back"


async def secret() -> str:
    """A new client secret of the first bot's application, which its owner asks for."""
    await person("PATCH", f"/applications/{A_ID}", {"redirect_uris": [REDIRECT]})
    return (await person("POST", f"/applications/{A_ID}/reset", {}))["secret"]


async def code(scope: str, who: int) -> str:
    """The code that the page sends a person's browser on with, once they have consented."""
    query = {"client_id": str(A_ID), "scope": scope, "response_type": "code", "redirect_uri": REDIRECT, "state": "x"}
    path = "/oauth2/authorize?" + urllib.parse.urlencode(query)
    location = (await person("POST", path, {"authorize": True}, who))["location"]
    return urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["code"][0]


def user_id(who: int) -> int:
    return int(WORLD["users"][who]["id"])
