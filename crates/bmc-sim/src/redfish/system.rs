//! The one system: its power, its boot override, its resets. When a reset has come to its end is for the machine to
//! decide.

use hyper::{StatusCode, header};
use ipmi::{BootDevice, BootFlags, BootOptions, Firmware, Lifetime};
use serde_json::{Map, Value, json};

use super::documents::{healthy, link};
use super::{Answer, Asked, Problem, object};
use crate::Millis;
use crate::fault::Faults;
use crate::machine::{Machine, Order, Reading, Refusal};

const INFO: &str = "/redfish/v1/Systems/1/ResetActionInfo";

/// What may be asked for. The first [`FEW`] are what the poorest BMC has.
const RESET_TYPES: [(&str, ResetType); 9] = [
    ("On", ResetType::On),
    ("ForceOff", ResetType::ForceOff),
    ("GracefulShutdown", ResetType::GracefulShutdown),
    ("ForceOn", ResetType::ForceOn),
    ("ForceRestart", ResetType::ForceRestart),
    ("GracefulRestart", ResetType::GracefulRestart),
    ("PowerCycle", ResetType::PowerCycle),
    ("Nmi", ResetType::Nmi),
    ("PushPowerButton", ResetType::PushPowerButton),
];
const FEW: usize = 3;

const TARGETS: [(&str, BootDevice); 5] = [
    ("None", BootDevice::None),
    ("Pxe", BootDevice::Pxe),
    ("Hdd", BootDevice::Disk),
    ("Cd", BootDevice::Cd),
    ("BiosSetup", BootDevice::Bios),
];
const ENABLED: [(&str, Option<Lifetime>); 3] = [
    ("Disabled", None),
    ("Once", Some(Lifetime::Once)),
    ("Continuous", Some(Lifetime::Persistent)),
];
const MODES: [(&str, Firmware); 2] = [("Legacy", Firmware::Legacy), ("UEFI", Firmware::Uefi)];

/// The standard's names for orders (DSP0268, ResetType).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResetType {
    On,
    ForceOff,
    GracefulShutdown,
    ForceOn,
    ForceRestart,
    GracefulRestart,
    PowerCycle,
    Nmi,
    PushPowerButton,
}

pub fn show(machine: &mut Machine, now: Millis, uuid: &str) -> Result<Answer, Problem> {
    let reading = machine.read(now).map_err(problem)?;
    let mut action = Map::new();
    action.insert("target".into(), "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset".into());
    if machine.faults().hides_reset_types.is_none() {
        action.insert("@Redfish.ActionInfo".into(), INFO.into());
        let types = words(offered(machine.faults()));
        action.insert("ResetType@Redfish.AllowableValues".into(), types.into());
    }
    let shown = json!({
        "@odata.id": "/redfish/v1/Systems/1",
        "@odata.type": "#ComputerSystem.v1_20_0.ComputerSystem",
        "Id": "1",
        "Name": "System",
        "SystemType": "Physical",
        "Manufacturer": "Nobody",
        "Model": "Simulated",
        "SerialNumber": uuid,
        "UUID": uuid,
        "PowerState": power_state(reading),
        "Status": healthy(),
        "Boot": boot(machine.boot()),
        "Links": {
            "Chassis": [link("/redfish/v1/Chassis/1")],
            "ManagedBy": [link("/redfish/v1/Managers/1")],
        },
        "Actions": { "#ComputerSystem.Reset": action },
    });
    Ok(Answer::json(StatusCode::OK, &shown).with(header::ETAG, &etag(machine, now)))
}

pub fn reset_info(machine: &Machine) -> Result<Value, Problem> {
    if machine.faults().hides_reset_types.is_some() {
        return Err(Problem::NotFound);
    }
    Ok(json!({
        "@odata.id": INFO,
        "@odata.type": "#ActionInfo.v1_3_0.ActionInfo",
        "Id": "ResetActionInfo",
        "Name": "Reset Action Info",
        "Parameters": [{
            "Name": "ResetType",
            "Required": true,
            "DataType": "String",
            "AllowableValues": words(offered(machine.faults())),
        }],
    }))
}

pub fn reset(machine: &mut Machine, now: Millis, asked: &Asked<'_>) -> Result<(), Problem> {
    if machine.faults().stale_etags.is_some() {
        matches_etag(machine, now, asked)?;
    }
    let body = object(asked.body)?;
    let wanted = body.get("ResetType").ok_or(Problem::ParameterMissing("ResetType"))?;
    let wanted = pick(offered(machine.faults()), wanted);
    let wanted = wanted.ok_or(Problem::ParameterNotInList("ResetType"))?;
    let on = machine.is_on(now);
    if !on && wanted.restarts() && machine.faults().refuses_restart_when_off.is_some() {
        return Err(Problem::NotNow);
    }
    machine.order(now, wanted.order(on)).map_err(problem)
}

pub fn set_boot(machine: &mut Machine, now: Millis, asked: &Asked<'_>) -> Result<Answer, Problem> {
    matches_etag(machine, now, asked)?;
    let body = object(asked.body)?;
    let changes = body["Boot"].as_object().ok_or(Problem::PropertyMissing("Boot"))?;
    if body.as_object().is_some_and(|body| body.len() > 1) {
        return Err(Problem::PropertyNotWritable);
    }
    let mut flags = machine.boot();
    for (name, value) in changes {
        change(&mut flags, name, value)?;
    }
    machine.set_boot(now, flags);
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}

impl ResetType {
    /// What the machine is told. One that is off is powered on by whatever restarts it.
    const fn order(self, on: bool) -> Order {
        match (self, on) {
            (Self::On | Self::ForceOn, _) => Order::On,
            (Self::ForceOff, _) => Order::Off,
            (Self::GracefulShutdown, _) | (Self::PushPowerButton, true) => Order::Soft,
            (Self::Nmi, _) => Order::Nmi,
            (Self::ForceRestart, true) => Order::Reset,
            (Self::GracefulRestart, true) => Order::SoftCycle,
            (Self::PowerCycle, true) => Order::Cycle,
            (
                Self::ForceRestart
                | Self::GracefulRestart
                | Self::PowerCycle
                | Self::PushPowerButton,
                false,
            ) => Order::On,
        }
    }

    const fn restarts(self) -> bool {
        matches!(self, Self::ForceRestart | Self::GracefulRestart | Self::PowerCycle)
    }
}

fn offered(faults: &Faults) -> &'static [(&'static str, ResetType)] {
    if faults.few_reset_types.is_some() { &RESET_TYPES[..FEW] } else { &RESET_TYPES }
}

fn change(flags: &mut BootFlags, name: &str, value: &Value) -> Result<(), Problem> {
    const TARGET: &str = "BootSourceOverrideTarget";
    const MODE: &str = "BootSourceOverrideMode";
    const IS_ENABLED: &str = "BootSourceOverrideEnabled";
    match name {
        TARGET => {
            let device = pick(&TARGETS, value);
            flags.options.device = device.ok_or(Problem::PropertyNotInList(TARGET))?;
        }
        MODE => {
            let firmware = pick(&MODES, value);
            flags.options.firmware = firmware.ok_or(Problem::PropertyNotInList(MODE))?;
        }
        IS_ENABLED => {
            let lifetime = pick(&ENABLED, value).ok_or(Problem::PropertyNotInList(IS_ENABLED))?;
            flags.valid = lifetime.is_some();
            flags.options.lifetime = lifetime.unwrap_or(Lifetime::Once);
        }
        _ => return Err(Problem::PropertyNotWritable),
    }
    Ok(())
}

fn pick<T: Copy>(list: &[(&'static str, T)], word: &Value) -> Option<T> {
    list.iter().find(|(name, _)| word == name).map(|(_, value)| *value)
}

/// Whether the system is still as the client saw it, if it says how it saw it.
fn matches_etag(machine: &mut Machine, now: Millis, asked: &Asked<'_>) -> Result<(), Problem> {
    let Some(seen) = asked.headers.get(header::IF_MATCH) else { return Ok(()) };
    if seen == "*" {
        return Ok(());
    }
    let fresh = machine.faults().stale_etags.is_none() && *seen == etag(machine, now);
    if fresh { Ok(()) } else { Err(Problem::PreconditionFailed) }
}

/// The system's state as a tag: another one as soon as anything happened to it.
fn etag(machine: &mut Machine, now: Millis) -> String {
    format!("\"{}\"", machine.ledger(now).written())
}

const fn power_state(reading: Reading) -> Option<&'static str> {
    match reading {
        Reading::On => Some("On"),
        Reading::Off => Some("Off"),
        Reading::TurningOn => Some("PoweringOn"),
        Reading::TurningOff => Some("PoweringOff"),
        Reading::Nothing => None,
        Reading::Reset => Some("Reset"),
        Reading::Paused => Some("Paused"),
        Reading::Unknown => Some("Unknown"),
    }
}

fn boot(flags: BootFlags) -> Value {
    let BootOptions { device, lifetime, firmware } = flags.options;
    let lifetime = flags.valid.then_some(lifetime);
    json!({
        "BootSourceOverrideTarget": word(&TARGETS, device),
        "BootSourceOverrideTarget@Redfish.AllowableValues": words(&TARGETS),
        "BootSourceOverrideEnabled": word(&ENABLED, lifetime),
        "BootSourceOverrideEnabled@Redfish.AllowableValues": words(&ENABLED),
        "BootSourceOverrideMode": word(&MODES, firmware),
        "BootSourceOverrideMode@Redfish.AllowableValues": words(&MODES),
    })
}

fn word<T: PartialEq>(list: &[(&'static str, T)], value: T) -> Option<&'static str> {
    list.iter().find(|(_, known)| *known == value).map(|(name, _)| *name)
}

fn words<T>(list: &[(&'static str, T)]) -> Vec<&'static str> {
    list.iter().map(|(name, _)| *name).collect()
}

const fn problem(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Busy => Problem::Busy,
        Refusal::NotNow => Problem::NotNow,
        Refusal::Failed => Problem::Failed,
    }
}
