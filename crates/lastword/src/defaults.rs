//! What is used where nothing is said: the server's address and the data folder, the same for
//! the server and for its clients. It reads no configuration.

use std::env;
use std::fs;
use std::path::PathBuf;

/// Where a client looks for its server.
pub const SERVER: &str = "http://127.0.0.1:7473";
/// Where a server listens.
pub const LISTEN: &str = "127.0.0.1:7473";
/// The name of the first token's file in a data folder.
pub const ADMIN_TOKEN: &str = "admin.token";
/// The variable by which shells say that they want to know what to offer, and which shell it is.
pub const COMPLETE: &str = "LASTWORD_COMPLETE";
/// The data folder of a server that root runs.
pub const SYSTEM_DATA_DIR: &str = "/var/lib/lastword";

/// The data folder: `/var/lib/lastword` for root, else `$XDG_STATE_HOME/lastword` or
/// `~/.local/state/lastword`; the former also for who has no home.
#[must_use]
pub fn default_data_dir() -> PathBuf {
    data_dir(is_root(), |name| env::var_os(name).map(PathBuf::from))
}

fn data_dir(root: bool, variable: impl Fn(&str) -> Option<PathBuf>) -> PathBuf {
    let absolute = |name| variable(name).filter(|path| path.is_absolute());
    let state = || {
        absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local").join("state")))
    };
    match state() {
        Some(state) if !root => state.join("lastword"),
        Some(_) | None => PathBuf::from(SYSTEM_DATA_DIR),
    }
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(root: bool, set: &[(&str, &str)]) -> String {
        let find = |name: &str| {
            set.iter().find(|(set, _)| *set == name).map(|(_, value)| PathBuf::from(value))
        };
        data_dir(root, find).display().to_string()
    }

    #[test]
    fn the_data_folder_is_the_systems_for_root_and_in_the_state_folder_for_others() {
        assert_eq!(of(true, &[("HOME", "/root")]), "/var/lib/lastword");
        assert_eq!(of(false, &[("HOME", "/home/a")]), "/home/a/.local/state/lastword");
        let both = [("HOME", "/home/a"), ("XDG_STATE_HOME", "/s")];
        assert_eq!(of(false, &both), "/s/lastword");
        assert_eq!(of(false, &[("HOME", "relative")]), "/var/lib/lastword");
    }
}
