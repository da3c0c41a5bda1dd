//! Walks a write-ahead log before SQLite opens it, to tell what a crash leaves from damage. SQLite ends
//! its recovery at the first frame that does not fit and takes whatever follows for nothing.
//! It reads no page and repairs nothing. The format: <https://www.sqlite.org/fileformat2.html#walformat>.

use std::io::{self, Read};

const HEADER_BYTES: usize = 32;
const FRAME_HEADER_BYTES: usize = 24;
/// The lowest bit tells the order of bytes of the checksums.
const MAGIC: u32 = 0x377F_0682;
const PAGE_BYTES_MIN: usize = 512;
const PAGE_BYTES_MAX: usize = 65_536;
/// The size of this journal's pages, for a log whose header does not tell.
const PAGE_BYTES: usize = 4_096;
/// A crash may leave one transaction half-written: each was flushed before the next began.
const COMMITS_TORN_MAX: u64 = 1;

/// Committed transactions that SQLite would not see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LogDamage {
    /// Where the first part is that is not as it was written.
    pub(crate) at_byte: u64,
    /// How many commits there are, at the least, from there on.
    pub(crate) commits: u64,
}

type Checksum = (u32, u32);

/// Reads a log to its end, a page at a time; `None` if a crash explains what is there.
///
/// # Errors
/// What the system said on reading.
pub(crate) fn damage(mut log: impl Read) -> io::Result<Option<LogDamage>> {
    let mut bytes = [0; HEADER_BYTES];
    if !fill(&mut log, &mut bytes)? {
        return Ok(None);
    }
    match Header::read(&bytes) {
        Some(header) => behind_a_header(log, &header),
        None => behind_no_header(log),
    }
}

/// SQLite flushes a header before it writes the first frame, so that none is torn where commits follow.
fn behind_no_header(mut log: impl Read) -> io::Result<Option<LogDamage>> {
    let mut frame = Frame::new(PAGE_BYTES);
    let mut commits = 0;
    while frame.fill(&mut log)? {
        let (page, pages) = (frame.number(0), frame.number(4));
        commits += u64::from(page > 0 && page <= pages);
    }
    Ok((commits > 0).then_some(LogDamage { at_byte: 0, commits }))
}

fn behind_a_header(mut log: impl Read, header: &Header) -> io::Result<Option<LogDamage>> {
    let mut frame = Frame::new(header.page_bytes);
    let mut before = header.checksum;
    let mut at_byte = bytes(HEADER_BYTES);
    let mut lost: Option<Lost> = None;
    while frame.fill(&mut log)? {
        let follows = frame.sum(header, before) == frame.checksum();
        let ours = frame.number(0) > 0 && frame.salts() == header.salts;
        match &mut lost {
            None if ours && follows => {}
            None => lost = Some(Lost::new(at_byte, (ours || follows) && frame.is_commit())),
            Some(lost) => lost.pass(follows, ours && frame.is_commit()),
        }
        before = frame.checksum();
        at_byte += bytes(FRAME_HEADER_BYTES + header.page_bytes);
    }
    let damage = lost.map(|lost| LogDamage { at_byte: lost.at_byte, commits: lost.most });
    Ok(damage.filter(|damage| damage.commits > COMMITS_TORN_MAX))
}

/// What lies behind the last frame that SQLite sees.
struct Lost {
    at_byte: u64,
    frames: u64,
    /// Commits in this run: frames each of which follows the one before it.
    run: u64,
    /// Commits in the run that has most.
    most: u64,
}

impl Lost {
    fn new(at_byte: u64, commit: bool) -> Self {
        let run = u64::from(commit);
        Self { at_byte, frames: 1, run, most: run }
    }

    /// Commits that failed and were written over leave their ends behind, each a run of its own. The
    /// second frame belongs to the first even if it does not follow: a damaged checksum breaks two links.
    fn pass(&mut self, follows: bool, commit: bool) {
        if !follows && self.frames > 1 {
            self.run = 0;
        }
        self.frames = self.frames.saturating_add(1);
        self.run += u64::from(commit);
        self.most = self.most.max(self.run);
    }
}

struct Header {
    big_endian: bool,
    page_bytes: usize,
    salts: [u8; 8],
    checksum: Checksum,
}

impl Header {
    /// `None` where SQLite takes the log for empty.
    fn read(bytes: &[u8; HEADER_BYTES]) -> Option<Self> {
        let magic = number(bytes, 0);
        let page_bytes = usize::try_from(number(bytes, 8)).ok()?;
        let sized = (PAGE_BYTES_MIN..=PAGE_BYTES_MAX).contains(&page_bytes);
        if magic & !1 != MAGIC || !sized || !page_bytes.is_power_of_two() {
            return None;
        }
        let big_endian = magic & 1 == 1;
        let checksum = (number(bytes, 24), number(bytes, 28));
        let mut salts = [0; 8];
        salts.copy_from_slice(&bytes[16..24]);
        (sum(big_endian, (0, 0), &bytes[..24]) == checksum).then_some(Self {
            big_endian,
            page_bytes,
            salts,
            checksum,
        })
    }
}

struct Frame(Vec<u8>);

impl Frame {
    fn new(page_bytes: usize) -> Self {
        Self(vec![0; FRAME_HEADER_BYTES + page_bytes])
    }

    /// Whether there was a whole one left.
    fn fill(&mut self, log: &mut impl Read) -> io::Result<bool> {
        fill(log, &mut self.0)
    }

    fn number(&self, at: usize) -> u32 {
        number(&self.0, at)
    }

    fn is_commit(&self) -> bool {
        self.number(4) > 0
    }

    fn salts(&self) -> &[u8] {
        &self.0[8..16]
    }

    fn checksum(&self) -> Checksum {
        (self.number(16), self.number(20))
    }

    /// The checksum that it should have behind one with that checksum.
    fn sum(&self, header: &Header, before: Checksum) -> Checksum {
        let head = sum(header.big_endian, before, &self.0[..8]);
        sum(header.big_endian, head, &self.0[FRAME_HEADER_BYTES..])
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn bytes(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn sum(big_endian: bool, before: Checksum, bytes: &[u8]) -> Checksum {
    let word = |bytes: &[u8]| {
        let word = number(bytes, 0);
        if big_endian { word } else { word.swap_bytes() }
    };
    bytes.chunks_exact(8).fold(before, |(one, two), pair| {
        let one = one.wrapping_add(word(&pair[..4])).wrapping_add(two);
        (one, two.wrapping_add(word(&pair[4..])).wrapping_add(one))
    })
}

/// Whether there were bytes enough.
fn fill(log: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGE: usize = PAGE_BYTES;
    const SALTS: [u8; 8] = *b"saltsalt";

    /// A log of transactions with so many frames each.
    fn log(big_endian: bool, transactions: &[u8]) -> Vec<u8> {
        let mut log = Vec::new();
        let size = u32::try_from(PAGE).unwrap();
        for word in [MAGIC + u32::from(big_endian), 3_007_000, size, 0] {
            log.extend(word.to_be_bytes());
        }
        log.extend(SALTS);
        let mut before = sum(big_endian, (0, 0), &log);
        push(&mut log, before);
        for frames in transactions {
            for frame in 1..=*frames {
                let page = vec![frame; PAGE];
                let pages = if frame == *frames { 99_u32 } else { 0 };
                let head = [u32::from(frame).to_be_bytes(), pages.to_be_bytes()].concat();
                before = sum(big_endian, sum(big_endian, before, &head), &page);
                log.extend(head);
                log.extend(SALTS);
                push(&mut log, before);
                log.extend(page);
            }
        }
        log
    }

    fn push(log: &mut Vec<u8>, checksum: Checksum) {
        log.extend(checksum.0.to_be_bytes());
        log.extend(checksum.1.to_be_bytes());
    }

    fn found(log: &[u8]) -> Option<LogDamage> {
        damage(log).unwrap()
    }

    fn at(frame: usize) -> usize {
        HEADER_BYTES + frame * (FRAME_HEADER_BYTES + PAGE)
    }

    #[test]
    fn a_sound_log_is_sound_in_both_orders_of_bytes() {
        for big_endian in [false, true] {
            assert_eq!(found(&log(big_endian, &[3, 1, 2])), None);
        }
    }

    #[test]
    fn the_place_of_the_damage_is_told_and_how_many_commits_are_behind_it() {
        let mut log = log(true, &[3, 1, 2, 2]);
        log[at(3) + FRAME_HEADER_BYTES + 7] ^= 1;
        let at_byte = bytes(at(3));
        assert_eq!(found(&log), Some(LogDamage { at_byte, commits: 3 }));
    }

    #[test]
    fn frames_of_an_earlier_turn_of_the_log_are_no_loss() {
        let mut older = log(true, &[3, 3, 3]);
        for frame in 0..9 {
            older[at(frame) + 8] = b'x';
        }
        let mut log = log(true, &[2]);
        log.extend(&older[at(2)..]);
        assert_eq!(found(&log), None);
    }

    #[test]
    fn ends_of_commits_that_failed_and_were_written_over_are_no_loss() {
        let failed = log(true, &[1, 8]);
        let failed_later = log(true, &[1, 1, 4]);
        let now = log(true, &[1, 1, 1]);
        let log = [&now[..], &failed_later[at(3)..], &failed[at(6)..]].concat();
        assert_eq!(log.len(), failed.len());
        assert_eq!(found(&log), None);
    }

    proptest! {
        #[test]
        fn any_changed_bit_before_the_last_two_transactions_is_found(
            transactions in prop::collection::vec(1..4_u8, 2..12),
            big_endian in any::<bool>(),
            place in any::<prop::sample::Index>(),
            bit in 0..8_u8,
        ) {
            let whole = log(big_endian, &transactions);
            let mut log = [&whole[..], &log(big_endian, &[1, 1])[at(0)..]].concat();
            log = relink(log, big_endian);
            log[place.index(whole.len())] ^= 1_u8 << bit;
            prop_assert!(found(&log).is_some());
        }

        #[test]
        fn a_log_cut_anywhere_is_no_loss(cut in any::<prop::sample::Index>()) {
            let log = log(true, &[2, 3, 1, 4]);
            prop_assert_eq!(found(&log[..cut.index(log.len())]), None);
        }

        #[test]
        fn whatever_of_the_last_transaction_was_not_written_is_no_loss(
            missing in prop::collection::vec(any::<bool>(), 5),
        ) {
            let mut log = log(true, &[2, 3, 5]);
            for (frame, _) in missing.iter().enumerate().filter(|(_, missing)| **missing) {
                log[at(5 + frame)..at(6 + frame)].fill(0);
            }
            prop_assert_eq!(found(&log), None);
        }

        #[test]
        fn no_bytes_are_too_strange(
            head in 0..40_usize,
            bytes in prop::collection::vec(any::<u8>(), 0..5_000),
        ) {
            let _ = found(&bytes);
            let _ = found(&[&log(false, &[1])[..head], &bytes].concat());
        }
    }

    /// Sums the frames anew, one behind the other.
    fn relink(mut log: Vec<u8>, big_endian: bool) -> Vec<u8> {
        let mut before = (number(&log, 24), number(&log, 28));
        for frame in 0..(log.len() - HEADER_BYTES) / (FRAME_HEADER_BYTES + PAGE) {
            let start = at(frame);
            before = sum(big_endian, before, &log[start..start + 8]);
            before = sum(big_endian, before, &log[start + FRAME_HEADER_BYTES..at(frame + 1)]);
            log[start + 16..start + 20].copy_from_slice(&before.0.to_be_bytes());
            log[start + 20..start + 24].copy_from_slice(&before.1.to_be_bytes());
        }
        log
    }
}
