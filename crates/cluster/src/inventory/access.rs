//! Reads how BMCs are reached: the keys that only one protocol has, and an address with or without a scheme. It opens no
//! certificate.

use std::path::Path;
use std::sync::Arc;

use super::address::Address;
use super::endpoint::{Access, Fingerprint, Ipmi, Redfish, Transport, Trust};
use super::file::Block;
use super::finding::{Findings, quoted};
use super::model::{Cipher, Driver, Privilege};
use super::options::{template, word};
use super::source::{Place, Source, Text};
use super::template::Template;

/// Ports when an address names none.
const IPMI_PORT: u16 = 623;
const HTTP_PORT: u16 = 80;
const HTTPS_PORT: u16 = 443;
/// The path or id of a system is at most so long, in bytes.
const SYSTEM_MAX_BYTES: usize = 255;

/// What a block sets of it.
#[derive(Clone, Default)]
pub(super) struct AccessOptions<'s> {
    cipher: Option<Cipher>,
    privilege: Option<Privilege>,
    system: Option<(Template, Place<'s>)>,
    trust: Option<Trust>,
}

impl<'s> AccessOptions<'s> {
    pub(super) fn read(block: &Block, source: &'s Source<'s>, errors: &mut Findings) -> Self {
        Self {
            cipher: word(&block.cipher, "cipher", source, errors),
            privilege: word(&block.privilege, "privilege", source, errors),
            system: block.system.as_ref().and_then(|text| template(text, source, errors)),
            trust: trust(block, source, errors),
        }
    }

    /// What is set here, and what isn't from `defaults`.
    pub(super) fn over(self, defaults: &Self) -> Self {
        Self {
            cipher: self.cipher.or(defaults.cipher),
            privilege: self.privilege.or(defaults.privilege),
            system: self.system.or_else(|| defaults.system.clone()),
            trust: self.trust.or_else(|| defaults.trust.clone()),
        }
    }

    /// The template of the system, with its place.
    pub(super) const fn system(&self) -> Option<&(Template, Place<'s>)> {
        self.system.as_ref()
    }

    /// Whom the block trusts, if it says so.
    pub(super) const fn trust(&self) -> Option<&Trust> {
        self.trust.as_ref()
    }

    /// Where a BMC is and how it is reached over IPMI or Redfish, once its system is filled in.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub(super) fn reach(
        &self,
        driver: Driver,
        bmc: &str,
        system: Option<Arc<str>>,
    ) -> Result<(Address, Access), String> {
        let (scheme, rest) = bmc.split_once("://").map_or((None, bmc), |(s, r)| (Some(s), r));
        let address = |port| Address::parse(rest, port).map_err(|error| error.to_string());
        if driver == Driver::Ipmi {
            if scheme.is_some() {
                return Err("driver \"ipmi\" takes a host and a port, no URL".to_owned());
            }
            let cipher = self.cipher.unwrap_or(Cipher::Best);
            let privilege = self.privilege.unwrap_or(Privilege::Operator);
            return Ok((address(IPMI_PORT)?, Access::Ipmi(Ipmi { cipher, privilege })));
        }
        if rest.contains('/') {
            return Err("no path belongs there; `system` chooses a system".to_owned());
        }
        let (transport, port) = match scheme {
            // what says nothing is not sent in the clear
            None | Some("https") => {
                (Transport::Tls(self.trust.clone().unwrap_or(Trust::Roots)), HTTPS_PORT)
            }
            Some("http") => (Transport::Plain, HTTP_PORT),
            Some(_) => return Err("expected https:// or http://".to_owned()),
        };
        Ok((address(port)?, Access::Redfish(Redfish { transport, system }.into())))
    }
}

/// What is wrong with the path or id of a system.
#[must_use]
pub fn wrong_system(text: &str) -> Option<&'static str> {
    let (path, id) = (text.strip_prefix('/'), !text.contains('/'));
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"?#\\\"<>%".contains(&byte);
    if text.is_empty() {
        Some("empty")
    } else if text.len() > SYSTEM_MAX_BYTES {
        Some("longer than 255 bytes")
    } else if !text.bytes().all(plain) || text.split('/').any(|part| part == "..") {
        Some("not the id or path of a resource")
    } else if path.is_none() && !id {
        Some("a path begins with /")
    } else {
        None
    }
}

/// Reports keys of the block that the driver does not have.
pub(super) fn check_keys(
    block: &Block,
    driver: Driver,
    source: &Source<'_>,
    errors: &mut Findings,
) {
    use Driver::{Fence, Ipmi, Redfish, Webhook};
    let insecure = block.insecure.as_ref().map(|switch| switch.span());
    let span = |text: &Option<Text>| text.as_ref().map(toml::Spanned::span);
    let parameters = block.parameters.as_ref().map(toml::Spanned::span);
    let outlets = block.outlets.as_ref().map(toml::Spanned::span);
    for (key, of, span) in [
        ("bmc", &[Ipmi, Redfish][..], span(&block.bmc)),
        ("credentials", &[Ipmi, Redfish, Fence, Webhook], span(&block.credentials)),
        ("cipher", &[Ipmi], span(&block.cipher)),
        ("privilege", &[Ipmi], span(&block.privilege)),
        ("system", &[Redfish], span(&block.system)),
        ("ca_file", &[Redfish, Webhook], span(&block.ca_file)),
        ("fingerprint", &[Redfish, Webhook], span(&block.fingerprint)),
        ("insecure", &[Redfish, Webhook], insecure),
        ("agent", &[Fence], span(&block.agent)),
        ("parameters", &[Fence], parameters),
        ("outlets", &[Fence], outlets),
        ("power_on_uri", &[Webhook], span(&block.power_on_uri)),
        ("power_off_uri", &[Webhook], span(&block.power_off_uri)),
        ("power_query_uri", &[Webhook], span(&block.power_query_uri)),
        ("power_on_regex", &[Webhook], span(&block.power_on_regex)),
        ("power_off_regex", &[Webhook], span(&block.power_off_regex)),
        ("authorization", &[Webhook], span(&block.authorization)),
    ] {
        if let Some(span) = span.filter(|_| !of.contains(&driver)) {
            let of: Vec<String> = of.iter().map(|driver| quoted(driver.word())).collect();
            let message = format!("{key} is for driver {}", of.join(", "));
            errors.add(&source.place(span), message);
        }
    }
}

/// The first key of the block that says whom to trust.
pub(super) fn trust_key<'s>(block: &Block, source: &'s Source<'s>) -> Option<Place<'s>> {
    let texts = [&block.ca_file, &block.fingerprint];
    let text = texts.into_iter().flatten().map(toml::Spanned::span);
    let switch = block.insecure.as_ref().filter(|it| *it.get_ref()).map(|it| it.span());
    text.chain(switch).next().map(|span| source.place(span))
}

fn trust(block: &Block, source: &Source<'_>, errors: &mut Findings) -> Option<Trust> {
    let file = block.ca_file.as_ref().map(|text| (text.span(), ca_file(text, source, errors)));
    let pinned =
        block.fingerprint.as_ref().map(|text| (text.span(), fingerprint(text, source, errors)));
    let any = block.insecure.as_ref().map(|switch| {
        (switch.span(), Some(if *switch.get_ref() { Trust::Any } else { Trust::Roots }))
    });
    let mut given: Vec<_> = [file, pinned, any].into_iter().flatten().collect();
    given.sort_by_key(|(span, _)| span.start);
    let mut given = given.into_iter();
    let (first, trust) = given.next()?;
    for (span, _) in given {
        let message = "only one of ca_file, fingerprint, insecure says whom to trust";
        errors.add_pair(&source.place(span), message, (&source.place(first.clone()), "and here"));
    }
    trust
}

fn ca_file(text: &Text, source: &Source<'_>, errors: &mut Findings) -> Option<Trust> {
    if text.get_ref().is_empty() || text.get_ref().contains('\0') {
        errors.add(&source.place(text.span()), "ca_file: not a path");
        return None;
    }
    Some(Trust::File(source.raw.folder().join(Path::new(text.get_ref())).into()))
}

fn fingerprint(text: &Text, source: &Source<'_>, errors: &mut Findings) -> Option<Trust> {
    let parsed = Fingerprint::parse(text.get_ref());
    if parsed.is_none() {
        let message = "fingerprint: not a SHA-256, which is 64 hexadecimal digits";
        errors.add(&source.place(text.span()), message);
    }
    parsed.map(Trust::Fingerprint)
}
