//! Threads, interactions, moderation and scheduled events.

use crate::{
    bot::{want, Outcome},
    check,
    message::received,
    person::as_person,
    refused, Stage,
};
use serde_json::{from_value, json, Value};
use std::time::{SystemTime, UNIX_EPOCH};
use twilight_gateway::Event;
use twilight_model::{
    application::interaction::{Interaction, InteractionData},
    channel::{message::Component, ChannelType},
    guild::{audit_log::AuditLogEventType, scheduled_event::PrivacyLevel},
    http::{attachment::Attachment, interaction::InteractionResponse},
    id::{
        marker::{ApplicationMarker, ChannelMarker, MessageMarker},
        Id,
    },
    util::Timestamp,
};

/// Who is banned, timed out and kicked: neither the guild's owner nor a person that other checks are about.
const GUEST: usize = 2;

pub async fn threads(s: &Stage) {
    let http = &s.a.http;
    let other = s.w.bots[1].id;
    let made = check("thread.message", async {
        let start = http.create_message(s.channel).content("let us talk").await?.model().await?.id;
        let thread = http
            .create_thread_from_message(s.channel, start, "talk")
            .await?
            .model()
            .await?;
        want(
            thread.id.get() == start.get() && thread.kind == ChannelType::PublicThread,
            &thread,
        )?;
        s.b.sees("THREAD_CREATE", |e| {
            matches!(e, Event::ThreadCreate(t) if t.id == thread.id && t.parent_id == Some(s.channel)).then_some(())
        })
        .await?;
        let said = http
            .create_message(thread.id)
            .content("in the thread")
            .await?
            .model()
            .await?
            .id;
        want(received(s, said).await?.channel_id == thread.id, said)?;
        Ok(thread.id)
    })
    .await;
    let Some(thread) = made else { return };
    check("thread.members", async {
        s.b.http.join_thread(thread).await?;
        s.a.sees("THREAD_MEMBERS_UPDATE", |e| {
            matches!(e, Event::ThreadMembersUpdate(u) if u.id == thread && u.added_members.iter().any(|m| m.user_id == Some(other)))
                .then_some(())
        })
        .await?;
        let all = http.thread_members(thread).await?.model().await?;
        want(all.len() == 2, all)?;
        s.b.http.leave_thread(thread).await?;
        s.a.sees("THREAD_MEMBERS_UPDATE", |e| {
            matches!(e, Event::ThreadMembersUpdate(u) if u.id == thread && u.removed_member_ids.contains(&other)).then_some(())
        })
        .await?;
        http.add_thread_member(thread, other).await?;
        http.remove_thread_member(thread, other).await?;
        Ok(())
    })
    .await;
    check("thread.archive", async {
        http.update_thread(thread).archived(true).locked(true).await?;
        s.b.sees("THREAD_UPDATE", |e| {
            matches!(e, Event::ThreadUpdate(t) if t.id == thread && t.thread_metadata.as_ref().is_some_and(|m| m.archived && m.locked))
                .then_some(())
        })
        .await?;
        let archived = http.public_archived_threads(s.channel).await?.model().await?;
        let active = http.active_threads(s.w.guild).await?.model().await?;
        want(
            archived.threads.iter().any(|t| t.id == thread) && !active.threads.iter().any(|t| t.id == thread),
            archived,
        )
    })
    .await;
    check("thread.delete", async {
        http.delete_channel(thread).await?;
        s.b.sees("THREAD_DELETE", |e| {
            matches!(e, Event::ThreadDelete(t) if t.id == thread).then_some(())
        })
        .await
    })
    .await;
    check("forum.post", async {
        let forum = http
            .create_guild_channel(s.w.guild, "forum")
            .kind(ChannelType::GuildForum)
            .await?
            .model()
            .await?
            .id;
        let file = Attachment::from_bytes("post.txt".to_owned(), b"file".to_vec(), 1);
        let files = [file];
        let post = http
            .create_forum_thread(forum, "a post")
            .message()
            .attachments(&files)
            .content("first")
            .await?
            .model()
            .await?;
        want(post.channel.parent_id == Some(forum), &post.channel)?;
        let seen = received(s, post.message.id).await?;
        want(seen.content == "first" && seen.attachments.len() == 1, seen)?;
        http.delete_channel(forum).await?;
        Ok(())
    })
    .await;
}

/// Has the person use something, and hands over what the bot gets of it.
async fn used(s: &Stage, kind: u8, message: Option<Id<MessageMarker>>, data: Value) -> Outcome<Interaction> {
    let mut body =
        json!({"type": kind, "application_id": s.w.bots[0].id, "guild_id": s.w.guild, "channel_id": s.channel, "data": data});
    if let Some(message) = message {
        body["message_id"] = json!(message);
    }
    let told = as_person(&s.w, 0, "POST", "/interactions", &body).await?;
    let id = told["id"].as_str().ok_or("no id")?.to_owned();
    s.a.sees("INTERACTION_CREATE", |e| match e {
        Event::InteractionCreate(i) if i.id.to_string() == id => Some(i.0.clone()),
        _ => None,
    })
    .await
}

/// Answers an interaction with what Discord documents.
async fn answer(s: &Stage, i: &Interaction, response: Value) -> Outcome {
    let application: Id<ApplicationMarker> = i.application_id;
    let response: InteractionResponse = from_value(response)?;
    s.a.http
        .interaction(application)
        .create_response(i.id, &i.token, &response)
        .await?;
    Ok(())
}

/// Waits until b has seen a message's new content.
async fn edited(s: &Stage, id: Id<MessageMarker>, content: &str) -> Outcome {
    s.b.sees("MESSAGE_UPDATE", |e| {
        matches!(e, Event::MessageUpdate(m) if m.id == id && m.content == content).then_some(())
    })
    .await
}

pub async fn interactions(s: &Stage) {
    let application: Id<ApplicationMarker> = s.w.bots[0].id.cast();
    let api = s.a.http.interaction(application);
    let registered = check("interaction.register", async {
        let option = json!({"type": 4, "name": "sides", "description": "of a die", "required": true, "autocomplete": true});
        let commands = from_value::<Vec<_>>(json!([
            {"type": 1, "name": "roll", "description": "Roll dice", "options": [option], "version": "1"},
            {"type": 1, "name": "form", "description": "Shows a form", "version": "1"},
            {"type": 2, "name": "Look up", "description": "", "version": "1"},
        ]))?;
        let made = api.set_guild_commands(s.w.guild, &commands).await?.model().await?;
        want(made.len() == 3, &made)?;
        Ok(made)
    })
    .await;
    let Some(registered) = registered else { return };
    let id = |name: &str| registered.iter().find(|c| c.name == name).and_then(|c| c.id);
    let roll = |value: Value, focused: bool| json!({"id": id("roll"), "type": 1, "options": [{"type": 4, "name": "sides", "value": value, "focused": focused}]});
    check("interaction.command", async {
        let i = used(s, 2, None, roll(json!(6), false)).await?;
        want(i.author_id() == Some(s.w.people[0].id), i.author_id())?;
        answer(s, &i, json!({"type": 4, "data": {"content": "rolled 4"}})).await?;
        let original = api.response(&i.token).await?.model().await?.id;
        want(received(s, original).await?.content == "rolled 4", original)?;
        api.update_response(&i.token).content(Some("rolled 5")).await?;
        edited(s, original, "rolled 5").await?;
        let more = api.create_followup(&i.token).content("and more").await?.model().await?.id;
        api.update_followup(&i.token, more).content(Some("and still more")).await?;
        edited(s, more, "and still more").await?;
        api.delete_followup(&i.token, more).await?;
        api.delete_response(&i.token).await?;
        s.b.sees("MESSAGE_DELETE", |e| {
            matches!(e, Event::MessageDelete(m) if m.id == original).then_some(())
        })
        .await
    })
    .await;
    check("interaction.deferred", async {
        let i = used(s, 2, None, roll(json!(6), false)).await?;
        answer(s, &i, json!({"type": 5})).await?;
        let id = api
            .update_response(&i.token)
            .content(Some("at last"))
            .await?
            .model()
            .await?
            .id;
        edited(s, id, "at last").await
    })
    .await;
    check("interaction.autocomplete", async {
        let i = used(s, 4, None, roll(json!("1"), true)).await?;
        let Some(InteractionData::ApplicationCommand(data)) = &i.data else {
            return Err("no data".into());
        };
        want(data.options[0].name == "sides", data)?;
        answer(
            s,
            &i,
            json!({"type": 8, "data": {"choices": [{"name": "twelve", "value": 12}]}}),
        )
        .await
    })
    .await;
    check("interaction.context", async {
        let who = s.w.people[0].id;
        let i = used(s, 2, None, json!({"id": id("Look up"), "type": 2, "target_id": who})).await?;
        let Some(InteractionData::ApplicationCommand(data)) = &i.data else {
            return Err("no data".into());
        };
        want(data.target_id == Some(who.cast()), data)?;
        answer(s, &i, json!({"type": 4, "data": {"content": "for you alone", "flags": 64}})).await
    })
    .await;
    check("interaction.modal", async {
        let i = used(s, 2, None, json!({"id": id("form"), "type": 1})).await?;
        let field = json!({"type": 4, "custom_id": "name", "style": 1, "label": "Name"});
        let row = json!({"type": 1, "components": [field]});
        answer(
            s,
            &i,
            json!({"type": 9, "data": {"custom_id": "form", "title": "A form", "components": [row]}}),
        )
        .await?;
        let value = json!({"type": 1, "components": [{"type": 4, "custom_id": "name", "value": "Ann"}]});
        let filled = used(s, 5, None, json!({"id": i.id, "custom_id": "form", "components": [value]})).await?;
        let Some(InteractionData::ModalSubmit(data)) = &filled.data else {
            return Err("no form".into());
        };
        want(data.custom_id == "form" && format!("{data:?}").contains("Ann"), data)?;
        answer(s, &filled, json!({"type": 4, "data": {"content": "thank you"}})).await
    })
    .await;
    check("interaction.unregister", async {
        if let Some(form) = id("form") {
            api.delete_guild_command(s.w.guild, form).await?;
        }
        let left = api.set_guild_commands(s.w.guild, &[]).await?.model().await?;
        want(left.is_empty(), left)
    })
    .await;
}

/// Sends a message with a row for each component.
async fn panel(s: &Stage, components: &[Value]) -> Outcome<Id<MessageMarker>> {
    let rows: Vec<Component> = components
        .iter()
        .map(|c| from_value(json!({"type": 1, "components": [c]})))
        .collect::<Result<_, _>>()?;
    let message = s.a.http.create_message(s.channel).content("a panel").components(&rows);
    Ok(message.await?.model().await?.id)
}

pub async fn components(s: &Stage) {
    check("interaction.button", async {
        let id = panel(s, &[json!({"type": 2, "style": 1, "custom_id": "press", "label": "press"})]).await?;
        let i = used(s, 3, Some(id), json!({"component_type": 2, "custom_id": "press"})).await?;
        want(i.message.as_ref().map(|m| m.id) == Some(id), &i.message)?;
        answer(s, &i, json!({"type": 7, "data": {"content": "pressed", "components": []}})).await?;
        edited(s, id, "pressed").await
    })
    .await;
    check("interaction.select", async {
        let mut menus = vec![json!({"type": 3, "custom_id": "3", "options": [{"label": "a", "value": "a", "default": false}]})];
        menus.extend((5..9).map(|kind| json!({"type": kind, "custom_id": kind.to_string()})));
        let id = panel(s, &menus).await?;
        let (who, guild, channel) = (s.w.people[0].id.to_string(), s.w.guild.to_string(), s.channel.to_string());
        for (kind, value) in [(3, "a"), (5, &who), (6, &guild), (7, &guild), (8, &channel)] {
            let data = json!({"component_type": kind, "custom_id": kind.to_string(), "values": [value]});
            let i = used(s, 3, Some(id), data).await?;
            let Some(InteractionData::MessageComponent(data)) = &i.data else {
                return Err("no data".into());
            };
            want(data.values == [value], data)?;
            answer(s, &i, json!({"type": 6})).await?;
        }
        Ok(())
    })
    .await;
}

pub async fn moderation(s: &Stage) {
    let http = &s.a.http;
    let (guild, who) = (s.w.guild, s.w.people[GUEST].id);
    check("channel.types", async {
        let kinds = [
            ChannelType::GuildCategory,
            ChannelType::GuildVoice,
            ChannelType::GuildStageVoice,
            ChannelType::GuildAnnouncement,
            ChannelType::GuildForum,
            ChannelType::GuildMedia,
        ];
        for kind in kinds {
            let id = http.create_guild_channel(guild, "kind").kind(kind).await?.model().await?.id;
            s.b.sees("CHANNEL_CREATE", |e| {
                matches!(e, Event::ChannelCreate(c) if c.id == id && c.kind == kind).then_some(())
            })
            .await?;
            http.delete_channel(id).await?;
        }
        Ok(())
    })
    .await;
    check("member.search", async {
        let found = http.search_guild_members(guild, "nobody-is-called-so").await?.model().await?;
        want(found.is_empty(), found)
    })
    .await;
    check("member.timeout", async {
        let until = Timestamp::from_secs(in_an_hour()?)?;
        http.update_guild_member(guild, who)
            .communication_disabled_until(Some(until))
            .await?;
        s.b.sees("GUILD_MEMBER_UPDATE", |e| {
            matches!(e, Event::MemberUpdate(m) if m.user.id == who && m.communication_disabled_until == Some(until)).then_some(())
        })
        .await?;
        http.update_guild_member(guild, who)
            .communication_disabled_until(None)
            .await?;
        Ok(())
    })
    .await;
    check("ban", async {
        http.create_ban(guild, who).delete_message_seconds(60).await?;
        s.b.sees("GUILD_BAN_ADD", |e| {
            matches!(e, Event::BanAdd(ban) if ban.user.id == who).then_some(())
        })
        .await?;
        s.b.sees("GUILD_MEMBER_REMOVE", |e| {
            matches!(e, Event::MemberRemove(m) if m.user.id == who).then_some(())
        })
        .await?;
        let ban = http.ban(guild, who).await?.model().await?;
        want(ban.user.id == who, ban)
    })
    .await;
    check("audit", async {
        let log = http
            .audit_log(guild)
            .action_type(AuditLogEventType::MemberBanAdd)
            .limit(1)
            .await?
            .model()
            .await?;
        let entry = log.entries.first().ok_or("no entry")?;
        want(
            entry.target_id == Some(who.cast()) && entry.user_id == Some(s.w.bots[0].id),
            entry,
        )?;
        s.b.sees("GUILD_AUDIT_LOG_ENTRY_CREATE", |e| {
            matches!(e, Event::GuildAuditLogEntryCreate(seen) if seen.id == entry.id).then_some(())
        })
        .await
    })
    .await;
    check("ban.remove", async {
        http.delete_ban(guild, who).await?;
        s.b.sees("GUILD_BAN_REMOVE", |e| {
            matches!(e, Event::BanRemove(ban) if ban.user.id == who).then_some(())
        })
        .await?;
        refused(http.ban(guild, who).await, 10026)
    })
    .await;
    check("invite", invite(s)).await;
    check("member.kick", async {
        let mark = s.b.mark();
        http.remove_guild_member(guild, who).await?;
        s.b.expect(mark, crate::bot::EVENT, "GUILD_MEMBER_REMOVE", |e| {
            matches!(e, Event::MemberRemove(m) if m.user.id == who).then_some(())
        })
        .await
    })
    .await;
    check("event", event(s)).await;
}

/// Brings back who was banned.
async fn invite(s: &Stage) -> Outcome {
    let channel: Id<ChannelMarker> = s.channel;
    let made =
        s.a.http
            .create_invite(channel)
            .max_age(600)
            .max_uses(1)
            .unique(true)
            .await?
            .model()
            .await?;
    s.b.sees("INVITE_CREATE", |e| {
        matches!(e, Event::InviteCreate(i) if i.code == made.code).then_some(())
    })
    .await?;
    as_person(&s.w, GUEST, "POST", &format!("/invites/{}", made.code), &json!({})).await?;
    let who = s.w.people[GUEST].id;
    s.b.sees("GUILD_MEMBER_ADD", |e| {
        matches!(e, Event::MemberAdd(m) if m.user.id == who).then_some(())
    })
    .await?;
    s.b.sees("INVITE_DELETE", |e| {
        matches!(e, Event::InviteDelete(i) if i.code == made.code).then_some(())
    })
    .await?;
    refused(s.a.http.invite(&made.code).await, 10006)
}

async fn event(s: &Stage) -> Outcome {
    let start = Timestamp::from_secs(in_an_hour()?)?;
    let end = Timestamp::from_secs(in_an_hour()? + 3600)?;
    let create = s.a.http.create_guild_scheduled_event(s.w.guild, PrivacyLevel::GuildOnly);
    let id = create.external("fair", "the yard", &start, &end).await?.model().await?.id;
    s.b.sees("GUILD_SCHEDULED_EVENT_CREATE", |e| {
        matches!(e, Event::GuildScheduledEventCreate(g) if g.id == id && g.name == "fair" && g.scheduled_start_time == start)
            .then_some(())
    })
    .await?;
    let path = format!("/guilds/{}/scheduled-events/{id}/users/@me", s.w.guild);
    as_person(&s.w, 0, "PUT", &path, &json!({})).await?;
    s.b.sees("GUILD_SCHEDULED_EVENT_USER_ADD", |e| {
        matches!(e, Event::GuildScheduledEventUserAdd(u) if u.guild_scheduled_event_id == id && u.user_id == s.w.people[0].id)
            .then_some(())
    })
    .await?;
    let users = s.a.http.guild_scheduled_event_users(s.w.guild, id).await?.model().await?;
    want(users.len() == 1, users)?;
    s.a.http.delete_guild_scheduled_event(s.w.guild, id).await?;
    s.b.sees("GUILD_SCHEDULED_EVENT_DELETE", |e| {
        matches!(e, Event::GuildScheduledEventDelete(g) if g.id == id).then_some(())
    })
    .await
}

fn in_an_hour() -> Outcome<i64> {
    Ok(i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())? + 3600)
}
