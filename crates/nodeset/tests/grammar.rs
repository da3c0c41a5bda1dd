//! Tables of what node set texts mean, where they are refused, and how sets are written. The
//! comparison with ClusterShell itself is in `clustershell.rs`.

use nodeset::{ErrorKind, Groups, NodeSet, Syntax};

fn set(text: &str) -> NodeSet {
    NodeSet::parse(text, 10_000).expect("a valid node set")
}

fn refusal(text: &str) -> (usize, ErrorKind) {
    let error = NodeSet::parse(text, 10_000).expect_err("an invalid node set");
    (error.column(), error.kind().clone())
}

#[test]
fn expressions_expand_in_numeric_order() {
    for (text, names) in [
        ("", ""),
        (" \t\n", ""),
        ("login", "login"),
        ("n[10,9,1]", "n1 n9 n10"),
        ("n[08-10]", "n08 n09 n10"),
        ("node[001,2,10]", "node2 node10 node001"),
        ("n[1-10/3]", "n1 n4 n7 n10"),
        ("n[1-2]-ib", "n1-ib n2-ib"),
        ("r[1-2]n[9-10]", "r1n9 r1n10 r2n9 r2n10"),
        ("r2n1,r1n2,r1n1", "r1n1 r1n2 r2n1"),
        ("n[1-4]!n2,n2", "n1 n2 n3 n4"),
        ("n[1-4]!n2!n3", "n1 n4"),
        ("n[1-4]&n[3-6]", "n3 n4"),
        ("n[1-4]^n[3-6]", "n1 n2 n5 n6"),
        ("a,b&b,c", "b c"),
        ("b n[1-2]  a\nc", "a b c n1 n2"),
        ("n1[2-3]4", "n124 n134"),
        ("n0[8-9]", "n08 n09"),
    ] {
        assert_eq!(set(text).expand(" "), names, "{text:?}");
    }
}

#[test]
fn sets_are_written_folded_and_for_slurm() {
    for (text, folded, slurm) in [
        ("", "", ""),
        ("n5", "n5", "n5"),
        ("n[8,9,10]", "n[8-10]", "n[8-10]"),
        ("n[08-10]", "n[08-10]", "n[08-10]"),
        ("node1,node01", "node[1,01]", "node[1,01]"),
        ("n[1-9/2]", "n[1,3,5,7,9]", "n[1,3,5,7,9]"),
        ("n[1-3]-ib", "n[1-3]-ib", "n1-ib,n2-ib,n3-ib"),
        ("r[1-2]n[1-3]", "r[1-2]n[1-3]", "r1n[1-3],r2n[1-3]"),
        ("r[1-2]n[1-3],r3n1", "r[1-2]n[1-3],r3n1", "r1n[1-3],r2n[1-3],r3n1"),
        ("login,n1", "login,n1", "login,n1"),
        ("a[1-2]b[1-2]c", "a[1-2]b[1-2]c", "a1b1c,a1b2c,a2b1c,a2b2c"),
    ] {
        assert_eq!(set(text).to_string(), folded, "{text:?}");
        assert_eq!(set(text).slurm(), slurm, "{text:?}");
    }
}

#[test]
fn broken_grammar_is_refused_at_its_column() {
    for (text, column, syntax) in [
        ("a,,b", 3, Syntax::MissingOperand),
        ("a, ", 2, Syntax::MissingOperand),
        ("!a", 1, Syntax::MissingOperand),
        ("a&!b", 3, Syntax::MissingOperand),
        ("x,n[1-2", 4, Syntax::MissingBracket),
        ("n1-2]", 5, Syntax::IllegalClosing),
        ("n[1-2]]", 7, Syntax::IllegalClosing),
        ("n[1][2]", 5, Syntax::IllegalReopening),
        ("n[1]5[2]", 6, Syntax::IllegalReopening),
        ("n[]", 3, Syntax::EmptyRange),
        ("n[1,,2]", 5, Syntax::EmptyRange),
        ("n[1, ]", 6, Syntax::EmptyRange),
        ("n[1,a]", 5, Syntax::BadNumber),
        ("n[1-]", 5, Syntax::BadNumber),
        ("n[-5]", 3, Syntax::BadNumber),
        ("n[1--2]", 5, Syntax::BadNumber),
        ("n[3,01-2]", 5, Syntax::PaddingMismatch),
        ("n[0-00]", 3, Syntax::PaddingMismatch),
        ("n[5-1]", 3, Syntax::BackwardRange),
        ("n[1-9/0]", 7, Syntax::BadStep),
        ("n[1-9/x]", 7, Syntax::BadStep),
        ("n[1/2]", 3, Syntax::StepWithoutRange),
        ("n[1-9/2]0", 10, Syntax::StepBeforeDigits),
        ("n1[9-10]", 3, Syntax::DigitsBeforeRange),
        ("n1;n2", 3, Syntax::BadCharacter(';')),
        ("a,n[1-2]/4", 9, Syntax::BadCharacter('/')),
        ("n\u{e4}[1-2]", 2, Syntax::BadCharacter('\u{e4}')),
        ("n%", 2, Syntax::BadCharacter('%')),
    ] {
        assert_eq!(refusal(text), (column, ErrorKind::Syntax(syntax)), "{text:?}");
    }
}

#[test]
fn groups_and_wildcards_are_refused_where_only_names_are_known() {
    for text in ["@compute", "@*", "n*", "n?", "n[1-2]*"] {
        assert_eq!(refusal(text), (1, ErrorKind::NoGroups), "{text:?}");
    }
}

#[test]
fn errors_tell_the_column_and_the_reason() {
    let error = NodeSet::parse("n[01-2]", 10).unwrap_err();
    assert_eq!(error.to_string(), "column 3: ends of a zero-padded range are not equally long");
    let error = NodeSet::parse("a,n[1-11]", 10).unwrap_err();
    assert_eq!(error.to_string(), "column 5: more than 10 node names");
    let error = NodeSet::from_names(["n1", "n 2"]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "node name \"n 2\": column 2: character ' ' does not belong in a node name"
    );
    assert_eq!(error.name(), Some("n 2"));
}

struct Fleet(NodeSet);

impl Groups for Fleet {
    fn group(&self, name: &str) -> Option<NodeSet> {
        match name {
            "rack1" | "dc:rack1" => Some(set("r1n[1-4]")),
            "rack2" => Some(set("r2n[1-4]")),
            "empty" => Some(NodeSet::default()),
            "dc:*" => Some(set("r[1-2]n[1-4]")),
            _ => None,
        }
    }

    fn all(&self) -> NodeSet {
        self.0.clone()
    }

    fn wildcard(&self, pattern: &str) -> NodeSet {
        self.0.matching(pattern)
    }
}

#[test]
fn groups_and_wildcards_are_asked_for() {
    let fleet = Fleet(set("r[1-3]n[1-4],login"));
    for (text, folded) in [
        ("@rack1", "r1n[1-4]"),
        ("@rack[1-2]!@dc:rack1", "r2n[1-4]"),
        ("@dc:*", "r[1-2]n[1-4]"),
        ("@*", "login,r[1-3]n[1-4]"),
        ("@* & *n1", "r[1-3]n1"),
        ("r[2-3]*&r?n[1-2]", "r[2-3]n[1-2]"),
        ("log*,nothing*", "login"),
        ("login&@empty", ""),
        ("login&nothing*,x", "x"),
        ("login!@empty^@empty", "login"),
    ] {
        let found = NodeSet::parse_with(text, &fleet, 100).expect("a valid node set");
        assert_eq!(found.to_string(), folded, "{text:?}");
    }
}

#[test]
fn unknown_groups_are_told_by_name() {
    let fleet = Fleet(set("login"));
    for (text, column, unknown) in [
        ("@nosuch", 1, "nosuch"),
        ("login,@dc:x", 7, "dc:x"),
        ("@rack[1-3]", 1, "rack3"),
        ("@nosuch:*", 1, "nosuch:*"),
    ] {
        let error = NodeSet::parse_with(text, &fleet, 100).unwrap_err();
        assert_eq!(error.column(), column, "{text:?}");
        assert_eq!(*error.kind(), ErrorKind::UnknownGroup { name: unknown.into() }, "{text:?}");
    }
}

#[test]
fn group_names_are_no_patterns() {
    let fleet = Fleet(set("login"));
    for (text, column, syntax) in [
        ("@r*", 3, Syntax::BadCharacter('*')),
        ("@*x", 2, Syntax::BadCharacter('*')),
        ("@r?", 3, Syntax::BadCharacter('?')),
        ("@@x", 2, Syntax::BadCharacter('@')),
        ("@", 2, Syntax::EmptyName),
        ("a@b", 2, Syntax::BadCharacter('@')),
    ] {
        let error = NodeSet::parse_with(text, &fleet, 100).unwrap_err();
        assert_eq!(
            (error.column(), error.kind()),
            (column, &ErrorKind::Syntax(syntax)),
            "{text:?}"
        );
    }
}

#[test]
fn names_are_inserted_in_order_and_once() {
    let mut nodes = NodeSet::default();
    for (name, new) in [("n10", true), ("n9", true), ("n10", false), ("n09", true), ("a", true)] {
        assert_eq!(nodes.insert(name).unwrap(), new, "{name}");
    }
    assert_eq!(nodes.expand(" "), "a n9 n09 n10");
    assert_eq!(nodes.len(), 4);
    assert!(nodes.contains("n09") && !nodes.contains("n009") && !nodes.contains("n[9-10]"));
    assert!(nodes.insert("n[1-2]").is_err());
    nodes.extend(&set("n11,b"));
    assert_eq!(nodes.to_string(), "a,b,n[9,09-11]");
}

#[test]
fn documents_hold_the_folded_text() {
    let nodes = set("r[1-2]n[01-03]");
    let text = serde_json::to_string(&nodes).unwrap();
    assert_eq!(text, "\"r[1-2]n[01-03]\"");
    assert_eq!(serde_json::from_str::<NodeSet>(&text).unwrap(), nodes);
    assert!(serde_json::from_str::<NodeSet>("\"n[1-1000000]\"").is_ok());
    for refused in ["\"n[1-1000001]\"", "\"@compute\"", "\"n[\"", "5"] {
        assert!(serde_json::from_str::<NodeSet>(refused).is_err(), "{refused}");
    }
}
