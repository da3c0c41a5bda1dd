//! A bearer token that can be sent and not printed.
//! It does not know where tokens are kept.

use std::fmt;

/// A bearer token. It has no `Display`, and its `Debug` does not show it.
#[derive(Clone)]
pub struct Secret(String);

/// Why a text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Nothing but blanks.
    #[error("the token is empty")]
    Empty,
    /// Something that no token has; or several lines.
    #[error("the token has a character that no token has")]
    BadCharacter,
}

impl Secret {
    /// Takes a token as read from a file or a variable; blanks around it are dropped.
    ///
    /// # Errors
    /// [`SecretError`], which does not show the text.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(SecretError::Empty);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SecretError::BadCharacter);
        }
        Ok(Self(text.to_owned()))
    }

    pub(super) fn header(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}
