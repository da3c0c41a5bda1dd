//! Metal3's BareMetalHosts. The schemes of their addresses that stand for IPMI and Redfish are read; what a host should
//! run, and whether it should be on, is not.

use super::found::{Bmc, Found, Machine, Trust};
use super::kubernetes::{Object, Objects};
use super::reach::Url;
use super::source::{Source, SourceError, quoted};
use super::tree::Tree;

/// Drivers behind which there is Redfish.
const REDFISH: [&str; 7] = [
    "redfish",
    "redfish-virtualmedia",
    "redfish-uefihttp",
    "idrac-redfish",
    "idrac-virtualmedia",
    "ilo5-redfish",
    "ilo5-virtualmedia",
];

/// Reads the hosts and the Secrets of the files.
///
/// # Errors
/// When a file is neither JSON nor YAML.
pub(super) fn read(sources: &[Source], found: &mut Found) -> Result<(), SourceError> {
    let objects = Objects::read(sources, found)?;
    for host in objects.of_kind("BareMetalHost") {
        match bmc(host) {
            Ok(bmc) => add(host, bmc, &objects, found),
            Err(reason) => found.leave(&host.name, &host.place, reason),
        }
    }
    Ok(())
}

fn add(
    host: &Object,
    (mut bmc, reasons): (Bmc, Vec<String>),
    objects: &Objects,
    found: &mut Found,
) {
    for reason in reasons {
        found.leave(&host.name, &host.place, reason);
    }
    let credentials = host.tree.at(&["spec", "bmc", "credentialsName"]).and_then(Tree::as_text);
    bmc.login = objects.login(&host.namespace, credentials.unwrap_or_default());
    bmc.login.name = bmc.login.name.filter(|name| !name.is_empty());
    let mut machine = Machine { bmc: Some(bmc), ..Machine::new(&host.name, host.place.clone()) };
    let labels = host.tree.at(&["metadata", "labels"]);
    for (label, value) in labels.iter().flat_map(|labels| labels.entries()) {
        machine.labels.insert(label.to_owned(), value.as_text().unwrap_or_default().to_owned());
    }
    found.machines.push(machine);
}

/// A host's BMC, and what of it was not carried over.
fn bmc(host: &Object) -> Result<(Bmc, Vec<String>), String> {
    let spec = host.tree.at(&["spec", "bmc"]).ok_or("no bmc in its spec")?;
    let address = spec.text("address").ok_or("no address of its bmc")?;
    let url = Url::split(address)?;
    let (driver, transport) = url.scheme.split_once('+').unwrap_or((&url.scheme, "https"));
    let mut reasons = Vec::new();
    let bmc = match driver {
        "" | "ipmi" | "libvirt" => {
            let mut bmc = Bmc::ipmi(url.host, None)?;
            let level = url.query.split('&').find_map(|pair| pair.strip_prefix("privilegelevel="));
            reasons.extend(bmc.set_privilege(level).err());
            bmc
        }
        _ if REDFISH.contains(&driver) => {
            let mut bmc = Bmc::redfish(&format!("{transport}://{}{}", url.host, url.path), None)?;
            if spec.is_set("disableCertificateVerification") {
                bmc.set_trust(Trust::Any);
            }
            bmc
        }
        _ => return Err(format!("driver {} is not carried over", quoted(driver))),
    };
    Ok((bmc, reasons))
}
