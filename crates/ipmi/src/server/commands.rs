//! What the BMC does with each command, and the privilege level that each needs. It sees no packet.

use alloc::vec::Vec;

use super::session::Live;
use super::{Chassis, ServerConfig};
use crate::command::{
    Body, BootParameter, ChannelAuth, ChassisControl, CipherSuites, CloseSession, Command,
    CurrentBoot, GetBootOptions, GetChannelAuth, GetChassisStatus, GetCipherSuites, GetDeviceId,
    GetSystemGuid, Guid, SessionPrivilege, SetBootOptions, SetSessionPrivilege,
};
use crate::lan::Request;
use crate::{CompletionCode, DecodeError, Privilege};

/// The channel that a LAN simulated here is.
const CHANNEL: u8 = 1;
/// The level is above the limit of the user or of the channel (IPMI 2.0, table 22-23).
const ABOVE_LIMIT: CompletionCode = CompletionCode(0x81);
/// The boot option parameter is not known (IPMI 2.0, table 28-12).
const UNKNOWN_PARAMETER: CompletionCode = CompletionCode(0x80);

/// Answers the two commands that need no session.
pub(super) fn without_session(config: &ServerConfig, request: &Request<'_>) -> Option<Vec<u8>> {
    if is::<GetChannelAuth>(request) {
        GetChannelAuth::decode(request.data).ok()?;
        let named_users = config.accounts.iter().any(|it| !it.username.as_bytes().is_empty());
        let answer = ChannelAuth {
            channel: CHANNEL,
            ipmi20: true,
            kg_set: config.kg.is_some(),
            named_users,
            null_users: !named_users,
            anonymous: false,
        };
        return Some(answer.encode());
    }
    if is::<GetCipherSuites>(request) {
        let wanted = GetCipherSuites::decode(request.data).ok()?;
        let suites = if wanted.index == 0 { config.suites.clone() } else { Vec::new() };
        return Some(CipherSuites { channel: CHANNEL, suites }.encode());
    }
    None
}

/// Whether the request closes the session that it came in.
pub(super) fn closes(request: &Request<'_>, managed_id: u32) -> bool {
    is::<CloseSession>(request)
        && CloseSession::decode(request.data).is_ok_and(|it| it.managed_id == managed_id)
}

/// Carries out a command of a session.
pub(super) fn carry_out(
    config: &ServerConfig,
    live: &mut Live,
    request: &Request<'_>,
    chassis: &mut dyn Chassis,
) -> Result<Vec<u8>, CompletionCode> {
    if let Some(data) = without_session(config, request) {
        return Ok(data);
    }
    if is::<SetSessionPrivilege>(request) {
        return set_privilege(live, request.data);
    }
    if is::<CloseSession>(request) {
        return CloseSession::decode(request.data).map(|_| Vec::new()).map_err(bad);
    }
    if is::<GetDeviceId>(request) {
        return needs(Privilege::User, live).map(|()| config.device.encode());
    }
    if is::<GetSystemGuid>(request) {
        return needs(Privilege::User, live).map(|()| Guid(config.guid).encode());
    }
    if is::<GetChassisStatus>(request) {
        needs(Privilege::User, live)?;
        return chassis.status().map(|status| status.encode());
    }
    if is::<ChassisControl>(request) {
        needs(Privilege::Operator, live)?;
        let order = ChassisControl::decode(request.data).map_err(bad)?;
        return chassis.control(order).map(|()| Vec::new());
    }
    if is::<SetBootOptions>(request) {
        needs(Privilege::Operator, live)?;
        return set_boot(request.data, chassis);
    }
    if is::<GetBootOptions>(request) {
        needs(Privilege::Operator, live)?;
        GetBootOptions::decode(request.data).map_err(|_| UNKNOWN_PARAMETER)?;
        return chassis.boot().map(|flags| CurrentBoot(flags).encode());
    }
    Err(CompletionCode::INVALID_COMMAND)
}

fn set_privilege(live: &mut Live, data: &[u8]) -> Result<Vec<u8>, CompletionCode> {
    if data.first() != Some(&0) {
        let SetSessionPrivilege(level) = SetSessionPrivilege::decode(data).map_err(bad)?;
        if level > live.limit {
            return Err(ABOVE_LIMIT);
        }
        live.level = level;
    }
    Ok(SessionPrivilege(live.level.code()).encode())
}

fn set_boot(data: &[u8], chassis: &mut dyn Chassis) -> Result<Vec<u8>, CompletionCode> {
    let SetBootOptions(parameter) = match SetBootOptions::decode(data) {
        Ok(set) => set,
        Err(DecodeError::Value { .. }) => return Err(UNKNOWN_PARAMETER),
        Err(error) => return Err(bad(error)),
    };
    match parameter {
        BootParameter::InProgress(_)
        | BootParameter::ValidBitClearing(_)
        | BootParameter::Acknowledge { .. } => Ok(Vec::new()),
        BootParameter::Flags(flags) => chassis.set_boot(flags).map(|()| Vec::new()),
    }
}

fn is<C: Command>(request: &Request<'_>) -> bool {
    (request.netfn, request.command) == (C::NETFN, C::CODE)
}

fn needs(level: Privilege, live: &Live) -> Result<(), CompletionCode> {
    if live.level >= level { Ok(()) } else { Err(CompletionCode::PRIVILEGE) }
}

fn bad(error: DecodeError) -> CompletionCode {
    match error {
        DecodeError::Short { .. } => CompletionCode::BAD_LENGTH,
        DecodeError::Value { .. } | DecodeError::Checksum { .. } => CompletionCode::BAD_DATA,
    }
}
