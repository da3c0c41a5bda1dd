//! Reads Rust as rustfmt lays it out, line by line. It does not parse: a closing brace at the
//! indentation of its `fn` ends a function, because rustfmt puts it there.

/// A function, and how long it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// The functions with a body, nested ones too.
pub fn functions(text: &str) -> Vec<Function> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(name) = function_name(line)
            && let Some(lines) = length(&lines[at..])
        {
            found.push(Function { name: name.to_owned(), line: at + 1, lines });
        }
    }
    found
}

fn function_name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let before = ["pub", "pub(crate)", "pub(super)", "const", "async", "extern", "\"C\""];
    let word = words.find(|word| !before.contains(word))?;
    let name = words.next().filter(|_| word == "fn")?;
    name.split(['(', '<']).next()
}

/// Lines from the first one to the end of its body; none if it has no body.
fn length(lines: &[&str]) -> Option<usize> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let head = lines.iter().position(|line| line.trim_end().ends_with(['{', ';', '}']))?;
    match lines[head].trim_end().chars().next_back() {
        Some('{') => {
            let ends = |line: &&str| line.trim() == "}" && indent(line) == indent(lines[0]);
            lines.iter().position(ends).map(|last| last + 1)
        }
        Some('}') => Some(head + 1),
        _ => None,
    }
}

/// How long the file is up to its own test module.
pub fn lines_without_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0] == "#[cfg(test)]" && pair[1].starts_with("mod ") && pair[1].ends_with('{')
    });
    tests.unwrap_or(lines.len())
}

/// Whether `//!` comes before everything but attributes of the whole file, and says something.
pub fn opens_with_its_job(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| line.starts_with("#!") || line.is_empty());
    lines.next().is_some_and(|line| line.starts_with("//!") && line.len() > "//! ".len())
}

/// Where a block of documentation says nothing at all, as numbers of lines.
pub fn empty_docs(text: &str) -> Vec<usize> {
    let doc = |line: &str| {
        let line = line.trim_start();
        line.strip_prefix("///").or(line.strip_prefix("//!")).map(|said| said.trim().is_empty())
    };
    let (mut found, mut silent_since) = (Vec::new(), None);
    for (at, line) in text.lines().chain([""]).enumerate() {
        match doc(line) {
            Some(true) if silent_since.is_none() => silent_since = Some((at, true)),
            Some(true) => {}
            Some(false) => silent_since = Some((at, false)),
            None => {
                found.extend(silent_since.filter(|(_, silent)| *silent).map(|(at, _)| at + 1));
                silent_since = None;
            }
        }
    }
    found
}

/// Attributes that switch a lint off and don't say why, as numbers of lines.
pub fn exemptions_without_reason(text: &str) -> Vec<usize> {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let opens = |line: &str| {
        ["#[allow(", "#![allow(", "#[expect(", "#![expect("].iter().any(|o| line.starts_with(o))
    };
    let starts = (0..lines.len()).filter(|at| opens(lines[*at]));
    let silent = |at: &usize| {
        let end = (*at..lines.len()).find(|line| lines[*line].contains(")]")).unwrap_or(*at);
        !lines[*at..=end].join(" ").contains("reason = \"")
    };
    starts.filter(silent).map(|at| at + 1).collect()
}

#[test]
fn functions_are_measured_from_fn_to_brace() {
    let text = "\
pub(crate) const fn one() -> u8 { 1 }
trait T {
    fn none(&self) -> u8;
    async fn long(
        &self,
    ) -> u8 {
        if x {
        }
    }
}
";
    let found: Vec<_> = functions(text).into_iter().map(|f| (f.name, f.line, f.lines)).collect();
    assert_eq!(found, [("one".to_owned(), 1, 1), ("long".to_owned(), 4, 6)]);
}

#[test]
fn a_files_own_tests_do_not_count() {
    assert_eq!(lines_without_tests("a\nb\n\n#[cfg(test)]\nmod tests {\n    c\n}\n"), 3);
    assert_eq!(lines_without_tests("a\n#[cfg(test)]\nmod tests;\nb\n"), 4);
}

#[test]
fn a_job_is_named_before_anything_else() {
    assert!(opens_with_its_job("#![no_std]\n//! Decides.\n"));
    assert!(!opens_with_its_job("use x;\n//! Late.\n"));
    assert!(!opens_with_its_job("//!\nfn f() {}\n"));
}

#[test]
fn documentation_that_says_nothing_is_found() {
    assert_eq!(empty_docs("///\nfn f() {}\n/// says\n///\n/// more\nfn g() {}\n"), [1]);
}

#[test]
fn an_exemption_may_be_written_over_several_lines() {
    let with = "#[expect(\n    clippy::x,\n    reason = \"because\"\n)]\nfn f() {}\n#[allow(y)]\n";
    assert_eq!(exemptions_without_reason(with), [6]);
}
