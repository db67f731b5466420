//! Drives a Guildhall server with unmodified serenity: one bot acts, and another must see the event that answers each call.
//! Prints one JSON line per check. serenity drops an event whole, in silence, where one field of it does not fit.

mod bot;
mod guild;
mod message;
#[path = "../../rust/src/person.rs"]
mod person;
#[path = "../../rust/src/wire.rs"]
mod wire;

use bot::{http, want, Bot, Outcome};
use serde_json::{json, Value};
use serenity::all::{ChannelId, Event, GatewayIntents, GuildId, HttpError, MessageId, UserId};
use std::{
    collections::BTreeSet,
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

pub const BLUE: u32 = 0x33_66cc;
const RECONNECT: Duration = Duration::from_secs(15);
/// Well-formed, and names nothing.
const NO_SUCH_ID: u64 = 100_000_000_000_000_001;

static FAILED: AtomicBool = AtomicBool::new(false);

pub async fn check<T>(name: &str, run: impl Future<Output = Outcome<T>>) -> Option<T> {
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
pub fn refused<T>(result: serenity::Result<T>, want: isize) -> Outcome {
    match result {
        Err(serenity::Error::Http(HttpError::UnsuccessfulRequest(r))) if r.error.code == want => Ok(()),
        Err(error) => Err(format!("{error:?}").into()),
        Ok(_) => Err("was not refused".into()),
    }
}

pub struct Account {
    pub id: UserId,
    pub token: String,
}

pub struct World {
    url: String,
    gateway: String,
    guild: GuildId,
    known: ChannelId,
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
            id: UserId::new(number(a)?),
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
        guild: GuildId::new(number(&read["guilds"][0])?),
        known: ChannelId::new(number(&read["channels"][0])?),
        people: accounts(&read["users"])?,
        bots: accounts(&read["bots"])?,
    })
}

/// Two bots in the guild, and what one of them has made.
pub struct Stage {
    w: World,
    a: Bot,
    b: Bot,
    channel: ChannelId,
    message: MessageId,
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
        message: MessageId::new(NO_SUCH_ID),
    };
    guild::guild(&s).await;
    guild::roles(&s).await;
    guild::moderation(&s).await;
    let Some(message) = check("message.send", message::message_send(&s)).await else {
        return Ok(());
    };
    s.message = message;
    message::messages(&s).await;
    message::reactions(&s).await;
    message::threads(&s).await;
    message::interactions(&s).await;
    check("resume", resume(&s)).await;
    check("channel.delete", async {
        s.channel.delete(&s.a.http).await?;
        s.b.sees("CHANNEL_DELETE", |e| {
            matches!(e, Event::ChannelDelete(c) if c.channel.id == s.channel).then_some(())
        })
        .await
    })
    .await;
    refusals(&s).await;
    let kinds: BTreeSet<_> = [&s.a, &s.b]
        .iter()
        .flat_map(|bot| bot.since(0))
        .filter_map(|e| e.name())
        .collect();
    println!("{}", json!({"events": kinds}));
    Ok(())
}

async fn login(w: &World) -> Outcome<(Bot, Bot)> {
    let a = Bot::connect(&w.url, &w.gateway, &w.bots[0].token, GatewayIntents::all()).await?;
    let b = Bot::connect(&w.url, &w.gateway, &w.bots[1].token, GatewayIntents::all()).await?;
    for (bot, who) in [(&a, &w.bots[0]), (&b, &w.bots[1])] {
        let limit = RECONNECT; // identifying may have to wait for its turn
        let own = bot
            .expect(0, limit, "READY", |e| {
                if let Event::Ready(r) = e {
                    Some(r.ready.user.id)
                } else {
                    None
                }
            })
            .await?;
        want(own == who.id, own)?;
        bot.sees("GUILD_CREATE", |e| {
            matches!(e, Event::GuildCreate(g) if g.guild.id == w.guild).then_some(())
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
        sent.push(s.channel.say(&s.a.http, format!("resume {i}")).await?.id);
    }
    s.b.expect(mark, RECONNECT, "RESUMED", |e| matches!(e, Event::Resumed(_)).then_some(()))
        .await?;
    let last = s.channel.say(&s.a.http, "resume end").await?.id;
    sent.push(last);
    s.b.expect(mark, bot::EVENT, "MESSAGE_CREATE", |e| {
        matches!(e, Event::MessageCreate(m) if m.message.id == last).then_some(())
    })
    .await?;
    let since = s.b.since(mark);
    want(!since.iter().any(|e| matches!(e, Event::Ready(_))), "a session anew")?;
    let seen: Vec<_> = since
        .iter()
        .filter_map(|e| {
            if let Event::MessageCreate(m) = e {
                Some(m.message.id)
            } else {
                None
            }
        })
        .collect();
    want(seen == sent, (&seen, &sent))
}

async fn refusals(s: &Stage) {
    check("error.token", async {
        let token = &s.w.bots[0].token;
        let last = if token.ends_with('A') { "B" } else { "A" };
        let wrong = http(&s.w.url, &format!("{}{last}", &token[..token.len() - 1]));
        match wrong.get_current_user().await {
            Err(serenity::Error::Http(HttpError::UnsuccessfulRequest(r))) if r.status_code.as_u16() == 401 => Ok(()),
            Err(e) => Err(format!("{e:?}").into()),
            Ok(_) => Err("was not refused".into()),
        }
    })
    .await;
    check("error.message", async {
        refused(s.w.known.message(&s.a.http, NO_SUCH_ID).await, 10008)
    })
    .await;
    check("error.channel", async {
        refused(s.a.http.get_channel(ChannelId::new(NO_SUCH_ID)).await, 10003)
    })
    .await;
    check("error.user", async {
        refused(s.a.http.get_user(UserId::new(NO_SUCH_ID)).await, 10013)
    })
    .await;
    check("error.intents", async {
        let intents = GatewayIntents::from_bits_retain(1 << 30);
        let wrong = Bot::connect(&s.w.url, &s.w.gateway, &s.w.bots[2].token, intents).await?;
        let ended = tokio::time::timeout(RECONNECT, wrong.running).await??;
        want(format!("{ended:?}").contains("InvalidGatewayIntents"), ended)
    })
    .await;
}
