//! Between the core's words and IPMI's. Nothing is decided here.

use arbiter::{Answer, Ask, Boot, BootDevice, Cause, Order, Power};
use ipmi::{
    BootFlags, BootOptions, ChassisControl, Config, CredentialError, Failure, Firmware, Lifetime,
    Password, Reply, Request, Suite, SuitePolicy, UserName,
};

use super::super::resolve::Turns;
use super::super::{denied, plain, stranger};
use crate::inventory::{Cipher, Identity, Ipmi, Privilege};
use crate::secret::{Secret, SecretError};
use crate::targets::Target;

/// The first wait for an answer, in milliseconds.
const RETRANSMIT_MS: u32 = 400;
/// An exchange proper may take so much of what it has with the wait for its turn.
const EXCHANGE_SHARE: u64 = 2;
/// A session is closed when it was not used for so long; BMCs drop idle ones after 30 to 60 s.
pub(super) const SESSION_IDLE_MS: u32 = 20_000;

/// Why no client could be made for an endpoint.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigError {
    #[error("{0}")]
    None(&'static str),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("credential: {0}")]
    Credential(#[from] CredentialError),
}

/// Resolves the secrets of a target.
pub(super) async fn config(
    target: &Target,
    access: Ipmi,
    turns: &Turns,
) -> Result<Config, ConfigError> {
    let credential = target.credential().map_err(ConfigError::None)?;
    let password = turns.secret(&credential.password, &target.node).await?;
    let mut config = Config::new(UserName::new(&credential.username)?, secret(&password)?);
    if let Some(kg) = &credential.kg {
        let kg = turns.secret(kg, &target.node).await?;
        config.kg = Some(ipmi::Key::new(kg.expose().as_bytes())?);
    }
    config.privilege = match access.privilege {
        Privilege::Operator => ipmi::Privilege::Operator,
        Privilege::Administrator => ipmi::Privilege::Administrator,
    };
    config.suites = match access.cipher {
        Cipher::Best => SuitePolicy::Best,
        Cipher::Suite17 => SuitePolicy::Only(Suite::C17),
        Cipher::Suite3 => SuitePolicy::Only(Suite::C3),
    };
    config.retransmit_ms = RETRANSMIT_MS;
    config.exchange_timeout_ms = exchange_timeout_ms(target);
    config.session_idle_max_ms = SESSION_IDLE_MS;
    Ok(config)
}

/// How long an exchange may take once it has its turn.
pub(super) fn exchange_timeout_ms(target: &Target) -> u32 {
    u32::try_from(target.exchange_ms / EXCHANGE_SHARE).unwrap_or(u32::MAX).max(1)
}

pub(super) const fn request(ask: Ask) -> Request {
    match ask {
        Ask::Power => Request::Power,
        Ask::Boot(boot) => Request::SetBoot(boot_options(boot)),
        Ask::Fire(Order::On) => Request::Control(ChassisControl::On),
        Ask::Fire(Order::Off) => Request::Control(ChassisControl::Off),
        Ask::Fire(Order::Soft) => Request::Control(ChassisControl::Soft),
        Ask::Fire(Order::Reset) => Request::Control(ChassisControl::Reset),
        Ask::Fire(Order::Nmi) => Request::Control(ChassisControl::Diag),
    }
}

pub(super) fn answer(target: &Target, ask: Ask, outcome: Result<Reply, Failure>) -> Answer {
    match outcome {
        Ok(Reply::Power(status)) if status.power_on => Answer::Power(Power::On),
        Ok(Reply::Power(_)) => Answer::Power(Power::Off),
        Ok(Reply::Boot(read)) => boot_answer(target, ask, &read),
        Ok(Reply::Done | Reply::DeviceId(_) | Reply::Guid(_)) => Answer::Done,
        Err(Failure::NotSent(why)) => Answer::NotSent(cause(target, &why)),
        Err(Failure::Lost(why)) => Answer::Lost(cause(target, &why)),
        Err(Failure::Refused(code)) => Answer::Refused(plain(target, &code.to_string())),
    }
}

/// Whether the machine that answered is the one that the inventory names.
pub(super) fn identify(target: &Target, outcome: Result<Reply, Failure>) -> Result<(), Cause> {
    let wanted = target.identity.as_ref().and_then(|identity| identity.uuid);
    let found = match outcome {
        Ok(Reply::Guid(found)) => found.0,
        Ok(Reply::Power(_) | Reply::Boot(_) | Reply::Done | Reply::DeviceId(_)) => {
            return Err(plain(target, "it answered another question than which machine it is"));
        }
        Err(Failure::NotSent(why) | Failure::Lost(why)) => return Err(cause(target, &why)),
        Err(Failure::Refused(code)) => {
            return Err(plain(target, &format!("it does not tell which machine it is: {code}")));
        }
    };
    match wanted {
        Some(wanted) if spellings(found).contains(&wanted) => Ok(()),
        Some(wanted) => {
            let [found, wanted] = [found, wanted].map(Identity::format_uuid);
            Err(stranger(target, &found, &wanted))
        }
        None => Err(plain(target, "a serial number is not read by IPMI: pin the UUID")),
    }
}

/// What a GUID on the wire may mean: as RFC 4122 has it, as SMBIOS does (7.2.1: the first three fields little-endian), or
/// backwards (IPMI 2.0, 20.8). BMCs do all of these.
fn spellings(wire: [u8; 16]) -> [[u8; 16]; 3] {
    let mut smbios = wire;
    smbios[..4].reverse();
    smbios[4..6].reverse();
    smbios[6..8].reverse();
    let mut backwards = wire;
    backwards.reverse();
    [wire, smbios, backwards]
}

fn cause(target: &Target, why: &ipmi::Cause) -> Cause {
    match why {
        ipmi::Cause::WrongPassword | ipmi::Cause::WrongKey | ipmi::Cause::Denied(_) => {
            denied(target, &why.to_string())
        }
        ipmi::Cause::NoAnswer
        | ipmi::Cause::PrivilegeDenied(_)
        | ipmi::Cause::NoSession(_)
        | ipmi::Cause::Unsupported(..)
        | ipmi::Cause::Inconclusive(_)
        | ipmi::Cause::ReadBack(_)
        | ipmi::Cause::Garbled(_) => plain(target, &why.to_string()),
    }
}

fn secret(secret: &Secret) -> Result<Password, CredentialError> {
    Password::new(secret.expose().as_bytes())
}

const fn boot_options(boot: Boot) -> BootOptions {
    BootOptions {
        device: match boot.device {
            BootDevice::None => ipmi::BootDevice::None,
            BootDevice::Pxe => ipmi::BootDevice::Pxe,
            BootDevice::Disk => ipmi::BootDevice::Disk,
            BootDevice::Bios => ipmi::BootDevice::Bios,
            BootDevice::Cd => ipmi::BootDevice::Cd,
        },
        lifetime: if boot.persistent { Lifetime::Persistent } else { Lifetime::Once },
        firmware: if boot.uefi { Firmware::Uefi } else { Firmware::Legacy },
    }
}

fn boot_answer(target: &Target, ask: Ask, read: &BootFlags) -> Answer {
    match ask {
        Ask::Boot(boot) if read.options.device == boot_options(boot).device => Answer::Done,
        Ask::Boot(_) | Ask::Power | Ask::Fire(_) => {
            let words = format!("boot override reads back as {:?}", read.options.device);
            Answer::Refused(plain(target, &words))
        }
    }
}
