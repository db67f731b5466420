import java.util.ArrayList;
import java.util.List;
import net.dv8tion.jda.api.EmbedBuilder;
import net.dv8tion.jda.api.OnlineStatus;
import net.dv8tion.jda.api.Permission;
import net.dv8tion.jda.api.entities.Activity;
import net.dv8tion.jda.api.entities.Guild;
import net.dv8tion.jda.api.entities.Message;
import net.dv8tion.jda.api.entities.PermissionOverride;
import net.dv8tion.jda.api.entities.Role;
import net.dv8tion.jda.api.entities.UserSnowflake;
import net.dv8tion.jda.api.entities.channel.concrete.TextChannel;
import net.dv8tion.jda.api.entities.emoji.Emoji;
import net.dv8tion.jda.api.events.GenericEvent;
import net.dv8tion.jda.api.events.channel.ChannelCreateEvent;
import net.dv8tion.jda.api.events.channel.ChannelDeleteEvent;
import net.dv8tion.jda.api.events.channel.update.ChannelUpdateTopicEvent;
import net.dv8tion.jda.api.events.guild.member.GuildMemberRoleAddEvent;
import net.dv8tion.jda.api.events.guild.member.GuildMemberRoleRemoveEvent;
import net.dv8tion.jda.api.events.guild.member.update.GuildMemberUpdateNicknameEvent;
import net.dv8tion.jda.api.events.guild.override.PermissionOverrideCreateEvent;
import net.dv8tion.jda.api.events.guild.override.PermissionOverrideDeleteEvent;
import net.dv8tion.jda.api.events.message.MessageDeleteEvent;
import net.dv8tion.jda.api.events.message.MessageReceivedEvent;
import net.dv8tion.jda.api.events.message.MessageUpdateEvent;
import net.dv8tion.jda.api.events.message.react.MessageReactionAddEvent;
import net.dv8tion.jda.api.events.message.react.MessageReactionRemoveAllEvent;
import net.dv8tion.jda.api.events.message.react.MessageReactionRemoveEvent;
import net.dv8tion.jda.api.events.role.RoleCreateEvent;
import net.dv8tion.jda.api.events.role.RoleDeleteEvent;
import net.dv8tion.jda.api.events.role.update.RoleUpdateNameEvent;
import net.dv8tion.jda.api.events.session.SessionRecreateEvent;
import net.dv8tion.jda.api.events.session.SessionResumeEvent;
import net.dv8tion.jda.api.events.user.UserTypingEvent;
import net.dv8tion.jda.api.events.user.update.UserUpdateOnlineStatusEvent;
import net.dv8tion.jda.api.exceptions.ErrorResponseException;
import net.dv8tion.jda.api.exceptions.InvalidTokenException;
import net.dv8tion.jda.api.requests.RestAction;
import net.dv8tion.jda.api.utils.FileUpload;
import net.dv8tion.jda.api.utils.data.DataArray;
import net.dv8tion.jda.api.utils.data.DataObject;

/**
 * Drives a Guildhall server with unmodified JDA: one bot acts, and another must see the event that answers each call.
 * Prints one JSON line per check.
 */
final class Main {
    private static final int BLUE = 0x3366cc;
    private static final String GREETING = "hello from JDA \u2014 \u00e9\u4e16\ud83d\udc4b";
    private static final Emoji THUMB = Emoji.fromUnicode("\ud83d\udc4d");
    private static final long RECONNECT_MILLIS = 15_000;
    /** Well-formed, and names nothing. */
    private static final long NO_SUCH_ID = 100000000000000001L;

    private final String url = System.getenv("GUILDHALL_URL").replaceAll("/$", "");
    private final String gateway = System.getenv("GUILDHALL_GATEWAY");
    private final DataArray bots;
    private final DataArray users;
    private final DataObject home;
    private boolean failed;

    private Bot a;
    private Bot b;
    private Guild guild;
    private TextChannel channel;
    private Role role;
    private PermissionOverride override;
    private Message message;

    private Main() {
        DataObject world = DataObject.fromJson(System.getenv("GUILDHALL_WORLD"));
        bots = world.getArray("bots");
        users = world.getArray("users");
        home = world.getArray("guilds").getObject(0);
    }

    public static void main(String[] args) {
        Main run = new Main();
        run.all();
        System.exit(run.failed ? 1 : 0); // the library's threads would go on
    }

    interface Check {
        void run() throws Exception;
    }

    boolean check(String name, Check check) {
        long start = System.nanoTime();
        DataObject outcome = DataObject.empty().put("check", name);
        Throwable error = null;
        try {
            check.run();
        } catch (Exception | AssertionError e) {
            error = e;
            failed = true;
            e.printStackTrace();
            outcome.put("detail", e.toString());
        }
        outcome.put("ok", error == null).put("ms", (System.nanoTime() - start) / 1_000_000);
        System.out.println(outcome);
        return error == null;
    }

    static void want(boolean ok, Object got) {
        if (!ok) {
            throw new AssertionError("got " + got);
        }
    }

    static void refused(int code, RestAction<?> action) {
        try {
            action.complete();
        } catch (ErrorResponseException e) {
            want(e.getErrorCode() == code, e);
            return;
        }
        throw new AssertionError("was not refused");
    }

    private void all() {
        if (!check("login", this::login)) {
            return;
        }
        guildAndRoles();
        members();
        messages();
        reactions();
        commands();
        new Later(this, a, b, guild, channel, users, url).all();
        check("resume", this::resume);
        check("channel.delete", () -> {
            channel.delete().complete();
            b.expect(ChannelDeleteEvent.class, e -> e.getChannel().getId().equals(channel.getId()));
        });
        refusals();
        System.out.println(DataObject.empty().put("events", DataArray.fromCollection(Bot.decoded(a, b))));
    }

    private Bot connect(String token) {
        return new Bot(url, gateway, token);
    }

    private void login() throws Exception {
        a = connect(bots.getObject(0).getString("token"));
        b = connect(bots.getObject(1).getString("token"));
        for (Bot bot : List.of(a, b)) {
            bot.jda.awaitReady();
            Guild seen = bot.jda.getGuildById(home.getString("id"));
            want(seen != null && seen.getName().equals(home.getString("name")), seen);
            want(seen.getMemberCount() >= bots.length() && seen.getMemberCache().size() == seen.getMemberCount(), seen.getMembers());
            want(seen.getTextChannels().size() >= 2 && seen.getRoles().size() >= 2, seen.getRoles());
        }
        want(a.jda.getSelfUser().getId().equals(bots.getObject(0).getString("id")), a.jda.getSelfUser());
        guild = a.jda.getGuildById(home.getString("id"));
    }

    private void guildAndRoles() {
        check("me", () -> want(a.jda.retrieveApplicationInfo().complete().getId().equals(a.jda.getSelfUser().getApplicationId()), ""));
        check("user", () -> want(a.jda.retrieveUserById(bots.getObject(1).getString("id")).useCache(false).complete().isBot(), ""));
        check("guild", () -> want(guild.retrieveMetaData().complete().getApproximateMembers() >= bots.length(), ""));
        check("channel.create", () -> {
            channel = guild.createTextChannel("witness-jda").setTopic("made by JDA").complete();
            var seen = b.expect(ChannelCreateEvent.class, e -> e.getChannel().getId().equals(channel.getId()));
            want("made by JDA".equals(seen.getChannel().asTextChannel().getTopic()), seen);
        });
        check("channel.modify", () -> {
            channel.getManager().setName("witness-jda-2").setTopic("changed").complete();
            var seen = b.expect(ChannelUpdateTopicEvent.class, e -> e.getChannel().getId().equals(channel.getId()));
            want("changed".equals(seen.getNewValue()) && "made by JDA".equals(seen.getOldValue()), seen);
        });
        check("role.create", () -> {
            role = guild.createRole().setName("witness").setColor(BLUE).setHoisted(true).setPermissions(Permission.MESSAGE_SEND).complete();
            var seen = b.expect(RoleCreateEvent.class, e -> e.getRole().getId().equals(role.getId())).getRole();
            want(seen.getColorRaw() == BLUE && seen.isHoisted() && seen.getPermissionsRaw() == Permission.MESSAGE_SEND.getRawValue(), seen);
        });
        check("role.modify", () -> {
            role.getManager().setName("witness-2").complete();
            b.expect(RoleUpdateNameEvent.class, e -> e.getRole().getId().equals(role.getId()) && e.getNewName().equals("witness-2"));
        });
        check("overwrite.put", () -> {
            override = channel.upsertPermissionOverride(role).setAllowed(Permission.VIEW_CHANNEL).setDenied(Permission.MESSAGE_SEND).complete();
            var seen = b.expect(PermissionOverrideCreateEvent.class, e -> e.getPermissionOverride().getId().equals(role.getId()));
            want(seen.getPermissionOverride().getAllowedRaw() == Permission.VIEW_CHANNEL.getRawValue(), seen.getPermissionOverride());
        });
        check("overwrite.delete", () -> {
            override.delete().complete();
            b.expect(PermissionOverrideDeleteEvent.class, e -> e.getPermissionOverride().getId().equals(role.getId()));
        });
        UserSnowflake other = UserSnowflake.fromId(bots.getObject(1).getString("id"));
        check("member.role.add", () -> {
            guild.addRoleToMember(other, role).complete();
            b.expect(GuildMemberRoleAddEvent.class, e -> e.getUser().getId().equals(other.getId()));
        });
        check("member.role.remove", () -> {
            guild.removeRoleFromMember(other, role).complete();
            b.expect(GuildMemberRoleRemoveEvent.class, e -> e.getUser().getId().equals(other.getId()));
        });
        check("role.delete", () -> {
            role.delete().complete();
            b.expect(RoleDeleteEvent.class, e -> e.getRole().getId().equals(role.getId()));
        });
    }

    private void members() {
        check("member.get", () -> {
            var member = guild.retrieveMemberById(users.getObject(0).getString("id")).useCache(false).complete();
            want(member.hasTimeJoined() && !member.getUser().isBot(), member);
        });
        check("member.chunk", () -> want(guild.loadMembers().get().size() == guild.getMemberCount(), guild.getMembers()));
        check("member.me", () -> {
            guild.modifyNickname(guild.getSelfMember(), "Barista").complete();
            b.expect(GuildMemberUpdateNicknameEvent.class, e -> "Barista".equals(e.getNewNickname()));
        });
    }

    private void messages() {
        check("message.send", () -> {
            message = channel.sendMessage(GREETING).complete();
            var seen = b.expect(MessageReceivedEvent.class, e -> e.getMessageId().equals(message.getId()));
            want(seen.getMessage().getContentRaw().equals(GREETING) && seen.getMember() != null && seen.getAuthor().isBot(), seen);
        });
        check("message.embed", () -> {
            var embed = new EmbedBuilder().setTitle("Title").setDescription("Description").setColor(BLUE).addField("n", "v", true).build();
            var sent = channel.sendMessageEmbeds(embed).complete();
            var seen = b.expect(MessageReceivedEvent.class, e -> e.getMessageId().equals(sent.getId())).getMessage().getEmbeds().get(0);
            want("Title".equals(seen.getTitle()) && seen.getColorRaw() == BLUE && "v".equals(seen.getFields().get(0).getValue()), seen);
        });
        check("message.file", () -> {
            var sent = channel.sendMessage("with a file").addFiles(FileUpload.fromData("some text".getBytes(), "a.txt")).complete();
            var seen = b.expect(MessageReceivedEvent.class, e -> e.getMessageId().equals(sent.getId())).getMessage().getAttachments().get(0);
            want(seen.getFileName().equals("a.txt"), seen);
            try (var in = seen.getProxy().download().get()) {
                want(new String(in.readAllBytes()).equals("some text"), seen);
            }
        });
        check("message.reply", () -> {
            var reply = message.reply("a reply").complete();
            var seen = b.expect(MessageReceivedEvent.class, e -> e.getMessageId().equals(reply.getId())).getMessage();
            want(seen.getReferencedMessage() != null && seen.getReferencedMessage().getId().equals(message.getId()), seen);
        });
        check("message.get", () -> want(channel.retrieveMessageById(message.getId()).complete().getContentRaw().equals(GREETING), ""));
        check("message.list", () -> {
            List<String> ids = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                ids.add(channel.sendMessage("list " + i).complete().getId());
            }
            var before = channel.getHistoryBefore(ids.get(3), 2).complete().getRetrievedHistory().stream().map(m -> ids.indexOf(m.getId())).toList();
            var after = channel.getHistoryAfter(ids.get(1), 2).complete().getRetrievedHistory().stream().map(m -> ids.indexOf(m.getId())).toList();
            var around = channel.getHistoryAround(ids.get(2), 3).complete().getRetrievedHistory().stream().map(m -> ids.indexOf(m.getId())).toList();
            want(before.equals(List.of(2, 1)) && after.equals(List.of(3, 2)) && around.equals(List.of(3, 2, 1)), before + " " + after + " " + around);
        });
        check("message.edit", () -> {
            message.editMessage("edited").complete();
            var seen = b.expect(MessageUpdateEvent.class, e -> e.getMessageId().equals(message.getId()));
            want(seen.getMessage().getContentRaw().equals("edited") && seen.getMessage().isEdited(), seen);
        });
        check("message.delete", () -> {
            var doomed = channel.sendMessage("to be deleted").complete();
            doomed.delete().complete();
            b.expect(MessageDeleteEvent.class, e -> e.getMessageId().equals(doomed.getId()));
            refused(10008, channel.retrieveMessageById(doomed.getId()));
        });
    }

    private void reactions() {
        String self = a.jda.getSelfUser().getId();
        String other = b.jda.getSelfUser().getId();
        check("reaction.add", () -> {
            message.addReaction(THUMB).complete();
            b.expect(MessageReactionAddEvent.class, e -> e.getUserId().equals(self) && e.getEmoji().equals(THUMB));
            b.jda.getTextChannelById(channel.getId()).addReactionById(message.getId(), THUMB).complete();
        });
        check("reaction.list", () -> want(message.retrieveReactionUsers(THUMB).complete().size() == 2, ""));
        check("reaction.remove.own", () -> {
            message.removeReaction(THUMB).complete();
            b.expect(MessageReactionRemoveEvent.class, e -> e.getUserId().equals(self));
        });
        check("reaction.remove.user", () -> {
            message.removeReaction(THUMB, b.jda.getSelfUser()).complete();
            b.expect(MessageReactionRemoveEvent.class, e -> e.getUserId().equals(other));
        });
        check("reaction.remove.all", () -> {
            message.addReaction(THUMB).complete();
            message.clearReactions().complete();
            b.expect(MessageReactionRemoveAllEvent.class, e -> e.getMessageId().equals(message.getId()));
        });
    }

    private void commands() {
        String self = a.jda.getSelfUser().getId();
        check("typing", () -> {
            channel.sendTyping().complete();
            b.expect(UserTypingEvent.class, e -> e.getUser().getId().equals(self) && e.getChannel().getId().equals(channel.getId()));
        });
        check("presence", () -> {
            a.jda.getPresence().setPresence(OnlineStatus.DO_NOT_DISTURB, Activity.playing("chess"));
            var seen = b.expect(UserUpdateOnlineStatusEvent.class,
                    e -> e.getUser().getId().equals(self) && e.getNewOnlineStatus() == OnlineStatus.DO_NOT_DISTURB);
            want(seen.getMember().getActivities().get(0).getName().equals("chess"), seen.getMember().getActivities());
        });
        check("webhook.send", () -> {
            var hook = channel.createWebhook("postbox").complete();
            var sent = hook.sendMessage("by hook").complete();
            var seen = b.expect(MessageReceivedEvent.class, e -> e.getMessageId().equals(sent.getId()));
            want(seen.isWebhookMessage() && seen.getAuthor().getName().equals("postbox"), seen);
        });
        check("dm.send", () -> {
            var person = a.jda.retrieveUserById(users.getObject(0).getString("id")).complete();
            want(person.openPrivateChannel().complete().sendMessage("in private").complete().getContentRaw().equals("in private"), "");
        });
    }

    /** b's connection is cut, and it must come back into its session and see each message once and in order. */
    private void resume() throws Exception {
        int mark = b.mark();
        List<String> sent = new ArrayList<>();
        b.stopReading();
        for (int i = 0; i < 5; i++) {
            if (i == 3) {
                b.cut();
            }
            sent.add(channel.sendMessage("resume " + i).complete().getId());
        }
        b.expect(mark, RECONNECT_MILLIS, SessionResumeEvent.class, e -> true);
        sent.add(channel.sendMessage("resume end").complete().getId());
        b.expect(mark, Bot.EVENT_MILLIS, MessageReceivedEvent.class, e -> e.getMessageId().equals(sent.get(5)));
        List<String> seen = new ArrayList<>();
        for (GenericEvent e : b.since(mark)) {
            want(!(e instanceof SessionRecreateEvent), "a session anew");
            if (e instanceof MessageReceivedEvent received) {
                seen.add(received.getMessageId());
            }
        }
        want(seen.equals(sent), seen + ", want " + sent);
    }

    private void refusals() {
        check("error.token", () -> {
            String token = bots.getObject(0).getString("token");
            try {
                connect(token.substring(0, token.length() - 1) + (token.endsWith("A") ? "B" : "A"));
            } catch (InvalidTokenException e) {
                return;
            }
            throw new AssertionError("was not refused");
        });
        TextChannel known = guild.getTextChannels().get(0);
        check("error.message", () -> refused(10008, known.retrieveMessageById(NO_SUCH_ID)));
        check("error.user", () -> refused(10013, a.jda.retrieveUserById(NO_SUCH_ID)));
    }
}
