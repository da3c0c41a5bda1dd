//! Texts that would take too much memory or time are refused, and those just inside the bounds
//! are not. A missing bound shows as a test that does not end.

use nodeset::{
    DIGITS_MAX, ErrorKind, Groups, NAME_BYTES_MAX, NUMBERS_MAX, NodeSet, TEXT_BYTES_MAX,
    WILDCARDS_MAX,
};

const LIMIT: usize = 100_000;

fn refusal(text: &str, limit: usize) -> ErrorKind {
    NodeSet::parse(text, limit).expect_err("out of bounds").kind().clone()
}

#[test]
fn large_products_are_refused_before_they_are_made() {
    let deep = "a[0-9]".repeat(30);
    for text in [
        "n[1-1000000000]",
        "n[0-999999999999999999999999999999999999]",
        "n[1-999999999999/2]",
        "a[1-99999]b[1-99999]c[1-99999]",
        "n[1-99999],m[1-99999]",
        "n[1-50000,50001-100000,100001]",
        &deep,
    ] {
        assert_eq!(refusal(text, LIMIT), ErrorKind::TooMany { limit: LIMIT }, "{text:.40}");
    }
}

#[test]
fn the_limit_counts_each_name_once() {
    for text in ["n[1-10]", "n[1-10],n[1-10]", "n[1-10,1-10,5]", "n[1-5]m[1-2]", "n[1-10]!n1,m"] {
        assert_eq!(NodeSet::parse(text, 10).unwrap().len(), 10, "{text}");
        assert_eq!(refusal(text, 9), ErrorKind::TooMany { limit: 9 }, "{text}");
    }
    assert_eq!(refusal("n", 0), ErrorKind::TooMany { limit: 0 });
    assert!(NodeSet::parse("", 0).unwrap().is_empty());
}

#[test]
fn names_with_many_numbers_count_by_their_memory() {
    let wide = format!("{}a[1-1000000]", "a1".repeat(NUMBERS_MAX - 1));
    assert_eq!(refusal(&wide, usize::MAX), ErrorKind::TooMany { limit: 524_288 });
}

#[test]
fn costly_ways_to_few_names_are_refused() {
    let in_one_bracket = format!("n[{}]", ["1-100000"; 10_000].join(","));
    let as_union = ["n[1-100000]"; 10_000].join(",");
    let alternating = format!("n[1-99000]{}", "!b,c".repeat(100_000));
    for text in [in_one_bracket, as_union, alternating] {
        let kind = refusal(&text, LIMIT);
        assert!(matches!(kind, ErrorKind::TooCostly { .. }), "{text:.40}: {kind}");
    }
}

#[test]
fn a_long_list_of_plain_names_is_never_too_costly() {
    let list = ["n1"; TEXT_BYTES_MAX / 3].join(",");
    assert_eq!(NodeSet::parse(&list, 1).unwrap().len(), 1);
    let excluded: Vec<String> = (0..50_000).map(|index| format!("n{index}")).collect();
    let most = format!("n[0-99999]!{}", excluded.join("!"));
    assert_eq!(NodeSet::parse(&most, LIMIT).unwrap().to_string(), "n[50000-99999]");
}

#[test]
fn texts_names_numbers_and_dimensions_are_bounded() {
    let at_most = |count: usize, piece: &str| (piece.repeat(count), piece.repeat(count + 1));
    for ((inside, outside), kind) in [
        (at_most(NAME_BYTES_MAX, "x"), ErrorKind::NameTooLong),
        (at_most(DIGITS_MAX, "9"), ErrorKind::NumberTooLong),
        (at_most(NUMBERS_MAX, "a1"), ErrorKind::TooManyNumbers),
        (at_most(TEXT_BYTES_MAX, " "), ErrorKind::TextTooLong),
    ] {
        assert!(NodeSet::parse(&inside, LIMIT).is_ok(), "{kind}");
        assert_eq!(refusal(&outside, LIMIT), kind);
    }
    let with_bracket = |words: usize| format!("{}[9-10]", "x".repeat(words));
    assert!(NodeSet::parse(&with_bracket(NAME_BYTES_MAX - 2), LIMIT).is_ok());
    assert_eq!(refusal(&with_bracket(NAME_BYTES_MAX - 1), LIMIT), ErrorKind::NameTooLong);
    assert_eq!(refusal(&format!("n{}[1-2]", "1".repeat(36)), LIMIT), ErrorKind::NumberTooLong);
    assert_eq!(refusal(&format!("{}x[1-2]", "a1".repeat(32)), LIMIT), ErrorKind::TooManyNumbers);
}

struct Fleet(NodeSet);

impl Groups for Fleet {
    fn group(&self, _name: &str) -> Option<NodeSet> {
        Some(self.0.clone())
    }

    fn all(&self) -> NodeSet {
        self.0.clone()
    }

    fn wildcard(&self, pattern: &str) -> NodeSet {
        self.0.matching(pattern)
    }
}

#[test]
fn groups_and_wildcards_are_bounded_too() {
    let fleet = Fleet(NodeSet::parse("n[1-1000]", LIMIT).unwrap());
    let refused = |text: &str, limit| NodeSet::parse_with(text, &fleet, limit).unwrap_err();
    assert_eq!(*refused("@*", 999).kind(), ErrorKind::TooMany { limit: 999 });
    assert_eq!(*refused("n*", 999).kind(), ErrorKind::TooMany { limit: 999 });
    assert!(NodeSet::parse_with("@g[1-20]", &fleet, 1000).is_ok());
    let repeated = refused("@g[1-1000]", 1000);
    assert!(matches!(repeated.kind(), ErrorKind::TooCostly { .. }));
    let patterns = |count: usize| format!("x[1-{count}]*");
    assert!(NodeSet::parse_with(&patterns(WILDCARDS_MAX), &fleet, 1000).is_ok());
    let many = refused(&patterns(WILDCARDS_MAX + 1), 1000);
    assert_eq!(*many.kind(), ErrorKind::TooManyWildcards { limit: WILDCARDS_MAX });
}

#[test]
fn a_fleet_of_one_hundred_thousand_folds_back_with_holes_in_it() {
    let fleet = NodeSet::parse("r[0-1562]n[0-63]", 1_000_000).unwrap();
    assert_eq!(fleet.len(), 100_032);
    let holes = NodeSet::parse("r5n3,r7n[8-9],r[1000-1003]n[0-63]", 1_000).unwrap();
    let rest = fleet.difference(&holes);
    assert_eq!(rest.to_string(), "r[0-4,6,8-999,1004-1562]n[0-63],r5n[0-2,4-63],r7n[0-7,10-63]");
    assert_eq!(rest.union(&holes).to_string(), "r[0-1562]n[0-63]");
}
