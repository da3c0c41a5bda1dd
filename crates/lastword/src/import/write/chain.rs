//! Folds texts whose order counts, such as addresses that are paired with names one by one: `10.0.0.[1-3,7]`. What
//! it writes is read by `cluster::inventory::expand`.

/// Numbers of more digits are not counted with.
const DIGITS_MAX: usize = 18;

/// The texts in their order, folded.
pub(super) fn fold<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let mut links: Vec<Link<'t>> = Vec::new();
    for text in texts {
        if !links.last_mut().is_some_and(|last| last.take(text)) {
            links.push(Link { first: text, frame: None, numbers: Vec::new() });
        }
    }
    links.iter().map(Link::written).collect::<Vec<_>>().join(",")
}

/// Texts that differ in one number.
struct Link<'t> {
    first: &'t str,
    /// What is before the number, and after it; not known of a single text.
    frame: Option<(&'t str, &'t str)>,
    /// Empty while there is no frame.
    numbers: Vec<&'t str>,
}

impl<'t> Link<'t> {
    /// Takes one more text, if it differs in the same number from the others.
    fn take(&mut self, text: &'t str) -> bool {
        if let Some(frame) = self.frame {
            let number = number_in(text, frame);
            self.numbers.extend(number);
            return number.is_some();
        }
        for frame in frames(self.first) {
            if let (Some(own), Some(new)) = (number_in(self.first, frame), number_in(text, frame)) {
                self.frame = Some(frame);
                self.numbers.extend([own, new]);
                return true;
            }
        }
        false
    }

    fn written(&self) -> String {
        let Some((before, after)) = self.frame else { return self.first.to_owned() };
        let mut ranges: Vec<(&str, &str)> = Vec::new();
        for number in &self.numbers {
            match ranges.last_mut().filter(|(first, last)| follows(first, last, number)) {
                Some(range) => range.1 = number,
                None => ranges.push((number, number)),
            }
        }
        let range = |(first, last): &(&str, &str)| {
            if first == last { (*first).to_owned() } else { format!("{first}-{last}") }
        };
        format!("{before}[{}]{after}", ranges.iter().map(range).collect::<Vec<_>>().join(","))
    }
}

/// What is around each run of digits of a text.
fn frames(text: &str) -> Vec<(&str, &str)> {
    let mut frames = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find(|c: char| c.is_ascii_digit()).map(|at| at + from) {
        let length = text[start..].find(|c: char| !c.is_ascii_digit());
        let end = length.map_or(text.len(), |length| start + length);
        frames.push((&text[..start], &text[end..]));
        from = end;
    }
    // what is counted is mostly last
    frames.reverse();
    frames
}

/// The number that a text has within a frame.
fn number_in<'t>(text: &'t str, (before, after): (&str, &str)) -> Option<&'t str> {
    let number = text.strip_prefix(before)?.strip_suffix(after)?;
    let digits = (1..=DIGITS_MAX).contains(&number.len());
    (digits && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// Whether a number comes next in a range as it is read: with the padding of the first.
fn follows(first: &str, last: &str, number: &str) -> bool {
    let padded = first.len() > 1 && first.starts_with('0');
    let width = if padded { first.len() } else { 0 };
    let Ok(last) = last.parse::<u64>() else { return false };
    let next = format!("{:0width$}", last + 1);
    next == *number && (!padded || number.len() == first.len())
}

#[cfg(test)]
mod tests {
    use cluster::inventory::expand;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_are_folded_in_their_order() {
        for (texts, folded) in [
            (&["10.0.0.1", "10.0.0.2", "10.0.0.3"][..], "10.0.0.[1-3]"),
            (&["n3", "n2", "n4"], "n[3,2,4]"),
            (&["n08", "n09", "n10", "n11"], "n[08-11]"),
            (&["n9", "n10", "n99", "n100"], "n[9-10,99-100]"),
            (&["n98", "n099", "n0100"], "n[98,099,0100]"),
            (&["10.0.0.1", "10.0.1.1", "a", "b1"], "10.0.[0-1].1,a,b1"),
            (&["[fd00::1]", "[fd00::2]", "[fd00::a]"], "[fd00::[1-2]],[fd00::a]"),
            (&["x1", "x1"], "x[1,1]"),
            (&["a"], "a"),
        ] {
            assert_eq!(fold(texts.iter().copied()), folded);
            assert_eq!(expand(folded, 100).unwrap().items, texts);
        }
    }

    proptest! {
        #[test]
        fn what_is_folded_is_read_back(
            texts in prop::collection::vec("[a-c]{0,1}[0-9]{1,3}(\\.[0-9]{1,2})?", 1..40),
        ) {
            let folded = fold(texts.iter().map(String::as_str));
            prop_assert_eq!(expand(&folded, 1_000).unwrap().items, texts);
        }
    }
}
