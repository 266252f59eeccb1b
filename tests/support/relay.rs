//! A TCP relay that counts round trips: it hears a side out until that is quiet for a moment, hands on all of it at
//! once, and writes down who spoke. So what one side writes in several pieces is one flight, as on a line that is
//! longer than the pauses between them.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A relay to one server. Its threads end with the test.
pub(crate) struct Relay {
    /// Where it listens.
    pub(crate) port: u16,
    lines: Arc<Mutex<Vec<Line>>>,
}

/// Who spoke on one connection, in turn: true for the client.
#[derive(Clone, Default)]
struct Line {
    turns: Vec<bool>,
    over: bool,
}

/// A side is quiet when it says nothing for so long. A busy machine may be slower: then a flight is counted in two
/// only when the other side could answer the first half.
const QUIET: Duration = Duration::from_millis(30);

impl Relay {
    /// Relays to a port of this machine.
    pub(crate) fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let own = listener.local_addr().expect("an address").port();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&lines);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let server = TcpStream::connect(("127.0.0.1", port)).expect("the server is there");
                let lines = Arc::clone(&written);
                let number = {
                    let mut lines = lines.lock().expect("no panic");
                    lines.push(Line::default());
                    lines.len() - 1
                };
                std::thread::spawn(move || {
                    carry(&client, &server, |client| {
                        let line = &mut lines.lock().expect("no panic")[number];
                        if line.turns.last() != Some(&client) {
                            line.turns.push(client);
                        }
                    });
                    lines.lock().expect("no panic")[number].over = true;
                });
            }
        });
        Self { port: own, lines }
    }

    /// The round trips of all connections since the last call, when every connection has ended: one for each TCP
    /// handshake, one for each time that the client spoke and the server answered.
    pub(crate) fn trips(&self) -> usize {
        let began = Instant::now();
        loop {
            let mut lines = self.lines.lock().expect("no panic");
            if lines.iter().all(|line| line.over) {
                let trips = lines
                    .drain(..)
                    .map(|line| 1 + line.turns.windows(2).filter(|pair| pair[0] && !pair[1]).count());
                return trips.sum();
            }
            drop(lines);
            assert!(began.elapsed() < Duration::from_secs(10), "a connection does not end");
            std::thread::sleep(QUIET);
        }
    }
}

/// Until one side is gone.
fn carry(client: &TcpStream, server: &TcpStream, mut spoke: impl FnMut(bool)) {
    for stream in [client, server] {
        stream.set_nodelay(true).expect("a socket");
        stream.set_read_timeout(Some(Duration::from_millis(2))).expect("a socket");
    }
    loop {
        for (from, to, is_client) in [(client, server, true), (server, client, false)] {
            let Some(said) = hear_out(from) else {
                let _ = to.shutdown(std::net::Shutdown::Both);
                return;
            };
            if !said.is_empty() {
                spoke(is_client);
                let mut to = to;
                if to.write_all(&said).is_err() {
                    return;
                }
            }
        }
    }
}

/// All that a side says until it is quiet; None when it said nothing and is gone.
fn hear_out(mut from: &TcpStream) -> Option<Vec<u8>> {
    let (mut said, mut buf) = (Vec::new(), [0; 16 * 1024]);
    let mut last = Instant::now();
    loop {
        match from.read(&mut buf) {
            Ok(0) if said.is_empty() => return None,
            Ok(0) => return Some(said),
            Ok(n) => {
                said.extend_from_slice(&buf[..n]);
                last = Instant::now();
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if said.is_empty() || last.elapsed() >= QUIET {
                    return Some(said);
                }
            }
            Err(_) => return None,
        }
    }
}
