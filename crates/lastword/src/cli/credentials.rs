//! Finds the caller's token and the certificates to believe. It does not make tokens.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use api::Secret;

use super::{Exit, Failure, Place};
use crate::defaults::{ADMIN_TOKEN, SYSTEM_DATA_DIR, default_data_dir};
use crate::private;

/// What a token may be for a request that needs none.
const NOBODY: &str = "none";

/// A token and where it was found.
#[derive(Debug)]
pub struct Found {
    /// The token.
    pub secret: Secret,
    /// A file or a variable.
    pub place: String,
    /// That others can read it, too.
    pub warning: Option<String>,
}

/// The caller's token: the place's, then `LASTWORD_TOKEN`, then `LASTWORD_TOKEN_FILE`, then the admin token
/// of the default data folder if the server is on this host. None if there is none.
///
/// # Errors
/// [`Failure`] if a place that was named holds no token; it does not show what is there.
pub fn token(at: &Place) -> Result<Option<Found>, Failure> {
    if let Some(path) = &at.token_file {
        return from_file(path).map(Some);
    }
    if let Some(text) = env::var_os("LASTWORD_TOKEN") {
        return parse(&text.to_string_lossy(), "LASTWORD_TOKEN".to_owned()).map(Some);
    }
    if let Some(path) = env::var_os("LASTWORD_TOKEN_FILE") {
        return from_file(Path::new(&path)).map(Some);
    }
    if !is_local(&at.server) {
        return Ok(None);
    }
    let readable = default_places().into_iter().find(|path| fs::File::open(path).is_ok());
    readable.map(|path| from_file(&path)).transpose()
}

/// A token that no server knows.
#[must_use]
pub fn nobody() -> Secret {
    Secret::parse(NOBODY).expect("letters are a token")
}

/// What to say to somebody whose token was not found.
#[must_use]
pub fn none_found(server: &str) -> Failure {
    let failure = Failure::new(Exit::Denied, format!("no token for {server}")).hint(
        "name a file with one: --token-file or LASTWORD_TOKEN_FILE; a server keeps its first one in \
         admin.token in its --data folder, and an admin makes others: lastword token create NAME --role operator",
    );
    let denied = |path: &PathBuf| {
        fs::File::open(path).is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
    };
    match default_places().iter().find(|path| denied(path)) {
        Some(path) if is_local(server) => {
            failure.hint(format!("the one in {} is not yours to read", path.display()))
        }
        Some(_) | None => failure,
    }
}

/// The certificates to believe, as PEM.
///
/// # Errors
/// [`Failure`] if the file that was named can't be read.
pub fn ca_pem(at: &Place) -> Result<Option<Vec<u8>>, Failure> {
    let read = |path: &PathBuf| {
        fs::read(path).map_err(|error| {
            Failure::usage(format!("can't read the CA file {}: {error}", path.display()))
        })
    };
    at.ca_file.as_ref().map(read).transpose()
}

fn default_places() -> Vec<PathBuf> {
    let mut places = vec![default_data_dir().join(ADMIN_TOKEN)];
    places.push(Path::new(SYSTEM_DATA_DIR).join(ADMIN_TOKEN));
    places.dedup();
    places
}

fn from_file(path: &Path) -> Result<Found, Failure> {
    let place = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::new(Exit::Denied, format!("can't read the token file {place}: {error}"))
    })?;
    Ok(Found { warning: private::warning(path), ..parse(&text, place)? })
}

fn parse(text: &str, place: String) -> Result<Found, Failure> {
    match Secret::parse(text) {
        Ok(secret) => Ok(Found { secret, place, warning: None }),
        Err(error) => Err(Failure::new(Exit::Denied, format!("no token in {place}: {error}"))),
    }
}

/// Whether the server is on this host, so that it may be shown this host's admin token.
fn is_local(server: &str) -> bool {
    let authority = server.split_once("://").map_or(server, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or(authority);
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => authority,
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_server_on_this_host_is_shown_this_hosts_token() {
        for local in
            ["http://127.0.0.1:7473", "https://localhost", "http://[::1]:80/", "http://127.1.2.3"]
        {
            assert!(is_local(local), "{local}");
        }
        for other in [
            "http://10.0.0.1:7473",
            "http://127.0.0.1.example:80",
            "http://127.0.0.1@example.org",
            "http://localhost.example.org",
            "https://[2001:db8::1]:7473",
        ] {
            assert!(!is_local(other), "{other}");
        }
    }
}
