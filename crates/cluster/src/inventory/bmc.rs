//! Pairs the nodes of a block with the texts of their BMC addresses: by a template, or one by one
//! with an equally long list. It does not read the addresses.

use std::collections::HashSet;

use nodeset::NodeSet;

use super::expand::{Expanded, expand};
use super::finding::Findings;
use super::model::NODES_MAX;
use super::source::{Source, Text};
use super::template::Template;

/// A node's name and the text of its address.
pub(super) type Pair = (String, String);

/// The pairs of one block; `None` when something was wrong and reported.
pub(super) fn pairs(
    (names, set): (&Text, &NodeSet),
    bmc: &Text,
    source: &Source<'_>,
    errors: &mut Findings,
) -> Option<Vec<Pair>> {
    if bmc.get_ref().contains('@') {
        errors.add(&source.place(bmc.span()), "bmc: an account belongs in [credentials.NAME]");
        return None;
    }
    let templates = written_out(bmc, source, errors)?;
    let (template, rest) = templates.items.split_first()?;
    let paired = if templates.is_list {
        let ordered = ordered_names(names, set, source, errors)?;
        if ordered.len() != rest.len() + 1 {
            let (addresses, nodes) = (rest.len() + 1, ordered.len());
            errors
                .add(&source.place(bmc.span()), format!("{addresses} addresses for {nodes} nodes"));
            return None;
        }
        let filled = |(name, bmc): (String, &Template)| bmc.render(&name).map(|bmc| (name, bmc));
        ordered.into_iter().zip(&templates.items).map(filled).collect::<Result<_, _>>()
    } else {
        set.iter().map(|name| template.render(&name).map(|bmc| (name, bmc))).collect()
    };
    let missing = |number| errors.add(&source.place(bmc.span()), no_number(names, number));
    paired.map_err(missing).ok()
}

/// Says that a placeholder asks for more than a name has.
pub(super) fn no_number(names: &Text, number: usize) -> String {
    format!("not every name in {} has a {{{number}}}", super::finding::quoted(names.get_ref()))
}

struct Templates {
    items: Vec<Template>,
    is_list: bool,
}

fn written_out(bmc: &Text, source: &Source<'_>, errors: &mut Findings) -> Option<Templates> {
    // parsed as a whole first, so that a mistake is shown where it was written
    if let Err(error) = Template::parse(bmc.get_ref()) {
        errors.add(&source.inside(bmc, error.at_chars), error.message);
        return None;
    }
    let Expanded { items, is_list } = match expand(bmc.get_ref(), NODES_MAX) {
        Ok(expanded) => expanded,
        Err(error) => {
            errors.add(&source.inside(bmc, error.at_chars), error.message);
            return None;
        }
    };
    if items.is_empty() {
        errors.add(&source.place(bmc.span()), super::address::AddressError::Empty.to_string());
        return None;
    }
    let parsed: Result<_, _> = items.iter().map(|item| Template::parse(item)).collect();
    match parsed {
        Ok(items) => Some(Templates { items, is_list }),
        Err(error) => {
            errors.add(&source.place(bmc.span()), error.message);
            None
        }
    }
}

/// The names in the order in which they are written, which a node set does not keep: pairing
/// must not depend on sorting.
fn ordered_names(
    names: &Text,
    set: &NodeSet,
    source: &Source<'_>,
    errors: &mut Findings,
) -> Option<Vec<String>> {
    let items = match expand(names.get_ref(), NODES_MAX) {
        Ok(expanded) => expanded.items,
        Err(error) => {
            let message = format!("{}, because bmc is a list", error.message);
            errors.add(&source.inside(names, error.at_chars), message);
            return None;
        }
    };
    let different: HashSet<&String> = items.iter().collect();
    if different.len() != items.len()
        || items.len() != set.len()
        || !items.iter().all(|n| set.contains(n))
    {
        let message = "these names can't be paired one by one with the list in bmc";
        errors.add(&source.place(names.span()), message);
        return None;
    }
    Some(items)
}
