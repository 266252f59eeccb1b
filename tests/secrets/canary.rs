//! Passwords that are found again however they come out, and the search for them.

/// xorshift64*: the same canaries on every machine.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11
    }

    fn pick(&mut self, from: &[u8]) -> char {
        let many = u64::try_from(from.len()).unwrap_or(1);
        char::from(from[usize::try_from(self.next() % many).unwrap_or(0)])
    }

    /// Upper case, digit, lower case, and so on: no word has it, and no name that is shown in capitals.
    fn half(&mut self) -> String {
        const CLASSES: [&[u8]; 3] = [b"BCDFGHJKLMNPQRSTVWXZ", b"23456789", b"bcdfghjkmnpqrstvwxz"];
        (0..HALF).map(|i| self.pick(CLASSES[i % 3])).collect()
    }
}

const HALF: usize = 12;
/// So many characters of a half in a row are a leak,
const WINDOW: usize = 5;
/// looked for from here on: whatever has eight of them in a row is found.
const WINDOWS: [usize; 3] = [0, 4, 7];

/// A password: two halves with something nasty between them, so that it is found again when a parser cut it there.
#[derive(Clone)]
pub(crate) struct Canary {
    pub(crate) text: String,
    needles: Vec<String>,
}

impl Canary {
    /// `nasty` goes between the halves; a `§` in it is where the right half stands instead (`${§}`).
    pub(crate) fn new(random: &mut Random, nasty: &str) -> Self {
        let halves = [random.half(), random.half()];
        let text = match nasty.split_once('§') {
            Some((before, after)) => format!("{}{before}{}{after}", halves[0], halves[1]),
            None => format!("{}{nasty}{}", halves[0], halves[1]),
        };
        Self { text, needles: halves.iter().flat_map(|half| needles(half)).collect() }
    }

    /// The same password with every byte percent-encoded.
    pub(crate) fn percent_encoded(&self) -> Self {
        let text = self.text.bytes().map(|b| format!("%{b:02x}")).collect::<Vec<_>>().concat();
        Self { text, needles: self.needles.clone() }
    }

    /// What of the canary stands in an output, in clear, percent-encoded, as bytes in decimal or hexadecimal; in
    /// any case, with any colour, quotes, frames and line breaks in between.
    pub(crate) fn found_in(&self, output: &str) -> Option<&str> {
        let flat = flatten(output);
        self.needles.iter().map(String::as_str).find(|needle| flat.contains(needle))
    }
}

fn needles(half: &str) -> Vec<String> {
    let each = |form: &dyn Fn(u8) -> String, between: &str| {
        let window = |start: &usize| &half.as_bytes()[*start..start + WINDOW];
        let written = |w: &[u8]| w.iter().map(|b| form(*b)).collect::<Vec<_>>().join(between);
        WINDOWS.iter().map(|start| written(window(start))).collect::<Vec<_>>()
    };
    [
        each(&|b| char::from(b.to_ascii_lowercase()).to_string(), ""),
        each(&|b| format!("%{b:02x}"), ""),
        each(&|b| format!("{b:02x}"), ""),
        each(&|b| format!("x{b:02x}"), ""),
        each(&|b| b.to_string(), ","),
    ]
    .concat()
}

/// Lower case, without ANSI colours, and without what a writer may put between two characters.
fn flatten(output: &str) -> String {
    let mut out = String::with_capacity(output.len());
    let mut chars = output.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                chars.by_ref().find(char::is_ascii_alphabetic);
            }
            _ if c.is_ascii_alphanumeric() || matches!(c, '%' | ',') => out.push(c.to_ascii_lowercase()),
            _ => {}
        }
    }
    out
}

/// What parsers stumble over. `§` stands for the right half.
pub(crate) const NASTY: &[&str] = &[
    "",
    "@",
    "@@",
    ":",
    "/",
    "//",
    "?",
    "#",
    " #",
    "%",
    "%40",
    "%2",
    "%zz",
    "%00",
    "&",
    "=",
    "==",
    "+",
    " ",
    "  ",
    "\t",
    "'",
    "''",
    "\"",
    "\"\"",
    "\\",
    "\\'",
    "\\\"",
    "\\\\",
    "\\n",
    "\\t",
    "\\",
    "$",
    "$$",
    "${§}",
    "${NOPE:-§}",
    "$(§)",
    "{§}",
    "{{§}}",
    "[§]",
    "<§>",
    "%(§)s",
    "`",
    "`§`",
    "|",
    ";",
    ",",
    "!",
    "^",
    "~",
    "*",
    "(",
    ")",
    "\n",
    "\r",
    "\r\n",
    "\n\n",
    "\n#",
    "\n=",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\u{1b}",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{200b}",
    "\u{202e}",
    "\u{feff}",
    "\u{1c}",
    "ä",
    "żółć",
    "😀",
    "@h/",
    "@h:1/",
    "@/",
    "/@",
    "?@",
    "#@",
    ":@",
    "@:",
    ",@",
    "@h,",
    "://",
    "@[",
    "@[::1]:",
    "&password=",
    "?password=",
    " password=",
    ";password=",
];
