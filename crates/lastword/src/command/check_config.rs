//! `lastword check-config`: looks at everything that `serve` would use. It starts nothing, asks no BMC,
//! runs no helper and shows no secret.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use cluster::inventory::{Access, Driver, Endpoint, Inventory, Parameter, Transport, Trust};
use cluster::secret::{Secret, SecretRef};
use cluster::{check_authorities, find_agent, wrong_password, wrong_secret};
use ipmi::Key;
use region::check_tls;

use super::inventory::summary;
use super::serve::HouseArgs;
use crate::cli::output::{plain, print};
use crate::cli::{Exit, Globals, told};
use crate::defaults::ADMIN_TOKEN;
use crate::house::{Settings, fleet, listen, lost_journal};
use crate::private;

/// The permission bits of the group and of everybody else.
const NOT_THE_OWNER: u32 = 0o077;
/// The permission bits with which somebody else may put files into a folder.
const WRITE_BY_OTHERS: u32 = 0o022;

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword check-config --inventory inventory.toml
  lastword check-config --inventory /etc/lastword/inventory.toml --data /var/lib/lastword --tls own")]
pub struct Args {
    #[command(flatten)]
    house: HouseArgs,
}

/// What was found.
#[derive(Debug, Default)]
struct Report {
    text: String,
    wrong: bool,
}

impl Report {
    fn good(&mut self, words: &str) {
        self.line("ok", words);
    }

    fn doubtful(&mut self, words: &str) {
        self.line("warning", words);
    }

    fn wrong(&mut self, words: &str) {
        self.line("wrong", words);
        self.wrong = true;
    }

    fn line(&mut self, label: &str, words: &str) {
        for (index, line) in words.lines().enumerate() {
            let label = if index == 0 { format!("{label}:") } else { String::new() };
            self.text += &format!("{label:<9}{}\n", plain(line));
        }
    }
}

/// Runs it. What `serve` would refuse is exit code 2.
///
/// # Errors
/// When standard output can't be written.
pub fn run(args: Args, _: &Globals) -> anyhow::Result<Exit> {
    let address = args.house.listen;
    let settings = args.house.settings();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut report = Report::default();
    runtime.block_on(check(address, &settings, &mut report));
    print(&report.text)?;
    Ok(if report.wrong { Exit::Usage } else { Exit::Done })
}

async fn check(address: SocketAddr, settings: &Settings, report: &mut Report) {
    match Inventory::load(&settings.inventory) {
        Ok(inventory) => check_inventory(&inventory, settings, report).await,
        Err(error) => report.wrong(&error.to_string()),
    }
    check_data(&settings.data, report);
    check_listen(address, settings, report).await;
}

async fn check_inventory(inventory: &Inventory, settings: &Settings, report: &mut Report) {
    if !inventory.warnings.is_empty() {
        report.doubtful(&inventory.warnings.to_string());
    }
    match fleet(inventory, settings.confirm_over) {
        Ok(_) => report.good(&format!(
            "inventory {}, {}",
            settings.inventory.display(),
            summary(inventory)
        )),
        Err(error) => report.wrong(&format!("inventory {}: {error}", settings.inventory.display())),
    }
    check_accounts(inventory, report).await;
    check_programs(inventory, report).await;
    let files = inventory.endpoints().filter_map(|endpoint| match endpoint.transport() {
        Some(Transport::Tls(Trust::File(path))) => Some(path),
        Some(Transport::Plain | Transport::Tls(_)) | None => None,
    });
    for path in files.collect::<BTreeSet<_>>() {
        match check_authorities(path) {
            Ok(count) => report.good(&format!("ca_file {}, certificates: {count}", path.display())),
            Err(error) => report.wrong(&format!("ca_file: {error}")),
        }
    }
}

/// Whether the secrets of the accounts that are used can be had, and are of use to the drivers that use them.
async fn check_accounts(inventory: &Inventory, report: &mut Report) {
    let mut used: BTreeMap<&str, BTreeMap<Driver, &Endpoint>> = BTreeMap::new();
    for endpoint in inventory.endpoints() {
        if let Some(name) = endpoint.credentials.as_deref() {
            used.entry(name).or_default().insert(endpoint.driver(), endpoint);
        }
    }
    for (name, endpoints) in used {
        let Some(credentials) = inventory.credentials.get(name) else { continue };
        let wrong = |password: &Secret| {
            endpoints.values().find_map(|endpoint| wrong_password(endpoint, password))
        };
        let what = format!("credentials {name:?}");
        check_secret(&what, &credentials.password, wrong, report).await;
        if let Some(kg) = &credentials.kg {
            let wrong =
                |kg: &Secret| Key::new(kg.expose().as_bytes()).err().map(|error| error.to_string());
            check_secret(&what, kg, wrong, report).await;
        }
    }
}

/// Whether a secret can be had, and is not wrong.
async fn check_secret(
    what: &str,
    secret: &SecretRef,
    wrong: impl Fn(&Secret) -> Option<String>,
    report: &mut Report,
) {
    match secret.check().await {
        Ok(found) => match found.and_then(|found| wrong(&found)) {
            None => report.good(&format!("{what}: {secret}")),
            Some(wrong) => report.wrong(&format!("{what}: secret from {secret}: {wrong}")),
        },
        Err(error) => report.wrong(&format!("{what}: {error}")),
    }
}

/// Whether the fence agents are there, and the secrets that they are told; none is run.
async fn check_programs(inventory: &Inventory, report: &mut Report) {
    let (mut agents, mut secrets) = (BTreeSet::new(), BTreeMap::new());
    for endpoint in inventory.endpoints() {
        let Access::Fence(fence) = &endpoint.access else { continue };
        agents.insert(&*fence.agent);
        let told = fence.outlets.iter().flat_map(|outlet| &outlet.parameters);
        secrets.extend(told.filter_map(|(key, value)| match value {
            Parameter::Secret(secret) => Some((format!("{key}: {secret}"), (key, secret))),
            Parameter::Text(_) => None,
        }));
    }
    let wrong = |secret: &Secret| wrong_secret(secret).map(str::to_owned);
    for (key, secret) in secrets.into_values() {
        check_secret(&format!("parameter {key}"), secret, wrong, report).await;
    }
    for agent in agents {
        match find_agent(agent) {
            Ok(path) => report.good(&format!("agent {}", path.display())),
            Err(words) => report.wrong(&format!("agent: {words}")),
        }
    }
}

fn check_data(folder: &Path, report: &mut Report) {
    let shown = folder.display();
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let (place, is_there) = match fs::metadata(folder) {
        Ok(found) if found.is_dir() => (folder, true),
        Ok(_) => return report.wrong(&format!("data folder {shown} is no folder")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (whole.ancestors().find(|above| above.is_dir()).unwrap_or(folder), false)
        }
        Err(error) => return report.wrong(&format!("data folder {shown}: {error}")),
    };
    match tempfile(place) {
        Ok(()) if is_there => report.good(&format!("data folder {shown} can be written")),
        Ok(()) => report.good(&format!("data folder {shown} is not there yet and can be made")),
        Err(error) => report.wrong(&format!("data folder {shown} can't be written: {error}")),
    }
    if is_there {
        check_permissions(folder, report);
    }
    if let Some(words) = lost_journal(folder) {
        report.wrong(&words);
    }
}

/// Whether a file can be made there; the only way to know on every file system.
fn tempfile(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".lastword-check-{}", std::process::id()));
    fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
    fs::remove_file(&path)
}

fn check_permissions(folder: &Path, report: &mut Report) {
    let shown = folder.display();
    match fs::metadata(folder).map(|found| found.permissions().mode() & 0o777) {
        Ok(mode) if mode & WRITE_BY_OTHERS != 0 => report.wrong(&format!(
            "data folder {shown} has the mode {mode:o}, so that others can change the journal and the \
             tokens: chmod 700 {shown}"
        )),
        Ok(mode) if mode & NOT_THE_OWNER != 0 => report.doubtful(&format!(
            "data folder {shown} has the mode {mode:o}, so that others can look into it: chmod 700 {shown}"
        )),
        Ok(_) => {}
        Err(error) => report.wrong(&format!("data folder {shown}: {error}")),
    }
    if let Some(warning) = private::warning(&folder.join(ADMIN_TOKEN)) {
        report.doubtful(&warning);
    }
}

async fn check_listen(address: SocketAddr, settings: &Settings, report: &mut Report) {
    let in_use = |error: &anyhow::Error| {
        let cause = error.downcast_ref::<io::Error>();
        cause.is_some_and(|cause| cause.kind() == io::ErrorKind::AddrInUse)
    };
    match listen(address, &settings.tls) {
        Ok(_) => report.good(&format!("address {address} is free")),
        Err(error) if in_use(&error) => report.doubtful(&format!(
            "address {address} is in use, which is as it should be if the server runs"
        )),
        Err(error) => report.wrong(&told(&error)),
    }
    match check_tls(&settings.tls).await {
        Ok(()) => {}
        Err(error) => report.wrong(&format!("certificate: {error}")),
    }
}
