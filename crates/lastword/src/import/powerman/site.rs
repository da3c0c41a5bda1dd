//! What a configuration says, with all that it includes: devices, nodes and aliases, not joined yet.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::Names;
use super::command::Command;
use super::script::Script;
use super::statement::{Statement, statements};
use crate::import::Hints;
use crate::import::found::Found;
use crate::import::source::{Place, Source, SourceError, quoted};

/// Files include files that include files so many times, as powerman has it.
const INCLUDES_MAX: usize = 9;
/// A configuration includes so many files at most.
const FILES_MAX: usize = 1_000;

/// What one configuration says.
#[derive(Default)]
pub(super) struct Site {
    /// By types of devices.
    pub(super) scripts: BTreeMap<String, Script>,
    pub(super) devices: BTreeMap<String, Device>,
    pub(super) nodes: Vec<Nodes>,
    pub(super) aliases: Vec<Alias>,
    files: usize,
}

pub(super) struct Device {
    pub(super) kind: String,
    /// What its coprocess is told, or why that is not carried over.
    pub(super) command: Result<Command, String>,
    pub(super) place: Place,
}

pub(super) struct Nodes {
    pub(super) names: String,
    pub(super) device: String,
    pub(super) plugs: Option<String>,
    pub(super) place: Place,
}

pub(super) struct Alias {
    pub(super) name: String,
    pub(super) members: String,
    pub(super) place: Place,
}

impl Site {
    /// Reads a file and what it includes.
    ///
    /// # Errors
    /// When one is not as powerman writes it.
    pub(super) fn read(
        source: &Source,
        hints: &Hints<'_>,
        names: &mut Names,
        found: &mut Found,
    ) -> Result<Self, SourceError> {
        let mut site = Self::default();
        let mut reading = Reading { hints, names, found };
        site.take(source, INCLUDES_MAX, &mut reading)?;
        Ok(site)
    }

    fn take(
        &mut self,
        source: &Source,
        depth: usize,
        reading: &mut Reading<'_, '_>,
    ) -> Result<(), SourceError> {
        for (line, statement) in statements(source)? {
            let place = source.line(line);
            match statement {
                Statement::Include(path) => self.include(&path, &place, depth, reading)?,
                Statement::Script(name, script) => drop(self.scripts.insert(name, script)),
                Statement::Device { name, kind, command } => {
                    let command = Command::read(&command, reading.names);
                    self.define(name, Device { kind, command, place }, reading.found);
                }
                Statement::Node { names, device, plugs } => {
                    self.nodes.push(Nodes { names, device, plugs, place });
                }
                Statement::Alias(name, members) => {
                    self.aliases.push(Alias { name, members, place });
                }
                Statement::Other => {}
            }
        }
        Ok(())
    }

    fn define(&mut self, name: String, device: Device, found: &mut Found) {
        match self.devices.entry(name) {
            Entry::Vacant(free) => drop(free.insert(device)),
            Entry::Occupied(taken) => {
                let words =
                    format!("device {} is at {} already", quoted(taken.key()), taken.get().place);
                found.leave_out(&device.place, words);
            }
        }
    }

    fn include(
        &mut self,
        path: &str,
        place: &Place,
        depth: usize,
        reading: &mut Reading<'_, '_>,
    ) -> Result<(), SourceError> {
        self.files += 1;
        let Some(depth) = depth.checked_sub(1).filter(|_| self.files <= FILES_MAX) else {
            return Err(place.wrong("files include each other too deep, or too many"));
        };
        match (reading.hints.include)(path) {
            Ok(source) => self.take(&source, depth, reading),
            Err(reason) => {
                let words = format!("included file {}: {reason}", quoted(path));
                reading.found.leave_out(place, words);
                Ok(())
            }
        }
    }
}

/// What is at hand while files are read.
struct Reading<'r, 'h> {
    hints: &'r Hints<'h>,
    names: &'r mut Names,
    found: &'r mut Found,
}
