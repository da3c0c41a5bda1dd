//! The commands that a request is made of, in their order. When they are sent, and how often, is not decided here.

use alloc::vec::Vec;

use super::{Config, Reply, Request};
use crate::command::{
    Body, BootFlags, BootParameter, ChassisStatus, Command, CurrentBoot, DeviceId, GetBootOptions,
    GetChassisStatus, GetDeviceId, GetSystemGuid, Guid, SetBootOptions, SetSessionPrivilege,
};
use crate::lan::NetFn;
use crate::{CompletionCode, DecodeError};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Raise the session's privilege level.
    Raise,
    /// Say that boot options are being set: a courtesy that not every BMC knows.
    BootBegin,
    /// Mark the boot options as unread: likewise.
    BootAcknowledge,
    /// Say that boot options were set: likewise.
    BootEnd,
    /// Read the boot options back.
    BootRead,
    /// The request itself.
    Main,
}

/// A command, ready to be put into a LAN message.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) netfn: NetFn,
    pub(super) command: u8,
    pub(super) data: Vec<u8>,
}

/// What follows from an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    Go(Step),
    Raised,
    Reply(Reply),
    Refused(CompletionCode),
    Garbled(DecodeError),
}

impl Step {
    /// The first step of a request, once the session's level is high enough.
    pub(super) fn first(request: &Request) -> Self {
        match request {
            Request::SetBoot(_) => Self::BootBegin,
            Request::Power | Request::Control(_) | Request::DeviceId | Request::Guid => Self::Main,
        }
    }

    pub(super) fn call(self, request: &Request, config: &Config) -> Call {
        match self {
            Self::Raise => Call::of(&SetSessionPrivilege(config.privilege)),
            Self::BootBegin => Call::of(&SetBootOptions(BootParameter::InProgress(true))),
            Self::BootAcknowledge => Call::of(&SetBootOptions(BootParameter::BIOS_ACKNOWLEDGED)),
            Self::BootEnd => Call::of(&SetBootOptions(BootParameter::InProgress(false))),
            Self::BootRead => Call::of(&GetBootOptions),
            Self::Main => main_call(request),
        }
    }

    /// What follows from the answer with this code and data.
    pub(super) fn answered(self, request: &Request, code: CompletionCode, data: &[u8]) -> Verdict {
        match self {
            Self::BootBegin => Verdict::Go(Self::BootAcknowledge),
            Self::BootAcknowledge => Verdict::Go(Self::Main),
            Self::BootEnd => Verdict::Go(Self::BootRead),
            Self::Raise | Self::BootRead | Self::Main if !code.is_ok() => Verdict::Refused(code),
            Self::Raise => Verdict::Raised,
            Self::BootRead => reply(data, |boot: CurrentBoot| Reply::Boot(boot.0)),
            Self::Main => match request {
                Request::Power => reply(data, |it: ChassisStatus| Reply::Power(it)),
                Request::Control(_) => Verdict::Reply(Reply::Done),
                Request::SetBoot(_) => Verdict::Go(Self::BootEnd),
                Request::DeviceId => reply(data, |it: DeviceId| Reply::DeviceId(it)),
                Request::Guid => reply(data, |it: Guid| Reply::Guid(it)),
            },
        }
    }
}

impl Call {
    pub(super) fn of<C: Command>(command: &C) -> Self {
        Self { netfn: C::NETFN, command: C::CODE, data: command.encode() }
    }
}

fn main_call(request: &Request) -> Call {
    match request {
        Request::Power => Call::of(&GetChassisStatus),
        Request::Control(control) => Call::of(control),
        Request::SetBoot(options) => {
            let flags = BootFlags { valid: true, options: *options };
            Call::of(&SetBootOptions(BootParameter::Flags(flags)))
        }
        Request::DeviceId => Call::of(&GetDeviceId),
        Request::Guid => Call::of(&GetSystemGuid),
    }
}

fn reply<B: Body>(data: &[u8], reply: impl FnOnce(B) -> Reply) -> Verdict {
    match B::decode(data) {
        Ok(body) => Verdict::Reply(reply(body)),
        Err(error) => Verdict::Garbled(error),
    }
}
