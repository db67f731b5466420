// Commands, components and modals: a person uses them, the first bot answers,
// and the second one sees what others may see of it.
"use strict";

const {
  ActionRowBuilder, ButtonBuilder, ButtonStyle, ChannelSelectMenuBuilder, ContextMenuCommandBuilder, LabelBuilder, MentionableSelectMenuBuilder,
  MessageFlags, MessageType, ModalBuilder, RoleSelectMenuBuilder, SlashCommandBuilder, StringSelectMenuBuilder, TextInputBuilder,
  TextInputStyle, UserSelectMenuBuilder,
} = require("discord.js");
const { assert, check, refused } = require("./harness.js");
const { Person } = require("./person.js");

module.exports = async function interactions(w) {
  const { a, b, guild, channel, world } = w;
  const { application } = a.client;
  const user = world.users[0];
  const commands = new Map();
  const person = new Person(w, user);
  await person.connect();

  // use has the person use something and hands over what the bot gets of it.
  async function use(type, data, more = {}) {
    const body = { type, application_id: application.id, guild_id: guild.id, channel_id: channel.id, data, ...more };
    const { id } = await person.call("POST", "/interactions", body);
    const [interaction] = await a.ear.expect("interactionCreate", (i) => i.id === id);
    return interaction;
  }
  const command = (name, options = []) => ({ id: commands.get(name).id, type: commands.get(name).type, options });
  const seen = async (content) => (await b.ear.expect("messageCreate", (m) => m.channelId === channel.id && m.content === content))[0];

  await check("interaction.register", async () => {
    const all = await application.commands.set([
      new SlashCommandBuilder().setName("roll").setDescription("Roll dice").setNameLocalizations({ de: "würfeln" })
        .addIntegerOption((o) => o.setName("sides").setDescription("of a die").setRequired(true).setMinValue(2).setMaxValue(100).setAutocomplete(true))
        .addUserOption((o) => o.setName("who").setDescription("rolls"))
        .addChannelOption((o) => o.setName("where").setDescription("it rolls"))
        .addRoleOption((o) => o.setName("role").setDescription("of those who watch")),
      new SlashCommandBuilder().setName("tree").setDescription("Has sub-commands")
        .addSubcommandGroup((g) => g.setName("group").setDescription("d").addSubcommand((s) => s.setName("leaf").setDescription("d")
          .addBooleanOption((o) => o.setName("on").setDescription("d")))),
      new ContextMenuCommandBuilder().setName("Look up").setType(2),
      new ContextMenuCommandBuilder().setName("Quote").setType(3),
    ], guild.id);
    for (const c of all.values()) commands.set(c.name, c);
    assert.deepEqual([...commands.keys()], ["roll", "tree", "Look up", "Quote"]);
    assert.equal(commands.get("roll").options[0].maxValue, 100);
    const fetched = await application.commands.fetch({ guildId: guild.id, withLocalizations: true });
    assert.equal(fetched.get(commands.get("roll").id).nameLocalizations.de, "würfeln");
    const edited = await application.commands.edit(commands.get("tree").id, { description: "Has one" }, guild.id);
    assert.equal(edited.description, "Has one");
    const error = await refused(() => application.commands.create({ name: "Bad Name", description: "d" }, guild.id));
    assert.equal(error.code, 50035);
  });

  await check("interaction.command", async () => {
    const i = await use(2, command("roll", [
      { type: 4, name: "sides", value: 6 }, { type: 6, name: "who", value: user.id }, { type: 7, name: "where", value: channel.id },
      { type: 8, name: "role", value: guild.id },
    ]));
    assert.ok(i.isChatInputCommand() && i.inCachedGuild());
    assert.deepEqual([i.options.getInteger("sides"), i.options.getMember("who").id, i.options.getChannel("where").id, i.options.getRole("role").id],
      [6, user.id, channel.id, guild.id]);
    assert.equal(i.user.id, user.id);
    assert.ok(i.appPermissions.has("Administrator") && i.memberPermissions.has("ViewChannel"));
    const { resource } = await i.reply({ content: "rolled 4", withResponse: true });
    assert.equal(resource.message.type, MessageType.ChatInputCommand);
    await person.expect("INTERACTION_SUCCESS", (d) => d.id === i.id);
    const message = await seen("rolled 4");
    assert.equal(message.interactionMetadata.id, i.id);
    assert.equal(message.author.id, a.client.user.id);
    await i.editReply("rolled 5");
    await b.ear.expect("messageUpdate", (_, m) => m.id === message.id && m.content === "rolled 5");
    const further = await i.followUp("and more");
    assert.equal((await seen("and more")).reference.messageId, message.id);
    await i.deleteReply(further);
    await b.ear.expect("messageDelete", (m) => m.id === further.id);
    assert.equal((await i.fetchReply()).content, "rolled 5");
    const again = await refused(() => a.client.rest.post(`/interactions/${i.id}/${i.token}/callback`, { body: { type: 4, data: { content: "twice" } }, auth: false }));
    assert.equal(again.code, 40060);
    const leaf = await use(2, command("tree", [{ type: 2, name: "group", options: [{ type: 1, name: "leaf", options: [{ type: 5, name: "on", value: true }] }] }]));
    assert.deepEqual([leaf.options.getSubcommandGroup(), leaf.options.getSubcommand(), leaf.options.getBoolean("on")], ["group", "leaf", true]);
    await leaf.reply("leaf");
    await seen("leaf");
  });

  await check("interaction.ephemeral", async () => {
    const mark = b.ear.mark;
    const i = await use(2, command("roll", [{ type: 4, name: "sides", value: 6 }]));
    await i.reply({ content: "a secret", flags: MessageFlags.Ephemeral });
    await person.expect("MESSAGE_CREATE", (m) => m.content === "a secret");
    assert.ok((await i.fetchReply()).flags.has("Ephemeral"));
    await i.editReply("still one");
    await i.deleteReply();
    await channel.send("after the secret");
    await b.ear.expect("messageCreate", (m) => m.content === "after the secret", mark);
    const heard = b.ear.since(mark).filter((e) => e.name === "messageCreate" && e.args[0].channelId === channel.id);
    assert.deepEqual(heard.map((e) => e.args[0].content), ["after the secret"]);
    const history = await channel.messages.fetch({ limit: 5 });
    assert.ok(!history.some((m) => m.content.includes("secret") && m.content !== "after the secret"));
  });

  await check("interaction.deferred", async () => {
    const i = await use(2, command("roll", [{ type: 4, name: "sides", value: 6 }]));
    await i.deferReply();
    const [waiting] = await b.ear.expect("messageCreate", (m) => m.interactionMetadata?.id === i.id);
    assert.ok(waiting.flags.has("Loading"));
    await i.editReply("at last");
    await b.ear.expect("messageUpdate", (_, m) => m.id === waiting.id && m.content === "at last" && !m.flags.has("Loading"));
  });

  await check("interaction.autocomplete", async () => {
    const i = await use(4, command("roll", [{ type: 4, name: "sides", value: "1", focused: true }]));
    assert.ok(i.isAutocomplete());
    assert.equal(i.options.getFocused(), "1");
    await i.respond([{ name: "ten", value: 10 }]);
    const { choices } = await person.expect("APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", (d) => d.id === i.id);
    assert.deepEqual(choices, [{ name: "ten", value: 10 }]);
  });

  await check("interaction.context", async () => {
    const who = await use(2, { ...command("Look up"), target_id: user.id });
    assert.ok(who.isUserContextMenuCommand() && who.targetMember);
    await who.reply(`is ${who.targetUser.username}`);
    assert.equal((await seen(`is ${who.targetUser.username}`)).type, MessageType.ContextMenuCommand);
    const said = await channel.send("quote me");
    const quote = await use(2, { ...command("Quote"), target_id: said.id });
    assert.equal(quote.targetMessage.content, "quote me");
    await quote.reply("quoted");
  });

  await check("interaction.private", async () => {
    const [global] = (await application.commands.set([{ name: "here", description: "d" }])).values();
    const dm = await person.call("POST", "/users/@me/channels", { recipient_id: a.client.user.id });
    const { application_commands: known } = await person.call("GET", `/channels/${dm.id}/application-command-index`);
    assert.deepEqual(known.map((c) => c.name), ["here"]);
    const { id } = await person.call("POST", "/interactions", {
      type: 2, application_id: application.id, channel_id: dm.id, data: { id: global.id, type: 1 },
    });
    const [i] = await a.ear.expect("interactionCreate", (x) => x.id === id);
    assert.equal(i.context, 1);
    await i.reply("in private");
    await person.expect("MESSAGE_CREATE", (m) => m.channel_id === dm.id && m.content === "in private");
    await application.commands.set([]);
  });

  const row = (component) => new ActionRowBuilder().addComponents(component);

  await check("interaction.button", async () => {
    const message = await channel.send({ content: "press", components: [
      new ActionRowBuilder().addComponents(new ButtonBuilder().setCustomId("on").setLabel("on").setStyle(ButtonStyle.Primary),
        new ButtonBuilder().setCustomId("off").setLabel("off").setStyle(ButtonStyle.Danger).setDisabled(true)),
    ] });
    const i = await use(3, { custom_id: "on", component_type: 2 }, { message_id: message.id });
    assert.ok(i.isButton() && i.message.id === message.id);
    await i.update({ content: "pressed", components: [] });
    await b.ear.expect("messageUpdate", (_, m) => m.id === message.id && m.content === "pressed" && m.components.length === 0);
  });

  await check("interaction.select", async () => {
    const message = await channel.send({ content: "choose", components: [
      row(new StringSelectMenuBuilder().setCustomId("s").setMaxValues(2).addOptions(["a", "b", "c"].map((v) => ({ label: v, value: v })))),
      row(new UserSelectMenuBuilder().setCustomId("u")), row(new RoleSelectMenuBuilder().setCustomId("r")),
      row(new MentionableSelectMenuBuilder().setCustomId("m").setMaxValues(2)), row(new ChannelSelectMenuBuilder().setCustomId("c")),
    ] });
    const choose = (custom_id, component_type, ...values) => use(3, { custom_id, component_type, values }, { message_id: message.id });
    const text = await choose("s", 3, "a", "c");
    assert.deepEqual(text.values, ["a", "c"]);
    await text.deferUpdate();
    await text.followUp({ content: "noted", flags: MessageFlags.Ephemeral });
    const users = await choose("u", 5, user.id);
    assert.equal(users.members.first().id, user.id);
    await users.reply("chosen");
    assert.equal((await seen("chosen")).reference.messageId, message.id);
    const roles = await choose("r", 6, guild.id);
    assert.equal(roles.roles.first().id, guild.id);
    await roles.deferUpdate();
    const both = await choose("m", 7, guild.id, user.id);
    assert.deepEqual([both.roles.size, both.users.size], [1, 1]);
    await both.deferUpdate();
    const channels = await choose("c", 8, channel.id);
    assert.equal(channels.channels.first().id, channel.id);
    await channels.deferUpdate();
  });

  await check("interaction.modal", async () => {
    const i = await use(2, command("roll", [{ type: 4, name: "sides", value: 6 }]));
    await i.showModal(new ModalBuilder().setCustomId("form").setTitle("A form").addLabelComponents(
      new LabelBuilder().setLabel("Name").setTextInputComponent(new TextInputBuilder().setCustomId("name").setStyle(TextInputStyle.Short)),
      new LabelBuilder().setLabel("Friend").setUserSelectMenuComponent(new UserSelectMenuBuilder().setCustomId("friend")),
    ));
    const shown = await person.expect("INTERACTION_MODAL_CREATE", (d) => d.id === i.id);
    assert.deepEqual([shown.custom_id, shown.title, shown.components.length], ["form", "A form", 2]);
    const filled = await use(5, { id: i.id, custom_id: "form", components: [
      { type: 18, component: { type: 4, custom_id: "name", value: "Ann" } },
      { type: 18, component: { type: 5, custom_id: "friend", values: [user.id] } },
    ] });
    assert.ok(filled.isModalSubmit());
    assert.equal(filled.fields.getTextInputValue("name"), "Ann");
    assert.equal(filled.fields.getSelectedUsers("friend").first().id, user.id);
    await filled.reply("thank you");
    assert.equal((await seen("thank you")).interactionMetadata.triggeringInteractionMetadata.id, i.id);
  });

  await check("interaction.unregister", async () => {
    await application.commands.delete(commands.get("tree").id, guild.id);
    await application.commands.set([], guild.id);
    assert.equal((await application.commands.fetch({ guildId: guild.id })).size, 0);
  });
  person.close();
};
