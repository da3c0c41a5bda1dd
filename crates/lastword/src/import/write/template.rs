//! Texts that follow from a node's name: which templates would give a text, and which of them most nodes agree on. It
//! only finds templates; that they are true is because of how they are made.

use std::collections::HashMap;

/// So many templates are looked at for one text; the first ones are the likeliest.
const CANDIDATES_MAX: usize = 16;

/// Chooses one template for each of the texts, in the order of the nodes: the text itself where no template
/// stands for more nodes than it does.
pub(super) fn choose(texts: &[(&str, &str)]) -> Vec<String> {
    let candidates: Vec<Vec<String>> =
        texts.iter().map(|(name, text)| candidates(name, text)).collect();
    let mut votes: HashMap<&str, usize> = HashMap::new();
    for candidate in candidates.iter().flatten() {
        *votes.entry(candidate).or_default() += 1;
    }
    let best = |candidates: &Vec<String>| {
        // of equal ones the first, and the text itself is the first of all
        let best = candidates.iter().rev().max_by_key(|candidate| votes[candidate.as_str()]);
        best.cloned().unwrap_or_default()
    };
    candidates.iter().map(best).collect()
}

/// The text itself, then templates that give it for that name.
fn candidates(name: &str, text: &str) -> Vec<String> {
    let mut found = vec![text.to_owned()];
    let whole = text.replacen(name, "{name}", 1);
    if whole != text {
        found.push(whole);
    }
    let runs: Vec<&str> = runs(name).collect();
    let mut partial = vec![String::new()];
    for (piece, is_run) in pieces(text) {
        let mut longer = Vec::new();
        for begun in &partial {
            if is_run {
                for (index, _) in runs.iter().enumerate().filter(|(_, run)| **run == piece) {
                    longer.push(format!("{begun}{{{}}}", index + 1));
                }
            }
            longer.push(format!("{begun}{piece}"));
        }
        longer.truncate(CANDIDATES_MAX);
        partial = longer;
    }
    found.extend(partial.into_iter().filter(|template| template != text));
    found
}

/// The runs of digits in a name, as templates count them.
fn runs(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty())
}

/// A text in runs of digits, which are marked, and what is between.
fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        pieces.push((&rest[..end], digits));
        rest = &rest[end..];
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_nodes_decide_what_a_text_follows_from() {
        let chosen = |texts: &[(&str, &str)]| choose(texts).join(" ");
        for (texts, expected) in [
            (
                &[("r1n1", "rack1"), ("r1n2", "rack1"), ("r2n1", "rack2")][..],
                "rack{1} rack{1} rack{1}",
            ),
            (&[("r1n1", "b1.x"), ("r1n2", "b2.x"), ("r2n2", "b2.x")], "b{2}.x b{2}.x b{2}.x"),
            (&[("n1", "n1-bmc"), ("m2", "m2-bmc")], "{name}-bmc {name}-bmc"),
            (&[("n1", "10.0.0.1"), ("n2", "10.0.0.2")], "10.0.0.{1} 10.0.0.{1}"),
            (&[("n1", "10.0.0.101"), ("n2", "10.0.0.102")], "10.0.0.101 10.0.0.102"),
            (&[("n1", "r1"), ("n2", "r1"), ("n3", "r1")], "r1 r1 r1"),
            (&[("n08", "10.0.0.8"), ("n09", "10.0.0.9")], "10.0.0.8 10.0.0.9"),
        ] {
            assert_eq!(chosen(texts), expected, "{texts:?}");
        }
    }
}
