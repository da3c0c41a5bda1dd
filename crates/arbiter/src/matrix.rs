//! What happens when a newer intent meets a running operation under the policy `supersede`.

use crate::action::{Action, Boot};

/// What becomes of a newer intent and of the operation that it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// The newer intent joins the running operation and shares its outcome.
    Merge,
    /// The running operation ends; the newer one drains and begins.
    Supersede,
    /// The newer intent is refused while the operation runs.
    Busy,
}

/// The table of the design, 2.2. `happened` tells whether the running action's event is on record: a reset as
/// fired, a cycle's power as seen off. A newer action that has an event needs one of its own then.
#[must_use]
pub fn meet(
    (running, happened, running_boot): (Action, bool, Option<Boot>),
    (newer, newer_boot): (Action, Option<Boot>),
) -> Meeting {
    if newer == Action::Nmi {
        return Meeting::Busy;
    }
    let same_boot = newer_boot.is_none() || newer_boot == running_boot;
    if same_boot && satisfies(running, happened, newer) {
        Meeting::Merge
    } else {
        Meeting::Supersede
    }
}

/// Whether carrying out `running` from here on carries out `newer` as well.
const fn satisfies(running: Action, happened: bool, newer: Action) -> bool {
    match running {
        Action::On => matches!(newer, Action::On),
        Action::Off => matches!(newer, Action::Off | Action::Soft),
        Action::Soft => matches!(newer, Action::Soft),
        Action::Cycle => matches!(newer, Action::On) || matches!(newer, Action::Cycle) && !happened,
        Action::SoftCycle => {
            matches!(newer, Action::On) || matches!(newer, Action::SoftCycle) && !happened
        }
        Action::Reset => matches!(newer, Action::Reset) && !happened,
        Action::Nmi => false,
    }
}
