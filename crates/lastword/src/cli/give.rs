//! Gives a power command: predicts, asks, sends, follows and tells what became of it.
//! It does not know which nodes exist or who wins: the server does.

use std::io::IsTerminal;

use api::{
    Action, Boot, ClientError, Code, Command, CommandAnswer, CommandRequest, HoldTerms, Node,
    NodeQuery, Outcome, Problem, State, Verdict, VerdictGroup,
};

use super::arguments::{Format, Order, RowFormat, RowOutput, Selection};
use super::confirm::Bulk;
use super::follow::{follow, still_firing};
use super::output::{
    Line, Paint, ResultRow, Tone, described, expand, fold, print_rows, result_text, verdict_text,
};
use super::progress::Progress;
use super::selection::{self, Target};
use super::session::{fresh_key, say};
use super::span::Span;
use super::{Exit, Failure, Globals, Session, interrupt};

/// How often the number of nodes may change between asking and confirming.
const CONFIRMS_MAX: usize = 3;

/// What is asked, beside the flags that all power commands share.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// The action.
    pub action: Action,
    /// The boot override.
    pub boot: Option<Boot>,
    /// When a soft action turns hard.
    pub force_after: Option<Span>,
}

/// One command line with a power command.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// The nodes that are named.
    pub words: &'a [String],
    /// The nodes that are not.
    pub selection: &'a Selection,
    /// How to give and follow it.
    pub order: &'a Order,
    /// How to print the result.
    pub output: RowOutput,
}

/// Gives the command and waits for it, as the flags say.
///
/// # Errors
/// When it was not accepted for any node, or the server is away.
pub fn give(wish: Wish, line: Said<'_>, globals: &Globals) -> anyhow::Result<Exit> {
    let timeout = line.order.timeout.map(Span::duration);
    let draft = selection::need(line.words, line.selection)?;
    let session = Session::open(globals)?.patient(timeout);
    let target = draft.target(&session)?;
    let desk =
        Desk { session, target, line, paint: Paint::of(globals), verbose: globals.verbose > 0 };
    let mut request = desk.request(wish);
    if line.order.dry_run {
        return desk.predict(request);
    }
    desk.check_count(&mut request)?;
    if !line.order.no_wait {
        interrupt::arm();
    }
    match desk.send(request)? {
        Reply::Accepted(answer) => desk.accepted(&answer),
        Reply::Refused(problem) => desk.refused(wish.action, &problem),
    }
}

struct Desk<'a> {
    session: Session,
    target: Target,
    line: Said<'a>,
    paint: Paint,
    verbose: bool,
}

/// What the server said to a command.
enum Reply {
    Accepted(Box<CommandAnswer>),
    /// Refused for every node.
    Refused(Box<Problem>),
}

impl Desk<'_> {
    fn request(&self, wish: Wish) -> CommandRequest {
        let order = self.line.order;
        let hold = order.hold.clone().zip(order.hold_for);
        CommandRequest {
            selector: self.target.selector.clone(),
            reason: order.reason.clone(),
            sequence: order.seq,
            if_newest: order.if_newest,
            if_state: order.if_state.map(Into::into),
            hold: hold.map(|(reason, span)| HoldTerms { reason, for_ms: span.ms() }),
            boot: wish.boot,
            force_after_ms: wish.force_after.map(Span::ms),
            deadline_ms: order.deadline.map(Span::ms),
            force_protected: order.force_protected,
            batch: order.batch.asked(),
            with_children: order.with_children,
            with_parents: order.with_parents,
            ..CommandRequest::new(wish.action, &self.target.nodes)
        }
    }

    fn predict(&self, request: CommandRequest) -> anyhow::Result<Exit> {
        match self.predicted(request.clone())? {
            Reply::Accepted(answer) => {
                self.print_answer(&answer)?;
                let refused = if answer.protected.is_some() { Exit::Refused } else { Exit::Done };
                Ok(refused.max(worst(&answer.verdicts)))
            }
            Reply::Refused(problem) => self.refused(request.action, &problem),
        }
    }

    /// What stands between a prediction and its being done.
    fn obstacles(&self, answer: &CommandAnswer) -> String {
        let line = Line::new(Tone::Bad, "protected", Some("needs --force-protected".to_owned()));
        let mut text =
            fold(answer.protected.iter().map(|nodes| (line.clone(), nodes.clone())), self.paint);
        let asks = answer.dry_run.then(|| Bulk::of_answer(answer));
        let asks = asks.and_then(|bulk| bulk.foreseen(self.line.order, answer.confirm.is_some()));
        text.extend(asks.map(|asks| asks + "\n"));
        text
    }

    /// A prediction needs no confirmation, whatever the number of nodes.
    fn predicted(&self, request: CommandRequest) -> anyhow::Result<Reply> {
        let mut request = CommandRequest { dry_run: true, ..request };
        let mut reply = self.post(&request, &fresh_key()?)?;
        if let Err(problem) = &reply {
            request.confirm = problem.count;
            reply = self.post(&request, &fresh_key()?)?;
        }
        reply.map_err(|problem| ClientError::Problem(problem).into())
    }

    /// With `--max-nodes` the number is known before anything is sent.
    fn check_count(&self, request: &mut CommandRequest) -> anyhow::Result<()> {
        if self.line.order.max_nodes.is_none() {
            return Ok(());
        }
        if let Reply::Accepted(answer) = self.predicted(request.clone())? {
            let bulk = Bulk::of_answer(&answer);
            bulk.confirm(self.line.order)?;
            request.confirm = Some(bulk.count());
        }
        Ok(())
    }

    fn send(&self, mut request: CommandRequest) -> anyhow::Result<Reply> {
        let key = self.line.order.key.clone().map_or_else(fresh_key, Ok)?;
        for _ in 0..CONFIRMS_MAX {
            let problem = match self.post(&request, &key)? {
                Ok(reply) => return Ok(reply),
                Err(problem) => problem,
            };
            let Some(bulk) = Bulk::of_problem(request.action, &problem) else {
                return Err(ClientError::Problem(problem).into());
            };
            bulk.confirm(self.line.order)?;
            request.confirm = Some(bulk.count());
        }
        let message = "the number of nodes changed while it was confirmed: nothing was done";
        Err(Failure::new(Exit::Refused, message).into())
    }

    /// Sends a request once. The inner error says that the number of nodes has to be repeated.
    fn post(
        &self,
        request: &CommandRequest,
        key: &str,
    ) -> anyhow::Result<Result<Reply, Box<Problem>>> {
        let sent = self.session.ask(|client| client.post_command(request, key));
        match sent {
            Ok(answer) => Ok(Ok(Reply::Accepted(answer.into()))),
            Err(ClientError::Problem(problem)) if problem.code == Code::ConfirmCount => {
                Ok(Err(problem))
            }
            Err(ClientError::Problem(problem)) if is_verdict(&problem) => {
                Ok(Ok(Reply::Refused(problem)))
            }
            Err(error) => Err(self.target.explain(error)),
        }
    }

    fn accepted(&self, answer: &CommandAnswer) -> anyhow::Result<Exit> {
        let Some(seq) = answer.seq else {
            return Err(
                Failure::new(Exit::Failed, "the server accepted it without a number").into()
            );
        };
        interrupt::accepted(seq);
        if answer.repeated {
            say(&format!("this key was used before: it is still #{seq}"));
        }
        if self.line.order.no_wait {
            self.print_answer(answer)?;
            return Ok(worst(&answer.verdicts));
        }
        self.tell_whom_it_meets(answer);
        let progress = Progress::new(&self.target.typed, self.line.output.format);
        let timeout = self.line.order.timeout.map(Span::duration);
        let command = follow(&self.session, seq, timeout, progress)?;
        self.print_command(&command)?;
        if command.open > 0 {
            say(&still_firing(seq, command.open));
        }
        Ok(Exit::of_states(&command.states))
    }

    fn refused(&self, action: Action, problem: &Problem) -> anyhow::Result<Exit> {
        let nodes = |nodes: &[VerdictGroup]| self.nodes(&joined(nodes));
        print_rows(
            self.line.output.format,
            || verdict_text(&problem.verdicts, self.paint),
            || ResultRow::of_problem(action, problem, &nodes(&problem.verdicts)),
            Vec::new,
        )?;
        // the lines are printed already
        let told = Problem { verdicts: Vec::new(), ..problem.clone() };
        Err(ClientError::Problem(told.into()).into())
    }

    fn print_answer(&self, answer: &CommandAnswer) -> anyhow::Result<()> {
        let accepted = || answer.verdicts.iter().filter(|group| group.verdict.is_accepted());
        let seq = answer.seq.map(|seq| format!("seq:     {seq}\n")).unwrap_or_default();
        let obstacles = expected(answer) + &self.obstacles(answer);
        if self.line.output.format != RowFormat::Plain(Format::Text) {
            obstacles.lines().for_each(say);
        }
        print_rows(
            self.line.output.format,
            || verdict_text(&answer.verdicts, self.paint) + &seq + &obstacles,
            || ResultRow::of_answer(answer, &self.nodes(&answer.nodes)),
            || accepted().flat_map(|group| expand(&group.nodes)).collect(),
        )
    }

    fn print_command(&self, command: &Command) -> anyhow::Result<()> {
        let confirmed = || command.states.iter().filter(|group| is_confirmed(&group.state));
        print_rows(
            self.line.output.format,
            || result_text(command.action, Some(command.seq), &command.states, self.paint),
            || ResultRow::of_command(command, &self.nodes(&command.nodes)),
            || confirmed().flat_map(|group| expand(&group.nodes)).collect(),
        )
    }

    /// A person who waits is told at once whose commands end.
    fn tell_whom_it_meets(&self, answer: &CommandAnswer) {
        if !self.verbose && !std::io::stderr().is_terminal() {
            return;
        }
        for group in &answer.verdicts {
            if let Verdict::Supersede(whose) = &group.verdict {
                say(&format!("supersedes on {}: {}", group.nodes, described(whose)));
            }
        }
    }

    /// What is known of the nodes, for fields beside the result; nothing if the server can't tell.
    fn nodes(&self, nodes: &str) -> Vec<Node> {
        let query = NodeQuery { nodes: Some(nodes.to_owned()), ..NodeQuery::default() };
        self.session.ask(|client| client.nodes(&query)).map(|list| list.nodes).unwrap_or_default()
    }
}

fn worst(groups: &[VerdictGroup]) -> Exit {
    groups.iter().map(|group| Exit::of_verdict(&group.verdict)).max().unwrap_or(Exit::Done)
}

/// Whether the problem is a refusal by the fold, which tells what is in the way on which nodes.
fn is_verdict(problem: &Problem) -> bool {
    let refusal = matches!(problem.code, Code::Stale | Code::Held | Code::Busy | Code::Full);
    refusal && !problem.verdicts.is_empty()
}

fn is_confirmed(state: &State) -> bool {
    matches!(state, State::Ended { outcome } if *outcome.result() == Outcome::Confirmed)
}

fn joined(groups: &[VerdictGroup]) -> String {
    groups.iter().map(|group| group.nodes.as_str()).collect::<Vec<_>>().join(",")
}

/// How long it is expected to take, in a line.
fn expected(answer: &CommandAnswer) -> String {
    let Some(plan) = answer.plan.as_ref().filter(|plan| plan.expected_ms > 0) else {
        return String::new();
    };
    let because = plan.because.as_ref().map_or_else(String::new, |words| format!(": {words}"));
    let seconds = plan.expected_ms.div_ceil(1_000);
    let span = if seconds < 120 {
        format!("{seconds} s")
    } else {
        format!("{} min", seconds.div_ceil(60))
    };
    format!("expect:  about {span}{because}\n")
}
