//! Checks `[nodes.second]`: another way to a node's power, for when the first does not do. It is written like a node
//! and is none.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use nodeset::NodeSet;
use toml::Spanned;

use super::duration::format_ms;
use super::file::{Block, Written};
use super::finding::Findings;
use super::model::{Driver, NODES_MAX, Node, Second, SecondIs, names};
use super::options::{duration_ms, word};
use super::source::{Place, Source, Text};
use super::switches::{Switch, switches};

const ESCALATE_MS: std::ops::RangeInclusive<u64> = 1_000..=86_400_000;

/// Where the nodes of a second way are named, and where it says when orders go to it.
type Places<'s> = BTreeMap<Arc<str>, (Place<'s>, Option<Place<'s>>)>;

/// The second ways by node, of what was made of their blocks as if they were nodes.
pub(super) fn seconds(
    files: &[(Source<'_>, Written)],
    mut made: BTreeMap<Arc<str>, Node>,
    nodes: &BTreeMap<Arc<str>, Node>,
    errors: &mut Findings,
) -> BTreeMap<Arc<str>, Second> {
    let (mut seconds, mut places) = (BTreeMap::new(), Places::new());
    for (source, written) in files {
        for block in &written.nodes {
            refuse_terms(block.get_ref(), source, errors);
        }
        for block in &written.seconds {
            let block = block.get_ref();
            refuse_settings(block, source, errors);
            let is = word(&block.is, "second way", source, errors);
            let escalate = block.escalate.as_ref();
            let escalate_ms =
                escalate.and_then(|text| duration_ms(text, ESCALATE_MS, source, errors));
            let set = block.names.as_ref().map(|names| NodeSet::parse(names.get_ref(), NODES_MAX));
            for name in set.into_iter().flatten().flat_map(|set| set.iter().collect::<Vec<_>>()) {
                let Some((name, node)) = made.remove_entry(name.as_str()) else { continue };
                if nodes.get(&name).is_some_and(|first| first.endpoint == node.endpoint) {
                    let place = block.names.as_ref().map(|names| source.place(names.span()));
                    if let Some(place) = place {
                        errors.add(&place, format!("the second way of {name} is its first one"));
                    }
                    continue;
                }
                if let Some(is) = is {
                    let Node { endpoint, settings, .. } = node;
                    let at = |text: &Text| source.place(text.span());
                    let place = block.names.as_ref().map(at);
                    let place = place.map(|place| (Arc::clone(&name), (place, escalate.map(at))));
                    places.extend(place);
                    seconds.insert(name, Second { is, escalate_ms, endpoint, settings });
                }
            }
        }
    }
    refuse_hasty(&seconds, &places, nodes, errors);
    refuse_shared(&seconds, &places, nodes, errors);
    seconds
}

/// The first way is to have its time: one exchange at least.
fn refuse_hasty(
    seconds: &BTreeMap<Arc<str>, Second>,
    places: &Places<'_>,
    nodes: &BTreeMap<Arc<str>, Node>,
    errors: &mut Findings,
) {
    let mut told = BTreeSet::new();
    for (name, (_, escalate)) in places {
        let Some(place) = escalate else { continue };
        let (Some(second), Some(node)) = (seconds.get(name), nodes.get(name)) else { continue };
        let exchange_ms = node.exchange_ms();
        let Some(escalate_ms) = second.escalate_ms.filter(|ms| *ms < exchange_ms) else { continue };
        if told.insert((escalate_ms, exchange_ms)) {
            let [escalate, exchange] = [escalate_ms, exchange_ms].map(format_ms);
            let message = format!(
                "escalate: {escalate} leaves the first way of {name} no time for an exchange, which may take {exchange} \
                 (exchange_timeout)"
            );
            errors.add(place, message);
        }
    }
}

/// An order that goes to what several nodes hang on is an order for all of them: nobody asked for that. And a controller
/// tells of one machine.
fn refuse_shared(
    seconds: &BTreeMap<Arc<str>, Second>,
    places: &Places<'_>,
    nodes: &BTreeMap<Arc<str>, Node>,
    errors: &mut Findings,
) {
    let mut users: HashMap<String, Vec<(Switch, &str)>> = HashMap::new();
    let first = nodes.iter().map(|(name, node)| (&*node.endpoint, &**name));
    let second = seconds.iter().map(|(name, second)| (&*second.endpoint, &**name));
    for (endpoint, name) in first.chain(second) {
        for switch in switches(endpoint) {
            users.entry(switch.what.clone()).or_default().push((switch, name));
        }
    }
    let mut told = BTreeSet::new();
    for (name, second) in seconds {
        let Some((place, escalate)) = places.get(name) else { continue };
        let mut sharers = BTreeSet::new();
        for own in switches(&second.endpoint) {
            let same = users[&own.what].iter().filter(|(other, _)| other.is(&own));
            sharers.extend(same.map(|(_, name)| *name));
        }
        let is_machine = second.is == SecondIs::Machine;
        if sharers.len() < 2 || !(is_machine || escalate.is_some()) || !told.insert(sharers.clone())
        {
            continue;
        }
        let (set, what) = (names(sharers.into_iter()), &second.endpoint.contact);
        match escalate {
            Some(escalate) if !is_machine => {
                let words = "and an order for one of them would be one for all";
                errors.add(escalate, format!("escalate: {set} share {what}, {words}"));
            }
            Some(_) | None => {
                let words = "which can be the machine of one of them alone";
                errors.add(place, format!("second ways: {set} share {what}, {words}"));
            }
        }
    }
}

/// Says what a block that is a second way lacks.
pub(super) fn missing_terms(block: &Spanned<Block>, source: &Source<'_>, errors: &mut Findings) {
    if block.get_ref().is.is_none() {
        let known: Vec<&str> = SecondIs::ALL.iter().map(|is| is.word()).collect();
        let message = format!("\"is\" is missing: {}", known.join(" or "));
        errors.add(&source.place(block.span()), message);
    }
}

/// The terms of a second way make no sense elsewhere.
fn refuse_terms(block: &Block, source: &Source<'_>, errors: &mut Findings) {
    for (key, text) in [("is", &block.is), ("escalate", &block.escalate)] {
        if let Some(text) = text {
            errors.add(&source.place(text.span()), format!("{key} belongs in [nodes.second]"));
        }
    }
}

/// What holds for the node does not depend on the way.
fn refuse_settings(block: &Block, source: &Source<'_>, errors: &mut Findings) {
    let span = |text: &Option<Text>| text.as_ref().map(Spanned::span);
    let labels = block.labels.keys().next().map(Spanned::span);
    let nested = block.second.as_ref().map(|second| second.span());
    if let Some(driver) = block.driver.as_ref().filter(|it| it.get_ref() == Driver::Manual.word()) {
        let message = "a person is no second way: nobody is asked what can be read";
        errors.add(&source.place(driver.span()), message);
    }
    for (key, span) in [
        ("labels", labels),
        ("second", nested),
        ("drift", span(&block.drift)),
        ("policy", span(&block.policy)),
        ("settle", span(&block.settle)),
        ("transition", span(&block.transition)),
        ("dwell", span(&block.dwell)),
        ("deadline", span(&block.deadline)),
        ("poll", span(&block.poll)),
        ("depends_on", span(&block.depends_on)),
        ("exchange_timeout", span(&block.exchange_timeout)),
        ("attempts", block.attempts.as_ref().map(Spanned::span)),
        ("start_watts", block.start_watts.as_ref().map(Spanned::span)),
        ("hosts_lastword", block.hosts_lastword.as_ref().map(Spanned::span)),
    ] {
        if let Some(span) = span {
            errors.add(&source.place(span), format!("{key} belongs to the node itself"));
        }
    }
}
