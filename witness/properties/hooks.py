"""What schemathesis asks before and after each request: path parameters that name things that are there, and a count of what was done."""

import copy
import datetime
import json
import os
import pathlib
import urllib.error
import urllib.parse
import urllib.request

import schemathesis

FOLDER = pathlib.Path(os.environ["PROPERTIES_FOLDER"])
MADE = json.loads((FOLDER / "made.json").read_text())
THUMB = "👍"


def ask(method, path, body=None, token=None):
    """Asks the server as the guild's owner, and gives the answer."""
    request = urllib.request.Request(
        MADE["url"] + "/api/v10" + path, method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": token or MADE["users"][0]["token"], "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        text = answer.read()
        return json.loads(text) if text else None


# A picture of one pixel.
DOT = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="

SOON = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
EVENT = {
    "name": "made", "privacy_level": 2, "entity_type": 3, "entity_metadata": {"location": "somewhere"},
    "scheduled_start_time": SOON.isoformat(), "scheduled_end_time": (SOON + datetime.timedelta(hours=1)).isoformat(),
}


def stage():
    """A stage on which nothing goes on."""
    return ask("POST", f"/guilds/{MADE['guilds'][0]['id']}/channels", {"name": "made", "type": 13})["id"]


POLL = {"poll": {"question": {"text": "made?"}, "answers": [{"poll_media": {"text": "yes"}}, {"poll_media": {"text": "no"}}]}}

# Bodies that pass, of operations for which hardly any does that is made up.
BODIES = {
    "create_message": {"content": "hello", "tts": False, "nonce": 7, "flags": 4},
    "update_message": {"content": "changed", "embeds": [{"title": "one"}]},
    "execute_webhook": {"content": "hello", "username": "another", "embeds": [{"description": "one"}]},
    "update_webhook_message": {"content": "changed"},
    "execute_slack_compatible_webhook": {"text": "hello", "attachments": [{"title": "one", "color": "#0f0"}]},
    "execute_github_compatible_webhook": {"sender": {"login": "octo", "html_url": "https://example.org", "avatar_url": "https://example.org"}},
    "create_guild_emoji": {"name": "made", "image": DOT},
    "update_guild_emoji": {"name": "renamed"},
    "create_application_emoji": {"name": "made", "image": DOT},
    "update_application_emoji": {"name": "renamed"},
    "bulk_ban_users_from_guild": {"user_ids": [MADE["users"][-1]["id"], "1"]},
    "update_guild_member": {"nick": "another"},
    "create_guild_scheduled_event": EVENT,
    "update_guild_scheduled_event": {"name": "another"},
    "create_stage_instance": {"channel_id": stage(), "topic": "made"},
    "bulk_delete_messages": lambda operation: {"messages": THINGS.two_messages(operation)},
    "create_application_command": lambda operation: {"name": THINGS.command(), "description": "made"},
    "create_guild_application_command": lambda operation: {"name": THINGS.command(), "description": "made"},
    "update_application_command": {"description": "changed"},
    "update_guild_application_command": {"description": "changed"},
    "bulk_set_application_commands": [{"name": "one", "description": "made"}],
    "bulk_set_guild_application_commands": [{"name": "one", "description": "made"}, {"name": "two", "type": 2}],
    "update_application": {"description": "changed"},
    "update_voice_channel_status": {"status": "made"},
    "create_dm": {"recipient_id": MADE["users"][1]["id"]},
}


class Things:
    """The things that requests are about: one of each that stays, and new ones for requests that end them."""

    def __init__(self):
        self.guild = MADE["guilds"][0]["id"]
        self.members = [user["id"] for user in MADE["users"][2:]]
        self.spare = [bot["id"] for bot in MADE["bots"][1:]]
        self.kept = {}
        self.tokens = {}
        self.commands = 0
        self.bot = "Bot " + MADE["bots"][0]["token"]

    def __call__(self, name, given, operation):
        """The value of the path parameter for a request of that operation."""
        ends = operation.method.lower() == "delete"
        make = getattr(self, name, None)
        if make is None:
            return None
        key = (name, operation.path if name in ("channel_id", "command_id", "user_id") else operation.path.split("/")[1])
        if ends:
            return make(given, operation)
        if name in self.ALWAYS_NEW or key not in self.kept:
            self.kept[key] = make(given, operation)
        return self.kept[key]

    ALWAYS_NEW = ("message_id", "webhook_token")

    def guild_id(self, given, operation):
        return self.guild

    def channel_id(self, given, operation):
        if operation.path.startswith("/stage-instances"):
            channel = stage()
            ask("POST", "/stage-instances", {"channel_id": channel, "topic": "made"})
            return channel
        channel = ask("POST", f"/guilds/{self.guild}/channels", {"name": "made", "type": self.kind(operation.path)})["id"]
        if "/thread-members" in operation.path:
            return ask("POST", f"/channels/{channel}/threads", {"name": "made", "type": 11})["id"]
        return channel

    def kind(self, path):
        """The type of the channel that a path is about."""
        return {"/channels/{channel_id}/voice-status": 2, "/channels/{channel_id}/followers": 5, "/channels/{channel_id}/messages/{message_id}/crosspost": 5}.get(path, 0)

    def two_messages(self, operation):
        """Two messages in the channel that the requests of an operation are about."""
        channel = self("channel_id", {}, operation)
        return [ask("POST", f"/channels/{channel}/messages", {"content": "made"}, self.bot)["id"] for _ in range(2)]

    def answer_id(self, given, operation):
        return 1

    def command(self):
        """A name that no command has. All that were made are deleted when there are many."""
        self.commands += 1
        if self.commands % 40 == 0:
            for place in ("", f"/guilds/{self.guild}"):
                ask("PUT", f"/applications/{MADE['bots'][0]['application_id']}{place}/commands", [], self.bot)
            self.kept = {key: value for key, value in self.kept.items() if key[0] != "command_id"}
        return f"made{self.commands}"

    def command_id(self, given, operation):
        place = f"/guilds/{self.guild}" if "guild_id" in given else ""
        body = {"name": self.command(), "description": "made"}
        return ask("POST", f"/applications/{MADE['bots'][0]['application_id']}{place}/commands", body, self.bot)["id"]

    def code(self, given, operation):
        channel = ask("POST", f"/guilds/{self.guild}/channels", {"name": "inviting"})["id"]
        return ask("POST", f"/channels/{channel}/invites", {})["code"]

    def guild_scheduled_event_id(self, given, operation):
        return ask("POST", f"/guilds/{self.guild}/scheduled-events", EVENT)["id"]

    def integration_id(self, given, operation):
        return self.spare.pop() if len(self.spare) > 1 else self.spare[0]

    def message_id(self, given, operation):
        if "webhook_token" in given:
            return ask("POST", f"/webhooks/{given['webhook_id']}/{given['webhook_token']}?wait=true", {"content": "made"})["id"]
        content = POLL if "/polls/" in operation.path else {"content": "made"}
        message = ask("POST", f"/channels/{given['channel_id']}/messages", content, self.bot)
        if "emoji_name" in operation.path:
            ask("PUT", f"/channels/{given['channel_id']}/messages/{message['id']}/reactions/{urllib.parse.quote(THUMB)}/@me")
        return message["id"]

    def user_id(self, given, operation):
        """The second user stays. Who is kicked or banned is another each time, and the same again when none are left."""
        method = operation.method.lower()
        kicked = operation.path == "/guilds/{guild_id}/members/{user_id}" and method == "delete"
        if kicked or "/bans/" in operation.path and method == "put":
            return self.members.pop() if len(self.members) > 2 else self.members[1]
        if "/bans/" in operation.path:
            ask("PUT", f"/guilds/{self.guild}/bans/{self.members[0]}", {})
            return self.members[0]
        user = MADE["users"][1]["id"]
        if "/thread-members/" in operation.path:
            ask("PUT", f"/channels/{given['channel_id']}/thread-members/{user}")
        return user

    def overwrite_id(self, given, operation):
        user = MADE["users"][1]["id"]
        ask("PUT", f"/channels/{given['channel_id']}/permissions/{user}", {"type": 1, "deny": "2048"})
        return user

    def role_id(self, given, operation):
        return ask("POST", f"/guilds/{self.guild}/roles", {"name": "made"})["id"]

    def emoji_name(self, given, operation):
        return THUMB

    def application_id(self, given, operation):
        return MADE["bots"][0]["application_id"]

    def emoji_id(self, given, operation):
        at, token = f"/guilds/{self.guild}", None
        if "application_id" in given:
            at, token = f"/applications/{given['application_id']}", "Bot " + MADE["bots"][0]["token"]
        return ask("POST", at + "/emojis", {"name": "made", "image": DOT}, token)["id"]

    def webhook_id(self, given, operation):
        channel = ask("POST", f"/guilds/{self.guild}/channels", {"name": "hooked"})["id"]
        webhook = ask("POST", f"/channels/{channel}/webhooks", {"name": "made"})
        self.tokens[webhook["id"]] = webhook["token"]
        return webhook["id"]

    def webhook_token(self, given, operation):
        return self.tokens[given["webhook_id"]]


THINGS = Things()
DONE = {}


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Puts things that are there into the path; one request in eight keeps what was made up."""
    if not path_parameters:
        return path_parameters
    Things.turn = getattr(Things, "turn", 0) + 1
    if Things.turn % 8 == 0:
        return path_parameters
    for name in sorted(path_parameters, key=order):
        try:
            value = THINGS(name, path_parameters, context.operation)
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"making {name}: {refused.read()!r}") from refused
        if value is not None:
            path_parameters[name] = value
    return path_parameters


def order(name):
    """Things are made after those that they are in."""
    ranks = ("guild_id", "application_id", "channel_id", "webhook_id", "webhook_token")
    return ranks.index(name) if name in ranks else len(ranks)


@schemathesis.hook
def map_query(context, query):
    """A thread that is made up is in no webhook's channel: three requests in four name none."""
    Things.query = getattr(Things, "query", 0) + 1
    if query and "thread_id" in query and "/webhooks/" in context.operation.path and Things.query % 4:
        return {name: value for name, value in query.items() if name != "thread_id"}
    return query


@schemathesis.hook
def map_body(context, body):
    """Every second request of those that hardly ever pass with what is made up has a body that does."""
    good = BODIES.get(context.operation.definition.raw.get("operationId"))
    Things.body = getattr(Things, "body", 0) + 1
    if not good or not Things.body % 2:
        return body
    return good(context.operation) if callable(good) else copy.deepcopy(good)


@schemathesis.hook
def after_call(context, case, response):
    """Counts what was done."""
    name = case.operation.definition.raw.get("operationId")
    if response.status_code < 300 and case.method.lower() == case.operation.method.lower():
        DONE[name] = DONE.get(name, 0) + 1
        (FOLDER / "done.json").write_text(json.dumps(DONE))
