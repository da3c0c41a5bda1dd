//! Commands and withdrawals: what is asked, the answer at once, and what became of it since.
//! It does not number or order them: the journal does.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::verdict::{Outcome, Verdict, VerdictGroup};
use crate::words::{Action, Boot, Door, OnOff, Order, Phase, Policy};

/// `POST /api/v1/commands`: an action for a node set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CommandRequest {
    /// What is asked.
    pub action: Action,
    /// Of which nodes: a node set expression with groups and wildcards.
    pub nodes: String,
    /// Only of those with these labels: `label=value[,label=value...]`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The caller's own number; refused as stale unless larger than its newest for the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Refused as stale unless this is still the newest intent of the node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_newest: Option<u64>,
    /// Refused as a whole unless every node reads so, on a reading of at most 5 s; unknown is neither. It is
    /// judged before the command has its place: add `if_newest` against commands that come between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_state: Option<OnOff>,
    /// Place a hold for the caller together with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldTerms>,
    /// Set this boot override before power is applied; for actions that end in on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<Boot>,
    /// For `soft` and `soft-cycle`: go on as `off` does after this span.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_after_ms: Option<u64>,
    /// Go through the nodes a few at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// Also everything that depends on these nodes, however far.
    #[serde(default)]
    pub with_children: bool,
    /// Also everything that these nodes depend on, however far.
    #[serde(default)]
    pub with_parents: bool,
    /// How long the operation may take; otherwise what the inventory says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// How many nodes it is for, repeated by whoever asks; needed above the server's `confirm_over`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<usize>,
    /// Also nodes that the inventory protects.
    #[serde(default)]
    pub force_protected: bool,
    /// Only tell what it would do.
    #[serde(default)]
    pub dry_run: bool,
}

impl CommandRequest {
    /// The plain request, with nothing optional.
    #[must_use]
    pub fn new(action: Action, nodes: impl Into<String>) -> Self {
        Self {
            action,
            nodes: nodes.into(),
            selector: None,
            reason: None,
            sequence: None,
            if_newest: None,
            if_state: None,
            hold: None,
            boot: None,
            force_after_ms: None,
            batch: None,
            with_children: false,
            with_parents: false,
            deadline_ms: None,
            confirm: None,
            force_protected: false,
            dry_run: false,
        }
    }
}

/// How a command goes through its nodes, in the order of their names: the next few begin when all of the former
/// have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// How many nodes begin at a time.
    pub size: u32,
    /// How long to wait between the end of one batch and the beginning of the next.
    #[serde(default)]
    pub delay_ms: u64,
    /// When so many nodes have failed, those that have not begun are taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_after: Option<u32>,
}

/// How long a command is expected to take, by what limits it. A guess: machines take their time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// Until the last node is there, if nothing fails.
    pub expected_ms: u64,
    /// What takes the most of it, in words; none if nothing but the machines does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// The terms of a hold that is placed with a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldTerms {
    /// Why the nodes are to be left alone.
    pub reason: String,
    /// For how long.
    pub for_ms: u64,
}

/// The answer to a command: what it does, for each folded node set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommandAnswer {
    /// Its position in the journal; none for a dry run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Whether nothing was done.
    pub dry_run: bool,
    /// Whether this is the answer to an earlier request with the same key.
    pub repeated: bool,
    /// What was asked.
    pub action: Action,
    /// Of which nodes, folded.
    pub nodes: String,
    /// How many nodes.
    pub count: usize,
    /// For how many of them it was accepted.
    pub accepted: usize,
    /// What it does.
    pub verdicts: Vec<VerdictGroup>,
    /// For a dry run: the number that has to be repeated in `confirm` before it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<usize>,
    /// For a dry run: the nodes that are protected from it, so that it is not done without
    /// `force_protected`; folded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protected: Option<String>,
    /// For a dry run: how long it is expected to take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// `GET /api/v1/commands/{seq}`: a command and what became of it so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Command {
    /// Its position in the journal.
    pub seq: u64,
    /// When it was accepted.
    pub accepted_at_ms: u64,
    /// What was asked.
    pub action: Action,
    /// Of which nodes, folded.
    pub nodes: String,
    /// How many nodes.
    pub count: usize,
    /// Who asked.
    pub by: String,
    /// Through which door.
    pub door: Door,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The caller's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The condition on the newest intent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub if_newest: Option<u64>,
    /// The boot override.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<Boot>,
    /// When a soft action turns hard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_after_ms: Option<u64>,
    /// How it goes through its nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
    /// How long its operation may take.
    pub deadline_ms: u64,
    /// What it does when it meets a running operation, unless the inventory says otherwise for a node.
    pub policy: Policy,
    /// How many of its intents still await their outcome.
    pub open: usize,
    /// The nodes at which orders went to the second way, folded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalated: Option<String>,
    /// What it did at first.
    pub verdicts: Vec<VerdictGroup>,
    /// What became of it so far.
    pub states: Vec<StateGroup>,
}

/// The nodes on which a command stands the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StateGroup {
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// How it stands.
    #[serde(flatten)]
    pub state: State,
}

/// How a command stands on a node.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum State {
    /// It never began.
    Refused {
        /// Why.
        verdict: Verdict,
    },
    /// It waits for its turn.
    Waiting,
    /// It shares the operation of an older intent.
    Joined {
        /// The older one.
        into: u64,
    },
    /// It is the node's operation.
    Running {
        /// Which step.
        phase: Phase,
        /// What is or was sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<Order>,
        /// How often the present order was fired.
        attempt: u8,
        /// What went wrong last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<String>,
    },
    /// It ended.
    Ended {
        /// How.
        #[serde(flatten)]
        outcome: Outcome,
    },
}

/// How many of a command's intents stand or ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tally {
    /// Still awaiting their outcome.
    pub open: usize,
    /// Never began.
    pub refused: usize,
    /// Confirmed, also as merged.
    pub confirmed: usize,
    /// Superseded, also as merged.
    pub superseded: usize,
    /// Withdrawn, also as merged.
    pub cancelled: usize,
    /// Given up, also as merged.
    pub failed: usize,
    /// Uncertain, also as merged.
    pub uncertain: usize,
}

/// One line of the list of commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommandSummary {
    /// Its position in the journal.
    pub seq: u64,
    /// When it was accepted.
    pub accepted_at_ms: u64,
    /// What was asked.
    pub action: Action,
    /// Of which nodes, folded.
    pub nodes: String,
    /// How many nodes.
    pub count: usize,
    /// Who asked.
    pub by: String,
    /// Through which door.
    pub door: Door,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What became of it so far.
    pub tally: Tally,
}

/// `GET /api/v1/commands`: newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CommandList {
    /// The commands.
    pub commands: Vec<CommandSummary>,
}

/// The query of `GET /api/v1/commands`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CommandQuery {
    /// Only commands older than this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<u64>,
    /// At most so many; 50 unless told, 1000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
    /// Only those with open intents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<bool>,
    /// Only those that name one of these nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<String>,
}

/// The query of `GET /api/v1/commands/{seq}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Answer only once something changed, or after so many milliseconds; 60000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait_ms: Option<u64>,
    /// How many intents were open when the caller looked last: if that changed, answer at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<usize>,
}

/// `POST /api/v1/withdrawals`: open intents are taken back. What was sent already can't be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    /// On which nodes: a node set expression.
    pub nodes: String,
    /// Only the intents of this command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The answer to a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Withdrawal {
    /// Its own position in the journal; none if there was nothing to withdraw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// How many intents ended by it.
    pub count: usize,
    /// Which ones.
    pub withdrawn: Vec<WithdrawnGroup>,
    /// Nodes on which it was refused because somebody else holds them.
    pub refused: Vec<VerdictGroup>,
}

/// The intents of one command that a withdrawal ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WithdrawnGroup {
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// The command.
    pub seq: u64,
}
