//! A copy of the core and of what it needs, as a workspace of its own below the build folder, so that
//! breaking it touches nothing else. It knows nothing of mutations.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The core and what it is built from.
const MEMBERS: [&str; 2] = ["crates/arbiter", "crates/nodeset"];

/// The copy. Everything in it is built in one folder, so that dependencies are built once.
pub struct Copy {
    folder: PathBuf,
    build: PathBuf,
}

/// Puts a file back when it goes.
pub struct Mended {
    path: PathBuf,
    sound: String,
}

impl Copy {
    /// Brings the copy below `place` up to date. Files that are the same stay untouched.
    pub fn of(root: &Path, place: &Path) -> Result<Self> {
        let copy = Self { folder: place.join("workspace"), build: place.join("build") };
        for member in MEMBERS {
            sync(&root.join(member), &copy.folder.join(member))?;
        }
        sync(&root.join("Cargo.lock"), &copy.folder.join("Cargo.lock"))?;
        let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        write_if_different(&copy.folder.join("Cargo.toml"), workspace(&manifest)?.as_bytes())?;
        Ok(copy)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The core's folder in it.
    pub fn core(&self) -> PathBuf {
        self.folder.join(MEMBERS[0])
    }

    /// Where it is built, and where proofs leave what they print.
    pub fn build(&self) -> &Path {
        &self.build
    }

    /// Writes another text into one of its files, until the answer is dropped.
    pub fn replace(&self, path: &Path, text: &str) -> Result<Mended> {
        let mended = Mended { path: path.to_owned(), sound: fs::read_to_string(path)? };
        fs::write(path, text).with_context(|| format!("can't write {}", path.display()))?;
        Ok(mended)
    }
}

impl Drop for Mended {
    fn drop(&mut self) {
        // should it fail, the next copy puts it right
        let _ = fs::write(&self.path, &self.sound);
    }
}

/// The repository's manifest with the copied members only.
fn workspace(manifest: &str) -> Result<String> {
    let mut manifest: toml::Table = toml::from_str(manifest).context("Cargo.toml")?;
    let workspace = manifest.get_mut("workspace").and_then(toml::Value::as_table_mut);
    let workspace = workspace.context("Cargo.toml has no [workspace]")?;
    workspace.remove("default-members");
    workspace.insert("members".to_owned(), MEMBERS.to_vec().into());
    Ok(toml::to_string(&manifest)?)
}

/// Makes `to` what `from` is. Untouched files keep their time, so that only what changed is built.
fn sync(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        let bytes = fs::read(from).with_context(|| format!("can't read {}", from.display()))?;
        return write_if_different(to, &bytes);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if !from.join(entry.file_name()).exists() {
            remove(&entry.path())?;
        }
    }
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        sync(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.with_context(|| format!("can't remove {}", path.display()))
}

fn write_if_different(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, bytes).with_context(|| format!("can't write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copied_workspace_has_the_core_and_keeps_its_profiles() {
        let manifest = "[workspace]\nmembers = [\"crates/*\"]\ndefault-members = [\"crates/x\"]\n\
                        [profile.dev]\nopt-level = 2\n";
        let made = workspace(manifest).unwrap();
        assert!(made.contains("crates/arbiter") && made.contains("opt-level = 2"));
        assert!(!made.contains("default-members") && !made.contains("crates/*"));
    }
}
