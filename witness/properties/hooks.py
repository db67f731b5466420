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
def map_case(context, case):
    """Makes a request one that may be done, as far as it is that request's turn."""
    name = named(context.operation)
    try:
        if name in bodies.BEFORE:
            bodies.BEFORE[name](context.operation)
        if name in bodies.BODIES and turn("body", name) % 2 == 0:
            case.body = bodies.body(name, context.operation)
            case.media_type = "application/json"
        if case.query and turn("query", name) % 4 == 0:
            case.query = needed(name, context.operation, case.query)
        if case.path_parameters and turn("path", name) % 8 != 7:
            put_path(context.operation, case.path_parameters)
    except urllib.error.HTTPError as refused:
        raise AssertionError(f"making what {name} is about: {refused.url} {refused.read()!r}") from refused
    return case


def needed(name, operation, query):
    """What a query must have: much of what is made up names things that are nowhere."""
    must = {parameter.name for parameter in operation.query if parameter.is_required}
    return {key: value for key, value in query.items() if key in must} | bodies.QUERIES.get(name, {})


def put_path(operation, parameters):
    """Puts things that are there into a path."""
    for name in sorted(parameters, key=order):
        value = THINGS(name, parameters, operation)
        if value is not None:
            parameters[name] = value


def order(name):
    """Things are made after those that they are in."""
    ranks = ("guild_id", "application_id", "channel_id", "webhook_id", "webhook_token", "interaction_id", "interaction_token")
    return ranks.index(name) if name in ranks else len(ranks)


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
