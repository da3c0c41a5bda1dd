//! Which crate may know which, as their manifests tell, and whether the map in ARCHITECTURE.md shows
//! them. It reads; cargo resolves nothing for it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::rust_files;
use super::tree::{read, root};

/// Which of our crates a crate may know. The list is the drawing in ARCHITECTURE.md.
const MAY_KNOW: [(&str, &[&str]); 10] = [
    ("nodeset", &[]),
    ("arbiter", &["nodeset"]),
    ("ipmi", &[]),
    ("bmc-sim", &["ipmi"]),
    ("journal", &[]),
    ("cluster", &["arbiter", "ipmi", "journal", "nodeset"]),
    ("api", &["nodeset"]),
    ("region", &["api", "arbiter", "journal", "nodeset"]),
    ("lastword", &["api", "arbiter", "bmc-sim", "cluster", "ipmi", "journal", "nodeset", "region"]),
    ("xtask", &[]),
];

/// Crates that may use nothing else from anywhere.
const USES_ONLY: [(&str, &[&str]); 3] = [
    ("nodeset", &["serde"]),
    ("arbiter", &["nodeset", "serde"]),
    ("ipmi", &["aes", "cbc", "hmac", "sha1", "sha2", "subtle", "zeroize"]),
];

/// What a crate may not use, though others may: it would give it a job that is not its own. `cluster` asks BMCs over
/// HTTP and TLS, and serves neither.
const NEVER_USES: [(&str, &[&str]); 4] = [
    ("cluster", &["axum", "axum-server", "utoipa", "utoipa-axum", "tower-http", "rcgen"]),
    ("journal", &["axum", "serde", "serde_json"]),
    ("api", &["axum", "tokio", "rusqlite"]),
    ("region", &["rusqlite", "clap"]),
];

/// Crates that have no operating system: a clock or a socket in them does not compile.
const PURE: [&str; 3] = ["arbiter", "ipmi", "nodeset"];

/// Crate → what it is built with. What only tests use is left out.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let args = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let told = Command::new(cargo).args(args).current_dir(root()).output().expect("cargo starts");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told: Value = serde_json::from_slice(&told.stdout).expect("cargo prints JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let packages = told["packages"].as_array().expect("cargo lists packages");
    let uses = |package: &Value| {
        let built = package["dependencies"].as_array().into_iter().flatten();
        let built = built.filter(|dependency| dependency["kind"] != "dev");
        built.map(|dependency| text(&dependency["name"])).collect()
    };
    packages.iter().map(|package| (text(&package["name"]), uses(package))).collect()
}

pub fn wrong_dependencies() -> Vec<String> {
    let (all, mut broken) = (dependencies(), Vec::new());
    for (name, uses) in &all {
        let Some((_, may)) = MAY_KNOW.iter().find(|(known, _)| known == name) else {
            broken.push(format!("{name}: nobody said what it may know"));
            continue;
        };
        let ours = uses.iter().filter(|used| all.contains_key(*used));
        let unknown = ours.filter(|used| !may.contains(&used.as_str()));
        broken.extend(unknown.map(|used| format!("{name} knows {used}")));
    }
    for (name, only) in USES_ONLY {
        let other = all[name].iter().filter(|used| !only.contains(&used.as_str()));
        broken.extend(other.map(|used| format!("{name} uses {used}")));
    }
    for (name, never) in NEVER_USES {
        let used = never.iter().filter(|never| all[name].contains(**never));
        broken.extend(used.map(|used| format!("{name} uses {used}")));
    }
    broken
}

pub fn impure() -> Vec<String> {
    let mut broken = Vec::new();
    for name in PURE {
        let folder = format!("crates/{name}/src/");
        if !read(&format!("{folder}lib.rs")).lines().any(|line| line == "#![no_std]") {
            broken.push(format!("{folder}lib.rs: no #![no_std]"));
        }
        for source in rust_files().filter(|source| source.path.starts_with(&folder)) {
            let outside = super::lines_with(&source, &["extern crate std", " std::", "(std::"]);
            broken.extend(outside);
        }
    }
    broken
}

/// Lines of the workspace without a reason, and lines of crates that don't use the workspace's.
pub fn undeclared() -> Vec<String> {
    let manifest = read("Cargo.toml");
    let (_, section) =
        manifest.split_once("[workspace.dependencies]\n").expect("the workspace has dependencies");
    let section = section.split("\n[").next().unwrap_or_default();
    let silent = section.lines().filter(|line| line.contains('=') && !line.starts_with('#'));
    let silent = silent.filter(|line| !line.contains("path = ") && !line.contains(" # "));
    let mut broken: Vec<String> = silent.map(|line| format!("Cargo.toml: {line}")).collect();
    for name in MAY_KNOW.map(|(name, _)| name) {
        let folder = if name == "xtask" { name.to_owned() } else { format!("crates/{name}") };
        let path = format!("{folder}/Cargo.toml");
        let manifest: toml::Table = read(&path).parse().expect("a manifest is TOML");
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let list = manifest.get(kind).and_then(toml::Value::as_table);
            let own = list.into_iter().flatten().filter(|(_, how)| how.get("workspace").is_none());
            broken.extend(own.map(|(name, _)| format!("{path}: {name}")));
        }
    }
    broken
}

/// Crates that the map leaves out, and places on it that are not there.
pub fn wrong_map() -> Vec<String> {
    let map = read("ARCHITECTURE.md");
    let mut broken = Vec::new();
    for name in dependencies().keys().filter(|name| *name != "xtask") {
        let job = map.lines().find_map(|line| line.strip_prefix(&format!("### `crates/{name}`: ")));
        if job.is_none_or(|job| job.trim().len() < 10) {
            broken.push(format!("no line \"### `crates/{name}`: its job\""));
        }
    }
    let quoted = map.split('`').skip(1).step_by(2);
    let places = quoted.filter(|text| {
        ["crates/", "xtask/", "docs/", "examples/"].iter().any(|folder| text.starts_with(folder))
    });
    let missing = places.filter(|place| !root().join(place).exists());
    broken.extend(missing.map(|place| format!("{place} is not there")));
    broken
}
