//! Why an exchange over HTTP did not succeed, and what that says of the order in it. It sends nothing.

use arbiter::Answer;
use hyper::StatusCode;

use super::super::veil;
use super::super::{denied, plain, stranger};
use crate::secret::Secret;
use crate::targets::Target;

/// Why not, in words.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::driver) enum Failure {
    /// The account was refused; nothing happened.
    Denied(String),
    /// Another machine than the node is behind the BMC: what it says it is, and what it has to be.
    Stranger(String, String),
    /// What was asked for never left.
    NotSent(String),
    /// The BMC said no; nothing happened.
    Refused(String),
    /// It left, and whether it happened is not known.
    Lost(String),
}

impl Failure {
    /// What an answer that is no success, in words, says of the request.
    pub(in crate::driver) fn of(status: StatusCode, words: String) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Denied(words),
            // RFC 9110, 15.6: the server does not know the method, is not able to handle it now, or not this version;
            // with any other of them it may have begun
            StatusCode::NOT_IMPLEMENTED
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::HTTP_VERSION_NOT_SUPPORTED => Self::Refused(words),
            status if status.is_client_error() || status.is_redirection() => Self::Refused(words),
            _ => Self::Lost(words),
        }
    }

    /// The same for what had to be done before the order: that never left.
    pub(in crate::driver) fn before(self) -> Self {
        match self {
            Self::Denied(_) | Self::Stranger(..) => self,
            Self::NotSent(words) | Self::Refused(words) | Self::Lost(words) => Self::NotSent(words),
        }
    }

    /// The same for what had to be done after something was sent that may have happened.
    pub(in crate::driver) fn after(self) -> Self {
        match self {
            Self::Denied(words)
            | Self::NotSent(words)
            | Self::Refused(words)
            | Self::Lost(words) => Self::Lost(words),
            Self::Stranger(found, wanted) => {
                Self::Lost(format!("then it was machine {found}, not {wanted}"))
            }
        }
    }

    /// The same in words that show nothing of these secrets: a BMC may repeat what it was sent.
    pub(in crate::driver) fn without(self, secrets: &[Secret]) -> Self {
        if secrets.is_empty() {
            return self;
        }
        let veiled = |words: String| veil::without(&words, secrets);
        match self {
            Self::Denied(words) => Self::Denied(veiled(words)),
            Self::Stranger(found, wanted) => Self::Stranger(veiled(found), wanted),
            Self::NotSent(words) => Self::NotSent(veiled(words)),
            Self::Refused(words) => Self::Refused(veiled(words)),
            Self::Lost(words) => Self::Lost(veiled(words)),
        }
    }

    pub(in crate::driver) fn answer(self, target: &Target) -> Answer {
        match self {
            Self::Denied(words) => Answer::NotSent(denied(target, &words)),
            Self::Stranger(found, wanted) => Answer::NotSent(stranger(target, &found, &wanted)),
            Self::NotSent(words) => Answer::NotSent(plain(target, &words)),
            Self::Refused(words) => Answer::Refused(plain(target, &words)),
            Self::Lost(words) => Answer::Lost(plain(target, &words)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_proves_that_nothing_happened_or_leaves_it_open() {
        for (status, expected) in [
            (400, "refused"),
            (401, "denied"),
            (403, "refused"),
            (404, "refused"),
            (409, "refused"),
            (412, "refused"),
            (429, "refused"),
            (308, "refused"),
            (500, "lost"),
            (501, "refused"),
            (502, "lost"),
            (503, "refused"),
            (504, "lost"),
            (507, "lost"),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let told = match Failure::of(status, String::new()) {
                Failure::Denied(_) => "denied",
                Failure::Stranger(..) => "stranger",
                Failure::NotSent(_) => "not sent",
                Failure::Refused(_) => "refused",
                Failure::Lost(_) => "lost",
            };
            assert_eq!(told, expected, "{status}");
        }
    }
}
