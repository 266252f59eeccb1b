//! A rule's page as a test: what its blocks say is judged, and its `report` blocks are written anew.
//!
//! | block | meaning |
//! |---|---|
//! | `env` | an env file; its first line `# file: NAME` names it, as that of any other carrier, ` git: tracked`, ` git: ignored` or ` git: open` behind it says what git does with it, a second line `# bytes: N` fills it up to N bytes |
//! | any, its first line `# file: NAME`, `-- file: NAME` or `// file: NAME` | a file of that name; a path that files name and that no block has does not exist |
//! | `toml` | pgward.toml |
//! | `manifest` | a file that says who reads what; its first line `# file: NAME` names it |
//! | `libpq file` | a file of libpq's world; its first line is `# path: PATH`, with ` mode: 0644` behind it unless it is 0600, ` directory` for one or ` forbidden` for one that may not be opened; the home directory is `/home/app`, the day the 1 January 2026 |
//! | `environment` | the process environment, `\xff` in it and in `env` is that byte, `\r` at the end of a line and `\ufeff` those characters; with it, the example is judged as `check` does, without it as `lint` |
//! | `file PATH` | what stands in the file that an `X_FILE` variable names, `\r` in it is a carriage return; a file without a block does not exist; judged as `check` does |
//! | `json secret` | the document of `--secret-json`; judged as `check` does |
//! | `answers` | the server's answer to one question: `# ask: NAME`, a header, rows; `refused SQLSTATE` instead |
//! | `link` | the client's own leg: `tls`, `plaintext` or `socket`; `tls leaf=30 issuer=400` for days until certificates end, on 1 January 2026, and `leaf=2/6` for two of six; behind it `pooler`, `by transaction` and `dropped NAME` say what the session told |
//! | `failure` | `class: NAME` of a connection that failed |
//! | `sql` | for `tests/preflight.rs`: brings the state about |
//! | `report` | what pgward says to the blocks since the last `report` |

#![allow(dead_code)]

#[path = "page/trouble.rs"]
mod trouble;

use pgward::unstable::{
    ask,
    configuration::{Configuration, Input},
    finding::Located,
    judge::Evidence,
    layer,
    lint::{Files, lint_with, named_paths},
    policy::Policy,
    probe::{self, FailureClass},
    report::{Options, text},
    rules::{Answers, Check, Door, Link, PeerCertificate, RULES, Rule},
    settings::{FileFacts, Git, LibpqFiles, Validity, document, secret_file::Fault},
    source::{SourceKind, Sources},
};
use std::collections::BTreeMap;

/// What running a page gave.
pub(crate) struct Run {
    /// The page with its `report` blocks as they should be.
    pub(crate) text: String,
    /// What is wrong with the page itself.
    pub(crate) problems: Vec<String>,
    /// What each example says.
    pub(crate) found: Vec<Vec<Located>>,
}

/// The blocks of one example.
#[derive(Default)]
struct Example {
    env: Vec<(String, Vec<u8>)>,
    manifests: Vec<(String, Vec<u8>)>,
    git: BTreeMap<String, Git>,
    toml: Option<String>,
    environment: Option<BTreeMap<String, Vec<u8>>>,
    files: BTreeMap<String, Vec<u8>>,
    document: Option<String>,
    answers: Vec<String>,
    link: Option<String>,
    failure: Option<String>,
    libpq_files: BTreeMap<String, FileFacts>,
}

/// A fenced block, or prose between them.
pub(crate) enum Piece {
    Prose(String),
    Block { info: String, body: String },
}

pub(crate) fn pieces(text: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    let mut prose = String::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else {
            prose.push_str(line);
            continue;
        };
        out.push(Piece::Prose(std::mem::take(&mut prose)));
        let body = lines.by_ref().take_while(|l| l.trim_end() != "```").collect();
        out.push(Piece::Block { info: info.trim_end().to_owned(), body });
    }
    out.push(Piece::Prose(prose));
    out
}

pub(crate) fn run(rule: &'static Rule, text: &str) -> Run {
    let mut out = Run { text: String::new(), problems: Vec::new(), found: Vec::new() };
    let (mut flagged, mut clean) = (0, 0);
    let mut example = Example::default();
    let mut section = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Prose(prose) => {
                if let Some(heading) = prose.lines().rev().find_map(|l| l.strip_prefix("## ")) {
                    heading.clone_into(&mut section);
                }
                out.text.push_str(&prose);
            }
            Piece::Block { info, body } => {
                let written = if info == "report" {
                    let found = std::mem::take(&mut example).judge(rule, &mut out.problems);
                    match section.as_str() {
                        "Flagged" if found.is_empty() => {
                            out.problems.push("a flagged example says nothing".into());
                        }
                        "Not flagged" if !found.is_empty() => {
                            out.problems.push(format!("a clean example is flagged:\n{}", render(&found)));
                        }
                        _ => {}
                    }
                    if found.is_empty() {
                        clean += 1;
                    } else {
                        flagged += 1;
                    }
                    let report = render(&found);
                    out.found.push(found);
                    report
                } else {
                    example.take(&info, &body, &mut out.problems);
                    body
                };
                out.text.extend(["```", &info, "\n", &written, "```\n"]);
            }
        }
    }
    if flagged == 0 || clean == 0 {
        out.problems.push(format!("{flagged} flagged and {clean} clean examples; one of each is the least"));
    }
    out
}

impl Example {
    /// The name of a file, of which ` git: tracked` says what git does with it.
    fn named(&mut self, name: &str, problems: &mut Vec<String>) -> String {
        let (name, kept) = name.split_once(" git: ").map_or((name, None), |(n, g)| (n, Some(g)));
        let git = match kept {
            None => None,
            Some("tracked") => Some(Git::Tracked),
            Some("ignored") => Some(Git::Ignored),
            Some("open") => Some(Git::Open),
            Some(_) => {
                problems.push("git does one of `tracked`, `ignored` and `open`".into());
                None
            }
        };
        self.git.extend(git.map(|git| (name.to_owned(), git)));
        name.to_owned()
    }

    fn take(&mut self, info: &str, body: &str, problems: &mut Vec<String>) {
        // A file of any other carrier, by its name.
        let named = ["# file: ", "-- file: ", "// file: "].iter().find_map(|mark| body.strip_prefix(mark));
        if let Some((name, text)) = named.and_then(|b| b.split_once('\n'))
            && !matches!(info, "env" | "manifest")
        {
            let name = self.named(name, problems);
            self.env.push((name, bytes_of(text)));
            return;
        }
        match info {
            "env" => {
                let named = body.strip_prefix("# file: ").and_then(|b| b.split_once('\n'));
                let (name, text) = named.unwrap_or((".env", body));
                let name = self.named(name, problems);
                let mut bytes = bytes_of(text);
                let filled = text.strip_prefix("# bytes: ").and_then(|t| t.lines().next()?.parse().ok());
                bytes.resize(filled.unwrap_or(bytes.len()), b'\n');
                self.env.push((name, bytes));
            }
            _ if info != "manifest" && named_file(body).is_some() => {
                let (name, text) = named_file(body).expect("a file");
                self.env.push((name.to_owned(), bytes_of(text)));
            }
            "manifest" => match body.strip_prefix("# file: ").and_then(|b| b.split_once('\n')) {
                Some((name, text)) => self.manifests.push((name.to_owned(), text.into())),
                None => problems.push("a `manifest` block begins with `# file: NAME`".into()),
            },
            "toml" => self.toml = Some(body.to_owned()),
            "environment" => {
                let pairs = body.lines().filter_map(|l| l.split_once('='));
                self.environment = Some(pairs.map(|(k, v)| (k.to_owned(), bytes_of(v))).collect());
            }
            "json secret" => self.document = Some(body.to_owned()),
            "libpq file" => match libpq_file(body) {
                Some((path, facts)) => drop(self.libpq_files.insert(path, facts)),
                None => problems.push(
                    "a `libpq file` block begins with `# path: PATH` or `# path: PATH mode: 0644`".into(),
                ),
            },
            file if file.starts_with("file ") => {
                self.files.insert(file["file ".len()..].to_owned(), body.replace("\\r", "\r").into_bytes());
            }
            "answers" => self.answers.push(body.to_owned()),
            "link" => self.link = Some(body.trim().to_owned()),
            "failure" => self.failure = body.trim().strip_prefix("class: ").map(str::to_owned),
            "sql" | "sh" | "text" | "yaml" | "python" | "rust" | "dockerfile" => {}
            other => problems.push(format!("a block of unknown kind `{other}`")),
        }
    }

    /// The findings of the rule; others must not hide in its page.
    fn judge(self, rule: &'static Rule, problems: &mut Vec<String>) -> Vec<Located> {
        let mut sources = Sources::default();
        let policy = match &self.toml {
            Some(text) => {
                let id = sources.add(SourceKind::File("pgward.toml".into()), text.as_str());
                Policy::parse(&mut sources, id).unwrap_or_else(|e| {
                    problems.push(e.to_string());
                    Policy::default()
                })
            }
            None => Policy::default(),
        };
        let asked = !self.answers.is_empty() || self.link.is_some();
        let process = self.environment.is_some() || self.document.is_some() || !self.files.is_empty();
        let mut found = if !process && !asked && self.failure.is_none() {
            let mut files = Files {
                files: self.env,
                manifests: self.manifests,
                git: self.git,
                now: Some(NOW),
                ..Files::default()
            };
            let there = |path: &String| {
                let names = files.files.iter().chain(&files.manifests).map(|(name, _)| name);
                names.into_iter().any(|name| name == path || name.starts_with(&format!("{path}/")))
            };
            files.absent = named_paths(&files).into_iter().filter(|path| !there(path)).collect();
            lint_with(&mut sources, &files, &policy)
        } else {
            self.configured(sources, policy, asked, problems)
        };
        found.retain(|f| f.rule == rule.id);
        found
    }

    fn configured(
        self,
        mut sources: Sources,
        policy: Policy,
        asked: bool,
        problems: &mut Vec<String>,
    ) -> Vec<Located> {
        let variables = self.environment.unwrap_or_default();
        let flag = self.document.map(|text| {
            let file = SourceKind::File("secret.json".into());
            layer::document(&mut sources, file, document::FLAG, text.as_bytes())
        });
        let layers = flag.into_iter().collect();
        let (env_files, manifests, libpq) = (self.env, self.manifests, self.libpq_files);
        let libpq_files = Some(LibpqFiles {
            home: Some("/home/app".into()),
            user: Box::new(|| Some("app".into())),
            look: Box::new(move |path| libpq.get(path).cloned()),
            ..LibpqFiles::default()
        });
        let mut input = Input {
            sources,
            policy,
            env_files,
            manifests,
            variables,
            layers,
            libpq_files,
            now: Some(NOW),
            ..Input::default()
        };
        for path in input.secret_paths() {
            let bytes = self.files.get(&path).cloned().ok_or(Fault::Missing);
            input.secret_files.insert(path, bytes);
        }
        let configuration = Configuration::new(input);
        let mut answers = probe::Answers::default();
        for block in &self.answers {
            match answer(block) {
                Some((name, answer)) => {
                    if let probe::Answer::Rows(rows) = &answer {
                        let columns = columns_of(name).unwrap_or_default();
                        let cells = rows.rows.iter().all(|row| row.len() == columns.len());
                        if rows.columns != columns || !cells {
                            problems.push(format!("an answer to `{name}` has the columns {columns:?}"));
                        }
                    }
                    answers.insert(name, answer);
                }
                None => problems.push("an `answers` block begins with `# ask: NAME` and a header".into()),
            }
        }
        let words = self.link.as_deref().unwrap_or_default();
        let link = match words.split(' ').next() {
            Some("plaintext") => Link { now: NOW, ..Link::default() },
            Some("socket") => Link { socket: true, now: NOW, ..Link::default() },
            _ => Link {
                encrypted: true,
                now: NOW,
                certificate: certificate(words, problems),
                ..Link::default()
            },
        };
        let dropped =
            words.split_once("dropped ").map(|(_, name)| &*Box::leak(name.to_owned().into_boxed_str()));
        let session = probe::SessionFacts {
            pooler: Some(words.contains("pooler")),
            by_transaction: words.contains("by transaction"),
            dropped: dropped.into_iter().collect(),
            ..probe::SessionFacts::default()
        };
        let migrates = !configuration.settings.selected().is_none_or(|t| t.extensions.is_empty());
        let unanswered = ask::unanswered(&answers);
        let answers =
            Answers { answers: &answers, link, session: &session, migrates, unanswered: &unanswered };
        let failure = self.failure.as_deref().map(|class| {
            let class = FailureClass::ALL.iter().find(|c| c.as_str() == class);
            trouble::failure(*class.expect("a failure class"), configuration.settings.selected())
        });
        let door = if asked || failure.is_some() { Door::Preflight } else { Door::Check };
        let evidence = Evidence { answers: asked.then_some(&answers), failure: failure.as_ref() };
        let mut found: Vec<Located> =
            configuration.findings(door, evidence).iter().map(|f| f.locate(&configuration.sources)).collect();
        found.sort_by(Located::by_place);
        found
    }
}

/// The `now` of every page: 1 January 2026.
const NOW: u64 = 1_767_225_600;

/// `tls leaf=30 issuer=400/3650`: days from [`NOW`] until the end, negative when it is past, of so many in all (365).
fn certificate(words: &str, problems: &mut Vec<String>) -> Option<PeerCertificate> {
    let days = |word: &str| {
        let found = words.split_whitespace().find_map(|w| w.strip_prefix(word)?.strip_prefix('='))?;
        let (left, all) = found.split_once('/').unwrap_or((found, "365"));
        let not_after = NOW.checked_add_signed(left.parse::<i64>().ok()? * 86_400)?;
        Some(Validity { not_before: not_after - all.parse::<u64>().ok()? * 86_400, not_after })
    };
    let found = PeerCertificate { own: days("leaf")?, issuer: days("issuer") };
    let known = |word: &&str| ["tls", "leaf", "issuer"].contains(&word.split('=').next().unwrap_or_default());
    if !words.split_whitespace().all(|word| known(&word)) {
        problems.push("a `link` block says `tls leaf=DAYS issuer=DAYS`".into());
    }
    Some(found)
}

/// The columns of a question that some rule asks.
fn columns_of(name: &str) -> Option<&'static [&'static str]> {
    let asks = RULES.iter().flat_map(|r| r.checks).filter_map(|check| match check {
        Check::Server(asks, _) => Some(*asks),
        _ => None,
    });
    asks.flatten().find(|ask| ask.name == name).map(|ask| ask.columns)
}

/// A file with its path and mode.
fn libpq_file(block: &str) -> Option<(String, FileFacts)> {
    let (head, text) = block.strip_prefix("# path: ")?.split_once('\n')?;
    let (head, directory) = head.strip_suffix(" directory").map_or((head, false), |head| (head, true));
    let (head, forbidden) = head.strip_suffix(" forbidden").map_or((head, false), |head| (head, true));
    let (path, mode) = head.split_once(" mode: ").unwrap_or((head, "0600"));
    let mode = u32::from_str_radix(mode, 8).ok()?;
    let bytes = (!directory && !forbidden).then(|| bytes_of(text));
    let facts = FileFacts { bytes, regular: !directory, directory, mode, owner: 1000 };
    Some((path.to_owned(), facts))
}

/// The name and the text of a block that is a file of any kind.
fn named_file(body: &str) -> Option<(&str, &str)> {
    let named = ["# file: ", "-- file: ", "// file: "].iter().find_map(|mark| body.strip_prefix(mark));
    named?.split_once('\n')
}

/// The text with `\xff` as that byte, and `\r` and `\ufeff` as those characters.
fn bytes_of(text: &str) -> Vec<u8> {
    let text = text.replace("\\r\n", "\r\n").replace("\\ufeff", "\u{feff}");
    text.replace("\\xff", "\u{1}").bytes().map(|b| if b == 1 { 0xff } else { b }).collect()
}

/// `# ask: NAME`, then `a | b` and rows, or `refused SQLSTATE`.
fn answer(block: &str) -> Option<(&'static str, probe::Answer)> {
    let mut lines = block.lines();
    let name = lines.next()?.strip_prefix("# ask: ")?;
    let header = lines.next()?;
    let name: &'static str = Box::leak(name.to_owned().into_boxed_str());
    if let Some(sqlstate) = header.strip_prefix("refused ") {
        return Some((name, probe::Answer::Refused(probe::Refusal::new(Some(sqlstate), None, None))));
    }
    let cells = |line: &str| line.split(" | ").map(|c| c.trim().to_owned()).collect::<Vec<_>>();
    let rows = lines
        .map(|l| cells(l).into_iter().map(|c| if c == "NULL" { None } else { Some(c) }).collect())
        .collect();
    Some((name, probe::Answer::Rows(probe::Rows { columns: cells(header), rows })))
}

fn render(found: &[Located]) -> String {
    let pictures: Vec<String> = found.iter().map(|f| text::picture(f, &Options::default())).collect();
    if pictures.is_empty() { String::new() } else { pictures.join("\n\n") + "\n" }
}
