//! What was written: one inventory file as structs, with places. It checks the form, not the
//! meaning.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::finding::{FINDINGS_MAX, Findings, quoted};
use super::source::{Masks, Raw, Source, Text};
use super::{json, mask};
use crate::secret::Secret;

/// One file.
#[derive(Default)]
pub(super) struct Written {
    pub(super) defaults: Option<Block>,
    /// The keys of `[defaults]`, to find those that two files set.
    pub(super) default_keys: Vec<Text>,
    pub(super) nodes: Vec<Spanned<Block>>,
    /// Second ways, with the names of their nodes.
    pub(super) seconds: Vec<Spanned<Block>>,
    pub(super) groups: Vec<(Text, Text)>,
    /// A definition that is not well formed is `None`, so that its name is known all the same.
    pub(super) credentials: Vec<(Text, Option<CredentialBlock>)>,
    pub(super) circuits: Vec<(Text, CircuitBlock)>,
    pub(super) identities: Vec<(Text, IdentityBlock)>,
    /// Nodes were left out because their form is wrong.
    pub(super) nodes_lost: bool,
    /// Circuits were.
    pub(super) circuits_lost: bool,
}

/// `[[nodes]]`, or `[defaults]`, where `names` and `bmc` make no sense.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct Block {
    pub(super) names: Option<Text>,
    pub(super) bmc: Option<Text>,
    pub(super) driver: Option<Text>,
    pub(super) credentials: Option<Text>,
    #[serde(default)]
    pub(super) labels: BTreeMap<Text, Text>,
    pub(super) cipher: Option<Text>,
    pub(super) privilege: Option<Text>,
    pub(super) system: Option<Text>,
    pub(super) ca_file: Option<Text>,
    pub(super) fingerprint: Option<Text>,
    pub(super) insecure: Option<Spanned<bool>>,
    pub(super) agent: Option<Text>,
    pub(super) parameters: Option<Spanned<Values>>,
    pub(super) outlets: Option<Spanned<Vec<Values>>>,
    pub(super) power_on_uri: Option<Text>,
    pub(super) power_off_uri: Option<Text>,
    pub(super) power_query_uri: Option<Text>,
    pub(super) power_on_regex: Option<Text>,
    pub(super) power_off_regex: Option<Text>,
    pub(super) authorization: Option<Text>,
    pub(super) drift: Option<Text>,
    pub(super) policy: Option<Text>,
    pub(super) settle: Option<Text>,
    pub(super) transition: Option<Text>,
    pub(super) dwell: Option<Text>,
    pub(super) deadline: Option<Text>,
    pub(super) attempts: Option<Spanned<i64>>,
    pub(super) poll: Option<Text>,
    pub(super) exchange_timeout: Option<Text>,
    pub(super) gap: Option<Text>,
    pub(super) start_watts: Option<Spanned<i64>>,
    pub(super) depends_on: Option<Text>,
    pub(super) hosts_lastword: Option<Spanned<bool>>,
    /// Another way to the same nodes.
    pub(super) second: Option<Box<Spanned<Block>>>,
    /// What that way is to the node.
    pub(super) is: Option<Text>,
    /// When orders may go that way.
    pub(super) escalate: Option<Text>,
}

/// `[circuits."NAMES"]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct CircuitBlock {
    pub(super) starts: Spanned<i64>,
    pub(super) within: Text,
    pub(super) watts: Option<Spanned<i64>>,
    pub(super) start_watts: Option<Spanned<i64>>,
}

/// `NODE = { … }` in `[identity]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct IdentityBlock {
    pub(super) uuid: Option<Text>,
    pub(super) serial: Option<Text>,
}

impl Written {
    fn add_nodes(&mut self, mut block: Spanned<Block>) {
        if let Some(second) = block.get_mut().second.take() {
            let mut second = *second;
            let inner = second.get_mut();
            inner.names = inner.names.take().or_else(|| block.get_ref().names.clone());
            self.seconds.push(second);
        }
        self.nodes.push(block);
    }
}

impl Block {
    /// Whether it has that URL, rightly or wrongly.
    pub(super) fn sets_url(&self, key: &str) -> bool {
        match key {
            "power_on_uri" => self.power_on_uri.is_some(),
            "power_off_uri" => self.power_off_uri.is_some(),
            "power_query_uri" => self.power_query_uri.is_some(),
            _ => false,
        }
    }
}

/// `[credentials.NAME]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table")]
pub(super) struct CredentialBlock {
    pub(super) username: Text,
    pub(super) password: Spanned<Reference>,
    pub(super) kg: Option<Spanned<Reference>>,
}

/// What a program is told, by name.
pub(super) type Values = BTreeMap<Text, Spanned<Value>>;

/// A value as it is written, or where it is.
pub(super) enum Value {
    Text(String),
    Table(ReferenceTable),
}

/// A secret as it is written: itself, or where it is.
pub(super) enum Reference {
    Literal(Secret),
    Table(ReferenceTable),
}

/// `{ file = … }` and its like; exactly one key must be set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceTable {
    pub(super) file: Option<String>,
    pub(super) env: Option<String>,
    pub(super) credential: Option<String>,
    pub(super) exec: Option<Vec<String>>,
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyReference;
        impl<'de> Visitor<'de> for AnyReference {
            type Value = Reference;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string or one of { file }, { env }, { credential }, { exec }")
            }
            fn visit_str<E>(self, text: &str) -> Result<Reference, E> {
                Ok(Reference::Literal(Secret::from(text.to_owned())))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Reference, A::Error> {
                ReferenceTable::deserialize(MapAccessDeserializer::new(map)).map(Reference::Table)
            }
        }
        deserializer.deserialize_any(AnyReference)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyValue;
        impl<'de> Visitor<'de> for AnyValue {
            type Value = Value;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string, a whole number, true or false, or where a secret is")
            }
            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }
            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Text(number.to_string()))
            }
            fn visit_bool<E>(self, switch: bool) -> Result<Value, E> {
                // agents read 1 and 0 wherever they read true and false
                Ok(Value::Text(u8::from(switch).to_string()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
                ReferenceTable::deserialize(MapAccessDeserializer::new(map)).map(Value::Table)
            }
        }
        deserializer.deserialize_any(AnyValue)
    }
}

/// A mistake of form, before the file's masks are known.
type Mistake = (Range<usize>, String);

/// Reads one file. What is not well formed is reported and left out.
pub(super) fn read<'a>(raw: &'a Raw, errors: &mut Findings) -> (Source<'a>, Written) {
    let mut mistakes = Vec::new();
    let read = if raw.json {
        let toml = json::as_toml(&raw.text);
        toml.map_err(|error| mistakes.push((error.offset..error.offset, error.message)))
            .ok()
            .and_then(|toml| read_text(&toml, &mut mistakes))
    } else {
        read_text(&raw.text, &mut mistakes)
    };
    let nothing = Written { nodes_lost: true, ..Written::default() };
    let (mut masks, written) = read.unwrap_or((Masks::ByLook, nothing));
    if let (true, Masks::Ranges(ranges)) = (raw.json, &mut masks) {
        json::widen(&raw.text, ranges);
    }
    let source = Source { raw, masks };
    for (span, message) in mistakes {
        errors.add(&source.place(span), message);
    }
    (source, written)
}

fn read_text(text: &str, mistakes: &mut Vec<Mistake>) -> Option<(Masks, Written)> {
    let (root, syntax) = DeTable::parse_recoverable(text);
    if !syntax.is_empty() {
        let mistake = |e: toml::de::Error| (e.span().unwrap_or_default(), e.message().to_owned());
        mistakes.extend(syntax.into_iter().map(mistake));
        return None;
    }
    let root = root.get_ref();
    let mut written = Written::default();
    for (key, value) in root {
        match key.get_ref().as_ref() {
            "defaults" => read_defaults(value, &mut written, mistakes),
            "nodes" => read_nodes(value, &mut written, mistakes),
            "groups" => read_groups(value, &mut written, mistakes),
            "credentials" => read_credentials(value, &mut written, mistakes),
            "circuits" => read_circuits(value, &mut written, mistakes),
            "identity" => read_identities(value, &mut written, mistakes),
            other => mistakes.push((
                key.span(),
                format!(
                    "unknown key {}, expected one of `defaults`, `nodes`, `groups`, `credentials`, \
                     `circuits`, `identity`",
                    quoted(other)
                ),
            )),
        }
    }
    Some((Masks::Ranges(mask::ranges(root)), written))
}

fn read_defaults(value: &Spanned<DeValue<'_>>, written: &mut Written, mistakes: &mut Vec<Mistake>) {
    written.default_keys = entries(value, "[defaults]", mistakes).map(|(key, _)| key).collect();
    if value.get_ref().is_table() {
        written.defaults = formed(value, mistakes).map(|formed| formed.read);
        let second =
            written.defaults.as_ref().and_then(|defaults: &Block| defaults.second.as_ref());
        let words = "a second way belongs in [[nodes]]";
        mistakes.extend(second.map(|second| (second.span(), words.to_owned())));
    }
}

fn read_nodes(value: &Spanned<DeValue<'_>>, written: &mut Written, mistakes: &mut Vec<Mistake>) {
    let Some(blocks) = value.get_ref().as_array() else {
        mistakes.push((value.span(), "nodes is a list: write [[nodes]]".to_owned()));
        written.nodes_lost = true;
        return;
    };
    for block in blocks.iter() {
        match well_formed::<Block>(block, mistakes) {
            Some(read) => {
                let second =
                    read.second.as_ref().and_then(|second| second.get_ref().names.as_ref());
                let words = "names are those of the node: a second way has none of its own";
                mistakes.extend(second.map(|names| (names.span(), words.to_owned())));
                written.add_nodes(Spanned::new(block.span(), read));
            }
            None => written.nodes_lost = true,
        }
    }
}

fn read_groups(value: &Spanned<DeValue<'_>>, written: &mut Written, mistakes: &mut Vec<Mistake>) {
    for (key, members) in entries(value, "[groups]", mistakes).collect::<Vec<_>>() {
        match members.get_ref().as_str() {
            Some(text) => {
                let members = Spanned::new(members.span(), text.to_owned());
                written.groups.push((key, members));
            }
            None => mistakes.push((members.span(), "a group is a node set in a string".to_owned())),
        }
    }
}

fn read_credentials(
    value: &Spanned<DeValue<'_>>,
    written: &mut Written,
    mistakes: &mut Vec<Mistake>,
) {
    for (key, block) in entries(value, "[credentials.NAME]", mistakes).collect::<Vec<_>>() {
        let block = well_formed(block, mistakes);
        written.credentials.push((key, block));
    }
}

fn read_circuits(value: &Spanned<DeValue<'_>>, written: &mut Written, mistakes: &mut Vec<Mistake>) {
    for (key, block) in entries(value, "[circuits.NAME]", mistakes).collect::<Vec<_>>() {
        match well_formed(block, mistakes) {
            Some(block) => written.circuits.push((key, block)),
            None => written.circuits_lost = true,
        }
    }
}

fn read_identities(
    value: &Spanned<DeValue<'_>>,
    written: &mut Written,
    mistakes: &mut Vec<Mistake>,
) {
    for (key, block) in entries(value, "[identity]", mistakes).collect::<Vec<_>>() {
        let block = well_formed(block, mistakes);
        written.identities.extend(block.map(|block| (key, block)));
    }
}

/// The entries of a table; a mistake when it is none.
fn entries<'v, 'i>(
    value: &'v Spanned<DeValue<'i>>,
    header: &str,
    mistakes: &mut Vec<Mistake>,
) -> impl Iterator<Item = (Text, &'v Spanned<DeValue<'i>>)> + use<'v, 'i> {
    let table = value.get_ref().as_table();
    if table.is_none() {
        mistakes.push((value.span(), format!("expected a table: write {header}")));
    }
    let named = |(key, value): (&'v Spanned<Cow<'i, str>>, _)| {
        (Spanned::new(key.span(), key.get_ref().to_string()), value)
    };
    table.into_iter().flatten().map(named)
}

/// A table read as `T`, as far as it could be.
struct Formed<T> {
    read: T,
    /// Nothing that `T` knows was taken out.
    whole: bool,
}

fn well_formed<T: DeserializeOwned>(
    value: &Spanned<DeValue<'_>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<T> {
    formed(value, mistakes).filter(|formed| formed.whole).map(|formed| formed.read)
}

/// Reads a table as `T`. serde stops at the first mistake, so the key it stopped at is reported
/// and taken out until nothing is wrong with the rest.
fn formed<T: DeserializeOwned>(
    value: &Spanned<DeValue<'_>>,
    mistakes: &mut Vec<Mistake>,
) -> Option<Formed<T>> {
    let before = mistakes.len();
    let mut rest = value.clone();
    let mut whole = true;
    loop {
        let error = match T::deserialize(ValueDeserializer::from(rest.clone())) {
            Ok(read) => return Some(Formed { read, whole }),
            Err(error) => error,
        };
        let span = error.span().unwrap_or_else(|| value.span());
        let missing = error.message().starts_with("missing field");
        // what is missing after a key was taken out is missing because of that
        if !missing || mistakes.len() == before {
            mistakes.push((span.clone(), described(error.message())));
        }
        let enough = mistakes.len() - before >= FINDINGS_MAX;
        if missing || enough || !take_out(&mut rest, span.start) {
            return None;
        }
        whole &= error.message().starts_with("unknown field");
    }
}

/// Removes the key that is, or whose value is, at `offset`; says whether there is one.
fn take_out(value: &mut Spanned<DeValue<'_>>, offset: usize) -> bool {
    let DeValue::Table(table) = value.get_mut() else { return false };
    let here = |span: Range<usize>| span.contains(&offset);
    let found = table.iter().find(|(key, value)| here(key.span()) || here(value.span()));
    let found = found.map(|(key, _)| key.clone());
    found.is_some_and(|key| table.remove(&key).is_some())
}

/// serde's words without the value that was found, which may be a secret.
fn described(message: &str) -> String {
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        let expected = message.rfind(", expected ").map(|at| &message[at + 2..]);
        let expected = expected.unwrap_or("wrong type of value");
        return expected.replace("i64", "a whole number").replace("a boolean", "true or false");
    }
    let escape =
        |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    message.replace("field `", "key `").chars().map(escape).collect()
}
