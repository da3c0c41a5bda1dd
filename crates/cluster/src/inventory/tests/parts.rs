//! The small parsers: durations, addresses.

use crate::inventory::duration::{DurationError, format_ms, parse_ms};
use crate::inventory::{Address, AddressError};

#[test]
fn durations_are_a_whole_number_and_a_unit() {
    for (text, expected) in [
        ("90s", Ok(90_000)),
        ("5m", Ok(300_000)),
        ("500ms", Ok(500)),
        ("2h", Ok(7_200_000)),
        ("7d", Ok(604_800_000)),
        ("0s", Ok(0)),
        ("007s", Ok(7_000)),
        ("18446744073709551615ms", Ok(u64::MAX)),
        ("18446744073709551616ms", Err(DurationError::TooLong)),
        ("18446744073709551615s", Err(DurationError::TooLong)),
        ("", Err(DurationError::Form)),
        ("s", Err(DurationError::Form)),
        ("5", Err(DurationError::Form)),
        ("5 s", Err(DurationError::Form)),
        ("-5s", Err(DurationError::Form)),
        ("1.5s", Err(DurationError::Form)),
        ("1h30m", Err(DurationError::Form)),
        ("5S", Err(DurationError::Form)),
        ("٥s", Err(DurationError::Form)),
    ] {
        assert_eq!(parse_ms(text), expected, "{text}");
    }
}

#[test]
fn durations_are_written_in_their_largest_exact_unit_and_read_back() {
    for (ms, text) in [
        (0, "0s"),
        (1, "1ms"),
        (1_500, "1500ms"),
        (90_000, "90s"),
        (3_600_000, "1h"),
        (86_400_000, "1d"),
    ] {
        assert_eq!(format_ms(ms), text);
        assert_eq!(parse_ms(text), Ok(ms));
    }
}

#[test]
fn addresses_are_hosts_with_or_without_a_port() {
    for (text, expected) in [
        ("10.0.0.5", "10.0.0.5:623"),
        ("10.0.0.5:6230", "10.0.0.5:6230"),
        ("[fd00::1]", "[fd00::1]:623"),
        ("[FD00:0::1]:65535", "[fd00::1]:65535"),
        ("[::ffff:10.0.0.5]", "10.0.0.5:623"),
        ("BMC-1.Example.", "bmc-1.example:623"),
        ("n1_bmc:1", "n1_bmc:1"),
        ("127.0.0.1", "127.0.0.1:623"),
    ] {
        assert_eq!(
            Address::parse(text, 623).map(|address| address.to_string()).as_deref(),
            Ok(expected)
        );
    }
}

#[test]
fn what_is_no_address_of_one_host_is_refused() {
    let (long, longer) = ("a".repeat(64), "abc.".repeat(70));
    for (text, expected) in [
        ("", AddressError::Empty),
        (":623", AddressError::Empty),
        ("h:", AddressError::Port),
        ("h:0", AddressError::Port),
        ("h:65536", AddressError::Port),
        ("h:+1", AddressError::Port),
        ("fd00::1", AddressError::Brackets),
        ("[fd00::1", AddressError::Brackets),
        ("[fd00::1]623", AddressError::Brackets),
        ("[10.0.0.1]", AddressError::Brackets),
        ("[]", AddressError::Brackets),
        ("10.0.0.256", AddressError::Ipv4),
        ("10.0.1", AddressError::Ipv4),
        ("010.0.0.1", AddressError::Ipv4),
        ("0.0.0.0", AddressError::NotOneHost),
        ("[::]:623", AddressError::NotOneHost),
        ("255.255.255.255", AddressError::NotOneHost),
        ("224.0.0.1", AddressError::NotOneHost),
        ("h h", AddressError::Name),
        ("-h", AddressError::Name),
        ("h-.x", AddressError::Name),
        ("a..b", AddressError::Name),
        (".", AddressError::Name),
        ("bücher", AddressError::Name),
        ("h]", AddressError::Name),
        (&long, AddressError::Name),
        (&longer, AddressError::Name),
    ] {
        assert_eq!(Address::parse(text, 623), Err(expected), "{text}");
    }
}
