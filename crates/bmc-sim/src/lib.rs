//! Pretends: virtual BMCs by the thousand on real sockets, with the manners of the field's worst. It does not know who
//! asks: nothing in here is of lastword but the bytes of IPMI.

mod bmc;
pub mod fault;
mod fleet;
mod ipmi_front;
mod ledger;
mod link;
mod machine;
mod redfish;

pub use bmc::{Bmc, Late, Traffic};
pub use fault::Faults;
pub use fleet::{BmcPlan, Clock, Fleet, FleetError, RedfishPlan, serve_redfish};
pub use ledger::{Entry, Happened, Ledger, Took};
pub use machine::{Machine, Order, Reading, Refusal};
pub use redfish::CertificateError;

/// Milliseconds; a point in time counts them since the Unix epoch.
pub type Millis = u64;
