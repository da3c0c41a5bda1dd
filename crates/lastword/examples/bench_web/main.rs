//! Prints what the web page costs the server: the release program with 100,000 nodes, and pages that are only streams.
//! `cargo xtask bench web` runs it. It asserts nothing, and knows no browser.

mod fleet;
mod page;
#[path = "../support/server.rs"]
mod server;

use std::time::{Duration, Instant};

use page::Page;
use server::Server;

const NODES: usize = 100_000;
/// Pages that open at once.
const CROWD: usize = 100;
/// Pages that stay open while nothing happens.
const OPEN: usize = 20;
/// How long they are looked at: two rounds of ages and more.
const IDLE: Duration = Duration::from_secs(70);

fn main() {
    println!("{:<58}{:>14}{:>14}", "what", "measured", "target");
    let server = fleet::server(NODES);
    let tokens = fleet::tokens(&server, CROWD.div_ceil(32));
    let (resident, _) = server.stat();
    row("resident before any page", &format!("{resident:.0} MiB"), "");
    assets(&server);
    one(&server, &tokens);
    crowd(&server, &tokens);
    idle(&server, &tokens);
}

/// Prints one figure beside its target.
fn row(what: &str, measured: &str, target: &str) {
    println!("{what:<58}{measured:>14}{target:>14}");
}

fn ms(span: Duration) -> String {
    format!("{:.0} ms", span.as_secs_f64() * 1e3)
}

/// What a browser loads before it asks for nodes.
fn assets(server: &Server) {
    let index = page::get(server.address, "/ui/");
    if !index.contains("<script") {
        return row("the page itself", "not built", "");
    }
    let (mut script, mut all) = (0, index.len());
    for path in index.split('"').filter(|text| text.starts_with("/ui/")) {
        let bytes = page::get_packed(server.address, path);
        all += bytes;
        if path.ends_with(".js") {
            script += bytes;
        }
    }
    row("its script, packed", &format!("{:.1} kB", script as f64 / 1e3), "60 kB");
    row("all of it, packed", &format!("{:.1} kB", all as f64 / 1e3), "");
}

/// One page opens, and another one a moment later.
fn one(server: &Server, tokens: &[String]) {
    for what in ["a snapshot of 100,000 nodes, the first", "the same again, shared"] {
        let started = Instant::now();
        let page = Page::open(server.address, &tokens[0]);
        row(what, &ms(started.elapsed()), "");
        if what.ends_with("first") {
            let size = format!("{:.0} kB", page.snapshot_bytes as f64 / 1e3);
            row("its size on the wire, not packed", &size, "1000 kB");
        }
    }
}

/// Many pages open at once.
fn crowd(server: &Server, tokens: &[String]) {
    std::thread::sleep(Duration::from_secs(1));
    let (_, before) = server.stat();
    let started = Instant::now();
    let pages: Vec<Page> = std::thread::scope(|scope| {
        let page = |number: usize| {
            let token = &tokens[number % tokens.len()];
            scope.spawn(move || Page::open(server.address, token))
        };
        let opening: Vec<_> = (0..CROWD).map(page).collect();
        opening.into_iter().map(|page| page.join().expect("it opens")).collect()
    });
    let took = started.elapsed();
    let (resident, after) = server.stat();
    row("100 pages open at once, until the last has its snapshot", &ms(took), "");
    let cpu = Duration::from_secs_f64(after - before);
    row("what that costs the server, of a core", &ms(cpu), "");
    row("resident while they are open", &format!("{resident:.0} MiB"), "");
    drop(pages);
}

/// Pages that are open while nothing happens, beyond what the server needs without them.
fn idle(server: &Server, tokens: &[String]) {
    std::thread::sleep(Duration::from_secs(3));
    let cpu = || {
        let (_, before) = server.stat();
        std::thread::sleep(IDLE);
        let (_, after) = server.stat();
        after - before
    };
    let alone = cpu();
    let pages: Vec<Page> = (0..OPEN)
        .map(|number| Page::open(server.address, &tokens[number % tokens.len()]))
        .collect();
    std::thread::sleep(Duration::from_secs(3));
    let shown = cpu() - alone;
    let each = shown / IDLE.as_secs_f64() / OPEN as f64 * 100.0;
    row("an open page while nothing happens, share of a core", &format!("{each:.3} %"), "1 %");
    let (resident, _) = server.stat();
    row("resident with 20 pages open", &format!("{resident:.0} MiB"), "");
    drop(pages);
}
