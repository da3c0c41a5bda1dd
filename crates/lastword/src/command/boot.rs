//! `lastword boot`: what nodes boot from, set and read back before power is applied.
//! It does not set it without a power action.

use api::{Action, Boot, BootDevice};
use clap::ValueEnum;
use clap_complete::ArgValueCompleter;

use crate::cli::arguments::{Order, RowOutput, Selection};
use crate::cli::give::{Said, Wish, give};
use crate::cli::{Exit, Globals, complete};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(allow_missing_positional = true)]
#[command(after_help = "\
Examples:
  lastword boot 'n[1-3]' pxe --and cycle
  lastword boot n7 bios --uefi --and on
  lastword boot -l role=compute disk --persist --and reset")]
pub struct Args {
    /// Node sets: n[1-3], @group, n*, a!b, a&b (quote them)
    #[arg(value_name = "NODES", add = ArgValueCompleter::new(complete::nodes))]
    nodes: Vec<String>,
    /// What to boot from
    #[arg(value_name = "DEVICE", value_enum, required = true)]
    device: Device,
    /// The power action that it is for
    #[arg(long, value_name = "ACTION", value_enum)]
    and: Then,
    /// For every boot rather than the next one
    #[arg(long)]
    persist: bool,
    /// In UEFI mode
    #[arg(long)]
    uefi: bool,
    #[command(flatten)]
    order: Order,
    #[command(flatten)]
    output: RowOutput,
    #[command(flatten)]
    selection: Selection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Device {
    /// Network
    Pxe,
    /// Default hard disk
    Disk,
    /// Firmware setup
    Bios,
    /// CD or DVD
    Cd,
    /// No override
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Then {
    On,
    Cycle,
    SoftCycle,
    Reset,
}

/// Runs it.
///
/// # Errors
/// See [`give`].
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let Args { nodes, device, and, persist, uefi, order, output, selection } = args;
    let boot = Boot { device: device.into(), persistent: persist, uefi };
    let wish = Wish { action: and.into(), boot: Some(boot), force_after: None };
    let line = Said { words: &nodes, selection: &selection, order: &order, output };
    give(wish, line, globals)
}

impl From<Device> for BootDevice {
    fn from(device: Device) -> Self {
        match device {
            Device::Pxe => Self::Pxe,
            Device::Disk => Self::Disk,
            Device::Bios => Self::Bios,
            Device::Cd => Self::Cd,
            Device::None => Self::None,
        }
    }
}

impl From<Then> for Action {
    fn from(then: Then) -> Self {
        match then {
            Then::On => Self::On,
            Then::Cycle => Self::Cycle,
            Then::SoftCycle => Self::SoftCycle,
            Then::Reset => Self::Reset,
        }
    }
}
