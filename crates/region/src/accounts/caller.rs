//! Whoever sent a request: name, role, scope, door.
//! It does not know what is asked; it says whether that caller may.

use api::{Code, Door, Role};
use axum::extract::FromRequestParts;
use axum::http::header::{AUTHORIZATION, HeaderMap};
use axum::http::request::Parts;
use nodeset::NodeSet;

use super::Entry;
use super::token::Hash;
use crate::groups::brief;
use crate::region::Shared;
use crate::rest::Fail;

/// Whoever sent a request.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// The nodes that it may see and command; all if there is none.
    pub(crate) scope: Option<NodeSet>,
    pub(crate) door: Door,
    pub(super) hash: Hash,
}

impl Caller {
    /// Refuses whoever may do less.
    pub(crate) fn needs(&self, role: Role) -> Result<(), Fail> {
        if self.role >= role {
            return Ok(());
        }
        let words = format!("{} is a token for {}: this needs {role}", self.name, self.role);
        Err(Fail::new(Code::RoleForbids, 403, words))
    }

    /// Refuses whoever's scope leaves out one of these nodes. Only names that the caller wrote may be in
    /// there: the refusal tells them, and holds for those that do not exist.
    pub(crate) fn covers(&self, nodes: &NodeSet) -> Result<(), Fail> {
        let Some(scope) = &self.scope else { return Ok(()) };
        let outside = nodes.difference(scope);
        if outside.is_empty() {
            return Ok(());
        }
        let words = format!("the scope of {} leaves out {}", self.name, brief(&outside));
        Err(Fail::new(Code::OutOfScope, 403, words).nodes(&outside))
    }

    /// Refuses whoever may not see every node.
    pub(crate) fn covers_all(&self) -> Result<(), Fail> {
        if self.scope.is_none() {
            return Ok(());
        }
        let words = format!("{} has a scope: this needs a token without one", self.name);
        Err(Fail::new(Code::OutOfScope, 403, words))
    }

    /// The same caller by the inventory of now, unless the token was deleted or its scope can't be read any more.
    pub(crate) fn renewed(&self, region: &Shared) -> Option<Self> {
        let entry = region.accounts.entry(self)?;
        Self::new(entry, self.door, region).ok()
    }

    fn new(entry: Entry, door: Door, region: &Shared) -> Result<Self, Fail> {
        let scope = entry.shown.scope.as_deref().map(|text| scope(text, region)).transpose()?;
        let shown = entry.shown;
        Ok(Self { name: shown.name, role: shown.role, scope, door, hash: entry.sha256 })
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Fail;

    async fn from_request_parts(parts: &mut Parts, region: &Shared) -> Result<Self, Fail> {
        let Some(presented) = bearer(&parts.headers) else {
            let words = "send a token: Authorization: Bearer lw_...";
            return Err(Fail::new(Code::NotAuthenticated, 401, words));
        };
        let Some(entry) = region.accounts.whose(presented) else {
            region.metrics.auth_failures.inc();
            if region.accounts.throttle.is_one_too_many() {
                let words = "too many wrong tokens: wait a moment";
                return Err(Fail::new(Code::Throttled, 429, words).retry_after(1));
            }
            let words = "the token is wrong, or was deleted";
            return Err(Fail::new(Code::NotAuthenticated, 401, words));
        };
        Self::new(entry, door(&parts.headers)?, region)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") { Some(token.trim()) } else { None }
}

fn door(headers: &HeaderMap) -> Result<Door, Fail> {
    let Some(value) = headers.get(api::DOOR_HEADER) else { return Ok(Door::Rest) };
    let door = value.to_str().ok().and_then(Door::of);
    door.ok_or_else(|| {
        let known: Vec<&str> = Door::ALL.iter().map(|door| door.word()).collect();
        let words = format!("the header {} is one of {}", api::DOOR_HEADER, known.join(", "));
        Fail::new(Code::BadHeader, 400, words)
    })
}

/// The scope by the inventory of now: groups may have changed since the token was made.
fn scope(text: &str, region: &Shared) -> Result<NodeSet, Fail> {
    let fleet = region.fleet();
    NodeSet::parse_with(text, &*fleet, fleet.limits().nodes_max).map_err(|error| {
        let words = format!("the scope {text:?} of the token can't be read any more: {error}");
        Fail::new(Code::OutOfScope, 403, words)
    })
}
