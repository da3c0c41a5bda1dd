//! Writes an inventory: nodes that are reached alike in one block, names as node sets, addresses and labels by
//! templates or as lists. Secrets are named here and handed back; they are in no text.

mod chain;
mod shape;
mod template;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cluster::secret::Secret;

use super::found::{Reach, Trust};
use super::settle::{Account, Settled};
use shape::{Block, blocks};

/// An inventory, and what belongs beside it.
pub struct Written {
    /// The inventory's file.
    pub toml: String,
    /// What belongs into the files that it names, each by the file's name.
    pub secrets: Vec<(String, Secret)>,
}

/// Writes an inventory that finds its passwords in `folder`, a path as the inventory's file may name it.
#[must_use]
pub fn write(settled: &Settled, folder: &str) -> Written {
    let mut toml = String::new();
    let shared = Shared::of(settled);
    shared.write(settled, &mut toml);
    for block in blocks(&settled.nodes) {
        write_block(&block, &shared, settled, &mut toml);
    }
    if !settled.groups.is_empty() {
        toml.push_str("\n[groups]\n");
        for (group, members) in &settled.groups {
            let _ = writeln!(toml, "{} = {}", key(group), text(&members.to_string()));
        }
    }
    let mut secrets = Vec::new();
    for account in &settled.accounts {
        write_account(account, folder, &mut toml, &mut secrets);
    }
    Written { toml: toml.trim_start().to_owned(), secrets }
}

/// What all nodes have in common.
struct Shared {
    driver: Option<&'static str>,
    account: Option<usize>,
}

impl Shared {
    fn of(settled: &Settled) -> Self {
        let nodes = &settled.nodes;
        let driver = nodes.first().map(|node| driver(&node.bmc.reach));
        let account = nodes.first().map(|node| node.account);
        Self {
            driver: driver.filter(|it| nodes.iter().all(|node| driver_is(&node.bmc.reach, it))),
            account: account.filter(|it| nodes.iter().all(|node| node.account == *it)),
        }
    }

    fn write(&self, settled: &Settled, toml: &mut String) {
        let account = self.account.map(|account| settled.accounts[account].name.as_str());
        if self.driver.is_some() || account.is_some() {
            toml.push_str("[defaults]\n");
        }
        for (key, value) in [("driver", self.driver), ("credentials", account)] {
            if let Some(value) = value {
                let _ = writeln!(toml, "{key} = {}", text(value));
            }
        }
    }
}

fn write_block(block: &Block, shared: &Shared, settled: &Settled, toml: &mut String) {
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(toml, "{key} = {value}");
    };
    line("\n[[nodes]]\nnames", &text(&block.names));
    line("bmc", &text(&block.bmc));
    if shared.driver.is_none() {
        line("driver", &text(driver(&block.reach)));
    }
    if shared.account.is_none() {
        line("credentials", &text(&settled.accounts[block.account].name));
    }
    match &block.reach {
        Reach::Ipmi { cipher, privilege } => {
            cipher.iter().for_each(|cipher| line("cipher", &text(cipher.word())));
            privilege.iter().for_each(|privilege| line("privilege", &text(privilege.word())));
        }
        Reach::Redfish { system, trust, .. } => {
            system.iter().for_each(|system| line("system", &text(system)));
            match trust {
                Trust::Unsaid => {}
                Trust::Any => line("insecure", "true"),
                Trust::File(path) => line("ca_file", &text(path)),
            }
        }
    }
    if !block.labels.is_empty() {
        line("labels", &table(&block.labels));
    }
}

fn write_account(
    account: &Account,
    folder: &str,
    toml: &mut String,
    secrets: &mut Vec<(String, Secret)>,
) {
    let Account { name, username, password, kg } = account;
    let file = |file: &str| format!("{{ file = {} }}", text(&format!("{folder}/{file}")));
    let _ = writeln!(toml, "\n[credentials.{}]\nusername = {}", key(name), text(username));
    let _ = writeln!(toml, "password = {}", file(name));
    secrets.extend(password.iter().map(|password| (name.clone(), password.clone())));
    if let Some(kg) = kg {
        let kg_file = format!("{name}.kg");
        let _ = writeln!(toml, "kg = {}", file(&kg_file));
        secrets.push((kg_file, kg.clone()));
    }
}

const fn driver(reach: &Reach) -> &'static str {
    match reach {
        Reach::Ipmi { .. } => "ipmi",
        Reach::Redfish { .. } => "redfish",
    }
}

fn driver_is(reach: &Reach, word: &str) -> bool {
    driver(reach) == word
}

/// A string of TOML.
fn text(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key of TOML, quoted where it has to be.
fn key(name: &str) -> String {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if name.bytes().all(bare) && !name.is_empty() { name.to_owned() } else { text(name) }
}

fn table(entries: &BTreeMap<String, String>) -> String {
    let entries: Vec<String> =
        entries.iter().map(|(name, value)| format!("{} = {}", key(name), text(value))).collect();
    format!("{{ {} }}", entries.join(", "))
}
