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

    /// Sends a whole frame to everybody.
    pub(crate) fn broadcast(&self, kind: Kind, frame: &Bytes) {
        for client in self.clients().iter() {
            client.send(kind, frame.clone());
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
