//! Tokens: who may come in, what they may do, and where.
//! A token's own text is only in the answer that makes it.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::Role;

/// `POST /api/v1/tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// The name under which its holder is known: letters, digits and `-_.@`, 64 at most.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// Where: a node set expression that is read anew each time; everywhere if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// A new token. Its text is shown this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    /// The text to send as `Authorization: Bearer`.
    pub token: String,
    /// What is kept of it.
    #[serde(flatten)]
    pub entry: TokenEntry,
}

impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken").field("entry", &self.entry).finish_non_exhaustive()
    }
}

/// What is known of a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenEntry {
    /// Its holder's name.
    pub name: String,
    /// What its holder may do.
    pub role: Role,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The first characters of its text.
    pub prefix: String,
    /// When it was made.
    pub created_at_ms: u64,
}

/// `GET /api/v1/tokens`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenList {
    /// The tokens, by name.
    pub tokens: Vec<TokenEntry>,
}
