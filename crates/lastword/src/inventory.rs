//! Reads an inventory for whoever starts with one: the server, and what looks at files.
//! It does not say what may be in one.

use std::path::Path;

use cluster::inventory::{Inventory, LoadError};

/// Reads an inventory; what is doubtful in it goes to standard error.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(path: &Path) -> Result<Inventory, LoadError> {
    let inventory = Inventory::load(path)?;
    if !inventory.warnings.is_empty() {
        eprintln!("{}", inventory.warnings);
    }
    Ok(inventory)
}
