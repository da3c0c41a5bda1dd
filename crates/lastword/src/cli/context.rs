//! Where the server is and how to come in there: by flags, or by a named context of the caller's own
//! configuration. It does not read tokens.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Failure, Globals};
use crate::defaults::SERVER;

/// The file of contexts in the configuration folder.
const FILE: &str = "lastword/contexts.toml";

/// A server, and what is needed to come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its address.
    pub server: String,
    /// A file with the caller's token.
    pub token_file: Option<PathBuf>,
    /// A file with the certificates to believe.
    pub ca_file: Option<PathBuf>,
    /// The context that says so, if one does.
    pub context: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    default: Option<String>,
    #[serde(default)]
    contexts: BTreeMap<String, Context>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Context {
    server: String,
    token_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
}

impl Place {
    /// As the flags say; else as the context says; else on this host. A context's token and certificates
    /// are for its own server: where `--server` or its variable names another one, the context is left out.
    ///
    /// # Errors
    /// When there is no such context, or the file of contexts is wrong.
    pub fn find(globals: &Globals) -> Result<Self, Failure> {
        let named = globals.context.as_deref().filter(|name| !name.is_empty());
        let found = match (&globals.server, file()) {
            (None, Some(file)) => chosen(&file, named)?,
            (None, None) if named.is_some() => {
                return Err(Failure::usage("no contexts: neither XDG_CONFIG_HOME nor HOME is set"));
            }
            (Some(_), _) | (None, None) => None,
        };
        let (context, found) = found.unzip();
        let (server, token_file, ca_file) = match found {
            Some(Context { server, token_file, ca_file }) => (Some(server), token_file, ca_file),
            None => (None, None, None),
        };
        Ok(Self {
            server: globals.server.clone().or(server).unwrap_or_else(|| SERVER.to_owned()),
            token_file: globals.token_file.clone().or(token_file),
            ca_file: globals.ca_file.clone().or(ca_file),
            context,
        })
    }
}

/// The file of contexts, whether it is there or not.
fn file() -> Option<PathBuf> {
    let absolute =
        |name| env::var_os(name).map(PathBuf::from).filter(|path: &PathBuf| path.is_absolute());
    let config = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(config.join(FILE))
}

/// The context of that name, or the default one if there is any.
fn chosen(path: &Path, named: Option<&str>) -> Result<Option<(String, Context)>, Failure> {
    let shown = path.display();
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound && named.is_none() => return Ok(None),
        Err(error) => {
            return Err(Failure::usage(format!("can't read the contexts in {shown}: {error}")));
        }
    };
    let document: Document = toml::from_str(&text).map_err(|error| wrong(path, &text, &error))?;
    let Some(name) = named.or(document.default.as_deref()) else { return Ok(None) };
    let Some(context) = document.contexts.get(name) else {
        let known = document.contexts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let failure = Failure::usage(format!("no context {name:?} in {shown}"));
        let known = if known.is_empty() { "none".to_owned() } else { known };
        return Err(failure.hint(format!("known are: {known}")));
    };
    let folder = path.parent().unwrap_or(Path::new("/"));
    let beside = |path: &PathBuf| beside(folder, path);
    let context = Context {
        server: context.server.clone(),
        token_file: context.token_file.as_ref().map(beside),
        ca_file: context.ca_file.as_ref().map(beside),
    };
    Ok(Some((name.to_owned(), context)))
}

/// A path as the file means it: from its own folder, or from the caller's home.
fn beside(folder: &Path, path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        (Ok(_) | Err(_), _) => folder.join(path),
    }
}

fn wrong(path: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let words = error.message();
    Failure::usage(format!("{}, line {line}, column {column}: {words}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(text: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("contexts.toml");
        fs::write(&path, text).unwrap();
        (dir, path)
    }

    const TWO: &str = "default = 'lab'\n[contexts.lab]\nserver = 'http://lab:1'\n\
        token_file = 'lab.token'\n[contexts.prod]\nserver = 'https://prod:1'\nca_file = '/etc/ca.pem'\n";

    #[test]
    fn a_context_is_chosen_by_name_or_by_default_and_its_files_are_beside_it() {
        let (dir, path) = write(TWO);
        let (name, lab) = chosen(&path, None).unwrap().unwrap();
        assert_eq!((name.as_str(), lab.server.as_str()), ("lab", "http://lab:1"));
        assert_eq!(lab.token_file, Some(dir.path().join("lab.token")));
        let (name, prod) = chosen(&path, Some("prod")).unwrap().unwrap();
        assert_eq!((name.as_str(), prod.token_file), ("prod", None));
        assert_eq!(prod.ca_file, Some("/etc/ca.pem".into()));
    }

    #[test]
    fn an_unknown_context_tells_the_known_ones() {
        let (_dir, path) = write(TWO);
        let failure = chosen(&path, Some("nosuch")).unwrap_err().to_string();
        assert!(failure.contains("no context \"nosuch\"") && failure.contains("lab, prod"));
        let (_dir, path) = write("default = 'gone'");
        assert!(chosen(&path, None).unwrap_err().to_string().contains("known are: none"));
    }

    #[test]
    fn without_a_file_only_a_name_is_an_error() {
        let nowhere = Path::new("/nonexistent/contexts.toml");
        assert!(chosen(nowhere, None).unwrap().is_none());
        assert!(chosen(nowhere, Some("lab")).is_err());
    }

    #[test]
    fn what_is_wrong_is_told_by_file_line_and_column() {
        for (text, expected) in [
            (
                "[contexts.lab]\nserver = 'x'\ntoken = 'y'\n",
                "contexts.toml, line 3, column 1: unknown",
            ),
            ("colour = 1\n", "contexts.toml, line 1, column 1: unknown field `colour`"),
            ("[contexts.lab]\n", "missing field `server`"),
            ("[contexts", "contexts.toml, line 1, column "),
        ] {
            let (_dir, path) = write(text);
            let failure = chosen(&path, None).unwrap_err();
            assert_eq!(failure.exit(), crate::cli::Exit::Usage);
            assert!(failure.to_string().contains(expected), "{failure}");
        }
    }
}
