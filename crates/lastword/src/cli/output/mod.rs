//! Results in words and in JSON. It writes to standard output alone; progress is elsewhere.

mod emit;
mod events;
mod history;
mod line;
mod moment;
mod nodes;
mod outcome;
mod row;

pub use emit::{Emitter, plain, print};
pub use events::event_line;
pub use history::{command_text, history_text};
pub use line::{Line, Paint, Tone, expand, fold};
pub use moment::{ago, clock};
pub use nodes::status_text;
pub use outcome::{described, goal, result_text, verdict_text};
pub use row::{NodeRow, ResultRow};

#[cfg(test)]
mod tests;
