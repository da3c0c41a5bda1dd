//! Wrong files and what is said about them, word by word.

use super::{HEAD, with_head};
use crate::inventory::{FINDINGS_MAX, Inventory, LoadError};

fn said(read: Result<Inventory, LoadError>) -> String {
    read.err().map_or_else(|| "nothing wrong".to_owned(), |error| error.to_string())
}

/// A block with the two keys that every block needs, and one more: lines 7 to 10.
fn node_with(key: &str) -> String {
    said(with_head(&format!("[[nodes]]\nnames = \"n1\"\nbmc = \"10.0.0.1\"\n{key}\n")))
}

#[test]
fn a_wrong_value_of_a_node_is_shown_with_its_line() {
    let cases = [
        ("driver = \"redfish\"", 10, "unknown driver \"redfish\", expected \"ipmi\"", 9),
        ("cipher = \"0\"", 10, "unknown cipher \"0\", expected \"best\", \"17\", \"3\"", 3),
        (
            "privilege = \"root\"",
            13,
            "unknown privilege \"root\", expected \"operator\", \"administrator\"",
            6,
        ),
        ("drift = \"x\"", 9, "unknown drift \"x\", expected \"observe\", \"enforce\"", 3),
        (
            "policy = \"x\"",
            10,
            "unknown policy \"x\", expected \"supersede\", \"queue\", \"next\"",
            3,
        ),
        ("credentials = \"d\"", 15, "unknown credentials \"d\"", 3),
        ("settle = \"2h\"", 10, "2h is not between 0s and 1h", 4),
        ("dwell = \"11m\"", 9, "11m is not between 0s and 10m", 5),
        ("deadline = \"999ms\"", 12, "999ms is not between 1s and 7d", 7),
        ("poll = \"0s\"", 8, "0s is not between 1s and 1d", 4),
        ("exchange_timeout = \"6m\"", 20, "6m is not between 100ms and 5m", 4),
        (
            "settle = \"\"",
            10,
            "a duration is a whole number and a unit (ms, s, m, h, d), such as \"90s\"",
            2,
        ),
        ("settle = \"99999999999999999999s\"", 10, "the duration is too long", 23),
        ("settle = 30", 10, "expected a string", 2),
        ("attempts = 0", 12, "0 is not between 1 and 1000", 1),
        ("attempts = -1", 12, "-1 is not between 1 and 1000", 2),
        ("attempts = \"3\"", 12, "expected i64", 3),
        (
            "labels = { \"a b\" = \"c\" }",
            12,
            "label name: only letters, digits and -_./ are allowed",
            5,
        ),
        (
            "labels = { a = \"b c\" }",
            16,
            "label value \"b c\" of n1: only letters, digits and -_./ are allowed",
            5,
        ),
        (
            "labels = { a = \"-b\" }",
            16,
            "label value \"-b\" of n1: it must start and end with a letter or digit",
            4,
        ),
        ("labels = { a = \"\" }", 16, "label value \"\" of n1: empty", 2),
        ("labels = { a = \"{2}\" }", 16, "not every name in \"n1\" has a {2}", 5),
        (
            "labels = { a = \"x{0}\" }",
            18,
            "unknown placeholder \"0\", expected {name}, {1}, {2}, …",
            1,
        ),
        ("labels = { a = \"x}\" }", 18, "a { or } without its other half", 1),
    ];
    for (key, column, message, carets) in cases {
        let indent = " ".repeat(column - 1);
        let carets = "^".repeat(carets);
        let expected =
            format!("i.toml:10:{column}: {message}\n 10 | {key}\n    | {indent}{carets}");
        assert_eq!(node_with(key), expected);
    }
}

#[test]
fn wrong_names_and_addresses_are_shown_where_they_go_wrong() {
    let cases = [
        (
            "n[1-",
            "10.0.0.1",
            "8:11: missing closing bracket\n 8 | names = \"n[1-\"\n   |           ^",
        ),
        (
            "@g",
            "10.0.0.1",
            "8:10: groups and wildcards are not accepted here\n 8 | names = \"@g\"\n   |          ^",
        ),
        ("", "10.0.0.1", "8:9: no names\n 8 | names = \"\"\n   |         ^^"),
        (
            "-n",
            "10.0.0.1",
            "8:9: node \"-n\" does not start with a letter or digit\n 8 | names = \"-n\"\n   |         ^^^^",
        ),
        ("n1", "", "9:7: the bmc address is empty\n 9 | bmc = \"\"\n   |       ^^"),
        (
            "n1",
            ":623",
            "9:7: bmc \":623\" of n1: the bmc address is empty\n 9 | bmc = \":623\"\n   |       ^^^^^^",
        ),
        (
            "n1",
            "h:0",
            "9:7: bmc \"h:0\" of n1: the port is not a number from 1 to 65535\n 9 | bmc = \"h:0\"\n   |       ^^^^^",
        ),
        (
            "n1",
            "fd00::1",
            "9:7: bmc \"fd00::1\" of n1: an IPv6 address is written in brackets: [fd00::1] or [fd00::1]:623\n 9 | bmc = \"fd00::1\"\n   |       ^^^^^^^^^",
        ),
        (
            "n1",
            "0.0.0.0",
            "9:7: bmc \"0.0.0.0\" of n1: not the address of one host\n 9 | bmc = \"0.0.0.0\"\n   |       ^^^^^^^^^",
        ),
        (
            "n[299-300]",
            "10.0.0.{1}",
            "9:7: bmc \"10.0.0.299\" of n299: not an IPv4 address\n 9 | bmc = \"10.0.0.{1}\"\n   |       ^^^^^^^^^^^^",
        ),
        (
            "n1",
            "ipmi://h",
            "9:7: bmc \"ipmi://h\" of n1: the port is not a number from 1 to 65535\n 9 | bmc = \"ipmi://h\"\n   |       ^^^^^^^^^^",
        ),
        (
            "n1",
            "{x}",
            "9:8: unknown placeholder \"x\", expected {name}, {1}, {2}, …\n 9 | bmc = \"{x}\"\n   |        ^",
        ),
        (
            "a,n1",
            "b{1}",
            "9:7: not every name in \"a,n1\" has a {1}\n 9 | bmc = \"b{1}\"\n   |       ^^^^^^",
        ),
        (
            "n[1-3]",
            "b[1-2]",
            "9:7: 2 addresses for 3 nodes\n 9 | bmc = \"b[1-2]\"\n   |       ^^^^^^^^",
        ),
        ("n[1-2]", "b[1]", "9:7: 1 addresses for 2 nodes\n 9 | bmc = \"b[1]\"\n   |       ^^^^^^"),
        ("n[1-2]", "b[1-x]", "9:9: \"x\" is no number\n 9 | bmc = \"b[1-x]\"\n   |         ^"),
        ("n[1-2]", "b[2-1]", "9:9: 2-1 is no range\n 9 | bmc = \"b[2-1]\"\n   |         ^"),
        (
            "n[1-2]",
            "b[1-02]",
            "9:9: the ends of 1-02 are padded differently\n 9 | bmc = \"b[1-02]\"\n   |         ^",
        ),
        (
            "n[1-2]",
            "b[1-999999999]",
            "9:9: more than 250000 items\n 9 | bmc = \"b[1-999999999]\"\n   |         ^",
        ),
        (
            "n[1-3]!n2",
            "b[1-2]",
            "8:16: no '!' here: the order of the nodes must be plain, because bmc is a list\n 8 | names = \"n[1-3]!n2\"\n   |                ^",
        ),
        (
            "n[1,1]",
            "b[1-2]",
            "8:9: these names can't be paired one by one with the list in bmc\n 8 | names = \"n[1,1]\"\n   |         ^^^^^^^^",
        ),
        (
            "n[1-300000]",
            "b",
            "8:11: more than 250000 node names\n 8 | names = \"n[1-300000]\"\n   |           ^",
        ),
    ];
    for (names, bmc, expected) in cases {
        let text = format!("[[nodes]]\nnames = \"{names}\"\nbmc = \"{bmc}\"\n");
        assert_eq!(said(with_head(&text)), format!("i.toml:{expected}"));
    }
}

#[test]
fn wrong_credentials_are_named_and_not_shown() {
    let cases = [
        (
            "password = {}",
            12,
            "password: exactly one of file, env, credential, exec is needed",
            "password = {}",
            2,
        ),
        (
            "password = { file = \"a\", env = \"B\" }",
            12,
            "password: exactly one of file, env, credential, exec is needed",
            "password = { file = \"a\", env = \"B\" }",
            25,
        ),
        (
            "password = { file = \"\" }",
            12,
            "password: the path is empty",
            "password = { file = \"\" }",
            13,
        ),
        (
            "password = { env = \"A=B\" }",
            12,
            "password: not the name of a variable",
            "password = { env = \"A=B\" }",
            15,
        ),
        (
            "password = { credential = \"../a\" }",
            12,
            "password: not the name of a systemd credential",
            "password = { credential = \"../a\" }",
            23,
        ),
        (
            "password = { exec = [] }",
            12,
            "password: exec is a program, by name or absolute path, and its arguments",
            "password = { exec = [] }",
            13,
        ),
        (
            "password = { exec = [\"./a\"] }",
            12,
            "password: exec is a program, by name or absolute path, and its arguments",
            "password = { exec = [\"./a\"] }",
            18,
        ),
        (
            "password = { fil = \"hunter2\" }",
            14,
            "unknown key `fil`, expected one of `file`, `env`, `credential`, `exec`",
            "password = { fil = *** }",
            3,
        ),
        (
            "password = 12345",
            12,
            "expected a string or one of { file }, { env }, { credential }, { exec }",
            "password = ***",
            3,
        ),
        (
            "pasword = \"hunter2\"",
            1,
            "unknown key `pasword`, expected one of `username`, `password`, `kg`",
            "pasword = ***",
            7,
        ),
    ];
    for (key, column, message, shown, carets) in cases {
        let read =
            Inventory::from_text("i.toml", &format!("[credentials.c]\nusername = \"u\"\n{key}\n"));
        let (indent, carets) = (" ".repeat(column - 1), "^".repeat(carets));
        let expected = format!("i.toml:3:{column}: {message}\n 3 | {shown}\n   | {indent}{carets}");
        assert_eq!(said(read), expected);
    }
}

#[test]
fn wrong_groups_are_shown_where_they_go_wrong() {
    let cases = [
        (
            "a = \"@b\"\nb = \"@c\"\nc = \"x,@a\"",
            "13:8: a group that refers to itself: a > b > c > a\n 13 | c = \"x,@a\"\n    |        ^",
        ),
        (
            "a = \"n1,@a\"",
            "11:9: a group that refers to itself: a > a\n 11 | a = \"n1,@a\"\n    |         ^",
        ),
        ("a = \"@b\"", "11:6: unknown group @b\n 11 | a = \"@b\"\n    |      ^"),
        (
            "a = \"n[1-4]\"",
            "11:5: not in the inventory: n[3-4]\n 11 | a = \"n[1-4]\"\n    |     ^^^^^^^^",
        ),
        ("a = \"n[1-\"", "11:7: missing closing bracket\n 11 | a = \"n[1-\"\n    |       ^"),
        ("a = 1", "11:5: a group is a node set in a string\n 11 | a = 1\n    |     ^"),
        (
            "\"a/b\" = \"n1\"",
            "11:1: name of a group: no / is allowed\n 11 | \"a/b\" = \"n1\"\n    | ^^^^^",
        ),
        (
            "\"@\" = \"n1\"",
            "11:1: name of a group: only letters, digits and -_./ are allowed\n 11 | \"@\" = \"n1\"\n    | ^^^",
        ),
    ];
    for (groups, expected) in cases {
        let text =
            format!("[[nodes]]\nnames = \"n[1-2]\"\nbmc = \"{{name}}\"\n[groups]\n{groups}\n");
        assert_eq!(said(with_head(&text)), format!("i.toml:{expected}"));
    }
}

#[test]
fn a_chain_of_groups_that_never_ends_is_cut() {
    let mut text = String::from("[groups]\n");
    for group in 0..100_000 {
        text.push_str(&format!("g{group:06} = \"@g{:06}\"\n", group + 1));
    }
    let said = said(Inventory::from_text("i.toml", &text));
    assert!(said.contains("groups refer to groups more than 32 times"), "{said}");
}

#[test]
fn wrong_sections_and_wrong_syntax_are_shown() {
    let cases = [
        (
            "[node]\n",
            "1:2: unknown key \"node\", expected one of `defaults`, `nodes`, `groups`, `credentials`\n 1 | [node]\n   |  ^^^^",
        ),
        ("[nodes]\n", "1:1: nodes is a list: write [[nodes]]\n 1 | [nodes]\n   | ^^^^^^^"),
        (
            "groups = 1\n",
            "1:10: expected a table: write [groups]\n 1 | groups = ***\n   |          ^",
        ),
        ("[defaults]\nbmc = \"h\"\n", "2:1: bmc belongs in [[nodes]]\n 2 | bmc = \"h\"\n   | ^^^"),
        (
            "[[nodes]]\n",
            "1:1: names is missing\n 1 | [[nodes]]\n   | ^^^^^^^^^\n\
          i.toml:1:1: bmc is missing\n 1 | [[nodes]]\n   | ^^^^^^^^^\n\
          i.toml:1:1: driver is missing\n 1 | [[nodes]]\n   | ^^^^^^^^^\n\
          i.toml:1:1: credentials is missing\n 1 | [[nodes]]\n   | ^^^^^^^^^",
        ),
        (
            "[[nodes]]\nnames = \"n1\n",
            "2:12: invalid basic string, expected `\"`\n 2 | names = \"n1\n   |            ^",
        ),
        ("[credentials.c]\npassword = \"hunter2\n", "2:20: invalid basic string, expected `\"`"),
        (
            "[[nodes]]\nnames = \"n1\"\nnames = \"n2\"\n",
            "3:1: duplicate key\n 3 | names = \"n2\"\n   | ^^^^^",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(said(Inventory::from_text("i.toml", text)), format!("i.toml:{expected}"));
    }
}

#[test]
fn wrong_json_is_shown_with_its_place() {
    let cases = [
        ("{\n \"nodes\": [,]}", "2:12: expected value"),
        ("[]", "1:1: an inventory is an object"),
        ("{\n \"nodes\": [null]}", "2:12: null: leave the key out instead"),
        ("{\"groups\": {}, \"groups\": {}}", "1:16: duplicate key"),
        (
            "{\"groups\":\n  {\"a\\u0062\": \"\\/@x\"}}",
            "2:15: character '/' does not belong in a node name\n 2 |   {\"a\\u0062\": \"\\/@x\"}}\n   |               ^^^^^^",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(said(Inventory::from_text("i.json", text)), format!("i.json:{expected}"));
    }
}

#[test]
fn a_node_that_is_listed_twice_is_shown_in_both_places() {
    let text = "[[nodes]]\nnames = \"n[1-5]\"\nbmc = \"a{1}\"\n[[nodes]]\nnames = \"n[4-9]\"\nbmc = \"b{1}\"\n";
    let expected = "\
i.toml:11:9: listed twice: n[4-5]
 11 | names = \"n[4-9]\"
    |         ^^^^^^^^
i.toml:8:9: first listed here
 8 | names = \"n[1-5]\"
   |         ^^^^^^^^";
    assert_eq!(said(with_head(text)), expected);
}

#[test]
fn one_bmc_reached_in_two_ways_is_an_error() {
    let text = "[[nodes]]\nnames = \"n1\"\nbmc = \"h\"\n[[nodes]]\nnames = \"n2\"\nbmc = \"H:623\"\ncipher = \"3\"\n";
    let expected = "\
i.toml:12:7: n[1-2] share bmc h:623, and reach it in different ways
 12 | bmc = \"H:623\"
    |       ^^^^^^^";
    assert_eq!(said(with_head(text)), expected);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let text = "[[nodes]]\nnames = \"n1\"\nbmc = \"h\"\ncolour = \"red\"\nshape = 3\npoll = \"x\"\nsettle = 3\n\
                [[nodes]]\nnames = \"n[\"\nbmc = \"h\"\n[groups]\ng = \"@h\"\n";
    let said = said(with_head(text));
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("i.toml")).collect();
    let places: Vec<_> = lines.iter().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(
        places,
        ["i.toml:10:1:", "i.toml:11:1:", "i.toml:13:10:", "i.toml:15:11:", "i.toml:18:6:"]
    );
}

#[test]
fn the_number_of_findings_is_bounded() {
    let text = "[[nodes]]\nnames = \"n1\"\n".repeat(FINDINGS_MAX + 20);
    let said = said(with_head(&text));
    assert!(said.ends_with("\nand 20 more"), "{said}");
    assert_eq!(said.matches("bmc is missing").count(), FINDINGS_MAX);
}

#[test]
fn a_long_line_is_cut_around_its_mistake_and_control_characters_are_not_printed() {
    let padding = "x".repeat(300);
    let text =
        format!("groups = {{ a{padding} = \"\", b = \"n[\", c{padding} = \"\" }}\n\t[defaults]");
    let said = said(Inventory::from_text("i.toml", &text));
    let line = format!(" 1 | …{} = \"\", b = \"n[\", c{}…", "x".repeat(26), "x".repeat(49));
    assert_eq!(said.lines().nth(1), Some(line.as_str()), "{said}");
    let said = said_of_control();
    assert!(!said.contains('\u{1b}') && said.contains("\\u{1b}[31m"), "{said}");
}

fn said_of_control() -> String {
    said(Inventory::from_text("i.toml", &format!("{HEAD}[[nodes]]\n\"\\u001b[31m\" = 1\n")))
}
