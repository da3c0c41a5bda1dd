//! What is forgotten of the journal: what is too old or too much, and never what still matters.
//! It does not delete anything itself: the journal does.

use std::sync::Weak;
use std::time::Duration;

use arbiter::Seq;
use journal::ReadError;

use crate::locks::read;
use crate::region::Inner;

/// What is forgotten of the journal. Open intents, live holds and the record by which the present
/// leader took the lead are kept in any case, and all that came after the oldest of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Records older than this, in milliseconds. `None`: none for their age.
    pub age_ms: Option<u64>,
    /// The oldest tenth of the records when the journal takes more bytes. `None`: none for that.
    pub bytes: Option<u64>,
    /// How often that is looked at, in milliseconds.
    pub every_ms: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { age_ms: Some(90 * 24 * 3_600_000), bytes: Some(2 << 30), every_ms: 600_000 }
    }
}

/// Looks after the journal's size as long as there is a region.
pub(crate) async fn keep(region: Weak<Inner>) {
    let Some(every_ms) = region.upgrade().map(|inner| inner.options.retention.every_ms) else {
        return;
    };
    let Some(mut stopped) = region.upgrade().map(|inner| inner.stopping.subscribe()) else {
        return;
    };
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(every_ms.max(1))) => {}
            gone = stopped.changed() => if gone.is_err() { return },
        }
        let Some(inner) = region.upgrade() else { return };
        inner.trim().await;
    }
}

impl Inner {
    async fn trim(&self) {
        let (oldest, wanted) = match self.unwanted_before().await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "can't tell what of the journal is too old");
                return;
            }
        };
        let before = wanted.and_then(|wanted| self.trimmable(wanted));
        let Some(before) = before.filter(|before| *before > oldest) else { return };
        match self.log.trim(before).await {
            Ok(oldest) => tracing::info!(oldest, "the journal was trimmed"),
            Err(error) => tracing::warn!(%error, "the journal can't be trimmed"),
        }
    }

    /// The oldest position, and the one before which age or size want everything forgotten.
    async fn unwanted_before(&self) -> Result<(Seq, Option<Seq>), ReadError> {
        let retention = self.options.retention;
        let (oldest, head) = (self.log.oldest().await?, *self.log.head().borrow());
        let mut before = None;
        if let Some(age_ms) = retention.age_ms {
            let cutoff = self.now().saturating_sub(age_ms);
            before = Some(self.first_since(cutoff, oldest, head + 1).await?);
        }
        if let Some(bytes) = retention.bytes
            && self.log.size_bytes().await? > bytes
        {
            let tenth = oldest + (head + 1).saturating_sub(oldest) / 10;
            before = before.max(Some(tenth));
        }
        Ok((oldest, before))
    }

    /// The first position in `low..high` that is not older than that time, else `high`.
    async fn first_since(&self, at: u64, mut low: Seq, mut high: Seq) -> Result<Seq, ReadError> {
        while low < high {
            let middle = low + (high - low) / 2;
            let entries = self.log.read(middle, 1, 1).await?;
            if entries.first().is_some_and(|entry| entry.at_ms < at) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// How far it may be trimmed: to the record of a leader, so that whatever is kept was written
    /// by leaders that are kept, and not past anything that still matters.
    fn trimmable(&self, wanted: Seq) -> Option<Seq> {
        let fold = read(&self.fold);
        let floor = fold.ledger.floor(self.now()).unwrap_or(Seq::MAX);
        let before = wanted.min(floor);
        fold.leads.iter().rev().copied().find(|lead| *lead <= before)
    }
}
