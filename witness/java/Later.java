import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.dv8tion.jda.api.audit.ActionType;
import net.dv8tion.jda.api.entities.Guild;
import net.dv8tion.jda.api.entities.UserSnowflake;
import net.dv8tion.jda.api.entities.channel.ChannelType;
import net.dv8tion.jda.api.entities.channel.concrete.TextChannel;
import net.dv8tion.jda.api.entities.channel.concrete.ThreadChannel;
import net.dv8tion.jda.api.entities.channel.middleman.GuildChannel;
import net.dv8tion.jda.api.events.channel.ChannelCreateEvent;
import net.dv8tion.jda.api.events.channel.ChannelDeleteEvent;
import net.dv8tion.jda.api.events.channel.update.ChannelUpdateArchivedEvent;
import net.dv8tion.jda.api.events.guild.GuildAuditLogEntryCreateEvent;
import net.dv8tion.jda.api.events.guild.GuildBanEvent;
import net.dv8tion.jda.api.events.guild.GuildUnbanEvent;
import net.dv8tion.jda.api.events.guild.invite.GuildInviteCreateEvent;
import net.dv8tion.jda.api.events.guild.invite.GuildInviteDeleteEvent;
import net.dv8tion.jda.api.events.guild.member.GuildMemberJoinEvent;
import net.dv8tion.jda.api.events.guild.member.GuildMemberRemoveEvent;
import net.dv8tion.jda.api.events.guild.member.update.GuildMemberUpdateTimeOutEvent;
import net.dv8tion.jda.api.events.guild.scheduledevent.ScheduledEventCreateEvent;
import net.dv8tion.jda.api.events.guild.scheduledevent.ScheduledEventDeleteEvent;
import net.dv8tion.jda.api.events.guild.scheduledevent.ScheduledEventUserAddEvent;
import net.dv8tion.jda.api.events.interaction.GenericInteractionCreateEvent;
import net.dv8tion.jda.api.events.interaction.ModalInteractionEvent;
import net.dv8tion.jda.api.events.interaction.command.CommandAutoCompleteInteractionEvent;
import net.dv8tion.jda.api.events.interaction.command.SlashCommandInteractionEvent;
import net.dv8tion.jda.api.events.interaction.command.UserContextInteractionEvent;
import net.dv8tion.jda.api.events.interaction.component.ButtonInteractionEvent;
import net.dv8tion.jda.api.events.interaction.component.EntitySelectInteractionEvent;
import net.dv8tion.jda.api.events.interaction.component.StringSelectInteractionEvent;
import net.dv8tion.jda.api.events.message.MessageDeleteEvent;
import net.dv8tion.jda.api.events.message.MessageReceivedEvent;
import net.dv8tion.jda.api.events.message.MessageUpdateEvent;
import net.dv8tion.jda.api.events.thread.member.ThreadMemberJoinEvent;
import net.dv8tion.jda.api.events.thread.member.ThreadMemberLeaveEvent;
import net.dv8tion.jda.api.interactions.commands.Command;
import net.dv8tion.jda.api.interactions.commands.OptionType;
import net.dv8tion.jda.api.interactions.commands.build.Commands;
import net.dv8tion.jda.api.interactions.commands.build.OptionData;
import net.dv8tion.jda.api.interactions.components.ActionRow;
import net.dv8tion.jda.api.interactions.components.buttons.Button;
import net.dv8tion.jda.api.interactions.components.selections.EntitySelectMenu;
import net.dv8tion.jda.api.interactions.components.selections.EntitySelectMenu.SelectTarget;
import net.dv8tion.jda.api.interactions.components.selections.StringSelectMenu;
import net.dv8tion.jda.api.interactions.components.text.TextInput;
import net.dv8tion.jda.api.interactions.components.text.TextInputStyle;
import net.dv8tion.jda.api.interactions.modals.Modal;
import net.dv8tion.jda.api.utils.FileUpload;
import net.dv8tion.jda.api.utils.messages.MessageCreateData;
import net.dv8tion.jda.api.utils.data.DataArray;
import net.dv8tion.jda.api.utils.data.DataObject;

/** Later goes through threads, interactions, moderation and scheduled events. */
final class Later {
    /** Who is banned, timed out and kicked: neither the guild's owner nor a person that other checks are about. */
    private static final int GUEST = 2;

    private final Main run;
    private final Bot a;
    private final Bot b;
    private final Guild guild;
    private final TextChannel channel;
    private final DataArray users;
    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();
    private ThreadChannel thread;
    private List<Command> commands;

    Later(Main run, Bot a, Bot b, Guild guild, TextChannel channel, DataArray users, String url) {
        this.run = run;
        this.a = a;
        this.b = b;
        this.guild = guild;
        this.channel = channel;
        this.users = users;
        this.url = url;
    }

    void all() {
        threads();
        interactions();
        components();
        moderation();
    }

    /** asPerson calls the API as one of the world's people, for whom the library has no call. */
    private DataObject asPerson(int who, String method, String path, DataObject body) throws IOException, InterruptedException {
        var content = body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body.toString());
        var request = HttpRequest.newBuilder(URI.create(url + "/api/v10" + path)).method(method, content)
                .header("Authorization", users.getObject(who).getString("token")).header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10)).build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        Main.want(answer.statusCode() / 100 == 2, method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        return answer.body().isEmpty() ? DataObject.empty() : DataObject.fromJson(answer.body());
    }

    /** use has the person use something, and hands over what the bot gets of it. */
    private <E extends GenericInteractionCreateEvent> E use(Class<E> kind, int type, String message, DataObject data) throws Exception {
        var body = DataObject.empty().put("type", type).put("application_id", a.jda.getSelfUser().getApplicationId())
                .put("guild_id", guild.getId()).put("channel_id", channel.getId()).put("data", data);
        if (message != null) {
            body.put("message_id", message);
        }
        String id = asPerson(0, "POST", "/interactions", body).getString("id");
        return a.expect(kind, e -> e.getInteraction().getId().equals(id));
    }

    private DataObject command(String name, DataObject... options) {
        var found = commands.stream().filter(c -> c.getName().equals(name)).findFirst().orElseThrow();
        return DataObject.empty().put("id", found.getId()).put("type", found.getType().getId())
                .put("options", DataArray.fromCollection(List.of(options)));
    }

    private static DataObject sides(Object value) {
        return DataObject.empty().put("type", 4).put("name", "sides").put("value", value);
    }

    private void threads() {
        UserSnowflake other = UserSnowflake.fromId(b.jda.getSelfUser().getId());
        run.check("thread.message", () -> {
            var start = channel.sendMessage("let us talk").complete();
            thread = start.createThreadChannel("talk").complete();
            Main.want(thread.getId().equals(start.getId()) && thread.getParentChannel().getId().equals(channel.getId()), thread);
            b.expect(ChannelCreateEvent.class, e -> e.getChannel().getId().equals(thread.getId()) && e.getChannelType() == ChannelType.GUILD_PUBLIC_THREAD);
            var said = thread.sendMessage("in the thread").complete();
            b.expect(MessageReceivedEvent.class, e -> e.getMessageId().equals(said.getId()) && e.isFromThread());
        });
        run.check("thread.members", () -> {
            b.jda.getThreadChannelById(thread.getId()).join().complete();
            a.expect(ThreadMemberJoinEvent.class, e -> e.getThread().getId().equals(thread.getId()) && e.getThreadMemberIdLong() == other.getIdLong());
            Main.want(thread.retrieveThreadMembers().complete().size() == 2, thread.getThreadMembers());
            b.jda.getThreadChannelById(thread.getId()).leave().complete();
            a.expect(ThreadMemberLeaveEvent.class, e -> e.getThreadMemberIdLong() == other.getIdLong());
            thread.addThreadMemberById(other.getIdLong()).complete();
            thread.removeThreadMemberById(other.getIdLong()).complete();
        });
        run.check("thread.archive", () -> {
            thread.getManager().setArchived(true).setLocked(true).complete();
            b.expect(ChannelUpdateArchivedEvent.class, e -> e.getChannel().getId().equals(thread.getId()) && Boolean.TRUE.equals(e.getNewValue()));
            var archived = channel.retrieveArchivedPublicThreadChannels().complete();
            Main.want(archived.stream().anyMatch(t -> t.getId().equals(thread.getId())), archived);
            Main.want(guild.retrieveActiveThreads().complete().stream().noneMatch(t -> t.getId().equals(thread.getId())), "still active");
            thread.getManager().setArchived(false).setLocked(false).complete(); // the library forgets archived ones
        });
        run.check("thread.delete", () -> {
            thread.delete().complete();
            b.expect(ChannelDeleteEvent.class, e -> e.getChannel().getId().equals(thread.getId()));
        });
        run.check("forum.post", () -> {
            var forum = guild.createForumChannel("forum").complete();
            var content = MessageCreateData.fromContent("first");
            var post = forum.createForumPost("a post", content).addFiles(FileUpload.fromData("file".getBytes(), "post.txt")).complete();
            Main.want(post.getThreadChannel().getParentChannel().getId().equals(forum.getId()), post);
            var seen = b.expect(MessageReceivedEvent.class, e -> e.getChannel().getId().equals(post.getThreadChannel().getId()));
            Main.want(seen.getMessage().getContentRaw().equals("first") && seen.getMessage().getAttachments().size() == 1, seen);
            forum.delete().complete();
        });
    }

    private void interactions() {
        String who = users.getObject(0).getString("id");
        run.check("interaction.register", () -> {
            var sides = new OptionData(OptionType.INTEGER, "sides", "of a die", true, true);
            commands = guild.updateCommands().addCommands(Commands.slash("roll", "Roll dice").addOptions(sides),
                    Commands.slash("form", "Shows a form"), Commands.user("Look up")).complete();
            Main.want(commands.size() == 3 && guild.retrieveCommands().complete().size() == 3, commands);
        });
        run.check("interaction.command", () -> {
            var e = use(SlashCommandInteractionEvent.class, 2, null, command("roll", sides(6)));
            Main.want(e.getOption("sides").getAsInt() == 6 && e.getUser().getId().equals(who), e);
            var hook = e.reply("rolled 4").complete();
            String original = hook.retrieveOriginal().complete().getId();
            b.expect(MessageReceivedEvent.class, m -> m.getMessageId().equals(original) && m.getMessage().getContentRaw().equals("rolled 4"));
            hook.editOriginal("rolled 5").complete();
            b.expect(MessageUpdateEvent.class, m -> m.getMessageId().equals(original) && m.getMessage().getContentRaw().equals("rolled 5"));
            String more = hook.sendMessage("and more").complete().getId();
            hook.editMessageById(more, "and still more").complete();
            b.expect(MessageUpdateEvent.class, m -> m.getMessageId().equals(more));
            hook.deleteMessageById(more).complete();
            hook.deleteOriginal().complete();
            b.expect(MessageDeleteEvent.class, m -> m.getMessageId().equals(original));
        });
        run.check("interaction.deferred", () -> {
            var e = use(SlashCommandInteractionEvent.class, 2, null, command("roll", sides(6)));
            String original = e.deferReply().complete().editOriginal("at last").complete().getId();
            b.expect(MessageUpdateEvent.class, m -> m.getMessageId().equals(original) && m.getMessage().getContentRaw().equals("at last"));
        });
        run.check("interaction.autocomplete", () -> {
            var e = use(CommandAutoCompleteInteractionEvent.class, 4, null, command("roll", sides("1").put("focused", true)));
            Main.want(e.getFocusedOption().getName().equals("sides"), e);
            e.replyChoiceLongs(12).complete();
        });
        run.check("interaction.context", () -> {
            var e = use(UserContextInteractionEvent.class, 2, null, command("Look up").put("target_id", who));
            Main.want(e.getTarget().getId().equals(who), e.getTarget());
            e.reply("for you alone").setEphemeral(true).complete();
        });
        run.check("interaction.modal", () -> {
            var e = use(SlashCommandInteractionEvent.class, 2, null, command("form"));
            var field = TextInput.create("name", "Name", TextInputStyle.SHORT).build();
            e.replyModal(Modal.create("form", "A form").addActionRow(field).build()).complete();
            var value = DataObject.empty().put("type", 4).put("custom_id", "name").put("value", "Ann");
            var row = DataObject.empty().put("type", 1).put("components", DataArray.empty().add(value));
            var data = DataObject.empty().put("id", e.getInteraction().getId()).put("custom_id", "form").put("components", DataArray.empty().add(row));
            var filled = use(ModalInteractionEvent.class, 5, null, data);
            Main.want(filled.getModalId().equals("form") && filled.getValue("name").getAsString().equals("Ann"), filled.getValues());
            filled.reply("thank you").complete();
        });
        run.check("interaction.unregister", () -> {
            guild.deleteCommandById(commands.get(0).getId()).complete();
            Main.want(guild.updateCommands().complete().isEmpty(), "some are left");
        });
    }

    private void components() {
        run.check("interaction.button", () -> {
            var panel = channel.sendMessage("a panel").addActionRow(Button.primary("press", "press")).complete();
            var data = DataObject.empty().put("component_type", 2).put("custom_id", "press");
            var e = use(ButtonInteractionEvent.class, 3, panel.getId(), data);
            Main.want(e.getComponentId().equals("press") && e.getMessageId().equals(panel.getId()), e);
            e.editMessage("pressed").setComponents().complete();
            b.expect(MessageUpdateEvent.class, m -> m.getMessageId().equals(panel.getId()) && m.getMessage().getContentRaw().equals("pressed"));
        });
        run.check("interaction.select", () -> {
            String who = users.getObject(0).getString("id");
            var panel = channel.sendMessage("menus").addComponents(
                    ActionRow.of(StringSelectMenu.create("3").addOption("a", "a").build()),
                    ActionRow.of(EntitySelectMenu.create("5", SelectTarget.USER).build()),
                    ActionRow.of(EntitySelectMenu.create("6", SelectTarget.ROLE).build()),
                    ActionRow.of(EntitySelectMenu.create("7", SelectTarget.USER, SelectTarget.ROLE).build()),
                    ActionRow.of(EntitySelectMenu.create("8", SelectTarget.CHANNEL).build())).complete();
            var text = use(StringSelectInteractionEvent.class, 3, panel.getId(), chosen(3, "a"));
            Main.want(text.getValues().equals(List.of("a")), text.getValues());
            text.deferEdit().complete();
            String[] values = {who, guild.getId(), guild.getId(), channel.getId()};
            for (int kind = 5; kind <= 8; kind++) {
                String value = values[kind - 5];
                var e = use(EntitySelectInteractionEvent.class, 3, panel.getId(), chosen(kind, value));
                Main.want(e.getValues().size() == 1 && e.getValues().get(0).getId().equals(value), e.getValues());
                e.deferEdit().complete();
            }
        });
    }

    private static DataObject chosen(int kind, String value) {
        return DataObject.empty().put("component_type", kind).put("custom_id", String.valueOf(kind)).put("values", DataArray.empty().add(value));
    }

    private void moderation() {
        String id = users.getObject(GUEST).getString("id");
        UserSnowflake guest = UserSnowflake.fromId(id);
        run.check("channel.types", () -> {
            List<GuildChannel> made = List.of(guild.createCategory("corner").complete(), guild.createVoiceChannel("talk").complete(),
                    guild.createStageChannel("stage").complete(), guild.createNewsChannel("news").complete(),
                    guild.createForumChannel("ask").complete(), guild.createMediaChannel("gallery").complete());
            for (var c : made) {
                b.expect(ChannelCreateEvent.class, e -> e.getChannel().getId().equals(c.getId()) && e.getChannelType() == c.getType());
                c.delete().complete();
            }
        });
        run.check("member.search", () -> {
            String name = users.getObject(1).getString("name");
            // The library asks over the gateway.
            var found = guild.retrieveMembersByPrefix(name.substring(0, 3), 10).get();
            Main.want(found.stream().anyMatch(m -> m.getUser().getName().equals(name)), found);
        });
        run.check("member.timeout", () -> {
            var until = OffsetDateTime.now().plusHours(1).truncatedTo(ChronoUnit.SECONDS);
            guild.timeoutUntil(guest, until).complete();
            var seen = b.expect(GuildMemberUpdateTimeOutEvent.class, e -> e.getUser().getId().equals(id) && e.getNewTimeOutEnd() != null);
            Main.want(seen.getNewTimeOutEnd().toInstant().equals(until.toInstant()), seen.getNewTimeOutEnd());
            guild.removeTimeout(guest).complete();
            b.expect(GuildMemberUpdateTimeOutEvent.class, e -> e.getUser().getId().equals(id) && e.getNewTimeOutEnd() == null);
        });
        run.check("ban", () -> {
            guild.ban(guest, 60, TimeUnit.SECONDS).reason("too loud").complete();
            b.expect(GuildBanEvent.class, e -> e.getUser().getId().equals(id));
            b.expect(GuildMemberRemoveEvent.class, e -> e.getUser().getId().equals(id));
            Main.want("too loud".equals(guild.retrieveBan(guest).complete().getReason()), "another reason");
        });
        run.check("audit", () -> {
            var entry = guild.retrieveAuditLogs().type(ActionType.BAN).limit(1).complete().get(0);
            Main.want(entry.getTargetId().equals(id) && "too loud".equals(entry.getReason()), entry);
            b.expect(GuildAuditLogEntryCreateEvent.class, e -> e.getEntry().getId().equals(entry.getId()));
        });
        run.check("ban.remove", () -> {
            guild.unban(guest).complete();
            b.expect(GuildUnbanEvent.class, e -> e.getUser().getId().equals(id));
            Main.refused(10026, guild.retrieveBan(guest));
        });
        run.check("invite", () -> {
            int mark = b.mark();
            var made = channel.createInvite().setMaxAge(600).setMaxUses(1).setUnique(true).complete();
            b.expect(GuildInviteCreateEvent.class, e -> e.getCode().equals(made.getCode()));
            Main.want(channel.retrieveInvites().complete().size() == 1, "not in the list");
            asPerson(GUEST, "POST", "/invites/" + made.getCode(), DataObject.empty());
            b.expect(mark, Bot.EVENT_MILLIS, GuildMemberJoinEvent.class, e -> e.getUser().getId().equals(id));
            b.expect(GuildInviteDeleteEvent.class, e -> e.getCode().equals(made.getCode()));
        });
        run.check("member.kick", () -> {
            int mark = b.mark();
            guild.kick(guest).reason("late").complete();
            b.expect(mark, Bot.EVENT_MILLIS, GuildMemberRemoveEvent.class, e -> e.getUser().getId().equals(id));
        });
        run.check("event", () -> {
            var start = OffsetDateTime.now().plusHours(1).truncatedTo(ChronoUnit.SECONDS);
            var made = guild.createScheduledEvent("fair", "the yard", start, start.plusHours(1)).complete();
            var seen = b.expect(ScheduledEventCreateEvent.class, e -> e.getScheduledEvent().getId().equals(made.getId())).getScheduledEvent();
            Main.want(seen.getLocation().equals("the yard") && seen.getStartTime().toInstant().equals(start.toInstant()), seen);
            asPerson(0, "PUT", "/guilds/" + guild.getId() + "/scheduled-events/" + made.getId() + "/users/@me", null);
            b.expect(ScheduledEventUserAddEvent.class, e -> e.getScheduledEvent().getId().equals(made.getId()));
            Main.want(made.retrieveInterestedMembers().complete().size() == 1, "not interested");
            made.delete().complete();
            b.expect(ScheduledEventDeleteEvent.class, e -> e.getScheduledEvent().getId().equals(made.getId()));
        });
    }
}
