//! Texts with places to fill in from a node's name: `{name}`, and `{1}`, `{2}`, … for the runs of
//! digits in it, padding kept. There are no expressions.

use super::finding::quoted;

/// A parsed template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Name,
    /// Counted from 0; written from 1.
    Index(usize),
}

/// What is wrong with a template, and how many characters into it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TemplateError {
    pub(super) at_chars: usize,
    pub(super) message: String,
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(brace) = rest.find(['{', '}']) {
            parts.extend((brace > 0).then(|| Part::Text(rest[..brace].to_owned())));
            let opened = &rest[brace..];
            let (part, after) = placeholder(opened).map_err(|message| TemplateError {
                at_chars: text[..text.len() - opened.len()].chars().count(),
                message,
            })?;
            parts.push(part);
            rest = after;
        }
        parts.extend((!rest.is_empty()).then(|| Part::Text(rest.to_owned())));
        Ok(Self { parts })
    }

    /// Fills in a node's name.
    ///
    /// # Errors
    /// The number of the first index that the name doesn't have, counted from 1.
    pub(super) fn render(&self, name: &str) -> Result<String, usize> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Name => out.push_str(name),
                Part::Index(index) => {
                    out.push_str(indices(name).nth(*index).ok_or(index + 1)?);
                }
            }
        }
        Ok(out)
    }
}

fn placeholder(opened: &str) -> Result<(Part, &str), String> {
    let (inner, after) = opened
        .strip_prefix('{')
        .and_then(|inner| inner.split_once('}'))
        .ok_or_else(|| "a { or } without its other half".to_owned())?;
    let part = match (inner, inner.parse::<usize>()) {
        ("name", _) => Part::Name,
        (_, Ok(number)) if number > 0 => Part::Index(number - 1),
        _ => {
            let inner = quoted(inner);
            return Err(format!("unknown placeholder {inner}, expected {{name}}, {{1}}, {{2}}, …"));
        }
    };
    Ok((part, after))
}

/// The runs of digits in a name.
fn indices(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty())
}
