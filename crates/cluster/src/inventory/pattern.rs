//! Regular expressions that the inventory names. Matching takes time in proportion to the text, whatever the expression.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

/// An expression is at most so long, in bytes.
const PATTERN_MAX_BYTES: usize = 512;
/// What is compiled from it takes at most so many bytes.
const COMPILED_MAX_BYTES: usize = 1 << 20;

/// A regular expression; equal when its text is.
#[derive(Debug, Clone)]
pub struct Pattern(Arc<Regex>);

impl Pattern {
    /// Reads an expression.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("empty: it would match everything".to_owned());
        }
        if text.len() > PATTERN_MAX_BYTES {
            return Err(format!("longer than {PATTERN_MAX_BYTES} bytes"));
        }
        let built = RegexBuilder::new(text).size_limit(COMPILED_MAX_BYTES).build();
        match built {
            Ok(regex) if regex.is_match("") => Err("it matches an empty answer".to_owned()),
            Ok(regex) => Ok(Self(Arc::new(regex))),
            Err(regex::Error::CompiledTooBig(_)) => Err("too large once it is compiled".to_owned()),
            Err(_) => Err("not a regular expression".to_owned()),
        }
    }

    /// Whether it is found in the text.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The expression.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Pattern {}

impl Hash for Pattern {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text().hash(state);
    }
}
