//! Files of other programs, what becomes of them, and what must not.

mod generated;
mod golden;
mod settled;
mod wrong;

use cluster::inventory::Inventory;
use zeroize::Zeroizing;

use super::{
    Field, Format, Found, Hints, Protocol, Settled, Source, SourceError, Written, listing, read,
    settle, write,
};

/// A file as if it had been opened.
pub fn source(name: &str, text: &str) -> Source {
    Source { name: name.into(), text: Zeroizing::new(text.to_owned()) }
}

/// All that comes of some files.
pub struct Import {
    pub settled: Settled,
    pub written: Written,
    /// What was not carried over, in lines.
    pub left: Vec<String>,
}

/// Reads files of one format, includes nothing.
pub fn import(format: Format, files: &[(&str, &str)]) -> Result<Import, SourceError> {
    import_with(format, files, None, &[])
}

pub fn import_with(
    format: Format,
    files: &[(&str, &str)],
    driver: Option<Protocol>,
    map: &[(Field, &str)],
) -> Result<Import, SourceError> {
    let include = |path: &str| match path {
        "redfish-lab.dev" => Ok(source(path, include_str!("fixtures/redfish-lab.dev"))),
        _ => Err("not there".to_owned()),
    };
    let map = map.iter().map(|(field, name)| (*field, (*name).to_owned())).collect();
    let hints = Hints { driver, map, include: &include };
    let sources: Vec<Source> = files.iter().map(|(name, text)| source(name, text)).collect();
    let mut found = Found::default();
    read(format, &sources, &hints, &mut found)?;
    Ok(finish(found))
}

pub fn finish(found: Found) -> Import {
    let settled = settle(found).unwrap();
    let written = write(&settled, "secrets");
    let left = listing(&settled.left);
    Import { settled, written, left }
}

/// The inventory as the server would read it.
pub fn load(import: &Import) -> Inventory {
    let text = import.written.proof(&import.settled);
    Inventory::from_text("i.toml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The nodes that are read back, a line each, as the inventory's own export tells them.
pub fn nodes(import: &Import) -> Vec<String> {
    let inventory = load(import);
    let exported = serde_json::to_value(inventory.redacted()).unwrap();
    let line = |node: &serde_json::Value| {
        let text = |key: &str| node[key].as_str().unwrap_or_default();
        let system = node["system"].as_str().map(|system| format!(" {system}"));
        let labels = node["labels"].as_object().into_iter().flatten();
        let labels = labels.map(|(name, value)| format!(" {name}={}", value.as_str().unwrap()));
        let labels: String = labels.collect();
        let (name, bmc, credentials) = (text("names"), text("bmc"), text("credentials"));
        format!("{name} {bmc}{} {credentials}{labels}", system.unwrap_or_default())
    };
    exported["nodes"].as_array().unwrap().iter().map(line).collect()
}
