//! What each consumer makes of a connection string: recorded answers of the libraries themselves, and tokio-postgres'
//! own parser on generated strings. `UPDATE=1 cargo test --test consumers` writes the list of differing rows into
//! `docs/consumers.md`; read the difference by eye.

#[path = "consumers/comparison.rs"]
mod comparison;
#[path = "consumers/generated.rs"]
mod generated;
#[path = "consumers/peers.rs"]
mod peers;
#[path = "consumers/recorded.rs"]
mod recorded;
#[path = "consumers/url_crate.rs"]
mod url_crate;

use pgward::{
    Secret,
    consumer::{Accepted, Reading},
};

/// Test strings hold no secrets, so their parts are compared as text.
#[expect(clippy::disallowed_methods, reason = "test strings hold no secrets, and the text is compared")]
fn text(secret: &Secret) -> String {
    secrecy::ExposeSecret::expose_secret(&secret.to_secret_string()).to_owned()
}

/// `None` for what is not given and for the empty text, which no recording tells apart.
fn given(secret: Option<&Secret>) -> Option<String> {
    secret.map(text).filter(|t| !t.is_empty())
}

fn hosts(accepted: &Accepted) -> Vec<(String, u16)> {
    accepted.hosts.iter().map(|(host, port)| (text(host), *port)).collect()
}

fn accepted(reading: Reading) -> Accepted {
    match reading {
        Reading::Accepted(accepted) => accepted,
        Reading::Rejected(reason) => panic!("rejected: {reason}"),
    }
}
