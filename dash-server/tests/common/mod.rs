//! A server in a thread, jobs that behave and jobs that do not, and a client that can break every rule.

// Every test file uses its own part of this.
#![allow(dead_code, unreachable_pub)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use dash_server::config;
use dash_server::isolation::Isolation;
use dash_server::launch::{Job, LaunchError, Launcher, StartRequest};
use dash_server::protocol::{Command, ConfigMap, Request, ServerMessage, State, Status};
use dash_server::run::TrainingLauncher;
use dash_server::server::Server;
use dash_server::session::{Session, SessionSettings};
use dash_server::{Access, Limits};
use rl_agent::control::Command as Order;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// Nothing in these tests takes this long; it only turns a hang into a failure.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Real training runs, and a few jobs with bad manners.
pub struct TestLauncher {
    training: TrainingLauncher,
    _folder: TempDir,
}

impl TestLauncher {
    pub fn new(isolation: Isolation) -> Self {
        let folder = tempfile::tempdir().expect("a folder for runs");
        let mut small = config::preset("quick").expect("a preset");
        let over: ConfigMap = "[scenario]\nceiling = 6\n[agent]\nlearning_starts = 64\nbuffer_capacity = 2000\n\
                               [trainer]\nmetrics_every = 100\nevaluate_every = 2000\ncheckpoint_every = 4000\n\
                               [evaluation]\ngames = 2\nmax_steps = 100"
            .parse()
            .expect("valid TOML");
        config::overlay(&mut small, &over);
        let training = TrainingLauncher {
            runs: folder.path().join("runs"),
            default: ("small".to_owned(), small),
            isolation,
        };
        Self {
            training,
            _folder: folder,
        }
    }
}

impl Launcher for TestLauncher {
    fn presets(&self) -> Vec<String> {
        ["small", "panics", "fails", "stubborn", "ends"]
            .map(str::to_owned)
            .to_vec()
    }

    fn prepare(&self, request: &StartRequest) -> Result<Job, LaunchError> {
        let name = request.preset.as_deref().unwrap_or("small");
        let job = |work| Job {
            name: name.to_owned(),
            preset: Some(name.to_owned()),
            config: ConfigMap::new(),
            work,
            kill: None,
        };
        match name {
            "panics" => Ok(job(Box::new(|_| {
                panic!("the tower fell after {} pieces", 17)
            }))),
            "fails" => Ok(job(Box::new(|_| Err("the disk is full".to_owned())))),
            "ends" => Ok(job(Box::new(|_| Ok("all done".to_owned())))),
            // Hears of a stop and goes on until it is told something else.
            "stubborn" => Ok(job(Box::new(|context| {
                while !matches!(context.control.receive(None), Some(Order::SpeedLimit(_))) {}
                Ok("in the end".to_owned())
            }))),
            _ => self.training.prepare(request),
        }
    }

    fn go_on(&self, run: &str) -> Result<Job, LaunchError> {
        self.training.go_on(run)
    }
}

/// A server on a port of its own, in a thread of its own.
pub struct TestServer {
    pub addr: SocketAddr,
    pub session: Arc<Session>,
    /// The folder of its runs.
    pub runs: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl TestServer {
    pub fn new() -> Self {
        Self::with(
            SessionSettings {
                frame_rate: 50.0,
                ..SessionSettings::default()
            },
            Limits::default(),
        )
    }

    pub fn with(settings: SessionSettings, limits: Limits) -> Self {
        Self::with_access(settings, limits, Access::local())
    }

    pub fn with_access(settings: SessionSettings, limits: Limits, access: Access) -> Self {
        Self::isolated(settings, limits, access, Isolation::Thread)
    }

    pub fn isolated(
        settings: SessionSettings,
        limits: Limits,
        access: Access,
        isolation: Isolation,
    ) -> Self {
        let launcher = TestLauncher::new(isolation);
        let runs = launcher.training.runs.clone();
        let settings = SessionSettings {
            runs: Some(runs.clone()),
            ..settings
        };
        Self::of(Session::new(launcher, settings), runs, limits, access)
    }

    /// Serves a session whose runs are in this folder.
    pub fn of(session: Arc<Session>, runs: PathBuf, limits: Limits, access: Access) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (tell_addr, addr) = std::sync::mpsc::channel();
        let served = session.clone();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let any = "127.0.0.1:0".parse().expect("an address");
                let server = Server::bind_for(any, served, limits, access).expect("a free port");
                tell_addr.send(server.addr()).expect("the test waits");
                server.run(async { drop(stopped.await) }).await;
            });
        });
        let addr = addr.recv().expect("the server listens");
        Self {
            addr,
            session,
            runs,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Asks the server to end and waits until it has.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends well");
        }
    }

    pub fn connect(&self) -> Client {
        Client::open(self.addr)
    }

    /// Sends a whole request as it is and reads the whole answer.
    pub fn http(&self, request: &str) -> String {
        String::from_utf8_lossy(&self.exchange(request.as_bytes())).into_owned()
    }

    /// The same in bytes.
    pub fn exchange(&self, request: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.addr).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.write_all(request).expect("the request is sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("a whole answer");
        answer
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Waits until something holds.
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < PATIENCE, "it never happened: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;
pub const FIN: u8 = 0x80;

/// What a page would send to open a WebSocket.
pub fn handshake(addr: SocketAddr) -> String {
    format!(
        "GET /ws HTTP/1.1\r\nHost: {addr}\r\nOrigin: http://{addr}\r\nConnection: keep-alive, Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
}

/// A frame as a client sends it; `first` holds FIN, RSV and opcode.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    const MASK: [u8; 4] = [0x1d, 0xc8, 0x37, 0xfe];
    let mut bytes = head(first, payload.len(), 0x80);
    bytes.extend(MASK);
    bytes.extend(
        payload
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    bytes
}

/// The head of a frame; `masked` is 0x80 or 0.
pub fn head(first: u8, length: usize, masked: u8) -> Vec<u8> {
    let mut bytes = vec![first];
    match length {
        0..126 => bytes.push(masked | length as u8),
        126..65536 => {
            bytes.push(masked | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(masked | 127);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes
}

/// A WebSocket client without manners of its own.
pub struct Client {
    pub stream: TcpStream,
    next_id: u64,
    /// The last one that came. A short run can end before the ack of what ended it.
    status: Option<Status>,
}

impl Client {
    pub fn open(addr: SocketAddr) -> Self {
        Self::open_with(addr, &[])
    }

    /// Opens a WebSocket, sending `early` in one piece with the request.
    pub fn open_with(addr: SocketAddr, early: &[u8]) -> Self {
        let mut stream = TcpStream::connect(addr).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let mut request = handshake(addr).into_bytes();
        request.extend(early);
        stream.write_all(&request).expect("the request is sent");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("an answer");
            answer.push(byte[0]);
        }
        let answer = String::from_utf8(answer).expect("text");
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        assert!(
            answer
                .to_lowercase()
                .contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="),
            "{answer}"
        );
        Self {
            stream,
            next_id: 1,
            status: None,
        }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("the bytes are sent");
    }

    /// Sends a command and returns its number.
    pub fn command(&mut self, command: Command) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.send(&frame(FIN | BINARY, &Request { id, command }.encode()));
        id
    }

    /// The next frame: opcode and payload; `None` when the server has ended the connection.
    pub fn read_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut start = [0; 2];
        if self.stream.read_exact(&mut start).is_err() {
            return None;
        }
        assert_eq!(
            start[0] & 0xf0,
            FIN,
            "server frames are whole and use no reserved bits"
        );
        assert_eq!(start[1] & 0x80, 0, "server frames are not masked");
        let extra = match start[1] {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mut length = [0; 8];
        self.stream.read_exact(&mut length[8 - extra..]).ok()?;
        let length = if extra == 0 {
            u64::from(start[1])
        } else {
            u64::from_be_bytes(length)
        };
        let mut payload = vec![0; length as usize];
        self.stream.read_exact(&mut payload).ok()?;
        Some((start[0] & 0x0f, payload))
    }

    /// The next message.
    pub fn read(&mut self) -> ServerMessage {
        let begin = Instant::now();
        loop {
            // The pings of a silent server would keep the timeout of the socket from ever coming.
            assert!(begin.elapsed() < PATIENCE, "no message came, only pings");
            match self.read_frame().expect("the connection is open") {
                (BINARY, payload) => {
                    let message = rmp_serde::from_slice(&payload).expect("a message");
                    if let ServerMessage::Status(status) = &message {
                        self.status = Some(status.body.clone());
                    }
                    return message;
                }
                (PING, payload) => self.send(&frame(FIN | PONG, &payload)),
                (opcode, payload) => panic!("a frame of opcode {opcode}: {payload:?}"),
            }
        }
    }

    /// Reads until a message is the right one.
    pub fn wait_for<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(ServerMessage) -> Option<T>,
    ) -> T {
        let begin = Instant::now();
        loop {
            assert!(begin.elapsed() < PATIENCE, "it never came: {what}");
            if let Some(found) = pick(self.read()) {
                return found;
            }
        }
    }

    /// Reads until the status is in a state, unless it is in it already.
    pub fn wait_for_state(&mut self, state: State) -> Status {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.status.take_if(|status| status.state == state) {
                return status;
            }
            assert!(begin.elapsed() < PATIENCE, "it never came: {state:?}");
            self.read();
        }
    }

    /// Sends a command and reads until it is acknowledged.
    pub fn obeyed(&mut self, command: Command) {
        let text = format!("{command:?}");
        let sent = self.command(command);
        self.wait_for("an ack", |message| match message {
            ServerMessage::Ack { id } if id == sent => Some(()),
            ServerMessage::Error { message, .. } => panic!("{text} was refused: {message}"),
            _ => None,
        });
    }

    /// Sends a command and reads until it is refused; returns code and message.
    pub fn refused(&mut self, command: Command) -> (dash_server::protocol::ErrorCode, String) {
        let sent = self.command(command);
        self.wait_for("a refusal", |message| match message {
            ServerMessage::Ack { id } if id == sent => panic!("command {id} was obeyed"),
            ServerMessage::Error {
                id: Some(id),
                code,
                message,
                ..
            } if id == sent => Some((code, message)),
            _ => None,
        })
    }

    /// Reads until the closing frame and the end of the connection; returns the close code.
    pub fn close_code(&mut self) -> u16 {
        loop {
            match self.read_frame() {
                Some((CLOSE, payload)) => {
                    let code = u16::from_be_bytes([payload[0], payload[1]]);
                    assert!(std::str::from_utf8(&payload[2..]).is_ok());
                    assert_eq!(self.read_frame(), None, "nothing follows a closing frame");
                    return code;
                }
                Some(_) => {}
                None => panic!("the connection ended without a closing frame"),
            }
        }
    }
}
