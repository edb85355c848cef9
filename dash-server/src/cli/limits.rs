//! The bounds on what clients may cost, as options.

use std::time::Duration;

use dash_server::Limits;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Connections at a time; more are turned away
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    max_connections: u32,
    /// Connections at a time from one other machine
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    max_per_address: u32,
    /// Bytes of one message from a client
    #[arg(long, value_name = "N", default_value_t = 65_536, value_parser = clap::value_parser!(u32).range(1024..=16_777_216))]
    max_message: u32,
    /// Commands a second from one client
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    command_rate: u32,
    /// Seconds for a client to send the head of a request
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    header_timeout: Duration,
    /// Seconds for a client to take some of what is sent before it is dropped
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    write_timeout: Duration,
    /// Seconds between two pings
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    ping_interval: Duration,
    /// Seconds of silence after which a client is taken for dead
    #[arg(long, value_name = "SECONDS", default_value = "50", value_parser = seconds)]
    idle_timeout: Duration,
}

impl LimitArgs {
    pub(crate) fn limits(&self) -> Limits {
        Limits {
            connections: self.max_connections as usize,
            connections_per_address: self.max_per_address as usize,
            message_bytes: self.max_message as usize,
            commands_per_second: self.command_rate.into(),
            header_timeout: self.header_timeout,
            write_timeout: self.write_timeout,
            ping_interval: self.ping_interval,
            idle_timeout: self.idle_timeout,
            ..Limits::default()
        }
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds) if (0.01..=86_400.0).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("a number in 0.01..=86400 is expected".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        limits: LimitArgs,
    }

    #[test]
    fn what_the_options_default_to_is_what_the_library_does() {
        assert_eq!(Line::parse_from(["x"]).limits.limits(), Limits::default());
        let line = Line::parse_from(["x", "--idle-timeout", "0.5", "--max-per-address", "3"]);
        let limits = line.limits.limits();
        assert_eq!(limits.idle_timeout, Duration::from_millis(500));
        assert_eq!(limits.connections_per_address, 3);
        assert!(Line::try_parse_from(["x", "--write-timeout", "0"]).is_err());
    }
}
