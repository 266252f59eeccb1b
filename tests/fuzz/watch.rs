//! What a server says until a session is open, and the answers after that: in any pieces.

use super::{MARK, Target, marked_once};
use pgward::unstable::driver::{Overheard, overhear};

pub(super) const TARGET: Target = Target {
    name: "watch",
    run,
    replay: run,
    readers: (1, |_, data| run(data)),
    words: &[
        "R\0\0\0\x08\0\0\0\0",
        "R\0\0\0\x08\0\0\0\x03",
        "R\0\0\0\x0c\0\0\0\x05salt",
        "R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0",
        "R\0\0\0\x1e\0\0\0\x0br=nonce,s=c2FsdA==,i=64",
        "R\0\0\0\x0a\0\0\0\x0cv=",
        "S\0\0\0\x08a\0b\0",
        "K\0\0\0\x0c\0\0\0\x07\0\0\0\x09",
        "Z\0\0\0\x05I",
        "E\0\0\0\x0fC28P01\0Mno\0\0",
        "N\0\0\0\x09MnA\0\0",
        "T\0\0\0\x06\0\0",
        "D\0\0\0\x06\0\0",
        "C\0\0\0\x06S\0",
        "A\0\0\0\x0a\0\0\0\x07a\0b\0",
        "cAnArY9Qz7Wx",
        "\0",
        "\x7f",
        ",i=4294967295",
        "HTTP/1.1 400",
        "SSH-2.0-",
        "v",
    ],
    lines: &["S\0\0\0\x08{}\0b\0"],
    around: &[
        ("\0", ""),
        ("\x01", ""),
        ("\x01R\0\0\0\x08\0\0\0\0", ""),
        ("\x01R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", ""),
    ],
    cost: 2,
};

/// The first byte says how it is read.
fn run(data: &[u8]) {
    let Some((how, said)) = data.split_first() else { return };
    let follow = how & 1 == 1;
    let whole = overhear([said], follow);
    for size in [1, 2 + usize::from(how >> 1) % 11] {
        assert_eq!(overhear(said.chunks(size), follow), whole, "in pieces of {size}");
    }
    let shown = format!("{whole:?} {}", whole.refused.as_ref().map(ToString::to_string).unwrap_or_default());
    let text = String::from_utf8_lossy(said);
    assert!(!(marked_once(&text) && shown.contains(MARK)), "a server's words are shown");
    reference(said, &whole);
}

/// Reads whole messages, with nothing learnt of the code that is tested.
fn reference(mut said: &[u8], whole: &Overheard) {
    let mut granted = false;
    while let Some((head, rest)) = said.split_at_checked(5) {
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let Some((body, rest)) = length.checked_sub(4).and_then(|length| rest.split_at_checked(length))
        else {
            // a length that cannot be was refused, and one that is only long is waited for
            assert!(length >= 4 || whole.refused.is_some() || whole.over, "a length of {length}");
            return;
        };
        said = rest;
        match (head[0], body.first_chunk().map(|code| u32::from_be_bytes(*code))) {
            (b'R', Some(3 | 5)) => assert!(whole.refused.is_some(), "a password goes out in the clear"),
            (b'R', Some(0)) if !granted => granted = true,
            (b'R', Some(10..=12)) | (b'v', _) if !granted => {}
            (b'E', _) => return,
            (b'S' | b'K' | b'N', _) if granted => {}
            (b'N', _) => {}
            (b'Z', _) if granted => {
                assert!(whole.refused.is_some() || whole.phase >= pgward::unstable::probe::Phase::Session);
                return;
            }
            (tag, code) => {
                assert!(whole.refused.is_some(), "{tag} {code:?} belongs to no startup");
                return;
            }
        }
    }
}
