//! Messages, reactions, and what a bot sends besides.

use crate::{
    bot::{want, Outcome},
    check, refused, Stage, BLUE,
};
use serde_json::json;
use twilight_gateway::Event;
use twilight_http::request::channel::reaction::RequestReactionType;
use twilight_model::{
    channel::message::EmojiReactionType,
    gateway::{
        payload::outgoing::UpdatePresence,
        presence::{Activity, ActivityType, MinimalActivity, Status},
    },
    http::attachment::Attachment,
    id::{
        marker::{MessageMarker, UserMarker},
        Id,
    },
};

const GREETING: &str = "hello from twilight \u{2014} \u{e9}\u{4e16}\u{1f44b}";
const THUMB: RequestReactionType<'static> = RequestReactionType::Unicode { name: "\u{1f44d}" };

pub async fn message_send(s: &Stage) -> Outcome<Id<MessageMarker>> {
    let id = s.a.http.create_message(s.channel).content(GREETING).await?.model().await?.id;
    let seen = received(s, id).await?;
    want(
        seen.content == GREETING && seen.author.id == s.w.bots[0].id && seen.member.is_some() && seen.guild_id == Some(s.w.guild),
        seen,
    )?;
    Ok(id)
}

pub async fn received(s: &Stage, id: Id<MessageMarker>) -> Outcome<twilight_model::channel::Message> {
    s.b.sees("MESSAGE_CREATE", |e| {
        if let Event::MessageCreate(m) = e {
            (m.id == id).then(|| m.message.clone())
        } else {
            None
        }
    })
    .await
}

pub async fn messages(s: &Stage) {
    let http = &s.a.http;
    check("message.embed", async {
        let embed = serde_json::from_value(
            json!({"type": "rich", "title": "Title", "color": BLUE, "fields": [{"name": "n", "value": "v", "inline": true}]}),
        )?;
        let id = http.create_message(s.channel).embeds(&[embed]).await?.model().await?.id;
        let seen = received(s, id).await?;
        let embed = seen.embeds.first().ok_or("no embed")?;
        want(
            embed.title.as_deref() == Some("Title")
                && embed.color == Some(BLUE)
                && embed.kind == "rich"
                && embed.fields[0].value == "v",
            embed,
        )
    })
    .await;
    check("message.file", async {
        let file = Attachment::from_bytes("a.txt".to_owned(), b"some text".to_vec(), 1);
        let id = http
            .create_message(s.channel)
            .content("with a file")
            .attachments(&[file])
            .await?
            .model()
            .await?
            .id;
        let seen = received(s, id).await?;
        want(
            seen.attachments.len() == 1 && seen.attachments[0].filename == "a.txt" && seen.attachments[0].size == 9,
            seen.attachments,
        )
    })
    .await;
    check("message.reply", async {
        let id = http
            .create_message(s.channel)
            .content("a reply")
            .reply(s.message)
            .await?
            .model()
            .await?
            .id;
        let seen = received(s, id).await?;
        want(seen.referenced_message.as_ref().is_some_and(|m| m.id == s.message), seen)
    })
    .await;
    check("message.get", async {
        let m = http.message(s.channel, s.message).await?.model().await?;
        want(m.content == GREETING, m)
    })
    .await;
    check("message.list", async {
        let mut ids = Vec::new();
        for i in 0..5 {
            ids.push(
                http.create_message(s.channel)
                    .content(&format!("list {i}"))
                    .await?
                    .model()
                    .await?
                    .id,
            );
        }
        let of = |list: Vec<twilight_model::channel::Message>| {
            list.iter().map(|m| ids.iter().position(|i| *i == m.id)).collect::<Vec<_>>()
        };
        let got = [
            of(http.channel_messages(s.channel).limit(2).await?.model().await?),
            of(http
                .channel_messages(s.channel)
                .before(ids[3])
                .limit(2)
                .await?
                .model()
                .await?),
            of(http.channel_messages(s.channel).after(ids[1]).limit(2).await?.model().await?),
        ];
        want(
            got == [vec![Some(4), Some(3)], vec![Some(2), Some(1)], vec![Some(3), Some(2)]],
            got,
        )
    })
    .await;
    check("message.edit", async {
        http.update_message(s.channel, s.message).content(Some("edited")).await?;
        s.b.sees("MESSAGE_UPDATE", |e| {
            matches!(e, Event::MessageUpdate(m) if m.id == s.message && m.content == "edited" && m.edited_timestamp.is_some())
                .then_some(())
        })
        .await
    })
    .await;
    check("message.delete", async {
        let id = http
            .create_message(s.channel)
            .content("to be deleted")
            .await?
            .model()
            .await?
            .id;
        http.delete_message(s.channel, id).await?;
        s.b.sees("MESSAGE_DELETE", |e| {
            matches!(e, Event::MessageDelete(m) if m.id == id).then_some(())
        })
        .await?;
        refused(http.message(s.channel, id).await, 10008)
    })
    .await;
}

pub async fn reactions(s: &Stage) {
    let http = &s.a.http;
    let thumb = |e: &EmojiReactionType| matches!(e, EmojiReactionType::Unicode { name } if name == "\u{1f44d}");
    check("reaction.add", async {
        http.create_reaction(s.channel, s.message, &THUMB).await?;
        s.b.sees("MESSAGE_REACTION_ADD", |e| {
            matches!(e, Event::ReactionAdd(r) if r.message_id == s.message && thumb(&r.emoji)).then_some(())
        })
        .await?;
        s.b.http.create_reaction(s.channel, s.message, &THUMB).await?;
        Ok(())
    })
    .await;
    check("reaction.list", async {
        let users = http.reactions(s.channel, s.message, &THUMB).await?.model().await?;
        want(users.len() == 2, users)
    })
    .await;
    let removed = |who: Id<UserMarker>| {
        move |e: &Event| matches!(e, Event::ReactionRemove(r) if r.user_id == who && thumb(&r.emoji)).then_some(())
    };
    check("reaction.remove.own", async {
        http.delete_current_user_reaction(s.channel, s.message, &THUMB).await?;
        s.b.sees("MESSAGE_REACTION_REMOVE", removed(s.w.bots[0].id)).await
    })
    .await;
    check("reaction.remove.user", async {
        http.delete_reaction(s.channel, s.message, &THUMB, s.w.bots[1].id).await?;
        s.b.sees("MESSAGE_REACTION_REMOVE", removed(s.w.bots[1].id)).await
    })
    .await;
    check("reaction.remove.all", async {
        http.create_reaction(s.channel, s.message, &THUMB).await?;
        http.delete_all_reactions(s.channel, s.message).await?;
        s.b.sees("MESSAGE_REACTION_REMOVE_ALL", |e| {
            matches!(e, Event::ReactionRemoveAll(r) if r.message_id == s.message).then_some(())
        })
        .await
    })
    .await;
}

pub async fn commands(s: &Stage) {
    let http = &s.a.http;
    check("typing", async {
        http.create_typing_trigger(s.channel).await?;
        s.b.sees("TYPING_START", |e| {
            matches!(e, Event::TypingStart(t) if t.channel_id == s.channel && t.user_id == s.w.bots[0].id).then_some(())
        })
        .await
    })
    .await;
    check("presence", async {
        let chess: Activity = MinimalActivity {
            kind: ActivityType::Playing,
            name: "chess".to_owned(),
            url: None,
        }
        .into();
        s.a.sender
            .command(&UpdatePresence::new(vec![chess], false, None, Status::DoNotDisturb)?)?;
        s.b.sees("PRESENCE_UPDATE", |e| {
            let Event::PresenceUpdate(p) = e else { return None };
            (p.user.id() == s.w.bots[0].id && p.status == Status::DoNotDisturb && p.activities.first()?.name == "chess")
                .then_some(())
        })
        .await
    })
    .await;
    check("webhook.send", async {
        let hook = http.create_webhook(s.channel, "postbox").await?.model().await?;
        let token = hook.token.ok_or("no token")?;
        let id = http
            .execute_webhook(hook.id, &token)
            .content("by hook")
            .wait()
            .await?
            .model()
            .await?
            .id;
        let seen = received(s, id).await?;
        want(seen.webhook_id == Some(hook.id) && seen.author.name == "postbox", seen)
    })
    .await;
    check("dm.send", async {
        let channel = http.create_private_channel(s.w.people[0].id).await?.model().await?.id;
        let sent = http.create_message(channel).content("in private").await?.model().await?;
        want(sent.content == "in private", sent)
    })
    .await;
}
