//! What a shell offers for a word about nodes that is half typed. It prints nothing but that, and a
//! server that does not answer at once makes it offer nothing.

mod known;

use std::ffi::OsStr;

use clap_complete::CompletionCandidate;
use nodeset::NodeSet;

use known::Known;

/// The most names that are offered; of more, their beginnings are.
const OFFERED_MAX: usize = 100;

/// The ends of a word about nodes: of its last node or group.
#[must_use]
pub fn nodes(word: &OsStr) -> Vec<CompletionCandidate> {
    let Some(word) = word.to_str() else { return Vec::new() };
    let Some((head, last)) = parted(word) else { return Vec::new() };
    let Some(known) = Known::find() else { return Vec::new() };
    let offered = match last.strip_prefix('@') {
        Some(group) => groups(&known, group),
        None => names(&known.nodes, last),
    };
    offered.into_iter().map(|text| CompletionCandidate::new(format!("{head}{text}"))).collect()
}

/// What stays of a word, and its last operand; none within brackets.
fn parted(word: &str) -> Option<(&str, &str)> {
    let last = word.rfind(['[', ']']);
    if last.is_some_and(|at| word[at..].starts_with('[')) {
        return None;
    }
    let at = word.rfind([',', '!', '&', '^', ' ']).filter(|at| Some(*at) > last);
    let (head, operand) = word.split_at(at.map_or(0, |at| at + 1));
    (!operand.contains(']')).then_some((head, operand))
}

fn groups(known: &Known, begin: &str) -> Vec<String> {
    let fits = known.groups.iter().filter(|group| group.starts_with(begin) && is_plain(group));
    offered(fits.map(|group| format!("@{group}")).collect(), begin.len() + 1)
}

fn names(nodes: &NodeSet, begin: &str) -> Vec<String> {
    let fits = nodes.iter().filter(|name| name.starts_with(begin) && is_plain(name));
    offered(fits.collect(), begin.len())
}

/// The texts, which have the same beginning of so many bytes; or, if they are too many, what they begin
/// with up to where they part.
fn offered(texts: Vec<String>, begin: usize) -> Vec<String> {
    if texts.len() <= OFFERED_MAX {
        return texts;
    }
    let common = texts.iter().skip(1).fold(texts[0].len(), |common, text| {
        let same = text.bytes().zip(texts[0].bytes()).take_while(|(a, b)| a == b).count();
        common.min(same)
    });
    let end = begin.max(common) + 1;
    let mut begins: Vec<String> =
        texts.iter().map(|text| text.chars().take(end).collect()).collect();
    begins.sort();
    begins.dedup();
    begins.truncate(OFFERED_MAX);
    begins
}

/// Whether a shell takes it as it is. Others can be named, but are not offered.
fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(nodes: &str, begin: &str) -> Vec<String> {
        names(&NodeSet::parse(nodes, 200_000).unwrap(), begin)
    }

    #[test]
    fn the_last_node_of_a_word_is_completed_and_the_rest_stays() {
        for (word, expected) in [
            ("", Some(("", ""))),
            ("n1", Some(("", "n1"))),
            ("n1,@g", Some(("n1,", "@g"))),
            ("@all!r1", Some(("@all!", "r1"))),
            ("n[1-3],r", Some(("n[1-3],", "r"))),
            ("n[1-3", None),
            ("n[1,2", None),
            ("n[1-3]-i", None),
        ] {
            assert_eq!(parted(word), expected, "{word}");
        }
    }

    #[test]
    fn few_names_are_offered_whole() {
        assert_eq!(of("n[1-3],m1", "n"), ["n1", "n2", "n3"]);
        assert_eq!(of("n[1-3],m1", "x"), Vec::<String>::new());
        assert_eq!(of("n[1-100]", "").len(), 100);
    }

    #[test]
    fn of_many_names_their_beginnings_are_offered_up_to_where_they_part() {
        assert_eq!(of("r[01-40]n[01-64]", ""), ["r0", "r1", "r2", "r3", "r4"]);
        assert_eq!(of("r[01-40]n[01-64]", "r4"), of("r40n[01-64]", ""));
        assert_eq!(of("rack[1-2]n[100-999]", "r"), ["rack1", "rack2"]);
        assert!(of("a[1-100000]", "a7").len() <= OFFERED_MAX);
    }

    #[test]
    fn groups_are_offered_after_their_mark() {
        let known = Known {
            nodes: NodeSet::default(),
            groups: vec!["gpu".into(), "lab".into(), "bad name".into()],
        };
        assert_eq!(groups(&known, ""), ["@gpu", "@lab"]);
        assert_eq!(groups(&known, "g"), ["@gpu"]);
    }
}
