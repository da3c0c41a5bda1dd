//! Single words from the arbiter to the interface and back.
//! Only words: whatever needs the ledger is in `fold::words`.

use arbiter::Phase;

pub(crate) const fn action(action: arbiter::Action) -> api::Action {
    match action {
        arbiter::Action::On => api::Action::On,
        arbiter::Action::Off => api::Action::Off,
        arbiter::Action::Soft => api::Action::Soft,
        arbiter::Action::Cycle => api::Action::Cycle,
        arbiter::Action::SoftCycle => api::Action::SoftCycle,
        arbiter::Action::Reset => api::Action::Reset,
        arbiter::Action::Nmi => api::Action::Nmi,
    }
}

pub(crate) const fn asked(action: api::Action) -> arbiter::Action {
    match action {
        api::Action::On => arbiter::Action::On,
        api::Action::Off => arbiter::Action::Off,
        api::Action::Soft => arbiter::Action::Soft,
        api::Action::Cycle => arbiter::Action::Cycle,
        api::Action::SoftCycle => arbiter::Action::SoftCycle,
        api::Action::Reset => arbiter::Action::Reset,
        api::Action::Nmi => arbiter::Action::Nmi,
    }
}

/// A door of a later version counts as a program's.
pub(crate) fn door(word: &str) -> api::Door {
    api::Door::of(word).unwrap_or(api::Door::Rest)
}

pub(crate) const fn power(power: arbiter::Power) -> api::Power {
    match power {
        arbiter::Power::On => api::Power::On,
        arbiter::Power::Off => api::Power::Off,
        arbiter::Power::Unknown => api::Power::Unknown,
    }
}

pub(crate) const fn goal(goal: arbiter::Goal) -> api::Power {
    match goal {
        arbiter::Goal::On => api::Power::On,
        arbiter::Goal::Off => api::Power::Off,
    }
}

pub(crate) const fn asked_batch(batch: api::Batch) -> arbiter::Batch {
    arbiter::Batch { size: batch.size, delay_ms: batch.delay_ms, stop_after: batch.stop_after }
}

pub(crate) const fn batch(batch: arbiter::Batch) -> api::Batch {
    api::Batch { size: batch.size, delay_ms: batch.delay_ms, stop_after: batch.stop_after }
}

pub(crate) const fn phase(phase: Phase) -> api::Phase {
    match phase {
        Phase::Idle => api::Phase::Idle,
        Phase::Draining => api::Phase::Draining,
        Phase::Reading => api::Phase::Reading,
        Phase::Batched => api::Phase::Batched,
        Phase::Gated => api::Phase::Gated,
        Phase::InLine => api::Phase::InLine,
        Phase::SettingBoot => api::Phase::SettingBoot,
        Phase::Firing(_) => api::Phase::Firing,
        Phase::Confirming(_) => api::Phase::Confirming,
        Phase::BackingOff => api::Phase::BackingOff,
        Phase::Recording => api::Phase::Recording,
        Phase::Held => api::Phase::Held,
        Phase::Watching => api::Phase::Watching,
        Phase::Returning(_) => api::Phase::Returning,
    }
}

pub(crate) const fn order(order: arbiter::Order) -> api::Order {
    match order {
        arbiter::Order::On => api::Order::On,
        arbiter::Order::Off => api::Order::Off,
        arbiter::Order::Soft => api::Order::Soft,
        arbiter::Order::Reset => api::Order::Reset,
        arbiter::Order::Nmi => api::Order::Nmi,
    }
}

pub(crate) const fn policy(policy: arbiter::Policy) -> api::Policy {
    match policy {
        arbiter::Policy::Supersede => api::Policy::Supersede,
        arbiter::Policy::Queue { limit } => api::Policy::Queue { limit },
        arbiter::Policy::Next => api::Policy::Next,
    }
}

pub(crate) const fn boot(boot: arbiter::Boot) -> api::Boot {
    let device = match boot.device {
        arbiter::BootDevice::None => api::BootDevice::None,
        arbiter::BootDevice::Pxe => api::BootDevice::Pxe,
        arbiter::BootDevice::Disk => api::BootDevice::Disk,
        arbiter::BootDevice::Bios => api::BootDevice::Bios,
        arbiter::BootDevice::Cd => api::BootDevice::Cd,
    };
    api::Boot { device, persistent: boot.persistent, uefi: boot.uefi }
}

pub(crate) const fn asked_boot(boot: api::Boot) -> arbiter::Boot {
    let device = match boot.device {
        api::BootDevice::None => arbiter::BootDevice::None,
        api::BootDevice::Pxe => arbiter::BootDevice::Pxe,
        api::BootDevice::Disk => arbiter::BootDevice::Disk,
        api::BootDevice::Bios => arbiter::BootDevice::Bios,
        api::BootDevice::Cd => arbiter::BootDevice::Cd,
    };
    arbiter::Boot { device, persistent: boot.persistent, uefi: boot.uefi }
}

pub(crate) fn report(report: &arbiter::Report) -> api::What {
    use arbiter::Report;
    let (report, about, cause) = match report {
        Report::LateFire { goal } => (api::Report::LateFire, *goal, None),
        Report::Drifted { goal } => (api::Report::Drifted, *goal, None),
        Report::BroughtBack { goal } => (api::Report::BroughtBack, *goal, None),
        Report::LeftThere { goal, cause } => (api::Report::LeftThere, *goal, Some(cause)),
    };
    api::What::Report { report, goal: goal(about), cause: cause.map(ToString::to_string) }
}
