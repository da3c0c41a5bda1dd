//! Why nothing more can be done, what to do about it, and the exit code of that.
//! It does not know what was attempted.

use std::fmt;
use std::io::Write;

use api::{ClientError, Code, Problem};

use super::Exit;
use super::output::{Paint, plain, powers_text, verdict_text};

/// An end of the program that is no success, in words.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    hints: Vec<String>,
}

impl Failure {
    /// An end with that code and these words.
    #[must_use]
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new() }
    }

    /// A wrong use of the command line.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The same, and what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// What a client's error means to a person.
    #[must_use]
    pub fn of_client(error: &ClientError) -> Self {
        match error {
            ClientError::Misconfigured(words) => Self::usage(words),
            ClientError::Unreachable { server, cause } => no_daemon(server, cause),
            ClientError::Problem(problem) => of_problem(problem),
            ClientError::Garbled { .. } => Self::new(Exit::NoDaemon, error.to_string())
                .hint("is another program listening there? See --server and LASTWORD_SERVER"),
        }
    }

    /// The exit code.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lastword: {}", plain_lines(&self.message))?;
        self.hints.iter().try_for_each(|hint| write!(f, "\n  {}", plain(hint)))
    }
}

impl std::error::Error for Failure {}

/// Prints an error, and tells the exit code.
#[must_use]
pub fn report(error: &anyhow::Error) -> Exit {
    let (exit, text) = if let Some(failure) = error.downcast_ref::<Failure>() {
        (failure.exit(), failure.to_string())
    } else if let Some(error) = error.downcast_ref::<ClientError>() {
        let failure = Failure::of_client(error);
        (failure.exit(), failure.to_string())
    } else {
        (Exit::Failed, format!("lastword: {}", plain_lines(&told(error))))
    };
    // nobody is left to tell when stderr is closed
    let _ = writeln!(std::io::stderr(), "{text}");
    exit
}

/// What went wrong and why, each thing once: many errors tell their cause themselves.
#[must_use]
pub fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match () {
        () if told.is_empty() => cause,
        () if told.ends_with(&cause) => told,
        () => format!("{told}: {cause}"),
    })
}

/// As [`plain`], but a message may have lines.
fn plain_lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

fn no_daemon(server: &str, cause: &str) -> Failure {
    let failure = Failure::new(Exit::NoDaemon, format!("no daemon at {server}: {cause}"));
    if server.starts_with("https:") && cause.to_lowercase().contains("certificate") {
        return failure.hint("name the certificate to believe with --ca-file or LASTWORD_CA_FILE");
    }
    failure.hint(
        "start it with `lastword serve --inventory FILE`, or say where it is with --server or \
         LASTWORD_SERVER",
    )
}

fn of_problem(problem: &Problem) -> Failure {
    let mut failure = Failure::new(Exit::of_problem(problem.code), &problem.detail);
    let refused = problem.verdicts.iter().filter(|group| !group.verdict.is_accepted());
    let lines = verdict_text(&refused.cloned().collect::<Vec<_>>(), Paint::NONE);
    failure.hints.extend(lines.lines().map(str::to_owned));
    failure.hints.extend(powers_text(&problem.powers, Paint::NONE).lines().map(str::to_owned));
    failure.hints.extend(hint(problem));
    failure
}

fn hint(problem: &Problem) -> Option<String> {
    let hint = match problem.code {
        Code::NotAuthenticated => {
            "name a file with a token: --token-file or LASTWORD_TOKEN_FILE; an admin makes one: \
             lastword token create NAME --role operator"
        }
        Code::RoleForbids | Code::OutOfScope => {
            "see who you are: lastword version; an admin makes tokens: lastword token create --help"
        }
        Code::UnknownNode => "see what there is: lastword nodes -a",
        Code::NotManual => "read it: lastword status NODE --fresh",
        Code::UnknownCommand => "see what a node was asked: lastword log NODE",
        Code::UnknownToken => "see what there is: lastword token list",
        Code::Depends => {
            "if you mean them too: --with-parents adds what nodes depend on, --with-children what depends on them"
        }
        Code::Protected => "if you mean it: --force-protected; or leave them out: -x NODES",
        Code::StateDiffers => {
            "look again: lastword status NODES --fresh; or leave them out: -x NODES"
        }
        Code::Held => "see who holds what: lastword holds; or leave them out: -x NODES",
        Code::Stale => "see what is newest: lastword why NODE",
        Code::Busy => "see what runs: lastword why NODE; withdraw it: lastword cancel NODE",
        Code::KeyReused => "a key is for one request: leave --key away, or choose another one",
        Code::JournalUnwritable => "is the disk of the server full?",
        Code::BadBody
        | Code::BadQuery
        | Code::BadHeader
        | Code::BadValue
        | Code::BadNodeSet
        | Code::NoNodes
        | Code::TokenExists
        | Code::LastAdmin
        | Code::Throttled
        | Code::ConfirmCount
        | Code::Full
        | Code::JournalUnknown
        | Code::VerdictPending
        | Code::NotReady
        | Code::InventoryInvalid
        | Code::TooManyClients
        | Code::TooManyStreams
        | Code::NotFound
        | Code::MethodNotAllowed
        | Code::TooLarge
        | Code::TooSlow
        | Code::Internal
        | Code::Other => return None,
    };
    Some(hint.to_owned())
}
