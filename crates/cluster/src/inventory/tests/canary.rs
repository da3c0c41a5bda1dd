//! A planted password never comes out: not in debug output, messages, warnings or exports, however
//! wrong the file around it is.

use crate::inventory::{Inventory, diff};

const CANARY: &str = "hunter2";

/// All that can be printed of what was read, or why it wasn't.
fn printed(name: &str, text: &str) -> String {
    match Inventory::from_text(name, text) {
        Ok(inventory) => {
            let empty = Inventory::default();
            format!(
                "{inventory:?}{inventory:#?}{}{:?}{}{}{}{:?}{}",
                inventory.warnings,
                inventory.redacted(),
                serde_json::to_string(&inventory.redacted()).unwrap(),
                toml::to_string(&inventory.redacted()).unwrap(),
                diff(&empty, &inventory),
                diff(&inventory, &empty),
                inventory.credentials.values().map(|c| c.password.to_string()).collect::<String>(),
            )
        }
        Err(error) => format!("{error}{error:?}{error:#?}"),
    }
}

#[test]
fn a_good_file_prints_without_its_literal_password() {
    let text = "[credentials.c]\nusername = \"u\"\npassword = \"hunter2\"\nkg = \"hunter2\"\n";
    let inventory = Inventory::from_text("i.toml", text).unwrap();
    let password = &inventory.credentials["c"].password;
    assert!(matches!(password, crate::secret::SecretRef::Literal(s) if s.expose() == CANARY));
    let printed = printed("i.toml", text);
    assert!(printed.contains("***") && !printed.contains(CANARY), "{printed}");
}

#[test]
fn a_wrong_toml_file_is_refused_without_its_password() {
    for text in [
        "[credentials.c]\nusername = \"u\"\npassword = \"hunter2\nkg = \"hunter2",
        "[credentials.c]\nusername = \"u\"\npassword = hunter2",
        "[credentials.c]\nusername = \"u\"\npassword \"hunter2\"",
        "[credentials.c]\nusername = \"u\"\npasswort = \"hunter2\"",
        "[credentials.c]\nusername = \"u\"\npassword = [\"hunter2\"]",
        "[credentials.c]\nusername = \"u\"\npassword = { fle = \"hunter2\" }",
        "[credentials.c]\nusername = 5\npassword = \"\"\"\nhunter2\"\"\"",
        "[credentials.c]\npassword = \"hunter2\"",
        "[credentials.c]\npassword = \"hunter2\"\npassword = \"hunter2\"",
        "[credentials]\nc = \"hunter2\"",
        "credentials = \"hunter2\"",
        "credentials = [\"hunter2\"]",
        "credentials = { c = { username = 5, password = \"hunter2\" } }",
        "credentials.c.password = \"hunter2\"\ncredentials.c.usernam = \"u\"",
        "[credentails.c]\nusername = \"u\"\npassword = \"hunter2\"",
        "credentails = { c = { username = \"u\", password = \"hunter2\" } }",
        "[[nodes]]\nnames = \"n1\"\nbmc = \"h\"\npassword = \"hunter2\"",
        "nodes = [{ names = \"n[\", password = \"hunter2\" }]",
        "[defaults]\nlabels = 3\npassword = \"hunter2\"",
        "password = \"hunter2\"",
        "[nodes]\npassword = \"hunter2\"",
        "[credentials.c]\nusername = \"u\\u0007\"\npassword = \"hunter2\"",
        "[[nodes]]\nnames = \"n1\"\ndriver = \"fence\"\nagent = \"fence_x\"\nparameters = { passwd = \"hunter2\" }",
        "[[nodes]]\nnames = \"n1\"\ndriver = \"fence\"\nagent = \"fence_x\"\noutlets = [{ token = \"hunter2\" }]",
        "[[nodes]]\nnames = \"n1\"\ndriver = \"fence\"\nagent = \"fence_x\"\nparameters = { x = [\"hunter2\"] }",
        "[[nodes]]\nnames = \"n1\"\ndriver = \"webhook\"\npower_on_uri = \"https://u:hunter2@h\"",
        "[credentials.c]\nusername = \"u\"\npassword = \"hunter2\\u0000\"",
    ] {
        assert!(Inventory::from_text("i.toml", text).is_err(), "{text}");
        let printed = printed("i.toml", text);
        assert!(!printed.contains(CANARY), "{text}\n{printed}");
    }
}

#[test]
fn a_wrong_json_file_is_refused_without_its_password() {
    for text in [
        r#"{"credentials": {"c": {"username": 5, "password": "hunter2"}}}"#,
        r#"{"nodes": [{"names": "n["}], "credentials": {"c": {"username": "u", "password": "hunter2"}}}"#,
        r#"{"nodes": [{"names": "n["}], "credentials": {"c": {"username": "u", "password": "\u0068\u0068\u0068hunter2"}}}"#,
        r#"{"nodes": [{"names": "n["}], "credentials": {"c": {"username": "u", "password": "\/\/\/\/\/\/\/hunter2"}}}"#,
        r#"{"nodes": [{"names": "n["}], "credentials": {"c": {"username": "u", "password": "\ud83d\ude00\\\"hunter2"}}}"#,
        r#"{"credentials": {"c": {"username": "u", "password": "hunter2"}},}"#,
        r#"{"credentials": {"c": {"username": "u", "password": "hunter2"}}, "groups": null}"#,
        r#"["hunter2"]"#,
        r#""hunter2""#,
    ] {
        assert!(Inventory::from_text("i.json", text).is_err(), "{text}");
        let printed = printed("i.json", text);
        assert!(!printed.contains(CANARY), "{text}\n{printed}");
    }
}

#[test]
fn an_account_in_an_address_is_refused_and_not_shown() {
    for bmc in ["https://user:hunter2@10.0.0.1", "user:hunter2@10.0.0.1"] {
        let text = format!(
            "[[nodes]]\nnames = \"n1\"\ndriver = \"redfish\"\nbmc = \"{bmc}\"\ncredentials = \"c\"\n\
             [credentials.c]\nusername = \"u\"\npassword = {{ env = \"X\" }}\n"
        );
        let printed = printed("i.toml", &text);
        assert!(printed.contains("an account belongs in"), "{printed}");
        assert!(!printed.contains(CANARY), "{printed}");
    }
}
