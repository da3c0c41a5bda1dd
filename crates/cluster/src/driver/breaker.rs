//! Keeps an account from being locked out: refused twice at an endpoint, it is left alone there until the inventory
//! changes. It does not know what a refusal looks like on the wire.

use arbiter::{Answer, Cause, Trouble};

/// How often an account may be refused at an endpoint before it is left alone.
const DENIED_MAX: u8 = 2;

/// The refusals of one endpoint.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    denied: u8,
    open: Option<Cause>,
}

impl Breaker {
    /// Why the endpoint is not asked, if it is to be left alone.
    pub(super) const fn cause(&self) -> Option<&Cause> {
        self.open.as_ref()
    }

    /// Learns from an answer.
    pub(super) fn note(&mut self, answer: &Answer) {
        match answer {
            Answer::NotSent(cause) if cause.trouble == Trouble::Denied => {
                self.denied += 1;
                if self.denied >= DENIED_MAX {
                    let words =
                        format!("{}; not tried again until the inventory changes", cause.words);
                    self.open = Some(Cause { trouble: Trouble::Denied, words: words.into() });
                }
            }
            Answer::Power(_) | Answer::Mixed(_) | Answer::Done => self.denied = 0,
            Answer::NotSent(_) | Answer::Refused(_) | Answer::Lost(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied() -> Answer {
        Answer::NotSent(Cause { trouble: Trouble::Denied, words: "b: wrong password".into() })
    }

    #[test]
    fn the_second_refusal_in_a_row_opens_it_and_says_so() {
        let mut breaker = Breaker::default();
        breaker.note(&denied());
        breaker.note(&Answer::Done);
        breaker.note(&denied());
        assert_eq!(breaker.cause(), None);
        breaker
            .note(&Answer::Lost(Cause { trouble: Trouble::Passing, words: "b: no answer".into() }));
        breaker.note(&denied());
        let words = breaker.cause().map(|cause| &*cause.words);
        assert_eq!(words, Some("b: wrong password; not tried again until the inventory changes"));
    }
}
