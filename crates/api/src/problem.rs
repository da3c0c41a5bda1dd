//! What went wrong, as RFC 9457 problem details with a stable code.
//! It does not decide what is wrong.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::node::PowerGroup;
use crate::verdict::VerdictGroup;

/// `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:lastword:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong here, and what to do about it.
    pub detail: String,
    /// What kind of thing went wrong.
    pub code: Code,
    /// Where a text is wrong: the character's place in it, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// Which nodes it is about, folded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nodes: Option<String>,
    /// How many nodes the command is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
    /// How many of them are on now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<usize>,
    /// The refused command's position in the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What the command does or would do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<VerdictGroup>,
    /// What the nodes read that are not in the state that the command depends on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub powers: Vec<PowerGroup>,
    /// When to try again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<u64>,
}

impl Problem {
    /// A problem with nothing but words.
    #[must_use]
    pub fn new(code: Code, status: u16, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:lastword:problem:{}", code.word()),
            title: code.word().replace('-', " "),
            status,
            detail: detail.into(),
            code,
            column: None,
            nodes: None,
            count: None,
            on: None,
            seq: None,
            verdicts: Vec::new(),
            powers: Vec::new(),
            retry_after_s: None,
        }
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $item:ident = $word:literal),+ $(,)?) => {
        /// What kind of thing went wrong. Codes are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Code {
            $($(#[$doc])* $item,)+
            /// A code that this version does not know.
            #[serde(other)]
            Other,
        }

        impl Code {
            /// The word on the wire.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$item => $word,)+ Self::Other => "other" }
            }
        }
    };
}

codes! {
    /// The body is no JSON, or not of the right form.
    BadBody = "bad-body",
    /// The query is not of the right form.
    BadQuery = "bad-query",
    /// A header is not of the right form.
    BadHeader = "bad-header",
    /// A field's value makes no sense, or not together with another one.
    BadValue = "bad-value",
    /// The node set expression breaks the grammar.
    BadNodeSet = "bad-node-set",
    /// The node set has no node in it.
    NoNodes = "no-nodes",
    /// The inventory does not know a node.
    UnknownNode = "unknown-node",
    /// The power of a node is read: what a person saw is not taken for it.
    NotManual = "not-manual",
    /// No such command, or it is forgotten.
    UnknownCommand = "unknown-command",
    /// No such token.
    UnknownToken = "unknown-token",
    /// A token of that name exists.
    TokenExists = "token-exists",
    /// The last token of an administrator can't be deleted.
    LastAdmin = "last-admin",
    /// No token, or a wrong one.
    NotAuthenticated = "not-authenticated",
    /// Too many wrong tokens.
    Throttled = "throttled",
    /// The role does not allow it.
    RoleForbids = "role-forbids",
    /// Nodes outside of the token's scope.
    OutOfScope = "out-of-scope",
    /// The node count has to be repeated in `confirm`.
    ConfirmCount = "confirm-count",
    /// The inventory protects a node; `force_protected` is needed.
    Protected = "protected",
    /// Nodes that depend on each other: `with_children` or `with_parents` is needed.
    Depends = "depends",
    /// A node is not in the state that `if_state` says.
    StateDiffers = "state-differs",
    /// The idempotency key was used for another request.
    KeyReused = "key-reused",
    /// A newer sequence number or intent is known.
    Stale = "stale",
    /// Somebody else holds the node.
    Held = "held",
    /// An operation runs that this action does not end.
    Busy = "busy",
    /// As many commands wait as may.
    Full = "full",
    /// The journal takes no records.
    JournalUnwritable = "journal-unwritable",
    /// The journal may or may not have taken the record.
    JournalUnknown = "journal-unknown",
    /// Recorded, but the verdict is not known yet.
    VerdictPending = "verdict-pending",
    /// The server has not read all of the journal yet.
    NotReady = "not-ready",
    /// The inventory can't be reloaded.
    InventoryInvalid = "inventory-invalid",
    /// Too many event streams are open.
    TooManyClients = "too-many-clients",
    /// Too many event streams are open with this token.
    TooManyStreams = "too-many-streams",
    /// No such path.
    NotFound = "not-found",
    /// The path does not know that method.
    MethodNotAllowed = "method-not-allowed",
    /// The body is too large.
    TooLarge = "too-large",
    /// The body did not arrive in time.
    TooSlow = "too-slow",
    /// A defect of the server.
    Internal = "internal",
}
