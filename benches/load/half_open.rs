//! Connections that begin and do not go on: nothing, half a request, half a frame, an answer that is not read.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use super::{Failure, Target};

/// Opens `connections` of them one after the other, of which the last `held` stay open until the server ends them or they
/// are dropped for newer ones; calls `between` after each thousand.
///
/// # Errors
/// If the server cannot be connected to any more.
pub async fn open(
    target: &Target,
    connections: usize,
    held: usize,
    mut between: impl AsyncFnMut() -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut kept = std::collections::VecDeque::with_capacity(held);
    for number in 0..connections {
        if kept.len() == held {
            kept.pop_front();
        }
        kept.push_back(begin(target, number).await?);
        if (number + 1) % 1000 == 0 {
            between().await?;
        }
    }
    Ok(())
}

async fn begin(target: &Target, number: usize) -> Result<TcpStream, Failure> {
    let socket = TcpSocket::new_v4()?;
    // One address has too few ports for all of them.
    let from = Ipv4Addr::new(127, 0, 1, (number % 200) as u8);
    socket.bind(SocketAddr::from((from, 0)))?;
    let mut stream = socket.connect(target.addr).await?;
    let addr = target.addr;
    let bytes = match number % 5 {
        0 => String::new(),
        1 => "GET /".to_owned(),
        2 => format!("GET /ws HTTP/1.1\r\nHost: {addr}\r\nUpgrade: web"),
        3 => format!("GET / HTTP/1.1\r\nHost: {addr}\r\nContent-Length: 100000\r\n\r\nhalf of"),
        _ => format!("GET / HTTP/1.1\r\nHost: {addr}\r\n\r\n").repeat(20),
    };
    // A server that has no place for it may have ended the connection already.
    let _ = stream.write_all(bytes.as_bytes()).await;
    Ok(stream)
}
