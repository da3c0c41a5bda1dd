//! Builds the page in `web/` and packs it for the program. It makes no page of its own, and writes nothing into the
//! sources but `web/node_modules`.
//!
//! `LASTWORD_WEB=off` leaves the page out, `LASTWORD_WEB=required` fails instead of leaving it out, and `LASTWORD_WEB_DIST`
//! names a folder with a page that was built elsewhere. Without Node the page is left out and a warning says so.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest Node that builds the page.
const NODE_MAJOR_MIN: u32 = 20;
/// The folders of the sources; beside them, the files directly in `web/` are sources.
const SOURCE_FOLDERS: [&str; 2] = ["src", "public"];
/// The end of what npm said that is repeated when it fails, in lines.
const SAID_LINES_MAX: usize = 6;

/// Where the programs are that build the page.
#[derive(Debug)]
pub struct Tools {
    /// Node itself.
    pub node: PathBuf,
    /// Its package manager.
    pub npm: PathBuf,
}

/// Why there is no page.
#[derive(Debug, PartialEq, Eq)]
pub enum Absent {
    /// Nobody wants one.
    Unwanted,
    /// It can't be built, and why.
    Failed(String),
}

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=LASTWORD_WEB");
    println!("cargo:rerun-if-env-changed=LASTWORD_WEB_DIST");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let tools = Tools { node: "node".into(), npm: "npm".into() };
    let packed = page(&tools, &out).and_then(|dist| pack(&dist, &out));
    let table = match packed {
        Ok(table) => table,
        Err(Absent::Unwanted) => left_out("it was left out on purpose (LASTWORD_WEB=off)"),
        Err(Absent::Failed(why)) => {
            assert!(!is_env("LASTWORD_WEB", "required"), "can't build the page: {why}");
            let first = why.lines().next().unwrap_or_default();
            // Node may be found, or the sources be there, the next time
            println!("cargo:rerun-if-env-changed=PATH");
            for line in format!("built without the web page: {why}").lines() {
                println!("cargo:warning={line}");
            }
            left_out(first)
        }
    };
    fs::write(out.join("page.rs"), table).expect("cargo's folder can be written");
}

fn is_env(name: &str, value: &str) -> bool {
    std::env::var_os(name).is_some_and(|given| given == value)
}

/// The folder with the page.
fn page(tools: &Tools, out: &Path) -> Result<PathBuf, Absent> {
    if let Some(dist) = std::env::var_os("LASTWORD_WEB_DIST") {
        println!("cargo:rerun-if-changed={}", Path::new(&dist).display());
        return Ok(dist.into());
    }
    if is_env("LASTWORD_WEB", "off") {
        return Err(Absent::Unwanted);
    }
    let own = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let sources = own.join("../../web");
    if !sources.join("package.json").is_file() {
        println!("cargo:rerun-if-changed={}", sources.join("package.json").display());
        return Err(Absent::Failed("its sources are not there".to_owned()));
    }
    watch(&sources);
    println!("cargo:rerun-if-changed=openapi.json");
    build(tools, &sources, &out.join("page"))
}

/// Has cargo look at the sources, and not at what is installed or built beside them.
fn watch(sources: &Path) {
    for entry in fs::read_dir(sources).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !folder || SOURCE_FOLDERS.iter().any(|known| name == *known) {
            println!("cargo:rerun-if-changed={}", entry.path().display());
        }
    }
}

/// Builds the page from those sources into `dist`, after whoever else is at it.
///
/// # Errors
/// [`Absent::Failed`] without Node, or when npm or the page's own build fail.
pub fn build(tools: &Tools, sources: &Path, dist: &Path) -> Result<PathBuf, Absent> {
    let failed = |what: String| Absent::Failed(what);
    if node_major(&tools.node).is_none_or(|major| major < NODE_MAJOR_MIN) {
        let words = format!("Node {NODE_MAJOR_MIN} or newer is not there");
        return Err(failed(words));
    }
    let lock_file = sources.join("package-lock.json");
    // two builds at once, each with its own target folder, would install over each other
    let alone = File::open(&lock_file).and_then(|file| file.lock().map(|()| file));
    let _alone = alone.map_err(|error| failed(format!("{}: {error}", lock_file.display())))?;
    install(tools, sources, &lock_file)?;
    let dist_text = dist.display().to_string();
    npm(tools, sources, &["run", "build", "--", "--outDir", &dist_text, "--emptyOutDir"])?;
    Ok(dist.to_owned())
}

fn node_major(node: &Path) -> Option<u32> {
    let told = Command::new(node).arg("--version").stdin(Stdio::null()).output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    told.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

/// Installs what the page is built with, unless that is done for this very lock file.
fn install(tools: &Tools, sources: &Path, lock_file: &Path) -> Result<(), Absent> {
    let locked = fs::read(lock_file).unwrap_or_default();
    let stamp = sources.join("node_modules/.lastword-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == locked) {
        return Ok(());
    }
    npm(tools, sources, &["ci", "--no-audit", "--no-fund", "--prefer-offline"])?;
    fs::write(&stamp, locked)
        .map_err(|error| Absent::Failed(format!("{}: {error}", stamp.display())))
}

fn npm(tools: &Tools, sources: &Path, args: &[&str]) -> Result<(), Absent> {
    let mut command = Command::new(&tools.npm);
    command.args(args).current_dir(sources).stdin(Stdio::null());
    let failed = |why: String| Absent::Failed(format!("npm {} failed: {why}", args[0]));
    let done = command.output().map_err(|error| failed(error.to_string()))?;
    if done.status.success() {
        return Ok(());
    }
    let said = [done.stdout, done.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let end = lines[lines.len().saturating_sub(SAID_LINES_MAX)..].join("\n");
    Err(failed(format!("{}\n{end}", done.status)))
}

/// Packs every file of the page into `out`, and writes the table of them as Rust.
///
/// # Errors
/// [`Absent::Failed`] if it is no page, or can't be read.
pub fn pack(dist: &Path, out: &Path) -> Result<String, Absent> {
    if !dist.join("index.html").is_file() {
        let words = format!("there is no index.html in {}", dist.display());
        return Err(Absent::Failed(words));
    }
    let failed = |error: io::Error| Absent::Failed(format!("{}: {error}", dist.display()));
    let packed = out.join("packed");
    fs::create_dir_all(&packed).map_err(failed)?;
    let mut files = Vec::new();
    walk(dist, "", &mut files).map_err(failed)?;
    files.sort();
    let mut table = "const PAGE: Page = Ok(&[\n".to_owned();
    for (number, path) in files.iter().enumerate() {
        let bytes = fs::read(dist.join(path)).map_err(failed)?;
        fs::write(packed.join(number.to_string()), gzip(&bytes)).map_err(failed)?;
        let (kind, tag) = (kind(path), tag(&bytes));
        let gzip = format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/packed/{number}\"))");
        let _ = writeln!(
            table,
            "Asset {{ path: {path:?}, kind: {kind:?}, tag: {tag:?}, gzip: {gzip} }},"
        );
    }
    table.push_str("]);\n");
    Ok(table)
}

/// The table of a program without a page.
fn left_out(why: &str) -> String {
    format!("const PAGE: Page = Err({why:?});\n")
}

/// Every file below, but maps to the sources: they are for whoever has those.
fn walk(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), &format!("{name}/"), files)?;
        } else if !name.ends_with(".map") {
            files.push(name);
        }
    }
    Ok(())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).and_then(|()| packer.finish()).expect("memory takes it")
}

/// A quoted word that is another one for other bytes.
fn tag(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
