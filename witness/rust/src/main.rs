//! Drives a Guildhall server with unmodified twilight: one bot acts, and another must see the event that answers each
//! call. Prints one JSON line per check. twilight reads every event into a struct, and says so where one does not fit.

mod bot;
mod guild;
mod later;
mod message;
mod person;
mod wire;

use bot::{client, shard, want, Bot, Outcome};
use serde_json::{json, Value};
use std::{
    collections::BTreeSet,
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};
use twilight_gateway::{Event, EventTypeFlags, Intents, StreamExt};
use twilight_http::{api_error::ApiError, error::ErrorType};
use twilight_model::id::{
    marker::{ChannelMarker, GuildMarker, MessageMarker, UserMarker},
    Id,
};

const BLUE: u32 = 0x33_66cc;
const RECONNECT: Duration = Duration::from_secs(15);
/// Well-formed, and names nothing.
const NO_SUCH_ID: u64 = 100_000_000_000_000_001;

static FAILED: AtomicBool = AtomicBool::new(false);

async fn check<T>(name: &str, run: impl Future<Output = Outcome<T>>) -> Option<T> {
    let start = Instant::now();
    let outcome = run.await;
    let mut line = json!({"check": name, "ok": outcome.is_ok(), "ms": u64::try_from(start.elapsed().as_millis()).unwrap_or(0)});
    if let Err(error) = &outcome {
        FAILED.store(true, Ordering::SeqCst);
        line["detail"] = json!(error.to_string());
    }
    println!("{line}");
    outcome.ok()
}

/// Wants one of Discord's codes.
fn refused<T>(result: Result<T, twilight_http::Error>, want: u64) -> Outcome {
    match result {
        Err(error) => match error.kind() {
            ErrorType::Response {
                error: ApiError::General(e),
                ..
            } if e.code == want => Ok(()),
            _ => Err(format!("{error}").into()),
        },
        Ok(_) => Err("was not refused".into()),
    }
}

struct Account {
    id: Id<UserMarker>,
    token: String,
}

struct World {
    url: String,
    gateway: String,
    guild: Id<GuildMarker>,
    known: Id<ChannelMarker>,
    bots: Vec<Account>,
    people: Vec<Account>,
}

fn number(v: &Value) -> Outcome<u64> {
    Ok(v["id"].as_str().ok_or("no id")?.parse()?)
}

fn accounts(v: &Value) -> Outcome<Vec<Account>> {
    let mut all = Vec::new();
    for a in v.as_array().ok_or("no accounts")? {
        all.push(Account {
            id: Id::new(number(a)?),
            token: a["token"].as_str().ok_or("no token")?.to_owned(),
        });
    }
    Ok(all)
}

fn world() -> Outcome<World> {
    let read: Value = serde_json::from_str(&std::env::var("GUILDHALL_WORLD")?)?;
    Ok(World {
        url: std::env::var("GUILDHALL_URL")?,
        gateway: std::env::var("GUILDHALL_GATEWAY")?,
        guild: Id::new(number(&read["guilds"][0])?),
        known: Id::new(number(&read["channels"][0])?),
        people: accounts(&read["users"])?,
        bots: accounts(&read["bots"])?,
    })
}

/// Two bots in the guild, and what one of them has made.
struct Stage {
    w: World,
    a: Bot,
    b: Bot,
    channel: Id<ChannelMarker>,
    message: Id<MessageMarker>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    if let Err(error) = run().await {
        eprintln!("{error}");
        std::process::exit(2);
    }
    std::process::exit(i32::from(FAILED.load(Ordering::SeqCst)));
}

async fn run() -> Outcome {
    let w = world()?;
    let Some((a, b)) = check("login", login(&w)).await else {
        return Ok(());
    };
    let Some(channel) = check("channel.create", guild::channel_create(&w, &a, &b)).await else {
        return Ok(());
    };
    let mut s = Stage {
        w,
        a,
        b,
        channel,
        message: Id::new(NO_SUCH_ID),
    };
    guild::guild(&s).await;
    guild::roles(&s).await;
    guild::members(&s).await;
    let Some(message) = check("message.send", message::message_send(&s)).await else {
        return Ok(());
    };
    s.message = message;
    message::messages(&s).await;
    message::reactions(&s).await;
    message::commands(&s).await;
    later::threads(&s).await;
    later::interactions(&s).await;
    later::components(&s).await;
    later::moderation(&s).await;
    check("resume", resume(&s)).await;
    check("channel.delete", async {
        s.a.http.delete_channel(s.channel).await?;
        s.b.sees("CHANNEL_DELETE", |e| {
            matches!(e, Event::ChannelDelete(c) if c.id == s.channel).then_some(())
        })
        .await
    })
    .await;
    refusals(&s).await;
    check("events", async {
        want(
            s.a.errors().is_empty() && s.b.errors().is_empty(),
            (s.a.errors(), s.b.errors()),
        )
    })
    .await;
    let kinds: BTreeSet<_> = [&s.a, &s.b]
        .iter()
        .flat_map(|bot| bot.since(0))
        .filter_map(|e| e.kind().name())
        .collect();
    println!("{}", json!({"events": kinds}));
    Ok(())
}

async fn login(w: &World) -> Outcome<(Bot, Bot)> {
    let a = Bot::connect(&w.url, &w.gateway, &w.bots[0].token).await?;
    let b = Bot::connect(&w.url, &w.gateway, &w.bots[1].token).await?;
    for (bot, who) in [(&a, &w.bots[0]), (&b, &w.bots[1])] {
        let limit = RECONNECT; // identifying may have to wait for its turn
        let self_id = bot
            .expect(0, limit, "READY", |e| {
                if let Event::Ready(r) = e {
                    Some(r.user.id)
                } else {
                    None
                }
            })
            .await?;
        want(self_id == who.id, self_id)?;
        bot.sees("GUILD_CREATE", |e| {
            matches!(e, Event::GuildCreate(g) if g.id() == w.guild).then_some(())
        })
        .await?;
    }
    Ok((a, b))
}

/// b's connection is cut, and it must come back into its session and see each message once and in order.
async fn resume(s: &Stage) -> Outcome {
    let mark = s.b.mark();
    let mut sent = Vec::new();
    s.b.stop_reading();
    for i in 0..5 {
        if i == 3 {
            s.b.cut();
        }
        sent.push(
            s.a.http
                .create_message(s.channel)
                .content(&format!("resume {i}"))
                .await?
                .model()
                .await?
                .id,
        );
    }
    s.b.expect(mark, RECONNECT, "RESUMED", |e| matches!(e, Event::Resumed).then_some(()))
        .await?;
    sent.push(
        s.a.http
            .create_message(s.channel)
            .content("resume end")
            .await?
            .model()
            .await?
            .id,
    );
    s.b.expect(mark, bot::EVENT, "MESSAGE_CREATE", |e| {
        matches!(e, Event::MessageCreate(m) if m.id == sent[5]).then_some(())
    })
    .await?;
    let since = s.b.since(mark);
    want(!since.iter().any(|e| matches!(e, Event::Ready(_))), "a session anew")?;
    let seen: Vec<_> = since
        .iter()
        .filter_map(|e| if let Event::MessageCreate(m) = e { Some(m.id) } else { None })
        .collect();
    want(seen == sent, (&seen, &sent))
}

async fn refusals(s: &Stage) {
    check("error.token", async {
        let token = &s.w.bots[0].token;
        let wrong = format!(
            "{}{}",
            &token[..token.len() - 1],
            if token.ends_with('A') { "B" } else { "A" }
        );
        match client(&s.w.url, &wrong).current_user().await {
            Err(e) if matches!(e.kind(), ErrorType::Response { status, .. } if status.get() == 401) => Ok(()),
            Err(e) => Err(format!("{e}").into()),
            Ok(_) => Err("was not refused".into()),
        }
    })
    .await;
    check("error.message", async {
        refused(s.a.http.message(s.w.known, Id::new(NO_SUCH_ID)).await, 10008)
    })
    .await;
    check("error.channel", async {
        refused(s.a.http.channel(Id::new(NO_SUCH_ID)).await, 10003)
    })
    .await;
    check("error.user", async {
        refused(s.a.http.user(Id::new(NO_SUCH_ID)).await, 10013)
    })
    .await;
    check("error.intents", async {
        let mut wrong = shard(&s.w.gateway, &s.w.bots[2].token, Intents::from_bits_retain(1 << 30));
        let closed = async {
            while let Some(item) = wrong.next_event(EventTypeFlags::all()).await {
                if let Ok(Event::GatewayClose(Some(frame))) = item {
                    return frame.code;
                }
            }
            0
        };
        let code = tokio::time::timeout(bot::EVENT, closed).await?;
        want(code == 4013, code)
    })
    .await;
}
