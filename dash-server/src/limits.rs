//! What one client may cost.

use std::time::Duration;

/// Bounds on connections, messages and waiting; all of them settings, none of them off.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Connections at a time; more are answered with 503.
    pub connections: usize,
    /// Connections at a time from one other machine.
    pub connections_per_address: usize,
    /// Commands a second from one client; those that come faster are read later.
    pub commands_per_second: f64,
    /// Bytes of one message from a client, fragments together.
    pub message_bytes: usize,
    /// Time for a client to send the head of a request.
    pub header_timeout: Duration,
    /// Time for a client to take anything of what waits for it before it is dropped. Whoever takes a long WebSocket message
    /// bit by bit may need longer for all of it, but no longer than this and a second for each 16 KiB.
    pub write_timeout: Duration,
    /// Time between two pings.
    pub ping_interval: Duration,
    /// Silence (not even a pong) after which a client is taken for dead.
    pub idle_timeout: Duration,
    /// Time for the closing handshake.
    pub close_timeout: Duration,
    /// Bytes of metrics that wait for a client; when there are more, the oldest message goes. Behind a message that is longer,
    /// and until nothing waits, as many bytes as that has may wait, so that a slow line has a long history once and not again
    /// and again.
    pub metrics_bytes: usize,
    /// Messages that must not be dropped and wait for a client; when there are more, it is closed with 1013. As many bytes
    /// of them as its longest message has may wait here too.
    pub reliable_queue: usize,
    /// Bytes that the operating system may hold for one client.
    pub send_buffer: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            connections_per_address: 32,
            commands_per_second: 100.0,
            message_bytes: 64 << 10,
            header_timeout: Duration::from_secs(5),
            write_timeout: Duration::from_secs(5),
            ping_interval: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(50),
            close_timeout: Duration::from_millis(500),
            metrics_bytes: 64 << 10,
            reliable_queue: 64,
            send_buffer: 64 << 10,
        }
    }
}
