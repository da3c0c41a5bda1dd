//! `lastword sim`: simulated BMCs to try things on, and what goes wrong with them. It switches no real machine.

use std::net::{SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use bmc_sim::Faults;
use nodeset::NodeSet;

use crate::cli::output::{clock, print};
use crate::cli::selection::NODES_MAX;
use crate::cli::{Exit, Failure};
use crate::house::told_to_stop;
use crate::sim::control::{self, History, Machine};
use crate::sim::{self, Layout, Speech, Spread};

/// Where the control door is unless it is said.
const CONTROL: &str = control::USUAL;

/// The flags.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "\
Examples:
  lastword sim --nodes 1000
  lastword sim --redfish 127.1.0.1:8443 --tls
  lastword sim --faults takes-on=20s,lag=50ms --bad 'r1n[01-03]:silent' --bad r1n04:ignores-first=1
  lastword sim set 'r1n[01-10]' drop=20%,-silent
  lastword sim show r1n04
  lastword sim faults")]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    run: Run,
}

#[derive(clap::Subcommand, Debug)]
enum What {
    /// Let simulated machines behave differently from now on
    Set(Set),
    /// Show what really happened to simulated machines
    Show(Show),
    /// Pull or plug the power of simulated machines, behind everybody's back
    Power(Power),
    /// List what can go wrong
    Faults,
}

#[derive(clap::Args, Debug)]
struct Run {
    /// How many machines, in racks of forty
    #[arg(long, value_name = "N", default_value_t = 20)]
    nodes: usize,
    /// Where the first BMC listens for IPMI
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.1.0.1:6230")]
    listen: SocketAddrV4,
    /// The BMCs speak Redfish instead; where the first one listens
    #[arg(long, value_name = "ADDR:PORT", conflicts_with = "listen")]
    redfish: Option<SocketAddrV4>,
    /// Redfish over HTTPS, with a certificate that they make themselves
    #[arg(long, requires = "redfish")]
    tls: bool,
    /// Whether each BMC has an address or a port of its own
    #[arg(long, value_enum, default_value_t = Spread::Addresses)]
    spread: Spread,
    /// The machines are on at the start
    #[arg(long)]
    on: bool,
    /// How every machine behaves
    #[arg(long, value_name = "FAULTS", default_value = "takes-on=2s,takes-off=1s,takes-soft=4s")]
    faults: Faults,
    /// How some of them behave beside that (repeat it)
    #[arg(long, value_name = "NODES:FAULTS")]
    bad: Vec<String>,
    /// The same number strikes the same machines with the same chances
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Where the inventory and the password are written
    #[arg(long, value_name = "DIR", default_value = "lastword-sim")]
    dir: PathBuf,
    /// Where `lastword sim set` and `show` find it
    #[arg(long, value_name = "ADDR:PORT", default_value = CONTROL)]
    control: SocketAddr,
}

#[derive(clap::Args, Debug)]
struct Set {
    /// Node sets
    #[arg(value_name = "NODES")]
    nodes: String,
    /// What changes: `drop=20%,-silent`
    #[arg(value_name = "FAULTS", allow_hyphen_values = true)]
    faults: String,
    #[command(flatten)]
    door: Door,
}

#[derive(clap::Args, Debug)]
struct Show {
    /// Node sets [default: all, without their histories]
    #[arg(value_name = "NODES")]
    nodes: Option<String>,
    #[command(flatten)]
    door: Door,
}

#[derive(clap::Args, Debug)]
struct Power {
    /// Node sets
    #[arg(value_name = "NODES")]
    nodes: String,
    /// What their power is from now on
    #[arg(value_name = "on|off", value_parser = ["on", "off"])]
    power: String,
    #[command(flatten)]
    door: Door,
}

#[derive(clap::Args, Debug)]
struct Door {
    /// Where the simulation's control door is
    #[arg(long, value_name = "ADDR:PORT", default_value = CONTROL)]
    control: SocketAddr,
}

/// Runs it.
///
/// # Errors
/// When the simulation can't start, or is not there.
pub fn run(args: Args) -> anyhow::Result<Exit> {
    match args.what {
        None => simulate(&args.run)?,
        Some(What::Set(Set { nodes, faults, door })) => {
            for name in names(&nodes)? {
                let now = door.put(&format!("/machines/{name}/faults"), &faults)?;
                print(&format!("{name}: {}\n", if now.is_empty() { "no fault" } else { &now }))?;
            }
        }
        Some(What::Power(Power { nodes, power, door })) => {
            for name in names(&nodes)? {
                door.put(&format!("/machines/{name}/power"), &power)?;
            }
        }
        Some(What::Show(show)) => print(&show.text()?)?,
        Some(What::Faults) => print(&faults())?,
    }
    Ok(Exit::Done)
}

fn simulate(run: &Run) -> anyhow::Result<()> {
    let layout = run.layout()?;
    let bad = run.bad.iter().map(|bad| behaviour(bad, &run.faults, &layout));
    let bad = bad.collect::<anyhow::Result<Vec<_>>>()?;
    let of = |name: &str| {
        let own = bad.iter().rev().find(|(nodes, _)| nodes.contains(name));
        own.map_or(run.faults, |(_, faults)| *faults)
    };
    let control = control::listen(run.control)?;
    let files = sim::write_files(&run.dir, &layout, "")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let fleet = Arc::new(sim::start(&layout, run.on, of, run.seed)?);
        print(&welcome(run, &layout, &files))?;
        tokio::select! {
            served = control::serve(fleet, control) => served,
            () = told_to_stop() => Ok(()),
        }
    })
}

impl Run {
    fn layout(&self) -> anyhow::Result<Layout> {
        let layout = Layout::new(self.nodes, self.redfish.unwrap_or(self.listen), self.spread)?;
        Ok(match (self.redfish, self.tls) {
            (None, _) => layout,
            (Some(_), false) => layout.speaking(Speech::Http),
            (Some(_), true) => layout.speaking(Speech::Https),
        })
    }
}

/// `r1n[01-03]:silent`
fn behaviour(text: &str, usual: &Faults, layout: &Layout) -> anyhow::Result<(NodeSet, Faults)> {
    let Some((nodes, faults)) = text.rsplit_once(':') else {
        bail!("expected NODES:FAULTS, such as r1n04:silent, not {text:?}");
    };
    let nodes = NodeSet::parse(nodes, NODES_MAX)?;
    let there: NodeSet = NodeSet::from_names(layout.nodes().map(|(name, _)| name))?;
    if let Some(unknown) = nodes.iter().find(|name| !there.contains(name)) {
        bail!("there is no {unknown} among {there}");
    }
    Ok((nodes, usual.changed(faults)?))
}

fn welcome(run: &Run, layout: &Layout, files: &sim::Files) -> String {
    let (nodes, inventory) = (layout.len(), files.inventory.display());
    let names = NodeSet::from_names(layout.nodes().map(|(name, _)| name));
    let names = names.map(|names| names.to_string()).unwrap_or_default();
    let (first, user) = (run.redfish.unwrap_or(run.listen), sim::USER);
    let (ip, port) = (first.ip(), first.port());
    let door = match run.control.to_string() {
        usual if usual == CONTROL => String::new(),
        other => format!(" --control {other}"),
    };
    let (speech, password) = (layout.speech(), files.password.display());
    let (answer, opinion) = match speech {
        Speech::Ipmi => (
            "IPMI",
            format!(
                "ipmitool -I lanplus -C 17 -H {ip} -p {port} -U {user} -f {password} power status"
            ),
        ),
        Speech::Http | Speech::Https => {
            let url = format!("{}{first}/redfish/v1/Systems/1", speech.scheme());
            ("Redfish", format!("curl -k -u {user}:{} {url}", sim::PASSWORD))
        }
    };
    format!(
        "{nodes} simulated BMCs answer {answer}: {names}\n\n\
         serve them:       lastword serve --inventory {inventory}\n\
         a second opinion: {opinion}\n\
         trouble:          lastword sim set NODES silent{door}     (lastword sim faults lists more)\n\
         the truth:        lastword sim show NODES{door}\n\n\
         Ctrl-C ends them.\n"
    )
}

fn faults() -> String {
    let line = |known: &bmc_sim::fault::Known| {
        let value = match known.unit {
            "" => String::new(),
            unit if unit.contains("span") => "=SPAN".to_owned(),
            unit if unit.contains("share") => "=N%".to_owned(),
            _ => "=N".to_owned(),
        };
        format!("{:<28} {}\n", format!("{}{value}", known.name), known.what.trim())
    };
    Faults::KNOWN.iter().map(line).collect()
}

fn names(nodes: &str) -> anyhow::Result<Vec<String>> {
    let wrong = |error| Failure::new(Exit::Usage, format!("{nodes:?}: {error}"));
    Ok(NodeSet::parse(nodes, NODES_MAX).map_err(wrong)?.iter().collect())
}

impl Show {
    fn text(&self) -> anyhow::Result<String> {
        let Some(nodes) = &self.nodes else {
            let machines: Vec<Machine> = serde_json::from_str(&self.door.get("/machines")?)?;
            return Ok(machines.iter().map(line).collect());
        };
        let mut text = String::new();
        for name in names(nodes)? {
            let machine = serde_json::from_str(&self.door.get(&format!("/machines/{name}"))?)?;
            text += &line(&machine);
            let told = self.door.get(&format!("/machines/{name}/history"))?;
            let History { happened, forgotten } = serde_json::from_str(&told)?;
            if forgotten > 0 {
                text += &format!("  {forgotten} older entries are forgotten\n");
            }
            for entry in happened {
                text += &format!("  {}  {}\n", clock(entry.at_ms), entry.what);
            }
        }
        Ok(text)
    }
}

fn line(machine: &Machine) -> String {
    let Machine { name, bmc, on, faults, received, sent } = machine;
    let power = if *on { "on" } else { "off" };
    format!("{name}: {power}  {bmc}  {received} in, {sent} out  {faults}\n")
}

impl Door {
    fn get(&self, path: &str) -> anyhow::Result<String> {
        self.answer(self.agent().get(self.url(path)).call())
    }

    fn put(&self, path: &str, body: &str) -> anyhow::Result<String> {
        self.answer(self.agent().put(self.url(path)).send(body))
    }

    fn agent(&self) -> ureq::Agent {
        ureq::Agent::config_builder().http_status_as_error(false).build().into()
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.control)
    }

    fn answer(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<String> {
        let missing = || format!("no simulation at {}; start one: lastword sim", self.control);
        let mut answer = answer.with_context(missing)?;
        let text = answer.body_mut().read_to_string()?;
        if answer.status().is_success() {
            return Ok(text);
        }
        let exit = if answer.status().is_client_error() { Exit::Usage } else { Exit::Failed };
        Err(Failure::new(exit, format!("the simulation refused it: {text}")).into())
    }
}
