//! Prints how fast the embedded journal appends durably, next to what a flush alone takes here.
//! `cargo run --release --example throughput [FOLDER]`; it measures one machine, not the design.

use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use journal::{Journal, Local, Options, RequestId};

const PAYLOAD_BYTES: usize = 300;
const FLUSHES: usize = 300;
const SIZES: [(u64, u64); 4] = [(1, 1_000), (8, 4_000), (64, 20_000), (512, 40_000)];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let parent = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = parent.join(format!("journal-throughput-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result = measure(&folder).await;
    std::fs::remove_dir_all(&folder)?;
    result
}

async fn measure(folder: &Path) -> Result<(), Box<dyn Error + Send + Sync>> {
    println!("appends of one entry of {PAYLOAD_BYTES} bytes in {}", folder.display());
    println!("{:>22} {:>12} {:>9} {:>9} {:>9}", "", "durable/s", "p50 ms", "p99 ms", "max ms");
    print_row("write + flush alone", flushes(folder)?);
    for (tasks, appends) in SIZES {
        let journal = Local::open(folder.join(tasks.to_string()), Options::default())?;
        print_row(&format!("{tasks} tasks"), appends_of(journal, tasks, appends).await?);
    }
    Ok(())
}

/// The time of each piece of work, and of all together.
struct Times {
    each: Vec<Duration>,
    all: Duration,
}

fn flushes(folder: &Path) -> Result<Times, Box<dyn Error + Send + Sync>> {
    let mut file = File::create(folder.join("flushes"))?;
    let start = Instant::now();
    let mut each = Vec::new();
    for _ in 0..FLUSHES {
        let start = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        each.push(start.elapsed());
    }
    Ok(Times { each, all: start.elapsed() })
}

async fn appends_of(
    journal: Local,
    tasks: u64,
    appends: u64,
) -> Result<Times, Box<dyn Error + Send + Sync>> {
    let journal = Arc::new(journal);
    let start = Instant::now();
    let running: Vec<_> = (0..tasks)
        .map(|task| tokio::spawn(one_task(Arc::clone(&journal), task, appends / tasks)))
        .collect();
    let mut each = Vec::new();
    for task in running {
        each.extend(task.await??);
    }
    Ok(Times { each, all: start.elapsed() })
}

async fn one_task(
    journal: Arc<Local>,
    task: u64,
    appends: u64,
) -> Result<Vec<Duration>, journal::AppendError> {
    let mut each = Vec::new();
    for turn in 0..appends {
        let id = RequestId((u128::from(task) << 64 | u128::from(turn)).to_be_bytes());
        let start = Instant::now();
        journal.append(id, vec![vec![b'x'; PAYLOAD_BYTES]]).await?;
        each.push(start.elapsed());
    }
    Ok(each)
}

fn print_row(name: &str, mut times: Times) {
    times.each.sort_unstable();
    let count = times.each.len();
    let rate = count as f64 / times.all.as_secs_f64();
    let ms = |at: usize| times.each[at.min(count - 1)].as_secs_f64() * 1e3;
    let (p50, p99, max) = (ms(count / 2), ms(count * 99 / 100), ms(count - 1));
    println!("{name:>22} {rate:>12.0} {p50:>9.2} {p99:>9.2} {max:>9.2}");
}
