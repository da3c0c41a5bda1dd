//! Results in words, in columns and as documents. It writes to standard output alone; progress is elsewhere.

mod document;
mod emit;
mod events;
mod history;
mod line;
mod moment;
mod nodes;
mod outcome;
mod row;
mod table;

pub use emit::{Emitter, hidden, plain, print, print_rows};
pub use events::event_line;
pub use history::{command_text, history_text};
pub use line::{Line, Paint, Tone, expand, fold};
pub use moment::{ago, clock, rfc3339};
pub use nodes::{powers_text, status_text};
pub use outcome::{described, goal, result_text, verdict_text};
pub use row::{NodeRow, ResultRow};
pub use table::{Column, Layout, Row};

#[cfg(test)]
mod tests;
