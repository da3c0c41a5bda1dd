//! Checks `[credentials.NAME]`: each secret in exactly one place, no literal one in a file that
//! everybody may read. It fetches nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;

use ipmi::UserName;
use toml::Spanned;

use super::file::{CredentialBlock, Reference, ReferenceTable, Written};
use super::finding::Report;
use super::model::{CredentialRef, Driver};
use super::options::wrong_word;
use super::source::{Place, Source, Text};
use crate::secret::{Secret, SecretRef};

/// All credentials by name. Those that are wrong are `None`: known, so that a reference to them
/// isn't wrong too.
pub(super) type Known = BTreeMap<String, Option<CredentialRef>>;

pub(super) fn check(files: &mut [(Source<'_>, Written)], report: &mut Report) -> Known {
    let mut known = Known::new();
    let mut places: BTreeMap<String, Place<'_>> = BTreeMap::new();
    for (source, written) in files {
        let source = &*source;
        for (name, block) in std::mem::take(&mut written.credentials) {
            let place = source.place(name.span());
            if let Some(first) = places.get(name.get_ref()) {
                let message = format!("credentials {} are defined twice", name.get_ref());
                report.errors.add_pair(&place, message, (first, "first defined here"));
                continue;
            }
            if let Some(wrong) = wrong_word(name.get_ref()) {
                report.errors.add(&place, format!("name of credentials: {wrong}"));
            }
            let checked = block.and_then(|block| credential(block, source, report));
            places.insert(name.get_ref().clone(), place);
            known.insert(name.into_inner(), checked);
        }
    }
    known
}

fn credential(
    block: CredentialBlock,
    source: &Source<'_>,
    report: &mut Report,
) -> Option<CredentialRef> {
    let username = username(block.username, source, report);
    let password = secret("password", block.password, source, report);
    let kg = block.kg.map(|kg| secret("kg", kg, source, report));
    Some(CredentialRef {
        username: username?,
        password: password?,
        kg: match kg {
            Some(kg) => Some(kg?),
            None => None,
        },
    })
}

fn username(text: Text, source: &Source<'_>, report: &mut Report) -> Option<String> {
    if text.get_ref().chars().any(char::is_control) {
        report.errors.add(&source.place(text.span()), "a control character in a user name");
        return None;
    }
    Some(text.into_inner())
}

fn secret(
    key: &str,
    reference: Spanned<Reference>,
    source: &Source<'_>,
    report: &mut Report,
) -> Option<SecretRef> {
    let place = source.place(reference.span());
    let checked = match reference.into_inner() {
        Reference::Literal(value) => literal(key, value, &place, report),
        Reference::Table(table) => referred(&table, source),
    };
    match checked {
        Ok(reference) => Some(reference),
        Err(message) => {
            report.errors.add(&place, format!("{key}: {message}"));
            None
        }
    }
}

fn literal(
    key: &str,
    value: Secret,
    place: &Place<'_>,
    report: &mut Report,
) -> Result<SecretRef, String> {
    if place.source.raw.others_may_read {
        return Err("in plain text in a file that everybody may read: chmod o-r it, or use \
                    { file }, { env }, { credential } or { exec }"
            .to_owned());
    }
    if value.expose().contains('\0') {
        return Err("a NUL in it".to_owned());
    }
    report.warnings.add(place, format!("{key}: in plain text"));
    Ok(SecretRef::Literal(value))
}

/// Why the driver can't use a user name; `is_basic` says how a webhook is told it.
pub(super) fn wrong_user(driver: Driver, is_basic: bool, user: &str) -> Option<String> {
    match driver {
        Driver::Ipmi if UserName::new(user).is_err() => {
            let (bytes, most) = (user.len(), UserName::MAX);
            Some(format!("a user name of {bytes} bytes, IPMI knows {most} at most"))
        }
        // RFC 7617, 2
        Driver::Webhook if is_basic && user.contains(':') => {
            Some("a user name with a colon can't be told by basic authorization".to_owned())
        }
        Driver::Ipmi | Driver::Redfish | Driver::Fence | Driver::Webhook | Driver::Manual => None,
    }
}

/// The reference that is meant.
///
/// # Errors
/// What is wrong with it.
pub(super) fn referred(table: &ReferenceTable, source: &Source<'_>) -> Result<SecretRef, String> {
    match (&table.file, &table.env, &table.credential, &table.exec) {
        (Some(path), None, None, None) if !path.is_empty() => {
            Ok(SecretRef::File(source.raw.folder().join(PathBuf::from(path))))
        }
        (None, Some(name), None, None) if is_variable(name) => Ok(SecretRef::Env(name.clone())),
        (None, None, Some(name), None) if wrong_word(name).is_none() && !name.contains('/') => {
            Ok(SecretRef::Credential(name.clone()))
        }
        (None, None, None, Some(words)) if is_command(words) => Ok(SecretRef::Exec(words.clone())),
        (Some(_), None, None, None) => Err("the path is empty".to_owned()),
        (None, Some(_), None, None) => Err("not the name of a variable".to_owned()),
        (None, None, Some(_), None) => Err("not the name of a systemd credential".to_owned()),
        (None, None, None, Some(_)) => {
            Err("exec is a program, by name or absolute path, and its arguments".to_owned())
        }
        _ => Err("exactly one of file, env, credential, exec is needed".to_owned()),
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && !name.contains(['=', '\0'])
}

/// A relative path would depend on where the agent was started.
fn is_command(words: &[String]) -> bool {
    let program = words.first().map_or("", String::as_str);
    let found = program.starts_with('/') || !program.contains('/');
    !program.is_empty() && found && !words.iter().any(|word| word.contains('\0'))
}
