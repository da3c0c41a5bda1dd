//! `lastword inventory import`, from files to files: what is written for whom, and that passwords are nowhere else.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::site::{Said, program, said};

const CANARY: &str = "hunter2-canary";
const TABLE: &str = "name,bmc,driver,username,password,kg\n\
                     n1,10.0.0.1,ipmi,ops,hunter2-canary,hunter2-canary-kg\n\
                     n2,10.0.0.2,ipmi,ops,hunter2-canary,hunter2-canary-kg\n\
                     n3,10.0.0.3,snmp,ops,hunter2-canary,\n";

fn say(dir: &Path, line: &str) -> Said {
    said(program(line).current_dir(dir).output().unwrap())
}

/// Whether the server would find all secrets.
fn check_config(dir: &Path, inventory: &str) -> Said {
    let data = dir.join("data");
    let place = format!("--data {} --listen 127.0.0.1:0", data.display());
    say(dir, &format!("check-config --inventory {inventory} {place}"))
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn passwords_go_into_files_for_their_owner_and_nowhere_else() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("t.csv"), TABLE).unwrap();
    let made = say(dir.path(), "inventory import csv t.csv --out inventory.toml");
    assert_eq!((made.code, made.out.as_str()), (0, ""), "{made:?}");
    assert!(made.err.contains("t.csv:4: n3: driver \"snmp\" is not known"), "{made:?}");

    let secrets = dir.path().join("inventory.secrets");
    assert_eq!(mode(&secrets), 0o700);
    for (file, text) in [("ops", "hunter2-canary\n"), ("ops.kg", "hunter2-canary-kg\n")] {
        assert_eq!(fs::read_to_string(secrets.join(file)).unwrap(), text);
        assert_eq!(mode(&secrets.join(file)), 0o600);
    }
    assert_eq!(fs::read_dir(&secrets).unwrap().count(), 2);

    let checked = say(dir.path(), "inventory check inventory.toml");
    assert_eq!((checked.code, checked.err.as_str()), (0, ""), "{checked:?}");
    assert!(checked.out.contains("2 nodes"), "{checked:?}");
    let config = check_config(dir.path(), "inventory.toml");
    assert_eq!(config.code, 0, "{config:?}");

    let printed = say(dir.path(), "inventory import csv t.csv --dry-run -v");
    let toml = fs::read_to_string(dir.path().join("inventory.toml")).unwrap();
    assert_eq!(printed.out, toml, "a dry run prints what would be written");
    for said in [made, checked, config, printed] {
        assert!(!said.out.contains(CANARY) && !said.err.contains(CANARY), "{said:?}");
    }
    assert!(!toml.contains(CANARY), "{toml}");
}

#[test]
fn nothing_that_is_there_is_overwritten_unless_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    fs::write(path("t.csv"), TABLE).unwrap();
    let line = "inventory import csv t.csv --out i.toml --secrets s";
    fs::write(path("i.toml"), "mine").unwrap();
    let refused = say(dir.path(), line);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.err.contains("i.toml is there already") && !path("s").exists(), "{refused:?}");

    fs::remove_file(path("i.toml")).unwrap();
    fs::create_dir(path("s")).unwrap();
    fs::set_permissions(path("s"), fs::Permissions::from_mode(0o755)).unwrap();
    let open = say(dir.path(), line);
    assert!(open.code == 2 && open.err.contains("no folder for you alone"), "{open:?}");

    fs::set_permissions(path("s"), fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(path("s/ops"), "mine").unwrap();
    let kept = say(dir.path(), line);
    assert!(kept.code == 2 && kept.err.contains("s/ops is there already"), "{kept:?}");
    assert_eq!(fs::read_to_string(path("s/ops")).unwrap(), "mine");
    assert!(!path("i.toml").exists());

    fs::write(path("i.toml"), "mine").unwrap();
    let forced = say(dir.path(), &format!("{line} --force"));
    assert_eq!(forced.code, 0, "{forced:?}");
    assert_eq!(fs::read_to_string(path("s/ops")).unwrap(), "hunter2-canary\n");
    assert_eq!(mode(&path("s/ops")), 0o600);
    let check = check_config(dir.path(), "i.toml");
    assert_eq!(check.code, 0, "{check:?}");
}

#[test]
fn passwords_are_not_lost_on_the_way_to_standard_output() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("t.csv"), TABLE).unwrap();
    let nowhere = say(dir.path(), "inventory import csv t.csv");
    assert!(nowhere.code == 2 && nowhere.err.contains("--secrets DIR"), "{nowhere:?}");
    assert_eq!((nowhere.out.as_str(), fs::read_dir(dir.path()).unwrap().count()), ("", 1));
    let printed = say(dir.path(), "inventory import csv t.csv --secrets s");
    assert_eq!(printed.code, 0, "{printed:?}");
    let absolute = dir.path().canonicalize().unwrap().join("s/ops");
    assert!(printed.out.contains(&absolute.display().to_string()), "{printed:?}");
    assert!(dir.path().join("s/ops").exists());
}

#[test]
fn what_is_doubtful_in_the_new_inventory_is_told() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("t.csv"), "name,bmc,driver\nn1,b1,ipmi\nn2,b1,ipmi\n").unwrap();
    let shared = say(dir.path(), "inventory import csv t.csv --dry-run");
    assert_eq!(shared.code, 0, "{shared:?}");
    assert!(shared.err.contains("n[1-2] share bmc b1:623"), "{shared:?}");
}

#[test]
fn strict_writes_nothing_when_something_can_t_be_carried_over() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("t.csv"), TABLE).unwrap();
    let strict = say(dir.path(), "inventory import csv t.csv --out i.toml --strict");
    assert_eq!(strict.code, 1, "{strict:?}");
    assert!(strict.err.contains("n3: driver") && strict.err.contains("--strict"), "{strict:?}");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_wrong_file_is_told_with_its_line_and_a_missing_one_by_its_name() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("p.conf"), "\ndevice \"d\" \"ipmipower -p hunter2-canary").unwrap();
    let wrong = say(dir.path(), "inventory import powerman p.conf");
    assert_eq!(wrong.code, 1, "{wrong:?}");
    assert!(wrong.err.contains("p.conf:2: a string without its end"), "{wrong:?}");
    assert!(!wrong.err.contains(CANARY), "{wrong:?}");
    let missing = say(dir.path(), "inventory import powerman not-there.conf");
    assert!(missing.code == 1 && missing.err.contains("not-there.conf"), "{missing:?}");
    let folder = say(dir.path(), "inventory import powerman .");
    assert!(folder.code == 1 && folder.err.contains("not a regular file"), "{folder:?}");
    fs::write(dir.path().join("e.conf"), "# nothing").unwrap();
    let empty = say(dir.path(), "inventory import powerman e.conf --out i.toml");
    assert!(empty.code == 1 && empty.err.contains("nothing in these files"), "{empty:?}");
    assert!(!dir.path().join("i.toml").exists());
    assert_eq!(say(dir.path(), "inventory import nagios x").code, 2);
    assert_eq!(say(dir.path(), "inventory import csv x --map colour=x").code, 2);
}

/// Runs the examples of the page in one folder: each file that it shows is written there, each command is typed, and what
/// the command prints is compared with what the page says.
#[test]
fn every_example_of_the_page_is_true() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/import.md");
    let page = fs::read_to_string(page).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut commands = 0;
    for block in page.split("```").skip(1).step_by(2) {
        let (head, body) = block.split_once('\n').unwrap();
        if let Some((_, name)) = head.split_once(' ') {
            fs::write(dir.path().join(name), body).unwrap();
            continue;
        }
        let Some(typed) = body.strip_prefix("$ lastword ") else { continue };
        let (line, shown) = typed.split_once('\n').unwrap();
        let made = say(dir.path(), line);
        assert_eq!(made.code, 0, "{line}\n{made:?}");
        assert_eq!(format!("{}{}", made.err, made.out), shown, "{line}");
        commands += 1;
    }
    assert_eq!(commands, 11, "one for each format and one more");
}
