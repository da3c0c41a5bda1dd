//! The engine's task: sockets, timers and the table of endpoints.
//!
//! One pass: take what is there, bring the endpoints that it concerns forward, send what they want sent.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arbiter::{Cause, Millis};
use ipmi::Config;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::super::accounts::Accounts;
use super::super::network::Datagrams;
use super::super::resolve::Turns;
use super::super::{Answered, Common, Traffic, plain};
use super::endpoint::{Endpoint, Next};
use super::{Order, translate};
use crate::clock::now_ms;
use crate::inventory::{Access, Contact};
use crate::targets::Target;

/// Orders taken in one pass.
const ORDERS_MAX: usize = 1_024;

type Resolved = (usize, Result<(SocketAddr, Config), Cause>);

pub(super) struct Task {
    orders: UnboundedReceiver<Order>,
    answers: UnboundedSender<Answered>,
    resolved: UnboundedReceiver<Resolved>,
    resolve: UnboundedSender<Resolved>,
    resolving: Arc<Turns>,
    datagrams: Datagrams,
    traffic: Arc<Traffic>,
    accounts: Arc<Accounts>,
    endpoints: Vec<Endpoint>,
    by_name: HashMap<Contact, usize>,
    by_address: HashMap<SocketAddr, usize>,
    timers: BTreeSet<(Millis, usize)>,
    due: Vec<Option<Millis>>,
}

enum Woken {
    Order(Option<Order>),
    Resolved(Resolved),
    Readable,
    Due,
}

impl Task {
    pub(super) fn new(orders: UnboundedReceiver<Order>, common: &Common) -> std::io::Result<Self> {
        let (resolve, resolved) = mpsc::unbounded_channel();
        Ok(Self {
            orders,
            answers: common.answers.clone(),
            resolved,
            resolve,
            resolving: Arc::clone(&common.turns),
            datagrams: common.network.datagrams()?,
            traffic: Arc::clone(&common.traffic),
            accounts: Arc::clone(&common.accounts),
            endpoints: Vec::new(),
            by_name: HashMap::new(),
            by_address: HashMap::new(),
            timers: BTreeSet::new(),
            due: Vec::new(),
        })
    }

    pub(super) async fn run(mut self) {
        loop {
            let mut touched = BTreeSet::new();
            let stop = match self.woken().await {
                Woken::Order(order) => self.take_orders(order, &mut touched),
                Woken::Resolved(resolved) => {
                    self.take_resolved(resolved, &mut touched);
                    false
                }
                Woken::Readable | Woken::Due => false,
            };
            self.receive(&mut touched);
            self.take_due(&mut touched);
            self.advance(touched).await;
            if stop {
                self.close_all().await;
                return;
            }
        }
    }

    async fn woken(&mut self) -> Woken {
        let next = self.timers.first().map(|(at, _)| at.saturating_sub(now_ms()));
        let sleep = Duration::from_millis(next.unwrap_or(3_600_000));
        tokio::select! {
            order = self.orders.recv() => Woken::Order(order),
            Some(resolved) = self.resolved.recv() => Woken::Resolved(resolved),
            () = self.datagrams.readable() => Woken::Readable,
            () = tokio::time::sleep(sleep) => Woken::Due,
        }
    }

    /// Tells whether it is to stop. What is taken from the queue is taken up: nobody else has it then.
    fn take_orders(&mut self, first: Option<Order>, touched: &mut BTreeSet<usize>) -> bool {
        let (mut order, mut taken) = (first, 1);
        loop {
            match order {
                Some(Order::Ask(job)) => {
                    let place = self.place(&job.target);
                    self.endpoints[place].push(job);
                    touched.insert(place);
                }
                Some(Order::Renew) => self.endpoints.iter_mut().for_each(Endpoint::renew),
                Some(Order::Stop) | None => return true,
            }
            if taken == ORDERS_MAX {
                return false;
            }
            match self.orders.try_recv() {
                Ok(next) => order = Some(next),
                Err(_) => return false,
            }
            taken += 1;
        }
    }

    fn take_resolved(&mut self, (place, resolved): Resolved, touched: &mut BTreeSet<usize>) {
        if let Ok((address, _)) = &resolved {
            self.by_address.insert(*address, place);
        }
        self.endpoints[place].resolved(resolved);
        touched.insert(place);
    }

    fn receive(&mut self, touched: &mut BTreeSet<usize>) {
        let now = now_ms();
        self.datagrams.receive(|from, datagram| {
            self.traffic.count_received();
            if let Some(place) = self.by_address.get(&from) {
                self.endpoints[*place].receive(now, datagram);
                touched.insert(*place);
            }
        });
    }

    fn take_due(&mut self, touched: &mut BTreeSet<usize>) {
        let now = now_ms();
        while let Some((at, place)) = self.timers.first().copied()
            && at <= now
        {
            self.timers.remove(&(at, place));
            self.due[place] = None;
            touched.insert(place);
        }
    }

    async fn advance(&mut self, touched: BTreeSet<usize>) {
        let (now, mut answers, mut out) = (now_ms(), Vec::new(), Vec::new());
        for place in touched {
            let due =
                match self.endpoints[place].advance(now, &self.accounts, &mut answers, &mut out) {
                    Next::Wait(due) => due,
                    Next::Resolve(target) => {
                        self.resolve(place, target);
                        None
                    }
                };
            self.set_timer(place, due);
        }
        for answered in answers {
            // nobody listens any more only when the agent ends
            let _ = self.answers.send(answered);
        }
        self.send(out).await;
    }

    fn set_timer(&mut self, place: usize, due: Option<Millis>) {
        if let Some(old) = std::mem::replace(&mut self.due[place], due) {
            self.timers.remove(&(old, place));
        }
        self.timers.extend(due.map(|at| (at, place)));
    }

    async fn send(&self, out: Vec<(SocketAddr, Vec<u8>)>) {
        for (address, bytes) in out {
            match self.datagrams.send(address, &bytes).await {
                Ok(()) => self.traffic.count_sent(),
                Err(error) => tracing::debug!(%address, %error, "a datagram was not sent"),
            }
        }
    }

    fn place(&mut self, target: &Arc<Target>) -> usize {
        if let Some(place) = self.by_name.get(&target.endpoint.contact) {
            return *place;
        }
        let place = self.endpoints.len();
        self.endpoints.push(Endpoint::new(Arc::clone(target)));
        self.due.push(None);
        self.by_name.insert(target.endpoint.contact.clone(), place);
        place
    }

    fn resolve(&self, place: usize, target: Arc<Target>) {
        let (done, turns) = (self.resolve.clone(), Arc::clone(&self.resolving));
        tokio::spawn(async move {
            let resolved = resolve(&target, &turns).await;
            // the engine has ended when nobody listens
            let _ = done.send((place, resolved));
        });
    }

    async fn close_all(&mut self) {
        let mut out = Vec::new();
        for endpoint in self.endpoints.iter_mut().filter(|endpoint| endpoint.address().is_some()) {
            endpoint.close(&mut out);
        }
        self.send(out).await;
    }
}

async fn resolve(target: &Target, turns: &Turns) -> Result<(SocketAddr, Config), Cause> {
    let (Access::Ipmi(access), Some(address)) =
        (&target.endpoint.access, target.endpoint.contact.host())
    else {
        return Err(plain(target, "it is not reached by IPMI"));
    };
    let config = translate::config(target, *access, turns).await;
    let config = config.map_err(|error| plain(target, &error.to_string()))?;
    let found = turns.address(address).await;
    let found = found.ok_or_else(|| plain(target, "the host name has no address"))?;
    Ok((found, config))
}

#[cfg(test)]
mod tests {
    use arbiter::{Ask, NodeId};

    use super::*;
    use crate::driver::Job;
    use crate::driver::network::Network;
    use crate::inventory::Inventory;
    use crate::targets::targets;

    const NODES: usize = 2 * ORDERS_MAX + 500;

    fn fleet() -> Vec<Arc<Target>> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("inventory.toml");
        let text = format!(
            "[defaults]\ndriver = \"ipmi\"\ncredentials = \"c\"\n[[nodes]]\nnames = \"n[1-{NODES}]\"\n\
             bmc = \"127.0.0.1:[20001-{}]\"\n[credentials.c]\nusername = \"u\"\npassword = {{ env = \"X\" }}\n",
            20_000 + NODES
        );
        std::fs::write(&file, text).unwrap();
        targets(&Inventory::load(&file).unwrap()).map(Arc::new).collect()
    }

    #[tokio::test]
    async fn no_question_is_lost_when_more_come_than_are_taken_in_one_pass() {
        let (orders, received) = mpsc::unbounded_channel();
        let (answers, _kept) = mpsc::unbounded_channel();
        let mut task = Task::new(received, &Common::new(answers, Network::Kernel)).unwrap();
        for (place, target) in (0..).zip(fleet()) {
            let job = Job { node: NodeId(place), ticket: 1, ask: Ask::Power, until: 0, target };
            orders.send(Order::Ask(job)).unwrap();
        }
        let mut touched = BTreeSet::new();
        while let Ok(order) = task.orders.try_recv() {
            assert!(!task.take_orders(Some(order), &mut touched));
        }
        assert_eq!((task.endpoints.len(), touched.len()), (NODES, NODES));
    }
}
