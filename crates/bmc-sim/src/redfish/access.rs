//! Who may ask: name and password with each request, or a session (DSP0266, 13.3). There is one account, and it may do
//! everything.

use std::collections::VecDeque;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::header::{self, HeaderMap};
use ipmi::{Password, UserName};
use subtle::ConstantTimeEq;

use super::Problem;
use crate::Millis;
use crate::fault::Faults;

/// How many sessions a BMC has.
const SESSIONS_MAX: usize = 16;
/// After how long without a request a session is forgotten, in milliseconds.
pub const SESSION_IDLE_MS: Millis = 300_000;

/// The account and its sessions.
#[derive(Debug)]
pub struct Access {
    username: UserName,
    password: Password,
    sessions: VecDeque<Session>,
    begun: u32,
    wrong_in_a_row: u32,
}

#[derive(Debug)]
struct Session {
    id: String,
    token: String,
    heard: Millis,
}

impl Access {
    pub const fn new(username: UserName, password: Password) -> Self {
        Self { username, password, sessions: VecDeque::new(), begun: 0, wrong_in_a_row: 0 }
    }

    pub fn username(&self) -> String {
        String::from_utf8_lossy(self.username.as_bytes()).into_owned()
    }

    pub fn forget_sessions(&mut self) {
        self.sessions.clear();
    }

    pub const fn forgive(&mut self) {
        self.wrong_in_a_row = 0;
    }

    /// Whether whoever sends these headers may ask. A token that is no longer known is not made up for by a password.
    pub fn admit(
        &mut self,
        now: Millis,
        faults: &Faults,
        headers: &HeaderMap,
    ) -> Result<(), Problem> {
        self.expire(now);
        if let Some(token) = headers.get("x-auth-token") {
            let mut known = None;
            for session in &mut self.sessions {
                if bool::from(session.token.as_bytes().ct_eq(token.as_bytes())) {
                    known = Some(session);
                }
            }
            known.ok_or(Problem::Unauthorized)?.heard = now;
            return Ok(());
        }
        let basic = headers.get(header::AUTHORIZATION).and_then(|value| decoded(value.as_bytes()));
        let basic = basic.ok_or(Problem::Unauthorized)?;
        let colon = basic.iter().position(|byte| *byte == b':').ok_or(Problem::Unauthorized)?;
        self.check(faults, &basic[..colon], &basic[colon + 1..])
    }

    /// Begins a session: its id and its token.
    pub fn log_in(
        &mut self,
        now: Millis,
        faults: &Faults,
        name: &str,
        password: &str,
    ) -> Result<(String, String), Problem> {
        self.check(faults, name.as_bytes(), password.as_bytes())?;
        self.expire(now);
        if faults.sessions_exhausted.is_some() || self.sessions.len() >= SESSIONS_MAX {
            return Err(Problem::NoSession);
        }
        self.begun = self.begun.wrapping_add(1);
        let id = self.begun.to_string();
        let mut random = [0; 16];
        getrandom::fill(&mut random).expect("the system has randomness");
        let token = format!("{:032x}", u128::from_be_bytes(random));
        self.sessions.push_back(Session { id: id.clone(), token: token.clone(), heard: now });
        Ok((id, token))
    }

    pub fn log_out(&mut self, id: &str) -> Result<(), Problem> {
        let at = self.sessions.iter().position(|session| session.id == id);
        self.sessions.remove(at.ok_or(Problem::NotFound)?);
        Ok(())
    }

    pub fn find(&mut self, now: Millis, id: &str) -> Result<(), Problem> {
        let known = self.ids(now).any(|known| known == id);
        known.then_some(()).ok_or(Problem::NotFound)
    }

    pub fn ids(&mut self, now: Millis) -> impl Iterator<Item = &str> {
        self.expire(now);
        self.sessions.iter().map(|session| session.id.as_str())
    }

    fn expire(&mut self, now: Millis) {
        self.sessions.retain(|session| now < session.heard + SESSION_IDLE_MS);
    }

    fn check(&mut self, faults: &Faults, name: &[u8], password: &[u8]) -> Result<(), Problem> {
        let locked = faults.locks_out.is_some_and(|after| self.wrong_in_a_row >= after);
        let right = self.username.as_bytes().ct_eq(name) & self.password.expose().ct_eq(password);
        if locked || faults.wrong_password.is_some() || !bool::from(right) {
            self.wrong_in_a_row = self.wrong_in_a_row.saturating_add(1);
            return Err(Problem::Unauthorized);
        }
        self.wrong_in_a_row = 0;
        Ok(())
    }
}

/// `Basic` and base64 of `name:password` (RFC 7617).
fn decoded(value: &[u8]) -> Option<Vec<u8>> {
    let (scheme, rest) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    STANDARD.decode(rest.trim_ascii()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access() -> Access {
        Access::new(UserName::new("admin").unwrap(), Password::new(b"secret").unwrap())
    }

    fn basic(value: &str) -> HeaderMap {
        let value = value.parse().unwrap();
        HeaderMap::from_iter([(header::AUTHORIZATION, value)])
    }

    #[test]
    fn only_the_right_name_with_the_right_password_is_let_in() {
        let faults = Faults::default();
        for (value, may) in [
            ("Basic YWRtaW46c2VjcmV0", true),
            ("basic YWRtaW46c2VjcmV0", true),
            ("Basic YWRtaW46c2VjcmV0cw==", false),
            ("Basic cm9vdDpzZWNyZXQ=", false),
            ("Basic YWRtaW4=", false),
            ("Basic ?", false),
            ("Basic", false),
            ("Bearer YWRtaW46c2VjcmV0", false),
        ] {
            assert_eq!(access().admit(0, &faults, &basic(value)).is_ok(), may, "{value}");
        }
        assert_eq!(access().admit(0, &faults, &HeaderMap::new()), Err(Problem::Unauthorized));
    }

    #[test]
    fn sessions_are_bounded_and_end_when_nobody_uses_them() {
        let (mut it, faults) = (access(), Faults::default());
        for _ in 0..SESSIONS_MAX {
            it.log_in(0, &faults, "admin", "secret").unwrap();
        }
        assert_eq!(it.log_in(0, &faults, "admin", "secret"), Err(Problem::NoSession));
        let (_, token) = it.log_in(SESSION_IDLE_MS, &faults, "admin", "secret").unwrap();
        assert_eq!(it.ids(SESSION_IDLE_MS).count(), 1);
        let header =
            HeaderMap::from_iter([("x-auth-token".parse().unwrap(), token.parse().unwrap())]);
        it.admit(2 * SESSION_IDLE_MS - 1, &faults, &header).unwrap();
        it.admit(3 * SESSION_IDLE_MS - 2, &faults, &header).unwrap();
        let late = it.admit(4 * SESSION_IDLE_MS, &faults, &header);
        assert_eq!(late, Err(Problem::Unauthorized));
    }

    #[test]
    fn an_account_that_is_locked_out_refuses_the_right_password_until_it_is_forgiven() {
        let (mut it, faults) = (access(), "locks-out=2".parse().unwrap());
        for _ in 0..2 {
            assert!(it.log_in(0, &faults, "admin", "wrong").is_err());
        }
        assert!(it.log_in(0, &faults, "admin", "secret").is_err());
        it.forgive();
        assert!(it.log_in(0, &faults, "admin", "secret").is_ok());
    }
}
