//! Turns what other programs know of machines into an inventory: a file a format, one form for all that is found, and
//! one writer. It opens no file and prints nothing: texts come in, texts and secrets go out.

mod ansible;
mod clustershell;
mod csv;
mod fields;
mod found;
mod genders;
mod ironic;
mod kubernetes;
mod listing;
mod maas;
mod metal3;
mod powerman;
mod reach;
mod settle;
mod source;
#[cfg(test)]
mod tests;
mod tinkerbell;
mod tree;
mod warewulf;
mod write;

use std::collections::BTreeMap;

pub use fields::Field;
pub use found::Found;
pub use listing::listing;
pub use reach::Protocol;
pub use settle::{Settled, settle};
pub use source::{SOURCES_MAX_BYTES, Source, SourceError};
pub use write::{Written, write};

/// What another program writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// powerman.conf, with what it includes
    Powerman,
    /// ClusterShell's groups.d/*.yaml: groups alone
    Clustershell,
    /// genders: groups, and labels for nodes that are known otherwise
    Genders,
    /// A table whose heading has name and bmc; xCAT's tabdump ipmi
    Csv,
    /// `maas PROFILE machines read` and `machines power-parameters`
    Maas,
    /// Ironic: files of `baremetal create`, or `baremetal node list --long -f json`
    Ironic,
    /// Metal3's BareMetalHosts, and the Secrets beside them
    Metal3,
    /// Tinkerbell's Machines, and the Secrets beside them
    Tinkerbell,
    /// `ansible-inventory --list`
    Ansible,
    /// Warewulf's nodes.conf
    Warewulf,
}

/// Opens a file that another one includes, or says why not.
pub type Include<'h> = &'h dyn Fn(&str) -> Result<Source, String>;

/// What the files themselves do not say.
pub struct Hints<'h> {
    /// The protocol of BMCs for which none is named.
    pub driver: Option<Protocol>,
    /// What records call a field.
    pub map: BTreeMap<Field, String>,
    /// How included files are opened.
    pub include: Include<'h>,
}

/// Reads files of one format and adds what is in them.
///
/// # Errors
/// When nothing can be made of a file; with its name and, where there is one, the line.
pub fn read(
    format: Format,
    sources: &[Source],
    hints: &Hints<'_>,
    found: &mut Found,
) -> Result<(), SourceError> {
    match format {
        Format::Powerman => powerman::read(sources, hints, found),
        Format::Clustershell => clustershell::read(sources, found),
        Format::Genders => genders::read(sources, hints, found),
        Format::Csv => csv::read(sources, hints, found),
        Format::Maas => maas::read(sources, found),
        Format::Ironic => ironic::read(sources, found),
        Format::Metal3 => metal3::read(sources, found),
        Format::Tinkerbell => tinkerbell::read(sources, hints, found),
        Format::Ansible => ansible::read(sources, hints, found),
        Format::Warewulf => warewulf::read(sources, found),
    }
}
