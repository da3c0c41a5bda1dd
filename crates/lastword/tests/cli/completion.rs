//! What a shell is offered while a line is typed.

use std::time::{Duration, Instant};

use crate::site::{Said, Site, program, said};

/// As bash asks about the last word of a line.
fn asked(command: &mut std::process::Command, line: &str) -> Said {
    let words: Vec<&str> = line.split(' ').collect();
    let index = words.len() - 1;
    command.env("LASTWORD_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", index.to_string());
    command.env("_CLAP_IFS", "\n").arg("--").args(words);
    said(command.output().unwrap())
}

fn offered(site: &Site, line: &str) -> Vec<String> {
    let mut command = program("");
    command.env("LASTWORD_SERVER", site.url()).env("LASTWORD_TOKEN_FILE", site.token_file());
    command.env("XDG_CACHE_HOME", site.folder().join("cache"));
    let said = asked(&mut command, line);
    assert!(said.code == 0 && said.err.is_empty(), "{said:?}");
    said.out.lines().map(str::to_owned).collect()
}

#[test]
fn subcommands_flags_nodes_and_groups_are_offered() {
    let site = Site::new();
    assert_eq!(offered(&site, "lastword soft-"), ["soft-cycle"]);
    assert_eq!(offered(&site, "lastword off --force-p"), ["--force-protected"]);
    assert_eq!(offered(&site, "lastword off n4"), ["n4", "n40"]);
    assert_eq!(offered(&site, "lastword off @"), ["@gpu"]);
    assert_eq!(offered(&site, "lastword status n1,n39"), ["n1,n39"]);
    assert_eq!(offered(&site, "lastword on n[1-3],@g"), ["n[1-3],@gpu"]);
    assert_eq!(offered(&site, "lastword off @gpu -x n3"), offered(&site, "lastword why n3"));
    assert_eq!(offered(&site, "lastword off -o j"), ["json", "jsonl"]);
}

#[test]
fn names_are_kept_a_moment_so_that_the_server_is_asked_once() {
    let site = Site::new();
    assert_eq!(offered(&site, "lastword off n4").len(), 2);
    let kept = std::fs::read_dir(site.folder().join("cache/lastword")).unwrap();
    let kept: Vec<_> = kept.map(|file| file.unwrap().path()).collect();
    assert_eq!(kept.len(), 1);
    let text = std::fs::read_to_string(&kept[0]).unwrap().replace("n[1-40]", "m[7-8]");
    std::fs::write(&kept[0], text).unwrap();
    assert_eq!(offered(&site, "lastword off m"), ["m7", "m8"]);
}

#[test]
fn without_a_server_nothing_is_offered_at_once_and_nothing_is_said() {
    // it takes connections and never answers
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    for server in ["http://127.0.0.1:9", &silent, "nonsense"] {
        let mut command = program("");
        command.env("LASTWORD_SERVER", server).env("LASTWORD_TOKEN", "lw_x");
        let started = Instant::now();
        let said = asked(&mut command, "lastword off n");
        assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "", ""), "{server}");
        // the promise is 300 ms; a laden machine may take a while to start a program
        assert!(started.elapsed() < Duration::from_secs(2), "{server}");
    }
}
