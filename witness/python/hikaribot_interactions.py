"""hikari: commands, components and modals, which a person uses."""

from __future__ import annotations

import typing

import hikari

from harness import A_ID, GUILD_ID, PERSON_ID
from harness import Report, equal, person, refused, true

if typing.TYPE_CHECKING:
    from hikaribot import Witness

RESPONSE = hikari.ResponseType


async def checks(r: Report, w: Witness) -> None:
    rest = w.a.rest
    made: dict[str, hikari.PartialCommand] = {}

    async def use(kind: int, data: dict[str, typing.Any], **more: object) -> typing.Any:
        """Lets the person use something, and hands over what the bot gets of it."""
        application = (await rest.fetch_application()).id
        body = {"type": kind, "application_id": str(application), "guild_id": str(GUILD_ID), "channel_id": str(w.channel.id)}
        told = await person("POST", "/interactions", {**body, "data": data, **more})
        name = {2: "Command", 3: "Component", 4: "Autocomplete", 5: "Modal"}[kind]
        (event,) = await w.a.ear.expect(f"{name}InteractionCreateEvent", lambda e: e.interaction.id == int(told["id"]))
        return event.interaction

    def command(name: str, *options: dict[str, typing.Any], **more: object) -> dict[str, typing.Any]:
        return {"id": str(made[name].id), "type": int(made[name].type), "options": list(options), **more}

    async def seen(match: typing.Callable[[hikari.Message], object]) -> hikari.Message:
        (event,) = await w.b.ear.expect("GuildMessageCreateEvent", lambda e: match(e.message))
        return event.message

    def answer_to(interaction: hikari.PartialInteraction) -> typing.Callable[[hikari.Message], object]:
        return lambda m: m.interaction_metadata and m.interaction_metadata.interaction_id == interaction.id

    async def register() -> None:
        application = await rest.fetch_application()
        slash = rest.slash_command_builder("roll", "Roll dice").add_option(
            hikari.CommandOption(
                type=hikari.OptionType.INTEGER, name="sides", description="of a die", is_required=True, min_value=2, max_value=100, autocomplete=True
            )
        ).add_option(hikari.CommandOption(type=hikari.OptionType.USER, name="who", description="rolls"))
        builders = [
            slash,
            rest.slash_command_builder("form", "Shows a form"),
            rest.context_menu_command_builder(hikari.CommandType.USER, "Look up"),
            rest.context_menu_command_builder(hikari.CommandType.MESSAGE, "Quote"),
        ]
        all_ = await rest.set_application_commands(application, builders, GUILD_ID)
        made.update({c.name: c for c in all_})
        equal(sorted(made), ["Look up", "Quote", "form", "roll"])
        fetched = await rest.fetch_application_command(application, made["roll"].id, GUILD_ID)
        equal((fetched.options[0].max_value, fetched.options[0].autocomplete), (100, True))
        edited = await rest.edit_application_command(application, made["form"].id, GUILD_ID, description="Shows one")
        equal(edited.description, "Shows one")

    async def slash() -> None:
        sides, who = {"type": 4, "name": "sides", "value": 6}, {"type": 6, "name": "who", "value": str(PERSON_ID)}
        i = await use(2, command("roll", sides, who))
        equal(([o.value for o in i.options], i.user.id, i.guild_id), ([6, PERSON_ID], PERSON_ID, GUILD_ID))
        true(i.resolved.members[PERSON_ID].permissions and i.app_permissions & hikari.Permissions.ADMINISTRATOR, "permissions")
        response = await i.create_initial_response(RESPONSE.MESSAGE_CREATE, "one of six")
        true(response is not None, "no response")
        message = await seen(answer_to(i))
        equal((message.author.id, message.content, message.type), (A_ID, "one of six", hikari.MessageType.CHAT_INPUT))
        await i.edit_initial_response("one of many")
        await w.b.ear.expect("GuildMessageUpdateEvent", lambda e: e.message_id == message.id and e.message.content == "one of many")
        equal((await i.fetch_initial_response()).content, "one of many")
        secret = await i.execute("a secret", flags=hikari.MessageFlag.EPHEMERAL)
        true(secret.flags & hikari.MessageFlag.EPHEMERAL, "not for one person")
        await i.delete_message(secret.id)
        await i.delete_initial_response()
        await w.b.ear.expect("GuildMessageDeleteEvent", lambda e: e.message_id == message.id)
        heard = [a[0].message.content for n, a in w.b.ear.heard if n == "GuildMessageCreateEvent"]
        true("a secret" not in heard, "B saw what was for one person")
        error = await refused(i.create_initial_response(RESPONSE.MESSAGE_CREATE, "twice"))
        true(isinstance(error, hikari.BadRequestError) and error.code == 40060, repr(error))

    async def deferred() -> None:
        i = await use(2, command("roll", {"type": 4, "name": "sides", "value": 6}))
        await i.create_initial_response(RESPONSE.DEFERRED_MESSAGE_CREATE)
        waiting = await seen(answer_to(i))
        true(waiting.flags & hikari.MessageFlag.LOADING, "not loading")
        await i.edit_initial_response("at last")
        await w.b.ear.expect("GuildMessageUpdateEvent", lambda e: e.message_id == waiting.id and e.message.content == "at last")

    async def autocomplete() -> None:
        i = await use(4, command("roll", {"type": 4, "name": "sides", "value": "1", "focused": True}))
        equal([(o.value, o.is_focused) for o in i.options], [("1", True)])
        await i.create_response([hikari.impl.AutocompleteChoiceBuilder("six", 6)])

    async def context() -> None:
        i = await use(2, command("Look up", target_id=str(PERSON_ID)))
        equal((i.target_id, i.resolved.users[PERSON_ID].id), (PERSON_ID, PERSON_ID))
        await i.create_initial_response(RESPONSE.MESSAGE_CREATE, "looked")
        said = await w.channel.send("quote me")
        i = await use(2, command("Quote", target_id=str(said.id)))
        equal(i.resolved.messages[said.id].content, "quote me")
        await i.create_initial_response(RESPONSE.MESSAGE_CREATE, "quoted")
        equal((await seen(answer_to(i))).type, hikari.MessageType.CONTEXT_MENU_COMMAND)

    async def button() -> None:
        row = rest.build_message_action_row().add_interactive_button(hikari.ButtonStyle.PRIMARY, "press", label="press")
        message = await w.channel.send("a panel", component=row)
        i = await use(3, {"custom_id": "press", "component_type": 2}, message_id=str(message.id))
        equal((i.custom_id, i.message.id), ("press", message.id))
        await i.create_initial_response(RESPONSE.MESSAGE_UPDATE, "pressed", components=[])
        await w.b.ear.expect("GuildMessageUpdateEvent", lambda e: e.message_id == message.id and e.message.content == "pressed")

    async def select() -> None:
        rows = [rest.build_message_action_row() for _ in range(3)]
        rows[0].add_text_menu("text", max_values=2).add_option("a", "a").add_option("b", "b")
        rows[1].add_select_menu(hikari.ComponentType.MENTIONABLE_SELECT_MENU, "both", max_values=2)
        rows[2].add_channel_menu("channel")
        message = await w.channel.send("a panel", components=rows)

        async def choose(custom_id: str, kind: int, *values: object) -> hikari.ComponentInteraction:
            data = {"custom_id": custom_id, "component_type": kind, "values": [str(v) for v in values]}
            return await use(3, data, message_id=str(message.id))

        i = await choose("text", 3, "a", "b")
        equal(list(i.values), ["a", "b"])
        await i.create_initial_response(RESPONSE.DEFERRED_MESSAGE_UPDATE)
        i = await choose("both", 7, PERSON_ID, GUILD_ID)
        equal((list(i.resolved.members), list(i.resolved.roles)), ([PERSON_ID], [GUILD_ID]))
        await i.create_initial_response(RESPONSE.DEFERRED_MESSAGE_UPDATE)
        i = await choose("channel", 8, w.channel.id)
        equal(list(i.resolved.channels), [w.channel.id])
        await i.create_initial_response(RESPONSE.MESSAGE_CREATE, "there")
        equal((await seen(answer_to(i))).message_reference.id, message.id)

    async def modal() -> None:
        i = await use(2, command("form"))
        row = rest.build_modal_action_row().add_text_input("name", "Name")
        await i.create_modal_response("A form", "form", component=row)
        fields = [{"type": 1, "components": [{"type": 4, "custom_id": "name", "value": "Ann"}]}]
        filled = await use(5, {"id": str(i.id), "custom_id": "form", "components": fields})
        equal((filled.custom_id, filled.components[0][0].value), ("form", "Ann"))
        await filled.create_initial_response(RESPONSE.MESSAGE_CREATE, "thank you")
        await seen(answer_to(filled))

    async def unregister() -> None:
        application = await rest.fetch_application()
        await rest.delete_application_command(application, made["form"].id, GUILD_ID)
        equal(list(await rest.set_application_commands(application, [], GUILD_ID)), [])

    await r.check("interaction.register", register)
    await r.check("interaction.command", slash)
    await r.check("interaction.deferred", deferred)
    await r.check("interaction.autocomplete", autocomplete)
    await r.check("interaction.context", context)
    await r.check("interaction.button", button)
    await r.check("interaction.select", select)
    await r.check("interaction.modal", modal)
    await r.check("interaction.unregister", unregister)
