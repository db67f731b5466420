//! A person, for whom there is no library: plain HTTP to a server on this machine.

use crate::{
    bot::{Outcome, EVENT},
    wire::authority,
    World,
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// Calls the API as one of the world's people; gives null where the answer has no body.
pub async fn as_person(w: &World, who: usize, method: &str, path: &str, body: &Value) -> Outcome<Value> {
    let host = authority(&w.url);
    let body = body.to_string();
    let request = format!(
        "{method} /api/v10{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAuthorization: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        w.people[who].token,
        body.len(),
    );
    let answer = timeout(EVENT, async {
        let mut socket = TcpStream::connect(&host).await?;
        socket.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    })
    .await??;
    let answer = String::from_utf8(answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no answer")?;
    if !head.starts_with("HTTP/1.1 2") {
        return Err(format!("{method} {path}: {answer}").into());
    }
    if body.is_empty() {
        return Ok(Value::Null);
    }
    Ok(serde_json::from_str(body)?)
}
