//! The web page's own tests and bench: what npm runs in `web/`. The build of the program has installed what they need, so
//! that without Node there is nothing to run.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::{machine, shell};

/// Its tests: types, the page alone, and the page over the real program in a real browser.
const TESTS: [&str; 3] = ["check", "test", "e2e"];

/// Runs the page's tests, with the Node of that folder if one is given; false if the page could not be built.
///
/// # Errors
/// When a test fails, or when nothing can be run though `LASTWORD_WEB=required`.
pub fn test(node: Option<&Path>) -> Result<bool> {
    if !is_installed() {
        if std::env::var_os("LASTWORD_WEB").is_some_and(|given| given == "required") {
            bail!("the web page is required and was not built");
        }
        return Ok(false);
    }
    machine::page_packages()?;
    for script in TESTS {
        let mut npm = npm(script, "debug");
        if let Some(node) = node {
            shell::look_first_in(&mut npm, node)?;
        }
        shell::must(npm)?;
    }
    Ok(true)
}

/// Measures the page in a browser.
///
/// # Errors
/// When that fails.
pub fn bench() -> Result<()> {
    if !is_installed() {
        println!("no figures of a browser: the page was not built (Node 20 and npm build it)");
        return Ok(());
    }
    machine::page_packages()?;
    shell::must(npm("bench", "release"))
}

fn web() -> PathBuf {
    shell::root().join("web")
}

/// Whether the build of the program has installed what the page is built and tested with.
fn is_installed() -> bool {
    web().join("node_modules/.lastword-lock").is_file()
}

/// A script of the page, with the program of that profile.
fn npm(script: &str, profile: &str) -> Command {
    let mut npm = Command::new("npm");
    npm.args(["run", "--silent", script]).current_dir(web());
    npm.env("LASTWORD_BIN", shell::target().join(profile).join("lastword"));
    npm.env("LASTWORD_WEB_OUT", shell::target().join("page"));
    npm
}
