//! Rows in columns: aligned for people, comma-separated for spreadsheets.
//! It does not know what is in them.

use serde::Serialize;

use super::plain;

/// What a wide line has where there is nothing, so that each line has as many words.
const NOTHING: &str = "-";

/// What the columns are for: people want fewer of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Aligned, for people.
    Wide,
    /// Comma-separated, for programs.
    Csv,
}

/// Something that fits into columns.
pub trait Row: Serialize + Sized {
    /// The columns, from left to right.
    fn columns(layout: Layout) -> Vec<Column<Self>>;
}

type Cell<R> = Box<dyn Fn(&R) -> Option<String>>;

/// One column.
pub struct Column<R> {
    head: &'static str,
    cell: Cell<R>,
}

impl<R: 'static> Column<R> {
    /// A column with that heading, and what each row has in it.
    #[must_use]
    pub fn new(head: &'static str, cell: impl Fn(&R) -> Option<String> + 'static) -> Self {
        Self { head, cell: Box::new(cell) }
    }

    /// The same column of rows that hold such a row.
    #[must_use]
    pub fn within<W>(self, row: impl Fn(&W) -> &R + 'static) -> Column<W> {
        let cell = self.cell;
        Column { head: self.head, cell: Box::new(move |whole| cell(row(whole))) }
    }
}

/// A heading and a line a row, aligned.
#[must_use]
pub fn wide<R>(columns: &[Column<R>], rows: &[R]) -> String {
    let heads = columns.iter().map(|column| column.head.to_uppercase()).collect();
    let mut lines: Vec<Vec<String>> = vec![heads];
    lines.extend(rows.iter().map(|row| cells(columns, row, |cell| plain(&cell), NOTHING)));
    let mut widths = vec![0; columns.len()];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    lines.iter().map(|line| aligned(line, &widths)).collect()
}

/// A heading and a line a row, as RFC 4180 has it but with plain line ends.
#[must_use]
pub fn csv<R>(columns: &[Column<R>], rows: &[R]) -> String {
    let heads: Vec<&str> = columns.iter().map(|column| column.head).collect();
    let mut text = heads.join(",") + "\n";
    for row in rows {
        text += &cells(columns, row, |cell| field(&cell), "").join(",");
        text.push('\n');
    }
    text
}

fn cells<R>(
    columns: &[Column<R>],
    row: &R,
    written: impl Fn(String) -> String,
    nothing: &str,
) -> Vec<String> {
    let cell = |column: &Column<R>| (column.cell)(row).filter(|cell| !cell.is_empty());
    columns.iter().map(|column| cell(column).map_or_else(|| nothing.into(), &written)).collect()
}

fn aligned(line: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (cell, &width) in line.iter().zip(widths) {
        text += &format!("{cell:<width$}  ");
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// Line breaks stay: quotes hold them.
fn field(cell: &str) -> String {
    let lines: Vec<String> = cell.split('\n').map(plain).collect();
    let text = lines.join("\n");
    if text.contains(['"', ',', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Pair(&'static str, Option<&'static str>);

    fn columns() -> Vec<Column<Pair>> {
        let second = |pair: &Pair| pair.1.map(str::to_owned);
        vec![Column::new("first", |pair: &Pair| Some(pair.0.into())), Column::new("second", second)]
    }

    #[test]
    fn wide_lines_are_aligned_and_each_has_as_many_words() {
        let rows = [Pair("a", None), Pair("bcdefg\x1b", Some("x y"))];
        let text = "FIRST    SECOND\na        -\nbcdefg\u{fffd}  x y\n";
        assert_eq!(wide(&columns(), &rows), text);
        assert_eq!(wide(&columns(), &[]), "FIRST  SECOND\n");
    }

    #[test]
    fn csv_quotes_what_would_be_taken_for_its_own_marks() {
        let rows = [
            Pair("a", None),
            Pair("b,c", Some("say \"no\"")),
            Pair("two\nlines", Some(" plain ")),
            Pair("\x1b[2J", Some("é")),
        ];
        assert_eq!(
            csv(&columns(), &rows),
            "first,second\na,\n\"b,c\",\"say \"\"no\"\"\"\n\"two\nlines\", plain \n\u{fffd}[2J,é\n"
        );
    }
}
