//! Writes out a pattern such as `10.0.[1-2].[01-16]` in the order in which it is written, the last
//! bracket fastest. Unlike a node set this keeps that order, which is what two lists are paired
//! by; it knows no groups and no operators.

/// What is wrong with a pattern, and how many characters into it.
#[derive(Debug, PartialEq, Eq)]
pub struct ExpandError {
    /// Where, in characters from the start.
    pub at_chars: usize,
    /// What is wrong, in lower case.
    pub message: String,
}

/// A pattern written out.
#[derive(Debug, PartialEq, Eq)]
pub struct Expanded {
    /// The texts in the order in which they are written.
    pub items: Vec<String>,
    /// The pattern has brackets or commas: it is meant as a list, also when it holds one item.
    pub is_list: bool,
}

/// Expands `pattern`; more than `max` items are an error, found before they are made.
///
/// # Errors
/// When it is none of that form, or too large.
pub fn expand(pattern: &str, max: usize) -> Result<Expanded, ExpandError> {
    let mut expanded = Expanded { items: Vec::new(), is_list: false };
    let mut rest = Cursor { pattern, at: 0 };
    loop {
        let mut product = vec![String::new()];
        let mut empty = true;
        while let Some(piece) = rest.piece(max)? {
            empty = false;
            expanded.is_list |= matches!(piece, Piece::List(_));
            product = rest.multiply(&product, piece, max.saturating_sub(expanded.items.len()))?;
        }
        if !empty {
            expanded.items.append(&mut product);
        }
        if !rest.skip_separator() {
            return Ok(expanded);
        }
        expanded.is_list = true;
    }
}

enum Piece {
    Text(String),
    List(Vec<String>),
}

struct Cursor<'p> {
    pattern: &'p str,
    at: usize,
}

impl Cursor<'_> {
    /// The next literal or bracket of this item; `None` at its end.
    fn piece(&mut self, max: usize) -> Result<Option<Piece>, ExpandError> {
        let rest = &self.pattern[self.at..];
        match rest.chars().next() {
            None => Ok(None),
            Some(c) if is_separator(c) => Ok(None),
            Some('[') if !is_literal_bracket(rest) => self.list(max).map(Some),
            Some(c @ ('@' | '!' | '&' | '^' | '*' | '?')) => {
                Err(self.error(format!("no '{c}' here: the order of the nodes must be plain")))
            }
            Some(first) => {
                // a literal bracket or a closing one is text, as in [fd00::1]:623
                let end = rest[first.len_utf8()..]
                    .find(|c: char| is_separator(c) || "[]@!&^*?".contains(c));
                let length = end.map_or(rest.len(), |end| end + first.len_utf8());
                self.at += length;
                Ok(Some(Piece::Text(rest[..length].to_owned())))
            }
        }
    }

    fn list(&mut self, max: usize) -> Result<Piece, ExpandError> {
        let rest = &self.pattern[self.at + 1..];
        let end = rest.find(']').ok_or_else(|| self.error("a [ without its ]".to_owned()))?;
        let mut numbers = Vec::new();
        for range in rest[..end].split(',') {
            push_range(range.trim(), max, &mut numbers).map_err(|message| self.error(message))?;
        }
        self.at += end + 2;
        Ok(Piece::List(numbers))
    }

    fn multiply(
        &self,
        heads: &[String],
        piece: Piece,
        max: usize,
    ) -> Result<Vec<String>, ExpandError> {
        let tails = match piece {
            Piece::Text(text) => vec![text],
            Piece::List(list) => list,
        };
        if heads.len().saturating_mul(tails.len()) > max {
            return Err(self.error(too_many(max)));
        }
        let join = |head: &String| {
            tails.iter().map(move |tail| format!("{head}{tail}")).collect::<Vec<_>>()
        };
        Ok(heads.iter().flat_map(join).collect())
    }

    fn skip_separator(&mut self) -> bool {
        let rest = &self.pattern[self.at..];
        let trimmed = rest.trim_start_matches(is_separator);
        self.at = self.pattern.len() - trimmed.len();
        !trimmed.is_empty()
    }

    fn error(&self, message: String) -> ExpandError {
        ExpandError { at_chars: self.pattern[..self.at].chars().count(), message }
    }
}

fn is_separator(c: char) -> bool {
    c == ',' || c.is_whitespace()
}

/// Whether the bracket that `text` starts with holds a colon: then it belongs to an IPv6 address.
fn is_literal_bracket(text: &str) -> bool {
    let mut depth = 0;
    for character in text.chars() {
        match character {
            '[' => depth += 1,
            ']' if depth == 1 => return false,
            ']' => depth -= 1,
            ':' if depth == 1 => return true,
            _ => {}
        }
    }
    false
}

/// Appends `7`, `1-4`, `01-16` or `1-9/2`.
fn push_range(range: &str, max: usize, numbers: &mut Vec<String>) -> Result<(), String> {
    let (bounds, step) = range.split_once('/').unwrap_or((range, "1"));
    let (first, last) = bounds.split_once('-').unwrap_or((bounds, bounds));
    let padded = |text: &str| text.len() > 1 && text.starts_with('0');
    if (padded(first) || padded(last)) && first.len() != last.len() {
        return Err(format!("the ends of {bounds} are padded differently"));
    }
    let (low, high) = (number(first)?, number(last)?);
    let step = usize::try_from(number(step)?).map_err(|_| "the step is too large".to_owned())?;
    if step == 0 || high < low {
        return Err(format!("{range} is no range"));
    }
    let count = (high - low) / step as u64 + 1;
    if count > (max - numbers.len().min(max)) as u64 {
        return Err(too_many(max));
    }
    let width = if padded(first) { first.len() } else { 0 };
    numbers.extend((low..=high).step_by(step).map(|number| format!("{number:0width$}")));
    Ok(())
}

fn number(text: &str) -> Result<u64, String> {
    const DIGITS_MAX: usize = 18;
    if text.is_empty() || text.len() > DIGITS_MAX || !text.bytes().all(|byte| byte.is_ascii_digit())
    {
        return Err(format!("{} is no number", super::finding::quoted(text)));
    }
    text.parse().map_err(|_| "the number is too large".to_owned())
}

fn too_many(max: usize) -> String {
    format!("more than {max} items")
}
