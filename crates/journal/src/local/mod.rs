//! The embedded journal: one SQLite file in a folder of its own, one thread that writes, a few
//! connections that read. It does not replicate: one folder, one process.

mod folder;
mod handle;
mod options;
mod place;
mod readers;
mod requests;
mod shared;
mod writer;

#[cfg(test)]
mod tests;

pub use handle::Local;
pub use options::Options;
