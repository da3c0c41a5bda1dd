//! "Are you there?" of RMCP's management class (ASF 2.0, 3.2.4.2 and 3.2.4.3; IPMI 2.0, 13.2.3): what some consoles want
//! answered before they say anything else. It tells nobody who it is and opens nothing.

/// Version 1.0, reserved, no acknowledgement wanted, class ASF; then ASF's enterprise number.
const HEADER: [u8; 8] = [0x06, 0x00, 0xff, 0x06, 0x00, 0x00, 0x11, 0xbe];
const PING: u8 = 0x80;
const PONG: u8 = 0x40;
/// Enterprise number, nothing of an OEM's, "IPMI is supported" and ASF 1.0, no security extensions, reserved.
const SUPPORTED: [u8; 16] = [0x00, 0x00, 0x11, 0xbe, 0, 0, 0, 0, 0x81, 0, 0, 0, 0, 0, 0, 0];

/// The answer, if that was the question.
pub(super) fn pong(datagram: &[u8]) -> Option<[u8; 28]> {
    let (header, rest) = datagram.split_first_chunk::<8>()?;
    let &[PING, tag, _, 0] = rest else { return None };
    if *header != HEADER {
        return None;
    }
    let mut answer = [0; 28];
    answer[..8].copy_from_slice(&HEADER);
    answer[8..12].copy_from_slice(&[PONG, tag, 0, 16]);
    answer[12..].copy_from_slice(&SUPPORTED);
    Some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    // as FreeIPMI 1.6.10 sends it
    const ASKED: [u8; 12] = [0x06, 0, 0xff, 0x06, 0, 0, 0x11, 0xbe, 0x80, 0x5a, 0, 0];

    #[test]
    fn a_presence_ping_is_answered_with_its_tag() {
        let answer = pong(&ASKED).expect("an answer");
        assert_eq!(answer[..12], [0x06, 0, 0xff, 0x06, 0, 0, 0x11, 0xbe, 0x40, 0x5a, 0, 0x10]);
        assert_eq!(answer[12..], [0, 0, 0x11, 0xbe, 0, 0, 0, 0, 0x81, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn nothing_else_is() {
        for length in 0..ASKED.len() {
            assert!(pong(&ASKED[..length]).is_none());
        }
        for place in [0, 3, 7, 8, 11] {
            let mut other = ASKED;
            other[place] ^= 1;
            assert!(pong(&other).is_none(), "byte {place}");
        }
    }
}
