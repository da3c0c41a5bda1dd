//! The names of nodes and groups for completion: from the server, or as it told them a moment ago.
//! It does not choose among them.

use std::collections::hash_map::DefaultHasher;
use std::env;
use std::fs;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use api::{Client, Door, GroupList};
use clap::{Args, Command, FromArgMatches};
use nodeset::NodeSet;

use crate::cli::selection::NODES_MAX;
use crate::cli::{Globals, Place, credentials};

/// How long the server has for its answer: somebody waits with a finger on a key.
const PATIENCE: Duration = Duration::from_millis(250);
/// How long names are kept.
const KEPT: Duration = Duration::from_secs(30);
/// The flags that say which server it is.
const FLAGS: [&str; 4] = ["--server", "--context", "--token-file", "--ca-file"];

/// The names that the caller may see.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) nodes: NodeSet,
    pub(super) groups: Vec<String>,
}

impl Known {
    /// The names, if they can be had at once.
    pub(super) fn find() -> Option<Self> {
        let at = Place::find(&typed(env::args().collect())?).ok()?;
        let kept = kept(&at);
        let list = match kept.as_deref().and_then(fresh) {
            Some(list) => list,
            None => asked(at, kept)?,
        };
        let nodes = NodeSet::parse(&list.nodes, NODES_MAX).unwrap_or_default();
        Some(Self { nodes, groups: list.groups.into_iter().map(|group| group.group).collect() })
    }
}

/// What the line that is being typed says about the server.
fn typed(words: Vec<String>) -> Option<Globals> {
    let line = words.into_iter().skip_while(|word| word != "--").skip(2);
    let mut flags = vec!["lastword".to_owned()];
    let mut line = line.peekable();
    while let Some(word) = line.next() {
        if FLAGS.contains(&word.as_str()) {
            flags.extend([word, line.next()?]);
        } else if FLAGS.iter().any(|flag| word.starts_with(&format!("{flag}="))) {
            flags.push(word);
        }
    }
    let command = Globals::augment_args(Command::new("lastword"));
    Globals::from_arg_matches(&command.try_get_matches_from(flags).ok()?).ok()
}

/// Asks on a thread of its own, which ends with the program if the answer takes too long.
fn asked(at: Place, kept: Option<PathBuf>) -> Option<GroupList> {
    let (answer, answered) = mpsc::channel();
    thread::spawn(move || {
        let ask = || {
            let token = credentials::token(&at).ok()??.secret;
            let pem = credentials::ca_pem(&at).ok()?;
            let client = Client::new(&at.server, token, pem.as_deref(), Door::Cli).ok()?;
            client.groups().ok()
        };
        // who waited may be gone
        let _ = answer.send(ask());
    });
    let list = answered.recv_timeout(PATIENCE).ok()??;
    if let Some(path) = kept {
        keep(&path, &list);
    }
    Some(list)
}

/// Where the names of that server, as that token may see them, are kept.
fn kept(at: &Place) -> Option<PathBuf> {
    let absolute =
        |name| env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    let mut hasher = DefaultHasher::new();
    (&at.server, &at.token_file).hash(&mut hasher);
    (env::var_os("LASTWORD_TOKEN"), env::var_os("LASTWORD_TOKEN_FILE")).hash(&mut hasher);
    Some(cache.join("lastword").join(format!("names-{:016x}.json", hasher.finish())))
}

fn fresh(path: &Path) -> Option<GroupList> {
    let age = fs::metadata(path).ok()?.modified().ok()?.elapsed().ok()?;
    if age > KEPT {
        return None;
    }
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Keeps names; that it can't be done is no reason to tell.
fn keep(path: &Path, list: &GroupList) {
    let Some(folder) = path.parent() else { return };
    let new = path.with_extension(format!("{}.new", std::process::id()));
    let written = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).and_then(|()| {
        let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
        serde_json::to_writer(file, list)?;
        fs::rename(&new, path)
    });
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_the_one_of_the_line_that_is_typed() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let globals = typed(words("lastword -- lastword --server http://h:1 off n")).unwrap();
        assert_eq!(globals.server.as_deref(), Some("http://h:1"));
        let globals = typed(words("lastword -- lastword off --context=lab --yes n")).unwrap();
        assert_eq!(globals.context.as_deref(), Some("lab"));
        assert!(typed(words("lastword -- lastword off --server")).is_none());
    }
}
