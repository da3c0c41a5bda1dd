//! What all subcommands share: the definition of the command line, the way to the server, the texts
//! and the exit codes. It knows nothing of the server but its public interface.

pub mod arguments;
pub mod complete;
pub mod confirm;
mod context;
pub mod credentials;
mod definition;
pub mod exit;
mod failure;
pub mod follow;
pub mod give;
mod interrupt;
pub mod output;
pub mod progress;
pub mod selection;
pub mod session;
pub mod span;
pub mod view;

pub use context::Place;
pub use definition::{Cli, Globals};
pub use exit::Exit;
pub use failure::{Failure, report, told};
pub use session::Session;

#[cfg(test)]
mod tests;
