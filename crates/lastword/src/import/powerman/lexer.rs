//! The words of powerman's configuration: names, numbers, signs and quoted strings with their escapes. It knows no
//! statements.

use crate::import::source::{Source, SourceError};

/// A string is at most so long, in bytes, as powerman has it.
const STRING_MAX_BYTES: usize = 8_192;

/// A word.
#[derive(PartialEq, Eq)]
pub(super) enum Token {
    /// A name, a number or a sign, as it stands.
    Bare(String),
    /// What is between quotes.
    Quoted(String),
}

/// What is left of a file.
pub(super) struct Lexer<'s> {
    source: &'s Source,
    rest: &'s str,
    line: usize,
}

impl<'s> Lexer<'s> {
    pub(super) fn new(source: &'s Source) -> Self {
        Self { source, rest: &source.text, line: 1 }
    }

    /// The next word and its line.
    pub(super) fn next_token(&mut self) -> Result<Option<(usize, Token)>, SourceError> {
        self.skip_blanks();
        let line = self.line;
        let Some(first) = self.rest.chars().next() else { return Ok(None) };
        if first == '"' {
            return Ok(Some((line, Token::Quoted(self.quoted()?))));
        }
        let end = self.rest.find(|c: char| !is_word(c)).unwrap_or(self.rest.len());
        let end = end.max(first.len_utf8());
        Ok(Some((line, Token::Bare(self.cut(end).to_owned()))))
    }

    /// The path that an include is followed by, quotes taken off.
    pub(super) fn path(&mut self) -> Result<String, SourceError> {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
        let end = self.rest.find(char::is_whitespace).unwrap_or(self.rest.len());
        let path = self.cut(end).trim_matches('"').to_owned();
        if path.is_empty() { Err(self.wrong("include what?")) } else { Ok(path) }
    }

    pub(super) fn wrong(&self, message: &str) -> SourceError {
        self.source.line(self.line).wrong(message)
    }

    fn skip_blanks(&mut self) {
        loop {
            let blank = self.rest.len() - self.rest.trim_start().len();
            let skipped = self.cut(blank);
            self.line += skipped.matches('\n').count();
            if !self.rest.starts_with('#') {
                return;
            }
            self.cut(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }

    fn cut(&mut self, end: usize) -> &'s str {
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn quoted(&mut self) -> Result<String, SourceError> {
        let mut text = String::new();
        let mut chars = self.rest[1..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    let read = self.cut(at + 2);
                    self.line += read.matches('\n').count();
                    return Ok(text);
                }
                '\n' => break,
                '\\' => {
                    let after = &self.rest[at + 2..];
                    let (meant, bytes) = escape(after);
                    text.push(meant);
                    while chars.as_str().len() > after.len() - bytes {
                        chars.next();
                    }
                }
                _ => text.push(c),
            }
            if text.len() > STRING_MAX_BYTES {
                return Err(self.wrong("a string of more than 8192 bytes"));
            }
        }
        Err(self.wrong("a string without its end"))
    }
}

/// What is meant by the text after a backslash, and how much of it, in bytes.
fn escape(after: &str) -> (char, usize) {
    let digits = after.get(..3).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
    let octal = digits.and_then(|digits| u8::from_str_radix(digits, 8).ok());
    if let Some(code) = octal {
        return (char::from(code), 3);
    }
    let Some(c) = after.chars().next() else { return ('\\', 0) };
    let meant = match c {
        'a' => '\u{7}',
        'b' => '\u{8}',
        'e' => '\u{1b}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\u{b}',
        other => other,
    };
    (meant, c.len_utf8())
}

const fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}
