//! Any bytes, offered to a client at each point of an exchange and to a server. The first byte picks the point.

#![no_main]

#[path = "../../tests/support/mod.rs"]
mod support;

use support::prey::{ANSWERS, Prey};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some((first, datagram)) = input.split_first() {
        Prey::new(usize::from(*first) % ANSWERS).offer(datagram);
    }
    support::Lab::usual().at_bmc(input);
});
