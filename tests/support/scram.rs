//! The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), for listeners that know the password.

use super::fake::Line;
use ring::{digest, hmac, pbkdf2};

const SALT: &[u8] = b"salt of a test";
/// Few, because an unoptimised build hashes slowly.
const ROUNDS: u32 = 64;

/// A login that has begun: what both sides have said.
pub(crate) struct Login {
    first: String,
    said: String,
}

/// Offers SCRAM and hears the client's first message.
pub(crate) fn begin(line: &mut Line) -> Login {
    line.ask(10, b"SCRAM-SHA-256\0\0");
    let heard = String::from_utf8_lossy(&line.hear()).into_owned();
    let first = heard.split_once("n,,").map(|(_, first)| first.to_owned()).unwrap_or_default();
    let nonce = first.split_once("r=").map(|(_, nonce)| nonce).unwrap_or_default();
    let said = format!("r={nonce}server,s={},i={ROUNDS}", encode(SALT));
    Login { first, said }
}

impl Login {
    /// The server's first message, with its salt.
    pub(crate) fn challenge(&self) -> &[u8] {
        self.said.as_bytes()
    }

    /// Hears the client's proof; the server's own, in return, is right for this password.
    pub(crate) fn proof(&self, line: &mut Line, password: &str) -> Vec<u8> {
        let heard = String::from_utf8_lossy(&line.hear()).into_owned();
        let rest = heard.find("c=").map(|at| &heard[at..]).unwrap_or_default();
        let rest = rest.split(",p=").next().unwrap_or_default();
        let mut salted = [0; digest::SHA256_OUTPUT_LEN];
        let rounds = std::num::NonZeroU32::new(ROUNDS).expect("not zero");
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, SALT, password.as_bytes(), &mut salted);
        let sign = |key: &[u8], text: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text);
        let key = sign(&salted, b"Server Key");
        let all = format!("{},{},{rest}", self.first, self.said);
        format!("v={}", encode(sign(key.as_ref(), all.as_bytes()).as_ref())).into_bytes()
    }
}

/// RFC 4648.
fn encode(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |n, b| (n << 8) | u32::from(*b)) << (8 * (3 - chunk.len()));
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= chunk.len() { digit.into() } else { '=' });
        }
    }
    out
}
