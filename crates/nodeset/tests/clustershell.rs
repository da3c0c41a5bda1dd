//! Compares node set expressions with the real ClusterShell, in one Python process. It does not
//! install it: `cargo xtask test` names the interpreter that has it.

mod generated;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::thread;

use nodeset::{Groups, NodeSet};
use serde_json::{Value, json};

const PYTHON_ENV: &str = "LASTWORD_TEST_PYTHON";
const LIMIT: usize = 200_000;
const NODES: &str = "n[1-20],r[1-3]n[1-4],n[01-03],login,n[1-4]-ib,gpu[8-12]";
const GROUPS: &[(&str, &str)] = &[
    ("compute", "n[1-16]"),
    ("rack1", "r1n[1-4]"),
    ("rack2", "r2n[1-4]"),
    ("rack3", "r3n[1-4]"),
    ("front", "login,n[17-18]"),
    ("hw:gpu", "gpu[8-12]"),
    ("hw:all-ib", "n[1-4]-ib"),
];

/// The table of the design and the corners of the grammar.
const PLAIN: &[&str] = &[
    "node[01-10]",
    "rack[1-2]n[1-3]",
    "n[08-10]",
    "n[8-10]",
    "n[01-2]",
    "n[1-10/2]",
    "n[1-2]-ib",
    "n[1-9]!n[3-4]",
    "n[1-9]&n[3-14]",
    "n[1-9]^n[3-14]",
    "n[1-9]!n3&n[2-5]^n[5-6],x",
    "node1,node01",
    "node[001,2,10]",
    "[5-1]",
    "n[5-1]",
    "[",
    "",
    "   ",
    "login",
    "5",
    "[1-2]",
    "[1-2]x",
    "r1n5",
    "a-b_c.d",
    "n1,n1,n1",
    "n[1,1,1-2]",
    "n[1-2],n[2-3] , n[7] ",
    "a , b",
    "a ! b",
    "a! a",
    "a&b",
    "a^a",
    "a,,b",
    "a,",
    ",a",
    "a, ,b",
    "!a",
    "a!",
    "a&&b",
    "a,!b",
    "n[1-2],",
    "n[1-2]!",
    "n[1,2",
    "n1,2]",
    "n]1[",
    "n[1[2]]",
    "n[[1]]",
    "n[]",
    "n[1,]",
    "n[,1]",
    "n[1-]",
    "n[a]",
    "n[1-b]",
    "n[1--2]",
    "n[ 1 - 2 , 5 ]",
    "n[1 2]",
    "n[1/1]",
    "n[1/2]",
    "n[1-10/0]",
    "n[1-10/-1]",
    "n[1-10/x]",
    "n[1-10/]",
    "n[1-10/02]",
    "n[1-10/20]",
    "n[1-10/2/3]",
    "n[01-10/3]",
    "n[00-2]",
    "n[00-02]",
    "n[9-010]",
    "n[09-10]",
    "n[098-102]",
    "n[1-2][3-4]",
    "a[1-2]3[4-5]",
    "n1[2-3]",
    "n0[1-2]",
    "n0[9-10]",
    "n1[5,10]",
    "n1[1-10/2]",
    "n1[01-12]",
    "n[1-2]3",
    "n[9-11]00",
    "n[08,10-11]5",
    "n[1-3/2]0",
    "n1[2-3]4",
    "n1[9-10]4",
    "r1n[1-2]",
    "r1n2[1-2]x3[4-5]y6",
    "n[1-2]-ib0",
    "n[1-2]x3y4",
    "n0,n00,n000,n1,n01",
    "n[0-12,00-12,000-012]",
    "n[08,10-99,100]",
    "n[08-09,11-99,100]",
    "n[07,09,12-99,100-101]",
    "n[9,00,10]",
    "n[1,3-5,7,9-10,12]",
    "r1n1,r[2-3]n[1-2]",
    "r[1-3]n[1-3]!r2n2",
    "r[1-3]n[1-3]^r[2-4]n[2-4]",
    "r[1-12]n[8-11],r[3-9/2]n[1-20]",
    "a[1-3]b[1-3]c[1-3]!a2b2c2",
    "a[1-3]b[1-3]c[1-3]&a[2-4]b[1-2]c3",
    "a[01-03]b[1-2],a[1-3]b[1-2]",
    "n[1-3]-ib,n[2-4],n-ib,n[1-3]x",
    "n[12345678901234567890-12345678901234567893]",
    "zz,a,B,a1,a-1,a.1,a_1,a10,a2",
];

const WITH_GROUPS: &[&str] = &[
    "@compute",
    "@compute!n[3-5]",
    "@rack[1-2]",
    "@rack[1-3]&r[2-5]n[2-9]",
    "@front,@rack1",
    "@hw:gpu",
    "@hw:all-ib",
    "@hw:gpu!gpu9",
    "@*",
    "@*!@compute",
    "@nosuch:gpu",
    "n*",
    "n?",
    "n1*",
    "*-ib",
    "r?n[1-2]",
    "n[1-2]*",
    "*[1-2]",
    "zz*",
    "n1,zz*",
    "n1&zz*",
    "@*&*-ib",
    "n*!n?",
    "login,?ogin",
    "r*n1^@rack1",
    "**n",
    "g*u1?",
];

/// Where we part from ClusterShell on purpose: the reason, the texts, what we do instead.
type Exception = (&'static str, &'static [&'static str], Instead);

enum Instead {
    /// We refuse, ClusterShell makes something of it.
    Refused,
    /// We accept, with this folded form.
    Folded(&'static str),
}

const EXCEPTIONS: &[Exception] = &[
    (
        "negative numbers: n[-5] would be another node than n-5, under the same name",
        &["n[-5]", "n[-5-3]", "n[-5--3]", "n[1-2-3]"],
        Instead::Refused,
    ),
    (
        "signs and underscores: Python reads +5 and 1_0 as integers, nobody writes them",
        &["n[+5]", "n[1_0]", "n[1-9/+2]"],
        Instead::Refused,
    ),
    (
        "[0-00] ends in unequal padding like any other; ClusterShell sees no zeros to strip",
        &["n[0-00]"],
        Instead::Refused,
    ),
    (
        "digits before a range that grows longer: ClusterShell makes n[19-110] of it, 92 nodes",
        &["n1[9-10]", "n1[8-11]", "n1[9,10]"],
        Instead::Refused,
    ),
    (
        "characters that no host name has: ClusterShell takes anything for a name",
        &["a%b", "a/b", "a:b", "a=b", "a@b", "a*", "a?", "@a", "n\u{e4}", "a(b)", "n[1-2]/4"],
        Instead::Refused,
    ),
    (
        "names over 255 bytes, numbers over 36 digits and more than 32 numbers cannot be stored",
        &[LONG_NAME, "n1234567890123456789012345678901234567", MANY_NUMBERS],
        Instead::Refused,
    ),
    (
        "a blank separates: ClusterShell makes one node named `a b`",
        &["a b", "a   b", "a\tb", "a\nb"],
        Instead::Folded("a,b"),
    ),
    (
        "a blank separates, also before and after brackets",
        &["n[1-2] -ib", "-ib n[1-2]"],
        Instead::Folded("-ib,n[1-2]"),
    ),
    (
        "blanks in brackets are ignored, also before digits",
        &["n[1 - 2]3"],
        Instead::Folded("n[13,23]"),
    ),
];

const EXCEPTIONS_WITH_GROUPS: &[Exception] = &[(
    "unknown groups: a group that is mistyped must not pass for an empty one",
    &["@nosuch", "@hw:nosuch", "n1,@nosuch", "@rack[1-4]"],
    Instead::Refused,
)];

const LONG_NAME: &str = concat!(
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
);
const MANY_NUMBERS: &str = "a1a2a3a4a5a6a7a8a9a0a1a2a3a4a5a6a7a8a9a0a1a2a3a4a5a6a7a8a9a0a1a2a3";

struct Known {
    groups: BTreeMap<&'static str, NodeSet>,
    nodes: NodeSet,
}

impl Known {
    fn new() -> Self {
        let set = |text| NodeSet::parse(text, LIMIT).expect("a set of the table");
        let groups = GROUPS.iter().map(|&(name, text)| (name, set(text))).collect();
        Self { groups, nodes: set(NODES) }
    }
}

impl Groups for Known {
    fn group(&self, name: &str) -> Option<NodeSet> {
        self.groups.get(name).cloned()
    }

    fn all(&self) -> NodeSet {
        self.nodes.clone()
    }

    fn wildcard(&self, pattern: &str) -> NodeSet {
        self.nodes.matching(pattern)
    }
}

struct Question {
    text: String,
    groups: bool,
}

impl Question {
    fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), groups: false }
    }

    fn with_groups(text: &str) -> Self {
        Self { text: text.into(), groups: true }
    }
}

/// What ClusterShell answers; it must answer every question.
fn ask(questions: &[Question]) -> Vec<Value> {
    let python = std::env::var(PYTHON_ENV).unwrap_or_else(|_| {
        panic!(
            "{PYTHON_ENV} is not set: `cargo xtask test` sets it to the Python that has ClusterShell"
        )
    });
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/clustershell.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the Python interpreter starts");
    let groups: BTreeMap<_, _> = GROUPS.iter().copied().collect();
    let mut lines = json!({ "groups": groups, "nodes": NODES }).to_string() + "\n";
    for Question { text, groups } in questions {
        lines += &(json!({ "text": text, "groups": groups }).to_string() + "\n");
    }
    let mut input = child.stdin.take().expect("it is piped");
    let writer = thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = BufReader::new(child.stdout.take().expect("it is piped"));
    let answers: Vec<Value> = output
        .lines()
        .map(|line| serde_json::from_str(&line.expect("a line")).expect("an answer in JSON"))
        .collect();
    writer.join().expect("the writer ends").expect("every question is written");
    assert!(child.wait().expect("the interpreter ends").success());
    assert_eq!(answers.len(), questions.len());
    answers
}

fn ours(question: &Question) -> Result<NodeSet, String> {
    let set = if question.groups {
        NodeSet::parse_with(&question.text, &Known::new(), LIMIT)
    } else {
        NodeSet::parse(&question.text, LIMIT)
    };
    set.map_err(|error| error.to_string())
}

/// How the answers to one question differ, if they do.
fn difference(question: &Question, theirs: &Value) -> Option<String> {
    let text = &question.text;
    match (ours(question), theirs["folded"].as_str()) {
        (Err(_), None) => None,
        (Ok(set), None) => Some(format!("{text:?}: {set} here, {theirs} there")),
        (Err(error), Some(folded)) => Some(format!("{text:?}: {error} here, {folded} there")),
        (Ok(set), Some(folded)) => {
            let names: Vec<String> = set.iter().collect();
            let expected = expected_order(&theirs["names"]);
            (set.to_string() != folded || names != expected)
                .then(|| format!("{text:?}:\n  {set} here\n  {folded} there\n  {names:?}"))
        }
    }
}

/// ClusterShell's names in its order, except that names with several numbers which it folds into
/// several pieces come piece after piece there, largest first, and in numeric order here: people
/// and staged switching want racks in order, not in the order of the folding.
fn expected_order(names: &Value) -> Vec<String> {
    let names: Vec<String> = serde_json::from_value(names.clone()).expect("a list of names");
    names.chunk_by(|left, right| template(left) == template(right)).flat_map(in_order).collect()
}

fn in_order(names: &[String]) -> Vec<String> {
    let several_numbers = template(&names[0]).matches('%').count() > 1;
    match NodeSet::from_names(names) {
        Ok(set) if several_numbers && pieces(&set.to_string()) > 1 => set.iter().collect(),
        Ok(_) | Err(_) => names.to_vec(),
    }
}

fn template(name: &str) -> String {
    let numbers_out = name.replace(|found: char| found.is_ascii_digit(), "%");
    numbers_out
        .chars()
        .collect::<Vec<_>>()
        .chunk_by(|l, r| l == r && *l == '%')
        .map(|c| c[0])
        .collect()
}

/// How many comma-separated items `folded` has outside of brackets.
fn pieces(folded: &str) -> usize {
    let mut inside = false;
    let commas = folded.chars().filter(|&found| {
        inside = (inside || found == '[') && found != ']';
        !inside && found == ','
    });
    commas.count() + 1
}

/// Says how many questions had an answer rather than a refusal.
fn compare(questions: &[Question]) -> usize {
    let answers = ask(questions);
    let differences: Vec<String> =
        questions.iter().zip(&answers).filter_map(|(q, a)| difference(q, a)).collect();
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    answers.iter().filter(|answer| answer["folded"].is_string()).count()
}

#[test]
fn the_table_means_what_it_means_to_clustershell() {
    let plain = PLAIN.iter().map(|&text| Question::plain(text));
    let with_groups = WITH_GROUPS.iter().map(|&text| Question::with_groups(text));
    let accepted = compare(&plain.chain(with_groups).collect::<Vec<_>>());
    assert!(accepted > 50, "only {accepted} accepted");
}

#[test]
fn generated_expressions_mean_what_they_mean_to_clustershell() {
    let texts = generated::expressions(600);
    let count = texts.len();
    let accepted = compare(&texts.into_iter().map(Question::plain).collect::<Vec<_>>());
    assert!(accepted > count / 2, "only {accepted} of {count} accepted");
}

#[test]
fn generated_tables_fold_as_clustershell_folds_them() {
    let texts = generated::tables(300);
    let count = texts.len();
    let accepted = compare(&texts.into_iter().map(Question::plain).collect::<Vec<_>>());
    assert!(accepted > count / 2, "only {accepted} of {count} accepted");
}

#[test]
fn each_exception_is_one_and_does_what_its_reason_says() {
    let listed = |exceptions: &'static [Exception], groups: bool| {
        exceptions.iter().flat_map(move |(reason, texts, instead)| {
            let question = move |&text: &&str| Question { text: text.to_owned(), groups };
            texts.iter().map(move |text| (question(text), (reason, instead)))
        })
    };
    let (questions, expectations): (Vec<_>, Vec<_>) =
        listed(EXCEPTIONS, false).chain(listed(EXCEPTIONS_WITH_GROUPS, true)).unzip();
    for ((question, theirs), (reason, instead)) in
        questions.iter().zip(ask(&questions)).zip(expectations)
    {
        let found = ours(question);
        let as_told = match instead {
            Instead::Refused => found.is_err(),
            Instead::Folded(folded) => found.as_ref().is_ok_and(|set| set.to_string() == *folded),
        };
        assert!(as_told, "{reason}: {:?} gives {found:?}", question.text);
        let differs = difference(question, &theirs).is_some();
        assert!(differs, "{reason}: {:?} is no exception", question.text);
    }
}
