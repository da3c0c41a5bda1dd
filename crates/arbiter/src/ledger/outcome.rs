//! How an intent ended. Every intent ends in exactly one outcome.

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::Seq;
use crate::record::Settlement;

/// How an intent ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The machine itself confirmed it.
    Confirmed,
    /// It shared an older intent's operation, which ended so.
    Merged {
        /// The older intent.
        into: Seq,
        /// How that one ended.
        result: Box<Outcome>,
    },
    /// A newer intent took its place.
    Superseded {
        /// The newer one.
        by: Seq,
    },
    /// It was withdrawn.
    Cancelled {
        /// The record that withdrew it.
        by: Seq,
    },
    /// It was given up.
    Failed {
        /// The last cause, in words a person can act on.
        cause: Arc<str>,
    },
    /// An at-most-once step may or may not have happened.
    Uncertain {
        /// What is known.
        cause: Arc<str>,
    },
}

impl Outcome {
    /// What a merged intent really came to: the result of the operation that it shared.
    #[must_use]
    pub fn result(&self) -> &Self {
        match self {
            Self::Merged { result, .. } => result.result(),
            Self::Confirmed
            | Self::Superseded { .. }
            | Self::Cancelled { .. }
            | Self::Failed { .. }
            | Self::Uncertain { .. } => self,
        }
    }

    /// The word of the design, 2.5.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Merged { .. } => "merged",
            Self::Superseded { .. } => "superseded",
            Self::Cancelled { .. } => "cancelled",
            Self::Failed { .. } => "failed",
            Self::Uncertain { .. } => "uncertain",
        }
    }
}

impl From<&Settlement> for Outcome {
    fn from(settlement: &Settlement) -> Self {
        match settlement {
            Settlement::Confirmed => Self::Confirmed,
            Settlement::Failed(cause) => Self::Failed { cause: cause.as_str().into() },
            Settlement::Uncertain(cause) => Self::Uncertain { cause: cause.as_str().into() },
        }
    }
}
