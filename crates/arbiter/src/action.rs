//! The words of power: what can be asked, what a node can be told, and what can be known of it.

use serde::{Deserialize, Serialize};

/// What a command asks for: a goal, and for some an event that must happen on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Power on; nothing is fired at a node that reads on.
    On,
    /// Hard power off.
    Off,
    /// Ask the operating system once to shut down.
    Soft,
    /// Off, seen off, on.
    Cycle,
    /// As `Cycle`, but the first half is `Soft`.
    SoftCycle,
    /// One hard reset; on a node that is off, just on.
    Reset,
    /// One diagnostic interrupt; no goal.
    Nmi,
}

impl Action {
    /// Every action, in the order of the design's table.
    pub const ALL: [Self; 7] =
        [Self::On, Self::Off, Self::Soft, Self::Cycle, Self::SoftCycle, Self::Reset, Self::Nmi];

    /// The state that the node must end in, if the action has one.
    #[must_use]
    pub const fn goal(self) -> Option<Goal> {
        match self {
            Self::On | Self::Cycle | Self::SoftCycle | Self::Reset => Some(Goal::On),
            Self::Off | Self::Soft => Some(Goal::Off),
            Self::Nmi => None,
        }
    }

    /// The step that puts its event on record, if it has one that is.
    #[must_use]
    pub const fn event(self) -> Option<Step> {
        match self {
            Self::Cycle | Self::SoftCycle => Some(Step::Dropped),
            Self::Reset => Some(Step::Reset),
            Self::On | Self::Off | Self::Soft | Self::Nmi => None,
        }
    }

    /// Whether carrying it out may order the power to go there.
    #[must_use]
    pub const fn may_order(self, goal: Goal) -> bool {
        match self {
            Self::On | Self::Reset => matches!(goal, Goal::On),
            Self::Off | Self::Soft => matches!(goal, Goal::Off),
            Self::Cycle | Self::SoftCycle => true,
            Self::Nmi => false,
        }
    }

    /// Whether a running operating system may lose something by it.
    #[must_use]
    pub const fn is_disruptive(self) -> bool {
        !matches!(self, Self::On)
    }

    /// The word used on the command line and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Soft => "soft",
            Self::Cycle => "cycle",
            Self::SoftCycle => "soft-cycle",
            Self::Reset => "reset",
            Self::Nmi => "nmi",
        }
    }
}

/// The state that an operation drives its node to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// Power is on.
    On,
    /// Power is off.
    Off,
}

impl Goal {
    /// The order that leads there.
    #[must_use]
    pub const fn order(self) -> Order {
        match self {
            Self::On => Order::On,
            Self::Off => Order::Off,
        }
    }

    /// `on` or `off`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}

/// What is known of a node's power. A read error is `Unknown`, never `On` or `Off`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// The BMC said on.
    On,
    /// The BMC said off.
    Off,
    /// Not known: never read, not readable, or in transition.
    #[default]
    Unknown,
}

impl Power {
    /// Whether the node was read in that very state.
    #[must_use]
    pub const fn is(self, goal: Goal) -> bool {
        matches!((self, goal), (Self::On, Goal::On) | (Self::Off, Goal::Off))
    }

    /// Whether the node was read in the opposite state; `Unknown` is not.
    #[must_use]
    pub const fn is_opposite(self, goal: Goal) -> bool {
        matches!((self, goal), (Self::On, Goal::Off) | (Self::Off, Goal::On))
    }

    /// `on`, `off` or `unknown`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Unknown => "unknown",
        }
    }
}

/// What a BMC is told to do. A cycle is never left to the BMC: it is off, seen off, on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Power up.
    On,
    /// Power down, hard.
    Off,
    /// Ask the operating system to shut down.
    Soft,
    /// Hard reset.
    Reset,
    /// Diagnostic interrupt.
    Nmi,
}

impl Order {
    /// Whether no layer may send it twice: a lost answer does not tell whether it arrived.
    #[must_use]
    pub const fn is_at_most_once(self) -> bool {
        matches!(self, Self::Reset | Self::Nmi | Self::Soft)
    }

    /// The word for people.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::On => "power-on",
            Self::Off => "power-off",
            Self::Soft => "soft shutdown",
            Self::Reset => "reset",
            Self::Nmi => "diagnostic interrupt",
        }
    }
}

/// A step whose mark must be durable before what follows it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The operating system is about to be asked to shut down.
    Asked,
    /// Power was seen off after the command was accepted: the second half of a cycle may begin.
    Dropped,
    /// A reset is about to be fired.
    Reset,
    /// A diagnostic interrupt is about to be fired.
    Nmi,
    /// Orders are about to go to the node's second way.
    Escalated,
}

/// The steps of one intent that are on record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Steps(u8);

impl Steps {
    /// Whether the step is on record.
    #[must_use]
    pub const fn has(self, step: Step) -> bool {
        self.0 & (1 << step as u8) != 0
    }

    /// The same steps and this one.
    #[must_use]
    pub const fn with(self, step: Step) -> Self {
        Self(self.0 | (1 << step as u8))
    }
}

/// A boot override that is set and read back before power is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boot {
    /// What to boot from.
    pub device: BootDevice,
    /// Whether it holds for every boot rather than the next one.
    #[serde(default)]
    pub persistent: bool,
    /// Whether the firmware shall boot in UEFI mode.
    #[serde(default)]
    pub uefi: bool,
}

/// What a machine can be told to boot from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BootDevice {
    /// No override.
    None,
    /// Network.
    Pxe,
    /// Default hard disk.
    Disk,
    /// Firmware setup.
    Bios,
    /// CD or DVD.
    Cd,
}

impl BootDevice {
    /// The word used on the command line and on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Pxe => "pxe",
            Self::Disk => "disk",
            Self::Bios => "bios",
            Self::Cd => "cd",
        }
    }
}
