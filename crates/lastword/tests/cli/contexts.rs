//! Named servers in the caller's configuration folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::site::{Said, Site, program, said};

/// Calls with nothing but a configuration folder that has contexts for the site and for nobody.
fn say(site: &Site, line: &str, set: &[(&str, &str)]) -> Said {
    let folder = site.folder().join("config/lastword");
    fs::create_dir_all(&folder).unwrap();
    let token = site.token_file();
    let text = format!(
        "default = \"lab\"\n[contexts.lab]\nserver = \"{}\"\ntoken_file = {token:?}\n\
         [contexts.gone]\nserver = \"http://127.0.0.1:9\"\n",
        site.url()
    );
    fs::write(folder.join("contexts.toml"), text).unwrap();
    let mut command = program(line);
    command.env("XDG_CONFIG_HOME", site.folder().join("config")).envs(set.iter().copied());
    said(command.output().unwrap())
}

#[test]
fn a_context_names_a_server_and_the_token_for_it() {
    let site = Site::new();
    let version = say(&site, "version", &[]);
    assert!(version.out.contains("\ncontext: lab\n"), "{version:?}");
    assert!(version.out.contains("you:     admin (admin)"), "{version:?}");
    assert_eq!(say(&site, "status n1", &[]).code, 0);
    assert_eq!(say(&site, "status n1 --context lab", &[("LASTWORD_CONTEXT", "gone")]).code, 0);
    assert_eq!(say(&site, "status n1 --context gone", &[]).code, 7);
    assert_eq!(say(&site, "status n1", &[("LASTWORD_CONTEXT", "gone")]).code, 7);
}

#[test]
fn a_server_that_is_named_wins_and_is_not_shown_the_token_of_a_context() {
    let site = Site::new();
    let url = site.url();
    assert_eq!(say(&site, "status n1 --server http://127.0.0.1:9", &[]).code, 7);
    assert_eq!(say(&site, "status n1", &[("LASTWORD_SERVER", "http://127.0.0.1:9")]).code, 7);
    let denied = say(&site, &format!("status n1 --server {url} --context lab"), &[]);
    assert_eq!(denied.code, 4, "{denied:?}");
    let version = say(&site, &format!("version --server {url}"), &[]);
    assert!(!version.out.contains("context"), "{version:?}");
}

#[test]
fn an_unknown_context_is_2_and_the_known_ones_are_told() {
    let site = Site::new();
    let said = say(&site, "status n1 --context nosuch", &[]);
    assert!(said.code == 2 && said.err.contains("known are: gone, lab"), "{said:?}");
    assert_eq!(say(&site, "nodes n[1-3] --context nosuch --count", &[]).out, "3\n");
}

#[test]
fn a_token_that_everybody_may_read_is_warned_of() {
    let site = Site::new();
    assert_eq!(site.say("status n1").err, "");
    fs::set_permissions(site.token_file(), fs::Permissions::from_mode(0o644)).unwrap();
    let said = site.say("status n1");
    assert!(said.code == 0 && said.err.contains("admin.token is open to everybody"), "{said:?}");
}
