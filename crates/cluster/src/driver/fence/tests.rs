//! Agents with the worst of manners, written by each test.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arbiter::{Answer, Ask, Boot, BootDevice, NodeId, Order};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::Engine;
use crate::clock::now_ms;
use crate::driver::network::Network;
use crate::driver::{Answered, Common, Job};
use crate::inventory::Inventory;
use crate::targets::{Target, targets};

const PASSWORD: &str = "canary-hunter2";

/// What every agent of these tests says that it can do.
const METADATA: &str = r#"<resource-agent name="fence_test"><parameters><parameter name="ip"/><parameter name="plug"/>
<parameter name="username"/><parameter name="passwd"/><parameter name="snmp_priv_passwd"/>
<parameter name="retry_on"/></parameters>
<actions><action name="on"/><action name="off"/><action name="status"/><action name="diag"/></actions></resource-agent>"#;

/// An agent in a folder of its own, and the driver.
struct Bench {
    dir: TempDir,
    engine: Engine,
    answers: UnboundedReceiver<Answered>,
}

impl Bench {
    /// An agent that does this, in shell, with `$action`, `$plug` and `$password` set, and `here` for the folder.
    fn new(script: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let here = dir.path().display();
        let text = format!(
            "#!/bin/sh\nhere={here}\nwhile IFS= read -r line; do echo \"$line\" >> $here/told\n\
             case $line in action=*) action=${{line#*=}};; plug=*) plug=${{line#*=}};; \
             passwd=*) password=${{line#*=}};; esac; done\n\
             if [ \"$action\" = metadata ]; then cat <<'M'\n{METADATA}\nM\nexit 0; fi\n{script}\n"
        );
        // renamed when it is whole: what is open for writing somewhere can't be run
        let (draft, agent) = (dir.path().join("draft"), dir.path().join("fence_test"));
        fs::write(&draft, text).unwrap();
        fs::set_permissions(&draft, fs::Permissions::from_mode(0o755)).unwrap();
        fs::rename(draft, agent).unwrap();
        let (sender, answers) = mpsc::unbounded_channel();
        Self { dir, engine: Engine::start(&Common::new(sender, Network::Kernel)).unwrap(), answers }
    }

    fn agent(&self) -> PathBuf {
        self.dir.path().join("fence_test")
    }

    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.dir.path().join(name)).unwrap_or_default()
    }

    /// The nodes of a block with these lines.
    fn targets(&self, lines: &str) -> Vec<Arc<Target>> {
        let text = format!(
            "[[nodes]]\ndriver = \"fence\"\nagent = \"{}\"\n{lines}\n[credentials.c]\nusername = \"u\"\n\
             password = \"{PASSWORD}\"\n",
            self.agent().display()
        );
        targets(&Inventory::from_text("i.toml", &text).unwrap()).map(Arc::new).collect()
    }

    fn ask(&self, target: &Arc<Target>, ask: Ask) {
        let (target, until) = (Arc::clone(target), now_ms() + target.exchange_ms);
        self.engine.ask(Job { node: NodeId(0), ticket: 1, ask, until, target });
    }

    async fn said(&mut self) -> String {
        let words = |kind: &str, cause: &arbiter::Cause| format!("{kind} {}", cause.words);
        match self.answers.recv().await.unwrap().answer {
            Answer::Power(power) => power.word().to_owned(),
            Answer::Mixed(cause) => words("mixed", &cause),
            Answer::Done => "done".to_owned(),
            Answer::Refused(cause) if cause.trouble == arbiter::Trouble::Denied => {
                words("denied", &cause)
            }
            Answer::Refused(cause) => words("refused", &cause),
            Answer::NotSent(cause) => words("not sent", &cause),
            Answer::Lost(cause) => words("lost", &cause),
        }
    }

    /// The answer to a question about one node with one outlet.
    async fn asked(&mut self, ask: Ask) -> String {
        let target = self.one();
        self.ask(&target, ask);
        self.said().await
    }

    fn one(&self) -> Arc<Target> {
        self.targets(ONE).remove(0)
    }
}

const ONE: &str = "names = \"n1\"\nparameters = { ip = \"pdu1\", plug = 3 }\ncredentials = \"c\"\n\
                   exchange_timeout = \"2s\"";
const ON: Ask = Ask::Fire(Order::On);
const OFF: Ask = Ask::Fire(Order::Off);

#[tokio::test]
async fn what_an_agent_ends_with_is_the_power_and_whatever_else_is_unknown() {
    for (script, expected) in [
        ("exit 0", "on"),
        ("exit 2", "off"),
        ("echo 'Status: ON'; exit 0", "on"),
        ("echo 'Status: OFF'; echo noise >&2; exit 2", "off"),
        ("echo 'Status: OFF'; exit 0", "ended with 0, which is on, but says off"),
        ("echo 'Status: ON'; exit 2", "ended with 2, which is off, but says on"),
        (
            "echo 'Status: ON'; echo 'Status: OFF'; exit 2",
            "ended with 2, which is off, but says on",
        ),
        ("echo 'Status: UNKNOWN'; exit 2", "ended with 2, which is off, but says something else"),
        ("echo 'Status: ERROR'; exit 0", "ended with 0, which is on, but says something else"),
        ("echo 'Failed: no plug status'; exit 2", "ended with 2"),
        ("echo 'cannot open file' >&2; exit 2", "ended with 2: cannot open file"),
        ("echo 'Status: OFF'; exit 1", "ended with 1"),
        ("echo a >&2; echo ' no such plug ' >&2; echo >&2; exit 8", "ended with 8: no such plug"),
        ("echo why >&2; echo \"Please use '-h' for usage\" >&2; exit 1", "ended with 1: why"),
        ("kill -9 $$", "was ended by a signal"),
        ("kill -TERM $$", "was ended by a signal"),
        ("exit 137", "was ended by a signal"),
    ] {
        let mut bench = Bench::new(script);
        let told = bench.asked(Ask::Power).await;
        let known = matches!(expected, "on" | "off");
        let prefix = "refused pdu1 outlet 3: ";
        let agent = bench.agent().display().to_string();
        let words = format!("{prefix}{agent} status of outlet 3: {expected}");
        assert_eq!(told, if known { expected.to_owned() } else { words }, "{script}");
    }
}

#[tokio::test]
async fn what_an_order_ends_with_proves_that_nothing_happened_or_leaves_it_open() {
    for (code, expected) in [
        (0, "done"),
        (1, "lost"),
        (2, "lost"),
        (3, "not sent"),
        (5, "lost"),
        (7, "lost"),
        (8, "lost"),
        (10, "not sent"),
        (11, "denied"),
        (77, "lost"),
        (137, "lost"),
    ] {
        let mut bench = Bench::new(&format!("exit {code}"));
        let told = bench.asked(OFF).await;
        assert!(told.starts_with(expected), "{code}: {told}");
    }
}

#[tokio::test]
async fn an_agent_is_told_everything_on_standard_input_and_learns_nothing_from_its_environment() {
    let script = "env | sort > $here/env; tr '\\0' ' ' < /proc/$$/cmdline > $here/cmdline; exit 0";
    let mut bench = Bench::new(script);
    assert_eq!(bench.asked(OFF).await, "done");
    let expected =
        format!("action=metadata\naction=off\nusername=u\npasswd={PASSWORD}\nip=pdu1\nplug=3\n");
    assert_eq!(bench.file("told"), expected);
    assert!(!bench.file("cmdline").contains(PASSWORD), "{}", bench.file("cmdline"));
    let env = bench.file("env");
    let names: Vec<&str> = env.lines().filter_map(|line| line.split('=').next()).collect();
    let known = ["LANG", "LC_ALL", "OLDPWD", "PATH", "PWD", "SHLVL", "_"];
    assert!(names.iter().all(|name| known.contains(name)), "{names:?}");
    assert!(names.contains(&"PATH") && !env.contains(PASSWORD), "{env}");
}

#[tokio::test]
async fn a_secret_that_an_agent_repeats_is_not_told() {
    let script =
        "echo \"login as u with $password\"; echo \"bad password '$password'\" >&2; exit 1";
    let mut bench = Bench::new(script);
    let told = bench.asked(OFF).await;
    assert!(told.ends_with("off of outlet 3: ended with 1: bad password ***"), "{told}");
    // as in a header of HTTP
    for repeated in [PASSWORD.to_owned(), format!("u:{PASSWORD}")] {
        let base64 = STANDARD.encode(repeated);
        let mut bench = Bench::new(&format!("echo 'sent Basic {base64}' >&2; exit 1"));
        let told = bench.asked(OFF).await;
        assert!(told.ends_with("sent Basic ***"), "{told}");
    }
    // cut in the middle of it: what is kept begins within the secret
    let script =
        "i=0; while [ $i -lt 3000 ]; do printf '%s-' \"$password\"; i=$((i+1)); done >&2; exit 1";
    let mut bench = Bench::new(script);
    let told = bench.asked(OFF).await;
    assert!(told.ends_with("ended with 1"), "{told}");
}

#[tokio::test]
async fn an_agent_that_hangs_is_killed_with_all_that_it_started_and_may_have_done_it() {
    let mut bench = Bench::new("sleep 600 & echo $! > $here/child; sleep 601; exit 0");
    let begun = Instant::now();
    let told = bench.asked(OFF).await;
    assert!(told.starts_with("lost ") && told.ends_with("was killed"), "{told}");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert!(gone(&bench.file("child")).await, "the child lives on");
}

#[tokio::test]
async fn what_an_agent_leaves_behind_neither_delays_the_answer_nor_stays() {
    let mut bench = Bench::new("sleep 600 & echo $! > $here/child; echo 'Status: OFF'; exit 2");
    let begun = Instant::now();
    assert_eq!(bench.asked(Ask::Power).await, "off");
    assert!(begun.elapsed() < Duration::from_millis(1_900), "{:?}", begun.elapsed());
    assert!(gone(&bench.file("child")).await, "the child lives on");
}

#[tokio::test]
async fn an_agent_that_writes_without_end_is_heard_out_and_nothing_grows() {
    let flood = "head -c 30000000 /dev/zero | tr '\\0' x; head -c 3000000 /dev/zero | tr '\\0' y >&2; echo >&2";
    let mut bench = Bench::new(&format!("{flood}; echo the end >&2; exit 1"));
    let told = bench.asked(Ask::Power).await;
    assert!(told.ends_with("ended with 1: the end"), "{told}");
}

#[tokio::test]
async fn an_agent_that_does_not_listen_is_no_trouble() {
    let mut bench = Bench::new("exit 0");
    // learnt first, so that the next one can be deaf
    assert_eq!(bench.asked(Ask::Power).await, "on");
    let deaf = bench.dir.path().join("deaf");
    fs::write(&deaf, "#!/bin/sh\nexec <&-\nexit 2\n").unwrap();
    fs::set_permissions(&deaf, fs::Permissions::from_mode(0o755)).unwrap();
    fs::rename(deaf, bench.agent()).unwrap();
    assert_eq!(bench.asked(Ask::Power).await, "off");
}

#[tokio::test]
async fn what_an_agent_does_not_have_is_refused_and_it_is_not_run() {
    let mut bench = Bench::new("echo $action >> $here/ran; exit 0");
    for (ask, words) in [
        (Ask::Fire(Order::Soft), "fence agents know no soft shutdown"),
        (Ask::Fire(Order::Reset), "fence agents know no reset"),
        (
            Ask::Boot(Boot { device: BootDevice::Pxe, persistent: false, uefi: false }),
            "fence agents know no boot override",
        ),
    ] {
        assert_eq!(bench.asked(ask).await, format!("refused pdu1 outlet 3: {words}"));
    }
    assert_eq!(bench.asked(Ask::Fire(Order::Nmi)).await, "done");
    let target =
        bench.targets("names = \"n1\"\nparameters = { ip = \"p\", plgu = \"3\" }").remove(0);
    bench.ask(&target, OFF);
    let told = bench.said().await;
    assert!(told.starts_with("not sent p the outlet:"), "{told}");
    assert!(told.ends_with("has no parameter plgu"), "{told}");
    assert_eq!(bench.file("ran"), "diag\n");
    assert_eq!(bench.file("told").matches("action=diag").count(), 1);
    assert!(bench.file("told").contains("plug=3\nretry_on=0\n"), "{}", bench.file("told"));
}

#[tokio::test]
async fn an_agent_that_is_not_there_or_says_nothing_of_itself_is_told_as_such() {
    let mut bench = Bench::new("exit 0");
    fs::remove_file(bench.agent()).unwrap();
    let told = bench.asked(ON).await;
    assert!(told.contains("not sent") && told.contains("there is no program"), "{told}");
    fs::write(bench.agent(), "#!/bin/sh\necho usage >&2\nexit 1\n").unwrap();
    fs::set_permissions(bench.agent(), fs::Permissions::from_mode(0o755)).unwrap();
    let told = bench.asked(ON).await;
    assert!(told.ends_with("can do: ended with 1: usage"), "{told}");
}

const TWO: &str = "names = \"n1\"\nparameters = { ip = \"pdu1\" }\n\
                   outlets = [{ plug = \"3\" }, { ip = \"pdu2\", plug = \"7\" }]\nexchange_timeout = \"4s\"";

#[tokio::test]
async fn a_node_is_off_when_all_of_its_outlets_are_and_in_between_neither() {
    let mut bench = Bench::new(
        "[ \"$action\" = status ] || touch $here/$action.$plug; exit $(cat $here/is.$plug)",
    );
    let target = bench.targets(TWO).remove(0);
    for (first, second, expected) in [
        (0, 0, "on"),
        (2, 2, "off"),
        (0, 2, "mixed pdu1 outlet 3, pdu2 outlet 7: outlet 3 is on, outlet 7 is off"),
        (2, 0, "mixed pdu1 outlet 3, pdu2 outlet 7: outlet 3 is off, outlet 7 is on"),
    ] {
        fs::write(bench.dir.path().join("is.3"), first.to_string()).unwrap();
        fs::write(bench.dir.path().join("is.7"), second.to_string()).unwrap();
        bench.ask(&target, Ask::Power);
        assert_eq!(bench.said().await, expected);
    }
    fs::write(bench.dir.path().join("is.7"), "1").unwrap();
    bench.ask(&target, Ask::Power);
    let told = bench.said().await;
    assert!(told.ends_with("status of outlet 7: ended with 1"), "{told}");
    // the first fails, the second is ordered all the same
    fs::write(bench.dir.path().join("is.3"), "1").unwrap();
    fs::write(bench.dir.path().join("is.7"), "0").unwrap();
    bench.ask(&target, OFF);
    let told = bench.said().await;
    assert!(told.starts_with("lost ") && told.ends_with("off of outlet 3: ended with 1"), "{told}");
    assert!(bench.dir.path().join("off.3").exists() && bench.dir.path().join("off.7").exists());
}

#[tokio::test]
async fn a_device_does_one_thing_at_a_time_and_two_devices_do_two() {
    let script = "echo begin $plug >> $here/log; sleep 0.3; echo end $plug >> $here/log; exit 0";
    let mut bench = Bench::new(script);
    assert_eq!(bench.asked(Ask::Power).await, "on");
    fs::remove_file(bench.dir.path().join("log")).unwrap();
    let same = bench.targets("names = \"n[1-3]\"\nparameters = { ip = \"pdu1\", plug = \"{1}\" }");
    same.iter().for_each(|target| bench.ask(target, Ask::Power));
    for _ in &same {
        assert_eq!(bench.said().await, "on");
    }
    let log = bench.file("log");
    let lines: Vec<&str> = log.lines().collect();
    for pair in lines.chunks(2) {
        assert_eq!(pair[0].replace("begin", "end"), pair[1], "{log}");
    }
    fs::remove_file(bench.dir.path().join("log")).unwrap();
    let other =
        bench.targets("names = \"n[1-2]\"\nparameters = { ip = \"pdu{1}\", plug = \"{1}\" }");
    other.iter().for_each(|target| bench.ask(target, Ask::Power));
    assert_eq!((bench.said().await, bench.said().await), ("on".to_owned(), "on".to_owned()));
    let log = bench.file("log");
    assert!(log.lines().take(2).all(|line| line.starts_with("begin")), "{log}");
}

#[tokio::test]
async fn secrets_that_can_not_be_told_in_a_line_are_not_sent() {
    let mut bench = Bench::new("exit 0");
    let file = bench.dir.path().join("key");
    fs::write(&file, "two\nlines").unwrap();
    let lines = format!(
        "names = \"n1\"\nparameters = {{ ip = \"p\", snmp_priv_passwd = {{ file = \"{}\" }} }}",
        file.display()
    );
    let target = bench.targets(&lines).remove(0);
    bench.ask(&target, OFF);
    let told = bench.said().await;
    assert!(told.starts_with("not sent") && told.contains("line break"), "{told}");
    fs::write(&file, "one").unwrap();
    bench.ask(&target, OFF);
    assert_eq!(bench.said().await, "done");
    assert!(bench.file("told").contains("snmp_priv_passwd=one\n"));
}

#[tokio::test]
async fn an_agent_under_way_ends_with_the_drivers() {
    let bench = Bench::new("sleep 600 & echo $! > $here/child; sleep 601");
    let target = bench.targets("names = \"n1\"\nparameters = { ip = \"p\" }").remove(0);
    bench.ask(&target, OFF);
    while bench.file("child").is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let child = bench.file("child");
    let Bench { engine, dir, .. } = bench;
    engine.stop().await;
    assert!(gone(&child).await, "the child lives on");
    drop(dir);
}

/// Whether a process is gone, or dead and only not yet waited for.
async fn gone(pid: &str) -> bool {
    let status = PathBuf::from(format!("/proc/{}/status", pid.trim()));
    for _ in 0..200 {
        if !lives(&status) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

fn lives(status: &Path) -> bool {
    fs::read_to_string(status).is_ok_and(|text| !text.contains("State:\tZ"))
}

#[tokio::test]
async fn an_outlet_at_which_the_agent_hangs_leaves_the_others_their_time() {
    let mut bench = Bench::new(
        "[ $plug = 3 ] && [ $action = off ] && sleep 60; touch $here/$action.$plug; exit 0",
    );
    let target = bench.targets(TWO).remove(0);
    bench.ask(&target, OFF);
    let told = bench.said().await;
    assert!(
        told.starts_with("lost ") && told.contains("outlet 3: it did not end in time"),
        "{told}"
    );
    assert!(bench.dir.path().join("off.7").exists(), "the other one is ordered: {told}");
}

#[tokio::test]
async fn an_exit_code_is_told_as_it_is_unless_it_stands_for_a_signal() {
    for (script, told) in [("exit 255", "ended with 255"), ("kill -9 $$", "was ended by a signal")]
    {
        let said = Bench::new(script).asked(OFF).await;
        assert!(said.ends_with(told), "{script}: {said}");
    }
}
