//! `lastword serve`: runs a region and an agent on this host. It knows neither's business.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use crate::defaults::{LISTEN, default_data_dir};
use crate::house::{self, Settings};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword serve --inventory inventory.toml
  lastword serve --inventory /etc/lastword/inventory.toml --data /var/lib/lastword --listen 0.0.0.0:7473 --tls own")]
pub struct Args {
    #[command(flatten)]
    house: HouseArgs,
}

/// What a house is made of.
#[derive(clap::Args, Debug)]
pub struct HouseArgs {
    /// The nodes and how they are reached
    #[arg(long, value_name = "FILE", env = "LASTWORD_INVENTORY")]
    pub inventory: PathBuf,
    /// Where the journal and the tokens are kept [default: the user's state folder; for root
    /// /var/lib/lastword]
    #[arg(long, value_name = "DIR", env = "LASTWORD_DATA")]
    pub data: Option<PathBuf>,
    /// Where to listen
    #[arg(long, value_name = "ADDR:PORT", env = "LASTWORD_LISTEN", default_value = LISTEN)]
    pub listen: SocketAddr,
    /// off, own (a certificate made at the first start), or the PEM files CERT,KEY
    #[arg(long, value_name = "off|own|CERT,KEY", env = "LASTWORD_TLS", default_value = "off")]
    pub tls: Tls,
    /// Above how many nodes a disruptive command needs its node count repeated [default: what the
    /// inventory says]
    #[arg(long, value_name = "N", env = "LASTWORD_CONFIRM_OVER")]
    pub confirm_over: Option<usize>,
}

/// Whether and how connections are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not at all.
    Off,
    /// With a certificate that is made at the first start.
    Own,
    /// With this one.
    Given {
        /// The certificate and those that lead to its authority, as PEM.
        certificate: PathBuf,
        /// Its key, as PEM.
        key: PathBuf,
    },
}

impl FromStr for Tls {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.split_once(',')) {
            ("off", _) => Ok(Self::Off),
            ("own", _) => Ok(Self::Own),
            (_, Some((certificate, key))) if !certificate.is_empty() && !key.is_empty() => {
                Ok(Self::Given { certificate: certificate.into(), key: key.into() })
            }
            _ => Err("expected off, own or CERT,KEY".to_owned()),
        }
    }
}

/// Runs it until it is told to stop.
///
/// # Errors
/// When the inventory, the data folder or the address can't be used.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let address = args.house.listen;
    let settings = args.house.settings();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let listener = house::listen(address, &settings.tls)?;
    runtime.block_on(house::run(settings, listener, house::told_to_stop()))?;
    Ok(ExitCode::SUCCESS)
}

impl HouseArgs {
    /// The same, with what is used where nothing is said.
    #[must_use]
    pub fn settings(self) -> Settings {
        Settings {
            inventory: self.inventory,
            data: self.data.unwrap_or_else(default_data_dir),
            tls: match self.tls {
                Tls::Off => region::Tls::Off,
                Tls::Own => region::Tls::Own,
                Tls::Given { certificate, key } => region::Tls::Given { cert: certificate, key },
            },
            confirm_over: self.confirm_over,
        }
    }
}
