//! Programs that are run: where one is, and how it is ended with all that it started. It starts none.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Child;

/// The permission bits of which one makes a file a program.
const EXECUTABLE: u32 = 0o111;

/// The first of these folders' programs of that name. One with a `/` in it is looked for in no folder.
pub(crate) fn find<F: AsRef<Path>>(
    name: &str,
    folders: impl IntoIterator<Item = F>,
) -> Option<PathBuf> {
    let may_run = |place: &PathBuf| {
        std::fs::metadata(place)
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & EXECUTABLE != 0)
    };
    if name.contains('/') {
        return Some(PathBuf::from(name)).filter(may_run);
    }
    folders.into_iter().map(|folder| folder.as_ref().join(name)).find(may_run)
}

/// The processes of a program's group, killed unless they are left alone. One that left the group can't be found.
#[derive(Debug)]
pub(crate) struct Family(Option<Pid>);

impl Family {
    /// The program leads its group, whose number is kept while nobody waited for it.
    pub(crate) fn of(program: &Child) -> Self {
        Self(program.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)))
    }

    /// The program ended by itself; what it left running is its own affair.
    pub(crate) fn leave(mut self) {
        self.0 = None;
    }
}

impl Drop for Family {
    fn drop(&mut self) {
        if let Some(group) = self.0
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::debug!(%error, "a program's processes can't be killed");
        }
    }
}
