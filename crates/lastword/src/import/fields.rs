//! Machines out of records of named texts, such as the rows of a table, under the names that people use
//! or those that they say. It does not read records.

use std::collections::BTreeMap;

use super::Hints;
use super::found::{Bmc, Found, Login, Trust, secret};
use super::reach::Protocol;
use super::source::{Place, quoted};
use super::tree::{is_false, is_true};

/// A thing that a record may tell of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Field {
    /// The node's name
    Name,
    /// The address of its BMC
    Bmc,
    /// The protocol: ipmi or redfish
    Driver,
    /// The port, if the address has none
    Port,
    /// The user name
    Username,
    /// The password
    Password,
    /// The BMC key of IPMI's two-key logins
    Kg,
    /// The path or id of a Redfish system
    System,
    /// The IPMI cipher suite
    Cipher,
    /// The IPMI privilege level
    Privilege,
    /// Whether any certificate is taken
    Insecure,
}

impl Field {
    /// What records of any kind call it; of several the first counts.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Name => &[],
            Self::Bmc => &[
                "bmc",
                "bmc_address",
                "bmc_host",
                "bmc_ip",
                "oob_ip",
                "oob_address",
                "ipmi_address",
                "ipmi_host",
                "ipmi_ip",
                "redfish_address",
                "redfish_host",
                "baseuri",
            ],
            Self::Driver => &["bmc_driver", "bmc_type", "power_type"],
            Self::Port => &["bmc_port", "bmcport", "ipmi_port"],
            Self::Username => &[
                "bmc_username",
                "bmc_user",
                "oob_user",
                "ipmi_username",
                "ipmi_user",
                "redfish_username",
                "redfish_user",
            ],
            Self::Password => &[
                "bmc_password",
                "bmc_pass",
                "oob_password",
                "ipmi_password",
                "ipmi_pass",
                "redfish_password",
            ],
            Self::Kg => &["bmc_kg", "ipmi_kg"],
            Self::System => &["bmc_system", "redfish_system", "redfish_system_id"],
            Self::Cipher => &["bmc_cipher", "ipmi_cipher"],
            Self::Privilege => &["bmc_privilege", "ipmi_privilege"],
            Self::Insecure => &["bmc_insecure"],
        }
    }

    /// What tables of BMCs call it too. Elsewhere these words may be about anything.
    const fn plain_names(self) -> &'static [&'static str] {
        match self {
            Self::Name => &["name", "node", "hostname", "host"],
            Self::Bmc => &[],
            Self::Driver => &["driver"],
            Self::Port => &["port"],
            Self::Username => &["username", "user"],
            Self::Password => &["password"],
            Self::Kg => &["kg", "k_g"],
            Self::System => &["system"],
            Self::Cipher => &["cipher", "cipher_suite"],
            Self::Privilege => &["privilege", "privilege_level"],
            Self::Insecure => &["insecure"],
        }
    }

    fn all_names(self, kind: Kind) -> impl Iterator<Item = &'static str> {
        let plain = if kind == Kind::Table { self.plain_names() } else { &[] };
        plain.iter().chain(self.names()).copied()
    }

    /// Which field a record means by a name, if any.
    pub(super) fn of(name: &str, kind: Kind, map: &BTreeMap<Self, String>) -> Option<Self> {
        let fields = <Self as clap::ValueEnum>::value_variants();
        fields.iter().copied().find(|field| match map.get(field) {
            Some(said) => said.eq_ignore_ascii_case(name),
            None => field.all_names(kind).any(|known| known.eq_ignore_ascii_case(name)),
        })
    }
}

/// What records are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// BMCs.
    Table,
    /// Machines, and their BMCs among other things.
    Any,
}

/// Whether what is called so may be a secret, so that it is nothing for a label.
pub(super) fn may_be_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pass", "pwd", "secret", "token", "_key", "kg"].iter().any(|word| name.contains(word))
}

/// What a record says, found by its own names.
pub(super) struct Record<'r> {
    pub(super) kind: Kind,
    pub(super) node: &'r str,
    pub(super) place: &'r Place,
    /// The text under a name of the record.
    pub(super) get: &'r dyn Fn(&str) -> Option<String>,
}

impl Record<'_> {
    /// The name that the record has for a field, with the text; empty ones are none.
    pub(super) fn find(&self, field: Field, hints: &Hints<'_>) -> Option<(String, String)> {
        let text = |name: &str| {
            let text = (self.get)(name).map(|text| text.trim().to_owned());
            text.filter(|text| !text.is_empty()).map(|text| (name.to_owned(), text))
        };
        match hints.map.get(&field) {
            Some(said) => text(said),
            None => field.all_names(self.kind).find_map(text),
        }
    }

    /// The BMC that the record tells of; what is wrong with it is noted.
    pub(super) fn bmc(&self, hints: &Hints<'_>, found: &mut Found) -> Option<Bmc> {
        let (name, _) = self.find(Field::Bmc, hints)?;
        let address = self.text(Field::Bmc, hints, found)?;
        let driver = self.text(Field::Driver, hints, found);
        let port = self.text(Field::Port, hints, found);
        let reached = match protocol(driver.as_deref(), &address, &name, hints) {
            Ok(Protocol::Ipmi) => Bmc::ipmi(&address, port.as_deref()),
            Ok(Protocol::Redfish) => Bmc::redfish(&address, port.as_deref()),
            Err(reason) => Err(reason),
        };
        let mut bmc = match reached {
            Ok(bmc) => bmc,
            Err(reason) => {
                found.leave(self.node, self.place, reason);
                return None;
            }
        };
        self.set_options(&mut bmc, hints, found);
        bmc.login = Login {
            username: self.text(Field::Username, hints, found),
            password: self.secret(Field::Password, hints, found),
            kg: self.secret(Field::Kg, hints, found),
            name: None,
        };
        Some(bmc)
    }

    fn set_options(&self, bmc: &mut Bmc, hints: &Hints<'_>, found: &mut Found) {
        let mut text = |field| self.text(field, hints, found);
        let (cipher, privilege) = (text(Field::Cipher), text(Field::Privilege));
        let (system, insecure) = (text(Field::System), text(Field::Insecure));
        let set = [
            bmc.set_cipher(cipher.as_deref()),
            bmc.set_privilege(privilege.as_deref()),
            bmc.set_system(system.as_deref()),
        ];
        for reason in set.into_iter().filter_map(Result::err) {
            found.leave(self.node, self.place, reason);
        }
        match insecure {
            Some(text) if is_true(&text) => bmc.set_trust(Trust::Any),
            Some(text) if !is_false(&text) => {
                found.leave(self.node, self.place, "insecure: neither true nor false");
            }
            Some(_) | None => {}
        }
    }

    /// The text of a field; one that another program would still have to fill in is noted, and none.
    fn text(&self, field: Field, hints: &Hints<'_>, found: &mut Found) -> Option<String> {
        let (name, text) = self.find(field, hints)?;
        if is_closed(&text) {
            found.leave(self.node, self.place, format!("{} is not in the clear", quoted(&name)));
            return None;
        }
        Some(text)
    }

    /// The same for a secret, blanks and all.
    fn secret(
        &self,
        field: Field,
        hints: &Hints<'_>,
        found: &mut Found,
    ) -> Option<cluster::secret::Secret> {
        self.text(field, hints, found)?;
        let (name, _) = self.find(field, hints)?;
        secret((self.get)(&name).as_deref())
    }
}

/// Whether a text is a template, or in a vault.
fn is_closed(text: &str) -> bool {
    text.contains("{{") || text.starts_with("$ANSIBLE_VAULT")
}

/// The protocol that a record means: by its word, its address, what it calls the address, or what was said.
fn protocol(
    driver: Option<&str>,
    address: &str,
    name: &str,
    hints: &Hints<'_>,
) -> Result<Protocol, String> {
    if let Some(driver) = driver {
        return match driver.to_ascii_lowercase().as_str() {
            "ipmi" | "ipmitool" | "ipmipower" | "lanplus" | "lan_2_0" => Ok(Protocol::Ipmi),
            "redfish" | "idrac-redfish" | "https" => Ok(Protocol::Redfish),
            _ => Err(format!("driver {} is not known", quoted(driver))),
        };
    }
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let by_name = || match name {
        _ if name.starts_with("ipmi_") => Some(Protocol::Ipmi),
        _ if name.starts_with("redfish_") || name == "baseuri" => Some(Protocol::Redfish),
        _ => None,
    };
    match scheme.as_deref() {
        Some("ipmi") => Some(Protocol::Ipmi),
        Some("http" | "https") => Some(Protocol::Redfish),
        Some(_) | None => hints.driver.or_else(by_name),
    }
    .ok_or_else(|| "no driver is named: say --driver ipmi or --driver redfish".to_owned())
}
