//! The wire underneath a library's connection, which can be made deaf and then cut, as a network does it.

use std::sync::{
    atomic::{AtomicBool, Ordering},
    Arc,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// The authority of an address: what follows its scheme.
pub fn authority(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.trim_end_matches('/').to_owned()
}

/// A relay before the gateway: libraries do not show their sockets. After the first cut some come back by it, and others go
/// where READY told them to resume.
#[derive(Default)]
pub struct Wire {
    deaf: AtomicBool,
    cut: Notify,
}

impl Wire {
    pub fn stop_reading(&self) {
        self.deaf.store(true, Ordering::SeqCst);
    }

    /// Ends the connection; the next one is heard again.
    pub fn cut(&self) {
        self.cut.notify_waiters();
        self.deaf.store(false, Ordering::SeqCst);
    }

    pub async fn listen(self: Arc<Self>, upstream: String) -> std::io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("ws://{}", listener.local_addr()?);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if let Ok(server) = TcpStream::connect(&upstream).await {
                    tokio::spawn(self.clone().carry(client, server));
                }
            }
        });
        Ok(address)
    }

    /// Carries bytes until either side ends or the wire is cut; then both are dropped.
    async fn carry(self: Arc<Self>, client: TcpStream, server: TcpStream) {
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let up = tokio::io::copy(&mut from_client, &mut to_server);
        let down = async {
            let mut buffer = vec![0; 1 << 16];
            loop {
                let n = from_server.read(&mut buffer).await.unwrap_or(0);
                if self.deaf.load(Ordering::SeqCst) {
                    std::future::pending::<()>().await;
                }
                if n == 0 || to_client.write_all(&buffer[..n]).await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            _ = up => {}
            () = down => {}
            () = self.cut.notified() => {}
        }
    }
}
