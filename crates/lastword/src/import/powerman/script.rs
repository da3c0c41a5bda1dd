//! What the script of a device's type says to `redfishpower`: the account and the path of the system. It follows no
//! script.

use crate::import::found::{Login, secret};

/// What was found in a script.
#[derive(Default)]
pub(super) struct Script {
    pub(super) login: Option<Login>,
    /// The path that tells the power.
    pub(super) path: Option<String>,
    /// Its plugs are others than its hosts.
    pub(super) has_plugs: bool,
}

impl Script {
    /// Takes one line that is sent.
    pub(super) fn take(&mut self, sent: &str) {
        let (word, rest) = sent.trim().split_once(' ').unwrap_or((sent.trim(), ""));
        match word {
            "auth" => self.login = login(rest),
            "setstatpath" => self.path = rest.split_whitespace().next().map(str::to_owned),
            "setplugs" => self.has_plugs = true,
            _ => {}
        }
    }
}

/// An account; the one that the files of powerman are delivered with is none.
fn login(text: &str) -> Option<Login> {
    let (username, password) = text.split_once(':')?;
    let real = (username, password) != ("USER", "PASS");
    let login = || Login {
        username: Some(username.to_owned()),
        password: secret(Some(password)),
        ..Login::default()
    };
    real.then(login)
}
