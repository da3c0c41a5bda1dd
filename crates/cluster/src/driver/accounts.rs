//! Keeps an account that many BMCs share from being locked out: refused by several of them and accepted by none, it is
//! left alone at all of them. It does not know what a refusal looks like on the wire.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arbiter::{Answer, Cause, Millis, Trouble};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::clock::now_ms;
use crate::targets::Target;

/// So many BMCs refuse an account that none accepted before it is left alone everywhere. Fewer may be wrong themselves.
const REFUSED_BY_MAX: usize = 4;
/// An account that is left alone is tried at one BMC so often, in milliseconds.
const PROBE_MS: Millis = 300_000;
/// So many log-ins are under way at a time with an account that no BMC has accepted yet.
const UNPROVEN_MAX: usize = 2;
/// A log-in waits so long for those before it, in milliseconds: one BMC that does not answer costs no more.
const UNPROVEN_WAIT_MS: u64 = 1_000;

/// The accounts by the name of their credentials.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    known: Mutex<HashMap<Arc<str>, Account>>,
}

#[derive(Debug)]
struct Account {
    accepted: bool,
    /// The BMCs that refused it while none had accepted it.
    refused_by: BTreeSet<String>,
    /// When it is tried again.
    probe_at: Millis,
    /// The BMC at which it is being tried again.
    probed: Option<String>,
    unproven: Arc<Semaphore>,
}

impl Default for Account {
    fn default() -> Self {
        let unproven = Arc::new(Semaphore::new(UNPROVEN_MAX));
        Self { accepted: false, refused_by: BTreeSet::new(), probe_at: 0, probed: None, unproven }
    }
}

impl Accounts {
    /// Why the account is not used at this BMC, if it is left alone. Now and then one question is let through, however
    /// often it is asked for until that was answered.
    pub(super) fn cause(&self, target: &Target) -> Option<Cause> {
        let name = target.endpoint.credentials.as_ref()?;
        let (now, mut known) = (now_ms(), self.lock());
        let account = known.get_mut(name)?;
        if account.is_refused() && account.probe_at <= now {
            account.probe_at = now + PROBE_MS;
            account.probed = Some(target.name());
        }
        if !account.is_left_alone_at(target) {
            return None;
        }
        let words = format!("{}: {}", target.name(), account.left_alone(name));
        Some(Cause { trouble: Trouble::Denied, words: words.into() })
    }

    /// Learns from an answer.
    pub(super) fn note(&self, target: &Target, answer: &Answer) {
        match answer {
            Answer::Power(_) | Answer::Mixed(_) | Answer::Done | Answer::Refused(_) => {
                self.learn(target, false);
            }
            Answer::NotSent(cause) if cause.trouble == Trouble::Denied => self.learn(target, true),
            Answer::NotSent(_) | Answer::Lost(_) => self.end_probe(target),
        }
    }

    /// A BMC said nothing of the account.
    fn end_probe(&self, target: &Target) {
        let Some(name) = &target.endpoint.credentials else { return };
        if let Some(account) = self.lock().get_mut(name) {
            account.end_probe(target);
        }
    }

    /// Learns that a BMC accepted the account, or refused it.
    pub(super) fn learn(&self, target: &Target, denied: bool) {
        let Some(name) = &target.endpoint.credentials else { return };
        let mut known = self.lock();
        if !known.contains_key(name) {
            known.insert(Arc::clone(name), Account::default());
        }
        let Some(account) = known.get_mut(name) else { return };
        account.end_probe(target);
        if !denied {
            account.accepted = true;
            account.refused_by.clear();
        } else if !account.accepted && !account.is_refused() {
            account.refused_by.insert(target.name());
            account.probe_at = now_ms() + PROBE_MS;
        }
    }

    /// A turn to log in. With an account that was accepted before, there is nothing to wait for.
    ///
    /// # Errors
    /// Why the account is left alone after all: BMCs refused it since the question was taken up.
    pub(super) async fn turn(
        &self,
        target: &Target,
    ) -> Result<Option<OwnedSemaphorePermit>, String> {
        let Some(name) = &target.endpoint.credentials else { return Ok(None) };
        let Some(unproven) = self.unproven(name) else { return Ok(None) };
        let wait = Duration::from_millis(UNPROVEN_WAIT_MS);
        let turn = tokio::time::timeout(wait, unproven.acquire_owned()).await;
        if let Some(account) = self.lock().get(name)
            && account.is_left_alone_at(target)
        {
            return Err(account.left_alone(name));
        }
        Ok(turn.ok().and_then(Result::ok))
    }

    /// Where turns are taken, unless the account was accepted.
    fn unproven(&self, name: &Arc<str>) -> Option<Arc<Semaphore>> {
        let mut known = self.lock();
        let account = known.entry(Arc::clone(name)).or_default();
        (!account.accepted).then(|| Arc::clone(&account.unproven))
    }

    /// The inventory changed: nothing is known any more.
    pub(super) fn renew(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Account>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Account {
    /// Whether so many BMCs refused it and none accepted it that it is left alone.
    fn is_refused(&self) -> bool {
        self.refused_by.len() >= REFUSED_BY_MAX
    }

    /// The same, but for the BMC at which it is being tried again.
    fn is_left_alone_at(&self, target: &Target) -> bool {
        self.is_refused() && self.probed.as_ref() != Some(&target.name())
    }

    fn end_probe(&mut self, target: &Target) {
        self.probed.take_if(|probed| *probed == target.name());
    }

    fn left_alone(&self, name: &str) -> String {
        format!(
            "{} BMCs refused the account of credentials {name} and none accepted it: left alone, so that it is not \
             locked out",
            self.refused_by.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use arbiter::Power;

    use super::*;
    use crate::inventory::Inventory;
    use crate::targets::targets;

    fn fleet() -> Vec<Target> {
        let text = "[[nodes]]\nnames = \"n[1-9]\"\nbmc = \"{name}\"\ndriver = \"ipmi\"\ncredentials = \"c\"\n\
                    [credentials.c]\nusername = \"u\"\npassword = { env = \"X\" }\n";
        targets(&Inventory::from_text("i.toml", text).unwrap()).collect()
    }

    fn denied() -> Answer {
        Answer::NotSent(Cause { trouble: Trouble::Denied, words: "wrong password".into() })
    }

    #[test]
    fn an_account_that_nobody_accepts_is_left_alone_everywhere_and_says_so() {
        let (accounts, fleet) = (Accounts::default(), fleet());
        for target in &fleet[..3] {
            accounts.note(target, &denied());
            accounts.note(target, &denied());
            assert_eq!(accounts.cause(&fleet[8]), None, "three may be wrong themselves");
        }
        accounts.note(&fleet[3], &denied());
        let cause = accounts.cause(&fleet[8]).expect("it is left alone");
        assert_eq!(cause.trouble, Trouble::Denied);
        assert!(cause.words.contains("4 BMCs refused the account of credentials c"), "{cause:?}");
        accounts.renew();
        assert_eq!(accounts.cause(&fleet[8]), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_that_is_left_alone_is_tried_at_one_bmc_now_and_then_until_that_has_answered()
     {
        let (accounts, fleet) = (Accounts::default(), fleet());
        fleet[..4].iter().for_each(|target| accounts.note(target, &denied()));
        assert!(accounts.cause(&fleet[8]).is_some());
        tokio::time::advance(Duration::from_millis(PROBE_MS)).await;
        for _ in 0..3 {
            assert_eq!(accounts.cause(&fleet[8]), None, "asked for again while it gets ready");
            assert!(accounts.cause(&fleet[7]).is_some(), "one at a time");
        }
        accounts.note(&fleet[8], &denied());
        assert!(accounts.cause(&fleet[8]).is_some(), "it has been tried");
        tokio::time::advance(Duration::from_millis(PROBE_MS)).await;
        assert_eq!(accounts.cause(&fleet[7]), None);
        accounts.note(&fleet[7], &Answer::Power(Power::On));
        assert_eq!(accounts.cause(&fleet[6]), None, "it was accepted");
    }

    #[test]
    fn an_account_that_one_accepted_is_used_at_all_whatever_others_say() {
        let (accounts, fleet) = (Accounts::default(), fleet());
        fleet[..3].iter().for_each(|target| accounts.note(target, &denied()));
        accounts.note(&fleet[3], &Answer::Power(Power::On));
        fleet[4..].iter().for_each(|target| accounts.note(target, &denied()));
        assert_eq!(accounts.cause(&fleet[0]), None);
    }

    #[test]
    fn silence_says_nothing_of_an_account() {
        let (accounts, fleet) = (Accounts::default(), fleet());
        let silent = Answer::Lost(Cause { trouble: Trouble::Passing, words: "no answer".into() });
        fleet.iter().for_each(|target| accounts.note(target, &silent));
        assert_eq!(accounts.cause(&fleet[0]), None);
    }

    #[tokio::test(start_paused = true)]
    async fn two_log_ins_at_a_time_prove_an_account_and_none_waits_long_for_them() {
        let (accounts, fleet) = (Accounts::default(), fleet());
        let (first, second) = (accounts.turn(&fleet[0]).await, accounts.turn(&fleet[1]).await);
        assert!(matches!((&first, &second), (Ok(Some(_)), Ok(Some(_)))));
        let begun = tokio::time::Instant::now();
        assert!(matches!(accounts.turn(&fleet[2]).await, Ok(None)), "it goes on without");
        assert_eq!(begun.elapsed(), Duration::from_millis(UNPROVEN_WAIT_MS));
        accounts.note(&fleet[0], &Answer::Done);
        let begun = tokio::time::Instant::now();
        assert!(matches!(accounts.turn(&fleet[3]).await, Ok(None)));
        assert_eq!(
            begun.elapsed(),
            Duration::ZERO,
            "an account that was accepted waits for nobody"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn who_waited_for_a_turn_does_not_try_what_was_refused_meanwhile() {
        let (accounts, fleet) = (Accounts::default(), fleet());
        let turns = (accounts.turn(&fleet[0]).await, accounts.turn(&fleet[1]).await);
        fleet[..REFUSED_BY_MAX].iter().for_each(|target| accounts.learn(target, true));
        drop(turns);
        let refused = accounts.turn(&fleet[8]).await.map(drop).unwrap_err();
        assert!(refused.contains("4 BMCs refused the account of credentials c"), "{refused}");
    }
}
