//! Wrong files and what is said about them, word by word.

use super::{HEAD, with_head};
use crate::inventory::{FINDINGS_MAX, Inventory, LoadError};

fn said(read: Result<Inventory, LoadError>) -> String {
    read.err().map_or_else(|| "nothing wrong".to_owned(), |error| error.to_string())
}

/// `===` and the file's name, the text, `---`, what is said about it.
const CASES: &str = include_str!("wrong.txt");

#[test]
fn what_is_wrong_is_shown_with_its_place_and_its_line() {
    let cases: Vec<&str> = CASES.split("=== ").skip(1).collect();
    assert!(cases.len() > 80, "{} cases", cases.len());
    for case in cases {
        let (name, case) = case.split_once('\n').unwrap();
        let (text, expected) = case.split_once("---\n").unwrap();
        let read = match name {
            "after the head" => with_head(text),
            name => Inventory::from_text(name, text),
        };
        assert_eq!(format!("{}\n", said(read)), expected, "{text}");
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
fn a_table_of_many_unknown_keys_is_given_up_early() {
    let keys: String = (0..50_000).map(|key| format!("k{key} = 1\n")).collect();
    let said = said(with_head(&format!("[[nodes]]\n{keys}")));
    assert_eq!(said.matches("unknown key").count(), FINDINGS_MAX);
}

#[test]
fn the_number_of_nodes_is_bounded_over_all_blocks() {
    let block =
        |name: &str| format!("[[nodes]]\nnames = \"{name}[1-130000]\"\nbmc = \"{{name}}\"\n");
    let said = said(with_head(&(block("a") + &block("b"))));
    assert!(said.starts_with("i.toml:11:9: more than 250000 nodes in all\n"), "{said}");
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
    let line = format!(" 1 | …{} = \"\", b = \"n[\", c{}…", "x".repeat(26), "x".repeat(54));
    assert_eq!(said.lines().nth(4), Some(line.as_str()), "{said}");
    let said = said_of_control();
    assert!(!said.contains('\u{1b}') && said.contains("\\u{1b}[31m"), "{said}");
}

fn said_of_control() -> String {
    said(Inventory::from_text("i.toml", &format!("{HEAD}[[nodes]]\n\"\\u001b[31m\" = 1\n")))
}
