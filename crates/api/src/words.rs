//! The closed sets of words that requests and answers use.
//! It does not say what they do: the design's section 2 does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Declares a closed enum whose words on the wire are its names in kebab-case.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$item_doc])* $item),+ }

        impl $name {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$item),+];

            /// The word on the wire and on the command line.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$item => $word),+ }
            }

            /// The one with that word.
            #[must_use]
            pub fn of(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.word() == word)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

words! {
    /// What can be asked of a node.
    Action {
        /// Power on; never power-cycles.
        On = "on",
        /// Hard power off.
        Off = "off",
        /// Ask the operating system to shut down.
        Soft = "soft",
        /// Off, seen off, on.
        Cycle = "cycle",
        /// As `cycle`, but softly at first.
        SoftCycle = "soft-cycle",
        /// One hard reset.
        Reset = "reset",
        /// One diagnostic interrupt.
        Nmi = "nmi",
    }
}

words! {
    /// What is known of a node's power. A read error is `unknown`.
    Power {
        /// The BMC said on.
        On = "on",
        /// The BMC said off.
        Off = "off",
        /// Not known.
        Unknown = "unknown",
    }
}

words! {
    /// A state that a node's power can be asked to be in.
    OnOff {
        /// On.
        On = "on",
        /// Off.
        Off = "off",
    }
}

impl From<OnOff> for Power {
    fn from(state: OnOff) -> Self {
        match state {
            OnOff::On => Self::On,
            OnOff::Off => Self::Off,
        }
    }
}

words! {
    /// What a machine can be told to boot from.
    BootDevice {
        /// No override.
        None = "none",
        /// Network.
        Pxe = "pxe",
        /// Default hard disk.
        Disk = "disk",
        /// Firmware setup.
        Bios = "bios",
        /// CD or DVD.
        Cd = "cd",
    }
}

words! {
    /// What a BMC is told to do.
    Order {
        /// Power up.
        On = "on",
        /// Power down, hard.
        Off = "off",
        /// Ask the operating system to shut down.
        Soft = "soft",
        /// Hard reset.
        Reset = "reset",
        /// Diagnostic interrupt.
        Nmi = "nmi",
    }
}

words! {
    /// What a node's operation is doing.
    Phase {
        /// The agent has not taken it up yet.
        Pending = "pending",
        /// Nothing is to be done.
        Idle = "idle",
        /// Waiting out an exchange that an earlier intent or agent left behind.
        Draining = "draining",
        /// Asking for the power state before deciding.
        Reading = "reading",
        /// Waiting until other nodes of its command have ended.
        Batched = "batched",
        /// Waiting for nodes that it depends on, or that depend on it.
        Gated = "gated",
        /// Waiting for a turn on its circuit.
        InLine = "in-line",
        /// Setting the boot override.
        SettingBoot = "setting-boot",
        /// Sending an order.
        Firing = "firing",
        /// Fired; waiting for the machine to confirm.
        Confirming = "confirming",
        /// Waiting after an error.
        BackingOff = "backing-off",
        /// Waiting for a record to become durable.
        Recording = "recording",
        /// Somebody else holds the node.
        Held = "held",
        /// Confirmed; watching whether it stays.
        Watching = "watching",
        /// Bringing the node back to its goal.
        Returning = "returning",
    }
}

words! {
    /// What an agent tells beside outcomes.
    Report {
        /// The node left a confirmed goal within the settle window: an old command fired late.
        LateFire = "late-fire",
        /// The node is not in the state that was last confirmed.
        Drifted = "drifted",
        /// The node was brought back to its goal.
        BroughtBack = "brought-back",
        /// Bringing the node back was given up.
        LeftThere = "left-there",
    }
}

words! {
    /// What a BMC was asked in one exchange.
    Asked {
        /// Its node's power.
        Read = "read",
        /// To power up.
        On = "on",
        /// To power down, hard.
        Off = "off",
        /// To ask the operating system to shut down.
        Soft = "soft",
        /// For a hard reset.
        Reset = "reset",
        /// For a diagnostic interrupt.
        Nmi = "nmi",
        /// To set a boot override.
        Boot = "boot",
    }
}

words! {
    /// What came of one exchange with a BMC.
    TryEnd {
        /// It answered, and did as asked.
        Ok = "ok",
        /// It said no; nothing happened.
        Refused = "refused",
        /// The question never left; nothing happened.
        NotSent = "not-sent",
        /// No answer came: it may have happened.
        Lost = "lost",
        /// It refused the account.
        Denied = "denied",
        /// Another machine is behind it.
        Stranger = "stranger",
    }
}

words! {
    /// The way in that a request took.
    Door {
        /// The command line.
        Cli = "cli",
        /// This interface, used by a program.
        Rest = "rest",
        /// The web page.
        Web = "web",
    }
}

words! {
    /// What the holder of a token may do. Each may do what those before it may.
    Role {
        /// Look.
        Viewer = "viewer",
        /// Command, withdraw and hold.
        Operator = "operator",
        /// Manage tokens and the inventory, break holds of others.
        Admin = "admin",
    }
}

/// What happens when a newer command meets a running operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// The newest wins; equal ones merge.
    Supersede,
    /// Every action is carried out in turn; at most `limit` wait.
    Queue {
        /// How many may wait.
        limit: u16,
    },
    /// One runs, one waits, more are refused.
    Next,
}

/// A boot override that is set and read back before power is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Boot {
    /// What to boot from.
    pub device: BootDevice,
    /// For every boot rather than the next one.
    #[serde(default)]
    pub persistent: bool,
    /// In UEFI mode.
    #[serde(default)]
    pub uefi: bool,
}
