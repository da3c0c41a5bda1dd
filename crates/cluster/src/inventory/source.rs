//! One inventory file as text: where an offset is, and what a line looks like with everything
//! that may be a secret masked. It does not parse.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use zeroize::Zeroizing;

use super::mask;

/// A line is shown at most this wide, in characters.
const SHOWN_MAX_CHARS: usize = 100;
/// How much of a long line is kept before the caret, in characters.
const BEFORE_CARET_CHARS: usize = 40;

/// A string of the file with its place.
pub(super) type Text = Spanned<String>;

/// A file's text and what else was learned when it was opened.
pub(super) struct Raw {
    pub(super) path: PathBuf,
    /// The path as it is shown.
    pub(super) name: String,
    pub(super) text: Zeroizing<String>,
    pub(super) json: bool,
    pub(super) others_may_read: bool,
}

impl Raw {
    /// The folder that relative paths in this file start from.
    pub(super) fn folder(&self) -> PathBuf {
        self.path.parent().map(Path::to_path_buf).unwrap_or_default()
    }
}

/// Which parts of the text must not be shown.
pub(super) enum Masks {
    /// The file was understood: exactly these ranges, in order, hold values that may be secrets.
    Ranges(Vec<Range<usize>>),
    /// The file was not understood: only lines that are harmless by their look are shown.
    ByLook,
}

/// A file's text together with its masks.
pub(super) struct Source<'a> {
    pub(super) raw: &'a Raw,
    pub(super) masks: Masks,
}

/// A range of a file.
#[derive(Clone)]
pub(super) struct Place<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) span: Range<usize>,
}

impl Place<'_> {
    /// Tells one place from another.
    pub(super) fn key(&self) -> (&str, usize) {
        (self.source.name(), self.span.start)
    }
}

impl<'a> Source<'a> {
    pub(super) fn name(&self) -> &str {
        &self.raw.name
    }

    /// Whether the file's syntax is right.
    pub(super) fn is_understood(&self) -> bool {
        matches!(self.masks, Masks::Ranges(_))
    }

    pub(super) fn place(&'a self, span: Range<usize>) -> Place<'a> {
        Place { source: self, span }
    }

    /// The place of the character `chars` characters into a string, or of the whole string when
    /// it is written with escapes.
    pub(super) fn inside(&'a self, text: &Text, chars: usize) -> Place<'a> {
        let span = text.span();
        let written = self.raw.text.get(span.clone()).unwrap_or_default();
        let quote = if written.starts_with("\"\"\"") || written.starts_with("'''") { 3 } else { 1 };
        let value = text.get_ref();
        if written.get(quote..written.len().saturating_sub(quote)) != Some(value.as_str()) {
            return self.place(span);
        }
        let offset = value.char_indices().nth(chars).map_or(value.len(), |(offset, _)| offset);
        let start = span.start + quote + offset;
        self.place(start..start + 1)
    }

    /// Line and column of an offset, both counted from 1, columns in characters.
    pub(super) fn position(&self, offset: usize) -> (usize, usize) {
        let text = self.raw.text.as_str();
        let offset = text.floor_char_boundary(offset);
        let before = &text[..offset];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        (line, before[start..].chars().count() + 1)
    }

    /// The line at the start of `span`, masked and cut, with carets below; empty when the line
    /// may not be shown.
    pub(super) fn excerpt(&self, span: Range<usize>) -> String {
        let text = self.raw.text.as_str();
        let at = text.floor_char_boundary(span.start);
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        if !self.may_show(start..end) {
            return String::new();
        }
        let mut shown = self.masked(start..end, &span);
        shown.cut();
        let (line, _) = self.position(at);
        let margin = line.to_string();
        let carets = "^".repeat(shown.carets.len().max(1));
        let blank = " ".repeat(margin.len());
        let indent = " ".repeat(shown.carets.start);
        let content: String = shown.chars.iter().collect();
        format!(" {margin} | {}\n {blank} | {indent}{carets}", content.trim_end())
    }

    fn may_show(&self, line: Range<usize>) -> bool {
        match &self.masks {
            Masks::Ranges(_) => true,
            Masks::ByLook => {
                let text = self.raw.text.as_str();
                !self.raw.json && mask::looks_harmless(&text[..line.start], &text[line])
            }
        }
    }

    fn masked(&self, line: Range<usize>, span: &Range<usize>) -> Shown {
        let mut shown = Shown { chars: Vec::new(), carets: 0..0 };
        let mut at = line.start;
        while let Some(next) = self.raw.text[at..line.end].chars().next() {
            let piece = at..match self.mask_at(at) {
                Some(mask) => {
                    shown.chars.extend(['*'; 3]);
                    mask.end.min(line.end)
                }
                None => {
                    shown.chars.push(if next.is_control() { ' ' } else { next });
                    at + next.len_utf8()
                }
            };
            if piece.start < span.end {
                shown.carets.end = shown.chars.len();
            }
            if piece.end <= span.start {
                shown.carets.start = shown.chars.len();
            }
            at = piece.end;
        }
        shown.carets.end = shown.carets.end.max(shown.carets.start);
        shown
    }

    fn mask_at(&self, offset: usize) -> Option<&Range<usize>> {
        let Masks::Ranges(ranges) = &self.masks else { return None };
        let index = ranges.partition_point(|range| range.end <= offset);
        ranges.get(index).filter(|range| range.contains(&offset))
    }
}

/// A line as it will be printed, and the columns that carets go under.
struct Shown {
    chars: Vec<char>,
    carets: Range<usize>,
}

impl Shown {
    fn cut(&mut self) {
        if self.chars.len() <= SHOWN_MAX_CHARS {
            return;
        }
        let from = self.carets.start.saturating_sub(BEFORE_CARET_CHARS);
        let to = self.chars.len().min(from + SHOWN_MAX_CHARS);
        let mut cut = self.chars[from..to].to_vec();
        if from > 0 {
            cut[0] = '…';
        }
        if let (true, Some(last)) = (to < self.chars.len(), cut.last_mut()) {
            *last = '…';
        }
        self.carets = self.carets.start - from..self.carets.end.min(to) - from;
        self.chars = cut;
    }
}
