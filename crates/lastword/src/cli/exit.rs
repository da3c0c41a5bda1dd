//! The exit codes, and which one counts when several apply. It does not print anything.

use std::process::ExitCode;

use api::{Code, Outcome, State, StateGroup, Verdict};

/// How the program ends. The order is that of weight: of several that apply, the largest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Every node is confirmed, or was accepted with `--no-wait`.
    Done,
    /// Refused as stale: a higher sequence number or a newer intent is known.
    Stale,
    /// Needs `--yes`, or held, protected, busy or full, or not in the state of `--if-state`.
    Refused,
    /// A newer command won, or somebody withdrew it.
    Superseded,
    /// `--timeout` is over; the daemon keeps firing.
    TimedOut,
    /// A node failed, or is uncertain.
    Failed,
    /// The command line, a node set or a node's name is wrong.
    Usage,
    /// Not authenticated, or not allowed.
    Denied,
    /// No daemon answers.
    NoDaemon,
    /// Ctrl-C; intents stay.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Superseded => 3,
            Self::Denied => 4,
            Self::Stale => 5,
            Self::TimedOut => 6,
            Self::NoDaemon => 7,
            Self::Refused => 8,
            Self::Interrupted => 130,
        }
    }

    /// The one that counts for a command that stands so.
    #[must_use]
    pub fn of_states(groups: &[StateGroup]) -> Self {
        groups.iter().map(|group| Self::of_state(&group.state)).max().unwrap_or(Self::Done)
    }

    /// How a refusal counts; accepted is done.
    #[must_use]
    pub const fn of_verdict(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Fire
            | Verdict::Already
            | Verdict::Merge(_)
            | Verdict::Supersede(_)
            | Verdict::Wait(_) => Self::Done,
            Verdict::StaleSequence { .. } | Verdict::StaleNewest { .. } => Self::Stale,
            Verdict::Held { .. } | Verdict::Busy(_) | Verdict::Full { .. } => Self::Refused,
        }
    }

    /// How a problem that the server tells counts.
    #[must_use]
    pub const fn of_problem(code: Code) -> Self {
        match code {
            Code::BadBody
            | Code::BadQuery
            | Code::BadHeader
            | Code::BadValue
            | Code::BadNodeSet
            | Code::NoNodes
            | Code::UnknownNode
            | Code::NotManual
            | Code::UnknownCommand
            | Code::UnknownToken
            | Code::TokenExists
            | Code::KeyReused
            | Code::NotFound
            | Code::MethodNotAllowed
            | Code::TooLarge => Self::Usage,
            Code::NotAuthenticated | Code::Throttled | Code::RoleForbids | Code::OutOfScope => {
                Self::Denied
            }
            Code::Stale => Self::Stale,
            Code::ConfirmCount
            | Code::Protected
            | Code::Depends
            | Code::StateDiffers
            | Code::Held
            | Code::Busy
            | Code::Full
            | Code::JournalUnwritable
            | Code::TooManyClients
            | Code::TooManyStreams
            | Code::LastAdmin => Self::Refused,
            Code::JournalUnknown | Code::VerdictPending | Code::NotReady => Self::NoDaemon,
            Code::InventoryInvalid | Code::TooSlow | Code::Internal | Code::Other => Self::Failed,
        }
    }

    fn of_state(state: &State) -> Self {
        match state {
            State::Refused { verdict } => Self::of_verdict(verdict),
            State::Waiting | State::Joined { .. } | State::Running { .. } => Self::TimedOut,
            State::Ended { outcome } => Self::of_outcome(outcome),
        }
    }

    fn of_outcome(outcome: &Outcome) -> Self {
        match outcome.result() {
            Outcome::Confirmed => Self::Done,
            Outcome::Superseded { .. } | Outcome::Cancelled { .. } => Self::Superseded,
            Outcome::Failed { .. } | Outcome::Uncertain { .. } | Outcome::Merged { .. } => {
                Self::Failed
            }
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
