"""discord.py: commands, components and modals, which a person uses."""

from __future__ import annotations

import asyncio
import typing

import discord
from discord import app_commands, ui

from harness import A_ID, EVENT_TIMEOUT_SECONDS, GUILD_ID, PERSON_ID
from harness import Report, equal, person, refused, true

if typing.TYPE_CHECKING:
    from discordpy import Witness


class Heard:
    """What the callbacks have been given, by name."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[typing.Any]] = {}

    def expect(self, name: str) -> asyncio.Future[typing.Any]:
        self.waiting[name] = asyncio.get_running_loop().create_future()
        return self.waiting[name]

    def tell(self, name: str, *what: object) -> None:
        self.waiting[name].set_result(what)


class Form(ui.Modal, title="A form"):
    name = ui.Label(text="Name", component=ui.TextInput(min_length=2))

    def __init__(self, heard: Heard) -> None:
        super().__init__()
        self.heard = heard

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("thank you")
        self.heard.tell("form", interaction, self.name.component.value)


class Panel(ui.View):
    def __init__(self, heard: Heard) -> None:
        super().__init__(timeout=None)
        self.heard = heard

    @ui.button(label="press", custom_id="press")
    async def press(self, interaction: discord.Interaction, button: ui.Button) -> None:
        button.disabled = True
        await interaction.response.edit_message(content="pressed", view=self)
        self.heard.tell("press", interaction)

    @ui.select(custom_id="text", max_values=2, options=[discord.SelectOption(label=x) for x in "abc"])
    async def text(self, interaction: discord.Interaction, select: ui.Select) -> None:
        await interaction.response.send_message("chosen", ephemeral=True)
        self.heard.tell("text", select.values)

    @ui.select(cls=ui.MentionableSelect, custom_id="both", max_values=2)
    async def both(self, interaction: discord.Interaction, select: ui.MentionableSelect) -> None:
        await interaction.response.defer()
        self.heard.tell("both", select.values)

    @ui.select(cls=ui.ChannelSelect, custom_id="channel")
    async def where(self, interaction: discord.Interaction, select: ui.ChannelSelect) -> None:
        await interaction.response.defer()
        await interaction.followup.send("there", wait=True)
        self.heard.tell("channel", select.values)


def tree(client: discord.Client, heard: Heard) -> app_commands.CommandTree:
    commands = app_commands.CommandTree(client)
    guild = discord.Object(GUILD_ID)

    @commands.command(name="roll", description="Roll dice", guild=guild)
    @app_commands.describe(sides="of a die")
    async def roll(
        interaction: discord.Interaction, sides: app_commands.Range[int, 2, 100], who: typing.Optional[discord.Member] = None
    ) -> None:
        response = await interaction.response.send_message(f"of {sides}")
        await interaction.edit_original_response(content=f"one of {sides}")
        further = await interaction.followup.send("a secret", ephemeral=True, wait=True)
        await further.edit(content="still one")
        await further.delete()
        heard.tell("roll", interaction, sides, who, response)

    @roll.autocomplete("sides")
    async def choices(interaction: discord.Interaction, current: int) -> list[app_commands.Choice[int]]:
        heard.tell("choices", current)
        return [app_commands.Choice(name="six", value=6)]

    @commands.command(name="slow", description="Takes its time", guild=guild)
    async def slow(interaction: discord.Interaction) -> None:
        await interaction.response.defer(thinking=True)
        heard.tell("slow", await interaction.followup.send("at last", wait=True))

    @commands.command(name="form", description="Shows a form", guild=guild)
    async def form(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form(heard))
        heard.tell("shown", interaction)

    @commands.context_menu(name="Look up", guild=guild)
    async def look_up(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"is {member.name}")
        heard.tell("look up", member)

    @commands.context_menu(name="Quote", guild=guild)
    async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message("quoted")
        heard.tell("quote", message)

    return commands


async def checks(r: Report, w: Witness) -> None:
    heard = Heard()
    w.tree = commands = tree(w.a, heard)
    made: dict[str, app_commands.AppCommand] = {}

    async def use(expected: str, kind: int, data: dict[str, typing.Any], **more: object) -> typing.Any:
        """Lets the person use something, and waits for what the callback is given."""
        called = heard.expect(expected)
        body = {"type": kind, "application_id": str(w.a.application_id), "guild_id": str(GUILD_ID), "channel_id": str(w.channel.id)}
        await person("POST", "/interactions", {**body, "data": data, **more})
        return await asyncio.wait_for(called, EVENT_TIMEOUT_SECONDS)

    def command(name: str, *options: dict[str, typing.Any], **more: object) -> dict[str, typing.Any]:
        return {"id": str(made[name].id), "type": made[name].type.value, "options": list(options), **more}

    async def seen(content: str) -> discord.Message:
        (message,) = await w.b.ear.expect("message", lambda m: m.channel.id == w.channel.id and m.content == content)
        return message

    async def register() -> None:
        made.update({c.name: c for c in await commands.sync(guild=discord.Object(GUILD_ID))})
        equal(sorted(made), ["Look up", "Quote", "form", "roll", "slow"])
        equal(made["roll"].options[0].max_value, 100)
        fetched = await commands.fetch_command(made["roll"].id, guild=discord.Object(GUILD_ID))
        equal(fetched.description, "Roll dice")

    async def slash() -> None:
        sides, who = {"type": 4, "name": "sides", "value": 6}, {"type": 6, "name": "who", "value": str(PERSON_ID)}
        interaction, value, member, response = await use("roll", 2, command("roll", sides, who))
        equal((value, member.id, interaction.user.id), (6, PERSON_ID, PERSON_ID))
        true(interaction.app_permissions.administrator and interaction.permissions.view_channel, "permissions")
        equal(response.resource.type, discord.MessageType.chat_input_command)
        answers = lambda m: m.interaction_metadata and m.interaction_metadata.id == interaction.id
        (message,) = await w.b.ear.expect("message", answers)
        equal((message.author.id, message.interaction_metadata.user.id), (A_ID, PERSON_ID))
        await w.b.ear.expect("raw_message_edit", lambda e: e.message_id == message.id)
        true(not any(n == "message" and "secret" in a[0].content for n, a in w.b.ear.heard), "B saw what was for one person")
        error = await refused(interaction.followup.fetch_message(1))
        true(isinstance(error, discord.NotFound) and error.code == 10008, repr(error))

    async def deferred() -> None:
        (message,) = await use("slow", 2, command("slow"))
        equal(message.content, "at last")
        await w.b.ear.expect("raw_message_edit", lambda e: e.message_id == message.id and e.data["content"] == "at last")

    async def autocomplete() -> None:
        (current,) = await use("choices", 4, command("roll", {"type": 4, "name": "sides", "value": "1", "focused": True}))
        equal(str(current), "1")

    async def context() -> None:
        (member,) = await use("look up", 2, command("Look up", target_id=str(PERSON_ID)))
        equal(member.id, PERSON_ID)
        equal((await seen(f"is {member.name}")).type, discord.MessageType.context_menu_command)
        said = await w.channel.send("quote me")
        (message,) = await use("quote", 2, command("Quote", target_id=str(said.id)))
        equal((message.id, message.content), (said.id, "quote me"))

    async def button() -> None:
        message = await w.channel.send("a panel", view=Panel(heard))
        (interaction,) = await use("press", 3, {"custom_id": "press", "component_type": 2}, message_id=str(message.id))
        equal(interaction.message.id, message.id)
        await w.b.ear.expect("raw_message_edit", lambda e: e.message_id == message.id and e.data["content"] == "pressed")

    async def select() -> None:
        message = await w.channel.send("a panel", view=Panel(heard))

        async def choose(custom_id: str, kind: int, *values: object) -> list[typing.Any]:
            data = {"custom_id": custom_id, "component_type": kind, "values": [str(v) for v in values]}
            (chosen,) = await use(custom_id, 3, data, message_id=str(message.id))
            return chosen

        equal(await choose("text", 3, "a", "c"), ["a", "c"])
        equal([x.id for x in await choose("both", 7, PERSON_ID, GUILD_ID)], [PERSON_ID, GUILD_ID])
        equal([x.id for x in await choose("channel", 8, w.channel.id)], [w.channel.id])
        equal((await seen("there")).reference.message_id, message.id)

    async def modal() -> None:
        (shown,) = await use("shown", 2, command("form"))
        custom_id = next(m.custom_id for m in w.a._connection._view_store._modals.values())
        fields = [{"type": 18, "component": {"type": 4, "custom_id": await field(shown), "value": "Ann"}}]
        interaction, value = await use("form", 5, {"id": str(shown.id), "custom_id": custom_id, "components": fields})
        equal((value, interaction.user.id), ("Ann", PERSON_ID))
        await seen("thank you")

    async def field(_: discord.Interaction) -> str:
        form = next(iter(w.a._connection._view_store._modals.values()))
        return form.name.component.custom_id

    async def unregister() -> None:
        commands.clear_commands(guild=discord.Object(GUILD_ID))
        equal(await commands.sync(guild=discord.Object(GUILD_ID)), [])

    await r.check("interaction.register", register)
    await r.check("interaction.command", slash)
    await r.check("interaction.deferred", deferred)
    await r.check("interaction.autocomplete", autocomplete)
    await r.check("interaction.context", context)
    await r.check("interaction.button", button)
    await r.check("interaction.select", select)
    await r.check("interaction.modal", modal)
    await r.check("interaction.unregister", unregister)
