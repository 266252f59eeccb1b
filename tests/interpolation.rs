//! `${NAME}` as docker compose v2 and the others put it in: every row of the recorded corpus, bash where it must agree,
//! and text that means harm.

#![expect(clippy::disallowed_methods, reason = "the test compares the values themselves and asks bash")]

use pgward::{
    Secret,
    interpolation::{DEPTH, Error, ErrorKind, Expansion, Flavour, Kind, LENGTH, expand},
};
use std::{collections::BTreeMap, process::Command, time::Instant};

const ENV: &[(&str, &str)] =
    &[("S", "val"), ("E", ""), ("H", "db.example"), ("P", "5432"), ("Q", "a b"), ("D", "x$y"), ("N", "1")];

fn lookup(name: &str) -> Option<Secret> {
    ENV.iter().find(|(n, _)| *n == name).map(|(_, v)| Secret::from(*v))
}

fn compose(text: &str) -> Result<Expansion, Error> {
    expand(text, Flavour::Compose, LENGTH, &lookup)
}

fn text(expansion: &Expansion) -> String {
    secrecy::ExposeSecret::expose_secret(&expansion.text.to_secret_string()).to_owned()
}

#[test]
fn every_recorded_answer() {
    let corpus = include_str!("corpora/interp.public.jsonl");
    let (mut rows, mut bad) = (0, Vec::new());
    for line in corpus.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("the corpus is JSON");
        let env: BTreeMap<String, String> =
            serde_json::from_value(row["env"].clone()).expect("variables are texts");
        let lookup = |name: &str| env.get(name).map(|v| Secret::from(v.as_str()));
        let input = row["input"].as_str().expect("input");
        for (name, flavour) in [
            ("docker compose 2.40.3", Flavour::Compose),
            ("envsubst", Flavour::Envsubst),
            ("python expandvars", Flavour::Expandvars),
        ] {
            let answer = &row["answers"][name];
            let want = match (answer["value"].as_str(), answer["error"].as_str()) {
                (Some(value), _) => Ok(value.to_owned()),
                (None, Some(error)) if error.contains("is missing a value") => Err(ErrorKind::Required),
                _ => Err(ErrorKind::Invalid),
            };
            let got = expand(input, flavour, LENGTH, &lookup).map(|e| text(&e)).map_err(|e| e.kind);
            rows += 1;
            if got != want {
                bad.push(format!("{} {name} {input:?}\n  want {want:?}\n  got  {got:?}", row["id"]));
            }
        }
    }
    assert!(rows >= 3 * 144, "only {rows} answers were compared");
    assert!(bad.is_empty(), "{} of {rows} answers differ\n{}", bad.len(), bad.join("\n"));
}

/// A small generator: no clock and no seed from outside, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n
    }

    fn of<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[self.below(words.len())]
    }

    /// What compose and bash, in double quotes, read alike.
    fn shell(&mut self, depth: usize, required: bool, out: &mut String) {
        for _ in 0..=self.below(3) {
            match self.below(4) {
                0 => out.push_str(self.of(&["a", "p@h", ":", "/db?x=1", "-", "+", ".", "ü", " ", "%40"])),
                1 => {
                    out.push('$');
                    out.push_str(self.of(&["S", "E", "U", "H"]));
                    out.push('.');
                }
                2 if required && depth == 0 => {
                    out.push_str(self.of(&["${S:?m}", "${E?m}", "${E:?m}", "${U?}", "${U:?a b}", "${H?}"]));
                }
                _ if depth < 4 => {
                    out.push_str("${");
                    out.push_str(self.of(&["S", "E", "U", "U2", "Q", "D"]));
                    out.push_str(self.of(&[":-", "-", ":+", "+"]));
                    self.shell(depth + 1, required, out);
                    out.push('}');
                }
                _ => out.push_str("${Q}"),
            }
        }
    }
}

#[test]
fn bash_agrees_where_it_has_the_same_operators() {
    let mut dice = Dice(7);
    let texts: Vec<String> = (0..2000)
        .map(|_| {
            let mut text = String::new();
            dice.shell(0, true, &mut text);
            text
        })
        .collect();
    let line = |t: &String| format!("( printf 'ok:%s\\n' \"{t}\" ) 2>/dev/null || echo error");
    let script = texts.iter().map(line).collect::<Vec<_>>().join("\n");
    let output = Command::new("bash").env_clear().envs(ENV.iter().copied()).arg("-c").arg(&script).output();
    let Ok(output) = output else {
        // Without bash there is nothing to compare with; the corpus has its answers.
        return;
    };
    let answers = String::from_utf8(output.stdout).expect("UTF-8");
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), texts.len());
    for (input, answer) in texts.iter().zip(answers) {
        let got = compose(input).map_or("error".to_owned(), |e| format!("ok:{}", text(&e)));
        assert_eq!(got, answer, "{input:?}");
    }
}

#[test]
fn each_stretch_has_its_place() {
    let input = "p$$:${S}/${U:-x${H}y}${U:-${H}}${S:+alt}${U}${U:-${U2}}$E.";
    let got = compose(input).expect("a template");
    let out = text(&got);
    assert_eq!(out, "p$:val/xdb.exampleydb.examplealt.");
    let seen: Vec<(&str, &str, Kind)> =
        got.pieces.iter().map(|p| (&out[p.output.clone()], &input[p.input.clone()], p.kind)).collect();
    assert_eq!(
        seen,
        [
            ("p", "p", Kind::Literal),
            ("$", "$$", Kind::Escape),
            (":", ":", Kind::Literal),
            ("val", "${S}", Kind::Reference),
            ("/", "/", Kind::Literal),
            ("xdb.exampley", "${U:-x${H}y}", Kind::Fallback),
            ("db.example", "${H}", Kind::Reference),
            ("alt", "${S:+alt}", Kind::Reference),
            ("", "${U}", Kind::Unresolved),
            ("", "${U2}", Kind::Unresolved),
            ("", "$E", Kind::Reference),
            (".", ".", Kind::Literal),
        ]
    );
    for piece in got.pieces.iter().filter(|p| p.kind == Kind::Unresolved) {
        assert!(input[piece.name.clone()].starts_with('U'));
    }
}

#[test]
fn the_source_decides_what_the_rows_do_not_show() {
    for (input, want) in [
        // The argument is read even where it is not used, up to compose-go 2.9.
        ("${S:-${}", Err(ErrorKind::Invalid)),
        ("${S:+${U:?m}}", Err(ErrorKind::Required)),
        ("${S:?${U:?m}}", Err(ErrorKind::Required)),
        // A reference with an operator ends on its line.
        ("${U:-a\nb}", Err(ErrorKind::Invalid)),
        ("${S}\n${U:-b}", Ok("val\nb")),
        // `{}` opens and is not closed, so that the last brace of the line closes: here the argument is `{}}${S`.
        ("${U:-{}}${S}", Err(ErrorKind::Invalid)),
        ("${U:-{}x", Ok("{x")),
        ("${U:-{a}}${S}}", Ok("{a}val}")),
        // Names fold case as Go does.
        ("${\u{17f}}$\u{212a}.", Ok(".")),
        ("$S\u{e4}", Ok("val\u{e4}")),
        // The first operator counts, wherever others stand.
        ("${U-:-b}", Ok(":-b")),
        ("${S:+a:-b?c}", Ok("a:-b?c")),
        ("$${S}$", Ok("${S}$")),
        ("$$$", Ok("$$")),
    ] {
        let got = compose(input).map(|e| text(&e)).map_err(|e| e.kind);
        assert_eq!(got, want.map(str::to_owned), "{input:?}");
    }
}

#[test]
fn an_error_has_its_place_and_no_value() {
    let error = compose("postgres://u:hunter2@${DB_HOST:?hunter3}/x").expect_err("required");
    assert_eq!((error.kind, error.at.clone()), (ErrorKind::Required, 23..30));
    let told = format!("{error} {error:?}");
    assert!(!told.contains("hunter") && !told.contains("DB_HOST"), "{told}");
}

#[test]
fn python_dotenv_neither_nests_nor_escapes() {
    for (input, want) in [
        ("${U:-d}", "d"),
        ("${E:-d}", ""),
        ("${S}$S$$", "val$S$$"),
        ("${U:-${S}}", "${S}"),
        ("${U-d}${U:?d}", "${U:?d}"),
        ("${U", "${U"),
        ("a}${:-x}", "a}x"),
    ] {
        let got = expand(input, Flavour::PythonDotenv, LENGTH, &lookup).expect("it has no errors");
        assert_eq!(text(&got), want, "{input:?}");
    }
}

#[test]
fn harm_is_bounded() {
    let n = 100_000;
    let hostile = [
        "${".repeat(n),
        "${U:-".repeat(n),
        format!("{}{}", "${U:-".repeat(n), "}".repeat(n)),
        format!("{}{}", "${U:-".repeat(DEPTH), "}".repeat(n)),
        "${U:-x}".repeat(n),
        format!("{}{}", "${U:-x}".repeat(n), "y".repeat(n)),
        "${U:-{}".repeat(n),
        "${U:-x}\n".repeat(n),
        "${a:x".repeat(n),
        format!("{}:", "${".repeat(n)),
        format!("{}:-", "${".repeat(n)),
        "$".repeat(n + 1),
        "{}".repeat(n),
        "${\u{17f}".repeat(n),
        "$$\u{0}\u{e4}${S}".repeat(n / 4),
    ];
    for text in &hostile {
        for flavour in Flavour::ALL {
            let began = Instant::now();
            drop(expand(text, flavour, 4 << 20, &lookup));
            let took = began.elapsed();
            assert!(took.as_secs() < 5, "{flavour:?} took {took:?} over {:?}…", &text[..12]);
        }
    }
    let deep = |n: usize| format!("{}x{}", "${U:-".repeat(n), "}".repeat(n));
    assert_eq!(text(&compose(&deep(DEPTH)).expect("as deep as may be")), "x");
    assert_eq!(compose(&deep(DEPTH + 1)).map_err(|e| e.kind).err(), Some(ErrorKind::TooDeep));
    let long = |_: &str| Some(Secret::new("x".repeat(1000)));
    let got = expand(&"$A".repeat(1000), Flavour::Compose, 100_000, &long);
    assert_eq!(got.map_err(|e| e.kind).err(), Some(ErrorKind::TooLong));
}

#[test]
fn any_text_is_read_without_a_panic_and_with_a_map_that_fits() {
    let mut dice = Dice(11);
    let words = [
        "$", "{", "}", "${", ":-", "-", "?", "+", ":", "S", "U", "E", "_1", "\n", "ü", "\u{17f}", " ", "$$",
        "{}",
    ];
    for _ in 0..30_000 {
        let input: String = (0..dice.below(14)).map(|_| dice.of(&words)).collect();
        for flavour in Flavour::ALL {
            let Ok(got) = expand(&input, flavour, LENGTH, &lookup) else { continue };
            let (out, mut at) = (text(&got), 0);
            for piece in &got.pieces {
                assert!(piece.output.is_empty() || piece.output.start == at, "{input:?}");
                at = at.max(piece.output.end);
                if piece.kind == Kind::Literal {
                    assert_eq!(input[piece.input.clone()], out[piece.output.clone()], "{input:?}");
                }
            }
            assert_eq!(at, out.len(), "{input:?}");
        }
    }
}
