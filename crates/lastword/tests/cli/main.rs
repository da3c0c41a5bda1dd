//! The command line as people and scripts meet it: words, exit codes, documents. What becomes of a
//! command is said by the tests; who wins is decided by the real ledger.

mod bulk;
mod codes;
mod local;
mod shapes;
mod site;
