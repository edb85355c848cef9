//! Clients that read whatever comes, beside clients that never do.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fastwebsockets::OpCode;
use serde::Deserialize;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use super::report::{Latency, Report};
use super::{Failure, Process, Socket, Target};

/// What is to be measured.
#[derive(Debug)]
pub struct Plan {
    /// The server.
    pub target: Target,
    /// Its process, if it is to be looked at.
    pub process: Option<Process>,
    /// Clients that read.
    pub clients: usize,
    /// Clients that never read.
    pub stalled: usize,
    /// Time before it counts.
    pub warm: Duration,
    /// Time that counts.
    pub length: Duration,
    /// Time for the server to let go of those that never read, after that.
    pub grace: Duration,
    /// The `type` of the messages that are boards.
    pub board: String,
}

/// What is read of each message.
#[derive(Debug, Deserialize)]
struct Head<'a> {
    r#type: &'a str,
    /// Unix time in microseconds when it was made, in what is broadcast.
    t: Option<u64>,
    seq: Option<u64>,
}

/// What one client got.
#[derive(Debug, Default)]
struct Heard {
    messages: u64,
    boards: u64,
    bytes: u64,
    micros: Vec<u32>,
    last: Option<u64>,
    gaps: u64,
    lost: bool,
}

/// Opens all connections, waits, and measures.
///
/// # Errors
/// If a client is not let in, or gets what is no message.
pub async fn watch(plan: &Plan) -> Result<Report, Failure> {
    let mut stalled = Vec::new();
    for _ in 0..plan.stalled {
        stalled.push(plan.target.open_narrow().await?);
    }
    let mut sockets = Vec::new();
    for _ in 0..plan.clients {
        sockets.push(plan.target.open().await?);
    }
    let from = Instant::now() + plan.warm;
    let until = from + plan.length;
    let mut clients = JoinSet::new();
    for socket in sockets {
        clients.spawn(listen(socket, plan.board.clone(), from, until));
    }
    let busy = || plan.process.as_ref().map_or(0.0, Process::busy_micros);
    sleep_until(from).await;
    let (begun, before) = (Instant::now(), busy());
    sleep_until(until).await;
    let (seconds, busy) = (begun.elapsed().as_secs_f64(), busy() - before);
    let (resident_kib, peak_kib) = match &plan.process {
        Some(process) => (process.resident_kib(), process.peak_kib()),
        None => (None, None),
    };

    let mut heard = Vec::new();
    while let Some(client) = clients.join_next().await {
        heard.push(client??);
    }
    sleep(plan.grace).await;
    let mut evicted = 0;
    for socket in stalled {
        evicted += usize::from(is_gone(socket).await);
    }
    let sum = |count: fn(&Heard) -> u64| heard.iter().map(count).sum::<u64>();
    let messages = sum(|client| client.messages);
    let rates = || heard.iter().map(|client| client.boards as f64 / seconds);
    let mut micros: Vec<u32> = heard
        .iter()
        .flat_map(|client| client.micros.clone())
        .collect();
    let each = |total: f64| total / messages.max(1) as f64;
    Ok(Report {
        clients: plan.clients,
        stalled: plan.stalled,
        evicted,
        seconds,
        messages,
        bytes: each(sum(|client| client.bytes) as f64),
        slowest_rate: rates().fold(f64::INFINITY, f64::min),
        fastest_rate: rates().fold(0.0, f64::max),
        latency_us: Latency::of(&mut micros),
        gaps: sum(|client| client.gaps),
        lost: heard.iter().filter(|client| client.lost).count(),
        cpu_us: each(busy),
        cpu_percent: 1e-4 * busy / seconds,
        resident_kib,
        peak_kib,
    })
}

/// Reads until the time is over, and counts what comes between `from` and `until`.
async fn listen(
    mut socket: Socket,
    board: String,
    from: Instant,
    until: Instant,
) -> Result<Heard, Failure> {
    let mut heard = Heard::default();
    // At the end of the time the connection is dropped, so that half a frame does not matter.
    while let Ok(frame) = timeout_at(until, socket.read_frame()).await {
        let Ok(frame) = frame else {
            heard.lost = true;
            break;
        };
        let head: Head<'_> = match frame.opcode {
            OpCode::Binary => rmp_serde::from_slice(&frame.payload)?,
            OpCode::Text => serde_json::from_slice(&frame.payload)?,
            OpCode::Close => {
                heard.lost = true;
                break;
            }
            _ => continue,
        };
        let expected = heard.last.map(|last| last + 1);
        heard.last = head.seq.or(heard.last);
        if Instant::now() >= from {
            if let (Some(seq), Some(expected)) = (head.seq, expected) {
                heard.gaps += seq.saturating_sub(expected);
            }
            heard.messages += 1;
            heard.boards += u64::from(head.r#type == board);
            heard.bytes += frame.payload.len() as u64;
            let made = head.t.map(Duration::from_micros);
            let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
            let micros = made.map(|made| now.saturating_sub(made).as_micros() as u32);
            heard.micros.extend(micros);
        }
    }
    Ok(heard)
}

/// Whether the server has ended a connection: reading it comes to an end.
async fn is_gone(mut socket: Socket) -> bool {
    let end = async {
        while let Ok(frame) = socket.read_frame().await {
            if frame.opcode == OpCode::Close {
                break;
            }
        }
    };
    timeout(Duration::from_millis(200), end).await.is_ok()
}
