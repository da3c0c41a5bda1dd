//! What happens when a newer intent meets a running operation under the policy `supersede`.

use crate::Millis;
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

/// What was asked for, as far as it matters who meets whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What to do.
    pub action: Action,
    /// The boot override, if there is to be one.
    pub boot: Option<Boot>,
    /// After how long a soft shutdown turns hard; never, if none.
    pub force_after_ms: Option<Millis>,
}

/// The table of the design, 2.2. `happened` tells whether the running action's event is on record: a reset as
/// fired, a cycle's power as seen off. A newer action that has an event needs one of its own then. What is to turn hard at
/// another time, or never, is another wish.
#[must_use]
pub fn meet(running: Wish, happened: bool, newer: Wish) -> Meeting {
    if newer.action == Action::Nmi {
        return Meeting::Busy;
    }
    let same_boot = newer.boot.is_none() || newer.boot == running.boot;
    let soft = matches!(running.action, Action::Soft | Action::SoftCycle);
    let turns_hard_alike =
        !(soft && newer.action == running.action) || newer.force_after_ms == running.force_after_ms;
    if same_boot && turns_hard_alike && satisfies(running.action, happened, newer.action) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_hard_at_another_time_or_never_is_another_wish() {
        let soft = |force_after_ms| Wish { action: Action::Soft, boot: None, force_after_ms };
        let off = Wish { action: Action::Off, ..soft(None) };
        for (running, newer, expected) in [
            (soft(None), soft(None), Meeting::Merge),
            (soft(Some(3_000)), soft(Some(3_000)), Meeting::Merge),
            (soft(None), soft(Some(3_000)), Meeting::Supersede),
            (soft(Some(3_000)), soft(None), Meeting::Supersede),
            (soft(Some(60_000)), soft(Some(3_000)), Meeting::Supersede),
            (off, soft(Some(3_000)), Meeting::Merge),
        ] {
            assert_eq!(meet(running, false, newer), expected, "{running:?} {newer:?}");
        }
    }
}
