"""What requests are about: things that are there, made as they are needed."""

import base64
import datetime
import hashlib
import time
import urllib.error
import urllib.parse

from gateway import WAIT_SECONDS, Session
from server import APPLICATION, BANNED, BOT, BOT_TOKEN, GUILD, JOINS, MADE, OWNER, STAYS, ask

THUMB = "👍"

# A picture of one pixel.
DOT = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M/wHwAEBgIApD5fRAAAAABJRU5ErkJggg=="

SOON = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
EVENT = {
    "name": "made", "privacy_level": 2, "entity_type": 3, "entity_metadata": {"location": "somewhere"},
    "scheduled_start_time": SOON.isoformat(), "scheduled_end_time": (SOON + datetime.timedelta(hours=1)).isoformat(),
}
POLL = {"poll": {"question": {"text": "made?"}, "answers": [{"poll_media": {"text": "yes"}}, {"poll_media": {"text": "no"}}]}}
REDIRECT = "https://example.org/made"
VERIFIER = "made" * 12
SCOPES = "identify email openid guilds.join"

# The type of the channel that a path is about, where it is no text channel.
VOICE, NEWS, STAGE, PUBLIC_THREAD = 2, 5, 13, 11
KINDS = {
    "/channels/{channel_id}/voice-status": VOICE,
    "/channels/{channel_id}/followers": NEWS,
    "/channels/{channel_id}/messages/{message_id}/crosspost": NEWS,
}


def channel(kind=0):
    """A new channel of the guild."""
    return ask("POST", f"/guilds/{GUILD}/channels", {"name": "made", "type": kind})["id"]


def challenge(verifier):
    """What of a verifier is shown first. RFC 7636 §4.2"""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def at_times(*refused):
    """Asks for what may have been done before, and takes the answer that it was."""
    try:
        ask(*refused)
    except urllib.error.HTTPError as answer:
        if answer.code >= 500:
            raise


class Things:
    """The things that requests are about: one of each that stays, and new ones for requests that end them."""

    # Made anew for each request.
    ALWAYS_NEW = ("message_id", "webhook_token", "interaction_id", "interaction_token")
    # Kept by path: requests of one path would stand in the way of others.
    BY_PATH = ("channel_id", "command_id", "user_id", "webhook_id")

    def __init__(self):
        self.members = [user["id"] for user in MADE["users"][2:-2]]
        self.spare = [bot["id"] for bot in MADE["bots"][1:]]
        self.kept = {}
        self.tokens = {}
        self.commands = 0
        self.session = None
        self.spoken = None
        self.bearer = None
        self.used = None
        # A member with a role is not pruned.
        ask("PUT", f"/guilds/{GUILD}/members/{STAYS['id']}/roles/{self.role_id({}, None)}")

    def __call__(self, name, given, operation):
        """The value of the path parameter for a request of that operation; None if what was made up is to stay."""
        make = getattr(self, name, None)
        if make is None:
            return None
        ends = operation.method.lower() == "delete" and not (name == "channel_id" and operation.path != "/channels/{channel_id}")
        if ends or name in self.ALWAYS_NEW:
            return make(given, operation)
        key = (name, operation.path if name in self.BY_PATH else operation.path.split("/")[1])
        if key not in self.kept:
            self.kept[key] = make(given, operation)
        return self.kept[key]

    def forget(self, name):
        """Things of that name are gone."""
        self.kept = {key: value for key, value in self.kept.items() if key[0] != name}

    def guild_id(self, given, operation):
        return GUILD

    def application_id(self, given, operation):
        return APPLICATION

    def channel_id(self, given, operation):
        if operation.path.startswith("/stage-instances"):
            return channel(STAGE)
        if "/recipients/" in operation.path:
            return ask("POST", "/users/@me/channels", {"recipients": [user["id"] for user in MADE["users"][2:4]]})["id"]
        made = channel(KINDS.get(operation.path, 0))
        if "/thread-members" in operation.path:
            return ask("POST", f"/channels/{made}/threads", {"name": "made", "type": PUBLIC_THREAD})["id"]
        return made

    def two_messages(self, operation):
        """Two messages in the channel that the requests of an operation are about."""
        at = self("channel_id", {}, operation)
        return [ask("POST", f"/channels/{at}/messages", {"content": "made"}, BOT_TOKEN)["id"] for _ in range(2)]

    def answer_id(self, given, operation):
        return 1

    def command(self):
        """A name that no command has. All that were made are deleted when there are many."""
        self.commands += 1
        if self.commands % 40 == 0:
            for place in ("", f"/guilds/{GUILD}"):
                ask("PUT", f"/applications/{APPLICATION}{place}/commands", [], BOT_TOKEN)
            self.forget("command_id")
        return f"made{self.commands}"

    def command_id(self, given, operation):
        place = f"/guilds/{GUILD}" if "guild_id" in given else ""
        body = {"name": self.command(), "description": "made"}
        made = ask("POST", f"/applications/{APPLICATION}{place}/commands", body, BOT_TOKEN)["id"]
        if operation.path.endswith("/permissions"):
            allow = {"permissions": [{"id": STAYS["id"], "type": 2, "permission": False}]}
            ask("PUT", f"/applications/{APPLICATION}/guilds/{GUILD}/commands/{made}/permissions", allow)
        return made

    def code(self, given, operation):
        return ask("POST", f"/channels/{channel()}/invites", {})["code"]

    def guild_scheduled_event_id(self, given, operation):
        return ask("POST", f"/guilds/{GUILD}/scheduled-events", EVENT)["id"]

    def integration_id(self, given, operation):
        return self.spare.pop() if len(self.spare) > 1 else self.spare[0]

    def message_id(self, given, operation):
        if "webhook_token" in given:
            return ask("POST", f"/webhooks/{given['webhook_id']}/{given['webhook_token']}?wait=true", {"content": "made"})["id"]
        content = POLL if "/polls/" in operation.path else {"content": "made"}
        message = ask("POST", f"/channels/{given['channel_id']}/messages", content, BOT_TOKEN)
        if "emoji_name" in operation.path:
            ask("PUT", f"/channels/{given['channel_id']}/messages/{message['id']}/reactions/{urllib.parse.quote(THUMB)}/@me")
        return message["id"]

    def user_id(self, given, operation):
        """The second user stays. Who is kicked or banned is another each time, and the same again when none are left."""
        method = operation.method.lower()
        if operation.path == "/guilds/{guild_id}/members/{user_id}" and method == "put":
            return JOINS["id"]
        kicked = operation.path == "/guilds/{guild_id}/members/{user_id}" and method == "delete"
        if kicked or "/bans/" in operation.path and method == "put":
            return self.members.pop() if len(self.members) > 4 else self.members[3]
        if "/bans/" in operation.path:
            ask("PUT", f"/guilds/{GUILD}/bans/{self.members[2]}", {})
            return self.members[2]
        if "/voice-states/" in operation.path:
            return BOT["id"]
        if "/thread-members/" in operation.path:
            ask("PUT", f"/channels/{given['channel_id']}/thread-members/{STAYS['id']}")
        if "/recipients/" in operation.path:
            ask("PUT", f"/channels/{given['channel_id']}/recipients/{STAYS['id']}", {})
        return STAYS["id"]

    def overwrite_id(self, given, operation):
        ask("PUT", f"/channels/{given['channel_id']}/permissions/{STAYS['id']}", {"type": 1, "deny": "2048"})
        return STAYS["id"]

    def role_id(self, given, operation):
        return ask("POST", f"/guilds/{GUILD}/roles", {"name": "made"})["id"]

    def emoji_name(self, given, operation):
        return THUMB

    def emoji_id(self, given, operation):
        at, token = f"/guilds/{GUILD}", None
        if "application_id" in given:
            at, token = f"/applications/{given['application_id']}", BOT_TOKEN
        return ask("POST", at + "/emojis", {"name": "made", "image": DOT}, token)["id"]

    def webhook_id(self, given, operation):
        if operation.path.endswith("/@original"):
            return APPLICATION
        webhook = ask("POST", f"/channels/{channel()}/webhooks", {"name": "made"})
        self.tokens[webhook["id"]] = webhook["token"]
        return webhook["id"]

    def webhook_token(self, given, operation):
        if operation.path.endswith("/@original"):
            self.interact()
            ask("POST", f"/interactions/{self.used['id']}/{self.used['token']}/callback", {"type": 4, "data": {"content": "made"}}, "")
            return self.used["token"]
        return self.tokens[given["webhook_id"]]

    def interact(self):
        """Lets a person use a command, of which the application has heard at the end."""
        if self.session is None:
            self.session = Session()
        if ("interacted", "") not in self.kept:
            self.kept["interacted", ""] = channel()
        name = self.command()
        place = f"/applications/{APPLICATION}/guilds/{GUILD}/commands"
        made = ask("POST", place, {"name": name, "description": "made"}, BOT_TOKEN)["id"]
        begun = ask("POST", "/interactions", {
            "type": 2, "application_id": APPLICATION, "guild_id": GUILD, "channel_id": self.kept["interacted", ""],
            "data": {"id": made, "name": name, "type": 1},
        })
        self.used = self.session.interaction(begun["id"])

    def interaction_id(self, given, operation):
        self.interact()
        return self.used["id"]

    def interaction_token(self, given, operation):
        return self.used["token"]

    # What other requests than those of their path need.

    def stage_begun(self, operation):
        """A stage on which something goes on."""
        at = self("channel_id", {}, operation)
        at_times("POST", "/stage-instances", {"channel_id": at, "topic": "made"})

    def speaker(self):
        """The stage on which the bot is."""
        if self.spoken is None or not self.is_speaking():
            self.session = Session()
            self.spoken = channel(STAGE)
            self.session.speak(self.spoken)
            end = time.monotonic() + WAIT_SECONDS
            while not self.is_speaking() and time.monotonic() < end:
                time.sleep(0.05)
        return self.spoken

    def is_speaking(self):
        """Whether the bot is on that stage still."""
        try:
            return ask("GET", f"/guilds/{GUILD}/voice-states/@me", None, BOT_TOKEN)["channel_id"] == self.spoken
        except urllib.error.HTTPError:
            return False

    def allowed(self):
        """What a person has allowed the application, as an access token."""
        if self.bearer is None:
            ask("PATCH", f"/applications/{APPLICATION}", {"redirect_uris": [REDIRECT]})
            query = urllib.parse.urlencode({
                "client_id": APPLICATION, "response_type": "code", "redirect_uri": REDIRECT, "scope": SCOPES,
                "code_challenge": challenge(VERIFIER), "code_challenge_method": "S256",
            })
            location = ask("POST", "/oauth2/authorize?" + query, {"authorize": True}, JOINS["token"])["location"]
            code = urllib.parse.parse_qs(urllib.parse.urlparse(location).query)["code"][0]
            self.bearer = ask("POST", "/oauth2/token", {
                "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "client_id": APPLICATION, "code_verifier": VERIFIER,
            }, "", form=True)["access_token"]
        return self.bearer

    def outside(self):
        """Lets the one who joins be no member."""
        at_times("DELETE", f"/guilds/{GUILD}/members/{JOINS['id']}")
        return self.allowed()

    def banned(self):
        return BANNED["id"]

    def owner(self):
        return OWNER["token"]


THINGS = Things()
