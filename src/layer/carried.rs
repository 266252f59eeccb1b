//! A file of any carrier ▶ the environments that it describes, each a layer, and what else its rules ask for. Each
//! carrier is read in a file of its own; this one only chooses.

mod filled;
mod remarks;

pub(crate) use filled::is_platforms;
pub use remarks::Remarks;

use super::{
    Carrier, Entry, Kamal, Layer, MAX_BYTES, Problem, ProblemKind,
    ci::{self, Pipeline},
    code::Code,
    compose::{self, Compose},
    database_yml,
    dockerfile::{self, Recipe},
    dotenv::{self, Dialect},
    ecs, general,
    ini::{self, Ini},
    is_example, javascript,
    kubernetes::{self, Kubernetes},
    prisma::{self, Schema},
    python,
    shell::{self, Script},
    spring,
    sql::{self, Sql},
    systemd,
    tree::{Invalid, Node},
    typed, yaml,
};
use crate::source::{SourceId, Sources, Span};

/// What a file comes to.
#[derive(Clone, Debug)]
pub struct Carried {
    /// Its path.
    pub path: String,
    /// Its source.
    pub source: SourceId,
    /// What it was read as.
    pub carrier: Carrier,
    /// The environments that it describes, in the order of the text. A file that could not be read has one, with the
    /// problem and without an entry.
    pub layers: Vec<Layer>,
    /// What the rules about this carrier look at.
    pub structure: Structure,
    /// The commands in it: of a script, a step of a pipeline, an image, a container.
    pub script: Script,
    /// Values without quotes that a reader with types takes for something else.
    pub typed: Vec<Span>,
    /// What it says of itself.
    pub remarks: Remarks,
    /// Its path says that it shows what to write.
    pub example: bool,
    /// It may speak of a database itself. What does not is read for the sake of others, and not judged.
    pub speaks: bool,
}

/// What the rules about one carrier look at, beside its layers.
#[derive(Clone, Default, Debug)]
#[non_exhaustive]
pub enum Structure {
    /// Nothing.
    #[default]
    None,
    /// A compose file.
    Compose(Compose),
    /// The recipe of an image.
    Image(Recipe),
    /// A task of ECS or a unit of systemd: who is on its loopback address.
    Task(Seat),
    /// Objects of Kubernetes.
    Kubernetes(Kubernetes),
    /// Of code: databases with what keeps their connections, URLs that are put together.
    Code(Code),
    /// What `ConfigParser` stumbles over.
    Ini(Ini),
    /// The statements of SQL.
    Sql(Sql),
    /// The jobs of a pipeline.
    Pipeline(Pipeline),
    /// The servers that Kamal starts.
    Kamal(Kamal),
    /// What a schema of Prisma is for.
    Prisma(Schema),
}

impl Carried {
    /// The statements of SQL in it: of a file of SQL, and of a script that hands some to `psql`.
    pub fn sql(&self) -> &Sql {
        match &self.structure {
            Structure::Sql(sql) => sql,
            Structure::Code(code) => &code.sql,
            _ => &self.script.sql,
        }
    }
}

/// What a block stands on, beside its own text.
#[derive(Clone, Default, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one block")]
pub struct Footing {
    /// Env files whose variables it has too, the lowest first, by their paths among the run's files. One that is not
    /// there, or is for another environment, leaves the block open.
    pub env_files: Vec<String>,
    /// Variables of other objects that it has too, the lowest first, above those of the env files.
    pub below: Vec<Layer>,
    /// More variables come to it from where this file does not say.
    pub open: bool,
    /// Who is on its loopback address.
    pub seat: Seat,
    /// The path of the Dockerfile that its image is built from, where that is known.
    pub built_from: Option<String>,
    /// The directory that it is built from, where nothing outside of it comes into the container.
    pub context: Option<String>,
    /// It is what a Secret of Kubernetes holds, or takes a part from one.
    pub secret: bool,
    /// It administers a server, as [`compose::Image::administers`].
    pub administers: bool,
    /// It runs an image that is not built here: the libraries of this project say nothing of who reads its variables.
    pub foreign: bool,
}

/// Who is on the loopback address of a program.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Seat {
    /// Nobody knows: the machine where it runs.
    #[default]
    Open,
    /// The program itself and nobody else: a container.
    Alone,
    /// Another container that shares the network with it.
    Accompanied,
}

impl Structure {
    /// What a block of the file stands on.
    pub fn footing(&self, layer: &Layer) -> Footing {
        let block = layer.block.as_deref().unwrap_or_default();
        match self {
            Self::Compose(compose) => compose.footing(block),
            Self::Kubernetes(kubernetes) => kubernetes.footing(block),
            Self::Task(seat) => Footing { seat: *seat, ..Footing::default() },
            // Its server is started in the container itself.
            Self::Image(recipe) if recipe.serves => Footing { seat: Seat::Accompanied, ..Footing::default() },
            _ => Footing::default(),
        }
    }
}

/// Reads a file. `dialect` is for an env file alone; `beside` has the variables of the `.env` beside a compose file.
pub fn read(
    sources: &mut Sources,
    id: SourceId,
    path: &str,
    carrier: Carrier,
    dialect: Dialect,
    beside: &dyn Fn(&str) -> Option<Entry>,
) -> Carried {
    let mut reader = Reader {
        sources,
        id,
        path,
        beside,
        layers: Vec::new(),
        structure: Structure::None,
        script: Script::default(),
    };
    match carrier {
        Carrier::Dotenv => {
            let layer = dotenv::parse(reader.sources, id, dialect, &|_| None);
            reader.layers = vec![layer];
        }
        Carrier::DatabaseYml => database_yml::read(&mut reader),
        Carrier::Dockerfile => dockerfile::read(&mut reader),
        Carrier::Shell => shell::read(&mut reader),
        Carrier::Makefile => shell::make::read(&mut reader),
        Carrier::Procfile => shell::read_procfile(&mut reader),
        Carrier::Sql => sql::read(&mut reader),
        Carrier::Systemd => systemd::read(&mut reader),
        Carrier::GithubActions => ci::read_github(&mut reader),
        Carrier::GitlabCi => ci::read_gitlab(&mut reader),
        Carrier::EcsTask => ecs::read(&mut reader),
        Carrier::Yaml => general::read(&mut reader),
        Carrier::Json => general::read_json(&mut reader),
        Carrier::Toml => general::read_toml(&mut reader),
        Carrier::Spring | Carrier::Properties => spring::read(&mut reader),
        Carrier::Ini => ini::read(&mut reader),
        Carrier::Python => python::read(&mut reader),
        Carrier::JavaScript => javascript::read(&mut reader),
        Carrier::Prisma => prisma::read(&mut reader),
        Carrier::Compose => compose::read(&mut reader),
        Carrier::Kubernetes => kubernetes::read(&mut reader),
    }
    let Reader { mut layers, structure, script, .. } = reader;
    filled::take_out(&mut layers, sources.get(id).bytes(), path, carrier);
    let typed = typed::values(sources, id, carrier, &layers);
    let bytes = sources.get(id).bytes();
    let remarks = Remarks::of(carrier, bytes);
    let (path, example) = (path.to_owned(), is_example(path));
    let speaks = carrier.may_speak(bytes);
    Carried { path, source: id, carrier, layers, structure, script, typed, remarks, example, speaks }
}

/// What a parser of a carrier works on: the text, and what it makes of it.
pub struct Reader<'r> {
    /// The sources, to reveal what is proved harmless.
    pub(super) sources: &'r mut Sources,
    /// The file.
    pub(super) id: SourceId,
    /// Its path.
    pub(super) path: &'r str,
    /// The variables of the `.env` beside it.
    pub(super) beside: &'r dyn Fn(&str) -> Option<Entry>,
    /// The environments so far.
    pub(super) layers: Vec<Layer>,
    /// What the rules about this carrier look at.
    pub(super) structure: Structure,
    /// The commands in it.
    pub(super) script: Script,
}

/// More bytes than this before a key on its line are no indentation.
const INDENT: usize = 1024;
/// Words that an assignment may follow on its line.
const LEADING: &[&str] = &["export", "readonly", "declare -x", "local", "ENV", "ARG", "env", "Environment"];

/// Whether Maven puts something in: `@project.version@` for a value, as Spring Boot's parent has it.
fn is_filtered(text: &str) -> bool {
    let name = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    let mut values = text.lines().filter_map(|line| line.split_once(": @"));
    values.any(|(_, rest)| {
        rest.split_once('@').is_some_and(|(inner, _)| !inner.is_empty() && inner.chars().all(name))
    })
}

impl Reader<'_> {
    /// The text, with as many line breaks in place of a byte order mark, which then is before no reader's first word; none where
    /// it is too large or no UTF-8, which is then a problem of the file.
    pub(super) fn text(&mut self) -> Option<String> {
        let bytes = self.sources.get(self.id).bytes();
        if bytes.len() > MAX_BYTES {
            self.fail(0, ProblemKind::TooLarge);
            return None;
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(match text.strip_prefix('\u{feff}') {
                Some(rest) => ["\n\n\n", rest].concat(),
                None => text.to_owned(),
            }),
            // Java reads these as ISO 8859-1. A line with a letter that has two readings says nothing here.
            Err(_) if self.path.ends_with(".properties") => {
                let lines = bytes.split_inclusive(|b| *b == b'\n');
                let ascii = |line: &[u8]| match std::str::from_utf8(line) {
                    Ok(line) if line.is_ascii() => line.to_owned(),
                    _ => line.iter().map(|b| if *b == b'\n' { '\n' } else { ' ' }).collect(),
                };
                Some(lines.map(ascii).collect())
            }
            Err(error) => {
                let at = error.valid_up_to();
                self.fail(at, ProblemKind::NotUtf8);
                None
            }
        }
    }

    /// The documents of a YAML text; none where it is none, which is then a problem of the file.
    pub(super) fn yaml(&mut self) -> Option<Vec<Node>> {
        let text = self.text()?;
        self.documents(&text)
    }

    /// As [`Reader::yaml`], of a text that stands for that of the file byte by byte.
    pub(super) fn documents(&mut self, text: &str) -> Option<Vec<Node>> {
        match yaml::parse(self.id, text) {
            Ok(documents) => Some(documents),
            Err(invalid) => {
                // A template becomes YAML only when it is filled in; GitHub fills in what stands behind that.
                let workflow = self.path.contains(".github/workflows/");
                let braces = |(at, _): (usize, &str)| !workflow || !text[..at].ends_with('$');
                let filled = text.match_indices("{{").any(braces)
                    || ["{%", "{#", "<%"].iter().any(|mark| text.contains(mark))
                    // Copier's own, where GitHub's braces are in use.
                    || workflow && text.contains("[% ");
                if !filled && !is_filtered(text) {
                    self.invalid(Invalid { at: yaml::fault(text, invalid.at), ..invalid });
                }
                None
            }
        }
    }

    /// The file as one that cannot be read.
    pub(super) fn invalid(&mut self, invalid: Invalid) {
        self.fail(invalid.at, if invalid.too_large { ProblemKind::TooNested } else { ProblemKind::Syntax });
    }

    fn fail(&mut self, at: usize, kind: ProblemKind) {
        let span = self.sources.span(self.id, at..at + 1);
        let mut layer = self.block("");
        layer.problems.push(Problem { span, kind });
        self.layers.push(layer);
    }

    /// A part of the file that makes one environment.
    pub(super) fn block(&self, name: impl Into<String>) -> Layer {
        Layer::block(self.path, self.id, name)
    }

    /// Reveals what leads to an entry's value on its line: indentation, marks, and the key, when it is a word of the
    /// carrier (`known`) or a name in capitals. Anything else may be a slipped password.
    pub(super) fn reveal_key(&mut self, entry: &Entry, known: bool) {
        let capitals = entry.key.starts_with(|c: char| c.is_ascii_uppercase())
            && entry.key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if known || capitals {
            self.reveal_lead(entry.key_span, entry.value_span);
        }
    }

    /// Reveals a whole scalar that is proved harmless, with the quotes around it.
    pub(super) fn reveal_scalar(&mut self, span: Span) {
        self.reveal_lead(span, Span { start: span.end + 1, ..span });
    }

    /// Reveals a key of the carrier's own vocabulary, with what leads to its value.
    pub(super) fn reveal_pair(&mut self, pair: Option<(&Node, &Node)>) {
        if let Some((key, value)) = pair {
            self.reveal_lead(key.span, value.span);
        }
    }

    /// Reveals a span that is proved harmless and the marks between it and `next`, and before it on its line. Marks are
    /// blanks, quotes, and `:=-[]{},`.
    pub(super) fn reveal_lead(&mut self, span: Span, next: Span) {
        // What comes from the `.env` beside a compose file is shown or not where that is read.
        if span.source != self.id || next.source != self.id {
            return;
        }
        let bytes = self.sources.get(self.id).bytes();
        let mark = |b: &u8| b" \t\"':=-[]{},?".contains(b);
        let (start, end) = (span.start as usize, span.end as usize);
        let from = start - bytes[..start].iter().rev().take_while(|b| mark(b)).count();
        let stop = bytes.len().min(if next.start >= span.end { next.start as usize } else { end });
        let to = end + bytes[end..stop].iter().take_while(|b| mark(b)).count();
        // Marks before the span belong to it only from the beginning of the line, perhaps behind a word of the carrier.
        let line = self.sources.get(self.id).line_start(from);
        // What is further to the right is on a line of many, which is not looked through for each of them.
        let before = Some(&bytes[line..from]).filter(|before| before.len() <= INDENT).map(<[u8]>::trim_ascii);
        let whole = before.is_some_and(|b| b.is_empty() || LEADING.iter().any(|word| word.as_bytes() == b));
        let lead = self.sources.span(self.id, if whole { line } else { start }..to);
        self.sources.reveal(lead);
    }
}
