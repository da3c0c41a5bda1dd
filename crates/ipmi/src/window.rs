//! Remembers which session sequence numbers were seen, so that no packet counts twice. It doesn't check who sent them:
//! only numbers of packets whose code was verified may be given to it.

/// A receive window of 32 sequence numbers (IPMI 2.0, section 6.12.13, which asks for at least 16).
#[derive(Debug, Clone, Copy, Default)]
pub struct Window {
    highest: Option<u32>,
    seen: u32,
}

impl Window {
    /// How far behind the highest number a packet may be, itself included.
    pub const WIDTH: u32 = 32;

    /// Whether the number is new; if so it is remembered. 0 means "outside of a session" and is never new.
    pub fn accept(&mut self, sequence: u32) -> bool {
        if sequence == 0 {
            return false;
        }
        let Some(highest) = self.highest else {
            (self.highest, self.seen) = (Some(sequence), 1);
            return true;
        };
        let ahead = sequence.wrapping_sub(highest);
        if (1..=u32::MAX / 2).contains(&ahead) {
            self.seen = self.seen.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = Some(sequence);
            return true;
        }
        let behind = highest.wrapping_sub(sequence);
        let bit = 1u32.checked_shl(behind).unwrap_or(0);
        let new = bit != 0 && self.seen & bit == 0;
        self.seen |= bit;
        new
    }
}

#[cfg(test)]
mod tests {
    use super::Window;

    #[test]
    fn a_number_counts_once_whatever_the_order() {
        let mut window = Window::default();
        for sequence in [5, 7, 6, 40, 9] {
            assert!(window.accept(sequence), "{sequence} is new");
        }
        for sequence in [7, 6, 40, 9] {
            assert!(!window.accept(sequence), "{sequence} was seen");
        }
    }

    #[test]
    fn what_lies_behind_the_window_is_never_new() {
        let mut window = Window::default();
        assert!(window.accept(100));
        assert!(window.accept(100 - 31));
        assert!(!window.accept(100 - 32));
        assert!(window.accept(1_000_000));
        assert!(!window.accept(100));
    }

    #[test]
    fn zero_is_never_new_and_the_numbers_may_wrap() {
        let mut window = Window::default();
        assert!(!window.accept(0));
        assert!(window.accept(u32::MAX));
        assert!(window.accept(1));
        assert!(!window.accept(u32::MAX));
        assert!(window.accept(u32::MAX - 1));
    }
}
