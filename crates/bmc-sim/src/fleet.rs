//! Many BMCs on real sockets, and a handle by which tests and people look at them and change them. It decides nothing
//! about any of them.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use ipmi::{Password, UserName};
use tokio::io::DuplexStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::bmc::{Bmc, Traffic};
use crate::fault::Faults;
use crate::ledger::Entry;
use crate::machine::Machine;
use crate::redfish::{Certificate, CertificateError, Endpoint};
use crate::{Millis, ipmi_front, redfish};

/// How one BMC begins.
#[derive(Debug, Clone, Default)]
pub struct BmcPlan {
    /// The node's name.
    pub name: String,
    /// Where it listens for IPMI, if it does. Port 0 is any that is free.
    pub ipmi: Option<SocketAddr>,
    /// Where it listens for Redfish, if it does.
    pub redfish: Option<RedfishPlan>,
    /// Whether the machine is on.
    pub on: bool,
    /// How it behaves.
    pub faults: Faults,
}

/// How a BMC is reached by Redfish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedfishPlan {
    /// Where it listens. Port 0 is any that is free.
    pub address: SocketAddr,
    /// Whether it speaks HTTPS, with the fleet's certificate, rather than HTTP.
    pub tls: bool,
}

/// Why a fleet can't be started.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The address is taken, or not of this host.
    #[error("can't listen on {address} for {name}: {source}")]
    Listen {
        /// The node.
        name: String,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The system does not let so many files be open.
    #[error(
        "the BMCs need {wanted} sockets and the limit is {limit} open files; raise it with `ulimit -n`"
    )]
    OpenFiles {
        /// How many sockets are wanted, with a connection for each BMC that speaks Redfish.
        wanted: usize,
        /// How many there may be.
        limit: u64,
    },
    /// Two of them have the same name.
    #[error("{0} is there twice")]
    Twice(String),
    /// There is no certificate for TLS.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

/// Running BMCs. They end when it is dropped.
#[derive(Debug)]
pub struct Fleet {
    bmcs: BTreeMap<String, Place>,
    clock: Clock,
    certificate: Option<String>,
    _running: JoinSet<()>,
}

#[derive(Debug, Clone)]
struct Place {
    bmc: Arc<Mutex<Bmc>>,
    ipmi: Option<SocketAddr>,
    redfish: Option<RedfishPlan>,
}

/// Milliseconds since the Unix epoch that go on steadily from the start, as tokio's time does.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    began: Instant,
    at: Millis,
}

impl Fleet {
    /// Opens the sockets and begins to answer, within a tokio runtime. All BMCs have the same account. Chance is drawn
    /// from `seed`.
    ///
    /// # Errors
    /// [`FleetError`] for the first BMC that can't be.
    pub fn start(
        plans: impl IntoIterator<Item = BmcPlan>,
        username: &UserName,
        password: &Password,
        seed: u64,
    ) -> Result<Self, FleetError> {
        let plans: Vec<BmcPlan> = plans.into_iter().collect();
        // who speaks Redfish has a connection besides
        let sockets = |plan: &BmcPlan| {
            usize::from(plan.ipmi.is_some()) + 2 * usize::from(plan.redfish.is_some())
        };
        make_room(plans.iter().map(sockets).sum())?;
        let certificate = certificate(&plans)?;
        let (clock, mut running) = (Clock::new(), JoinSet::new());
        let mut bmcs = BTreeMap::new();
        let mut seeds = fastrand::Rng::with_seed(seed);
        for plan in plans {
            let mut machine = Machine::new(plan.on, Faults::default(), seeds.u64(..));
            machine.set_faults(clock.now(), plan.faults);
            let bmc = Bmc::new(username.clone(), password.clone(), machine, seeds.u64(..));
            let bmc = Arc::new(Mutex::new(bmc));
            let place = Place::open(&plan, bmc, clock, certificate.as_ref(), &mut running)?;
            if bmcs.insert(plan.name.clone(), place).is_some() {
                return Err(FleetError::Twice(plan.name));
            }
        }
        let certificate = certificate.map(|certificate| certificate.pem);
        Ok(Self { bmcs, clock, certificate, _running: running })
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.bmcs.keys().map(String::as_str)
    }

    /// Where that BMC listens for IPMI.
    #[must_use]
    pub fn ipmi(&self, name: &str) -> Option<SocketAddr> {
        self.bmcs.get(name)?.ipmi
    }

    /// The URL at which that BMC's Redfish is, without a slash at the end.
    #[must_use]
    pub fn redfish(&self, name: &str) -> Option<String> {
        let RedfishPlan { address, tls } = self.bmcs.get(name)?.redfish?;
        Some(format!("{}://{address}", if tls { "https" } else { "http" }))
    }

    /// The certificate of every BMC that speaks HTTPS, as PEM, for those who want to trust it. It names `localhost` and
    /// the addresses of at most 256 BMCs.
    #[must_use]
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Whether that machine really is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> Option<bool> {
        self.with(name, |bmc, now| bmc.machine().is_on(now))
    }

    /// What really happened to that machine, oldest first, and how many entries are forgotten.
    #[must_use]
    pub fn ledger(&self, name: &str) -> Option<(Vec<Entry>, u64)> {
        self.with(name, |bmc, now| {
            let ledger = bmc.machine().ledger(now);
            (ledger.entries().copied().collect(), ledger.forgotten())
        })
    }

    /// What reached that BMC and left it.
    #[must_use]
    pub fn traffic(&self, name: &str) -> Option<Traffic> {
        self.with(name, |bmc, _| bmc.traffic())
    }

    /// How that BMC behaves.
    #[must_use]
    pub fn faults(&self, name: &str) -> Option<Faults> {
        self.with(name, |bmc, _| *bmc.machine().faults())
    }

    /// Lets that BMC behave differently from now on; none if there is no such BMC.
    pub fn set_faults(&self, name: &str, faults: Faults) -> Option<()> {
        self.with(name, |bmc, now| bmc.set_faults(now, faults))
    }

    /// Pulls or plugs that machine's power behind everybody's back; none if there is no such machine.
    pub fn set_power(&self, name: &str, on: bool) -> Option<()> {
        self.with(name, |bmc, now| bmc.machine().set_power(now, on))
    }

    fn with<T>(&self, name: &str, look: impl FnOnce(&mut Bmc, Millis) -> T) -> Option<T> {
        let place = self.bmcs.get(name)?;
        Some(look(&mut lock(&place.bmc), self.clock.now()))
    }
}

impl Place {
    /// Opens the sockets of one BMC and lets it answer.
    fn open(
        plan: &BmcPlan,
        bmc: Arc<Mutex<Bmc>>,
        clock: Clock,
        certificate: Option<&Certificate>,
        running: &mut JoinSet<()>,
    ) -> Result<Self, FleetError> {
        let failed =
            |address| move |source| FleetError::Listen { name: plan.name.clone(), address, source };
        let (mut ipmi, mut redfish) = (plan.ipmi, plan.redfish);
        if let Some(address) = &mut ipmi {
            let socket = ipmi_front::open(*address).map_err(failed(*address))?;
            *address = socket.local_addr().map_err(failed(*address))?;
            running.spawn(ipmi_front::serve(Arc::clone(&bmc), socket, clock));
        }
        if let Some(RedfishPlan { address, tls }) = &mut redfish {
            let listener = redfish::open(*address).map_err(failed(*address))?;
            *address = listener.local_addr().map_err(failed(*address))?;
            let tls = certificate.filter(|_| *tls).map(|it| it.acceptor.clone());
            let endpoint = Endpoint { bmc: Arc::clone(&bmc), clock, tls };
            running.spawn(redfish::serve(endpoint, listener));
        }
        Ok(Self { bmc, ipmi, redfish })
    }
}

impl Clock {
    fn new() -> Self {
        let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::at(millis(at))
    }

    /// One that shows this now.
    #[must_use]
    pub fn at(at: Millis) -> Self {
        Self { began: Instant::now(), at }
    }

    pub(crate) fn now(self) -> Millis {
        self.at + millis(self.began.elapsed())
    }
}

/// Answers Redfish over HTTP on a connection that came over no socket, until it ends.
pub async fn serve_redfish(bmc: Arc<Mutex<Bmc>>, clock: Clock, stream: DuplexStream) {
    redfish::connection(Arc::new(Endpoint { bmc, clock, tls: None }), stream).await;
}

/// A BMC whose front broke goes on with what it was.
pub(crate) fn lock(bmc: &Mutex<Bmc>) -> MutexGuard<'_, Bmc> {
    bmc.lock().unwrap_or_else(PoisonError::into_inner)
}

fn millis(span: std::time::Duration) -> Millis {
    Millis::try_from(span.as_millis()).unwrap_or(Millis::MAX)
}

/// One for all that speak HTTPS, if any does.
fn certificate(plans: &[BmcPlan]) -> Result<Option<Certificate>, CertificateError> {
    let speaks = |plan: &BmcPlan| plan.redfish.filter(|redfish| redfish.tls);
    let addresses: Vec<_> = plans.iter().filter_map(speaks).map(|it| it.address.ip()).collect();
    if addresses.is_empty() { Ok(None) } else { Certificate::new(addresses).map(Some) }
}

/// Every BMC has sockets of its own, and a process may have few unless it asks for more.
fn make_room(wanted: usize) -> Result<(), FleetError> {
    let limit = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(0);
    // what the rest of the process has open
    let others = 256;
    if limit < wanted as u64 + others {
        return Err(FleetError::OpenFiles { wanted, limit });
    }
    Ok(())
}
