//! Writes an inventory: nodes that are reached alike in one block, names as node sets, addresses and labels by
//! templates or as lists. Secrets are named here and handed back; they are in no text.

mod chain;
mod shape;
mod template;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cluster::inventory::WEBHOOK_KEYS;
use cluster::secret::Secret;
use nodeset::NodeSet;

use super::found::{Reach, Trust, Webhook};
use super::settle::{Account, Settled};
use shape::{Block, blocks};

/// An inventory, and what belongs beside it.
pub struct Written {
    /// The inventory's file.
    pub toml: String,
    /// What belongs into the files that it names, each by the file's name.
    pub secrets: Vec<(String, Secret)>,
}

impl Written {
    /// What shows that the inventory's file will be read: itself, and nodes for groups that have none in it.
    #[must_use]
    pub fn proof(&self, settled: &Settled) -> String {
        let members = settled.groups.values().fold(NodeSet::default(), |all, set| all.union(set));
        if !settled.nodes.is_empty() || members.is_empty() {
            return self.toml.clone();
        }
        let names = text(&members.to_string());
        format!(
            "{}\n[[nodes]]\nnames = {names}\nbmc = \"localhost\"\ndriver = \"ipmi\"\ncredentials = \"c\"\n\
             [credentials.c]\nusername = \"\"\npassword = {{ env = \"P\" }}\n",
            self.toml
        )
    }
}

/// Writes an inventory that finds its passwords in `folder`, a path as the inventory's file may name it.
#[must_use]
pub fn write(settled: &Settled, folder: &str) -> Written {
    let mut toml = String::new();
    for block in blocks(&settled.nodes) {
        let account = block.account.map(|account| &*settled.accounts[account].name);
        write_block(&block, account, &mut toml);
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

/// There are no defaults in it, which files of one folder would set twice.
fn write_block(block: &Block, account: Option<&str>, toml: &mut String) {
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(toml, "{key} = {value}");
    };
    line("\n[[nodes]]\nnames", &text(&block.names));
    block.bmc.iter().for_each(|bmc| line("bmc", &text(bmc)));
    line("driver", &text(driver(&block.reach)));
    account.iter().for_each(|account| line("credentials", &text(account)));
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
        Reach::Webhook(webhook) => {
            let Webhook { urls, is_on, is_off, bearer } = &**webhook;
            WEBHOOK_KEYS.iter().zip(urls).for_each(|(key, url)| line(key, &text(url)));
            is_on.iter().for_each(|regex| line("power_on_regex", &text(regex)));
            is_off.iter().for_each(|regex| line("power_off_regex", &text(regex)));
            bearer.then(|| line("authorization", &text("bearer")));
        }
        Reach::Manual => {}
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
        Reach::Webhook(_) => "webhook",
        Reach::Manual => "manual",
    }
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
