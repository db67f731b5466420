//! A bot: serenity's client, every event that it has decoded, and the wire underneath.

use crate::wire::{authority, Wire};
use serenity::{
    all::{ClientBuilder, Context, Event, GatewayIntents, Http, HttpBuilder, RawEventHandler, ShardMessenger},
    async_trait,
};
use std::{
    error::Error,
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Notify, task::JoinHandle, time::timeout};

pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// How long an event may take to come: milliseconds on an idle machine, the rest is room for a loaded one.
pub const EVENT: Duration = Duration::from_secs(5);

pub fn want(ok: bool, got: impl Debug) -> Outcome {
    ok.then_some(()).ok_or_else(|| format!("got {got:?}").into())
}

#[derive(Default)]
struct Heard {
    events: Mutex<Vec<Event>>,
    shard: Mutex<Option<ShardMessenger>>,
    grown: Notify,
}

struct Ear(Arc<Heard>);

#[async_trait]
impl RawEventHandler for Ear {
    async fn raw_event(&self, context: Context, event: Event) {
        *self.0.shard.lock().unwrap() = Some(context.shard);
        self.0.events.lock().unwrap().push(event);
        self.0.grown.notify_waiters();
    }
}

pub struct Bot {
    pub http: Arc<Http>,
    pub running: JoinHandle<serenity::Result<()>>,
    heard: Arc<Heard>,
    wire: Arc<Wire>,
}

pub fn http(url: &str, token: &str) -> Http {
    // serenity has a setting for a proxy, which also takes over what it asks of the gateway's address.
    HttpBuilder::new(token).proxy(url).ratelimiter_disabled(true).build()
}

impl Bot {
    pub async fn connect(url: &str, gateway: &str, token: &str, intents: GatewayIntents) -> Outcome<Self> {
        let wire = Arc::new(Wire::default());
        let relay = wire.clone().listen(authority(gateway)).await?;
        let heard = Arc::new(Heard::default());
        let mut client = ClientBuilder::new_with_http(http(url, token), intents)
            .raw_event_handler(Ear(heard.clone()))
            .await?;
        *client.ws_url.lock().await = relay;
        let http = client.http.clone();
        Ok(Self {
            http,
            running: tokio::spawn(async move { client.start().await }),
            heard,
            wire,
        })
    }

    /// What speaks to the gateway, once there has been an event.
    pub fn shard(&self) -> Outcome<ShardMessenger> {
        Ok(self.heard.shard.lock().unwrap().clone().ok_or("no event yet")?)
    }

    /// The position after the newest event.
    pub fn mark(&self) -> usize {
        self.heard.events.lock().unwrap().len()
    }

    pub fn since(&self, mark: usize) -> Vec<Event> {
        self.heard.events.lock().unwrap()[mark..].to_vec()
    }

    pub async fn sees<T>(&self, what: &str, look: impl Fn(&Event) -> Option<T>) -> Outcome<T> {
        self.expect(0, EVENT, what, look).await
    }

    /// Waits for the first event from mark on that is looked for.
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
