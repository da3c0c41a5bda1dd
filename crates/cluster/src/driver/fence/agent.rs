//! One agent asked about one outlet: what it is told, and what its exit code says. It does not know of other outlets.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arbiter::{Answer, Power};
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use super::super::{denied, plain};
use super::metadata::Abilities;
use super::run::{Broken, Ended, run};
use super::{Outcome, Shared};
use crate::inventory::{Outlet, Parameter};
use crate::program;
use crate::secret::{Secret, SecretRef};
use crate::targets::Target;

/// Where agents are looked for.
const FOLDERS: [&str; 4] = ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"];
/// What an agent can do is asked for so long, in milliseconds.
const METADATA_MS: u64 = 10_000;
/// How agents call the account; the older name is the second.
const USER_NAMES: [&str; 2] = ["username", "login"];
const PASSWORDS: [&str; 2] = ["password", "passwd"];
/// Exit codes of ClusterLabs' library of agents that say that nothing was ordered: no log-in, no password, no machine
/// of that name.
const NOT_ORDERED: [i32; 3] = [3, 10, 12];
/// The one that says that the account may not do it.
const FORBIDDEN: i32 = 11;
/// What may happen only once, and how agents are told not to try it again by themselves.
const ONCE: &str = "diag";
const RETRIES: &str = "retry_on";

/// What is said of an agent whose time was up.
const KILLED: &str = "it did not end in time and was killed";

/// Where the agent of that name is.
///
/// # Errors
/// That it is not there, in words.
pub fn find(agent: &str) -> Result<PathBuf, String> {
    program::find(agent, FOLDERS).ok_or_else(|| {
        let folders = FOLDERS.join(", ");
        if agent.contains('/') && Path::new(agent).is_file() {
            format!("{agent} can't be run: it is not executable")
        } else if agent.contains('/') {
            format!("there is no program {agent}")
        } else {
            format!("there is no program {agent} in {folders}")
        }
    })
}

/// An agent, and whom it is run for.
pub(super) struct Agent<'a> {
    shared: &'a Shared,
    target: &'a Target,
    name: &'a str,
    path: PathBuf,
    abilities: Arc<Abilities>,
}

impl<'a> Agent<'a> {
    /// The agent of that name, once it has said what it can do.
    pub(super) async fn know(
        shared: &'a Shared,
        target: &'a Target,
        name: &'a Arc<str>,
        deadline: Instant,
    ) -> Outcome<Self> {
        let not_sent = |words: String| Answer::NotSent(plain(target, &words));
        let path = find(name).map_err(not_sent)?;
        let known = shared.known().get(name).cloned();
        let abilities = match known {
            Some(abilities) => abilities,
            None => learn(shared, name, &path, deadline)
                .await
                .map_err(|words| not_sent(format!("can't learn what {name} can do: {words}")))?,
        };
        Ok(Self { shared, target, name, path, abilities })
    }

    /// Whether it knows that action, and what people are told if it does not.
    pub(super) fn can(&self, action: &str) -> Result<(), String> {
        if self.abilities.has_action(action) {
            return Ok(());
        }
        Err(format!("{} has no action {action}, only {}", self.name, self.abilities.actions()))
    }

    /// Reads the outlet's power.
    pub(super) async fn status(&self, outlet: &Outlet, deadline: Instant) -> Outcome<Power> {
        let ended = self.run(outlet, "status", deadline).await?;
        state(&ended).map_err(|words| {
            Answer::Refused(plain(self.target, &self.words(outlet, "status", &words)))
        })
    }

    /// Orders something of the outlet. What can't be shown not to have happened may have happened.
    pub(super) async fn order(
        &self,
        outlet: &Outlet,
        action: &str,
        deadline: Instant,
    ) -> Outcome<()> {
        let ended = self.run(outlet, action, deadline).await?;
        let words = || self.words(outlet, action, &failure(&ended));
        Err(match ended.code {
            Some(0) => return Ok(()),
            Some(code) if NOT_ORDERED.contains(&code) => {
                Answer::NotSent(plain(self.target, &words()))
            }
            Some(FORBIDDEN) => Answer::Refused(denied(self.target, &words())),
            Some(_) | None => Answer::Lost(plain(self.target, &words())),
        })
    }

    async fn run(&self, outlet: &Outlet, action: &str, deadline: Instant) -> Outcome<Ended> {
        let not_sent = |words: String| {
            let words = self.words(outlet, action, &words);
            Answer::NotSent(plain(self.target, &words))
        };
        let no_turn = || not_sent("no turn in time".to_owned());
        let (lines, secrets) = self.lines(outlet, action, deadline).await.map_err(not_sent)?;
        let _turn = timeout_at(deadline, self.shared.agents.acquire()).await;
        let _turn = _turn.ok().and_then(Result::ok).ok_or_else(no_turn)?;
        self.shared.common.traffic.count_sent();
        let ended = run(&self.path, lines, &secrets, deadline).await;
        self.shared.common.traffic.count_received();
        ended.map_err(|broken| match broken {
            Broken::NotStarted(words) => not_sent(words),
            Broken::Killed => {
                let words = self.words(outlet, action, KILLED);
                Answer::Lost(plain(self.target, &words))
            }
        })
    }

    /// What it is told, and what of it is secret.
    async fn lines(
        &self,
        outlet: &Outlet,
        action: &str,
        deadline: Instant,
    ) -> Result<(Zeroizing<String>, Vec<Secret>), String> {
        let mut lines = Zeroizing::new(format!("action={action}\n"));
        let mut secrets = Vec::new();
        if let Some(credential) = &self.target.credential {
            let name = self.abilities.parameter(USER_NAMES);
            if let Some(name) = name.filter(|_| !credential.username.is_empty()) {
                lines.push_str(&format!("{name}={}\n", credential.username));
            }
            let name = self.abilities.parameter(PASSWORDS);
            let name = name.ok_or_else(|| format!("{} takes no password", self.name))?;
            let password = self.secret(&credential.password, deadline).await?;
            add(&mut lines, name, &password)?;
            secrets.push(password);
        }
        for (key, value) in &outlet.parameters {
            if !self.abilities.has_parameter(key) {
                return Err(format!("{} has no parameter {key}", self.name));
            }
            match value {
                Parameter::Text(text) => lines.push_str(&format!("{key}={text}\n")),
                Parameter::Secret(reference) => {
                    let secret = self.secret(reference, deadline).await?;
                    add(&mut lines, key, &secret)?;
                    secrets.push(secret);
                }
            }
        }
        if action == ONCE && self.abilities.has_parameter(RETRIES) {
            lines.push_str(&format!("{RETRIES}=0\n"));
        }
        Ok((lines, secrets))
    }

    async fn secret(&self, reference: &SecretRef, deadline: Instant) -> Result<Secret, String> {
        let resolved = self.shared.common.turns.secret(reference, &self.target.node);
        match timeout_at(deadline, resolved).await {
            Ok(resolved) => resolved.map_err(|error| error.to_string()),
            Err(_) => Err(format!("secret from {reference}: it was not there in time")),
        }
    }

    fn words(&self, outlet: &Outlet, action: &str, what: &str) -> String {
        format!("{} {action} of {}: {what}", self.name, outlet.name())
    }
}

/// Asks an agent what it can do, unless somebody else did so meanwhile.
async fn learn(
    shared: &Shared,
    name: &Arc<str>,
    path: &Path,
    deadline: Instant,
) -> Result<Arc<Abilities>, String> {
    let deadline = deadline.min(Instant::now() + Duration::from_millis(METADATA_MS));
    let own = shared.devices.turn(name, 0, deadline).await;
    let _own = own.ok_or("no turn in time")?;
    let turn = timeout_at(deadline, shared.agents.acquire()).await;
    let _turn = turn.ok().and_then(Result::ok).ok_or("no turn in time")?;
    if let Some(abilities) = shared.known().get(name).cloned() {
        return Ok(abilities);
    }
    let lines = Zeroizing::new("action=metadata\n".to_owned());
    let ended = run(path, lines, &[], deadline).await.map_err(|broken| match broken {
        Broken::NotStarted(words) => words,
        Broken::Killed => KILLED.to_owned(),
    })?;
    if ended.code != Some(0) {
        return Err(failure(&ended));
    }
    let abilities = Arc::new(Abilities::parse(&ended.output)?);
    shared.known().insert(Arc::clone(name), Arc::clone(&abilities));
    Ok(abilities)
}

/// Why an agent can't be told that secret: agents read lines, cut their ends and take quotes away, so that it would be
/// another.
pub fn wrong_secret(secret: &Secret) -> Option<&'static str> {
    let value = secret.expose();
    if value.contains(['\n', '\r']) {
        Some("a secret with a line break can't be told to an agent")
    } else if value.trim() != value {
        Some("a secret with spaces around it can't be told to an agent")
    } else if value.len() > 1 && value.starts_with('"') && value.ends_with('"') {
        Some("a secret in quotes can't be told to an agent")
    } else {
        None
    }
}

/// A line with a secret.
fn add(lines: &mut Zeroizing<String>, key: &str, secret: &Secret) -> Result<(), String> {
    let value = secret.expose();
    if let Some(wrong) = wrong_secret(secret) {
        return Err(format!("{key}: {wrong}"));
    }
    // grown in one piece, so that no copy is left behind
    let mut longer =
        Zeroizing::new(String::with_capacity(lines.len() + key.len() + value.len() + 2));
    for part in [lines.as_str(), key, "=", value, "\n"] {
        longer.push_str(part);
    }
    *lines = longer;
    Ok(())
}

/// What an agent's answer to `status` says: 0 is on, 2 is off. What contradicts itself is neither; 2 is also what
/// interpreters and shells end with that could not run the agent at all.
fn state(ended: &Ended) -> Result<Power, String> {
    let (power, code, word) = match ended.code {
        Some(0) => (Power::On, 0, "ON"),
        Some(2) => (Power::Off, 2, "OFF"),
        Some(_) | None => return Err(failure(ended)),
    };
    let lines = ended.output.lines().map(str::trim);
    let said: Vec<&str> =
        lines.filter_map(|line| line.strip_prefix("Status:")).map(str::trim).collect();
    let other = said.iter().find(|said| **said != word);
    let is_silent = ended.line.is_none() && ended.output.trim().is_empty();
    match other {
        Some(other) => {
            let other = match *other {
                "ON" => "on",
                "OFF" => "off",
                _ => "something else",
            };
            Err(format!("ended with {code}, which is {}, but says {other}", power.word()))
        }
        None if power == Power::On || !said.is_empty() || is_silent => Ok(power),
        None => Err(failure(ended)),
    }
}

fn failure(ended: &Ended) -> String {
    let code = match ended.code {
        Some(code) => format!("ended with {code}"),
        None => "was ended by a signal".to_owned(),
    };
    match &ended.line {
        Some(line) => format!("{code}: {line}"),
        None => code,
    }
}
