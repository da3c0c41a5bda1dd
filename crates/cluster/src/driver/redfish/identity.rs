//! Which machine a system says it is, against which the inventory names. It decides nothing else.

use serde_json::Value;

use crate::driver::http::Failure;
use crate::inventory::Identity;
use crate::targets::Target;

/// What a serial number is called when it is told.
const SERIAL: &str = "with serial number ";

/// Whether this is the machine that the inventory names (ComputerSystem: `UUID`, `SerialNumber`, `SKU`). Dell's service
/// tag is the SKU.
pub(super) fn check(target: &Target, system: &Value) -> Result<(), Failure> {
    let Some(wanted) = &target.identity else { return Ok(()) };
    let text = |name: &str| system[name].as_str().map(str::trim).filter(|text| !text.is_empty());
    if let Some(uuid) = wanted.uuid {
        let found = text("UUID").and_then(Identity::parse_uuid).map(Identity::format_uuid);
        is_among(&Vec::from_iter(found), &Identity::format_uuid(uuid), "")?;
    }
    let Some(serial) = &wanted.serial else { return Ok(()) };
    let found = [text("SerialNumber"), text("SKU")].into_iter().flatten().map(str::to_owned);
    is_among(&found.collect::<Vec<_>>(), serial, SERIAL)
}

fn is_among(found: &[String], wanted: &str, what: &str) -> Result<(), Failure> {
    if found.iter().any(|found| found.eq_ignore_ascii_case(wanted)) {
        return Ok(());
    }
    let wanted = format!("{what}{wanted}");
    match found.first() {
        Some(found) => Err(Failure::Stranger(format!("{what}{found}"), wanted)),
        None => Err(Failure::NotSent(format!("it does not tell whether it is machine {wanted}"))),
    }
}
