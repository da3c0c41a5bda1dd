//! The checksum that each entry carries: CRC-32 as in IEEE 802.3 (reflected, 0xEDB88320).
//! It finds decay, not forgery.

use crate::Seq;

/// The checksum of one entry, over its position, its time and its bytes.
pub(crate) fn of_entry(seq: Seq, at_ms: u64, payload: &[u8]) -> u32 {
    let register = update(update(!0, &seq.to_be_bytes()), &at_ms.to_be_bytes());
    !update(register, payload)
}

fn update(register: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(register, |register, byte| {
        TABLE[usize::from(register.to_le_bytes()[0] ^ byte)] ^ (register >> 8)
    })
}

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut register: u32 = 0;
    let mut index = 0;
    while index < table.len() {
        let mut bit = 0;
        while bit < 8 {
            register = (register >> 1) ^ (0xEDB8_8320 * (register & 1));
            bit += 1;
        }
        table[index] = register;
        index += 1;
        register = index as u32;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(!update(!0, b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn the_checksum_covers_position_time_and_bytes() {
        let crc = of_entry(1, 2, b"x");
        assert_ne!(crc, of_entry(2, 2, b"x"));
        assert_ne!(crc, of_entry(1, 3, b"x"));
        assert_ne!(crc, of_entry(1, 2, b"y"));
    }
}
