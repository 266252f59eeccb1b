//! The recorded answers, row by row, and `docs/consumers.md`, which lists where ours differs.

use crate::{
    given, hosts,
    peers::{LIBPQ, PEERS, Peer},
};
use pgward::consumer::Reading;
use serde_json::Value as Json;
use std::fmt::Write as _;

pub(crate) fn rows() -> Vec<Json> {
    let text = include_str!("../corpora/conninfo.public.jsonl");
    text.lines().map(|line| serde_json::from_str(line).expect("a JSON object a line")).collect()
}

/// The number that a port begins with; 0 where there is none to dial.
pub(crate) fn port(text: &str) -> u16 {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

fn part(value: &Json) -> Option<String> {
    value.as_str().filter(|t| !t.is_empty()).map(str::to_owned)
}

/// What differs, none of it with text of the string.
fn difference(peer: &Peer, input: &str, recorded: &Json) -> Option<&'static str> {
    let ours = match (peer.read)(input) {
        Reading::Rejected(_) if recorded["ok"] == true => return Some("we refuse it"),
        Reading::Rejected(_) => return None,
        // What fails before it dials was recorded as refused.
        Reading::Accepted(ours) if recorded["ok"] != true && ours.later.is_some() => return None,
        Reading::Accepted(_) if recorded["ok"] != true => return Some("we accept it"),
        Reading::Accepted(ours) => ours,
    };
    let targets: Vec<(String, u16)> = recorded["targets"]
        .as_array()
        .expect("targets")
        .iter()
        .map(|t| {
            let number = t[1].as_str().map(port).or_else(|| t[1].as_u64()?.try_into().ok());
            (t[0].as_str().unwrap_or_default().to_owned(), number.unwrap_or_default())
        })
        .collect();
    let mut dialled = hosts(&ours);
    if peer.leaves_host_empty && ours.host_is_default {
        for (host, _) in &mut dialled {
            host.clear();
        }
    }
    if peer.joins_hosts {
        let port = dialled.first().map_or(5432, |(_, port)| *port);
        let names: Vec<_> = dialled.iter().map(|(host, _)| host.as_str()).collect();
        dialled = vec![(names.join(","), port)];
    }
    let sslmode = match &recorded["sslmode"] {
        Json::Array(words) => {
            let words: Vec<_> = words.iter().map(|w| format!("'{}'", w.as_str().expect("a word"))).collect();
            format!("[{}]", words.join(", "))
        }
        Json::Bool(false) => "False".to_owned(),
        Json::Null => "prefer".to_owned(),
        word => word.as_str().expect("a word").to_owned(),
    };
    [
        ("hosts", dialled != targets),
        // The recording ran as root, and has nothing for the user who is taken unasked.
        ("user", given(ours.user.as_ref()).filter(|u| u != "root") != part(&recorded["user"])),
        ("password", given(ours.password.as_ref()) != part(&recorded["password"])),
        ("dbname", given(ours.dbname.as_ref()) != part(&recorded["dbname"])),
        ("encryption", (peer.sslmode)(&ours) != sslmode),
    ]
    .into_iter()
    .find_map(|(what, differs)| differs.then_some(what))
}

const BEGIN: &str = "<!-- recorded: written by `UPDATE=1 cargo test --test consumers` -->\n";
const END: &str = "<!-- end -->";

#[test]
#[expect(clippy::disallowed_methods, reason = "the test compares a document")]
fn recorded_answers_agree() {
    let rows = rows();
    let mut table = String::from("\n| library | rows | same | differing |\n|---|---|---|---|\n");
    let (mut bad, mut short) = (Vec::new(), false);
    for peer in PEERS {
        let (mut same, mut all, mut list) = (0, 0, String::new());
        for row in rows.iter().filter(|row| !row["peers"].is_null()) {
            all += 1;
            let input = row["input"].as_str().expect("a text");
            // libpq's answer is the truth that the others are compared with.
            let recorded = if peer.name == LIBPQ { &row["expect"] } else { &row["peers"][peer.name] };
            match difference(peer, input, recorded) {
                None => same += 1,
                Some(what) => {
                    let id = row["id"].as_str().expect("an id");
                    let comma = if list.is_empty() { "" } else { ", " };
                    write!(list, "{comma}{id} ({what})").expect("a text");
                    bad.push(format!("{}: {id} {what} {input:?}: {recorded}", peer.name));
                }
            }
        }
        assert_eq!(all, 403, "{}", peer.name);
        if same < peer.minimum {
            bad.push(format!("{}: {same} of {all}, {} are the least", peer.name, peer.minimum));
            short = true;
        }
        writeln!(table, "| {} | {all} | {same} | {list} |", peer.name).expect("a text");
    }
    assert!(!short, "{}", bad.join("\n"));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/consumers.md");
    let page = std::fs::read_to_string(path).expect("docs/consumers.md");
    let (before, rest) = page.split_once(BEGIN).expect("the marker");
    let (_, behind) = rest.split_once(END).expect("the end of the marker");
    let wanted = format!("{before}{BEGIN}{table}\n{END}{behind}");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &wanted).expect("docs/consumers.md is written");
    } else {
        assert!(page == wanted, "run `UPDATE=1 cargo test --test consumers`\n{}", bad.join("\n"));
    }
}
