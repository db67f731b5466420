"""What schemathesis asks before and after each request: paths that name things that are there, bodies that pass, whose the request is,
and a count of what was done."""

import atexit
import json
import urllib.error

import schemathesis

import bodies
from server import FOLDER
from things import THINGS

COUNTS = FOLDER / "counts.json"
COUNTED = json.loads(COUNTS.read_text()) if COUNTS.exists() else {"requests": 0, "failed": 0, "done": {}}
atexit.register(lambda: COUNTS.write_text(json.dumps(COUNTED)))

# How often each hook was asked for each operation. The first request of each operation is one that passes.
TURNS = {}


def turn(hook, name):
    """How often that was asked before."""
    before = TURNS.get((hook, name), 0)
    TURNS[hook, name] = before + 1
    return before


def named(operation):
    return operation.definition.raw.get("operationId")


@schemathesis.auth(refresh_interval=None)
class Actor:
    """The bot for most operations, and people for those that are theirs alone."""

    def get(self, case, context):
        return bodies.actor(named(case.operation))

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = data


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Puts things that are there into the path; one request in eight keeps what was made up."""
    name = named(context.operation)
    try:
        if name in bodies.BEFORE:
            bodies.BEFORE[name](context.operation)
        if not path_parameters or turn("path", name) % 8 == 7:
            return path_parameters
        for part in sorted(path_parameters, key=order):
            value = THINGS(part, path_parameters, context.operation)
            if value is not None:
                path_parameters[part] = value
    except urllib.error.HTTPError as refused:
        raise AssertionError(f"making what {name} is about: {refused.url} {refused.read()!r}") from refused
    return path_parameters


def order(name):
    """Things are made after those that they are in."""
    ranks = ("guild_id", "application_id", "channel_id", "webhook_id", "webhook_token", "interaction_id", "interaction_token")
    return ranks.index(name) if name in ranks else len(ranks)


@schemathesis.hook
def map_query(context, query):
    """One query in four has only what it must have: what is made up names things that are nowhere."""
    name = named(context.operation)
    if not query or turn("query", name) % 4:
        return query
    needed = {parameter.name for parameter in context.operation.query if parameter.is_required}
    return {key: value for key, value in query.items() if key in needed} | bodies.QUERIES.get(name, {})


@schemathesis.hook
def map_body(context, body):
    """Every second request of those that hardly ever pass with what is made up has a body that does."""
    name = named(context.operation)
    if name not in bodies.BODIES or turn("body", name) % 2:
        return body
    try:
        return bodies.body(name, context.operation)
    except urllib.error.HTTPError as refused:
        raise AssertionError(f"making a body of {name}: {refused.url} {refused.read()!r}") from refused


@schemathesis.hook
def after_call(context, case, response):
    """Counts what was done."""
    COUNTED["requests"] += 1
    COUNTED["failed"] += response.status_code >= 500
    name = named(case.operation)
    if response.status_code < 300 and case.method.lower() == case.operation.method.lower():
        COUNTED["done"][name] = COUNTED["done"].get(name, 0) + 1
        if name.startswith("bulk_set_"):
            THINGS.forget("command_id")
