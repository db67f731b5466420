"""Bodies and queries that pass, of operations for which hardly any does that is made up, and whose requests they are."""

import copy

from server import BOT_TOKEN, STAYS
from things import DOT, EVENT, NEWS, PUBLIC_THREAD, STAGE, THINGS, channel


def voice(**more):
    return lambda operation: {"channel_id": THINGS.speaker(), **more}


def command(operation):
    return {"name": THINGS.command(), "description": "made"}


BODIES = {
    "create_message": {"content": "hello", "tts": False, "nonce": 7, "flags": 4},
    "update_message": {"content": "changed", "embeds": [{"title": "one"}]},
    "execute_webhook": {"content": "hello", "username": "another", "embeds": [{"description": "one"}]},
    "update_webhook_message": {"content": "changed"},
    "update_original_webhook_message": {"content": "changed"},
    "execute_slack_compatible_webhook": {"text": "hello", "attachments": [{"title": "one", "color": "#0f0"}]},
    "execute_github_compatible_webhook": {"sender": {"login": "octo", "html_url": "https://example.org", "avatar_url": "https://example.org"}},
    "create_guild_emoji": {"name": "made", "image": DOT},
    "update_guild_emoji": {"name": "renamed"},
    "create_application_emoji": {"name": "made", "image": DOT},
    "update_application_emoji": {"name": "renamed"},
    "bulk_ban_users_from_guild": lambda operation: {"user_ids": [THINGS.banned(), "1"]},
    "update_guild_member": {"nick": "another"},
    "create_guild_scheduled_event": EVENT,
    "update_guild_scheduled_event": {"name": "another"},
    "create_stage_instance": lambda operation: {"channel_id": channel(STAGE), "topic": "made"},
    "update_stage_instance": {"topic": "another"},
    "bulk_delete_messages": lambda operation: {"messages": THINGS.two_messages(operation)},
    "create_thread": {"name": "made", "type": PUBLIC_THREAD},
    "create_thread_from_message": {"name": "made"},
    "follow_channel": lambda operation: {"webhook_channel_id": channel()},
    "create_guild_channel": {"name": "made", "type": NEWS},
    "update_channel": {"topic": "another"},
    "create_webhook": {"name": "made"},
    "update_webhook": {"name": "another"},
    "update_webhook_by_token": {"name": "another"},
    "create_channel_invite": {"max_age": 60},
    "create_guild_role": {"name": "made"},
    "update_guild_role": {"name": "another"},
    "bulk_update_guild_roles": [],
    "bulk_update_guild_channels": [],
    "set_channel_permission_overwrite": {"type": 1, "deny": "2048"},
    "create_application_command": command,
    "create_guild_application_command": command,
    "update_application_command": {"description": "changed"},
    "update_guild_application_command": {"description": "changed"},
    "bulk_set_application_commands": [{"name": "one", "description": "made"}],
    "bulk_set_guild_application_commands": [{"name": "one", "description": "made"}, {"name": "two", "type": 2}],
    "set_guild_application_command_permissions": {"permissions": [{"id": STAYS["id"], "type": 2, "permission": True}]},
    "update_application": {"description": "changed"},
    "update_my_application": {"description": "changed"},
    "update_voice_channel_status": {"status": "made"},
    "update_self_voice_state": voice(suppress=True),
    "update_voice_state": voice(suppress=True),
    "create_dm": {"recipient_id": STAYS["id"]},
    "add_group_dm_user": {},
    "add_guild_member": lambda operation: {"access_token": THINGS.outside()},
    "create_interaction_response": {"type": 4, "data": {"content": "hello"}},
    "prune_guild": {"days": 30, "compute_prune_count": True},
}

# Parts of queries that make others pass.
QUERIES = {
    "search_guild_members": {"query": "person"},
}


def bearer():
    return "Bearer " + THINGS.allowed()


# Whose the requests are that are not the bot's.
ACTORS = {
    "add_group_dm_user": THINGS.owner,
    "delete_group_dm_user": THINGS.owner,
    "update_voice_state": THINGS.owner,
    "set_guild_application_command_permissions": THINGS.owner,
    "get_my_oauth2_authorization": bearer,
    "get_openid_connect_userinfo": bearer,
}

# What is to be so before a request.
BEFORE = {
    "get_self_voice_state": lambda operation: THINGS.speaker(),
    "get_voice_state": lambda operation: THINGS.speaker(),
    "get_stage_instance": THINGS.stage_begun,
    "update_stage_instance": THINGS.stage_begun,
    "delete_stage_instance": THINGS.stage_begun,
}


def body(name, operation):
    """A body that passes, or None where those that are made up do."""
    good = BODIES.get(name)
    return good(operation) if callable(good) else copy.deepcopy(good)


def actor(name):
    """The Authorization of an operation's requests."""
    return ACTORS[name]() if name in ACTORS else BOT_TOKEN
