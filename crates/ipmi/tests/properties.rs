//! What holds for every message, number and name, checked on generated ones.

use std::collections::BTreeSet;

use ipmi::crypto::{Code, hmac};
use ipmi::packet::{Packet, Plus};
use ipmi::{Key, Password, SessionKeys, Suite, UserName, Window};
use proptest::collection::vec;
use proptest::prelude::*;

fn suites() -> impl Strategy<Value = Suite> {
    prop_oneof![Just(Suite::C3), Just(Suite::C17)]
}

fn keys(suite: Suite, sik: u8) -> SessionKeys {
    SessionKeys::derive(suite, &Code::new(&[sik; 20]).expect("20 bytes"))
}

fn plus(datagram: &[u8]) -> Option<Plus<'_>> {
    match Packet::decode(datagram) {
        Ok(Packet::Plus(packet)) => Some(packet),
        Ok(Packet::Plain(_)) | Err(_) => None,
    }
}

proptest! {
    #[test]
    fn what_is_sealed_opens_with_the_same_keys_only(
        suite in suites(), id: u32, sequence: u32, iv: [u8; 16], message in vec(any::<u8>(), 0..300),
    ) {
        let datagram = keys(suite, 1).seal(id, sequence, iv, &message);
        prop_assert_eq!((datagram.len() - 4 - suite.short_len()) % 4, 0, "the code starts aligned");
        let packet = plus(&datagram).expect("RMCP+");
        prop_assert_eq!((packet.session_id, packet.sequence), (id, sequence));
        prop_assert_eq!(keys(suite, 1).open(&packet), Ok(message));
        prop_assert!(keys(suite, 2).open(&packet).is_err());
    }

    #[test]
    fn one_changed_bit_behind_the_rmcp_header_is_noticed(
        suite in suites(), message in vec(any::<u8>(), 0..40), at: prop::sample::Index, bit in 0u8..8,
    ) {
        let mut datagram = keys(suite, 1).seal(7, 1, [9; 16], &message);
        let at = 4 + at.index(datagram.len() - 4);
        datagram[at] ^= 1u8 << bit;
        let opened = plus(&datagram).map(|packet| keys(suite, 1).open(&packet).is_ok());
        prop_assert_ne!(opened, Some(true));
    }

    #[test]
    fn an_authentic_packet_that_does_not_say_it_is_encrypted_stays_shut(
        suite in suites(), message in vec(any::<u8>(), 0..40),
    ) {
        let mut datagram = keys(suite, 1).seal(7, 1, [9; 16], &message);
        let end = datagram.len() - suite.short_len();
        datagram[5] &= !0x80;
        let k1 = hmac(suite, &[1; 20], &[&[1; 20]]);
        let code = hmac(suite, k1.as_bytes(), &[&datagram[4..end]]).truncated(suite.short_len());
        datagram[end..].copy_from_slice(code.as_bytes());
        prop_assert!(keys(suite, 1).open(&plus(&datagram).expect("RMCP+")).is_err());
        datagram[5] |= 0x80;
        let code = hmac(suite, k1.as_bytes(), &[&datagram[4..end]]).truncated(suite.short_len());
        datagram[end..].copy_from_slice(code.as_bytes());
        prop_assert_eq!(keys(suite, 1).open(&plus(&datagram).expect("RMCP+")), Ok(message));
    }

    #[test]
    fn the_window_is_a_set_of_the_last_32_numbers(numbers in vec(1u32..120, 0..200)) {
        let (mut window, mut seen) = (Window::default(), BTreeSet::new());
        for number in numbers {
            let behind = seen.last().is_some_and(|highest| number + Window::WIDTH <= *highest);
            prop_assert_eq!(window.accept(number), !behind && seen.insert(number), "{}", number);
        }
    }

    #[test]
    fn credentials_keep_their_bytes_or_are_refused(bytes in vec(any::<u8>(), 0..30)) {
        let name = UserName::from_bytes(&bytes).ok();
        prop_assert_eq!(name.as_ref().map(UserName::as_bytes), (bytes.len() <= 16).then_some(&bytes[..]));
        let fits = (bytes.len() <= 20).then_some(&bytes[..]);
        let (password, key) = (Password::new(&bytes).ok(), Key::new(&bytes).ok());
        prop_assert_eq!(password.as_ref().map(Password::expose), fits);
        prop_assert_eq!(key.as_ref().map(Key::expose), fits);
    }
}
