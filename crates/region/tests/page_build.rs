//! How the page is built and packed, with a Node and an npm that only say what they were asked.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

#[expect(dead_code, reason = "what cargo alone calls")]
#[path = "../build.rs"]
mod build;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use build::{Absent, Tools};
use tempfile::TempDir;

/// A program that is being written can't be started, and a child that another test starts meanwhile holds it open:
/// one stage at a time.
static TURN: Mutex<()> = Mutex::new(());

/// Sources of a page, and tools that write down what they are asked.
struct Stage {
    _turn: MutexGuard<'static, ()>,
    folder: TempDir,
    tools: Tools,
}

/// Installs and builds what it is asked to.
const WORKING: &str = r#"
case "$1" in
  ci) mkdir -p node_modules ;;
  run) shift 4; mkdir -p "$1" && echo "<p>hello" > "$1/index.html" ;;
esac"#;

impl Stage {
    fn new(node: &str, npm: &str) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::new().unwrap();
        let web = folder.path().join("web");
        fs::create_dir(&web).unwrap();
        fs::write(web.join("package-lock.json"), "{}").unwrap();
        let node = script(folder.path(), "node", &format!("echo {node}"));
        let npm = script(folder.path(), "npm", &format!("echo \"$1\" >> ../asked\n{npm}"));
        Self { _turn: turn, folder, tools: Tools { node, npm } }
    }

    fn web(&self) -> PathBuf {
        self.folder.path().join("web")
    }

    fn dist(&self) -> PathBuf {
        self.folder.path().join("dist")
    }

    fn build(&self) -> Result<PathBuf, Absent> {
        build::build(&self.tools, &self.web(), &self.dist())
    }

    /// What npm was asked, a word each.
    fn asked(&self) -> String {
        let asked = fs::read_to_string(self.folder.path().join("asked")).unwrap_or_default();
        asked.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

fn script(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn why<T>(built: Result<T, Absent>) -> String {
    match built {
        Err(Absent::Failed(why)) => why,
        Err(Absent::Unwanted) => panic!("it was wanted"),
        Ok(_) => panic!("it was built"),
    }
}

#[test]
fn packages_are_installed_once_for_each_lock_file() {
    let stage = Stage::new("v20.1.0", WORKING);
    assert_eq!(stage.build().unwrap(), stage.dist());
    stage.build().unwrap();
    assert_eq!(stage.asked(), "ci run run");
    fs::write(stage.web().join("package-lock.json"), "{ }").unwrap();
    stage.build().unwrap();
    assert_eq!(stage.asked(), "ci run run ci run");
}

#[test]
fn without_a_node_that_is_new_enough_npm_is_not_asked() {
    for version in ["v18.19.0", "v9.0.0", "20.1.0", ""] {
        let stage = Stage::new(version, WORKING);
        assert_eq!(why(stage.build()), "Node 20 or newer is not there", "{version}");
        assert_eq!(stage.asked(), "");
    }
    let mut stage = Stage::new("v22.0.0", WORKING);
    stage.build().unwrap();
    stage.tools.node = stage.folder.path().join("nowhere");
    assert_eq!(why(stage.build()), "Node 20 or newer is not there");
}

#[test]
fn an_npm_that_fails_is_repeated_and_not_believed_the_next_time() {
    let stage = Stage::new("v20.1.0", "echo no network >&2; exit 7");
    let words = why(stage.build());
    assert!(words.starts_with("npm ci failed: exit status: 7"), "{words}");
    assert!(words.ends_with("no network"), "{words}");
    why(stage.build());
    assert_eq!(stage.asked(), "ci ci");
}

#[test]
fn a_page_is_packed_without_maps_and_the_same_each_time() {
    let folder = TempDir::new().unwrap();
    let (dist, out) = (folder.path().join("dist"), folder.path().join("out"));
    fs::create_dir_all(dist.join("assets")).unwrap();
    assert!(why(build::pack(&dist, &out)).contains("no index.html"));
    fs::write(dist.join("index.html"), "<p>").unwrap();
    fs::write(dist.join("assets/app-1.js"), "hello ".repeat(1_000)).unwrap();
    fs::write(dist.join("assets/app-1.js.map"), "{}").unwrap();
    let table = build::pack(&dist, &out).unwrap();
    assert!(table.contains(r#"path: "assets/app-1.js", kind: "text/javascript; charset=utf-8""#));
    assert!(table.contains(r#"path: "index.html""#) && !table.contains(".map"), "{table}");
    let packed = fs::read(out.join("packed/0")).unwrap();
    assert!(packed.len() < 100, "{} bytes", packed.len());
    assert_eq!(build::pack(&dist, &out).unwrap(), table);
    assert_eq!(fs::read(out.join("packed/0")).unwrap(), packed);
    fs::write(dist.join("index.html"), "<p>new").unwrap();
    assert_ne!(build::pack(&dist, &out).unwrap(), table, "it has another tag");
}
