//! MAAS: the machines that `machines read` tells and the power parameters that `machines power-parameters` does. Tags
//! become groups, zone and pool labels. What is deployed on a machine is not read.

use std::collections::{BTreeMap, BTreeSet};

use super::found::{Bmc, Found, Login, Machine, Reach, Trust, secret};
use super::source::{Place, Source, SourceError, quoted};
use super::tree::{Tree, documents};

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
    let mut unchecked = None;
    for (machine, place) in &machines {
        let id = machine.text("system_id").unwrap_or_default();
        used.insert(id.to_owned());
        let power = parameters.get(id).map(|(power, _)| power);
        if let Some(bmc) = read_machine(machine, power, place, found)
            && matches!(bmc.reach, Reach::Redfish { tls: true, trust: Trust::Unsaid, .. })
        {
            unchecked = unchecked.or(Some(place.clone()));
        }
    }
    for (id, (_, place)) in parameters.iter().filter(|(id, _)| !used.contains(*id)) {
        let words = format!("power parameters of {}: no machine of that id", quoted(id));
        found.leave_out(place, words);
    }
    if let Some(place) = unchecked {
        found.leave_out(&place, UNCHECKED);
    }
    Ok(())
}

/// What to say when a program that did not look at certificates is followed by one that does.
pub(super) const UNCHECKED: &str = "certificates of Redfish BMCs were not checked before: say whom to trust \
     (ca_file, fingerprint or insecure)";

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
    let Some(power) = power else {
        found.leave(
            node,
            place,
            "no power parameters: give the file of `machines power-parameters` too",
        );
        return None;
    };
    let address = power.text("power_address").unwrap_or_default();
    let read = match kind {
        "ipmi" => Bmc::ipmi(address, None),
        "redfish" => Bmc::redfish(address, None),
        _ => Err(format!("power type {} is not carried over", quoted(kind))),
    };
    let mut bmc = match read {
        Ok(bmc) => bmc,
        Err(reason) => {
            found.leave(node, place, reason);
            return None;
        }
    };
    for reason in options(&mut bmc, power) {
        found.leave(node, place, reason);
    }
    bmc.login = Login {
        username: power.text("power_user").map(str::to_owned),
        password: secret(power.text("power_pass")),
        kg: secret(power.text("k_g")),
        name: None,
    };
    for tag in tree.get("tag_names").map_or(&[][..], Tree::items).iter().filter_map(Tree::as_text) {
        found.join(tag, node);
    }
    machine.bmc = Some(bmc.clone());
    found.machines.push(machine);
    Some(bmc)
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
