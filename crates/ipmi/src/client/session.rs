//! An open session as the console sees it: keys, both ids, both sequence numbers. It has no timers.

use alloc::vec::Vec;

use crate::packet::Plus;
use crate::{Rng, SessionKeys, Window, draw};

#[derive(Debug)]
pub(super) struct Session {
    console_id: u32,
    pub(super) managed_id: u32,
    keys: SessionKeys,
    next_sequence: u32,
    window: Window,
    /// The privilege level was raised.
    pub(super) raised: bool,
    pub(super) heard_ms: u64,
}

impl Session {
    pub(super) fn new(console_id: u32, managed_id: u32, keys: SessionKeys) -> Self {
        let window = Window::default();
        Self { console_id, managed_id, keys, next_sequence: 1, window, raised: false, heard_ms: 0 }
    }

    /// The datagram for a LAN message, under a sequence number of its own.
    pub(super) fn seal(&mut self, message: &[u8], rng: &mut Rng<'_>) -> Vec<u8> {
        let sequence = self.next_sequence;
        self.next_sequence = sequence.checked_add(1).unwrap_or(1);
        self.keys.seal(self.managed_id, sequence, draw(rng), message)
    }

    /// The LAN message of a packet that is for this session, authentic and new.
    pub(super) fn open(&mut self, packet: &Plus<'_>) -> Option<Vec<u8>> {
        if packet.session_id != self.console_id {
            return None;
        }
        let message = self.keys.open(packet).ok()?;
        self.window.accept(packet.sequence).then_some(message)
    }
}
