//! Lines of an env file that the loaders in play read differently, or alike but not as they are written. Places and
//! our own words only: what a loader reads is compared here and told nowhere.

mod again;
mod cause;
mod compare;
mod line;
mod mend;
mod player;
mod refusal;
mod words;

pub use compare::of_file;

use super::setting::Setting;
use crate::{layer::dotenv::Dialect, source::Span};

/// One line, or one kind of line, that is misread.
#[expect(clippy::struct_excessive_bools, reason = "independent facts about one line")]
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Misreading {
    /// The variable; none where its name is not proved to be one.
    pub name: Option<String>,
    /// The value, or where a loader gives up.
    pub span: Span,
    /// What is to be seen there, in our own words.
    pub label: &'static str,
    /// Other places of the same: the other assignments of a variable.
    pub others: Vec<Span>,
    /// Why.
    pub cause: Cause,
    /// The variable is a switch, which has a rule of its own.
    pub switch: bool,
    /// It says nothing about a database, and its author means the `$` in it for a reference.
    pub composed: bool,
    /// It says nothing about a database, and is no declared secret.
    pub foreign: bool,
    /// Shells alone read it, and are to put it together; or it is a comment as another language has them, and nobody minds.
    pub meant: bool,
    /// The loaders in play differ. Otherwise they agree on what is not written there.
    pub differs: bool,
    /// Somebody says which loaders are in play, and that they read this very file.
    pub sure: bool,
    /// Somebody says which loaders are in play.
    pub told: bool,
    /// Who reads what, the loader in force first.
    pub readings: Vec<Reading>,
    /// Further lines of the same kind that are not told one by one.
    pub more: usize,
    /// The form that all of them read alike.
    pub fix: Option<Rewrite>,
    /// A loader gives up here.
    pub refusal: Option<Refusal>,
}

/// What comes of a loader that gives up.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// Who gives up at this place.
    pub loaders: Vec<Dialect>,
    /// What stands before stays set; otherwise nothing of the file is.
    pub keeps: bool,
    /// No loader in play takes the file.
    pub all: bool,
    /// Variables that speak of a database, or hold a declared secret, and are not set for it.
    pub lost: Vec<String>,
}

/// What a variable is to the one who compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Matter {
    /// Nothing: it does not say where the database is.
    Other,
    /// It says something about a database, or holds a declared secret.
    Database,
    /// It chooses between databases.
    Switch,
}

/// What some loaders make of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// These.
    pub loaders: Vec<Dialect>,
    /// In our own words, to be read behind a colon.
    pub what: &'static str,
}

/// Edits that make all loaders in play read the value that the loader in force reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rewrite {
    /// What is replaced by what; only quotes, signs and line ends are ever put in.
    pub edits: Vec<(Span, &'static str)>,
    /// No loader's reading of a variable that says where the database is changes.
    pub safe: bool,
}

/// Why a line is misread.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum Cause {
    /// The variable is assigned twice.
    Duplicate,
    /// ` #` behind a value.
    InlineComment,
    /// `#` inside a value without quotes.
    HashInValue,
    /// `$` in a value, without braces: nobody need have meant a reference.
    Dollar,
    /// `${…}` that loaders resolve differently.
    Reference,
    /// The line is no plain assignment.
    Syntax,
    /// A byte order mark, carriage returns, NUL, no-break spaces, bytes that are no UTF-8.
    Encoding,
    /// Quotes, backslashes, several lines, `export`: everything else.
    Other,
}

/// Which rule speaks of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Teller {
    /// The loaders that are known to be in play differ, or no narrower rule has it.
    Divergence,
    /// The rule of the cause.
    Of(Cause),
    /// The rule about switches.
    Switch,
}

impl Refusal {
    /// Whether nobody gives up but the loader of Rust's programs.
    pub fn is_rusts_alone(&self) -> bool {
        self.loaders == [Dialect::Dotenvy]
    }
}

impl Misreading {
    /// The one rule that speaks of it. Where loaders are declared and differ, that is the finding, whatever the
    /// cause; where nobody knows them, or they agree, the cause is.
    pub fn teller(&self) -> Teller {
        match self.cause {
            _ if self.switch && self.differs => Teller::Switch,
            // That what is left is no `true` and no `false` is said of every switch.
            Cause::InlineComment | Cause::HashInValue if self.switch => Teller::Switch,
            _ if self.differs && self.told => Teller::Divergence,
            // Whatever sign it is: nobody reads it in another way, the file is just not read.
            Cause::Encoding => Teller::Of(Cause::Encoding),
            _ if self.refusal.as_ref().is_some_and(|r| r.all) => Teller::Of(Cause::Syntax),
            Cause::Other => Teller::Divergence,
            cause => Teller::Of(cause),
        }
    }

    /// The loaders in play, the one in force first.
    pub fn loaders(&self) -> impl Iterator<Item = Dialect> {
        self.readings.iter().flat_map(|r| r.loaders.iter().copied())
    }
}

/// Who says that these loaders are in play, for those that are.
pub fn witnesses<'s>(
    found: &Misreading,
    loaders: &'s super::FileLoaders,
) -> impl Iterator<Item = &'s Setting<Dialect>> {
    let play: Vec<Dialect> = found.loaders().collect();
    loaders.loaders.iter().map(|l| &l.setting).filter(move |s| play.contains(&s.value))
}

#[cfg(test)]
mod tests {
    use super::{compare::asked, *};
    use crate::{
        layer::dotenv::{is_plain, plain_tests::texts},
        settings::{FileLoader, FileLoaders, setting::Origin},
        source::{SourceKind, Sources},
    };

    #[test]
    fn of_plain_texts_nothing_is_misread() {
        let mut plain = Sources::default();
        let id = plain.add(SourceKind::File(".env".into()), "A=1");
        let mut others = Dialect::ALL.to_vec();
        others.retain(|dialect| is_plain(plain.get(id), [*dialect].into_iter()));
        assert!(others.len() > 18);
        let of_compose = |only: &[&str]| FileLoader {
            setting: Setting {
                value: Dialect::ComposeDotEnv,
                key: String::new(),
                origin: Origin::Program,
                shadowed: Vec::new(),
            },
            only: Some(only.iter().map(|name| (*name).to_owned()).collect()),
        };
        let named = [vec![], vec![of_compose(&[])], vec![of_compose(&["DB_URL"])]];
        let mut plain = [0, 0];
        for text in texts() {
            let mut sources = Sources::default();
            let id = sources.add(SourceKind::File(".env".into()), text.as_str());
            for (i, dialects) in [&Dialect::LIBRARIES[..], &others].into_iter().enumerate() {
                if is_plain(sources.get(id), dialects.iter().copied()) {
                    plain[i] += 1;
                    for loaders in &named {
                        let loaders =
                            FileLoaders { path: ".env".into(), loaders: loaders.clone(), sure: false };
                        let found = asked(&sources, id, &loaders, dialects, &|_| None, &|_| Matter::Database);
                        assert!(found.is_empty(), "{text:?}");
                    }
                }
            }
        }
        assert!(plain[0] > 3000 && plain[1] > 2000 && plain[0] > plain[1], "{plain:?}");
    }
}
