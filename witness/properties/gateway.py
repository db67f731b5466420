"""The bot's session on the gateway: what it hears of interactions, and where it speaks."""

import json
import queue
import threading

from websockets.sync.client import connect

from server import BOT, GUILD, MADE

WAIT_SECONDS = 10


class Session:
    """A session without intents: interactions are told without any, and nothing else is wanted."""

    def __init__(self):
        self.interactions = queue.Queue()
        self.ready = threading.Event()
        self.socket = connect(MADE["gateway"] + "/?v=10&encoding=json", max_size=None)
        beat = json.loads(self.socket.recv(WAIT_SECONDS))["d"]["heartbeat_interval"] / 1000
        self.send(2, {"token": BOT["token"], "intents": 0, "properties": {"os": "linux", "browser": "properties", "device": "properties"}})
        threading.Thread(target=self.read, daemon=True).start()
        threading.Thread(target=self.beat, args=(beat,), daemon=True).start()
        if not self.ready.wait(WAIT_SECONDS):
            raise AssertionError("the gateway did not say READY")

    def send(self, op, data):
        self.socket.send(json.dumps({"op": op, "d": data}))

    def read(self):
        for text in self.socket:
            told = json.loads(text)
            if told.get("t") == "READY":
                self.ready.set()
            elif told.get("t") == "INTERACTION_CREATE":
                self.interactions.put(told["d"])

    def beat(self, seconds):
        while not threading.Event().wait(seconds):
            self.send(1, None)

    def speak(self, channel):
        """Connects the bot to a voice channel or stage."""
        self.send(4, {"guild_id": GUILD, "channel_id": channel, "self_mute": False, "self_deaf": False})

    def interaction(self, number):
        """What the application is told of an interaction."""
        while True:
            told = self.interactions.get(timeout=WAIT_SECONDS)
            if told["id"] == number:
                return told
