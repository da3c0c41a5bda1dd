//! powerman.conf with the files that it includes: nodes behind ipmipower and redfishpower, aliases as groups. Scripts of
//! devices are read for accounts and paths alone, and never followed.

mod command;
mod lexer;
mod script;
mod statement;

use std::collections::BTreeMap;

use cluster::inventory::{NODES_MAX, expand};

use super::Hints;
use super::found::{Bmc, Found, Machine, Reach, Trust};
use super::maas::UNCHECKED;
use super::source::{Place, Source, SourceError, quoted};
use command::{Command, Program};
use script::Script;
use statement::{Statement, statements};

/// Files include files that include files so many times, as powerman has it.
const INCLUDES_MAX: usize = 9;

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
        let mut site = Site::default();
        site.take(source, INCLUDES_MAX, hints, found)?;
        site.finish(found);
    }
    Ok(())
}

/// What one configuration says.
#[derive(Default)]
struct Site {
    scripts: BTreeMap<String, Script>,
    devices: BTreeMap<String, Device>,
    nodes: Vec<Nodes>,
    aliases: Vec<(String, String, Place)>,
    files: usize,
}

struct Device {
    kind: String,
    command: String,
    place: Place,
}

struct Nodes {
    names: String,
    device: String,
    plugs: Option<String>,
    place: Place,
}

/// A configuration includes so many files at most.
const FILES_MAX: usize = 1_000;

impl Site {
    fn take(
        &mut self,
        source: &Source,
        depth: usize,
        hints: &Hints<'_>,
        found: &mut Found,
    ) -> Result<(), SourceError> {
        for (line, statement) in statements(source)? {
            let place = source.line(line);
            match statement {
                Statement::Include(path) => self.include(&path, &place, depth, hints, found)?,
                Statement::Script(name, script) => drop(self.scripts.insert(name, script)),
                Statement::Device { name, kind, command } => {
                    let device = Device { kind, command, place: place.clone() };
                    if self.devices.contains_key(&name) {
                        found.leave_out(&place, format!("device {} twice", quoted(&name)));
                    } else {
                        self.devices.insert(name, device);
                    }
                }
                Statement::Node { names, device, plugs } => {
                    self.nodes.push(Nodes { names, device, plugs, place });
                }
                Statement::Alias(name, members) => self.aliases.push((name, members, place)),
                Statement::Other => {}
            }
        }
        Ok(())
    }

    fn include(
        &mut self,
        path: &str,
        place: &Place,
        depth: usize,
        hints: &Hints<'_>,
        found: &mut Found,
    ) -> Result<(), SourceError> {
        self.files += 1;
        let Some(depth) = depth.checked_sub(1).filter(|_| self.files <= FILES_MAX) else {
            return Err(place.wrong("files include each other too deep, or too many"));
        };
        match (hints.include)(path) {
            Ok(source) => self.take(&source, depth, hints, found),
            Err(reason) => {
                found.leave_out(place, format!("included file {}: {reason}", quoted(path)));
                Ok(())
            }
        }
    }

    fn finish(self, found: &mut Found) {
        let mut unchecked = None;
        let mut left = NODES_MAX;
        for nodes in &self.nodes {
            match self.machines(nodes, &mut left, found) {
                Ok(machines) => {
                    let redfish = machines.iter().filter_map(|machine| machine.bmc.as_ref());
                    let redfish = redfish.filter(|bmc| is_unchecked(bmc)).count() > 0;
                    unchecked = unchecked.or(redfish.then(|| nodes.place.clone()));
                    found.machines.extend(machines);
                }
                Err(reason) => leave_all(nodes, &reason, found),
            }
        }
        for (name, members, place) in &self.aliases {
            match expand(members, NODES_MAX) {
                Ok(members) => members.items.iter().for_each(|member| found.join(name, member)),
                Err(error) => {
                    let words = format!("alias {}: {}", quoted(name), error.message);
                    found.leave_out(place, words);
                }
            }
        }
        if let Some(place) = unchecked {
            found.leave_out(&place, UNCHECKED);
        }
    }

    /// The machines of a line.
    fn machines(
        &self,
        nodes: &Nodes,
        left: &mut usize,
        found: &mut Found,
    ) -> Result<Vec<Machine>, String> {
        let Some(device) = self.devices.get(&nodes.device) else {
            return Err(format!("device {} is not defined", quoted(&nodes.device)));
        };
        let names = expand(&nodes.names, *left).map_err(|error| error.message)?.items;
        *left = left.saturating_sub(names.len());
        let plugs = match &nodes.plugs {
            Some(plugs) => expand(plugs, NODES_MAX).map_err(|error| error.message)?.items,
            None => names.clone(),
        };
        if names.len() != plugs.len() {
            return Err(format!("{} plugs for {} nodes", plugs.len(), names.len()));
        }
        let command = Command::read(&device.command).map_err(|reason| {
            format!("device {} of type {}: {reason}", quoted(&nodes.device), quoted(&device.kind))
        })?;
        for reason in &command.left {
            found.leave_out(&device.place, format!("device {}: {reason}", quoted(&nodes.device)));
        }
        let script = self.scripts.get(&device.kind);
        let pairs = names.into_iter().zip(plugs);
        Ok(pairs
            .filter_map(|(name, plug)| machine(&name, &plug, &command, script, &nodes.place, found))
            .collect())
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
    let bmc = if command.hosts.contains(plug) {
        bmc(plug, command, script)
    } else {
        Err(format!("plug {} is no host of its device", quoted(plug)))
    };
    match bmc {
        Ok(bmc) => Some(Machine { bmc: Some(bmc), ..Machine::new(name, place.clone()) }),
        Err(reason) => {
            found.leave(name, place, reason);
            None
        }
    }
}

fn bmc(host: &str, command: &Command, script: Option<&Script>) -> Result<Bmc, String> {
    let mut bmc = match command.program {
        Program::Ipmipower => Bmc::ipmi(host, None)?,
        Program::Redfishpower => Bmc::redfish(host, None)?,
    };
    bmc.login = command.login.clone();
    match &mut bmc.reach {
        Reach::Ipmi { cipher, privilege } => {
            (*cipher, *privilege) = (command.cipher, command.privilege);
        }
        Reach::Redfish { .. } => {
            let path = command.path.as_deref().or_else(|| script?.path.as_deref());
            let path = path.map(|path| format!("/{}", path.trim_start_matches('/')));
            bmc.set_system(path.as_deref())?;
            if let Some(login) = script.and_then(|script| script.login.as_ref()) {
                bmc.login = login.clone();
            }
        }
    }
    Ok(bmc)
}

fn is_unchecked(bmc: &Bmc) -> bool {
    matches!(bmc.reach, Reach::Redfish { tls: true, trust: Trust::Unsaid, .. })
}

/// Notes the nodes of a line one by one, or the line if it names none.
fn leave_all(nodes: &Nodes, reason: &str, found: &mut Found) {
    match expand(&nodes.names, NODES_MAX) {
        Ok(names) => names.items.iter().for_each(|name| found.leave(name, &nodes.place, reason)),
        Err(_) => {
            found.leave_out(&nodes.place, format!("nodes {}: {reason}", quoted(&nodes.names)))
        }
    }
}
