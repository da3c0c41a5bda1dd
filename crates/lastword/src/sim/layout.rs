//! Racks of simulated machines: their names, where their BMCs listen and for what, and the inventory that says so. It
//! opens nothing.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::Path;

use anyhow::bail;

/// Machines in a rack.
const RACK: usize = 40;
/// The most machines that a layout has.
pub const NODES_MAX: usize = 65_000;

/// Whether each BMC has an address of its own or a port of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Spread {
    /// The same port at 127.x.y.z: a rack has the same x and y
    Addresses,
    /// The same address, one port after the other
    Ports,
}

/// What the BMCs speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// IPMI 2.0.
    Ipmi,
    /// Redfish over HTTP.
    Http,
    /// Redfish over HTTPS.
    Https,
}

/// So many machines in racks of forty.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    nodes: usize,
    first: SocketAddrV4,
    spread: Spread,
    speech: Speech,
}

impl Layout {
    /// So many machines, the first of which listens there for IPMI.
    ///
    /// # Errors
    /// When there are none or too many, or the last ones would not be on loopback.
    pub fn new(nodes: usize, first: SocketAddrV4, spread: Spread) -> anyhow::Result<Self> {
        if nodes == 0 || nodes > NODES_MAX {
            bail!("a simulated fleet has 1 to {NODES_MAX} nodes, not {nodes}");
        }
        let layout = Self { nodes, first, spread, speech: Speech::Ipmi };
        for place in [0, nodes - 1] {
            match layout.address(place) {
                Some(address) if address.ip().is_loopback() => {}
                Some(address) => bail!("simulated BMCs stay on loopback; {address} is not"),
                None => bail!("there are not {nodes} addresses from {first} on"),
            }
        }
        Ok(layout)
    }

    /// The same machines, whose BMCs speak that.
    #[must_use]
    pub const fn speaking(self, speech: Speech) -> Self {
        Self { speech, ..self }
    }

    /// What the BMCs speak.
    #[must_use]
    pub const fn speech(&self) -> Speech {
        self.speech
    }

    /// How many machines there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.nodes
    }

    /// Each machine's name and where its BMC listens.
    pub fn nodes(&self) -> impl Iterator<Item = (String, SocketAddr)> {
        (0..self.nodes).filter_map(|place| Some((self.name(place), self.address(place)?.into())))
    }

    /// The inventory, as TOML. `settings` are lines for every node.
    #[must_use]
    pub fn inventory(&self, password: &Path, settings: &str) -> String {
        let driver = self.speech.driver();
        let mut text = format!("# simulated machines\n\n[defaults]\ndriver = {driver}\n");
        let _ = writeln!(text, "credentials = \"sim\"\n{settings}");
        for rack in 0..self.nodes.div_ceil(RACK) {
            let (begin, end) = (rack * RACK, (rack * RACK + RACK).min(self.nodes));
            let names = format!("{}n[01-{:02}]", self.rack(rack), end - begin);
            let bmcs = format!("{}{}", self.speech.scheme(), self.block(begin, end));
            let label = self.rack(rack);
            let _ = writeln!(
                text,
                "[[nodes]]\nnames = \"{names}\"\nbmc = \"{bmcs}\"\nlabels = {{ rack = \"{label}\" }}\n"
            );
        }
        let (user, password) = (super::USER, password.display());
        let _ = writeln!(
            text,
            "[credentials.sim]\nusername = \"{user}\"\npassword = {{ file = \"{password}\" }}"
        );
        text
    }

    fn name(&self, place: usize) -> String {
        format!("{}n{:02}", self.rack(place / RACK), place % RACK + 1)
    }

    fn rack(&self, rack: usize) -> String {
        let digits = self.nodes.div_ceil(RACK).to_string().len();
        format!("r{:0digits$}", rack + 1)
    }

    /// Where the BMC of that machine listens, if there is such an address.
    fn address(&self, place: usize) -> Option<SocketAddrV4> {
        match self.spread {
            Spread::Ports => {
                let port = u16::try_from(place).ok()?.checked_add(self.first.port())?;
                Some(SocketAddrV4::new(*self.first.ip(), port))
            }
            Spread::Addresses => {
                let offset = u32::try_from(place / RACK * 256 + place % RACK).ok()?;
                let ip = u32::from(*self.first.ip()).checked_add(offset)?;
                Some(SocketAddrV4::new(Ipv4Addr::from(ip), self.first.port()))
            }
        }
    }

    /// The addresses of one rack, as an inventory writes them.
    fn block(&self, begin: usize, end: usize) -> String {
        let (Some(first), Some(last)) = (self.address(begin), self.address(end - 1)) else {
            return String::new();
        };
        match self.spread {
            Spread::Ports => format!("{}:[{}-{}]", first.ip(), first.port(), last.port()),
            Spread::Addresses => {
                let [a, b, c, from] = first.ip().octets();
                let to = last.ip().octets()[3];
                format!("{a}.{b}.{c}.[{from}-{to}]:{}", first.port())
            }
        }
    }
}

impl Speech {
    /// What an address begins with, in an inventory.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Ipmi => "",
            Self::Http => "http://",
            Self::Https => "https://",
        }
    }

    /// The driver, with what it needs to know of these BMCs: they made their certificates themselves.
    const fn driver(self) -> &'static str {
        match self {
            Self::Ipmi => "\"ipmi\"",
            Self::Http => "\"redfish\"",
            Self::Https => "\"redfish\"\ninsecure = true",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use cluster::inventory::Inventory;

    use super::*;

    fn layout(nodes: usize, first: &str, spread: Spread) -> Layout {
        Layout::new(nodes, first.parse().unwrap(), spread).unwrap()
    }

    #[test]
    fn the_inventory_says_where_the_bmcs_listen() {
        let folder = tempfile::tempdir().unwrap();
        for spread in [Spread::Addresses, Spread::Ports] {
            let layout = layout(95, "127.1.0.1:6230", spread);
            let text = layout.inventory(Path::new("/nowhere/password"), "settle = \"5s\"");
            let path = folder.path().join("inventory.toml");
            std::fs::write(&path, text).unwrap();
            let inventory = Inventory::load(&path).unwrap();
            let told: BTreeMap<String, String> = inventory
                .nodes
                .values()
                .map(|node| (node.name.to_string(), node.endpoint.contact.to_string()))
                .collect();
            let real = layout.nodes().map(|(name, address)| (name, address.to_string()));
            assert_eq!(told, real.collect());
            assert_eq!(told.len(), 95);
        }
    }

    #[test]
    fn the_inventory_of_redfish_bmcs_has_urls_and_a_rack_is_a_block_of_addresses() {
        let text = |speech| {
            let layout = layout(41, "127.3.0.1:8443", Spread::Addresses).speaking(speech);
            layout.inventory(Path::new("/nowhere/password"), "")
        };
        let secure = text(Speech::Https);
        for line in [
            "driver = \"redfish\"\ninsecure = true\n",
            "names = \"r1n[01-40]\"\nbmc = \"https://127.3.0.[1-40]:8443\"\n",
            "names = \"r2n[01-01]\"\nbmc = \"https://127.3.1.[1-1]:8443\"\n",
        ] {
            assert!(secure.contains(line), "{line} in {secure}");
        }
        let plain = text(Speech::Http);
        assert!(plain.contains("bmc = \"http://127.3.0.[1-40]:8443\""), "{plain}");
        assert!(!plain.contains("insecure"), "{plain}");
    }

    #[test]
    fn names_are_as_wide_as_the_fleet_needs() {
        let name = |nodes, place| layout(nodes, "127.1.0.1:6230", Spread::Addresses).name(place);
        assert_eq!(name(20, 19), "r1n20");
        assert_eq!(name(10_000, 0), "r001n01");
        assert_eq!(name(10_000, 9_999), "r250n40");
    }

    #[test]
    fn nothing_listens_off_loopback() {
        let new = |nodes, first: &str, spread| Layout::new(nodes, first.parse().unwrap(), spread);
        assert!(new(1, "10.0.0.1:623", Spread::Addresses).is_err());
        assert!(new(60_000, "127.255.255.1:623", Spread::Addresses).is_err());
        assert!(new(60_000, "127.0.0.1:6230", Spread::Ports).is_err());
        assert!(new(0, "127.0.0.1:6230", Spread::Ports).is_err());
        assert!(new(10_000, "127.1.0.1:6230", Spread::Addresses).is_ok());
    }
}
