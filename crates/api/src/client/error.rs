//! What can go wrong between a client and a server.
//! It does not tell what to do about it: the caller knows its people.

use crate::problem::Problem;

/// Why a request has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The server's address or the certificate file makes no sense.
    #[error("{0}")]
    Misconfigured(String),
    /// Nobody answered, or the connection broke.
    #[error("no answer from {server}: {cause}")]
    Unreachable {
        /// The server's address.
        server: String,
        /// What happened.
        cause: String,
    },
    /// The server said no.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// Somebody answered, but not as a server of this kind does.
    #[error("{server} does not answer as lastword does: {cause}")]
    Garbled {
        /// The server's address.
        server: String,
        /// What is wrong with the answer.
        cause: String,
    },
}
