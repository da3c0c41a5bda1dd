//! Objects of Kubernetes out of files, lists of them taken apart, and the Secrets among them. It asks no cluster.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::found::{Found, Login, secret};
use super::source::{Place, Source, SourceError, quoted};
use super::tree::{Tree, documents};

/// Lists may be in lists so many times.
const LISTS_MAX: usize = 4;
/// The namespace of objects that name none.
const DEFAULT: &str = "default";

/// All objects of some files.
pub(super) struct Objects {
    objects: Vec<Object>,
    secrets: BTreeMap<(String, String), Login>,
}

/// One object.
pub(super) struct Object {
    pub(super) tree: Tree,
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) place: Place,
}

impl Objects {
    /// Reads the files.
    ///
    /// # Errors
    /// When one is neither JSON nor YAML.
    pub(super) fn read(sources: &[Source], found: &mut Found) -> Result<Self, SourceError> {
        let mut all = Self { objects: Vec::new(), secrets: BTreeMap::new() };
        for source in sources {
            for document in documents(source)? {
                all.take(document, source, LISTS_MAX, found);
            }
        }
        Ok(all)
    }

    /// The objects of a kind.
    pub(super) fn of_kind<'o>(&'o self, kind: &'o str) -> impl Iterator<Item = &'o Object> {
        self.objects.iter().filter(move |object| object.tree.text("kind") == Some(kind))
    }

    /// The account in a secret, or what is known of it: its name.
    pub(super) fn login(&self, namespace: &str, name: &str) -> Login {
        let key = (namespace.to_owned(), name.to_owned());
        let named = || Login { name: Some(name.to_owned()), ..Login::default() };
        self.secrets.get(&key).cloned().unwrap_or_else(named)
    }

    fn take(&mut self, tree: Tree, source: &Source, lists: usize, found: &mut Found) {
        let place = source.at(tree.line);
        let kind = tree.text("kind").unwrap_or_default().to_owned();
        let list = !tree.is_map() || tree.get("items").is_some();
        if list && lists > 0 {
            let items = if tree.is_map() { tree.into_entry("items") } else { Some(tree) };
            for item in items.into_iter().flat_map(Tree::into_items) {
                self.take(item, source, lists - 1, found);
            }
            return;
        }
        let text = |key| tree.at(&["metadata", key]).and_then(Tree::as_text).map(str::to_owned);
        let Some(name) = text("name") else {
            return found.leave_out(&place, format!("an object {} without a name", quoted(&kind)));
        };
        let namespace = text("namespace").unwrap_or_else(|| DEFAULT.to_owned());
        if kind == "Secret" {
            match login(&tree, &name) {
                Ok(login) => drop(self.secrets.insert((namespace, name), login)),
                Err(reason) => {
                    found.leave_out(&place, format!("secret {}: {reason}", quoted(&name)))
                }
            }
        } else {
            self.objects.push(Object { tree, name, namespace, place });
        }
    }
}

fn login(tree: &Tree, name: &str) -> Result<Login, String> {
    let username = value(tree, "username")?;
    let password = value(tree, "password")?;
    Ok(Login {
        username: username.map(|text| text.to_string()),
        password: secret(password.as_ref().map(|text| text.as_str())),
        kg: None,
        name: Some(name.to_owned()),
    })
}

/// A value of a secret, in the clear or in base64.
fn value(tree: &Tree, key: &str) -> Result<Option<Zeroizing<String>>, String> {
    if let Some(text) = tree.at(&["stringData", key]).and_then(Tree::as_text) {
        return Ok(Some(Zeroizing::new(text.to_owned())));
    }
    let Some(text) = tree.at(&["data", key]).and_then(Tree::as_text) else { return Ok(None) };
    let text: Zeroizing<String> = text.split_ascii_whitespace().collect::<String>().into();
    let bytes = STANDARD.decode(text.as_bytes()).map_err(|_| format!("{key} is not base64"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("{key} is not text"))?;
    Ok(Some(Zeroizing::new(text)))
}
