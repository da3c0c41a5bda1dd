//! One exchange in plain words, for whoever counts them. It counts nothing itself.

use arbiter::{Answer, Ask, Millis, Trouble};

use crate::inventory::Driver;

/// A question that a driver has answered. The words are few and stable: they are labels of figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Which driver: `ipmi`, `redfish`, `fence`, ...
    pub driver: &'static str,
    /// What was asked.
    pub ask: Ask,
    /// The same in a word: `read`, `order` or `boot`.
    pub op: &'static str,
    /// What came of it: `ok`, `refused`, `not_sent`, `lost`; `denied` when the account was refused, `stranger` when
    /// another machine is behind the BMC.
    pub result: &'static str,
    /// How long it took since it had its turn, in milliseconds; none if it did not get that far.
    pub took_ms: Option<u64>,
}

impl Exchange {
    pub(super) const fn new(
        driver: Driver,
        ask: Ask,
        answer: &Answer,
        took_ms: Option<Millis>,
    ) -> Self {
        Self { driver: driver.word(), ask, op: op(ask), result: result(answer), took_ms }
    }
}

const fn op(ask: Ask) -> &'static str {
    match ask {
        Ask::Power => "read",
        Ask::Fire(_) => "order",
        Ask::Boot(_) => "boot",
    }
}

const fn result(answer: &Answer) -> &'static str {
    match answer {
        Answer::Power(_) | Answer::Done => "ok",
        Answer::Refused(cause) | Answer::NotSent(cause) | Answer::Lost(cause) => {
            match cause.trouble {
                Trouble::Denied => "denied",
                Trouble::Stranger => "stranger",
                Trouble::Passing => passing(answer),
            }
        }
        Answer::Mixed(_) => "ok",
    }
}

const fn passing(answer: &Answer) -> &'static str {
    match answer {
        Answer::Power(_) | Answer::Done | Answer::Mixed(_) => "ok",
        Answer::Refused(_) => "refused",
        Answer::NotSent(_) => "not_sent",
        Answer::Lost(_) => "lost",
    }
}

#[cfg(test)]
mod tests {
    use arbiter::{Boot, BootDevice, Cause, Order, Power};

    use super::*;

    #[test]
    fn every_question_and_every_answer_has_its_word() {
        let boot = Boot { device: BootDevice::Pxe, persistent: false, uefi: false };
        let asks = [Ask::Power, Ask::Fire(Order::On), Ask::Boot(boot)];
        assert_eq!(asks.map(op), ["read", "order", "boot"]);
        let cause = |trouble| Cause { trouble, words: "why".into() };
        let answers = [
            Answer::Power(Power::Unknown),
            Answer::Done,
            Answer::Refused(cause(Trouble::Passing)),
            Answer::NotSent(cause(Trouble::Passing)),
            Answer::NotSent(cause(Trouble::Denied)),
            Answer::Lost(cause(Trouble::Passing)),
        ];
        let words = answers.each_ref().map(result);
        assert_eq!(words, ["ok", "ok", "refused", "not_sent", "denied", "lost"]);
    }
}
