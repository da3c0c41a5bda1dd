//! The form of `mutations.toml`: every mutation still fits the source that it breaks. That each is
//! caught is shown by `cargo xtask mutants`, not here.

use std::collections::BTreeSet;
use std::path::Path;

const MUTATIONS_MIN: usize = 20;

/// The value of `key`, between its quotes.
fn field<'a>(mutation: &'a str, key: &str, quote: &str) -> &'a str {
    let start = format!("\n{key} = {quote}");
    let (_, rest) = mutation.split_once(&start).unwrap_or_else(|| panic!("no {key} in{mutation}"));
    rest.split_once(quote).unwrap_or_else(|| panic!("{key} does not end in{mutation}")).0
}

fn check(mutation: &str) {
    let name = field(mutation, "name", "\"");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(field(mutation, "file", "\""));
    let source = std::fs::read_to_string(&file).expect("the file is there");
    let find = field(mutation, "find", "'''");
    assert_eq!(source.matches(find).count(), 1, "{name} finds its place exactly once");
    assert_ne!(find, field(mutation, "replace", "'''"), "{name} changes something");
    assert!(!field(mutation, "breaks", "\"").is_empty(), "{name} says what it breaks");
    let caught_by = mutation.split_once("\ncaught_by = [").expect("somebody catches it").1;
    let known = ["--lib", "--test simulate", "--test model"];
    for target in caught_by.split(']').next().unwrap_or_default().split(',') {
        let target = target.trim().trim_matches('"');
        assert!(known.contains(&target), "{name} is caught by tests that exist: {target}");
    }
}

#[test]
fn every_mutation_fits_the_source_and_has_a_name_of_its_own() {
    let text = include_str!("mutations.toml");
    let mutations: Vec<&str> = text.split("[[mutation]]").skip(1).collect();
    mutations.iter().for_each(|mutation| check(mutation));
    let names: BTreeSet<&str> =
        mutations.iter().map(|mutation| field(mutation, "name", "\"")).collect();
    assert_eq!(names.len(), mutations.len(), "each mutation has a name of its own");
    assert!(names.len() >= MUTATIONS_MIN, "only {} mutations", names.len());
}
