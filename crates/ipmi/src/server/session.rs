//! A session as the BMC sees it, from Open Session to Close Session. It carries out no command.

use alloc::vec::Vec;

use crate::packet::Plus;
use crate::rakp::Transcript;
use crate::{Privilege, Rng, SessionKeys, Suite, Window, draw};

#[derive(Debug)]
pub(super) struct Session {
    pub(super) console_id: u32,
    pub(super) managed_id: u32,
    pub(super) suite: Suite,
    pub(super) stage: Stage,
    pub(super) heard_ms: u64,
}

#[derive(Debug)]
pub(super) enum Stage {
    Opened,
    Challenged { transcript: Transcript, account: usize },
    Active(Live),
}

#[derive(Debug)]
pub(super) struct Live {
    keys: SessionKeys,
    window: Window,
    next_sequence: u32,
    /// The level that the session has now.
    pub(super) level: Privilege,
    /// The highest level that it may have.
    pub(super) limit: Privilege,
}

impl Session {
    /// Whether it was heard of lately enough.
    pub(super) const fn is_remembered(&self, now_ms: u64, idle_ms: u64) -> bool {
        now_ms.saturating_sub(self.heard_ms) <= idle_ms
    }
}

impl Live {
    pub(super) fn new(keys: SessionKeys, limit: Privilege) -> Self {
        let level = limit.min(Privilege::User);
        Self { keys, window: Window::default(), next_sequence: 1, level, limit }
    }

    pub(super) fn open(&mut self, packet: &Plus<'_>) -> Option<Vec<u8>> {
        let message = self.keys.open(packet).ok()?;
        self.window.accept(packet.sequence).then_some(message)
    }

    pub(super) fn seal(&mut self, console_id: u32, message: &[u8], rng: &mut Rng<'_>) -> Vec<u8> {
        let sequence = self.next_sequence;
        self.next_sequence = sequence.checked_add(1).unwrap_or(1);
        self.keys.seal(console_id, sequence, draw(rng), message)
    }
}
