//! The command line of a device's coprocess. It knows `ipmipower` and `redfishpower`, and never says the value of an
//! option that it does not know.

use std::collections::BTreeSet;

use cluster::inventory::{Cipher, Privilege};

use super::Names;
use crate::import::found::{Login, secret};
use crate::import::reach::{cipher, privilege};
use crate::import::source::quoted;

/// A program that powerman talks to BMCs with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    Ipmipower,
    Redfishpower,
}

/// A command line that was understood.
pub(super) struct Command {
    pub(super) program: Program,
    /// The hosts that it may be asked about.
    pub(super) hosts: BTreeSet<String>,
    pub(super) login: Login,
    pub(super) cipher: Option<Cipher>,
    pub(super) privilege: Option<Privilege>,
    /// The path that tells the power.
    pub(super) path: Option<String>,
    /// What was not carried over.
    pub(super) left: Vec<String>,
}

/// What an option is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Hosts,
    Username,
    Password,
    Kg,
    Driver,
    Cipher,
    Privilege,
    Path,
    /// It takes a value that says nothing about how a BMC is reached.
    Passed,
    /// The same without a value.
    Flag,
    /// It takes a value that matters and is not carried over.
    Lost,
}

const IPMIPOWER: [(&str, &str, Role); 30] = [
    ("-h", "--hostname", Role::Hosts),
    ("-u", "--username", Role::Username),
    ("-p", "--password", Role::Password),
    ("-k", "--k-g", Role::Kg),
    ("-D", "--driver-type", Role::Driver),
    ("-I", "--cipher-suite-id", Role::Cipher),
    ("-l", "--privilege-level", Role::Privilege),
    ("-a", "--authentication-type", Role::Passed),
    ("-W", "--workaround-flags", Role::Passed),
    ("", "--config-file", Role::Lost),
    ("", "--oem-power-type", Role::Lost),
    ("", "--target-channel-number", Role::Lost),
    ("", "--target-slave-address", Role::Lost),
    ("", "--session-timeout", Role::Passed),
    ("", "--retransmission-timeout", Role::Passed),
    ("", "--retransmission-wait-timeout", Role::Passed),
    ("", "--retransmission-backoff-count", Role::Passed),
    ("", "--ping-interval", Role::Passed),
    ("", "--ping-timeout", Role::Passed),
    ("", "--ping-packet-count", Role::Passed),
    ("", "--ping-percent", Role::Passed),
    ("", "--ping-consec-count", Role::Passed),
    ("-F", "--fanout", Role::Passed),
    ("", "--wait-until-on", Role::Flag),
    ("", "--wait-until-off", Role::Flag),
    ("", "--on-if-off", Role::Flag),
    ("-B", "--buffer-output", Role::Flag),
    ("-C", "--consolidate-output", Role::Flag),
    ("-E", "--eliminate", Role::Flag),
    ("", "--always-prefix", Role::Flag),
];

const REDFISHPOWER: [(&str, &str, Role); 15] = [
    ("-h", "--hostname", Role::Hosts),
    ("-f", "--hostsfile", Role::Lost),
    ("-H", "--header", Role::Passed),
    ("-S", "--statpath", Role::Path),
    ("-O", "--onpath", Role::Passed),
    ("-F", "--offpath", Role::Passed),
    ("-C", "--cyclepath", Role::Passed),
    ("-P", "--onpostdata", Role::Passed),
    ("-G", "--offpostdata", Role::Passed),
    ("-D", "--cyclepostdata", Role::Passed),
    ("-m", "--message-timeout", Role::Passed),
    ("-E", "--test-fail-power-cmd-hosts", Role::Passed),
    ("-o", "--resolve-hosts", Role::Flag),
    ("-v", "--verbose", Role::Flag),
    ("-T", "--test-mode", Role::Flag),
];

/// What to say of a device that is none of them.
const OTHERS: &str = "only ipmipower and redfishpower are carried over; outlets are switched by fence agents (driver \"fence\")";

impl Command {
    /// Reads the text of a device line.
    ///
    /// # Errors
    /// When the device is no coprocess, or one of another program.
    pub(super) fn read(text: &str, names: &mut Names) -> Result<Self, String> {
        if !text.trim_end().ends_with("|&") {
            return Err(OTHERS.to_owned());
        }
        // powerman splits so, and knows no quotes
        let mut words = text.split(|c: char| c.is_whitespace() || c == '|' || c == '&');
        let mut words = words.by_ref().filter(|word| !word.is_empty());
        let path = words.next().unwrap_or_default();
        let (program, options) = match path.rsplit('/').next() {
            Some("ipmipower") => (Program::Ipmipower, &IPMIPOWER[..]),
            Some("redfishpower") => (Program::Redfishpower, &REDFISHPOWER[..]),
            Some(_) | None => {
                return Err(OTHERS.to_owned());
            }
        };
        let mut command = Self {
            program,
            hosts: BTreeSet::new(),
            login: Login::default(),
            cipher: None,
            privilege: None,
            path: None,
            left: Vec::new(),
        };
        while let Some(word) = words.next() {
            command.take(word, &mut words, options, names)?;
        }
        Ok(command)
    }

    fn take<'t>(
        &mut self,
        word: &'t str,
        rest: &mut impl Iterator<Item = &'t str>,
        options: &[(&str, &'static str, Role)],
        names: &mut Names,
    ) -> Result<(), String> {
        let long = word.starts_with("--");
        let (name, joined) = match (long, word.split_once('=')) {
            (true, Some((name, value))) => (name, Some(value)),
            (true, None) => (word, None),
            (false, _) => match word.char_indices().nth(2) {
                Some((at, _)) => (&word[..at], Some(&word[at..])),
                None => (word, None),
            },
        };
        let known = options.iter().find(|(short, full, _)| *full == name || *short == name);
        let Some((_, full, role)) = known else {
            // what follows may be a password
            let shown = if name.starts_with('-') { quoted(name) } else { "a word".to_owned() };
            self.left.push(format!("{shown} is not known"));
            return Ok(());
        };
        if *role == Role::Flag {
            return Ok(());
        }
        let value =
            joined.or_else(|| rest.next()).ok_or_else(|| format!("{full} needs a value"))?;
        self.set(*role, full, value, names)
    }

    fn set(
        &mut self,
        role: Role,
        name: &str,
        value: &str,
        names: &mut Names,
    ) -> Result<(), String> {
        match role {
            Role::Hosts => {
                self.hosts.extend(names.expand(value)?);
            }
            Role::Username => self.login.username = Some(value.to_owned()),
            Role::Password => self.login.password = secret(Some(value)),
            Role::Kg => self.login.kg = secret(Some(value)),
            Role::Driver => {
                if matches!(value.to_ascii_lowercase().as_str(), "lan" | "lan_1_5") {
                    self.left.push("IPMI 1.5 is not spoken: 2.0 is".to_owned());
                }
            }
            Role::Cipher => match cipher(value) {
                Ok(cipher) => self.cipher = Some(cipher),
                Err(reason) => self.left.push(reason),
            },
            Role::Privilege => match privilege(value) {
                Ok(privilege) => self.privilege = Some(privilege),
                Err(reason) => self.left.push(reason),
            },
            Role::Path => self.path = Some(value.to_owned()),
            Role::Lost => self.left.push(format!("{name} is not carried over")),
            Role::Passed | Role::Flag => {}
        }
        Ok(())
    }
}
