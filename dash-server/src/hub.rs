//! One encoded message, many clients, and nobody waits for any of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::outbox::{Kind, Outbox};

/// The clients that are connected now.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    clients: Mutex<Vec<Arc<Outbox>>>,
}

impl Hub {
    pub(crate) fn add(&self, client: Arc<Outbox>) {
        self.clients().push(client);
    }

    pub(crate) fn remove(&self, client: &Arc<Outbox>) {
        self.clients().retain(|other| !Arc::ptr_eq(other, client));
    }

    /// Number of clients.
    pub(crate) fn len(&self) -> usize {
        self.clients().len()
    }

    /// Sends whole frames to everybody.
    pub(crate) fn broadcast(&self, frames: &[(Kind, Bytes)]) {
        if frames.is_empty() {
            return;
        }
        for client in self.clients().iter() {
            client.send(frames);
        }
    }

    /// Closes everybody.
    pub(crate) fn close(&self, code: u16, reason: &str) {
        for client in self.clients().iter() {
            client.close(code, reason);
        }
    }

    fn clients(&self) -> MutexGuard<'_, Vec<Arc<Outbox>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
