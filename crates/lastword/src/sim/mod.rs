//! A fleet of simulated machines, for `lastword sim` and `lastword demo`: how it is laid out, and how it is looked at and
//! changed while it runs. What a machine does is `bmc-sim`'s.

pub mod control;
mod layout;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use bmc_sim::{BmcPlan, Faults, Fleet, RedfishPlan};
use ipmi::{Password, UserName};

pub use layout::{Layout, Speech, Spread};

/// The account of every simulated BMC.
pub const USER: &str = "admin";
/// Its password. It keeps nothing secret: the machines do not exist.
pub const PASSWORD: &str = "not-a-secret";

/// Where the files of a simulated fleet lie.
#[derive(Debug, Clone)]
pub struct Files {
    /// The nodes, as `lastword serve` reads them.
    pub inventory: PathBuf,
    /// The password of every BMC.
    pub password: PathBuf,
}

/// Starts a fleet, within a tokio runtime. `faults` says how each node behaves, by its name.
///
/// # Errors
/// When a BMC can't listen where it should.
pub fn start(
    layout: &Layout,
    on: bool,
    faults: impl Fn(&str) -> Faults,
    seed: u64,
) -> anyhow::Result<Fleet> {
    let user = UserName::new(USER).expect("it is short");
    let password = Password::new(PASSWORD.as_bytes()).expect("it is short");
    let plans = layout.nodes().map(|(name, address)| {
        let faults = faults(&name);
        let (ipmi, redfish) = match layout.speech() {
            Speech::Ipmi => (Some(address), None),
            Speech::Http => (None, Some(RedfishPlan { address, tls: false })),
            Speech::Https => (None, Some(RedfishPlan { address, tls: true })),
        };
        BmcPlan { name, ipmi, redfish, on, faults }
    });
    Fleet::start(plans, &user, &password, seed).context("can't start the simulated BMCs")
}

/// Writes the inventory of a fleet and its password into a folder that only its owner can read.
///
/// # Errors
/// When the folder can't be written.
pub fn write_files(folder: &Path, layout: &Layout, settings: &str) -> anyhow::Result<Files> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder.create(folder).with_context(|| format!("can't make {}", folder.display()))?;
    let folder = folder.canonicalize()?;
    let files =
        Files { inventory: folder.join("inventory.toml"), password: folder.join("password") };
    write(&files.password, PASSWORD)?;
    write(&files.inventory, &layout.inventory(&files.password, settings))?;
    Ok(files)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("can't write {}", path.display()))
}
