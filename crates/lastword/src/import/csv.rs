//! Tables in CSV (RFC 4180), among them those that xCAT's `tabdump ipmi` prints: the heading decides.
//! A column `label.NAME` is a label.

use super::Hints;
use super::fields::{Field, Kind, Record};
use super::found::{Found, Machine};
use super::source::{Place, Source, SourceError, quoted};
use super::tree::is_true;

/// A row has at most so many cells.
const CELLS_MAX: usize = 1_000;
/// What a column of a label begins with.
const LABEL: &str = "label.";
/// Columns of xCAT that are none of ours, and that mean nothing or are looked at.
const PASSED_OVER: [&str; 4] = ["comments", "taggedvlan", "bmcid", "disable"];

/// Reads the tables.
///
/// # Errors
/// When one is no CSV or has no column for names.
pub(super) fn read(
    sources: &[Source],
    hints: &Hints<'_>,
    found: &mut Found,
) -> Result<(), SourceError> {
    sources.iter().try_for_each(|source| read_table(source, hints, found))
}

fn read_table(source: &Source, hints: &Hints<'_>, found: &mut Found) -> Result<(), SourceError> {
    let text = source.text.trim_start_matches('\u{feff}');
    let mut rows = Rows { text, separator: separator(text), line: 1, source };
    let Some((line, mut heading)) = rows.next_row()? else { return Ok(()) };
    if let Some(first) = heading.first_mut().filter(|first| first.starts_with('#')) {
        first.remove(0);
    }
    let heading: Vec<String> = heading.iter().map(|cell| cell.trim().to_owned()).collect();
    check_heading(&heading, &source.line(line), hints, found)?;
    while let Some((line, cells)) = rows.next_row()? {
        let place = source.line(line);
        if cells.len() > heading.len() {
            return Err(place.wrong(format!("{} cells, of {}", cells.len(), heading.len())));
        }
        let empty = cells.iter().all(|cell| cell.trim().is_empty());
        let comment = cells.len() == 1 && cells[0].starts_with('#');
        if !empty && !comment {
            read_row(&heading, &cells, &place, hints, found);
        }
    }
    Ok(())
}

fn check_heading(
    heading: &[String],
    place: &Place,
    hints: &Hints<'_>,
    found: &mut Found,
) -> Result<(), SourceError> {
    for (index, column) in heading.iter().enumerate() {
        if heading[..index].iter().any(|other| other.eq_ignore_ascii_case(column)) {
            return Err(place.wrong(format!("column {} twice", quoted(column))));
        }
        let known = Field::of(column, Kind::Table, &hints.map).is_some()
            || column.starts_with(LABEL)
            || PASSED_OVER.iter().any(|known| column.eq_ignore_ascii_case(known));
        if !known {
            let words = "is not known: --map says what it means, label.NAME makes it a label";
            found.leave_out(place, format!("column {} {words}", quoted(column)));
        }
    }
    let named =
        heading.iter().any(|name| Field::of(name, Kind::Table, &hints.map) == Some(Field::Name));
    if named { Ok(()) } else { Err(place.wrong("no column is called name")) }
}

fn read_row(
    heading: &[String],
    cells: &[String],
    place: &Place,
    hints: &Hints<'_>,
    found: &mut Found,
) {
    let get = |name: &str| {
        let column = heading.iter().position(|column| column.eq_ignore_ascii_case(name))?;
        cells.get(column).cloned()
    };
    let record = Record { kind: Kind::Table, node: "", place, get: &get };
    let Some((_, node)) = record.find(Field::Name, hints) else {
        return found.leave_out(place, "a row without a name");
    };
    if get("disable").is_some_and(|text| is_true(&text)) {
        return found.leave(&node, place, "disabled");
    }
    if cells.iter().any(|cell| cell.starts_with('|')) {
        return found.leave(&node, place, "an expression of xCAT: dump the nodes one by one");
    }
    let record = Record { node: &node, ..record };
    if record.find(Field::Bmc, hints).is_none() {
        return found.leave(&node, place, "no address of a BMC");
    }
    let Some(bmc) = record.bmc(hints, found) else { return };
    let mut machine = Machine { bmc: Some(bmc), ..Machine::new(&node, place.clone()) };
    for (column, cell) in heading.iter().zip(cells) {
        if let Some(label) = column.strip_prefix(LABEL).filter(|_| !cell.trim().is_empty()) {
            machine.labels.insert(label.to_owned(), cell.trim().to_owned());
        }
    }
    found.machines.push(machine);
}

/// What separates cells: the first of these that the heading has.
fn separator(text: &str) -> char {
    let heading = text.lines().next().unwrap_or_default();
    [',', ';', '\t'].into_iter().find(|separator| heading.contains(*separator)).unwrap_or(',')
}

/// The rows of a table, one after the other.
struct Rows<'t> {
    text: &'t str,
    separator: char,
    line: usize,
    source: &'t Source,
}

impl Rows<'_> {
    /// The next row and the line that it begins at.
    fn next_row(&mut self) -> Result<Option<(usize, Vec<String>)>, SourceError> {
        if self.text.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        let mut cells = Vec::new();
        loop {
            if cells.len() == CELLS_MAX {
                return Err(self.source.line(line).wrong(format!("more than {CELLS_MAX} cells")));
            }
            cells.push(if self.text.starts_with('"') { self.quoted()? } else { self.bare() });
            if !self.skip(self.separator) {
                break;
            }
        }
        self.skip('\r');
        if !self.text.is_empty() && !self.skip('\n') {
            return Err(self.source.line(self.line).wrong("text after a closing quote"));
        }
        self.line += 1;
        Ok(Some((line, cells)))
    }

    fn bare(&mut self) -> String {
        let ends = |c: char| c == self.separator || c == '\n';
        let (cell, rest) = self.text.split_at(self.text.find(ends).unwrap_or(self.text.len()));
        let cell =
            cell.strip_suffix('\r').filter(|_| !rest.starts_with(self.separator)).unwrap_or(cell);
        self.text = rest;
        cell.to_owned()
    }

    /// A cell in quotes, in which two of them stand for one.
    fn quoted(&mut self) -> Result<String, SourceError> {
        let mut cell = String::new();
        let mut rest = &self.text[1..];
        loop {
            let Some((part, after)) = rest.split_once('"') else {
                return Err(self.source.line(self.line).wrong("a quote without its end"));
            };
            cell.push_str(part);
            match after.strip_prefix('"') {
                Some(more) => {
                    cell.push('"');
                    rest = more;
                }
                None => {
                    self.text = after;
                    self.line += cell.matches('\n').count();
                    return Ok(cell);
                }
            }
        }
    }

    fn skip(&mut self, wanted: char) -> bool {
        let rest = self.text.strip_prefix(wanted);
        self.text = rest.unwrap_or(self.text);
        rest.is_some()
    }
}
