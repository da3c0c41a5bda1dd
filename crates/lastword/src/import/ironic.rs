//! Ironic: files of `baremetal create`, lists of nodes as the client prints them, and the API's own. Nodes of IPMI and
//! Redfish are read; ports, traits and states are not.

use super::found::{Bmc, Found, Login, Machine, Trust, secret};
use super::source::{Place, Source, SourceError, quoted};
use super::tree::{Tree, documents, is_false, is_true};

/// Reads the files.
///
/// # Errors
/// When one is neither JSON nor YAML, or has no nodes.
pub(super) fn read(sources: &[Source], found: &mut Found) -> Result<(), SourceError> {
    for source in sources {
        for document in documents(source)? {
            let nodes = nodes(&document);
            if nodes.is_empty() {
                return Err(source.at(document.line).wrong("no nodes of Ironic in it"));
            }
            for node in nodes {
                read_node(node, &source.at(node.line), found);
            }
        }
    }
    Ok(())
}

/// The nodes, wherever a document has them.
fn nodes(document: &Tree) -> Vec<&Tree> {
    let chassis = document.get("chassis").map_or(&[][..], Tree::items);
    let lists = [Some(document), document.get("nodes")].into_iter().flatten();
    let lists = lists.chain(chassis.iter().filter_map(|chassis| chassis.get("nodes")));
    let mut nodes: Vec<&Tree> = lists.flat_map(Tree::items).collect();
    nodes.extend(info(document).is_some().then_some(document));
    nodes
}

/// The value of a field under its own name, or under the one in the client's headings.
fn field<'t>(node: &'t Tree, name: &str, heading: &str) -> Option<&'t Tree> {
    node.get(name).or_else(|| node.get(heading))
}

fn info(node: &Tree) -> Option<&Tree> {
    field(node, "driver_info", "Driver Info")
}

fn read_node(node: &Tree, place: &Place, found: &mut Found) {
    let text = |name, heading| {
        field(node, name, heading).and_then(Tree::as_text).filter(|t| !t.is_empty())
    };
    let Some(name) = text("name", "Name").or_else(|| text("uuid", "UUID")) else {
        return found.leave_out(place, "a node without a name");
    };
    let driver = text("driver", "Driver").unwrap_or_default();
    let Some(info) = info(node) else {
        return found.leave(name, place, "no driver_info: list the nodes with --long");
    };
    let read = if let Some(address) = info.text("redfish_address") {
        redfish(address, info)
    } else if let Some(address) = info.text("ipmi_address") {
        ipmi(address, info)
    } else {
        Err(format!("driver {} is not carried over", quoted(driver)))
    };
    let (bmc, reasons) = match read {
        Ok(read) => read,
        Err(reason) => return found.leave(name, place, reason),
    };
    for reason in reasons {
        found.leave(name, place, reason);
    }
    let mut machine = Machine { bmc: Some(bmc), ..Machine::new(name, place.clone()) };
    for (label, heading) in
        [("resource_class", "Resource Class"), ("conductor_group", "Conductor Group")]
    {
        machine
            .labels
            .extend(text(label, heading).map(|value| (label.to_owned(), value.to_owned())));
    }
    found.machines.push(machine);
}

/// A BMC, and what of it was not carried over.
type Read = Result<(Bmc, Vec<String>), String>;

fn ipmi(address: &str, info: &Tree) -> Read {
    if info.text("ipmi_bridging").is_some_and(|text| text != "no") {
        // an order would reach whom the address belongs to
        return Err("ipmi_bridging: the BMC at this address is another one's".to_owned());
    }
    let mut bmc = Bmc::ipmi(address, info.text("ipmi_port"))?;
    let mut reasons = Vec::new();
    reasons.extend(bmc.set_cipher(info.text("ipmi_cipher_suite")).err());
    reasons.extend(bmc.set_privilege(info.text("ipmi_priv_level")).err());
    if info.text("ipmi_hex_kg_key").is_some() {
        reasons.push("ipmi_hex_kg_key is not carried over".to_owned());
    }
    if info.text("ipmi_protocol_version") == Some("1.5") {
        reasons.push("IPMI 1.5 is not spoken: 2.0 is".to_owned());
    }
    bmc.login = login(info, "ipmi_username", "ipmi_password");
    Ok((bmc, reasons))
}

fn redfish(address: &str, info: &Tree) -> Read {
    let mut bmc = Bmc::redfish(address, None)?;
    bmc.set_system(info.text("redfish_system_id"))?;
    let mut reasons = Vec::new();
    match info.text("redfish_verify_ca") {
        Some(text) if is_false(text) => bmc.set_trust(Trust::Any),
        Some(text) if !is_true(text) => {
            bmc.set_trust(Trust::File(text.to_owned()));
            reasons.push(format!("ca_file {}: is that file on this host?", quoted(text)));
        }
        Some(_) | None => {}
    }
    bmc.login = login(info, "redfish_username", "redfish_password");
    Ok((bmc, reasons))
}

/// The account; the API shows stars for a password.
fn login(info: &Tree, username: &str, password: &str) -> Login {
    let shown = info.text(password).filter(|text| text.bytes().any(|byte| byte != b'*'));
    let username = info.text(username).map(str::to_owned);
    Login { username, password: secret(shown), ..Login::default() }
}
