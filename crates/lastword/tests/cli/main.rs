//! The command line as people and scripts meet it: words, exit codes, documents. What becomes of a
//! command is said by the tests; who wins is decided by the real ledger.

#![expect(clippy::unwrap_used, reason = "a test tells by panicking what is wrong")]

mod bulk;
mod codes;
mod completion;
mod config;
mod contexts;
mod import;
mod local;
mod shapes;
mod site;
