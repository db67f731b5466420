//! A bot: twilight's client and shard, every event it has told of, and the wire underneath.

use crate::wire::{authority, Wire};
use std::{
    error::Error,
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Notify, time::timeout};
use twilight_gateway::{Config, ConfigBuilder, Event, EventTypeFlags, Intents, MessageSender, Shard, ShardId, StreamExt};
use twilight_http::Client;

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// How long an event may take to come: milliseconds on an idle machine, the rest is room for a loaded one.
pub const EVENT: Duration = Duration::from_secs(5);

pub fn want(ok: bool, got: impl Debug) -> Outcome {
    ok.then_some(()).ok_or_else(|| format!("got {got:?}").into())
}

#[derive(Default)]
struct Heard {
    events: Mutex<Vec<Event>>,
    errors: Mutex<Vec<String>>,
    grown: Notify,
}

pub struct Bot {
    pub http: Client,
    pub sender: MessageSender,
    heard: Arc<Heard>,
    wire: Arc<Wire>,
}

pub fn client(url: &str, token: &str) -> Client {
    // twilight has a setting for a proxy, which takes the whole address.
    Client::builder()
        .token(format!("Bot {token}"))
        .proxy(authority(url), true)
        .build()
}

pub fn shard(gateway: &str, token: &str, intents: Intents) -> Shard {
    let config: Config = ConfigBuilder::new(token.to_owned(), intents)
        .proxy_url(gateway.to_owned())
        .build();
    Shard::with_config(ShardId::ONE, config)
}

impl Bot {
    pub async fn connect(url: &str, gateway: &str, token: &str) -> Outcome<Self> {
        let wire = Arc::new(Wire::default());
        let relay = wire.clone().listen(authority(gateway)).await?;
        let mut shard = shard(&relay, token, Intents::all());
        let heard = Arc::new(Heard::default());
        let bot = Self {
            http: client(url, token),
            sender: shard.sender(),
            heard: heard.clone(),
            wire,
        };
        tokio::spawn(async move {
            while let Some(item) = shard.next_event(EventTypeFlags::all()).await {
                match item {
                    Ok(event) => heard.events.lock().unwrap().push(event),
                    Err(error) => heard.errors.lock().unwrap().push(format!("{error}: {:?}", error.source())),
                }
                heard.grown.notify_waiters();
            }
        });
        Ok(bot)
    }

    /// The position after the newest event.
    pub fn mark(&self) -> usize {
        self.heard.events.lock().unwrap().len()
    }

    pub fn since(&self, mark: usize) -> Vec<Event> {
        self.heard.events.lock().unwrap()[mark..].to_vec()
    }

    /// What could not be read as an event, and why.
    pub fn errors(&self) -> Vec<String> {
        self.heard.errors.lock().unwrap().clone()
    }

    pub async fn sees<T>(&self, what: &str, look: impl Fn(&Event) -> Option<T>) -> Outcome<T> {
        self.expect(0, EVENT, what, look).await
    }

    /// Waits for the first event from mark on that it is looked for.
    pub async fn expect<T>(
        &self,
        mut mark: usize,
        limit: Duration,
        what: &str,
        look: impl Fn(&Event) -> Option<T>,
    ) -> Outcome<T> {
        let found = timeout(limit, async {
            loop {
                let grown = self.heard.grown.notified();
                let news = self.since(mark);
                mark += news.len();
                if let Some(found) = news.iter().find_map(&look) {
                    return found;
                }
                if self.mark() == mark {
                    grown.await;
                }
            }
        });
        found.await.map_err(|_| format!("no matching {what} within {limit:?}").into())
    }

    pub fn stop_reading(&self) {
        self.wire.stop_reading();
    }

    pub fn cut(&self) {
        self.wire.cut();
    }
}
