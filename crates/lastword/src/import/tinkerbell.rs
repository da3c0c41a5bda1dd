//! Tinkerbell's Machines. One that does not say how it is reached is taken for IPMI at port 623, for Redfish at 443 or
//! 8443. Jobs and tasks are not read.

use super::Hints;
use super::found::{Bmc, Found, Machine, Trust};
use super::kubernetes::{Object, Objects};
use super::reach::Protocol;
use super::source::{Source, SourceError};
use super::tree::Tree;

/// Reads the machines and the Secrets of the files.
///
/// # Errors
/// When a file is neither JSON nor YAML.
pub(super) fn read(
    sources: &[Source],
    hints: &Hints<'_>,
    found: &mut Found,
) -> Result<(), SourceError> {
    let objects = Objects::read(sources, found)?;
    let machines = objects.of_kind("Machine").filter(|object| {
        object
            .tree
            .text("apiVersion")
            .is_some_and(|version| version.starts_with("bmc.tinkerbell.org/"))
    });
    for object in machines {
        match bmc(object, &objects, hints, found) {
            Ok(bmc) => {
                let machine = Machine::new(&object.name, object.place.clone());
                found.machines.push(Machine { bmc: Some(bmc), ..machine });
            }
            Err(reason) => found.leave(&object.name, &object.place, reason),
        }
    }
    Ok(())
}

fn bmc(
    object: &Object,
    objects: &Objects,
    hints: &Hints<'_>,
    found: &mut Found,
) -> Result<Bmc, String> {
    let connection = object.tree.at(&["spec", "connection"]).ok_or("no connection in its spec")?;
    let host = connection.text("host").ok_or("no host of its connection")?;
    let options = connection.get("providerOptions");
    let of = |provider: &str, key: &str| {
        options.and_then(|options| options.at(&[provider, key])).and_then(Tree::as_text)
    };
    let port = connection.text("port");
    let mut reasons = Vec::new();
    let mut bmc = match protocol(port, options, hints)? {
        Protocol::Ipmi => {
            let mut bmc = Bmc::ipmi(host, of("ipmitool", "port").or(port))?;
            reasons.extend(bmc.set_cipher(of("ipmitool", "cipherSuite")).err());
            bmc
        }
        Protocol::Redfish => {
            let beside = port.filter(|port| *port != "623");
            let mut bmc = Bmc::redfish(host, of("redfish", "port").or(beside))?;
            if connection.is_set("insecureTLS") {
                bmc.set_trust(Trust::Any);
            }
            if of("redfish", "systemName").is_some() {
                reasons.push("systemName: give the system's id or path as `system`".to_owned());
            }
            bmc
        }
    };
    for reason in reasons {
        found.leave(&object.name, &object.place, reason);
    }
    if let Some(reference) = connection.get("authSecretRef") {
        let namespace = reference.text("namespace").unwrap_or(&object.namespace);
        bmc.login = objects.login(namespace, reference.text("name").unwrap_or_default());
    }
    Ok(bmc)
}

/// What was said, else the first provider that is preferred, else the one that has options, else by the port.
fn protocol(
    port: Option<&str>,
    options: Option<&Tree>,
    hints: &Hints<'_>,
) -> Result<Protocol, String> {
    let preferred = options.and_then(|options| options.get("preferredOrder"));
    let preferred = preferred.map_or(&[][..], Tree::items).iter().filter_map(Tree::as_text);
    let by_name = preferred.filter_map(|name| match name.to_ascii_lowercase().as_str() {
        "gofish" | "redfish" => Some(Protocol::Redfish),
        "ipmitool" | "ipmi" | "goipmi" => Some(Protocol::Ipmi),
        _ => None,
    });
    let has = |key| options.is_some_and(|options| options.get(key).is_some());
    let by_options = match (has("ipmitool"), has("redfish")) {
        (true, false) => Some(Protocol::Ipmi),
        (false, true) => Some(Protocol::Redfish),
        (true, true) | (false, false) => None,
    };
    let by_port = match port {
        None | Some("623" | "0") => Some(Protocol::Ipmi),
        Some("443" | "8443") => Some(Protocol::Redfish),
        Some(_) => None,
    };
    let only_others = ["rpc", "intelAMT"].into_iter().any(has) && by_options.is_none();
    let chosen = hints.driver.or_else(|| by_name.clone().next()).or(by_options);
    match chosen {
        Some(chosen) => Ok(chosen),
        None if only_others => Err("a provider other than Redfish and IPMI".to_owned()),
        None => by_port
            .ok_or_else(|| "no protocol is told: say --driver ipmi or --driver redfish".to_owned()),
    }
}
