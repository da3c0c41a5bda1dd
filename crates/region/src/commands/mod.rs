//! Commands and withdrawals: checked at the door, recorded, answered as the fold decides.
//! It decides no verdict.

mod check;
mod condition;
mod give;
mod guard;
mod kin;
mod plan;
mod record;
mod resolve;
mod view;
mod withdraw;

pub(crate) use check::hold_terms;
pub(crate) use give::give;
pub(crate) use record::record;
pub(crate) use resolve::{Chosen, bad_node_set, choose};
pub(crate) use view::{list, one, running, seq};
pub(crate) use withdraw::{withdraw, withdraw_one};
