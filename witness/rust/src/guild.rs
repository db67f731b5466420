//! The guild, its channels, roles and members.

use crate::{
    bot::{self, want, Bot, Outcome},
    check, Stage, World, BLUE,
};
use twilight_gateway::Event;
use twilight_model::{
    channel::ChannelType,
    gateway::payload::outgoing::RequestGuildMembers,
    guild::Permissions,
    http::permission_overwrite::{PermissionOverwrite, PermissionOverwriteType},
    id::{
        marker::{ChannelMarker, RoleMarker, UserMarker},
        Id,
    },
};

pub async fn channel_create(w: &World, a: &Bot, b: &Bot) -> Outcome<Id<ChannelMarker>> {
    let create = a
        .http
        .create_guild_channel(w.guild, "witness-twilight")
        .kind(ChannelType::GuildText)
        .topic("made by twilight");
    let id = create.await?.model().await?.id;
    b.sees("CHANNEL_CREATE", |e| {
        matches!(e, Event::ChannelCreate(c) if c.id == id && c.topic.as_deref() == Some("made by twilight")).then_some(())
    })
    .await?;
    Ok(id)
}

pub async fn guild(s: &Stage) {
    let http = &s.a.http;
    check("me", async {
        let me = http.current_user().await?.model().await?;
        want(me.id == s.w.bots[0].id, me)
    })
    .await;
    check("user", async {
        let user = http.user(s.w.bots[1].id).await?.model().await?;
        want(user.id == s.w.bots[1].id && user.bot, user)
    })
    .await;
    check("guild", async {
        let guild = http.guild(s.w.guild).with_counts(true).await?.model().await?;
        want(
            guild.approximate_member_count >= Some(s.w.bots.len() as u64),
            guild.approximate_member_count,
        )
    })
    .await;
    check("channel.get", async {
        let channel = http.channel(s.channel).await?.model().await?;
        want(channel.name.as_deref() == Some("witness-twilight"), channel)?;
        let all = http.guild_channels(s.w.guild).await?.model().await?;
        want(all.iter().any(|c| c.id == s.channel), all.len())
    })
    .await;
    check("channel.modify", async {
        http.update_channel(s.channel)
            .name("witness-twilight-2")
            .topic("changed")
            .await?;
        s.b.sees("CHANNEL_UPDATE", |e| {
            matches!(e, Event::ChannelUpdate(c) if c.id == s.channel && c.topic.as_deref() == Some("changed")).then_some(())
        })
        .await
    })
    .await;
}

pub async fn roles(s: &Stage) {
    let http = &s.a.http;
    let made: Option<Id<RoleMarker>> = check("role.create", async {
        let create = http
            .create_role(s.w.guild)
            .name("witness")
            .color(BLUE)
            .hoist(true)
            .permissions(Permissions::SEND_MESSAGES);
        let id = create.await?.model().await?.id;
        let role =
            s.b.sees("GUILD_ROLE_CREATE", |e| {
                if let Event::RoleCreate(r) = e {
                    (r.role.id == id).then(|| r.role.clone())
                } else {
                    None
                }
            })
            .await?;
        want(
            role.hoist && role.permissions == Permissions::SEND_MESSAGES && role.colors.primary_color == BLUE,
            role,
        )?;
        Ok(id)
    })
    .await;
    let Some(role) = made else { return };
    check("role.modify", async {
        http.update_role(s.w.guild, role).name(Some("witness-2")).await?;
        s.b.sees("GUILD_ROLE_UPDATE", |e| {
            matches!(e, Event::RoleUpdate(r) if r.role.id == role && r.role.name == "witness-2").then_some(())
        })
        .await
    })
    .await;
    check("overwrite.put", async {
        let overwrite = PermissionOverwrite {
            allow: Some(Permissions::VIEW_CHANNEL),
            deny: Some(Permissions::SEND_MESSAGES),
            id: role.cast(),
            kind: PermissionOverwriteType::Role,
        };
        http.update_channel_permission(s.channel, &overwrite).await?;
        s.b.sees("CHANNEL_UPDATE", |e| {
            let Event::ChannelUpdate(c) = e else { return None };
            let o = c.permission_overwrites.as_ref()?.first()?;
            (c.id == s.channel
                && o.id == role.cast()
                && o.allow == Permissions::VIEW_CHANNEL
                && o.deny == Permissions::SEND_MESSAGES)
                .then_some(())
        })
        .await
    })
    .await;
    check("overwrite.delete", async {
        let mark = s.b.mark();
        http.delete_channel_permission(s.channel).role(role).await?;
        s.b.expect(mark, bot::EVENT, "CHANNEL_UPDATE", |e| {
            let Event::ChannelUpdate(c) = e else { return None };
            (c.id == s.channel && c.permission_overwrites.as_ref()?.is_empty()).then_some(())
        })
        .await
    })
    .await;
    let other = s.w.bots[1].id;
    let changed = |has: bool| {
        move |e: &Event| matches!(e, Event::MemberUpdate(m) if m.user.id == other && m.roles.contains(&role) == has).then_some(())
    };
    check("member.role.add", async {
        http.add_guild_member_role(s.w.guild, other, role).await?;
        s.b.sees("GUILD_MEMBER_UPDATE", changed(true)).await
    })
    .await;
    check("member.role.remove", async {
        let mark = s.b.mark();
        http.remove_guild_member_role(s.w.guild, other, role).await?;
        s.b.expect(mark, bot::EVENT, "GUILD_MEMBER_UPDATE", changed(false)).await
    })
    .await;
    check("role.delete", async {
        http.delete_role(s.w.guild, role).await?;
        s.b.sees("GUILD_ROLE_DELETE", |e| {
            matches!(e, Event::RoleDelete(r) if r.role_id == role).then_some(())
        })
        .await
    })
    .await;
}

pub async fn members(s: &Stage) {
    let http = &s.a.http;
    check("member.get", async {
        let member = http.guild_member(s.w.guild, s.w.people[0].id).await?.model().await?;
        want(member.user.id == s.w.people[0].id && member.joined_at.is_some(), member)
    })
    .await;
    check("member.list", async {
        const PAGE: u16 = 2;
        let mut ids: Vec<Id<UserMarker>> = Vec::new();
        for _ in 0..100 {
            let mut request = http.guild_members(s.w.guild).limit(PAGE);
            if let Some(last) = ids.last() {
                request = request.after(*last);
            }
            let page = request.await?.model().await?;
            ids.extend(page.iter().map(|m| m.user.id));
            if page.len() < usize::from(PAGE) {
                break;
            }
        }
        want(ids.is_sorted() && s.w.bots.iter().all(|b| ids.contains(&b.id)), ids)
    })
    .await;
    check("member.me", async {
        http.update_current_member(s.w.guild).nick(Some("Dusk")).await?;
        s.b.sees("GUILD_MEMBER_UPDATE", |e| {
            matches!(e, Event::MemberUpdate(m) if m.nick.as_deref() == Some("Dusk")).then_some(())
        })
        .await
    })
    .await;
    check("member.chunk", async {
        s.b.sender.command(
            &RequestGuildMembers::builder(s.w.guild)
                .nonce("some")
                .user_ids(vec![s.w.people[0].id, s.w.bots[0].id])?,
        )?;
        let got =
            s.b.sees("GUILD_MEMBERS_CHUNK", |e| {
                if let Event::MemberChunk(c) = e {
                    Some(c.clone())
                } else {
                    None
                }
            })
            .await?;
        want(
            got.members.len() == 2 && got.nonce.as_deref() == Some("some") && got.guild_id == s.w.guild,
            got,
        )
    })
    .await;
}
