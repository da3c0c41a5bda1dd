//! `lastword token`: who may come in, what they may do, and where. It never shows a token twice.

use api::{NewToken, Role, TokenEntry, TokenRequest};
use clap::{Subcommand, ValueEnum};

use crate::cli::arguments::{Output, RowOutput};
use crate::cli::output::{Column, Emitter, Layout, Row, clock, plain, print_rows, rfc3339};
use crate::cli::session::say;
use crate::cli::{Exit, Globals, Session};

/// The flags.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the tokens, without their texts
    List(List),
    /// Make a token and print it, this once
    Create(Create),
    /// Delete a token
    Delete(Delete),
}

#[derive(clap::Args, Debug)]
struct List {
    #[command(flatten)]
    output: RowOutput,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  lastword token create slurm --role operator --scope @compute
  lastword token create grafana --role viewer -o json")]
struct Create {
    /// The name under which others know its holder
    name: String,
    /// What its holder may do; each may do what those before it may
    #[arg(long, value_enum)]
    role: Kind,
    /// Where: a node set [default: everywhere]
    #[arg(long, value_name = "NODES")]
    scope: Option<String>,
    #[command(flatten)]
    output: Output,
}

#[derive(clap::Args, Debug)]
struct Delete {
    /// The name of its holder
    name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Look
    Viewer,
    /// Command, withdraw and hold
    Operator,
    /// Manage tokens and the inventory, break holds of others
    Admin,
}

/// Runs it.
///
/// # Errors
/// When the caller is no administrator, or the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let session = Session::open(globals)?;
    match args.what {
        What::List(List { output }) => list(&session, output)?,
        What::Create(create) => self::create(&session, create)?,
        What::Delete(Delete { name }) => {
            session.client().delete_token(&name)?;
            say(&format!("{name} can't come in any more"));
        }
    }
    Ok(Exit::Done)
}

fn list(session: &Session, output: RowOutput) -> anyhow::Result<()> {
    let tokens = session.ask(api::Client::tokens)?.tokens;
    print_rows(
        output.format,
        || tokens.iter().map(line).collect(),
        || tokens.clone(),
        || tokens.iter().map(|token| token.name.clone()).collect(),
    )
}

impl Row for TokenEntry {
    fn columns(_: Layout) -> Vec<Column<Self>> {
        vec![
            Column::new("name", |token: &Self| Some(token.name.clone())),
            Column::new("role", |token: &Self| Some(token.role.to_string())),
            Column::new("scope", |token: &Self| token.scope.clone()),
            Column::new("prefix", |token: &Self| Some(token.prefix.clone())),
            Column::new("created_at", |token: &Self| rfc3339(token.created_at_ms)),
        ]
    }
}

fn line(token: &TokenEntry) -> String {
    let scope = token.scope.as_deref().unwrap_or("everywhere");
    let made = clock(token.created_at_ms);
    let text = format!(
        "{:<16}  {:<8}  {scope}  {}..  {made}",
        token.name,
        token.role.word(),
        token.prefix
    );
    plain(&text) + "\n"
}

/// Standard output gets the token alone, so that it can be sent into a file.
fn create(session: &Session, create: Create) -> anyhow::Result<()> {
    let Create { name, role, scope, output } = create;
    let request = TokenRequest { name, role: role.into(), scope };
    let made: NewToken = session.client().create_token(&request)?;
    let text = || plain(&made.token) + "\n";
    Emitter::new(output.format).one(text, &made, || made.token.clone())?;
    say(&format!("{} is {}; this token is not shown again", made.entry.name, made.entry.role));
    Ok(())
}

impl From<Kind> for Role {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Viewer => Self::Viewer,
            Kind::Operator => Self::Operator,
            Kind::Admin => Self::Admin,
        }
    }
}
