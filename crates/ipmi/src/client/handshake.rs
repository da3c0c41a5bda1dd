//! One attempt to open a session: Open Session, RAKP 1, RAKP 3. It has no timers and never starts over by itself.

use alloc::vec::Vec;

use super::session::Session;
use super::{Cause, Config};
use crate::crypto::Code;
use crate::packet::{self, PayloadType, Plus};
use crate::rakp::{
    Answer, NAME_ONLY_LOOKUP, NONCE, OpenRequest, OpenResponse, Rakp1, Rakp2, Rakp3, Rakp4, Status,
    Transcript,
};
use crate::{Rng, Suite, draw};

#[derive(Debug)]
pub(super) struct Handshake {
    pub(super) suite: Suite,
    tag: u8,
    console_id: u32,
    managed_id: u32,
    nonce: [u8; NONCE],
    stage: Stage,
    /// The present message, ready to be sent again.
    datagram: Vec<u8>,
    /// How often RAKP 1 was sent.
    rakp1_sent: u32,
    /// The BMC has forgotten this attempt.
    pub(super) forgotten: bool,
    /// A suspect answer came since the last transmission.
    suspected: bool,
}

#[derive(Debug)]
enum Stage {
    Opening,
    Asking,
    Proving { session: Session, code: Code },
    Over,
}

/// What a datagram did to the attempt.
#[derive(Debug)]
pub(super) enum Progress {
    /// It does not belong here.
    Dropped,
    /// There is a new message to send.
    Next,
    /// The session is open.
    Up(Session),
    /// The BMC says no.
    Refused(Status),
    /// It belongs here but can't be believed. Whether it is the first since the last transmission.
    Suspect(Cause, bool),
}

impl Handshake {
    pub(super) fn new(config: &Config, suite: Suite, last_tag: u8, rng: &mut Rng<'_>) -> Self {
        let [tag] = draw(rng);
        let tag = if tag == last_tag { tag.wrapping_add(1) } else { tag };
        let console_id = u32::from_le_bytes(draw(rng)).max(1);
        let open = OpenRequest {
            tag,
            privilege: Some(config.privilege),
            console_id,
            algorithms: suite.algorithms(),
        };
        Self {
            suite,
            tag,
            console_id,
            managed_id: 0,
            nonce: draw(rng),
            stage: Stage::Opening,
            datagram: packet::outside(PayloadType::OpenRequest, &open.encode()),
            rakp1_sent: 0,
            forgotten: false,
            suspected: false,
        }
    }

    pub(super) fn tag(&self) -> u8 {
        self.tag
    }

    /// The present message, once more.
    pub(super) fn transmit(&mut self) -> Vec<u8> {
        self.suspected = false;
        self.rakp1_sent += u32::from(matches!(self.stage, Stage::Asking));
        self.datagram.clone()
    }

    /// Whether the BMC has not agreed to the suite yet.
    pub(super) fn is_opening(&self) -> bool {
        matches!(self.stage, Stage::Opening)
    }

    /// Whether the BMC may already hold the session open, so that sending the same once more would not help.
    pub(super) fn is_proving(&self) -> bool {
        matches!(self.stage, Stage::Proving { .. })
    }

    /// The session that the BMC may hold open although we were not told.
    pub(super) fn into_orphan(self) -> Option<Session> {
        match self.stage {
            Stage::Proving { session, .. } => Some(session),
            Stage::Opening | Stage::Asking | Stage::Over => None,
        }
    }

    pub(super) fn handle(&mut self, config: &Config, packet: &Plus<'_>) -> Progress {
        if packet.encrypted || packet.authenticated {
            return Progress::Dropped;
        }
        match (packet.kind, &self.stage) {
            (PayloadType::OpenResponse, Stage::Opening) => self.opened(config, packet.payload),
            (PayloadType::Rakp2, Stage::Asking) => self.challenged(config, packet.payload),
            (PayloadType::Rakp4, Stage::Proving { .. }) => self.proved(packet.payload),
            _ => Progress::Dropped,
        }
    }

    fn opened(&mut self, config: &Config, payload: &[u8]) -> Progress {
        let answer = match OpenResponse::decode(payload) {
            Ok(answer) if answer.is_for(self.tag, self.console_id) => answer,
            Ok(_) | Err(_) => return Progress::Dropped,
        };
        let open = match answer {
            Answer::Refused(refusal) => return Progress::Refused(refusal.status),
            Answer::Granted(open) => open,
        };
        if open.algorithms != self.suite.algorithms() {
            return self.suspect(Cause::Unsupported(self.suite, None));
        }
        self.managed_id = open.managed_id;
        let rakp1 = Rakp1 {
            tag: self.tag,
            managed_id: self.managed_id,
            nonce: self.nonce,
            role: role(config),
            username: config.username.clone(),
        };
        self.next(Stage::Asking, PayloadType::Rakp1, &rakp1.encode())
    }

    fn challenged(&mut self, config: &Config, payload: &[u8]) -> Progress {
        let answer = match Rakp2::decode(payload) {
            Ok(answer) if answer.is_for(self.tag, self.console_id) => answer,
            Ok(_) | Err(_) => return Progress::Dropped,
        };
        let rakp2 = match answer {
            Answer::Refused(refusal) => return Progress::Refused(refusal.status),
            Answer::Granted(rakp2) => rakp2,
        };
        let transcript = Transcript {
            suite: self.suite,
            console_id: self.console_id,
            managed_id: self.managed_id,
            console_nonce: self.nonce,
            managed_nonce: rakp2.nonce,
            guid: rakp2.guid,
            role: role(config),
            username: config.username.clone(),
        };
        if !transcript.code2(&config.password).matches(rakp2.code.as_bytes()) {
            return self.suspect(Cause::WrongPassword);
        }
        let sik = transcript.sik(&config.password, config.kg.as_ref());
        let session = Session::new(self.console_id, self.managed_id, transcript.keys(&sik));
        let code = transcript.code3(&config.password);
        let rakp3 = Rakp3 { tag: self.tag, managed_id: self.managed_id, code };
        let stage = Stage::Proving { session, code: transcript.code4(&sik) };
        self.next(stage, PayloadType::Rakp3, &rakp3.encode())
    }

    fn proved(&mut self, payload: &[u8]) -> Progress {
        let answer = match Rakp4::decode(payload) {
            Ok(answer) if answer.is_for(self.tag, self.console_id) => answer,
            Ok(_) | Err(_) => return Progress::Dropped,
        };
        let rakp4 = match answer {
            Answer::Refused(refusal) => return Progress::Refused(self.after_proof(refusal.status)),
            Answer::Granted(rakp4) => rakp4,
        };
        let stage = core::mem::replace(&mut self.stage, Stage::Over);
        if let Stage::Proving { session, code } = stage {
            if code.matches(rakp4.code.as_bytes()) {
                return Progress::Up(session);
            }
            self.stage = Stage::Proving { session, code };
        }
        self.suspect(Cause::WrongKey)
    }

    /// A BMC that got RAKP 1 twice may have drawn a second nonce, which our proof does not cover: that says nothing
    /// about the password, which RAKP 2 has shown to be right.
    fn after_proof(&self, status: Status) -> Status {
        if status == Status::BAD_CODE && self.rakp1_sent > 1 {
            Status::INVALID_SESSION
        } else {
            status
        }
    }

    fn next(&mut self, stage: Stage, kind: PayloadType, payload: &[u8]) -> Progress {
        self.stage = stage;
        self.datagram = packet::outside(kind, payload);
        Progress::Next
    }

    fn suspect(&mut self, cause: Cause) -> Progress {
        Progress::Suspect(cause, !core::mem::replace(&mut self.suspected, true))
    }
}

fn role(config: &Config) -> u8 {
    NAME_ONLY_LOOKUP | config.privilege.code()
}
