//! A page as the server sees it: a stream that begins with a snapshot and is read as fast as it comes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};

/// A stream that is read until it is dropped.
pub struct Page {
    /// The size of its first snapshot.
    pub snapshot_bytes: usize,
    stream: TcpStream,
}

impl Page {
    /// Opens one, and comes back once its snapshot is there.
    pub fn open(server: SocketAddr, token: &str) -> Self {
        let mut stream = TcpStream::connect(server).expect("a connection");
        let ask = "GET /api/v1/events?snapshot=true HTTP/1.0\r\nhost: x\r\nauthorization: Bearer";
        write!(stream, "{ask} {token}\r\n\r\n").expect("it is sent");
        let mut lines = BufReader::new(stream.try_clone().expect("a second handle"));
        let mut line = String::new();
        while !line.starts_with("data: ") {
            line.clear();
            assert!(lines.read_line(&mut line).expect("it is read") > 0, "the stream goes on");
        }
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self { snapshot_bytes: line.len(), stream }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// The text at that path.
pub fn get(server: SocketAddr, path: &str) -> String {
    String::from_utf8_lossy(&body(server, path, "")).into_owned()
}

/// How many bytes are sent for that path to a browser.
pub fn get_packed(server: SocketAddr, path: &str) -> usize {
    body(server, path, "accept-encoding: gzip\r\n").len()
}

fn body(server: SocketAddr, path: &str, headers: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(server).expect("a connection");
    write!(stream, "GET {path} HTTP/1.0\r\nhost: x\r\n{headers}\r\n").expect("it is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it is read");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("it has a head");
    answer.split_off(end + 4)
}
