"""Drives all operations of Discord's document that docs/compatibility.md says work with data made from the document's schemas, and
holds every answer against them: no 5xx, no answer that its schema does not allow.

    run.py BINARY [--seconds N] [--seed N] [--complete]

The server is a fresh `serve --dev`. What requests are about is there (things.py makes it), and some have bodies that pass (bodies.py);
the rest is schemathesis's. With --complete a run fails also when an operation was never once done, because then nothing was held against
its schema.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MEMBERS = 300
SPARE = 20

# A run makes more things than Discord's limits let a guild have.
ROOM = [
    "--limits-channels", "2000", "--limits-roles", "1000", "--limits-invites", "10000", "--limits-scheduled-events", "1000",
    "--limits-emojis", "2000", "--limits-application-emojis", "10000", "--limits-guild-webhooks", "10000",
]

# Operations that are not tried, because those after them would find nothing, and those that are never done with what is made up; with
# the reasons.
EXCEPTIONS = json.loads((HERE / "exceptions.json").read_text())


def works():
    """The operations that the compatibility page says work, in part at least."""
    names = set()
    for line in (ROOT / "docs" / "compatibility.md").read_text().splitlines():
        cells = [c.strip() for c in line.split("|")]
        if len(cells) == 5 and cells[1].startswith("`") and (cells[3] == "works" or cells[3].startswith("in part:")):
            names.add(cells[2])
    return names


def document(names):
    """Discord's document, amended, with the named operations alone."""
    spec = json.loads((ROOT / "witness" / "spec" / "discord-openapi.json").read_text())
    for amendment in json.loads((ROOT / "witness" / "spec" / "amendments.json").read_text()):
        *way, last = amendment["at"].strip("/").split("/")
        at = spec
        for step in way:
            at = at[step.replace("~1", "/")]
        at[last] = amendment["value"]
    methods = ("get", "put", "post", "patch", "delete")
    for path, item in list(spec["paths"].items()):
        for method in methods:
            if item.get(method, {}).get("operationId") not in names:
                item.pop(method, None)
        if not any(method in item for method in methods):
            del spec["paths"][path]
    return spec


def world():
    """One guild with more members than a run removes, and a bot that may do everything."""
    people = ["owner"] + [f"person{n}" for n in range(MEMBERS)]
    bots = ["prober"] + [f"spare{n}" for n in range(SPARE)]
    return {
        "users": [{"name": name} for name in people],
        "bots": [{"name": name, "owner": "owner", "intents": "all"} for name in bots],
        "guilds": [{
            "name": "properties", "owner": "owner", "channels": [{"name": "general"}, {"name": "second"}],
            "members": [{"name": name} for name in people[1:] + bots],
        }],
    }


def start(binary, folder):
    """Starts the server, and gives it with what it printed."""
    (folder / "world.json").write_text(json.dumps(world()))
    log = open(folder / "serve.log", "w")
    server = subprocess.Popen(
        [binary, "serve", "--dev", "--json", "--listen", "127.0.0.1:0", "--world", str(folder / "world.json"), *ROOM],
        stdout=subprocess.PIPE, stderr=log, text=True,
    )
    printed = ""
    for line in server.stdout:
        if line.startswith("guildhall ready "):
            return server, json.loads(printed)
        printed += line
    raise SystemExit(f"the server ended: {(folder / 'serve.log').read_text()}")


# What is held against the document of every answer.
CHECKS = "not_a_server_error,status_code_conformance,response_schema_conformance,ignored_auth"

# First each operation is tried a few times, so that a short run has had all of them; then they go round until the time is over.
FEW = 5


# How often those that were not done are tried again.
AGAIN = 3


def counted(folder):
    """What hooks.py has counted up to now."""
    file = folder / "counts.json"
    return json.loads(file.read_text()) if file.exists() else {"requests": 0, "failed": 0, "done": {}}


def idle(folder, names):
    """The operations that were never done and should have been."""
    done = counted(folder)["done"]
    return sorted(name for name in names if not done.get(name) and name not in EXCEPTIONS["never done"])


def try_all(made, folder, options, names):
    """Tries each operation a few times, those that were not done by it again, and gives whether all was well."""
    well = drive(made, folder, options, ["--phases", "fuzzing", "--max-examples", str(FEW)])
    for _ in range(AGAIN):
        missing = idle(folder, names)
        if not missing:
            break
        only = [word for name in missing for word in ("--include-operation-id", name)]
        well = drive(made, folder, options, ["--phases", "fuzzing", "--max-examples", str(2 * FEW), *only]) and well
    return well


def drive(made, folder, options, phases):
    """Runs schemathesis, and gives whether all was well."""
    environment = dict(os.environ, SCHEMATHESIS_HOOKS="hooks", PYTHONPATH=str(HERE), PROPERTIES_FOLDER=str(folder))
    return subprocess.run(
        [str(pathlib.Path(sys.executable).parent / "schemathesis"), "--config-file", str(folder / "schemathesis.toml"),
         "run", str(folder / "spec.json"), "--url", made["url"] + "/api/v10", "--checks", CHECKS, *phases,
         # Of a request that has nothing to make up most tries are the same, and left out: that is no fault of the server.
         "--suppress-health-check", "filter_too_much", "--seed", str(options.seed),
         "--continue-on-failure", "--workers", "1", "--warnings", "off", "--no-color"],
        env=environment, cwd=folder, check=False, timeout=options.seconds + 120,
    ).returncode == 0


def run(binary, folder, options):
    """Drives a server, and gives whether all was well."""
    names = works() - set(EXCEPTIONS["not tried"])
    (folder / "counts.json").unlink(missing_ok=True)
    (folder / "spec.json").write_text(json.dumps(document(names)))
    (folder / "schemathesis.toml").write_text("")
    end = time.monotonic() + options.seconds
    server, made = start(binary, folder)
    try:
        (folder / "made.json").write_text(json.dumps(made))
        well = try_all(made, folder, options, names)
        rest = int(end - time.monotonic())
        if rest > 0:
            well = drive(made, folder, options, ["--phases", "coverage,fuzzing", "--max-time", str(rest)]) and well
        if server.poll() is not None:
            print(f"the server ended with {server.returncode}: {(folder / 'serve.log').read_text()[-4000:]}")
            return False
    finally:
        server.terminate()
        server.wait(30)
    total, missing = counted(folder), idle(folder, names)
    for name in missing:
        print(f"{name} was never once done")
    busy = sorted(name for name in EXCEPTIONS["never done"] if total["done"].get(name))
    for name in busy:
        print(f"{name} was done: it no longer belongs into exceptions.json")
    print(f"{total['requests']} requests, {sum(total['done'].values())} of them done, of {len(names)} operations; {total['failed']} answered with 5xx")
    return well and not total["failed"] and not (options.complete and (missing or busy))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--complete", action="store_true", help="fail also when an operation was never done, for which a run must be long")
    parser.add_argument("--keep", type=pathlib.Path, help="folder that keeps the run's files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="guildhall-properties-") as temporary:
        folder = (options.keep or pathlib.Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        well = run(os.path.abspath(options.binary), folder, options)
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
