//! The task that turns what agents publish, and how intents end, into events, folded, a few times a second.
//! It does not miss a change, but may tell two quick ones as one.

use std::collections::BTreeMap;
use std::sync::Weak;
use std::time::Duration;

use api::What;
use nodeset::NodeSet;

use crate::board::{Board, News};
use crate::convert::{phase, power, report};
use crate::region::Inner;

/// How long changes are gathered.
const GATHER: Duration = Duration::from_millis(200);

/// Tells what agents publish as long as there is a region.
pub(crate) async fn pump(region: Weak<Inner>) {
    let Some(board) = region.upgrade().map(|inner| inner.board.clone()) else { return };
    let Some(mut stopped) = region.upgrade().map(|inner| inner.stopping.subscribe()) else {
        return;
    };
    let Some(gathered) = region.upgrade().map(|inner| inner.ring.gathered()) else { return };
    loop {
        tokio::select! {
            () = board.news_arrived() => {}
            () = gathered.notified() => {}
            gone = stopped.changed() => if gone.is_err() { return },
        }
        tokio::time::sleep(GATHER).await;
        let Some(inner) = region.upgrade() else { return };
        inner.tell_news(&board.take_news());
    }
}

impl Inner {
    fn tell_news(&self, news: &News) {
        let now = self.now();
        self.ring.push_gathered();
        for (what, nodes) in statuses(&self.board, news) {
            self.ring.push(now, nodes, what);
        }
        let mut reports: BTreeMap<What, Vec<&str>> = BTreeMap::new();
        for (node, told) in &news.reports {
            reports.entry(report(told)).or_default().push(node);
        }
        for (what, nodes) in reports {
            if let Ok(nodes) = NodeSet::from_names(nodes) {
                self.ring.push(now, nodes, what);
            }
        }
        self.watchers.wake(news.commands.iter().copied());
    }
}

fn statuses(board: &Board, news: &News) -> BTreeMap<What, NodeSet> {
    let mut groups: BTreeMap<What, Vec<&str>> = BTreeMap::new();
    for node in &news.nodes {
        let Some(status) = board.status(node) else { continue };
        let what = What::Status {
            power: power(status.seen.power),
            phase: phase(status.progress.phase),
            seq: status.progress.seq,
            attempt: status.progress.attempt,
        };
        groups.entry(what).or_default().push(node);
    }
    let folded = |(what, nodes)| Some((what, NodeSet::from_names(nodes).ok()?));
    groups.into_iter().filter_map(folded).collect()
}
