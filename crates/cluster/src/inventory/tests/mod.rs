//! Tests of the inventory: what is read from good files, what is said about wrong ones, and that
//! secrets stay inside.

mod canary;
mod changes;
mod drivers;
mod files;
mod good;
mod parts;
mod redfish;
mod site;
mod wrong;

use super::{Inventory, LoadError};

/// Defaults and credentials, so that a test needs to write only what it is about: 6 lines.
const HEAD: &str = "\
[defaults]
driver = \"ipmi\"
credentials = \"c\"
[credentials.c]
username = \"u\"
password = { env = \"P\" }
";

fn with_head(text: &str) -> Result<Inventory, LoadError> {
    Inventory::from_text("i.toml", &format!("{HEAD}{text}"))
}

fn good(text: &str) -> Inventory {
    with_head(text).unwrap_or_else(|error| panic!("{error}"))
}
