//! Documents that were drawn a moment ago: a hundred pages that open at once cost one.
//! It draws one at a time, away from the tasks that answer requests, and keeps none for long.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::body::Bytes;
use nodeset::NodeSet;
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::columns;
use crate::events::frame;
use crate::fleet::Fleet;
use crate::region::{Inner, Region, Shared};

/// What happened since a snapshot is told after it.
const SNAPSHOT: Kind = Kind {
    word: "snapshot",
    is_place: true,
    good_for: Duration::from_millis(500),
    draw: columns::snapshot,
};
/// Ages are told a few times a minute.
const AGES: Kind =
    Kind { word: "ages", is_place: false, good_for: Duration::from_secs(5), draw: columns::ages };

/// The newest documents, by scope.
#[derive(Debug, Default)]
pub(crate) struct Drawings {
    snapshots: Mutex<Drawn>,
    ages: Mutex<Drawn>,
}

type Drawn = HashMap<Option<NodeSet>, Drawing>;

/// A kind of document.
#[derive(Clone, Copy)]
struct Kind {
    /// The event that it is.
    word: &'static str,
    /// Whether a listener can resume after it.
    is_place: bool,
    /// How long it is handed out.
    good_for: Duration,
    draw: fn(&Inner, &Fleet, Option<&NodeSet>) -> String,
}

/// A document.
#[derive(Clone, Debug)]
pub(crate) struct Drawing {
    /// It as an event. Listeners that share it share its memory.
    pub(crate) frame: Bytes,
    /// The place in the ring before it was drawn: whatever it may miss comes after.
    pub(crate) place: u64,
    drawn: Instant,
    fleet: Weak<Fleet>,
}

/// The snapshot for that scope, drawn at or after that place in the ring. None if the server has a defect.
pub(crate) async fn snapshot(
    region: &Shared,
    scope: &Option<NodeSet>,
    place: u64,
) -> Option<Drawing> {
    newest(region, &region.drawings.snapshots, SNAPSHOT, scope, place).await
}

/// How old the readings are, for that scope. None if the server has a defect.
pub(crate) async fn ages(region: &Shared, scope: &Option<NodeSet>) -> Option<Drawing> {
    newest(region, &region.drawings.ages, AGES, scope, 0).await
}

async fn newest(
    region: &Shared,
    drawn: &Mutex<Drawn>,
    kind: Kind,
    scope: &Option<NodeSet>,
    place: u64,
) -> Option<Drawing> {
    let mut drawn = drawn.lock().await;
    drawn.retain(|_, drawing| drawing.place >= place && drawing.is_good(region, kind));
    if let Some(known) = drawn.get(scope) {
        return Some(known.clone());
    }
    loop {
        Region(Arc::clone(region)).caught_up().await;
        let (shared, wanted) = (Arc::clone(region), scope.clone());
        let drawing = move || Drawing::new(&shared, kind, wanted.as_ref());
        if let Some(drawing) = tokio::task::spawn_blocking(drawing).await.ok()? {
            drawn.insert(scope.clone(), drawing.clone());
            return Some(drawing);
        }
    }
}

impl Drawing {
    /// None while the journal is read anew: what is read then is not told as events.
    fn new(region: &Inner, kind: Kind, scope: Option<&NodeSet>) -> Option<Self> {
        let (drawn, place) = (Instant::now(), region.ring.place_now());
        // looked at after the place: if it begins only now, the place is lost
        if !region.health.caught_up.load(Ordering::Acquire) {
            return None;
        }
        let fleet = region.fleet();
        let document = (kind.draw)(region, &fleet, scope);
        let id = kind.is_place.then(|| region.ring.id(place));
        let frame = frame(kind.word, id.as_deref(), &document);
        Some(Self { frame, place, drawn, fleet: Arc::downgrade(&fleet) })
    }

    fn is_good(&self, region: &Inner, kind: Kind) -> bool {
        self.drawn.elapsed() < kind.good_for
            && region.ring.follows(self.place)
            && self.fleet.ptr_eq(&Arc::downgrade(&region.fleet()))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::atomic::AtomicUsize;

    use api::What;
    use journal::Local;

    use super::*;
    use crate::board::{Board, Live};
    use crate::fleet::Limits;
    use crate::region::Options;

    struct Nobody;

    impl Live for Nobody {
        fn look(&self, _nodes: &NodeSet) {}

        fn observed(
            &self,
            nodes: &NodeSet,
            _goal: arbiter::Goal,
            _by: &str,
        ) -> Result<(), NodeSet> {
            Err(nodes.clone())
        }

        fn reload(&self) -> Result<String, String> {
            Ok(String::new())
        }
    }

    fn fleet() -> Fleet {
        Fleet::new("c1", [], BTreeMap::new(), Limits::default()).unwrap()
    }

    async fn region(folder: &tempfile::TempDir) -> Region {
        let journal = Local::open(folder.path().join("journal"), journal::Options::default());
        let (journal, board) = (Arc::new(journal.unwrap()), Arc::new(Board::new()));
        let options = Options::new(folder.path());
        let region = Region::open(journal, fleet(), board, Arc::new(Nobody), options).unwrap();
        region.caught_up().await;
        region
    }

    fn tell(region: &Inner) {
        region.ring.push(1, NodeSet::default(), What::Inventory { changed: String::new() });
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_happens_while_it_is_drawn_comes_after_its_place() {
        let folder = tempfile::TempDir::new().unwrap();
        let region = region(&folder).await;
        let before = region.0.ring.place_now();
        let draw = |region: &Inner, _: &Fleet, _: Option<&NodeSet>| {
            tell(region);
            String::new()
        };
        let (drawn, kind) = (Mutex::default(), Kind { draw, ..SNAPSHOT });
        let drawing = newest(&region.0, &drawn, kind, &None, 0).await.unwrap();
        assert_eq!((drawing.place, region.0.ring.place_now()), (before, before + 1));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_hundred_pages_at_once_cost_one_drawing_and_another_inventory_another() {
        static DRAWN: AtomicUsize = AtomicUsize::new(0);
        let folder = tempfile::TempDir::new().unwrap();
        let region = region(&folder).await;
        let draw = |_: &Inner, _: &Fleet, _: Option<&NodeSet>| {
            DRAWN.fetch_add(1, Ordering::Relaxed);
            String::new()
        };
        let drawn = Arc::new(Mutex::default());
        let kind = Kind { draw, good_for: Duration::MAX, ..SNAPSHOT };
        let page = |scope: Option<NodeSet>| {
            let (region, drawn) = (Arc::clone(&region.0), Arc::clone(&drawn));
            async move {
                newest(&region, &drawn, kind, &scope, 0).await.unwrap();
            }
        };
        futures_util::future::join_all((0..100).map(|_| page(None))).await;
        assert_eq!(DRAWN.load(Ordering::Relaxed), 1);
        page(Some(NodeSet::parse("n1", 1).unwrap())).await;
        page(None).await;
        assert_eq!(DRAWN.load(Ordering::Relaxed), 2, "another scope sees something else");
        region.set_fleet(fleet());
        page(None).await;
        assert_eq!(DRAWN.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn one_that_the_ring_can_not_follow_any_more_is_drawn_anew() {
        let folder = tempfile::TempDir::new().unwrap();
        let region = region(&folder).await;
        let first = snapshot(&region.0, &None, 0).await.unwrap();
        tell(&region.0);
        let same = snapshot(&region.0, &None, 0).await.unwrap();
        let shared = first.frame.as_ptr() == same.frame.as_ptr();
        assert!(shared || first.drawn.elapsed() >= SNAPSHOT.good_for);
        let later = snapshot(&region.0, &None, first.place + 1).await.unwrap();
        assert!(later.place > first.place);
        region.0.ring.reset();
        assert!(snapshot(&region.0, &None, 0).await.unwrap().place > later.place);
    }
}
