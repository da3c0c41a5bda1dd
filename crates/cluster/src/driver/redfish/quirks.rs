//! What BMCs do that the standard does not have them do, as data, each with the firmware that it was seen on. What it leads
//! to is said where it is used.

/// A way of a BMC that is no mistake of ours.
#[derive(Debug)]
pub(super) struct Quirk<T> {
    /// What it shows.
    pub(super) shows: T,
    /// What it means, in words.
    pub(super) means: &'static str,
    /// Where it was seen.
    #[cfg_attr(not(test), expect(dead_code, reason = "told to whoever reads this table"))]
    pub(super) seen: &'static str,
}

/// Values of `PowerState` that are neither a state nor a transition of the standard.
pub(super) const POWER_STATES: [Quirk<&str>; 3] = [
    Quirk {
        shows: "Reset",
        means: "the machine is in a reset",
        seen: "HPE iLO 6 of Gen11 servers, in transition (LP:2079797)",
    },
    Quirk {
        shows: "Unknown",
        means: "the BMC does not know the power state",
        seen: "HPE iLO 6 of Gen11 servers, in transition (LP:2052503)",
    },
    Quirk {
        shows: "Paused",
        means: "the machine is paused",
        seen: "NVIDIA BlueField DPUs (infra-controller#5997)",
    },
];

/// Answers to an order by which a BMC may say that the machine is there already; only reading it tells.
pub(super) const ALREADY_THERE: [Quirk<u16>; 2] = [
    Quirk {
        shows: 409,
        means: "the state does not allow the order, or is its goal",
        seen: "Dell iDRAC: \"Server is already powered ON\" (dellemc-openmanage-ansible-modules#115, #132); iDRAC10 also \
               says so to On soon after ForceOff (LP:2162995)",
    },
    Quirk {
        shows: 400,
        means: "the order is not to be had now, or never",
        seen: "power cycles of machines that are off, by several (bmclib#223)",
    },
];

/// Parts of the message of a refused log-in that say that sessions are used up, whatever its status.
pub(super) const SESSIONS_USED_UP: [Quirk<&str>; 2] = [
    Quirk {
        shows: "SessionLimitExceeded",
        means: "the limit of sessions is reached",
        seen: "the Base registry of DSP8011; many BMCs at their limit (foreman smart-proxy#895)",
    },
    Quirk {
        shows: "RAC0218",
        means: "the maximum number of user sessions is reached",
        seen: "Dell iDRAC (check_redfish#89, #198)",
    },
];

/// A property that has to be said with every boot override, though it is to stay as it is.
pub(super) const MODE_IS_FORGOTTEN: Quirk<&str> = Quirk {
    shows: "BootSourceOverrideMode",
    means: "a mode that is not told becomes the BMC's own again",
    seen: "Supermicro (Redfishtool#106)",
};

/// The status with which a mode is refused that is told though it is as it was.
pub(super) const MODE_IS_NOT_WRITABLE: Quirk<u16> = Quirk {
    shows: 400,
    means: "the mode can't be written, not even as it is",
    seen: "HPE ProLiant (community.general#3509)",
};

/// What names the resource that takes boot overrides where the system itself takes none.
pub(super) const OVERRIDES_IN_SETTINGS: Quirk<&str> = Quirk {
    shows: "@Redfish.Settings",
    means: "boot overrides are set at the resource for what holds from the next start on",
    seen: "AMI MegaRAC (Redfish-Tacklebox#111)",
};

/// Whether an answer with that status may mean that there is nothing to do.
pub(super) fn may_be_there(status: u16) -> bool {
    ALREADY_THERE.iter().any(|quirk| quirk.shows == status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quirk_names_where_it_was_seen_and_by_whom_it_was_told() {
        let states = POWER_STATES.iter().map(|quirk| (quirk.means, quirk.seen));
        let answers = ALREADY_THERE.iter().map(|quirk| (quirk.means, quirk.seen));
        let full = SESSIONS_USED_UP.iter().map(|quirk| (quirk.means, quirk.seen));
        let boot = [
            (MODE_IS_FORGOTTEN.means, MODE_IS_FORGOTTEN.seen),
            (MODE_IS_NOT_WRITABLE.means, MODE_IS_NOT_WRITABLE.seen),
            (OVERRIDES_IN_SETTINGS.means, OVERRIDES_IN_SETTINGS.seen),
        ];
        for (means, seen) in states.chain(answers).chain(full).chain(boot) {
            assert!(!means.is_empty() && (seen.contains('#') || seen.contains("LP:")), "{seen}");
        }
    }
}
