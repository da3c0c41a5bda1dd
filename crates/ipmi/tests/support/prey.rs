//! A client that waits for one certain datagram, and is offered others. It must believe nothing but the genuine one.

use ipmi::{Failure, Request};

use super::{Lab, Way, power};

/// How many datagrams the BMC sends in a cold status, the handshake's three included.
pub const ANSWERS: usize = 4;

/// A client in the middle of a cold status of a machine that is on.
pub struct Prey {
    lab: Lab,
    answered: usize,
    /// What the BMC answers to the client's last datagram.
    pub genuine: Vec<u8>,
}

impl Prey {
    /// A client that has got the first `answered` answers.
    pub fn new(answered: usize) -> Self {
        let mut lab = Lab::usual();
        lab.client.start(Request::Power, lab.now_ms, &mut |b| b.fill(5)).unwrap();
        let mut genuine = Vec::new();
        for index in 0..=answered {
            let sent = lab.client.poll_transmit().expect("a question");
            lab.log.push((Way::ToBmc, sent.clone()));
            genuine = lab.at_bmc(&sent).expect("an answer");
            if index < answered {
                lab.at_console(&genuine);
            }
        }
        Self { lab, answered, genuine }
    }

    /// Offers a datagram, and checks what came of it. Afterwards the client waits for the same as before.
    pub fn offer(&mut self, datagram: &[u8]) {
        self.lab.at_console(datagram);
        let handshake = self.answered + 1 < ANSWERS;
        let done = self.lab.client.poll_done();
        let moved = self.lab.client.poll_transmit().is_some();
        match &done {
            None => assert!(!moved || handshake, "{datagram:02x?} changes a session"),
            Some(Ok(_)) => {
                assert_eq!(power(done.as_ref().unwrap()), Some(true), "{datagram:02x?}");
                assert_eq!(datagram[4..], self.genuine[4..], "believed without a proof");
            }
            Some(Err(failure)) => {
                assert!(handshake && matches!(failure, Failure::NotSent(_)), "{failure}");
            }
        }
        if self.answered > 0 && moved && handshake {
            assert!(same_proof(datagram, &self.genuine), "{datagram:02x?} is taken for a proof");
        }
        if moved || done.is_some() {
            *self = Self::new(self.answered);
        }
    }
}

/// Whether all that a code of the handshake covers, and the code, is the same: nobody vouches for the RMCP header, for
/// reserved bytes and for what follows the message.
fn same_proof(datagram: &[u8], genuine: &[u8]) -> bool {
    datagram.get(20..genuine.len()) == genuine.get(20..)
}
