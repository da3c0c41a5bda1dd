//! Whether files that hold secrets are open to others. It changes no permissions.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The permission bits of everybody else.
const OTHERS: u32 = 0o007;

/// What to say of a file that everybody may read or write; none if nobody may, or it is not there.
#[must_use]
pub fn warning(path: &Path) -> Option<String> {
    let mode = fs::metadata(path).ok()?.permissions().mode();
    let shown = path.display();
    (mode & OTHERS != 0)
        .then(|| format!("{shown} is open to everybody on this host: chmod 600 {shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_that_is_open_to_everybody_is_warned_of() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("admin.token");
        assert_eq!(warning(&path), None);
        fs::write(&path, "x").unwrap();
        for (mode, open) in [(0o600, false), (0o640, false), (0o644, true), (0o602, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(warning(&path).is_some(), open, "{mode:o}");
        }
        assert!(warning(&path).unwrap().contains("admin.token"));
    }
}
