"""The server of a run, and one way to ask it."""

import json
import os
import pathlib
import urllib.parse
import urllib.request

FOLDER = pathlib.Path(os.environ["PROPERTIES_FOLDER"])
MADE = json.loads((FOLDER / "made.json").read_text())
GUILD = MADE["guilds"][0]["id"]
BOT = MADE["bots"][0]
APPLICATION = BOT["application_id"]
BOT_TOKEN = "Bot " + BOT["token"]
OWNER = MADE["users"][0]
# The second user stays, the last but one joins again and again, and the last is banned by the dozen.
STAYS, JOINS, BANNED = MADE["users"][1], MADE["users"][-2], MADE["users"][-1]


def ask(method, path, body=None, token=None, form=False):
    """Asks the server, as the guild's owner unless told otherwise, and gives the answer."""
    data = None
    if body is not None:
        data = urllib.parse.urlencode(body).encode() if form else json.dumps(body).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded" if form else "application/json"}
    if token != "":
        headers["Authorization"] = token or OWNER["token"]
    request = urllib.request.Request(MADE["url"] + "/api/v10" + path, method=method, data=data, headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
        return json.loads(text) if text else None
