//! The accounts that machines are reached with: each once, under a name. It stores no secret anywhere.

use std::collections::{BTreeMap, BTreeSet};

use cluster::inventory::wrong_word;
use cluster::secret::{SECRET_MAX_BYTES, Secret};
use ipmi::UserName;

use crate::import::found::{Left, Login};
use crate::import::source::Place;

/// The BMC key has at most so many bytes (IPMI 2.0, 13.33).
const KG_MAX_BYTES: usize = 20;
/// What an account is called of which no name tells.
const NAMELESS: &str = "bmc";

/// An account of the inventory.
pub struct Account {
    /// Its name, which is also that of its file.
    pub name: String,
    /// Empty if none is known.
    pub username: String,
    /// None if it has to be filled in.
    pub password: Option<Secret>,
    /// The BMC key.
    pub kg: Option<Secret>,
}

/// The accounts so far.
#[derive(Default)]
pub(super) struct Accounts {
    known: Vec<(Login, Uses)>,
    index: BTreeMap<Key, usize>,
}

/// What tells accounts apart; it is not printed.
type Key = (Option<String>, Option<String>, Option<String>, Option<String>);

/// By whom an account is used.
struct Uses {
    first: String,
    more: bool,
    place: Place,
}

impl Accounts {
    /// The account's number.
    pub(super) fn index(&mut self, login: &Login, node: &str, place: &Place) -> usize {
        let text = |secret: &Option<Secret>| secret.as_ref().map(|it| it.expose().to_owned());
        let password = text(&login.password);
        let named = login.name.clone().filter(|_| password.is_none());
        let key = (login.username.clone(), password, text(&login.kg), named);
        let next = self.known.len();
        let index = *self.index.entry(key).or_insert(next);
        if index == next {
            let uses = Uses { first: node.to_owned(), more: false, place: place.clone() };
            self.known.push((login.clone(), uses));
        } else {
            self.known[index].1.more = true;
        }
        index
    }

    /// All of them with names, and what is open about them.
    pub(super) fn finish(self) -> (Vec<Account>, Vec<Left>) {
        let mut taken = BTreeSet::new();
        let mut open = Vec::new();
        let many = self.known.len() > 1;
        let accounts = self.known.into_iter().map(|(login, uses)| {
            let name = name(&login, &uses, many, &mut taken);
            for (missing, what) in [
                (
                    login.username.is_none(),
                    "its user name is not known: write it into the inventory",
                ),
                (login.password.is_none(), "its password is not known: write it into its file"),
            ] {
                let reason = format!("credentials {name}: {what}");
                let left = || Left { reason, node: None, place: Some(uses.place.clone()) };
                open.extend(missing.then(left));
            }
            let Login { username, password, kg, .. } = login;
            Account { name, username: username.unwrap_or_default(), password, kg }
        });
        (accounts.collect(), open)
    }
}

/// What the source calls it, else the node's name if it is that of one node, else the user's.
fn name(login: &Login, uses: &Uses, many: bool, taken: &mut BTreeSet<String>) -> String {
    let own = (many && !uses.more).then_some(&uses.first);
    let candidates = [login.name.as_ref(), own, login.username.as_ref()];
    // names of files too
    let good = |name: &&&String| wrong_word(name).is_none() && !name.contains('/');
    let base = candidates.into_iter().flatten().find(|name| good(&name)).map_or(NAMELESS, |n| n);
    let numbered = (2_u64..).map(|number| format!("{base}-{number}"));
    let free = [base.to_owned()]
        .into_iter()
        .chain(numbered)
        .find(|name| !taken.contains(name) && !taken.contains(&format!("{name}.kg")));
    let name = free.expect("numbers don't end");
    taken.extend([name.clone(), format!("{name}.kg")]);
    name
}

/// An account as the inventory takes it, and what had to be left out of it.
///
/// # Errors
/// When its user name can't be used.
pub(super) fn checked(login: Login) -> Result<(Login, Vec<String>), String> {
    let mut reasons = Vec::new();
    if let Some(username) = &login.username {
        if username.chars().any(char::is_control) {
            return Err("a control character in its user name".to_owned());
        }
        if UserName::new(username).is_err() {
            let (bytes, max) = (username.len(), UserName::MAX);
            return Err(format!("a user name of {bytes} bytes: {max} are possible"));
        }
    }
    let password = login.password.filter(|password| {
        let wrong = wrong_secret(password.expose());
        reasons.extend(wrong.map(|wrong| format!("its password is not carried over: {wrong}")));
        wrong.is_none()
    });
    let kg = login.kg.and_then(|kg| match key(&kg) {
        Ok(kg) => Some(kg),
        Err(wrong) => {
            reasons.push(format!("its BMC key is not carried over: {wrong}"));
            None
        }
    });
    Ok((Login { password, kg, ..login }, reasons))
}

/// Why a file that holds it would not give it back.
fn wrong_secret(text: &str) -> Option<&'static str> {
    if text.len() > SECRET_MAX_BYTES {
        Some("too long")
    } else if text.contains('\0') || text.ends_with('\r') {
        Some("it can't be kept in a file")
    } else {
        None
    }
}

/// The bytes of a BMC key, which some programs write in hexadecimal digits.
fn key(kg: &Secret) -> Result<Secret, &'static str> {
    let text = kg.expose();
    let bytes = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => unhex(digits).ok_or("it is neither text nor hexadecimal")?,
        None => text.as_bytes().to_vec(),
    };
    if bytes.len() > KG_MAX_BYTES {
        return Err("it has more than 20 bytes");
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is no text")?;
    match wrong_secret(&text) {
        Some(wrong) => Err(wrong),
        None => Ok(Secret::from(text)),
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        digits.chars().map(|c| c.to_digit(16).and_then(|it| u8::try_from(it).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
