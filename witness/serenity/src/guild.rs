//! The guild, its channels, roles and members, bans and scheduled events.

use crate::{
    bot::{want, Bot, Outcome, EVENT},
    check,
    person::as_person,
    refused, Stage, World, BLUE,
};
use serde_json::json;
use serenity::all::{
    ActivityData, ChannelId, ChannelType, ChunkGuildFilter, CreateChannel, CreateInvite, CreateScheduledEvent, EditChannel,
    EditMember, EditRole, Event, OnlineStatus, PermissionOverwrite, PermissionOverwriteType, Permissions, ScheduledEventType,
    Timestamp,
};

/// Who is banned, timed out and kicked: neither the guild's owner nor a person that other checks are about.
const GUEST: usize = 2;

pub async fn channel_create(w: &World, a: &Bot, b: &Bot) -> Outcome<ChannelId> {
    let create = CreateChannel::new("witness-serenity").topic("made by serenity");
    let id = w.guild.create_channel(&a.http, create).await?.id;
    b.sees("CHANNEL_CREATE", |e| {
        matches!(e, Event::ChannelCreate(c) if c.channel.id == id && c.channel.topic.as_deref() == Some("made by serenity"))
            .then_some(())
    })
    .await?;
    Ok(id)
}

pub async fn guild(s: &Stage) {
    let http = &s.a.http;
    check("me", async {
        let me = http.get_current_user().await?;
        want(me.id == s.w.bots[0].id, me)
    })
    .await;
    check("user", async {
        let user = http.get_user(s.w.bots[1].id).await?;
        want(user.id == s.w.bots[1].id && user.bot, user)
    })
    .await;
    check("guild", async {
        let guild = http.get_guild_with_counts(s.w.guild).await?;
        want(
            guild.approximate_member_count >= Some(s.w.bots.len() as u64),
            guild.approximate_member_count,
        )
    })
    .await;
    check("channel.modify", async {
        s.channel.edit(http, EditChannel::new().topic("changed")).await?;
        s.b.sees("CHANNEL_UPDATE", |e| {
            matches!(e, Event::ChannelUpdate(c) if c.channel.id == s.channel && c.channel.topic.as_deref() == Some("changed"))
                .then_some(())
        })
        .await
    })
    .await;
    check("channel.types", async {
        for kind in [
            ChannelType::Category,
            ChannelType::Voice,
            ChannelType::Stage,
            ChannelType::News,
            ChannelType::Forum,
        ] {
            let id =
                s.w.guild
                    .create_channel(http, CreateChannel::new("kind").kind(kind))
                    .await?
                    .id;
            s.b.sees("CHANNEL_CREATE", |e| {
                matches!(e, Event::ChannelCreate(c) if c.channel.id == id && c.channel.kind == kind).then_some(())
            })
            .await?;
            id.delete(http).await?;
        }
        Ok(())
    })
    .await;
}

pub async fn roles(s: &Stage) {
    let http = &s.a.http;
    let other = s.w.bots[1].id;
    let made = check("role.create", async {
        let edit = EditRole::new()
            .name("witness")
            .colour(BLUE)
            .hoist(true)
            .permissions(Permissions::SEND_MESSAGES);
        let id = s.w.guild.create_role(http, edit).await?.id;
        s.b.sees("GUILD_ROLE_CREATE", |e| {
            matches!(e, Event::GuildRoleCreate(r) if r.role.id == id && r.role.colour.0 == BLUE && r.role.hoist).then_some(())
        })
        .await?;
        Ok(id)
    })
    .await;
    let Some(role) = made else { return };
    check("role.modify", async {
        s.w.guild.edit_role(http, role, EditRole::new().name("witness-2")).await?;
        s.b.sees("GUILD_ROLE_UPDATE", |e| {
            matches!(e, Event::GuildRoleUpdate(r) if r.role.id == role && r.role.name == "witness-2").then_some(())
        })
        .await
    })
    .await;
    let kind = PermissionOverwriteType::Role(role);
    check("overwrite.put", async {
        let (allow, deny) = (Permissions::VIEW_CHANNEL, Permissions::SEND_MESSAGES);
        s.channel.create_permission(http, PermissionOverwrite { allow, deny, kind }).await?;
        s.b.sees("CHANNEL_UPDATE", |e| {
            matches!(e, Event::ChannelUpdate(c) if c.channel.permission_overwrites.iter().any(|o| o.kind == kind && o.allow == allow && o.deny == deny))
                .then_some(())
        })
        .await
    })
    .await;
    check("overwrite.delete", async {
        let mark = s.b.mark();
        s.channel.delete_permission(http, kind).await?;
        s.b.expect(mark, EVENT, "CHANNEL_UPDATE", |e| {
            matches!(e, Event::ChannelUpdate(c) if c.channel.id == s.channel && c.channel.permission_overwrites.is_empty())
                .then_some(())
        })
        .await
    })
    .await;
    check("member.role.add", async {
        http.add_member_role(s.w.guild, other, role, None).await?;
        s.b.sees("GUILD_MEMBER_UPDATE", |e| {
            matches!(e, Event::GuildMemberUpdate(m) if m.user.id == other && m.roles.contains(&role)).then_some(())
        })
        .await
    })
    .await;
    check("member.role.remove", async {
        let mark = s.b.mark();
        http.remove_member_role(s.w.guild, other, role, None).await?;
        s.b.expect(mark, EVENT, "GUILD_MEMBER_UPDATE", |e| {
            matches!(e, Event::GuildMemberUpdate(m) if m.user.id == other && !m.roles.contains(&role)).then_some(())
        })
        .await
    })
    .await;
    check("role.delete", async {
        s.w.guild.delete_role(http, role).await?;
        s.b.sees("GUILD_ROLE_DELETE", |e| {
            matches!(e, Event::GuildRoleDelete(r) if r.role_id == role).then_some(())
        })
        .await
    })
    .await;
}

pub async fn moderation(s: &Stage) {
    let http = &s.a.http;
    let (guild, who) = (s.w.guild, s.w.people[GUEST].id);
    check("member.get", async {
        let member = http.get_member(guild, who).await?;
        want(member.user.id == who && member.joined_at.is_some(), member)
    })
    .await;
    check("member.me", async {
        guild.edit_nickname(http, Some("Calm")).await?;
        s.b.sees("GUILD_MEMBER_UPDATE", |e| {
            matches!(e, Event::GuildMemberUpdate(m) if m.user.id == s.w.bots[0].id && m.nick.as_deref() == Some("Calm"))
                .then_some(())
        })
        .await
    })
    .await;
    check("member.chunk", async {
        let filter = ChunkGuildFilter::UserIds(vec![s.w.bots[0].id, who]);
        s.b.shard()?.chunk_guild(guild, None, false, filter, Some("two".to_owned()));
        s.b.sees("GUILD_MEMBERS_CHUNK", |e| {
            matches!(e, Event::GuildMembersChunk(c) if c.nonce.as_deref() == Some("two") && c.members.len() == 2).then_some(())
        })
        .await
    })
    .await;
    check("presence", async {
        s.a.shard()?.set_presence(Some(ActivityData::playing("chess")), OnlineStatus::DoNotDisturb);
        s.b.sees("PRESENCE_UPDATE", |e| {
            matches!(e, Event::PresenceUpdate(p) if p.presence.user.id == s.w.bots[0].id && p.presence.status == OnlineStatus::DoNotDisturb
                && p.presence.activities[0].name == "chess")
                .then_some(())
        })
        .await
    })
    .await;
    check("member.timeout", async {
        let until = Timestamp::from_unix_timestamp(Timestamp::now().unix_timestamp() + 3600)?;
        guild
            .edit_member(http, who, EditMember::new().disable_communication_until_datetime(until))
            .await?;
        s.b.sees("GUILD_MEMBER_UPDATE", |e| {
            matches!(e, Event::GuildMemberUpdate(m) if m.user.id == who && m.communication_disabled_until == Some(until))
                .then_some(())
        })
        .await?;
        guild.edit_member(http, who, EditMember::new().enable_communication()).await?;
        Ok(())
    })
    .await;
    check("ban", async {
        guild.ban_with_reason(http, who, 1, "too loud").await?;
        s.b.sees("GUILD_BAN_ADD", |e| {
            matches!(e, Event::GuildBanAdd(ban) if ban.user.id == who).then_some(())
        })
        .await?;
        s.b.sees("GUILD_MEMBER_REMOVE", |e| {
            matches!(e, Event::GuildMemberRemove(m) if m.user.id == who).then_some(())
        })
        .await?;
        let bans = http.get_bans(guild, None, Some(10)).await?;
        want(bans.len() == 1 && bans[0].reason.as_deref() == Some("too loud"), bans)
    })
    .await;
    check("ban.remove", async {
        guild.unban(http, who).await?;
        s.b.sees("GUILD_BAN_REMOVE", |e| {
            matches!(e, Event::GuildBanRemove(ban) if ban.user.id == who).then_some(())
        })
        .await
    })
    .await;
    check("invite", async {
        let made = s
            .channel
            .create_invite(http, CreateInvite::new().max_age(600).max_uses(1).unique(true))
            .await?;
        s.b.sees("INVITE_CREATE", |e| {
            matches!(e, Event::InviteCreate(i) if i.code == made.code).then_some(())
        })
        .await?;
        as_person(&s.w, GUEST, "POST", &format!("/invites/{}", made.code), &json!({})).await?;
        s.b.sees("GUILD_MEMBER_ADD", |e| {
            matches!(e, Event::GuildMemberAdd(m) if m.member.user.id == who).then_some(())
        })
        .await?;
        s.b.sees("INVITE_DELETE", |e| {
            matches!(e, Event::InviteDelete(i) if i.code == made.code).then_some(())
        })
        .await?;
        refused(http.get_invite(&made.code, false, false, None).await, 10006)
    })
    .await;
    check("member.kick", async {
        let mark = s.b.mark();
        guild.kick(http, who).await?;
        s.b.expect(mark, EVENT, "GUILD_MEMBER_REMOVE", |e| {
            matches!(e, Event::GuildMemberRemove(m) if m.user.id == who).then_some(())
        })
        .await
    })
    .await;
    check("event", async {
        let start = Timestamp::from_unix_timestamp(Timestamp::now().unix_timestamp() + 3600)?;
        let end = Timestamp::from_unix_timestamp(start.unix_timestamp() + 3600)?;
        let create = CreateScheduledEvent::new(ScheduledEventType::External, "fair", start).location("the yard").end_time(end);
        let id = guild.create_scheduled_event(http, create).await?.id;
        s.b.sees("GUILD_SCHEDULED_EVENT_CREATE", |e| {
            matches!(e, Event::GuildScheduledEventCreate(g) if g.event.id == id && g.event.name == "fair" && g.event.start_time == start)
                .then_some(())
        })
        .await?;
        guild.delete_scheduled_event(http, id).await?;
        s.b.sees("GUILD_SCHEDULED_EVENT_DELETE", |e| {
            matches!(e, Event::GuildScheduledEventDelete(g) if g.event.id == id).then_some(())
        })
        .await
    })
    .await;
}
