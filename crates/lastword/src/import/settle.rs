//! Makes one inventory of all that was found: one machine a name, every text one that the inventory takes, one way to
//! each BMC. What does not fit is left out with its reason. It writes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use cluster::inventory::{Address, NODES_MAX, Pattern, wrong_system, wrong_urls, wrong_word};
use ipmi::Password;
use nodeset::NodeSet;
use thiserror::Error;

use super::found::{Bmc, Found, Left, Machine, Reach, Trust, Webhook};
use super::source::{Place, quoted};

mod accounts;

pub use accounts::Account;
use accounts::{Accounts, checked};

/// What can be written as an inventory.
#[derive(Default)]
pub struct Settled {
    /// The nodes in the order of their names, as node sets have it.
    pub nodes: Vec<Node>,
    /// The groups, each of nodes that are known; of any if no node is.
    pub groups: BTreeMap<String, NodeSet>,
    /// The accounts that nodes name.
    pub accounts: Vec<Account>,
    /// What was not carried over, or has to be looked at, each thing once.
    pub left: BTreeSet<Left>,
}

/// A node.
pub struct Node {
    /// Its name.
    pub name: String,
    /// How its power is reached.
    pub bmc: Bmc,
    /// An index into [`Settled::accounts`], if it needs an account.
    pub account: Option<usize>,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// There are more nodes than an inventory may have.
#[derive(Debug, Error)]
#[error("more than {NODES_MAX} nodes")]
pub struct TooMany;

/// A node while more may still be found about it.
struct Known {
    bmc: Option<(Bmc, Place)>,
    labels: BTreeMap<String, (String, Place)>,
}

impl Known {
    /// Adds a label, or says why not.
    fn add_label(&mut self, label: String, value: String, place: &Place) -> Option<String> {
        if let Some((first, at)) = self.labels.get(&label) {
            let (label, known) = (quoted(&label), quoted(first));
            return (*first != value).then(|| format!("label {label} is {known} at {at} already"));
        }
        if let Some(wrong) = wrong_word(&label).or_else(|| wrong_word(&value)) {
            return Some(format!("label {}: {wrong}", quoted(&label)));
        }
        self.labels.insert(label, (value, place.clone()));
        None
    }
}

/// Settles what was found.
///
/// # Errors
/// When there are more nodes than an inventory may have.
pub fn settle(found: Found) -> Result<Settled, TooMany> {
    let mut settling = Settling { left: found.left, known: BTreeMap::new() };
    for machine in found.machines {
        settling.add(machine);
    }
    if settling.known.len() > NODES_MAX {
        return Err(TooMany);
    }
    Ok(settling.finish(found.groups))
}

struct Settling {
    left: Vec<Left>,
    known: BTreeMap<String, Known>,
}

impl Settling {
    fn leave(&mut self, node: &str, place: &Place, reason: String) {
        self.left.push(Left { reason, node: Some(node.to_owned()), place: Some(place.clone()) });
    }

    fn add(&mut self, machine: Machine) {
        let Machine { name, place, bmc, labels } = machine;
        if let Some(wrong) = wrong_name(&name) {
            return self.leave(&name, &place, wrong);
        }
        let known = self.known.entry(name.clone());
        let known = known.or_insert_with(|| Known { bmc: None, labels: BTreeMap::new() });
        let mut reasons = Vec::new();
        match (&known.bmc, bmc) {
            (Some((first, at)), Some(bmc)) if *first != bmc => {
                reasons.push(format!("is at {at} already, with another BMC or account"));
            }
            (Some(_), _) | (None, None) => {}
            (None, Some(bmc)) => known.bmc = Some((bmc, place.clone())),
        }
        for (label, value) in labels {
            reasons.extend(known.add_label(label, value, &place));
        }
        for reason in reasons {
            self.leave(&name, &place, reason);
        }
    }

    fn finish(mut self, groups: BTreeMap<String, BTreeSet<String>>) -> Settled {
        let mut nodes = BTreeMap::new();
        let mut accounts = Accounts::default();
        let mut doors = HashMap::new();
        for (name, known) in std::mem::take(&mut self.known) {
            let Some((bmc, place)) = known.bmc else {
                for (label, (_, place)) in &known.labels {
                    let words = "no BMC of the node is known here";
                    self.leave(&name, place, format!("label {}: {words}", quoted(label)));
                }
                continue;
            };
            let bmc = match self.checked(&name, bmc, &place, &mut doors) {
                Ok(bmc) => bmc,
                Err(reason) => {
                    self.leave(&name, &place, reason);
                    continue;
                }
            };
            let account = needs_account(&bmc).then(|| accounts.index(&bmc.login, &name, &place));
            let labels = known.labels.into_iter().map(|(label, (value, _))| (label, value));
            let node = Node { name: name.clone(), bmc, account, labels: labels.collect() };
            nodes.insert(name, node);
        }
        let groups = self.groups(groups, &nodes);
        let (accounts, open) = accounts.finish();
        self.left.extend(open);
        let names = NodeSet::from_names(nodes.keys()).expect("every name was checked before");
        let nodes = names.iter().filter_map(|name| nodes.remove(&name)).collect();
        Settled { nodes, groups, accounts, left: self.left.into_iter().collect() }
    }

    /// The BMC as the inventory takes it.
    fn checked(
        &mut self,
        name: &str,
        mut bmc: Bmc,
        place: &Place,
        doors: &mut HashMap<(bool, Address), (String, Bmc)>,
    ) -> Result<Bmc, String> {
        let (login, reasons) = checked(std::mem::take(&mut bmc.login))?;
        bmc.login = login;
        for reason in reasons {
            self.leave(name, place, reason);
        }
        if let Reach::Redfish { system: Some(system), .. } = &bmc.reach {
            let braces = system.contains(['{', '}']).then_some("a brace in it");
            if let Some(wrong) = wrong_system(system).or(braces) {
                return Err(format!("system {}: {wrong}", quoted(system)));
            }
        }
        if let Reach::Redfish { trust: Trust::File(path), .. } = &bmc.reach
            && path.contains('\0')
        {
            return Err("ca_file: not a path".to_owned());
        }
        if let Reach::Webhook(webhook) = &bmc.reach {
            check_webhook(webhook)?;
        }
        if let (Reach::Ipmi { .. }, Some(password)) = (&bmc.reach, &bmc.login.password)
            && let Err(error) = Password::new(password.expose().as_bytes())
        {
            self.leave(name, place, error.to_string());
        }
        if bmc.login.password.is_some() && is_in_the_clear(&bmc.reach) {
            self.leave(
                name,
                place,
                "reached over http: its password goes over the network in the clear".to_owned(),
            );
        }
        let Some(address) = &bmc.address else { return Ok(bmc) };
        let ipmi = matches!(bmc.reach, Reach::Ipmi { .. });
        let door = doors.entry((ipmi, address.clone()));
        let (first, other) = door.or_insert_with(|| (name.to_owned(), bmc.clone()));
        if !same_door(other, &bmc) {
            return Err(format!(
                "shares bmc {address} with {first}, and reaches it in another way"
            ));
        }
        Ok(bmc)
    }

    fn groups(
        &mut self,
        found: BTreeMap<String, BTreeSet<String>>,
        nodes: &BTreeMap<String, Node>,
    ) -> BTreeMap<String, NodeSet> {
        let told: BTreeSet<String> =
            self.left.iter().filter_map(|left| left.node.clone()).collect();
        let mut groups = BTreeMap::new();
        for (group, members) in found {
            let mut leave = |node: Option<&str>, reason: String| {
                self.left.push(Left { reason, node: node.map(str::to_owned), place: None });
            };
            let slash = group.contains('/').then_some("no / is allowed");
            if let Some(wrong) = wrong_word(&group).or(slash) {
                leave(None, format!("group {}: {wrong}", quoted(&group)));
                continue;
            }
            let mut kept = BTreeSet::new();
            for member in members {
                let known = nodes.contains_key(&member);
                if known || (nodes.is_empty() && wrong_name(&member).is_none()) {
                    kept.insert(member);
                } else if !told.contains(&member) {
                    leave(
                        Some(&member),
                        format!("group {group}: no BMC of the node is known here"),
                    );
                }
            }
            let set = NodeSet::from_names(&kept).expect("every name was checked before");
            if set.is_empty() {
                leave(None, format!("group {group}: none of its nodes is carried over"));
            } else if set.to_string().len() > nodeset::TEXT_BYTES_MAX {
                leave(None, format!("group {group}: too long to be written"));
            } else {
                groups.insert(group, set);
            }
        }
        groups
    }
}

fn wrong_name(name: &str) -> Option<String> {
    if let Err(error) = NodeSet::from_names([name]) {
        return Some(format!("no name for a node: {}", error.kind()));
    }
    let odd = !name.starts_with(|c: char| c.is_ascii_alphanumeric());
    odd.then(|| "no name for a node: it must start with a letter or digit".to_owned())
}

/// A person has none, and a webhook may do without.
fn needs_account(bmc: &Bmc) -> bool {
    match &bmc.reach {
        Reach::Ipmi { .. } | Reach::Redfish { .. } => true,
        Reach::Webhook(_) => !bmc.login.is_empty(),
        Reach::Manual => false,
    }
}

fn is_in_the_clear(reach: &Reach) -> bool {
    match reach {
        Reach::Redfish { tls, .. } => !tls,
        Reach::Webhook(webhook) => webhook.urls.iter().any(|url| url.starts_with("http:")),
        Reach::Ipmi { .. } | Reach::Manual => false,
    }
}

/// Whether the inventory takes a webhook. No refusal holds an address, in which a secret may be.
fn check_webhook(webhook: &Webhook) -> Result<(), String> {
    let urls = webhook.urls.each_ref().map(String::as_str);
    if urls.iter().any(|url| url.contains(['{', '}'])) {
        return Err("a brace in its URLs".to_owned());
    }
    wrong_urls(urls).map_or(Ok(()), Err)?;
    for (key, text) in [("power_on_regex", &webhook.is_on), ("power_off_regex", &webhook.is_off)] {
        if let Some(text) = text {
            Pattern::parse(text).map_err(|wrong| format!("{key}: {wrong}"))?;
        }
    }
    Ok(())
}

/// Whether two nodes reach their BMC in the same way, but for the system behind it.
fn same_door(one: &Bmc, other: &Bmc) -> bool {
    let reach = |bmc: &Bmc| match &bmc.reach {
        Reach::Redfish { tls, trust, .. } => {
            Reach::Redfish { tls: *tls, trust: trust.clone(), system: None }
        }
        other @ (Reach::Ipmi { .. } | Reach::Webhook(_) | Reach::Manual) => other.clone(),
    };
    reach(one) == reach(other) && one.login == other.login
}
