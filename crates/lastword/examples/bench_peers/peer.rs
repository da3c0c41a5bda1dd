//! Who is measured, and how each of them is asked as its users ask it. It runs nothing.

use std::fs;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use super::fleet::{Fleet, PASSWORD, Speech, USER};
use super::measure::Call;

/// How many programs run side by side where one program serves one machine.
pub const SIDE_BY_SIDE: usize = 16;

/// Everybody who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// Ours.
    Lastword,
    /// FreeIPMI's.
    Ipmipower,
    /// powermand with ipmipower below it.
    Powerman,
    /// ipmitool, once for every machine.
    Ipmitool,
    /// The fence agent, once for every machine.
    FenceIpmilan,
    /// OpenStack's library for IPMI.
    Pyghmi,
    /// powerman's helper for Redfish.
    Redfishpower,
    /// The fence agent, once for every machine.
    FenceRedfish,
    /// DMTF's tool, once for every machine.
    Redfishtool,
    /// OpenStack's library for Redfish.
    Sushy,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// The power of all machines, after a start.
    Cold,
    /// The power of all machines, once more.
    Warm,
    /// All machines off, until they were read to be.
    Off,
    /// All machines on, until they were read to be.
    On,
}

/// What a peer is run with.
#[derive(Debug)]
pub struct Place<'a> {
    /// The fleet.
    pub fleet: &'a Fleet,
    /// How many of its machines are asked.
    pub nodes: usize,
    /// A Python with the libraries, if there is one.
    pub python: Option<&'a Path>,
    /// A folder for files.
    pub scratch: &'a Path,
}

impl Work {
    /// All, in the order in which they are done: all machines are on before and after.
    pub const ALL: [Self; 4] = [Self::Cold, Self::Warm, Self::Off, Self::On];

    /// What it is called in a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cold => "status, cold",
            Self::Warm => "status again, warm",
            Self::Off => "all off, to confirmed",
            Self::On => "all on, to confirmed",
        }
    }

    /// The word that most programs have for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cold | Self::Warm => "status",
            Self::Off => "off",
            Self::On => "on",
        }
    }
}

impl Peer {
    /// All who speak that, the yardstick first after ours.
    pub const fn all(speech: Speech) -> &'static [Self] {
        match speech {
            Speech::Ipmi => &[
                Self::Lastword,
                Self::Ipmipower,
                Self::Powerman,
                Self::Ipmitool,
                Self::FenceIpmilan,
                Self::Pyghmi,
            ],
            Speech::Redfish => &[
                Self::Lastword,
                Self::Redfishpower,
                Self::Sushy,
                Self::FenceRedfish,
                Self::Redfishtool,
            ],
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lastword => "lastword",
            Self::Ipmipower => "ipmipower",
            Self::Powerman => "powerman + ipmipower",
            Self::Ipmitool => "ipmitool, xargs -P16",
            Self::FenceIpmilan => "fence_ipmilan, xargs -P16",
            Self::Pyghmi => "pyghmi, 16 threads",
            Self::Redfishpower => "redfishpower",
            Self::FenceRedfish => "fence_redfish, xargs -P16",
            Self::Redfishtool => "redfishtool, xargs -P16",
            Self::Sushy => "sushy, 16 threads",
        }
    }

    /// Whether it is asked for a part of a large fleet only.
    pub const fn is_slow(self) -> bool {
        match self {
            Self::Ipmitool
            | Self::FenceIpmilan
            | Self::Pyghmi
            | Self::FenceRedfish
            | Self::Redfishtool
            | Self::Sushy => true,
            Self::Lastword | Self::Ipmipower | Self::Powerman | Self::Redfishpower => false,
        }
    }

    /// How many of its processes run at a time.
    pub const fn processes(self) -> usize {
        match self {
            Self::Ipmitool | Self::FenceIpmilan | Self::FenceRedfish | Self::Redfishtool => {
                SIDE_BY_SIDE
            }
            Self::Lastword
            | Self::Ipmipower
            | Self::Powerman
            | Self::Pyghmi
            | Self::Redfishpower
            | Self::Sushy => 1,
        }
    }

    /// The program that is asked for that work; none for those that have a server.
    pub fn call(self, work: Work, at: &Place<'_>) -> anyhow::Result<Option<Call>> {
        let (word, port) = (work.word(), at.fleet.port.to_string());
        let python = |script| {
            let call = Call::new(at.python.unwrap_or(Path::new("python3")));
            call.args(["-c", script, word, USER, PASSWORD, &port]).args(at.addresses())
        };
        let password = at.fleet.password();
        let password = password.display();
        Ok(match self {
            Self::Lastword | Self::Powerman => None,
            Self::Ipmipower => {
                let order: &[&str] = match work {
                    Work::Cold | Work::Warm => &["--stat"],
                    Work::Off => &["--off", "--wait-until-off"],
                    Work::On => &["--on", "--wait-until-on"],
                };
                Some(
                    Call::new("ipmipower")
                        .args(ipmipower_flags(&at.sockets(623).join(",")))
                        .args(order),
                )
            }
            Self::Ipmitool => Some(at.each(
                work,
                &format!("ipmitool -I lanplus -C 17 -H @ -p {port} -U {USER} -f {password} power",),
            )?),
            Self::FenceIpmilan => Some(at.each_once(&format!(
                "fence_ipmilan -P -C 17 -a @ -u {port} -l {USER} -p {PASSWORD} -o {word}",
            ))?),
            Self::FenceRedfish => Some(at.each_once(&format!(
                "fence_redfish -a @ -u {port} -l {USER} -p {PASSWORD} --ssl-insecure \
                 --systems-uri /redfish/v1/Systems/1 -o {word}",
            ))?),
            Self::Pyghmi => Some(python(include_str!("pyghmi_fleet.py"))),
            Self::Sushy => Some(python(include_str!("sushy_fleet.py"))),
            Self::Redfishtool => Some(redfishtool(work, at)?),
            Self::Redfishpower => Some(redfishpower(work, at)?),
        })
    }
}

impl Place<'_> {
    /// The hosts that are asked.
    pub fn addresses(&self) -> Vec<String> {
        self.fleet.hosts.iter().take(self.nodes).map(ToString::to_string).collect()
    }

    /// The hosts as ranges, a block of addresses each: powermand's strings are short.
    pub fn ranges(&self) -> String {
        let hosts: Vec<[u8; 4]> =
            self.fleet.hosts.iter().take(self.nodes).map(Ipv4Addr::octets).collect();
        let blocks = hosts.chunk_by(|one, next| one[..3] == next[..3]).filter_map(|block| {
            let ([a, b, c, first], [.., last]) = (block.first()?, block.last()?);
            Some(format!("{a}.{b}.{c}.[{first}-{last}]"))
        });
        blocks.collect::<Vec<_>>().join(",")
    }

    /// The hosts with their port, where it is not the usual one.
    pub fn sockets(&self, usual: u16) -> Vec<String> {
        let port = self.fleet.port;
        let socket = |host| if port == usual { host } else { format!("{host}:{port}") };
        self.addresses().into_iter().map(socket).collect()
    }

    /// One program for every host, many side by side. `@` is the host.
    fn each_once(&self, command: &str) -> anyhow::Result<Call> {
        let hosts = self.file("hosts", &(self.addresses().join("\n") + "\n"))?;
        let call = Call::new("xargs").args(["-P", &SIDE_BY_SIDE.to_string(), "-I@", "sh", "-c"]);
        Ok(call.args([command]).reads(&hosts))
    }

    /// The same for a program that orders and does not look: it is asked for the power until it is there.
    fn each(&self, work: Work, command: &str) -> anyhow::Result<Call> {
        let word = work.word();
        let status = format!("{command} status");
        match work {
            Work::Cold | Work::Warm => self.each_once(&status),
            Work::Off | Work::On => self.each_once(&format!(
                "{command} {word} && until {status} | grep -q 'is {word}$'; do sleep 0.2; done"
            )),
        }
    }

    fn file(&self, name: &str, text: &str) -> anyhow::Result<PathBuf> {
        let path = self.scratch.join(name);
        fs::write(&path, text)?;
        Ok(path)
    }
}

/// How ipmipower is told whom to ask. The cipher suite is its own choice, 3.
pub const fn ipmipower_flags(hosts: &str) -> [&str; 8] {
    ["-D", "LAN_2_0", "-u", USER, "-p", PASSWORD, "-h", hosts]
}

fn redfishtool(work: Work, at: &Place<'_>) -> anyhow::Result<Call> {
    let folder = at.python.and_then(Path::parent);
    let program = folder.map_or("redfishtool".into(), |folder| folder.join("redfishtool"));
    let port = at.fleet.port;
    let tool = format!(
        "{} -r @:{port} -S Always -A Basic -u {USER} -p {PASSWORD} Systems -I 1",
        program.display()
    );
    let order = |kind, state| {
        format!(
            "{tool} reset {kind} && until {tool} get | grep -q '\"PowerState\": \"{state}\"'; \
             do sleep 0.2; done"
        )
    };
    at.each_once(&match work {
        Work::Cold | Work::Warm => format!("{tool} get"),
        Work::Off => order("ForceOff", "Off"),
        Work::On => order("On", "On"),
    })
}

fn redfishpower(work: Work, at: &Place<'_>) -> anyhow::Result<Call> {
    let system = "redfish/v1/Systems/1";
    let reset = format!("{system}/Actions/ComputerSystem.Reset");
    let order = match work {
        Work::Cold | Work::Warm => "stat",
        Work::Off => "off",
        Work::On => "on",
    };
    let input = at.file("redfishpower", &format!(
        "auth {USER}:{PASSWORD}\nsetheader Content-Type:application/json\nsetstatpath {system}\n\
         setonpath {reset} {{\"ResetType\":\"On\"}}\nsetoffpath {reset} {{\"ResetType\":\"ForceOff\"}}\n\
         settimeout 60\n{order}\nquit\n"
    ))?;
    Ok(Call::new("redfishpower").args(["-h", &at.sockets(443).join(",")]).reads(&input))
}
