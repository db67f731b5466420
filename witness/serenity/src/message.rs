//! Messages, reactions, threads, interactions and webhooks.

use crate::{
    bot::{want, Outcome},
    check,
    person::as_person,
    refused, Stage,
};
use serde_json::{json, Value};
use serenity::all::{
    AutoArchiveDuration, ChannelType, CommandInteraction, CommandOptionType, CreateActionRow, CreateAttachment, CreateButton,
    CreateCommand, CreateCommandOption, CreateEmbed, CreateInteractionResponse, CreateInteractionResponseFollowup,
    CreateInteractionResponseMessage, CreateMessage, CreateThread, CreateWebhook, EditInteractionResponse, EditMessage,
    EditThread, Event, ExecuteWebhook, GetMessages, Interaction, Message, MessageId, ReactionType,
};

const GREETING: &str = "hello from serenity \u{2014} \u{e9}\u{4e16}\u{1f44b}";

pub async fn message_send(s: &Stage) -> Outcome<MessageId> {
    let id = s.channel.say(&s.a.http, GREETING).await?.id;
    let seen = received(s, id).await?;
    want(
        seen.content == GREETING && seen.author.id == s.w.bots[0].id && seen.member.is_some() && seen.guild_id == Some(s.w.guild),
        seen,
    )?;
    Ok(id)
}

async fn received(s: &Stage, id: MessageId) -> Outcome<Message> {
    s.b.sees("MESSAGE_CREATE", |e| match e {
        Event::MessageCreate(m) if m.message.id == id => Some(m.message.clone()),
        _ => None,
    })
    .await
}

async fn edited(s: &Stage, id: MessageId, content: &str) -> Outcome {
    s.b.sees("MESSAGE_UPDATE", |e| {
        matches!(e, Event::MessageUpdate(m) if m.id == id && m.content.as_deref() == Some(content)).then_some(())
    })
    .await
}

pub async fn messages(s: &Stage) {
    let http = &s.a.http;
    check("message.embed", async {
        let embed = CreateEmbed::new()
            .title("Title")
            .description("Description")
            .field("n", "v", true);
        let id = s.channel.send_message(http, CreateMessage::new().embed(embed)).await?.id;
        let seen = received(s, id).await?;
        want(
            seen.embeds[0].title.as_deref() == Some("Title") && seen.embeds[0].fields[0].value == "v",
            seen.embeds,
        )
    })
    .await;
    check("message.file", async {
        let file = CreateAttachment::bytes(b"some text".to_vec(), "a.txt");
        let id = s
            .channel
            .send_message(http, CreateMessage::new().content("with a file").add_file(file))
            .await?
            .id;
        let seen = received(s, id).await?;
        want(
            seen.attachments[0].filename == "a.txt" && seen.attachments[0].size == 9,
            seen.attachments,
        )
    })
    .await;
    check("message.reply", async {
        let first = s.channel.message(http, s.message).await?;
        let id = first.reply(http, "a reply").await?.id;
        let seen = received(s, id).await?;
        want(seen.referenced_message.as_ref().map(|m| m.id) == Some(s.message), seen)
    })
    .await;
    check("message.get", async {
        let got = s.channel.message(http, s.message).await?;
        want(got.content == GREETING, got)
    })
    .await;
    check("message.list", async {
        let mut ids = Vec::new();
        for i in 0..3 {
            ids.push(s.channel.say(http, format!("list {i}")).await?.id);
        }
        let got = s.channel.messages(http, GetMessages::new().before(ids[2]).limit(2)).await?;
        want(got.iter().map(|m| m.id).eq([ids[1], ids[0]]), got)
    })
    .await;
    check("message.edit", async {
        s.channel
            .edit_message(http, s.message, EditMessage::new().content("edited"))
            .await?;
        edited(s, s.message, "edited").await
    })
    .await;
    check("message.delete", async {
        let id = s.channel.say(http, "to be deleted").await?.id;
        s.channel.delete_message(http, id).await?;
        s.b.sees("MESSAGE_DELETE", |e| {
            matches!(e, Event::MessageDelete(m) if m.message_id == id).then_some(())
        })
        .await?;
        refused(s.channel.message(http, id).await, 10008)
    })
    .await;
    check("typing", async {
        s.channel.broadcast_typing(http).await?;
        s.b.sees("TYPING_START", |e| {
            matches!(e, Event::TypingStart(t) if t.user_id == s.w.bots[0].id).then_some(())
        })
        .await
    })
    .await;
    check("webhook.send", async {
        let hook = s.channel.create_webhook(http, CreateWebhook::new("postbox")).await?;
        let sent = hook
            .execute(http, true, ExecuteWebhook::new().content("by hook"))
            .await?
            .ok_or("no message")?;
        let seen = received(s, sent.id).await?;
        want(seen.webhook_id == Some(hook.id) && seen.author.name == "postbox", seen)?;
        hook.delete(http).await?;
        Ok(())
    })
    .await;
    check("dm.send", async {
        let dm = s.w.people[0].id.create_dm_channel(http).await?;
        let sent = dm.say(http, "in private").await?;
        want(sent.content == "in private", sent)
    })
    .await;
}

pub async fn reactions(s: &Stage) {
    let thumb = ReactionType::Unicode("\u{1f44d}".to_owned());
    check("reaction.add", async {
        for bot in [&s.a, &s.b] {
            s.channel.create_reaction(&bot.http, s.message, thumb.clone()).await?;
        }
        s.b.sees("MESSAGE_REACTION_ADD", |e| {
            matches!(e, Event::ReactionAdd(r) if r.reaction.message_id == s.message && r.reaction.emoji == thumb).then_some(())
        })
        .await
    })
    .await;
    check("reaction.list", async {
        let users = s
            .channel
            .reaction_users(&s.a.http, s.message, thumb.clone(), Some(10), None)
            .await?;
        want(users.len() == 2, users)
    })
    .await;
    check("reaction.remove.own", async {
        s.channel.delete_reaction(&s.a.http, s.message, None, thumb.clone()).await?;
        s.b.sees("MESSAGE_REACTION_REMOVE", |e| {
            matches!(e, Event::ReactionRemove(r) if r.reaction.user_id == Some(s.w.bots[0].id)).then_some(())
        })
        .await
    })
    .await;
    check("reaction.remove.user", async {
        let other = s.w.bots[1].id;
        s.channel
            .delete_reaction(&s.a.http, s.message, Some(other), thumb.clone())
            .await?;
        s.b.sees("MESSAGE_REACTION_REMOVE", |e| {
            matches!(e, Event::ReactionRemove(r) if r.reaction.user_id == Some(other)).then_some(())
        })
        .await
    })
    .await;
    check("reaction.remove.all", async {
        s.channel.create_reaction(&s.a.http, s.message, thumb.clone()).await?;
        s.channel.delete_reactions(&s.a.http, s.message).await?;
        s.b.sees("MESSAGE_REACTION_REMOVE_ALL", |e| {
            matches!(e, Event::ReactionRemoveAll(r) if r.message_id == s.message).then_some(())
        })
        .await
    })
    .await;
}

pub async fn threads(s: &Stage) {
    let http = &s.a.http;
    check("thread.message", async {
        let start = s.channel.say(http, "let us talk").await?.id;
        let create = CreateThread::new("talk").auto_archive_duration(AutoArchiveDuration::OneHour);
        let thread = s.channel.create_thread_from_message(http, start, create).await?;
        want(thread.id.get() == start.get() && thread.kind == ChannelType::PublicThread, &thread)?;
        s.b.sees("THREAD_CREATE", |e| matches!(e, Event::ThreadCreate(t) if t.thread.id == thread.id).then_some(())).await?;
        let said = thread.id.say(http, "in the thread").await?.id;
        want(received(s, said).await?.channel_id == thread.id, said)?;
        thread.id.edit_thread(http, EditThread::new().archived(true)).await?;
        s.b.sees("THREAD_UPDATE", |e| {
            matches!(e, Event::ThreadUpdate(t) if t.thread.id == thread.id && t.thread.thread_metadata.is_some_and(|m| m.archived))
                .then_some(())
        })
        .await?;
        thread.id.delete(http).await?;
        s.b.sees("THREAD_DELETE", |e| matches!(e, Event::ThreadDelete(t) if t.thread.id == thread.id).then_some(())).await
    })
    .await;
}

/// Has the person use something, and hands over what the bot gets of it.
async fn used(s: &Stage, kind: u8, message: Option<MessageId>, data: Value) -> Outcome<Interaction> {
    let ids = [s.w.bots[0].id.to_string(), s.w.guild.to_string(), s.channel.to_string()];
    let mut body = json!({"type": kind, "application_id": ids[0], "guild_id": ids[1], "channel_id": ids[2], "data": data});
    if let Some(message) = message {
        body["message_id"] = json!(message.to_string());
    }
    let told = as_person(&s.w, 0, "POST", "/interactions", &body).await?;
    let id = told["id"].as_str().ok_or("no id")?.to_owned();
    s.a.sees("INTERACTION_CREATE", |e| match e {
        Event::InteractionCreate(i) if i.interaction.id().to_string() == id => Some(i.interaction.clone()),
        _ => None,
    })
    .await
}

pub async fn interactions(s: &Stage) {
    let http = &s.a.http;
    http.set_application_id(s.w.bots[0].id.get().into());
    let registered = check("interaction.register", async {
        let option = CreateCommandOption::new(CommandOptionType::Integer, "sides", "of a die").required(true);
        let commands = vec![CreateCommand::new("roll").description("Roll dice").add_option(option)];
        let made = s.w.guild.set_commands(http, commands).await?;
        want(made.len() == 1, &made)?;
        Ok(made[0].id)
    })
    .await;
    let Some(roll) = registered else { return };
    check("interaction.command", async {
        let data = json!({"id": roll.to_string(), "type": 1, "options": [{"type": 4, "name": "sides", "value": 6}]});
        let Interaction::Command(i) = used(s, 2, None, data).await? else {
            return Err("no command".into());
        };
        command(s, &i).await
    })
    .await;
    check("interaction.button", async {
        let row = CreateActionRow::Buttons(vec![CreateButton::new("press").label("press")]);
        let panel = s
            .channel
            .send_message(http, CreateMessage::new().content("a panel").components(vec![row]))
            .await?
            .id;
        let Interaction::Component(i) = used(s, 3, Some(panel), json!({"component_type": 2, "custom_id": "press"})).await? else {
            return Err("no component".into());
        };
        want(i.data.custom_id == "press" && i.message.id == panel, &i.data)?;
        let update = CreateInteractionResponseMessage::new().content("pressed").components(vec![]);
        i.create_response(http, CreateInteractionResponse::UpdateMessage(update))
            .await?;
        edited(s, panel, "pressed").await
    })
    .await;
    check("interaction.unregister", async {
        let left = s.w.guild.set_commands(http, vec![]).await?;
        want(left.is_empty(), left)
    })
    .await;
}

async fn command(s: &Stage, i: &CommandInteraction) -> Outcome {
    let http = &s.a.http;
    want(
        i.data.options[0].value.as_i64() == Some(6) && i.user.id == s.w.people[0].id,
        &i.data,
    )?;
    let message = CreateInteractionResponseMessage::new().content("rolled 4");
    i.create_response(http, CreateInteractionResponse::Message(message)).await?;
    let original = i.get_response(http).await?.id;
    want(received(s, original).await?.content == "rolled 4", original)?;
    i.edit_response(http, EditInteractionResponse::new().content("rolled 5"))
        .await?;
    edited(s, original, "rolled 5").await?;
    let more = i
        .create_followup(http, CreateInteractionResponseFollowup::new().content("and more"))
        .await?
        .id;
    i.delete_followup(http, more).await?;
    i.delete_response(http).await?;
    s.b.sees("MESSAGE_DELETE", |e| {
        matches!(e, Event::MessageDelete(m) if m.message_id == original).then_some(())
    })
    .await
}
