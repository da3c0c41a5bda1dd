//! The contract, run on the embedded journal: once with its tail in memory, once from disk alone.
//! What is special about this journal is tested in `tests/`.

use std::ops::Deref;

use tempfile::TempDir;

use super::{Local, Options};

/// A journal in a folder that goes away with it.
struct Fresh {
    journal: Local,
    _folder: TempDir,
}

impl Deref for Fresh {
    type Target = Local;

    fn deref(&self) -> &Local {
        &self.journal
    }
}

fn fresh(options: Options) -> Fresh {
    let folder = TempDir::new().unwrap();
    Fresh { journal: Local::open(folder.path(), options).unwrap(), _folder: folder }
}

mod with_a_tail_in_memory {
    use super::*;

    async fn fresh() -> Fresh {
        super::fresh(Options::default())
    }

    crate::contract::contract_tests!(fresh);
}

mod from_disk_alone {
    use super::*;

    async fn fresh() -> Fresh {
        super::fresh(Options { tail_bytes_max: 0, ..Options::default() })
    }

    crate::contract::contract_tests!(fresh);
}
