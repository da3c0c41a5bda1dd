//! Splits a node name into its words and its numbers. It does not read brackets.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{ErrorKind, Fault, Syntax};
use crate::number::Number;

/// The most bytes of one node name.
pub const NAME_BYTES_MAX: usize = 255;
/// The most numbers in one node name, so the most dimensions of a set.
pub const NUMBERS_MAX: usize = 32;

/// Stands for a number in a template. No node name has it.
pub(crate) const HOLE: char = '%';

/// A node name in two parts: `r1n05` is the template `r%n%` with the numbers 1 and 05.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) template: String,
    pub(crate) numbers: Vec<Number>,
}

impl Parts {
    /// Splits `name`. A fault's offset counts from the start of `name`.
    pub(crate) fn split(name: &str) -> Result<Self, Fault> {
        if name.is_empty() {
            return Err(Fault::syntax(0, Syntax::EmptyName));
        }
        if let Some((at, found)) = name.char_indices().find(|&(_, found)| !is_name_char(found)) {
            return Err(Fault::syntax(at, Syntax::BadCharacter(found)));
        }
        if name.len() > NAME_BYTES_MAX {
            return Err(Fault::new(NAME_BYTES_MAX, ErrorKind::NameTooLong));
        }
        let mut parts = Self { template: String::with_capacity(name.len()), numbers: Vec::new() };
        let mut at = 0;
        while at < name.len() {
            at += parts.take_run(&name[at..]).map_err(|kind| Fault::new(at, kind))?;
        }
        Ok(parts)
    }

    /// Takes the digits or the non-digits that `rest` starts with; says how many bytes.
    fn take_run(&mut self, rest: &str) -> Result<usize, ErrorKind> {
        let digits = digits_len(rest.as_bytes());
        if digits == 0 {
            let word = rest.find(|found: char| found.is_ascii_digit()).unwrap_or(rest.len());
            self.template.push_str(&rest[..word]);
            return Ok(word);
        }
        if self.numbers.len() == NUMBERS_MAX {
            return Err(ErrorKind::TooManyNumbers);
        }
        let number = Number::read(&rest.as_bytes()[..digits]).ok_or(ErrorKind::NumberTooLong)?;
        self.numbers.push(number);
        self.template.push(HOLE);
        Ok(digits)
    }
}

/// Whether a node name may hold the character.
pub(crate) fn is_name_char(found: char) -> bool {
    found.is_ascii_alphanumeric() || matches!(found, '-' | '_' | '.')
}

/// How many ASCII digits `bytes` starts with.
pub(crate) fn digits_len(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}
