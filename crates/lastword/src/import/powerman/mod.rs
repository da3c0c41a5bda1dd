//! powerman.conf with the files that it includes: nodes behind ipmipower and redfishpower, aliases as groups. Scripts of
//! devices are read for accounts and paths alone, and never followed.

mod command;
mod lexer;
mod script;
mod site;
mod statement;

use cluster::inventory::expand;

use super::Hints;
use super::found::{Bmc, Found, Machine, Reach, Trust};
use super::maas::UNCHECKED;
use super::source::{Place, Source, SourceError, quoted};
use command::{Command, Program};
use script::Script;
use site::{Alias, Device, Nodes, Site};

/// All ranges of a configuration together stand for so many names at most.
const NAMES_MAX: usize = 2_000_000;

/// Reads the files, each with what it includes.
///
/// # Errors
/// When one is not as powerman writes it.
pub(super) fn read(
    sources: &[Source],
    hints: &Hints<'_>,
    found: &mut Found,
) -> Result<(), SourceError> {
    for source in sources {
        let mut names = Names { left: NAMES_MAX };
        let site = Site::read(source, hints, &mut names, found)?;
        add_machines(&site, &mut names, found);
        for alias in &site.aliases {
            add_group(alias, &mut names, found);
        }
    }
    Ok(())
}

/// Writes ranges out, within what is left of the bound.
struct Names {
    left: usize,
}

impl Names {
    fn expand(&mut self, text: &str) -> Result<Vec<String>, String> {
        let names = expand(text, self.left).map_err(|error| error.message)?.items;
        self.left -= names.len();
        Ok(names)
    }
}

fn add_machines(site: &Site, names: &mut Names, found: &mut Found) {
    let mut unchecked = None;
    for nodes in &site.nodes {
        let written = match names.expand(&nodes.names) {
            Ok(written) => written,
            Err(reason) => {
                let words = format!("nodes {}: {reason}", quoted(&nodes.names));
                found.leave_out(&nodes.place, words);
                continue;
            }
        };
        match pairs(nodes, &written, site, names) {
            Ok((device, command, pairs)) => {
                for reason in &command.left {
                    let words = format!("device {}: {reason}", quoted(&nodes.device));
                    found.leave_out(&device.place, words);
                }
                let script = site.scripts.get(&device.kind);
                for (name, plug) in pairs {
                    let made = machine(&name, &plug, command, script, &nodes.place, found);
                    let redfish = made.as_ref().and_then(|made| made.bmc.as_ref());
                    let redfish = redfish.is_some_and(is_unchecked);
                    unchecked = unchecked.or_else(|| redfish.then(|| nodes.place.clone()));
                    found.machines.extend(made);
                }
            }
            Err(reason) => {
                written.iter().for_each(|name| found.leave(name, &nodes.place, reason.as_str()));
            }
        }
    }
    if let Some(place) = unchecked {
        found.leave_out(&place, UNCHECKED);
    }
}

/// The nodes of a line with their plugs, and the device that they are behind.
type Pairs<'s> = (&'s Device, &'s Command, Vec<(String, String)>);

fn pairs<'s>(
    nodes: &Nodes,
    written: &[String],
    site: &'s Site,
    names: &mut Names,
) -> Result<Pairs<'s>, String> {
    let Some(device) = site.devices.get(&nodes.device) else {
        return Err(format!("device {} is not defined", quoted(&nodes.device)));
    };
    let command = device.command.as_ref().map_err(|reason| {
        format!("device {} of type {}: {reason}", quoted(&nodes.device), quoted(&device.kind))
    })?;
    let plugs = match &nodes.plugs {
        Some(plugs) => names.expand(plugs)?,
        None => written.to_vec(),
    };
    if written.len() != plugs.len() {
        return Err(format!("{} plugs for {} nodes", plugs.len(), written.len()));
    }
    Ok((device, command, written.iter().cloned().zip(plugs).collect()))
}

fn add_group(alias: &Alias, names: &mut Names, found: &mut Found) {
    match names.expand(&alias.members) {
        Ok(members) => members.iter().for_each(|member| found.join(&alias.name, member)),
        Err(reason) => {
            found.leave_out(&alias.place, format!("alias {}: {reason}", quoted(&alias.name)));
        }
    }
}

fn machine(
    name: &str,
    plug: &str,
    command: &Command,
    script: Option<&Script>,
    place: &Place,
    found: &mut Found,
) -> Option<Machine> {
    match bmc(plug, command, script) {
        Ok(bmc) => Some(Machine { bmc: Some(bmc), ..Machine::new(name, place.clone()) }),
        Err(reason) => {
            found.leave(name, place, reason);
            None
        }
    }
}

fn bmc(host: &str, command: &Command, script: Option<&Script>) -> Result<Bmc, String> {
    let redfish = command.program == Program::Redfishpower;
    if redfish && script.is_some_and(|script| script.has_plugs) {
        return Err("its plugs are those of a script, which is not followed".to_owned());
    }
    if !command.hosts.contains(host) {
        return Err(format!("plug {} is no host of its device", quoted(host)));
    }
    let mut bmc = match command.program {
        Program::Ipmipower => Bmc::ipmi(host, None)?,
        Program::Redfishpower => Bmc::redfish(host, None)?,
    };
    bmc.login = command.login.clone();
    if let Reach::Ipmi { cipher, privilege } = &mut bmc.reach {
        (*cipher, *privilege) = (command.cipher, command.privilege);
        return Ok(bmc);
    }
    let path = command.path.as_deref().or_else(|| script?.path.as_deref());
    let path = path.map(|path| format!("/{}", path.trim_start_matches('/')));
    if let Some(path) = path.as_deref().filter(|path| !path.contains("/Systems/")) {
        return Err(format!("path {} is not that of a system", quoted(path)));
    }
    bmc.set_system(path.as_deref())?;
    if let Some(login) = script.and_then(|script| script.login.as_ref()) {
        bmc.login = login.clone();
    }
    Ok(bmc)
}

fn is_unchecked(bmc: &Bmc) -> bool {
    matches!(bmc.reach, Reach::Redfish { tls: true, trust: Trust::Unsaid, .. })
}
