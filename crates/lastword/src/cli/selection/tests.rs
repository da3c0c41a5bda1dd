//! What command lines say about nodes, and the expressions that are made of it.

use super::*;

fn words(text: &[&str]) -> Vec<String> {
    text.iter().map(|&word| word.to_owned()).collect()
}

fn draft(wanted: &[&str], selection: &Selection) -> Draft {
    find(&words(wanted), selection).unwrap().unwrap()
}

/// The expression, where the server answers `@b&@c` with `b_and_c`.
fn text(draft: &Draft) -> String {
    expression(&draft.wanted, &draft.others, &|word| {
        Ok(word.replace('@', "").replace('&', "_and_"))
    })
    .unwrap()
}

fn made(wanted: &[&str], others: &[&str]) -> String {
    text(&draft(wanted, &Selection { exclude: words(others), ..Selection::default() }))
}

#[test]
fn plain_node_sets_are_folded_here() {
    assert_eq!(made(&["n[1-3]", "n4,n5"], &[]), "n[1-5]");
    assert_eq!(made(&["a1", "n[1-9]&n[2-3]"], &["n3"]), "a1,n2");
}

#[test]
fn groups_are_left_to_the_server_together_with_what_is_left_out() {
    assert_eq!(made(&["@rack12", "n1"], &["n[1-2],m1"]), "@rack12!m1!n[1-2]");
    assert_eq!(made(&["n[1-3]"], &["@bad,n2*"]), "n[1-3]!@bad!n2*");
    assert_eq!(made(&["@a&@b", "@c"], &[]), "@a&@b,@c");
}

#[test]
fn what_has_no_parentheses_to_be_written_with_is_asked_first() {
    assert_eq!(made(&["@a", "@b&@c"], &[]), "@a,b_and_c");
    assert_eq!(made(&["@a"], &["@b&@c"]), "@a!b_and_c");
}

#[test]
fn only_groups_wildcards_labels_and_all_need_a_server() {
    let plain = draft(&["n[1-9]"], &Selection { exclude: words(&["n3"]), ..Selection::default() });
    assert_eq!(plain.plain().unwrap().to_string(), "n[1-2,4-9]");
    let selector = Selection { selector: words(&["a=b"]), ..Selection::default() };
    assert!(draft(&["n1"], &selector).plain().is_none());
    assert!(
        draft(&["n1"], &Selection { exclude: words(&["@a"]), ..Selection::default() })
            .plain()
            .is_none()
    );
    assert!(draft(&["n*"], &Selection::default()).plain().is_none());
}

#[test]
fn all_and_selectors_stand_for_every_node() {
    let all = Selection { all: true, ..Selection::default() };
    assert_eq!(text(&draft(&[], &all)), "@*");
    assert!(find(&words(&["n1"]), &all).is_err());
    let selector = Selection { selector: words(&["a=b", "c=d"]), ..Selection::default() };
    let every = draft(&[], &selector);
    assert_eq!((text(&every).as_str(), every.selector.as_deref()), ("@*", Some("a=b,c=d")));
    assert_eq!(text(&draft(&["n[1-2]"], &selector)), "n[1-2]");
}

#[test]
fn a_command_needs_nodes_and_leaving_some_out_does_not_name_any() {
    let but = Selection { exclude: words(&["n1"]), ..Selection::default() };
    assert!(find(&[], &Selection::default()).unwrap().is_none());
    assert_eq!(text(&draft(&[], &but)), "@*!n1");
    assert!(need(&[], &Selection::default()).is_err());
    assert!(need(&[], &but).is_err());
}

#[test]
fn a_host_file_may_hold_names_sets_and_remarks() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hosts");
    std::fs::write(&path, "n1\nn2 n3   # spare\n\nm[1-2],@lab\n").unwrap();
    let selection = Selection { hostfile: Some(path), ..Selection::default() };
    assert_eq!(text(&draft(&["n9"], &selection)), "m[1-2],@lab,n[1-3,9]");
}

#[test]
fn a_bad_node_set_is_shown_with_a_mark_under_the_place() {
    let failure = parse("n1,n[5-1]").unwrap_err().to_string();
    assert_eq!(
        failure,
        "lastword: bad node set, column 6: end of the range is below its start\n  n1,n[5-1]\n       ^"
    );
}

#[test]
fn the_mark_stays_under_its_place_in_a_long_text() {
    let text = format!("{}!", "n1,".repeat(200));
    let failure = parse(&text).unwrap_err().to_string();
    let lines: Vec<&str> = failure.lines().collect();
    let column = lines[2].find('^').unwrap();
    assert_eq!(lines.len(), 3, "{failure}");
    assert!(column < 79 && lines[1].chars().nth(column).is_some(), "{failure}");
}

#[test]
fn a_word_that_is_a_file_here_brings_up_the_shell() {
    let failure = Failure::usage("unknown node Cargo.toml");
    let text = quoting(failure, &words(&["n1", "Cargo.toml"])).to_string();
    assert!(text.contains("did your shell expand n[1-3]? quote it"), "{text}");
}
