//! MAAS: the machines that `machines read` tells and the power parameters that `machines power-parameters` does. Tags
//! become groups, zone and pool labels. What is deployed on a machine is not read.

use std::collections::{BTreeMap, BTreeSet};

use cluster::inventory::{USUAL_OFF, USUAL_ON, WEBHOOK_KEYS};

use super::found::{Bmc, Found, Login, Machine, Reach, Trust, Webhook, secret};
use super::source::{Place, Source, SourceError, quoted};
use super::tree::{Tree, documents};

/// The user of a token, which has none.
const TOKEN_USER: &str = "token";

/// Reads machines and their power parameters, from any of the files.
///
/// # Errors
/// When a file is no JSON, or neither of the two.
pub(super) fn read(sources: &[Source], found: &mut Found) -> Result<(), SourceError> {
    let mut machines = Vec::new();
    let mut parameters = BTreeMap::new();
    for source in sources {
        for document in documents(source)? {
            sort(document, source, &mut machines, &mut parameters)?;
        }
    }
    let mut used = BTreeSet::new();
    let mut notes = BTreeMap::new();
    for (machine, place) in &machines {
        let id = machine.text("system_id").unwrap_or_default();
        used.insert(id.to_owned());
        let power = parameters.get(id).map(|(power, _)| power);
        if let Some(bmc) = read_machine(machine, power, place, found) {
            for note in noted(&bmc, power) {
                notes.entry(note).or_insert(place);
            }
        }
    }
    for (id, (_, place)) in parameters.iter().filter(|(id, _)| !used.contains(*id)) {
        let words = format!("power parameters of {}: no machine of that id", quoted(id));
        found.leave_out(place, words);
    }
    for (note, place) in notes {
        found.leave_out(place, note);
    }
    Ok(())
}

/// What to say when a program that did not look at certificates is followed by one that does.
pub(super) const UNCHECKED: &str = "certificates of Redfish BMCs were not checked before: say whom to trust \
     (ca_file, fingerprint or insecure)";

/// The same for webhooks.
const UNCHECKED_HOOKS: &str = "certificates of webhooks were not checked before: say whom to trust (ca_file, fingerprint or insecure)";
/// What a service behind webhooks may look at.
const OTHER_ID: &str = "webhooks are told the node's name in the header System_Id, where MAAS told its own id of the machine";
/// URLs are no secrets here.
const QUERIES: &str = "what follows the ? in the URLs of webhooks is in the inventory as it was: a token belongs in credentials";

/// What has to be looked at, wherever there is a machine like this one.
fn noted(bmc: &Bmc, power: Option<&Tree>) -> Vec<&'static str> {
    match &bmc.reach {
        Reach::Redfish { tls: true, trust: Trust::Unsaid, .. } => vec![UNCHECKED],
        Reach::Webhook(webhook) => {
            let has = |sign: &str| webhook.urls.iter().any(|url| url.contains(sign));
            let verified = power.and_then(|power| power.text("power_verify_ssl")) == Some("y");
            let unchecked = (has("https://") && !verified).then_some(UNCHECKED_HOOKS);
            let queries = has("?").then_some(QUERIES);
            [Some(OTHER_ID), unchecked, queries].into_iter().flatten().collect()
        }
        Reach::Ipmi { .. } | Reach::Redfish { .. } | Reach::Manual => Vec::new(),
    }
}

type Parameters = BTreeMap<String, (Tree, Place)>;

/// Tells what a document is.
fn sort(
    document: Tree,
    source: &Source,
    machines: &mut Vec<(Tree, Place)>,
    parameters: &mut Parameters,
) -> Result<(), SourceError> {
    let place = source.at(document.line);
    let is_machine =
        |tree: &Tree| tree.text("system_id").is_some() && tree.text("hostname").is_some();
    if is_machine(&document) {
        machines.push((document, place));
    } else if document.is_map() && document.entries().all(|(_, value)| value.is_map()) {
        let entries = document.into_entries();
        parameters.extend(entries.map(|(id, power)| (id, (power, place.clone()))));
    } else if !document.is_map() && document.items().iter().all(is_machine) {
        machines.extend(document.into_items().map(|machine| (machine, place.clone())));
    } else {
        let words = "neither what `machines read` prints nor what `machines power-parameters` does";
        return Err(place.wrong(words));
    }
    Ok(())
}

fn read_machine(
    tree: &Tree,
    power: Option<&Tree>,
    place: &Place,
    found: &mut Found,
) -> Option<Bmc> {
    let node = tree.text("hostname")?;
    let mut machine = Machine::new(node, place.clone());
    for label in ["zone", "pool"] {
        if let Some(name) = tree.at(&[label, "name"]).and_then(Tree::as_text) {
            machine.labels.insert(label.to_owned(), name.to_owned());
        }
    }
    let kind = tree.text("power_type").unwrap_or_default();
    let bmc = match read_power(kind, power) {
        Ok((bmc, reasons)) => {
            reasons.into_iter().for_each(|reason| found.leave(node, place, reason));
            bmc
        }
        Err(reason) => {
            found.leave(node, place, reason);
            return None;
        }
    };
    for tag in tree.get("tag_names").map_or(&[][..], Tree::items).iter().filter_map(Tree::as_text) {
        found.join(tag, node);
    }
    machine.bmc = Some(bmc.clone());
    found.machines.push(machine);
    Some(bmc)
}

/// How a power type reaches a machine, and what of that is not carried over.
fn read_power(kind: &str, power: Option<&Tree>) -> Result<(Bmc, Vec<String>), String> {
    if kind == "manual" {
        return Ok((Bmc::without_address(Reach::Manual), Vec::new()));
    }
    match kind {
        "ipmi" | "redfish" | "webhook" => {}
        "" => return Err("it has no power type".to_owned()),
        _ => return Err(format!("power type {} is not carried over", quoted(kind))),
    }
    let missing = "no power parameters of it: give the file of `machines power-parameters` too";
    let power = power.ok_or(missing)?;
    let address = power.text("power_address").unwrap_or_default();
    let mut bmc = match kind {
        "ipmi" => Bmc::ipmi(address, None)?,
        "redfish" => Bmc::redfish(address, None)?,
        _ => return Ok((webhook(power)?, Vec::new())),
    };
    let reasons = options(&mut bmc, power);
    bmc.login = Login { kg: secret(power.text("k_g")), ..login(power) };
    Ok((bmc, reasons))
}

fn login(power: &Tree) -> Login {
    let username = power.text("power_user").map(str::to_owned);
    Login { username, password: secret(power.text("power_pass")), ..Login::default() }
}

/// MAAS's own keys are those of the inventory. A token takes the place of user and password.
fn webhook(power: &Tree) -> Result<Bmc, String> {
    let text = |key: &str| power.text(key).filter(|text| !text.is_empty()).map(str::to_owned);
    let [on, off, query] =
        WEBHOOK_KEYS.map(|key| text(key).ok_or_else(|| format!("{key} is missing")));
    let token = secret(power.text("power_token"));
    let webhook = Webhook {
        urls: [on?, off?, query?],
        is_on: text("power_on_regex").filter(|regex| regex != USUAL_ON),
        is_off: text("power_off_regex").filter(|regex| regex != USUAL_OFF),
        bearer: token.is_some(),
    };
    let login = match token {
        Some(token) => Login {
            username: Some(TOKEN_USER.to_owned()),
            password: Some(token),
            ..Login::default()
        },
        None => Login { username: text("power_user"), ..login(power) },
    };
    Ok(Bmc { login, ..Bmc::without_address(Reach::Webhook(webhook.into())) })
}

/// Sets what power parameters choose; says what they can't.
fn options(bmc: &mut Bmc, power: &Tree) -> Vec<String> {
    let mut reasons = Vec::new();
    if matches!(bmc.reach, Reach::Ipmi { .. }) {
        reasons.extend(bmc.set_cipher(power.text("cipher_suite_id")).err());
        reasons.extend(bmc.set_privilege(power.text("privilege_level")).err());
        if power.text("power_driver") == Some("LAN") {
            reasons.push("IPMI 1.5 is not spoken: 2.0 is".to_owned());
        }
    } else {
        reasons.extend(bmc.set_system(power.text("node_id")).err());
    }
    reasons
}
