//! The server: a listener, a task for each connection, and an orderly end.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::resume_unwind;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{sleep, timeout};

use crate::limits::Limits;
use crate::patience::Patient;
use crate::routes::{self, Upgraded};
use crate::security::Access;
use crate::session::{Reporter, Session};
use crate::ws;

/// The head of a request may be this long; more is answered with 431.
const MAX_HEAD: usize = 16 << 10;

/// How many connections may wait to be accepted; the system may allow fewer. One for which there is no room tries again after
/// a second.
const BACKLOG: u32 = 4096;

/// How many connections for which there is no place are told so at a time; more are closed without a word.
const DOORSTEP: usize = 16;

/// Time to read that there is no place.
const TURN_AWAY_TIME: Duration = Duration::from_millis(200);

/// Time before the system is asked again for a connection that it could not give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why the server cannot listen.
#[derive(Debug, Error)]
pub enum BindError {
    /// Somebody else listens there.
    #[error(
        "{addr} is already in use; choose another address with --addr, or port 0 for any free one"
    )]
    InUse {
        /// The address asked for.
        addr: SocketAddr,
    },
    /// The address could be reached from other machines.
    #[error(
        "{addr} is not a loopback address: use a tunnel (ssh -L), or let other machines in with --allow-remote"
    )]
    NotLoopback {
        /// The address asked for.
        addr: SocketAddr,
    },
    /// The system refused for another reason.
    #[error("cannot listen on {addr}: {error}")]
    Io {
        /// The address asked for.
        addr: SocketAddr,
        /// What the system said.
        error: io::Error,
    },
}

/// A server that listens and does not serve yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    session: Arc<Session>,
    limits: Limits,
    access: Arc<Access>,
}

impl Server {
    /// Listens on a loopback address; port 0 is any free one.
    ///
    /// # Errors
    /// If the address is not a loopback address or the port is taken.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn bind(
        addr: SocketAddr,
        session: Arc<Session>,
        limits: Limits,
    ) -> Result<Self, BindError> {
        Self::bind_for(addr, session, limits, Access::local())
    }

    /// Listens for those who have access; port 0 is any free one.
    ///
    /// # Errors
    /// If the address is not a loopback address and only this machine has access, or the port is taken.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn bind_for(
        addr: SocketAddr,
        session: Arc<Session>,
        limits: Limits,
        access: Access,
    ) -> Result<Self, BindError> {
        if access.is_local() && !addr.ip().is_loopback() {
            return Err(BindError::NotLoopback { addr });
        }
        let listen = || -> io::Result<_> {
            let socket = if addr.is_ipv4() {
                TcpSocket::new_v4()
            } else {
                TcpSocket::new_v6()
            }?;
            // A restart need not wait for the last connections of its predecessor to be forgotten.
            #[cfg(unix)]
            socket.set_reuseaddr(true)?;
            // Connections inherit it: a client that does not read is found out early and costs little.
            socket.set_send_buffer_size(limits.send_buffer)?;
            socket.bind(addr)?;
            let listener = socket.listen(BACKLOG)?;
            let addr = listener.local_addr()?;
            Ok((listener, addr))
        };
        match listen() {
            Ok((listener, addr)) => Ok(Self {
                listener,
                addr,
                session,
                limits,
                access: Arc::new(access),
            }),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                Err(BindError::InUse { addr })
            }
            Err(error) => Err(BindError::Io { addr, error }),
        }
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves until `shutdown` is done. Then the port is free at once, WebSockets are closed with 1001, and what is
    /// still open after twice the close timeout is dropped.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let Self {
            listener,
            session,
            limits,
            access,
            ..
        } = self;
        let guests = Guests::default();
        let (closing, watch_closing) = watch::channel(());
        let places = Arc::new(Semaphore::new(limits.connections));
        let doorstep = Arc::new(Semaphore::new(DOORSTEP));
        let mut connections = JoinSet::new();
        let mut shutdown = pin!(shutdown);
        // In tasks of their own: to wake whoever blocks on all of this takes a call of the system each time.
        let mut reporters = JoinSet::new();
        let reporter = Reporter::start(session.clone(), &mut reporters);
        let players = session.clone();
        reporters.spawn(async move { players.run_clock().await });
        session.look_ahead().await;
        let watcher = session.clone();
        reporters.spawn(async move { watcher.watch_runs().await });
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                Some(ended) = reporters.join_next() => {
                    if let Some(panic) = ended.err().filter(JoinError::is_panic) {
                        resume_unwind(panic.into_panic());
                    }
                }
                Some(_) = connections.join_next() => {}
                (stream, from) = accept(&listener) => {
                    let guest = guests.enter(from.ip(), limits.connections_per_address);
                    let place = places.clone().try_acquire_owned();
                    let (Some(guest), Ok(place)) = (guest, place) else {
                        if let Ok(place) = doorstep.clone().try_acquire_owned() {
                            connections.spawn(async move {
                                turn_away(stream).await;
                                drop(place);
                            });
                        }
                        continue;
                    };
                    let (session, limits, closing) = (session.clone(), limits.clone(), watch_closing.clone());
                    let access = access.clone();
                    connections.spawn(async move {
                        connection(stream, session, limits, access, closing).await;
                        drop((place, guest));
                    });
                }
            }
        }
        drop((listener, reporter, reporters));
        drop(closing);
        session.close_clients("the server shuts down");
        let all = async { while connections.join_next().await.is_some() {} };
        if timeout(2 * limits.close_timeout, all).await.is_err() {
            tracing::debug!("some connections did not close in time");
        }
    }
}

/// The next connection. Where the system has none to give, out of file descriptors most likely, it is asked again when some
/// may have ended; everything else goes on meanwhile.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// How many connections each other machine has; this machine, and a proxy on it, may have as many as there are.
#[derive(Debug, Clone, Default)]
struct Guests {
    connections: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// A connection that is counted until it ends.
#[derive(Debug)]
struct Guest {
    guests: Guests,
    /// The machine it is from, if that is another one.
    address: Option<IpAddr>,
}

impl Guests {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Guest> {
        let address = Some(address.to_canonical()).filter(|address| !address.is_loopback());
        if let Some(address) = address {
            let mut connections = self
                .connections
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            let count = connections.entry(address).or_default();
            if *count >= most {
                return None;
            }
            *count += 1;
        }
        let guests = self.clone();
        Some(Guest { guests, address })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let Some(address) = self.address else { return };
        let mut connections = self
            .guests
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = connections.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                connections.remove(&address);
            }
        }
    }
}

/// A word to a client for whom there is no place, and a moment for it to be read: closing at once what still has
/// unread bytes would reset the connection and take the word back.
async fn turn_away(mut stream: TcpStream) {
    let word = async {
        stream
            .write_all(
                b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 21\r\ncontent-type: text/plain\r\n\
                  retry-after: 5\r\nconnection: close\r\n\r\ntoo many connections\n",
            )
            .await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
    };
    if !matches!(timeout(TURN_AWAY_TIME, word).await, Ok(Ok(_))) {
        tracing::debug!("a connection too many did not end by itself");
    }
}

/// Serves HTTP, and a WebSocket if that is what the client turns it into.
async fn connection(
    stream: TcpStream,
    session: Arc<Session>,
    limits: Limits,
    access: Arc<Access>,
    mut closing: watch::Receiver<()>,
) {
    // Small messages must not wait for each other.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY was refused");
    }
    let upgraded = Arc::new(Upgraded::default());
    let service = service_fn(|request| {
        let (session, access, upgraded) = (session.clone(), access.clone(), upgraded.clone());
        async move { routes::answer(request, &session, &access, &upgraded).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(MAX_HEAD)
        .serve_connection(
            TokioIo::new(Patient::new(stream, limits.write_timeout)),
            service,
        )
        .with_upgrades();
    let mut connection = pin!(connection);
    let mut asked = false;
    let served = loop {
        tokio::select! {
            served = connection.as_mut() => break served,
            _ = closing.changed(), if !asked => {
                connection.as_mut().graceful_shutdown();
                asked = true;
            }
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a connection ended badly");
        return;
    }
    let upgrade = upgraded
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(upgrade) = upgrade {
        match upgrade.await {
            Ok(websocket) => ws::serve(websocket.into_inner().into_inner(), session, limits).await,
            Err(error) => tracing::debug!(%error, "a WebSocket was not opened"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_has_so_many_connections_and_this_one_as_many_as_there_are() {
        let guests = Guests::default();
        let (here, there) = ("127.0.0.1".parse().unwrap(), "192.0.2.1".parse().unwrap());
        let held: Vec<_> = (0..9).map(|_| guests.enter(here, 2)).collect();
        assert!(held.iter().all(Option::is_some));
        let (one, two) = (guests.enter(there, 2), guests.enter(there, 2));
        assert!(one.is_some() && two.is_some());
        let mapped = "::ffff:192.0.2.1".parse().unwrap();
        assert!(guests.enter(mapped, 2).is_none(), "the same in other words");
        assert!(guests.enter("192.0.2.2".parse().unwrap(), 2).is_some());
        drop(one);
        assert!(guests.enter(there, 2).is_some());
        drop(two);
        assert!(guests.connections.lock().unwrap().is_empty());
    }
}
