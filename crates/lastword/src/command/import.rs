//! `lastword inventory import`: opens the files of other programs and writes an inventory with its passwords beside it, for
//! their owner alone. What the files mean is not its affair.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use cluster::inventory::Inventory;
use zeroize::Zeroizing;

use crate::cli::output::{plain, print};
use crate::cli::{Exit, Failure};
use crate::import::{
    Field, Format, Found, Hints, Protocol, SOURCES_MAX_BYTES, Settled, Source, Written, listing,
    read, settle, write,
};

/// What stands for standard input or output.
const STANDARD: &str = "-";
/// A file that another one includes is at most so long, in bytes.
const INCLUDED_MAX_BYTES: usize = 4 << 20;
/// The permission bits of the group and of everybody else.
const NOT_THE_OWNER: u32 = 0o077;
/// What the folder with the passwords ends in, if it is not named.
const SECRETS: &str = "secrets";

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword inventory import powerman /etc/powerman/powerman.conf --with genders:/etc/genders --out inventory.toml
  lastword inventory import maas machines.json power-parameters.json --out inventory.toml --secrets bmc-passwords
  lastword inventory import ansible hosts.json --map bmc=oob --driver redfish --dry-run")]
pub struct Args {
    /// What the files are
    #[arg(value_enum)]
    format: Format,
    /// The files; - is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// A file of another format, for what it knows of the same nodes (repeat it)
    #[arg(long, value_name = "FORMAT:FILE", value_parser = other)]
    with: Vec<Other>,
    /// Where the inventory goes: a file, a folder for a file named after the format, or - for standard output
    #[arg(long, value_name = "PATH", default_value = STANDARD)]
    out: PathBuf,
    /// A folder for the passwords, a file each, for you alone [default: beside the inventory]
    #[arg(long, value_name = "DIR")]
    secrets: Option<PathBuf>,
    /// The protocol of BMCs for which none is named
    #[arg(long, value_enum, value_name = "DRIVER")]
    driver: Option<Protocol>,
    /// What columns, attributes or variables are called, such as bmc=oob_ip (repeat it). Fields: name, bmc, driver, port,
    /// username, password, kg, system, cipher, privilege, insecure
    #[arg(long, value_name = "FIELD=NAME", value_parser = mapped)]
    map: Vec<(Field, String)>,
    /// Overwrite the inventory and passwords that are there
    #[arg(long)]
    force: bool,
    /// Print the inventory, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Write nothing, and exit with 1, if something can't be carried over
    #[arg(long)]
    strict: bool,
}

/// A file of another format.
#[derive(Clone, Debug)]
struct Other {
    format: Format,
    file: PathBuf,
}

fn other(text: &str) -> Result<Other, String> {
    let (format, file) = text.split_once(':').ok_or("expected FORMAT:FILE")?;
    Ok(Other { format: Format::from_str(format, false)?, file: file.into() })
}

fn mapped(text: &str) -> Result<(Field, String), String> {
    let (field, name) = text.split_once('=').ok_or("expected FIELD=NAME")?;
    Ok((Field::from_str(field, false)?, name.to_owned()))
}

/// Runs it. What can't be carried over is listed on standard error.
///
/// # Errors
/// When a file can't be read or is wrong, or when something is in the way of what is written.
pub fn run(args: &Args) -> anyhow::Result<Exit> {
    let settled = settle(found(args)?)?;
    if args.out.to_string_lossy().ends_with('/') && !args.out.is_dir() {
        let words = format!("there is no folder {}", args.out.display());
        return Err(Failure::usage(words).hint("make it, or name a file").into());
    }
    let target = Target::of(args);
    let written = write(&settled, &target.named);
    list(&settled);
    let inventory = Inventory::from_text("the new inventory", &written.proof(&settled))
        .context("a defect of lastword: what it made of these files is no inventory")?;
    if !settled.nodes.is_empty() && !inventory.warnings.is_empty() {
        eprintln!("{}", inventory.warnings);
    }
    if settled.nodes.is_empty() && settled.groups.is_empty() {
        let words = "there is nothing in these files that could be carried over";
        return Err(Failure::new(Exit::Failed, words).into());
    }
    let (nodes, groups) = (settled.nodes.len(), settled.groups.len());
    eprintln!("nodes: {nodes}, groups: {groups}, secrets: {}", written.secrets.len());
    if args.strict && !settled.left.is_empty() {
        eprintln!("nothing is written, because of --strict");
        return Ok(Exit::Failed);
    }
    if args.dry_run {
        print(&written.toml)?;
    } else {
        target.store(&written, args)?;
    }
    Ok(Exit::Done)
}

fn found(args: &Args) -> anyhow::Result<Found> {
    let mut left = SOURCES_MAX_BYTES;
    let mut open = |paths: &[PathBuf]| -> anyhow::Result<Vec<Source>> {
        paths.iter().map(|path| open(path, &mut left)).collect()
    };
    let files = open(&args.files)?;
    let others: anyhow::Result<Vec<_>> = args
        .with
        .iter()
        .map(|other| Ok((other.format, open(std::slice::from_ref(&other.file))?)))
        .collect();
    let include = |path: &str| open_included(path, &args.files);
    let map: BTreeMap<Field, String> = args.map.iter().cloned().collect();
    let hints = Hints { driver: args.driver, map, include: &include };
    let mut found = Found::default();
    read(args.format, &files, &hints, &mut found)?;
    for (format, files) in others? {
        read(format, &files, &hints, &mut found)?;
    }
    Ok(found)
}

fn open(path: &Path, left: &mut usize) -> anyhow::Result<Source> {
    let source =
        open_path(path, *left).with_context(|| format!("can't read {}", path.display()))?;
    *left -= source.text.len();
    Ok(source)
}

/// A file that another one includes, seen from here or else from beside the first file. How many there may be is
/// bounded where they are asked for.
fn open_included(path: &str, files: &[PathBuf]) -> Result<Source, String> {
    let here = Path::new(path);
    let beside = files.first().and_then(|file| file.parent()).map(|folder| folder.join(here));
    let beside = beside.filter(|beside| !here.exists() && beside.exists());
    let path = beside.as_deref().unwrap_or(here);
    open_path(path, INCLUDED_MAX_BYTES).map_err(|error| error.to_string())
}

fn open_path(path: &Path, max_bytes: usize) -> io::Result<Source> {
    let limit = max_bytes as u64 + 1;
    let mut bytes = Zeroizing::new(Vec::new());
    if path == Path::new(STANDARD) {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
    } else {
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a regular file"));
        }
        File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    }
    if bytes.len() > max_bytes {
        return Err(io::Error::other("too large"));
    }
    let text = str::from_utf8(&bytes).map_err(|_| io::Error::other("not UTF-8"))?;
    let text = Zeroizing::new(text.to_owned());
    Ok(Source { name: path.display().to_string().into(), text })
}

fn list(settled: &Settled) {
    let lines = listing(&settled.left);
    if !lines.is_empty() {
        eprintln!("not carried over, or to be looked at:");
    }
    for line in lines {
        eprintln!("  {}", plain(&line));
    }
}

/// Where things go.
struct Target {
    /// The inventory's file; none for standard output.
    file: Option<PathBuf>,
    /// The folder with the passwords.
    folder: PathBuf,
    /// That folder as the inventory names it.
    named: String,
}

impl Target {
    fn of(args: &Args) -> Self {
        let file = (args.out != Path::new(STANDARD)).then(|| {
            let format = args.format.to_possible_value();
            let name = format.map_or_else(String::new, |format| format.get_name().to_owned());
            if args.out.is_dir() { args.out.join(format!("{name}.toml")) } else { args.out.clone() }
        });
        let beside = file.as_ref().map(|file| file.with_extension(SECRETS));
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        match (&args.secrets, beside) {
            (Some(folder), _) => {
                let named = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
                Self { file, folder: folder.clone(), named: named.display().to_string() }
            }
            (None, Some(folder)) => {
                let named = name(&folder).unwrap_or_else(|| SECRETS.to_owned());
                Self { file, folder, named }
            }
            (None, None) => {
                let named = format!("inventory.{SECRETS}");
                Self { file, folder: named.clone().into(), named }
            }
        }
    }

    fn store(&self, written: &Written, args: &Args) -> anyhow::Result<()> {
        if self.file.is_none() && args.secrets.is_none() && !written.secrets.is_empty() {
            let failure = Failure::usage("there are passwords, and no place for them");
            return Err(failure
                .hint("--secrets DIR names a folder, --out FILE puts one beside it")
                .into());
        }
        let taken = self.file.iter().find(|file| !args.force && file.exists());
        if let Some(file) = taken {
            return Err(in_the_way(file).into());
        }
        if !written.secrets.is_empty() {
            make_private(&self.folder)?;
        }
        for (name, secret) in &written.secrets {
            let text = Zeroizing::new(format!("{}\n", secret.expose()));
            put(&self.folder.join(name), &text, 0o600, args.force)?;
        }
        match &self.file {
            Some(file) => put(file, &written.toml, 0o644, args.force),
            None => print(&written.toml),
        }
    }
}

fn in_the_way(path: &Path) -> Failure {
    Failure::usage(format!("{} is there already", path.display())).hint("--force overwrites it")
}

/// Makes a folder that nobody else can look into, or looks whether it is one.
fn make_private(folder: &Path) -> anyhow::Result<()> {
    let shown = folder.display();
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let found = fs::metadata(folder).with_context(|| format!("can't look at {shown}"))?;
            if !found.is_dir() || found.permissions().mode() & NOT_THE_OWNER != 0 {
                let failure = Failure::usage(format!("{shown} is no folder for you alone"));
                return Err(failure.hint(format!("chmod 700 {shown}, or name another one")).into());
            }
            Ok(())
        }
        made => made.with_context(|| format!("can't make {shown}")),
    }
}

/// Writes a file that was not there; with `force` it takes the place of one that was.
fn put(path: &Path, text: &str, mode: u32, force: bool) -> anyhow::Result<()> {
    let shown = path.display();
    let new = |path: &Path| OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let place = if force { with_suffix(path, ".new") } else { path.to_path_buf() };
    let mut file = match new(&place) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(in_the_way(&place).into());
        }
        opened => opened.with_context(|| format!("can't write {shown}"))?,
    };
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let written = written.and_then(|()| if force { fs::rename(&place, path) } else { Ok(()) });
    if written.is_err() {
        // half a file is worse than none
        drop(fs::remove_file(&place));
    }
    written.with_context(|| format!("can't write {shown}"))
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}
