//! Between the agent and the region: what the one sees is shown by the other, what the one is asked
//! goes to the other. It keeps nothing but the way there.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arbiter::{Answer, Goal, Load, Report};
use cluster::clock::now_ms;
use cluster::inventory::{Access, Inventory, diff};
use cluster::{Looks, People, Sighting, Witness};
use nodeset::{NodeSet, ParseError};
use region::{Board, Fleet, Live, Region, Status};
use tokio::sync::watch;

use super::{Settings, fleet};

/// The way between the two.
pub struct Bridge {
    path: PathBuf,
    confirm_over: Option<usize>,
    inventory: watch::Sender<Arc<Inventory>>,
    board: Arc<Board>,
    ends: OnceLock<(Looks, People, Region)>,
}

impl Bridge {
    /// A bridge whose far ends are not there yet.
    pub fn new(
        settings: &Settings,
        inventory: watch::Sender<Arc<Inventory>>,
        board: Arc<Board>,
    ) -> Self {
        let (path, confirm_over) = (settings.inventory.clone(), settings.confirm_over);
        Self { path, confirm_over, inventory, board, ends: OnceLock::new() }
    }

    /// Joins the far ends; only the first time counts.
    pub fn join(&self, looks: Looks, people: People, region: Region) {
        let _ = self.ends.set((looks, people, region));
    }

    /// The inventory as the region knows it.
    ///
    /// # Errors
    /// When a name is no node name.
    pub fn fleet(&self) -> Result<Fleet, ParseError> {
        fleet::fleet(&self.inventory.borrow(), self.confirm_over)
    }
}

impl Witness for Bridge {
    fn saw(&self, sightings: Vec<Sighting>) {
        let statuses: Vec<(Arc<str>, Status)> = sightings
            .into_iter()
            .map(|Sighting { node, seen, progress }| (node, Status { seen, progress }))
            .collect();
        self.board.publish_all(statuses.iter().map(|(node, status)| (&**node, status.clone())));
    }

    fn reported(&self, node: &str, report: &Report) {
        self.board.report(node, report.clone());
    }

    fn loaded(&self, loads: Vec<Load>) {
        self.board.publish_loads(loads);
    }

    fn exchanged(&self, node: &str, exchange: &cluster::Exchange, answer: &Answer) {
        let cluster::Exchange { driver, ask, op, result, took_ms } = *exchange;
        let took = took_ms.map(Duration::from_millis);
        self.board.exchanged(&region::Exchange { driver, op, result, took });
        self.board.tried(node, region::Tried { at: now_ms(), driver, ask, answer, took });
    }
}

impl Live for Bridge {
    fn look(&self, nodes: &NodeSet) {
        if let Some((looks, ..)) = self.ends.get() {
            looks.look(nodes.clone());
        }
    }

    fn observed(&self, nodes: &NodeSet, goal: Goal, by: &str) -> Result<(), NodeSet> {
        let inventory = Arc::clone(&self.inventory.borrow());
        let by_person = |name: &String| {
            inventory.node(name).is_some_and(|node| node.endpoint.access == Access::Manual)
        };
        let others = NodeSet::from_names(nodes.iter().filter(|name| !by_person(name)));
        let others = others.expect("the names come from a node set");
        if !others.is_empty() {
            return Err(others);
        }
        if let Some((looks, people, _)) = self.ends.get() {
            for name in nodes.iter() {
                people.tell(&name, goal, by);
            }
            looks.look(nodes.clone());
        }
        Ok(())
    }

    fn reload(&self) -> Result<String, String> {
        let new = Arc::new(crate::inventory::load(&self.path).map_err(|error| error.to_string())?);
        let changed = diff(&self.inventory.borrow(), &new).to_string();
        self.inventory.send_replace(new);
        let fleet = self.fleet().map_err(|error| error.to_string())?;
        if let Some((.., region)) = self.ends.get() {
            region.set_fleet(fleet);
        }
        Ok(changed)
    }
}
