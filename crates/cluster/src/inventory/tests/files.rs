//! Inventories on the disk: folders, permissions, what can't be read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use super::HEAD;
use crate::inventory::Inventory;
use crate::secret::SecretRef;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// What is said about a folder, without the folder's own name.
fn said(folder: &Path, name: &str) -> String {
    let prefix = folder.display().to_string();
    match Inventory::load(&folder.join(name)) {
        Ok(inventory) => format!("ok, warnings: {}", inventory.warnings).replace(&prefix, ""),
        Err(error) => error.to_string().replace(&prefix, ""),
    }
}

#[test]
fn the_files_of_a_folder_are_one_inventory() {
    let folder = folder(&[
        ("a.toml", "[[nodes]]\nnames = \"n1\"\nbmc = \"h1\"\n[groups]\ng = \"n[1-2]\"\n"),
        ("b.toml", "[defaults]\nattempts = 2\n[[nodes]]\nnames = \"n2\"\nbmc = \"h2\"\n"),
        ("c.toml", HEAD),
        (".d.toml", "not read"),
        ("e.toml~", "not read"),
        ("f.json", "not read"),
    ]);
    let inventory = Inventory::load(folder.path()).unwrap();
    assert_eq!(inventory.all.to_string(), "n[1-2]");
    assert_eq!(inventory.groups["g"].to_string(), "n[1-2]");
    assert_eq!(inventory.nodes["n1"].settings.attempts, Some(2));
}

#[test]
fn what_two_files_say_is_shown_in_both() {
    let nodes = "[[nodes]]\nnames = \"n1\"\nbmc = \"h1\"\n[groups]\ng = \"n1\"\n";
    let folder =
        folder(&[("a.toml", &format!("{HEAD}{nodes}")), ("b.toml", &format!("{HEAD}{nodes}"))]);
    let expected = "\
/b.toml:2:1: default driver is set twice
 2 | driver = \"ipmi\"
   | ^^^^^^
/a.toml:2:1: first set here
 2 | driver = \"ipmi\"
   | ^^^^^^
/b.toml:3:1: default credentials is set twice
 3 | credentials = \"c\"
   | ^^^^^^^^^^^
/a.toml:3:1: first set here
 3 | credentials = \"c\"
   | ^^^^^^^^^^^
/b.toml:4:14: credentials c are defined twice
 4 | [credentials.c]
   |              ^
/a.toml:4:14: first defined here
 4 | [credentials.c]
   |              ^
/b.toml:8:9: listed twice: n1
 8 | names = \"n1\"
   |         ^^^^
/a.toml:8:9: first listed here
 8 | names = \"n1\"
   |         ^^^^
/b.toml:11:1: group g is defined twice
 11 | g = \"n1\"
    | ^
/a.toml:11:1: first defined here
 11 | g = \"n1\"
    | ^";
    assert_eq!(said(folder.path(), ""), expected);
}

#[test]
fn a_file_that_is_not_understood_raises_no_other_alarm() {
    let nodes = "[[nodes]]\nnames = \"n1\"\nbmc = \"h1\"\n";
    let folder = folder(&[("a.toml", nodes), ("b.toml", &format!("{HEAD}["))]);
    assert_eq!(
        said(folder.path(), ""),
        "/b.toml:7:2: unquoted keys cannot be empty, expected letters, numbers, `-`, `_`"
    );
}

#[test]
fn a_literal_password_warns_and_is_refused_where_everybody_may_read_it() {
    let folder =
        folder(&[("i.toml", "[credentials.c]\nusername = \"u\"\npassword = \"hunter2\"\n")]);
    let shown = " 3 | password = ***\n   |            ^^^";
    for (mode, expected) in [
        (0o600, "ok, warnings: /i.toml:3:12: password: in plain text"),
        (0o640, "ok, warnings: /i.toml:3:12: password: in plain text"),
        (
            0o644,
            "/i.toml:3:12: password: in plain text in a file that everybody may read: chmod o-r it, \
             or use { file }, { env }, { credential } or { exec }",
        ),
    ] {
        let path = folder.path().join("i.toml");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(said(folder.path(), "i.toml"), format!("{expected}\n{shown}"), "{mode:o}");
    }
}

#[test]
fn a_relative_path_starts_from_the_folder_of_its_file() {
    let folder = folder(&[(
        "i.toml",
        "[credentials.c]\nusername = \"u\"\npassword = { file = \"p\" }\nkg = { file = \"/k\" }\n",
    )]);
    let inventory = Inventory::load(&folder.path().join("i.toml")).unwrap();
    let credentials = &inventory.credentials["c"];
    assert_eq!(credentials.password, SecretRef::File(folder.path().join("p")));
    assert_eq!(credentials.kg, Some(SecretRef::File("/k".into())));
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = folder(&[("readme", "no inventory")]);
    fs::write(folder.path().join("latin1.toml.bak"), b"# \xe4").unwrap();
    let cases = [
        ("none", "inventory /none: No such file or directory (os error 2)"),
        ("", "inventory /: no file ending in .toml in this folder"),
        ("latin1.toml.bak", "inventory /latin1.toml.bak: not UTF-8"),
    ];
    for (name, expected) in cases {
        assert_eq!(said(folder.path(), name), expected);
    }
}
