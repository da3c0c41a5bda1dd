//! Who waits for news of which command.
//! It does not know what the news is: whoever is woken looks.

use std::collections::HashMap;
use std::sync::Mutex;

use arbiter::Seq;
use tokio::sync::watch;

use crate::locks::lock;

/// The waiting ones, by command.
#[derive(Debug, Default)]
pub(crate) struct Watchers(Mutex<HashMap<Seq, watch::Sender<()>>>);

impl Watchers {
    /// Changes whenever there is news of the command.
    pub(crate) fn watch(&self, seq: Seq) -> watch::Receiver<()> {
        let mut watched = lock(&self.0);
        watched.retain(|_, sender| sender.receiver_count() > 0);
        watched.entry(seq).or_insert_with(|| watch::Sender::new(())).subscribe()
    }

    /// There is news of these commands.
    pub(crate) fn wake(&self, commands: impl IntoIterator<Item = Seq>) {
        let watched = lock(&self.0);
        if watched.is_empty() {
            return;
        }
        for seq in commands {
            if let Some(sender) = watched.get(&seq) {
                sender.send_replace(());
            }
        }
    }
}
