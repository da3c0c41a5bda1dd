//! The statements of powerman's configuration that tell of nodes. It gives them no meaning.

use super::lexer::{Lexer, Token};
use super::script::Script;
use crate::import::source::{Source, SourceError, quoted};

/// A statement.
pub(super) enum Statement {
    /// The path as it was written.
    Include(String),
    /// The specification of a type of device.
    Script(String, Script),
    Device {
        name: String,
        kind: String,
        command: String,
    },
    Node {
        names: String,
        device: String,
        plugs: Option<String>,
    },
    Alias(String, String),
    /// One that says nothing about nodes.
    Other,
}

/// The statements of a file, each with its line.
///
/// # Errors
/// When it is not as powerman writes it.
pub(super) fn statements(source: &Source) -> Result<Vec<(usize, Statement)>, SourceError> {
    let mut reader = Reader { lexer: Lexer::new(source), ahead: None };
    let mut statements = Vec::new();
    while let Some((line, token)) = reader.next()? {
        let Token::Bare(word) = token else {
            return Err(source.line(line).wrong("a string where a statement should begin"));
        };
        statements.push((line, reader.statement(&word)?));
    }
    Ok(statements)
}

struct Reader<'s> {
    lexer: Lexer<'s>,
    ahead: Option<(usize, Token)>,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<Option<(usize, Token)>, SourceError> {
        match self.ahead.take() {
            Some(token) => Ok(Some(token)),
            None => self.lexer.next_token(),
        }
    }

    fn statement(&mut self, word: &str) -> Result<Statement, SourceError> {
        Ok(match word {
            "include" => Statement::Include(self.lexer.path()?),
            "device" => {
                let (name, kind) = (self.string()?, self.string()?);
                let command = self.string()?;
                // a serial line has a fourth string
                self.string_if_any()?;
                Statement::Device { name, kind, command }
            }
            "node" => Statement::Node {
                names: self.string()?,
                device: self.string()?,
                plugs: self.string_if_any()?,
            },
            "alias" => Statement::Alias(self.string()?, self.string()?),
            "listen" | "plug_log_level" => {
                self.string()?;
                Statement::Other
            }
            "tcpwrappers" => {
                let answer = |token: &Token| {
                    *token == Token::Bare("yes".into()) || *token == Token::Bare("no".into())
                };
                self.take_if(answer)?;
                Statement::Other
            }
            "specification" => {
                let name = self.string()?;
                Statement::Script(name, self.script()?)
            }
            _ => {
                let words = format!("{} is no statement of powerman", quoted(word));
                return Err(self.lexer.wrong(&words));
            }
        })
    }

    fn string(&mut self) -> Result<String, SourceError> {
        self.string_if_any()?.ok_or_else(|| self.lexer.wrong("a string in quotes is missing"))
    }

    fn string_if_any(&mut self) -> Result<Option<String>, SourceError> {
        Ok(match self.take_if(|token| matches!(token, Token::Quoted(_)))? {
            Some(Token::Quoted(text)) => Some(text),
            Some(Token::Bare(_)) | None => None,
        })
    }

    fn take_if(&mut self, fits: impl Fn(&Token) -> bool) -> Result<Option<Token>, SourceError> {
        self.ahead = self.next()?;
        let taken = self.ahead.as_ref().is_some_and(|(_, token)| fits(token));
        Ok(if taken { self.ahead.take().map(|(_, token)| token) } else { None })
    }

    /// A block in braces, of which only what is sent counts.
    fn script(&mut self) -> Result<Script, SourceError> {
        let mut script = Script::default();
        let (mut depth, mut sends) = (0_usize, false);
        while let Some((_, token)) = self.next()? {
            match token {
                Token::Bare(sign) if sign == "{" => depth += 1,
                Token::Bare(sign) if sign == "}" => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return Ok(script);
                    }
                }
                Token::Bare(word) => {
                    sends = word == "send";
                    continue;
                }
                Token::Quoted(text) if sends => script.take(&text),
                Token::Quoted(_) => {}
            }
            if depth == 0 {
                break;
            }
            sends = false;
        }
        Err(self.lexer.wrong("a specification without its block, or its end"))
    }
}
