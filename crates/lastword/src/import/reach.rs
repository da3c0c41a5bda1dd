//! Reads how a BMC is reached: addresses with and without a scheme, and the words that programs have for
//! cipher suites and privilege levels. Every refusal is a reason in words; none holds a secret.

use std::net::Ipv6Addr;

use cluster::inventory::{Address, Cipher, Privilege};

use super::found::{Bmc, Login, Reach, Trust};
use super::source::quoted;

const IPMI_PORT: u16 = 623;
const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;

/// A protocol that the inventory has and other programs know too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Protocol {
    /// IPMI 2.0 over RMCP+
    Ipmi,
    /// Redfish over HTTPS or HTTP
    Redfish,
}

/// A URL in its parts. What follows a `#` is no part of it.
pub(super) struct Url<'t> {
    /// In lower case; empty if there is none.
    pub(super) scheme: String,
    /// Host and port.
    pub(super) host: &'t str,
    /// With the slash that it begins with.
    pub(super) path: &'t str,
    /// Without the question mark.
    pub(super) query: &'t str,
}

impl<'t> Url<'t> {
    /// Splits a text; one without a scheme may be a host alone.
    ///
    /// # Errors
    /// When it names a user, who may come with a password.
    pub(super) fn split(text: &'t str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
        let rest = rest.split('#').next().unwrap_or_default();
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if host.contains('@') {
            return Err("an address with a user in it".to_owned());
        }
        Ok(Self { scheme: scheme.to_ascii_lowercase(), host, path, query })
    }
}

impl Bmc {
    /// A BMC that speaks IPMI, at `host`, `host:port` or `ipmi://host:port`.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub(super) fn ipmi(text: &str, port: Option<&str>) -> Result<Self, String> {
        let url = Url::split(text)?;
        if !matches!(url.scheme.as_str(), "" | "ipmi") || !matches!(url.path, "" | "/") {
            return Err(format!("{} is no address of IPMI", quoted(text)));
        }
        let address = address(url.host, port, IPMI_PORT)?;
        Ok(Self { address: Some(address), reach: Reach::IPMI, login: Login::default() })
    }

    /// A BMC that speaks Redfish, at `host[:port]` or a URL of it; the path of a URL is its system's, unless it
    /// is that of the service.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub(super) fn redfish(text: &str, port: Option<&str>) -> Result<Self, String> {
        let url = Url::split(text)?;
        let (tls, default_port) = match url.scheme.as_str() {
            "" | "https" => (true, HTTPS_PORT),
            "http" => (false, HTTP_PORT),
            _ => return Err(format!("{} is no address of Redfish", quoted(text))),
        };
        let address = Some(address(url.host, port, default_port)?);
        let system = system(url.path);
        let reach = Reach::Redfish { tls, system, trust: Trust::Unsaid };
        Ok(Self { address, reach, login: Login::default() })
    }

    /// Chooses an IPMI cipher suite by its number.
    ///
    /// # Errors
    /// When lastword does not speak it.
    pub(super) fn set_cipher(&mut self, text: Option<&str>) -> Result<(), String> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(()) };
        let Reach::Ipmi { cipher: chosen, .. } = &mut self.reach else {
            return Err("a cipher suite is for IPMI".to_owned());
        };
        *chosen = Some(cipher(text)?);
        Ok(())
    }

    /// Chooses an IPMI privilege level by its name.
    ///
    /// # Errors
    /// When it can't change power.
    pub(super) fn set_privilege(&mut self, text: Option<&str>) -> Result<(), String> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(()) };
        let Reach::Ipmi { privilege: chosen, .. } = &mut self.reach else {
            return Err("a privilege level is for IPMI".to_owned());
        };
        *chosen = Some(privilege(text)?);
        Ok(())
    }

    /// Chooses a system behind a Redfish service by its path or id.
    ///
    /// # Errors
    /// When there is no such choice.
    pub(super) fn set_system(&mut self, text: Option<&str>) -> Result<(), String> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(()) };
        let Reach::Redfish { system: chosen, .. } = &mut self.reach else {
            return Err("a system is for Redfish".to_owned());
        };
        *chosen = system(text);
        Ok(())
    }

    /// Says whose certificate is taken; nothing to say without TLS.
    pub(super) fn set_trust(&mut self, said: Trust) {
        if let Reach::Redfish { tls: true, trust, .. } = &mut self.reach {
            *trust = said;
        }
    }
}

/// The cipher suite of that number.
///
/// # Errors
/// When lastword does not speak it.
pub(super) fn cipher(text: &str) -> Result<Cipher, String> {
    let known = Cipher::ALL.iter().find(|known| known.word() == text);
    known.copied().ok_or_else(|| {
        format!("cipher suite {} is not spoken: the BMC's best of 17 and 3 is", quoted(text))
    })
}

/// The privilege level of that name.
///
/// # Errors
/// When it can't change power.
pub(super) fn privilege(text: &str) -> Result<Privilege, String> {
    match text.to_ascii_lowercase().as_str() {
        "operator" => Ok(Privilege::Operator),
        "admin" | "administrator" => Ok(Privilege::Administrator),
        _ => Err(format!("privilege level {} can't be asked for: operator is", quoted(text))),
    }
}

/// The choice that a path or id makes: none if it is that of the service itself.
fn system(path: &str) -> Option<String> {
    let path = path.trim_end_matches('/');
    let service = matches!(path, "" | "/redfish" | "/redfish/v1" | "/redfish/v1/Systems");
    (!service).then(|| path.to_owned())
}

/// A host with a port of its own, or the one beside it, or that of the protocol.
fn address(host: &str, port: Option<&str>, default_port: u16) -> Result<Address, String> {
    let bracketed = host.parse::<Ipv6Addr>().is_ok().then(|| format!("[{host}]"));
    let host = bracketed.as_deref().unwrap_or(host);
    let beside = match port.filter(|port| !port.is_empty()) {
        None => default_port,
        Some(port) => port
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| format!("port {}: not a number from 1 to 65535", quoted(port)))?,
    };
    Address::parse(host, beside).map_err(|error| format!("bmc {}: {error}", quoted(host)))
}

/// The text of an address in an inventory, whose port is left out where it is the protocol's own.
pub(super) fn written(bmc: &Bmc) -> Option<String> {
    let (scheme, port) = match bmc.reach {
        Reach::Ipmi { .. } => ("", IPMI_PORT),
        Reach::Redfish { tls: true, .. } => ("https://", HTTPS_PORT),
        Reach::Redfish { tls: false, .. } => ("http://", HTTP_PORT),
        Reach::Webhook(_) | Reach::Manual => return None,
    };
    let address = bmc.address.as_ref()?;
    let text = address.to_string();
    let short = (address.port == port).then(|| text.strip_suffix(&format!(":{port}")));
    Some(format!("{scheme}{}", short.flatten().unwrap_or(&text)))
}
