//! What `check-config` finds before a server is started with it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::site::{Said, program, said};

const INVENTORY: &str = "\
    [[nodes]]\nnames = 'n[1-3]'\ndriver = 'ipmi'\nbmc = '127.0.0.[1-3]'\ncredentials = 'c'\n\
    [credentials.c]\nusername = 'u'\n";

fn check(dir: &Path, password: &str, flags: &str) -> Said {
    let file = dir.join("inventory.toml");
    fs::write(&file, format!("{INVENTORY}password = {password}\n")).unwrap();
    let data = dir.join("data");
    let line = format!(
        "check-config --inventory {} --data {} --listen 127.0.0.1:0 {flags}",
        file.display(),
        data.display()
    );
    said(program(&line).env("CANARY", "hunter2").output().unwrap())
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_sound_configuration_is_0_and_nothing_is_made() {
    let dir = tempfile::tempdir().unwrap();
    let said = check(dir.path(), "{ env = 'CANARY' }", "");
    assert_eq!(said.code, 0, "{said:?}");
    for words in ["3 nodes", "environment variable CANARY", "is not there yet", "is free"] {
        assert!(said.out.contains(words), "{words}: {said:?}");
    }
    assert!(!said.out.contains("hunter2") && said.err.is_empty(), "{said:?}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn what_serve_would_refuse_is_2() {
    let dir = tempfile::tempdir().unwrap();
    for (password, flags, words) in [
        ("{ env = 'NOT_THERE' }", "", "environment variable NOT_THERE: not set"),
        ("{ file = '/nonexistent' }", "", "file /nonexistent: No such file"),
        ("{ credential = 'c' }", "", "CREDENTIALS_DIRECTORY is not set"),
        ("{ exec = ['/nonexistent', 'hunter2'] }", "", "not a program that may be run"),
        ("{ env = 'CANARY' }", "--tls /a.pem,/b.pem", "can't read /a.pem"),
        ("1", "", "inventory.toml"),
    ] {
        let said = check(dir.path(), password, flags);
        assert_eq!(said.code, 2, "{said:?}");
        assert!(said.out.contains("wrong:") && said.out.contains(words), "{words}: {said:?}");
        assert!(!said.out.contains("hunter2"), "{said:?}");
    }
    let file = dir.path().join("inventory.toml");
    let line = format!("check-config --inventory {} --listen 0.0.0.0:0", file.display());
    let open = said(program(&line).output().unwrap());
    assert!(open.code == 2 && open.out.contains("without TLS"), "{open:?}");
}

#[test]
fn folders_and_tokens_that_others_can_open_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("admin.token"), "lw_x").unwrap();
    for (mode, token, code, words) in [
        (0o700, 0o600, 0, ""),
        (0o755, 0o600, 0, "warning: data folder"),
        (0o700, 0o644, 0, "admin.token is open to everybody"),
        (0o777, 0o600, 2, "wrong:   data folder"),
    ] {
        chmod(&data, mode);
        chmod(&data.join("admin.token"), token);
        let said = check(dir.path(), "{ env = 'CANARY' }", "");
        assert_eq!(said.code, code, "{said:?}");
        assert!(said.out.contains(words), "{words}: {said:?}");
        assert_eq!(said.out.contains("warning:"), code == 0 && !words.is_empty(), "{said:?}");
    }
}

#[test]
fn the_documented_redfish_inventory_is_read_and_its_authorities_are_looked_for() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/drivers/redfish.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, example) = page.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("inventory.toml");
    fs::write(&file, example).unwrap();
    let read = said(program(&format!("inventory check {}", file.display())).output().unwrap());
    assert_eq!(read.code, 0, "{read:?}");
    assert!(read.out.contains("2565 nodes") && read.err.is_empty(), "{read:?}");

    let (data, file) = (dir.path().join("data"), file.display());
    let line =
        format!("check-config --inventory {file} --data {} --listen 127.0.0.1:0", data.display());
    let check = || said(program(&line).env("BMC_PASSWORD", "hunter2").output().unwrap());
    let missing = check();
    assert_eq!(missing.code, 2, "{missing:?}");
    assert!(
        missing.out.contains("bmc-ca.pem") && missing.out.contains("can't read"),
        "{missing:?}"
    );
    fs::write(dir.path().join("bmc-ca.pem"), "no certificate\n").unwrap();
    let empty = check();
    assert!(empty.code == 2 && empty.out.contains("no certificate in"), "{empty:?}");
}

#[test]
fn a_password_that_its_driver_can_t_use_is_told_and_so_are_those_of_second_ways() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("long"), "hunter2-hunter2-hunter2").unwrap();
    let long = check(dir.path(), &format!("{{ file = '{}/long' }}", dir.path().display()), "");
    assert_eq!(long.code, 2, "{long:?}");
    assert!(long.out.contains("the password is 23 bytes long"), "{long:?}");
    assert!(!long.out.contains("hunter2"), "{long:?}");

    let hook = "{ env = 'CANARY' }\n[[nodes]]\nnames = 'w1'\ndriver = 'webhook'\nauthorization = 'bearer'\n\
        power_on_uri = 'http://h/on'\npower_off_uri = 'http://h/off'\npower_query_uri = 'http://h/'\n\
        credentials = 't'\n[credentials.t]\nusername = 't'\npassword = { file = 'token' }";
    fs::write(dir.path().join("token"), "two\nlines").unwrap();
    let hook = check(dir.path(), hook, "");
    assert!(hook.code == 2 && hook.out.contains("fits in no header"), "{hook:?}");

    let second = "{ env = 'CANARY' }\n\
        [nodes.second]\nis = 'feed'\ndriver = 'fence'\nagent = 'fence_nowhere'\n\
        parameters = { ip = 'p', plug = '{1}' }\ncredentials = 'pdu'\n\
        [credentials.pdu]\nusername = 'u'\npassword = { env = 'NOT_THERE' }";
    let second = check(dir.path(), second, "");
    assert_eq!(second.code, 2, "{second:?}");
    for words in ["there is no program fence_nowhere", "environment variable NOT_THERE: not set"] {
        assert!(second.out.contains(words), "{second:?}");
    }
}

#[test]
fn a_data_folder_that_is_not_there_yet_may_be_named_from_here() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("i.toml"), format!("{INVENTORY}password = {{ env = 'CANARY' }}\n"))
        .unwrap();
    let mut command = program("check-config --inventory i.toml --data data --listen 127.0.0.1:0");
    let said = said(command.env("CANARY", "hunter2").current_dir(dir.path()).output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn the_documented_fence_inventory_needs_its_agents_and_every_secret_that_it_names() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/drivers/fence.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, example) = page.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (file, key) = (dir.path().join("inventory.toml"), dir.path().join("pdu.priv"));
    let example = example.replace("/etc/lastword/pdu.priv", &key.display().to_string());
    fs::write(&file, example.replace("fence_vmware_rest", "fence_nowhere")).unwrap();
    let (data, file) = (dir.path().join("data"), file.display());
    let line =
        format!("check-config --inventory {file} --data {} --listen 127.0.0.1:0", data.display());
    let said = said(program(&line).env("PDU_PASSWORD", "hunter2").output().unwrap());
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.out.contains("there is no program fence_nowhere in /usr/sbin"), "{said:?}");
    assert!(said.out.contains("agent /usr/sbin/fence_apc_snmp"), "{said:?}");
    assert!(said.out.contains("parameter snmp_priv_passwd: secret from file"), "{said:?}");
    assert!(!said.out.contains("hunter2"), "{said:?}");
}
