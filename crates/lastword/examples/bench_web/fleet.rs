//! A large fleet of which no machine is there, and people who look at it.

use std::fmt::Write as _;

use api::{Role, TokenRequest};

use super::server::Server;

/// Nodes of a rack.
const RACK: usize = 40;

/// A server with so many nodes.
pub fn server(nodes: usize) -> Server {
    Server::start(&inventory(nodes), "none", "r0n1")
}

/// So many tokens of people who look.
pub fn tokens(server: &Server, count: usize) -> Vec<String> {
    let client = server.client();
    let token = |number: usize| {
        let (name, role) = (format!("viewer-{number}"), Role::Viewer);
        let request = TokenRequest { name, role, scope: None };
        client.create_token(&request).expect("a token").token
    };
    (0..count).map(token).collect()
}

/// Racks with a label each. Their BMCs are not there, and are not asked.
fn inventory(nodes: usize) -> String {
    let mut text =
        String::from("[defaults]\ndriver = \"ipmi\"\ncredentials = \"c\"\npoll = \"off\"\n");
    for rack in 0..nodes.div_ceil(RACK) {
        let width = RACK.min(nodes - rack * RACK);
        let (row, place) = (rack / 250 + 10, rack % 250);
        let _ = writeln!(
            text,
            "[[nodes]]\nnames = \"r{rack}n[1-{width}]\"\nbmc = \"127.{row}.{place}.{{2}}\"\n\
             labels = {{ rack = \"r{rack}\", row = \"{row}\" }}"
        );
    }
    text + "[credentials.c]\nusername = \"admin\"\npassword = { file = \"secret\" }\n"
}
