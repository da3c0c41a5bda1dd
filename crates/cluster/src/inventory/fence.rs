//! `driver = "fence"`: the agent, and what it is told of each outlet. It does not know which parameters an agent has:
//! the agent's metadata does.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::contact::Contact;
use super::credentials::referred;
use super::file::{Block, Value, Values};
use super::finding::{Findings, quoted};
use super::source::{Place, Source, Text};
use super::template::Template;
use crate::secret::SecretRef;

/// A node is fed by at most so many outlets.
const OUTLETS_MAX: usize = 16;
/// An agent is told at most so many parameters of an outlet.
const PARAMETERS_MAX: usize = 64;
/// A parameter's value is at most so long, in bytes.
const VALUE_MAX_BYTES: usize = 1_024;
/// How the names of agents begin.
const PREFIX: &str = "fence_";
/// What the driver says itself, and what comes from the credentials.
const RESERVED: [(&str, &str); 8] = [
    ("action", "is said by lastword"),
    ("option", "is said by lastword"),
    ("method", "is for reboots, which lastword makes of off and on"),
    ("username", "belongs in [credentials.NAME]"),
    ("login", "belongs in [credentials.NAME]"),
    ("password", "belongs in [credentials.NAME]"),
    ("passwd", "belongs in [credentials.NAME]"),
    ("nodename", "is what a cluster manager says"),
];
/// What a parameter's name has in it whose value is a secret.
const SECRET_WORDS: [&str; 4] = ["passw", "secret", "token", "community"];
/// How agents call the address of a device, and its port.
const ADDRESS_KEYS: [&str; 2] = ["ip", "ipaddr"];
const PORT_KEY: &str = "ipport";
/// How agents call an outlet.
const OUTLET_KEYS: [&str; 3] = ["plug", "port", "uuid"];

/// What a fence agent is run for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fence {
    /// Its name, `fence_…`, or its absolute path.
    pub agent: Arc<str>,
    /// The outlets that feed the node, at least one: it is off when all of them are.
    pub outlets: Vec<Outlet>,
}

/// One outlet: what the agent is told about it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Outlet {
    /// By name.
    pub parameters: BTreeMap<Arc<str>, Parameter>,
}

/// What an agent is told.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// That.
    Text(Arc<str>),
    /// A secret; it is fetched just before.
    Secret(SecretRef),
}

impl Outlet {
    /// The device that it belongs to, in the agent's words: what has the same name is one device, and does one thing
    /// at a time.
    #[must_use]
    pub fn device(&self) -> String {
        match self.address() {
            Some(address) => address,
            None => {
                let rest =
                    self.parameters.iter().filter(|(key, _)| !OUTLET_KEYS.contains(&&***key));
                let told = rest.map(|(key, value)| match value {
                    Parameter::Text(text) => format!("{key}={text}"),
                    Parameter::Secret(secret) => format!("{key}={secret}"),
                });
                told.collect::<Vec<_>>().join(" ")
            }
        }
    }

    /// The outlet as people call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self.plug() {
            Some(outlet) => format!("outlet {outlet}"),
            None => "the outlet".to_owned(),
        }
    }

    /// The address of its device, if it has one.
    pub(super) fn host(&self) -> Option<&str> {
        ADDRESS_KEYS.iter().find_map(|key| self.text(key))
    }

    /// The port of its device, if one is said.
    pub(super) fn port(&self) -> Option<&str> {
        self.text(PORT_KEY)
    }

    /// Its number or name at the device, if it has one.
    pub(super) fn plug(&self) -> Option<&str> {
        OUTLET_KEYS.iter().find_map(|key| self.text(key))
    }

    fn address(&self) -> Option<String> {
        let host = self.host()?.to_ascii_lowercase();
        Some(match self.port() {
            Some(port) => format!("{host}:{port}"),
            None => host,
        })
    }

    fn text(&self, key: &str) -> Option<&str> {
        match self.parameters.get(key)? {
            Parameter::Text(text) => Some(text),
            Parameter::Secret(_) => None,
        }
    }
}

/// Parameters before a node's name is filled in.
type Drafts<'s> = BTreeMap<Arc<str>, (Draft, Place<'s>)>;

#[derive(Clone)]
enum Draft {
    Text(Template),
    Secret(SecretRef),
}

/// What a block sets.
#[derive(Clone, Default)]
pub(super) struct FenceOptions<'s> {
    agent: Option<Arc<str>>,
    parameters: Drafts<'s>,
    outlets: Option<Vec<Drafts<'s>>>,
}

impl<'s> FenceOptions<'s> {
    pub(super) fn read(block: &Block, source: &'s Source<'s>, errors: &mut Findings) -> Self {
        let parameters = block.parameters.as_ref();
        let outlets = block.outlets.as_ref().map(|outlets| {
            let (count, place) = (outlets.get_ref().len(), source.place(outlets.span()));
            if !(1..=OUTLETS_MAX).contains(&count) {
                errors.add(&place, format!("{count} outlets: 1 to {OUTLETS_MAX} can feed a node"));
            }
            outlets.get_ref().iter().map(|outlet| drafts(outlet, source, errors)).collect()
        });
        Self {
            agent: block.agent.as_ref().and_then(|text| agent(text, source, errors)),
            parameters: parameters
                .map_or_else(Drafts::new, |it| drafts(it.get_ref(), source, errors)),
            outlets,
        }
    }

    /// What is set here, and what isn't from `defaults`; parameters one by one.
    pub(super) fn over(mut self, defaults: &Self) -> Self {
        for (key, draft) in &defaults.parameters {
            self.parameters.entry(Arc::clone(key)).or_insert_with(|| draft.clone());
        }
        Self {
            agent: self.agent.or_else(|| defaults.agent.clone()),
            parameters: self.parameters,
            outlets: self.outlets.or_else(|| defaults.outlets.clone()),
        }
    }

    /// Whether an agent is named.
    pub(super) const fn is_complete(&self) -> bool {
        self.agent.is_some()
    }

    /// What a node is reached by.
    ///
    /// # Errors
    /// What is wrong, where; with no place if it is no single key's fault.
    pub(super) fn reach(
        &self,
        node: &str,
    ) -> Result<(Contact, Fence), (Option<Place<'s>>, String)> {
        let missing = || (None, format!("agent of {node}: missing or wrong"));
        let agent = self.agent.clone().ok_or_else(missing)?;
        let one = [Drafts::new()];
        let outlets = self.outlets.as_deref().unwrap_or(&one);
        let outlets = outlets.iter().map(|own| self.outlet(own, node));
        let fence = Fence { agent, outlets: outlets.collect::<Result<_, _>>()? };
        for (place, outlet) in fence.outlets.iter().enumerate() {
            if fence.outlets[..place].contains(outlet) {
                return Err((None, format!("{} of {node} is listed twice", outlet.name())));
            }
        }
        let named = fence.outlets.iter().map(|outlet| {
            let place = outlet.address().unwrap_or_else(|| fence.agent.to_string());
            format!("{place} {}", outlet.name())
        });
        let words = named.collect::<Vec<_>>().join(", ");
        Ok((Contact::Device(words.into()), fence))
    }

    fn outlet(&self, own: &Drafts<'s>, node: &str) -> Result<Outlet, (Option<Place<'s>>, String)> {
        let shared = self.parameters.iter().filter(|(key, _)| !own.contains_key(*key));
        let mut parameters = BTreeMap::new();
        for (key, (draft, place)) in own.iter().chain(shared) {
            let at = |wrong: String| (Some(place.clone()), format!("{key} of {node}: {wrong}"));
            let value = match draft {
                Draft::Secret(secret) => Parameter::Secret(secret.clone()),
                Draft::Text(template) => {
                    let number = |number| at(format!("the name has no {{{number}}}"));
                    let text = template.render(node).map_err(number)?;
                    if let Some(wrong) = wrong_value(&text) {
                        return Err(at(wrong.to_owned()));
                    }
                    Parameter::Text(text.into())
                }
            };
            parameters.insert(Arc::clone(key), value);
        }
        Ok(Outlet { parameters })
    }
}

fn agent(text: &Text, source: &Source<'_>, errors: &mut Findings) -> Option<Arc<str>> {
    let name = text.get_ref().as_str();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let named = name.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty());
    let path = name.starts_with('/') && !name.split('/').any(|part| part == "..");
    if (named && name.bytes().all(plain)) || (path && !name.chars().any(char::is_control)) {
        return Some(name.into());
    }
    let message = format!(
        "agent {}: neither a name that begins with {PREFIX} nor an absolute path",
        quoted(name)
    );
    errors.add(&source.place(text.span()), message);
    None
}

fn drafts<'s>(values: &Values, source: &'s Source<'s>, errors: &mut Findings) -> Drafts<'s> {
    let mut drafts = Drafts::new();
    if let Some((key, _)) = values.iter().nth(PARAMETERS_MAX) {
        errors.add(&source.place(key.span()), format!("more than {PARAMETERS_MAX} parameters"));
        return drafts;
    }
    for (key, value) in values {
        let place = source.place(value.span());
        if let Some(wrong) = wrong_key(key.get_ref(), value.get_ref()) {
            errors.add(&source.place(key.span()), format!("{}: {wrong}", quoted(key.get_ref())));
            continue;
        }
        let draft = match value.get_ref() {
            Value::Text(text) => match Template::parse(text) {
                Ok(template) => Ok(Draft::Text(template)),
                Err(error) => Err(error.message),
            },
            Value::Table(table) => referred(table, source).map(Draft::Secret),
        };
        match draft {
            Ok(draft) => drop(drafts.insert(key.get_ref().as_str().into(), (draft, place))),
            Err(wrong) => errors.add(&place, format!("{}: {wrong}", key.get_ref())),
        }
    }
    drafts
}

/// What is wrong with a parameter by its name.
fn wrong_key(key: &str, value: &Value) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if key.is_empty() || !key.bytes().all(plain) {
        return Some("not the name of a parameter".to_owned());
    }
    if let Some((_, why)) = RESERVED.iter().find(|(reserved, _)| *reserved == key) {
        return Some((*why).to_owned());
    }
    let lower = key.to_ascii_lowercase();
    let secret = SECRET_WORDS.iter().any(|word| lower.contains(word)) && !lower.contains("script");
    let in_plain_text = matches!(value, Value::Text(_));
    (secret && in_plain_text).then(|| {
        "a secret in plain text: use { file }, { env }, { credential } or { exec }".to_owned()
    })
}

/// What is wrong with a value: agents read lines, and cut the ends of them.
fn wrong_value(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        Some("empty")
    } else if text.len() > VALUE_MAX_BYTES {
        Some("longer than 1024 bytes")
    } else if text.chars().any(char::is_control) {
        Some("a control character in it")
    } else if text.trim() != text {
        Some("a space at an end of it")
    } else {
        None
    }
}
