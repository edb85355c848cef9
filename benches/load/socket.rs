//! A WebSocket as a page would open it.

use std::net::SocketAddr;
use std::pin::Pin;

use fastwebsockets::{WebSocket, handshake};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::header::{CONNECTION, HOST, ORIGIN, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpSocket, TcpStream};

use super::Failure;

/// An open WebSocket, with pings answered by the library.
pub type Socket = WebSocket<TokioIo<Upgraded>>;

/// Where a server is.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its address.
    pub addr: SocketAddr,
    path: String,
}

impl Target {
    /// Reads `ws://127.0.0.1:7878/ws`.
    ///
    /// # Errors
    /// If that is not an address in numbers with a port.
    pub fn parse(url: &str) -> Result<Self, Failure> {
        let uri: Uri = url.parse()?;
        let authority = uri
            .authority()
            .ok_or("ws://ADDRESS:PORT/PATH is expected")?;
        Ok(Self {
            addr: authority.as_str().parse()?,
            path: uri.path().to_owned(),
        })
    }

    /// Opens a WebSocket.
    ///
    /// # Errors
    /// If the server is not there or refuses.
    pub async fn open(&self) -> Result<Socket, Failure> {
        self.shake_hands(TcpStream::connect(self.addr).await?).await
    }

    /// Opens a WebSocket that takes few bytes before it is read, so that a client who never reads is soon full.
    ///
    /// # Errors
    /// If the server is not there or refuses.
    pub async fn open_narrow(&self) -> Result<Socket, Failure> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4096)?;
        self.shake_hands(socket.connect(self.addr).await?).await
    }

    async fn shake_hands(&self, stream: TcpStream) -> Result<Socket, Failure> {
        stream.set_nodelay(true)?;
        let request = Request::get(&self.path)
            .header(HOST, self.addr.to_string())
            .header(ORIGIN, format!("http://{}", self.addr))
            .header(UPGRADE, "websocket")
            .header(CONNECTION, "upgrade")
            .header("Sec-WebSocket-Key", handshake::generate_key())
            .header("Sec-WebSocket-Version", "13")
            .body(Empty::<Bytes>::new())?;
        let (socket, _) = handshake::client(&Spawn, request, stream).await?;
        Ok(socket)
    }
}

struct Spawn;

impl hyper::rt::Executor<Pin<Box<dyn Future<Output = ()> + Send>>> for Spawn {
    fn execute(&self, task: Pin<Box<dyn Future<Output = ()> + Send>>) {
        tokio::spawn(task);
    }
}
