//! The BMC's answers to Open Session, RAKP 1 and RAKP 3. A RAKP 3 that comes again once the session is up is dropped, as
//! the specification's state machine has it.

use alloc::vec::Vec;

use super::session::{Live, Session, Stage};
use super::{Account, Server};
use crate::packet::{PayloadType, outside};
use crate::rakp::{
    Answer, NAME_ONLY_LOOKUP, OpenRequest, OpenResponse, Rakp1, Rakp2, Rakp3, Rakp4, Refusal,
    Status, Transcript,
};
use crate::{Privilege, Rng, Suite, draw};

impl Server {
    pub(super) fn open(
        &mut self,
        payload: &[u8],
        now_ms: u64,
        rng: &mut Rng<'_>,
    ) -> Option<Vec<u8>> {
        let request = OpenRequest::decode(payload).ok()?;
        let OpenRequest { tag, console_id, algorithms, .. } = request;
        let suite =
            Suite::from_algorithms(algorithms).filter(|suite| self.config.suites.contains(suite));
        let Some(suite) = suite else {
            return refuse(PayloadType::OpenResponse, tag, Status::NO_SUITE, Some(console_id));
        };
        if self.sessions.len() >= self.config.sessions_max {
            return refuse(PayloadType::OpenResponse, tag, Status::NO_RESOURCES, Some(console_id));
        }
        let managed_id = self.free_id(rng);
        let stage = Stage::Opened;
        self.sessions.push(Session { console_id, managed_id, suite, stage, heard_ms: now_ms });
        let privilege = request.privilege.map_or(Privilege::Administrator.code(), Privilege::code);
        let response = OpenResponse { tag, privilege, console_id, managed_id, algorithms };
        Some(outside(PayloadType::OpenResponse, &response.encode()))
    }

    pub(super) fn rakp1(
        &mut self,
        payload: &[u8],
        now_ms: u64,
        rng: &mut Rng<'_>,
    ) -> Option<Vec<u8>> {
        let rakp1 = Rakp1::decode(payload).ok()?;
        let Some(index) = self.find(rakp1.managed_id) else {
            return refuse(PayloadType::Rakp2, rakp1.tag, Status::INVALID_SESSION, None);
        };
        let console_id = self.sessions[index].console_id;
        let account = match account(&self.config.accounts, &rakp1) {
            Ok(account) => account,
            Err(status) => {
                self.sessions.remove(index);
                return refuse(PayloadType::Rakp2, rakp1.tag, status, Some(console_id));
            }
        };
        let session = &mut self.sessions[index];
        let managed_nonce = match &session.stage {
            Stage::Active(_) => return None,
            Stage::Challenged { transcript, .. } if transcript.console_nonce == rakp1.nonce => {
                transcript.managed_nonce
            }
            Stage::Opened | Stage::Challenged { .. } => draw(rng),
        };
        let transcript = Transcript {
            suite: session.suite,
            console_id,
            managed_id: session.managed_id,
            console_nonce: rakp1.nonce,
            managed_nonce,
            guid: self.config.guid,
            role: rakp1.role,
            username: rakp1.username,
        };
        let (tag, nonce, guid) = (rakp1.tag, managed_nonce, self.config.guid);
        let code = transcript.code2(&self.config.accounts[account].password);
        session.heard_ms = now_ms;
        session.stage = Stage::Challenged { transcript, account };
        let rakp2 = Rakp2 { tag, console_id, nonce, guid, code };
        Some(outside(PayloadType::Rakp2, &rakp2.encode()))
    }

    pub(super) fn rakp3(&mut self, payload: &[u8], now_ms: u64) -> Option<Vec<u8>> {
        let Answer::Granted(rakp3) = Rakp3::decode(payload).ok()? else { return None };
        let Some(index) = self.find(rakp3.managed_id) else {
            return refuse(PayloadType::Rakp4, rakp3.tag, Status::INVALID_SESSION, None);
        };
        let session = &mut self.sessions[index];
        let console_id = session.console_id;
        let Stage::Challenged { transcript, account } = &session.stage else { return None };
        let account = self.config.accounts.get(*account)?;
        if !transcript.code3(&account.password).matches(rakp3.code.as_bytes()) {
            self.sessions.remove(index);
            return refuse(PayloadType::Rakp4, rakp3.tag, Status::BAD_CODE, Some(console_id));
        }
        let sik = transcript.sik(&account.password, self.config.kg.as_ref());
        let code = transcript.code4(&sik);
        let limit = Privilege::from_code(transcript.role).unwrap_or(account.privilege);
        let live = Live::new(transcript.keys(&sik), limit.min(account.privilege));
        session.stage = Stage::Active(live);
        session.heard_ms = now_ms;
        let rakp4 = Rakp4 { tag: rakp3.tag, console_id, code };
        Some(outside(PayloadType::Rakp4, &rakp4.encode()))
    }

    fn find(&self, managed_id: u32) -> Option<usize> {
        self.sessions.iter().position(|it| it.managed_id == managed_id)
    }

    /// An id that no session has; a bad source of randomness gives bad ids, but never the same twice.
    fn free_id(&self, rng: &mut Rng<'_>) -> u32 {
        let mut id = u32::from_le_bytes(draw(rng)).max(1);
        while self.find(id).is_some() {
            id = id.wrapping_add(1).max(1);
        }
        id
    }
}

fn account(accounts: &[Account], rakp1: &Rakp1) -> Result<usize, Status> {
    let wanted = Privilege::from_code(rakp1.role);
    let name_only = rakp1.role & NAME_ONLY_LOOKUP != 0;
    let named = |it: &&Account| it.username == rakp1.username;
    let mut of_name = accounts.iter().enumerate().filter(|(_, it)| named(it)).peekable();
    of_name.peek().ok_or(Status::UNAUTHORIZED_NAME)?;
    let fits = |it: &Account| wanted.is_none_or(|wanted| it.privilege >= wanted);
    let found = of_name.find(|(_, it)| name_only || fits(it));
    found.filter(|(_, it)| fits(it)).map(|(index, _)| index).ok_or(Status::UNAUTHORIZED_ROLE)
}

fn refuse(kind: PayloadType, tag: u8, status: Status, session_id: Option<u32>) -> Option<Vec<u8>> {
    Some(outside(kind, &Refusal { tag, status, session_id }.encode()))
}
