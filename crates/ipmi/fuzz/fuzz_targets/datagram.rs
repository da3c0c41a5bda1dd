//! Any bytes, read as every message that they could be.

#![no_main]

#[path = "../../tests/support/decoders.rs"]
mod decoders;

libfuzzer_sys::fuzz_target!(|input: &[u8]| decoders::all(input));
