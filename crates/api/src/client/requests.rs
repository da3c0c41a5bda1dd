//! One method for each request of the interface.
//! It does not know the wire.

use serde::Serialize;
use ureq::http::Method;

use super::LongPoll;
use super::error::ClientError;
use super::events::Events;
use super::wire::{Ask, Client};
use crate::BASE;
use crate::circuit::CircuitList;
use crate::command::{
    Command, CommandAnswer, CommandList, CommandQuery, CommandRequest, WithdrawRequest, Withdrawal,
};
use crate::hold::{HoldAnswer, HoldList, HoldRequest, ReleaseAnswer, ReleaseRequest};
use crate::node::{GroupList, History, Node, NodeList, NodeQuery, Observed, ObservedAnswer, Why};
use crate::system::{Alive, InventoryChange, Version};
use crate::token::{NewToken, TokenList, TokenRequest};

/// How long a fresh read may take on the server's side unless the query tells, in milliseconds.
const FRESH_MS: u64 = 10_000;

type Answer<T> = Result<T, ClientError>;

/// What each request may end in: see [`ClientError`].
impl Client {
    /// Gives a command. `key` makes it safe to give it again: it is tried again by itself when the
    /// connection breaks, and is carried out once.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn post_command(&self, request: &CommandRequest, key: &str) -> Answer<CommandAnswer> {
        self.post(at("/commands"), Some(key), Some(request))
    }

    /// A command and what became of it; with `poll`, once something changed or the time is up.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn command(&self, seq: u64, poll: Option<LongPoll>) -> Answer<Command> {
        let mut query = Query::default();
        if let Some(poll) = poll {
            query.add("wait_ms", Some(poll.wait_ms));
            query.add("open", poll.open);
        }
        let wait_ms = poll.map_or(0, |poll| poll.wait_ms);
        self.get(query.after(at(&format!("/commands/{seq}"))), wait_ms)
    }

    /// The newest commands.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn commands(&self, filter: &CommandQuery) -> Answer<CommandList> {
        let mut query = Query::default();
        query.add("before", filter.before);
        query.add("limit", filter.limit);
        query.add("open", filter.open);
        query.add("nodes", filter.nodes.as_ref());
        self.get(query.after(at("/commands")), 0)
    }

    /// Withdraws what is open of one command.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn withdraw_command(&self, seq: u64, key: &str) -> Answer<Withdrawal> {
        self.delete(at(&format!("/commands/{seq}")), key)
    }

    /// Withdraws what is open on nodes.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn withdraw(&self, request: &WithdrawRequest, key: &str) -> Answer<Withdrawal> {
        self.post(at("/withdrawals"), Some(key), Some(request))
    }

    /// Nodes.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn nodes(&self, filter: &NodeQuery) -> Answer<NodeList> {
        let mut query = Query::default();
        query.add("nodes", filter.nodes.as_ref());
        query.add("selector", filter.selector.as_ref());
        query.add("max_age_ms", filter.max_age_ms);
        query.add("wait_ms", filter.wait_ms);
        let wait_ms = filter.wait_ms.unwrap_or(FRESH_MS);
        self.get(query.after(at("/nodes")), wait_ms)
    }

    /// One node, read again if what is known of it is older than `max_age_ms`.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn node(&self, node: &str, max_age_ms: Option<u64>) -> Answer<Node> {
        let mut query = Query::default();
        query.add("max_age_ms", max_age_ms);
        self.get(query.after(at(&format!("/nodes/{}", escaped(node)))), FRESH_MS)
    }

    /// The intents of a node that are remembered.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn history(&self, node: &str) -> Answer<History> {
        self.get(at(&format!("/nodes/{}/history", escaped(node))), 0)
    }

    /// What is going on with a node.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn why(&self, node: &str) -> Answer<Why> {
        self.get(at(&format!("/nodes/{}/why", escaped(node))), FRESH_MS)
    }

    /// The names of nodes and groups.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn groups(&self) -> Answer<GroupList> {
        self.get(at("/groups"), 0)
    }

    /// The live holds.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn holds(&self) -> Answer<HoldList> {
        self.get(at("/holds"), 0)
    }

    /// The circuits that limit power-ons.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn circuits(&self) -> Answer<CircuitList> {
        self.get(at("/circuits"), 0)
    }

    /// Places a hold.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn hold(&self, request: &HoldRequest, key: &str) -> Answer<HoldAnswer> {
        self.post(at("/holds"), Some(key), Some(request))
    }

    /// Ends holds.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn release(&self, request: &ReleaseRequest, key: &str) -> Answer<ReleaseAnswer> {
        self.post(at("/holds/release"), Some(key), Some(request))
    }

    /// Tells what somebody saw of nodes that only people switch.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn observed(&self, told: &Observed) -> Answer<ObservedAnswer> {
        self.post(at("/observations"), None, Some(told))
    }

    /// The tokens, without their texts.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn tokens(&self) -> Answer<TokenList> {
        self.get(at("/tokens"), 0)
    }

    /// Makes a token.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn create_token(&self, request: &TokenRequest) -> Answer<NewToken> {
        self.post(at("/tokens"), None, Some(request))
    }

    /// Deletes a token; answers with those that are left.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn delete_token(&self, name: &str) -> Answer<TokenList> {
        let path = at(&format!("/tokens/{}", escaped(name)));
        let ask = Ask { method: Method::DELETE, path, key: None, wait_ms: 0 };
        self.send_json(&ask, None::<&()>)
    }

    /// What happens from now on, or since that event.
    ///
    /// # Errors
    /// [`ClientError`] if the stream can't be opened.
    pub fn events(&self, last_id: Option<&str>) -> Answer<Events> {
        Events::open(self.clone(), last_id)
    }

    /// The server's version, and who it thinks that the caller is.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn version(&self) -> Answer<Version> {
        self.get(at("/version"), 0)
    }

    /// Whether the server runs.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn alive(&self) -> Answer<Alive> {
        self.get("/healthz".to_owned(), 0)
    }

    /// Makes the server read its inventory again.
    ///
    /// # Errors
    /// [`ClientError`].
    pub fn reload_inventory(&self) -> Answer<InventoryChange> {
        self.post(at("/inventory/reload"), None, None::<&()>)
    }

    fn post<T: serde::de::DeserializeOwned>(
        &self,
        path: String,
        key: Option<&str>,
        document: Option<&impl Serialize>,
    ) -> Answer<T> {
        self.send_json(&Ask { method: Method::POST, path, key, wait_ms: 0 }, document)
    }

    fn delete<T: serde::de::DeserializeOwned>(&self, path: String, key: &str) -> Answer<T> {
        let ask = Ask { method: Method::DELETE, path, key: Some(key), wait_ms: 0 };
        self.send_json(&ask, None::<&()>)
    }
}

fn at(path: &str) -> String {
    format!("{BASE}{path}")
}

/// A query string in the making.
#[derive(Default)]
struct Query(String);

impl Query {
    fn add(&mut self, name: &str, value: Option<impl ToString>) {
        let Some(value) = value else { return };
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.push_str(name);
        self.0.push('=');
        self.0.push_str(&escaped(&value.to_string()));
    }

    fn after(self, path: String) -> String {
        path + &self.0
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
