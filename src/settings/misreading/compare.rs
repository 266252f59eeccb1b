//! One env file through every loader in play.

use super::{
    Cause, Matter, Misreading, Reading, Rewrite, again, cause,
    line::{self, Line},
    mend,
    player::{Player, Readings},
    refusal, words,
};
use crate::{
    layer::{
        Entry, ProblemKind,
        dotenv::{Dialect, is_plain},
    },
    secret::Secret,
    settings::FileLoaders,
    source::{SourceId, Sources, Span},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

/// So many places of a file are told; the rest is a number.
const MOST: usize = 64;

/// How other languages begin a comment.
const COMMENTS: [&[u8]; 4] = [b"// ", b"-- ", b"/* ", b"; "];

/// Of so many variables that are assigned again a fix is looked for.
const TRIES: usize = 8;

/// So many variables of one line are looked at.
const VISITS: u8 = 8;

/// What the loaders in play misread of a file: those of `loaders`, or the `usual` ones, all of them libraries, when nobody
/// says. `outer` gives the variables that are set outside the file, `matter` says what a variable is.
pub fn of_file(
    sources: &Sources,
    id: SourceId,
    loaders: &FileLoaders,
    usual: &dyn Fn() -> Vec<Dialect>,
    outer: &dyn Fn(&str) -> Option<Secret>,
    matter: &dyn Fn(&str) -> Matter,
) -> Vec<Misreading> {
    let told = loaders.loaders.iter().map(|l| l.setting.value);
    // What is plain to one of the libraries is so to all of them.
    let usually = Dialect::LIBRARIES.into_iter().filter(|_| loaders.loaders.is_empty());
    if is_plain(sources.get(id), told.chain(usually)) {
        return Vec::new();
    }
    asked(sources, id, loaders, &usual(), outer, matter)
}

/// As [`of_file`], each loader asked, whatever the text.
pub(super) fn asked(
    sources: &Sources,
    id: SourceId,
    loaders: &FileLoaders,
    usual: &[Dialect],
    outer: &dyn Fn(&str) -> Option<Secret>,
    matter: &dyn Fn(&str) -> Matter,
) -> Vec<Misreading> {
    let told = !loaders.loaders.is_empty();
    let mut play: Vec<(Dialect, Option<&BTreeSet<String>>)> =
        loaders.loaders.iter().map(|l| (l.setting.value, l.only.as_ref())).collect();
    if !told {
        play = usual.iter().map(|d| (*d, None)).collect();
    }
    let mut seen = BTreeSet::new();
    play.retain(|(dialect, _)| seen.insert(*dialect));
    let players: Vec<Player<'_>> =
        play.into_iter().map(|(dialect, only)| Player::read(sources, id, dialect, only, outer)).collect();
    let bytes = sources.get(id).bytes();
    let mut comparison = Comparison {
        sources,
        id,
        text: std::str::from_utf8(bytes).ok(),
        players: &players,
        told,
        sure: told && loaders.sure,
        outer,
        matter,
        starts: std::iter::once(0)
            .chain(bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1))
            .collect(),
        lines: BTreeSet::new(),
        visits: BTreeMap::new(),
        out: Vec::new(),
    };
    comparison.refusals();
    comparison.variables();
    comparison.passed_over();
    comparison.finish()
}

/// Who gives up, where and why.
type Refusal<'a> = (&'a Player<'a>, Range<usize>, ProblemKind);

struct Comparison<'a> {
    sources: &'a Sources,
    id: SourceId,
    /// None when it is no UTF-8.
    text: Option<&'a str>,
    players: &'a [Player<'a>],
    told: bool,
    sure: bool,
    outer: &'a dyn Fn(&str) -> Option<Secret>,
    matter: &'a dyn Fn(&str) -> Matter,
    /// Beginnings of lines.
    starts: Vec<usize>,
    /// Those of lines that were told.
    lines: BTreeSet<usize>,
    /// How often a line was looked at: a shell reads many variables in one.
    visits: BTreeMap<usize, u8>,
    out: Vec<Misreading>,
}

impl<'a> Comparison<'a> {
    fn span(&self, range: Range<usize>) -> Span {
        self.sources.span(self.id, range)
    }

    fn bytes(&self) -> &'a [u8] {
        self.sources.get(self.id).bytes()
    }

    fn line_start(&self, at: usize) -> usize {
        self.starts[self.starts.partition_point(|s| *s <= at) - 1]
    }

    fn misreading(
        &self,
        span: Span,
        label: &'static str,
        cause: Cause,
        differs: bool,
        readings: Vec<Reading>,
    ) -> Misreading {
        Misreading {
            name: None,
            span,
            label,
            others: Vec::new(),
            cause,
            switch: false,
            composed: false,
            foreign: false,
            meant: false,
            differs,
            sure: self.sure,
            told: self.told,
            readings,
            more: 0,
            fix: None,
            refusal: None,
        }
    }

    /// Places where loaders give up, while others go on or not.
    fn refusals(&mut self) {
        let going: Vec<&Player<'_>> = self.players.iter().filter(|p| p.refuses().is_none()).collect();
        let stopping = self.players.iter().filter_map(|p| Some((p, p.refuses()?)));
        let mut places: BTreeMap<usize, Vec<Refusal<'_>>> = BTreeMap::new();
        for (player, (range, kind)) in stopping {
            places.entry(self.line_start(range.start)).or_default().push((player, range, kind));
        }
        let witness = Player::witness(self.sources, self.id, self.outer);
        for (start, stopping) in places {
            let (_, range, mut kind) = stopping[0].clone();
            // Of a file that nobody can read for its size or its bytes other rules speak.
            if going.is_empty() && matches!(kind, ProblemKind::TooLarge | ProblemKind::NotUtf8) {
                continue;
            }
            let end = self.bytes()[start..]
                .iter()
                .position(|b| *b == b'\n')
                .map_or(self.bytes().len(), |i| start + i);
            let mut readings = Readings::default();
            for player in self.players {
                match stopping.iter().find(|(p, ..)| p.dialect == player.dialect) {
                    Some((_, _, kind)) => readings.add(player.dialect, words::of_refusal(*kind)),
                    None if player.refuses().is_none() => {
                        readings.add(player.dialect, player.goes_on(start..end));
                    }
                    None => {}
                }
            }
            let range = if (start..end).contains(&range.start) {
                range.start..range.end.min(end)
            } else {
                start..end
            };
            // What is taken for a bad name may be a good one behind a character that is not seen.
            if cause::of_kind(kind) == Cause::Syntax && line::has_unseen(&self.bytes()[start..end]) {
                kind = ProblemKind::ByteOrderMark;
            }
            let label = words::label_of_kind(kind);
            let mut found =
                self.misreading(self.span(range), label, cause::of_kind(kind), !going.is_empty(), readings.0);
            let players: Vec<&Player<'_>> = stopping.iter().map(|(p, ..)| *p).collect();
            let speaks = |key: &str| (self.matter)(key) != Matter::Other;
            found.refusal = Some(refusal::of(&players, start, &witness, going.is_empty(), &speaks));
            let here = |e: &&Entry| (start..=end).contains(&(e.key_span.start as usize));
            // Where nobody takes the line, one that refuses nothing says what its name is.
            let readers: Vec<&Player<'_>> = if going.is_empty() { vec![&witness] } else { going.clone() };
            let named =
                readers.iter().find_map(|p| p.outcome.layer.entries.iter().find(here).map(|e| (*p, e)));
            if let Some((player, entry)) = named {
                found.name = self.name(player, entry);
                found.switch = (self.matter)(&entry.key) == Matter::Switch;
                let first = going.is_empty() || player.dialect == self.players[0].dialect;
                if let Some(line) = self.line(entry).filter(|_| first) {
                    found.fix = self.rewrite(entry, entry.value.text.expose(), &line);
                }
            }
            self.push(start, found);
        }
    }

    /// A name that every loader takes for one.
    fn name(&self, player: &Player<'_>, entry: &Entry) -> Option<String> {
        let key = &entry.key;
        let plain = key.starts_with(|c: char| c.is_ascii_uppercase())
            && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        let at = entry.key_span.start as usize;
        let swallowed = self.players.iter().any(|p| p.dialect != player.dialect && p.swallows(at));
        // In doubt it may be a piece of the value before it.
        (plain && !swallowed && !entry.doubtful).then(|| key.clone())
    }

    fn line(&self, entry: &Entry) -> Option<Line<'a>> {
        Line::of(self.text?, entry.key_span.range())
    }

    /// Each variable that some loader sets.
    fn variables(&mut self) {
        let going: Vec<&Player<'_>> = self.players.iter().filter(|p| p.refuses().is_none()).collect();
        let mut keys: BTreeMap<&str, (u32, &Player<'_>)> = BTreeMap::new();
        for player in &going {
            for (key, entry) in &player.winners {
                let start = player.outcome.layer.entries[*entry].key_span.start;
                keys.entry(key).or_insert((start, player));
            }
        }
        let mut keys: Vec<(u32, &str, &Player<'_>)> =
            keys.into_iter().map(|(k, (at, p))| (at, k, p)).collect();
        keys.sort_by_key(|(at, key, _)| (*at, *key));
        let again = again::assigned_again(&going);
        for (at, key, player) in keys {
            let readers: Vec<&Player<'_>> =
                going.iter().copied().filter(|p| p.only.is_none_or(|names| names.contains(key))).collect();
            let values: BTreeSet<Option<&str>> =
                readers.iter().map(|p| p.entry(key).map(|e| e.value.text.expose())).collect();
            let unknown = readers.iter().filter(|p| p.entry(key).is_some_and(cause::runs)).count();
            let differs = values.len() > 1 || (unknown > 0 && unknown < readers.len());
            let Some(entry) = player.entry(key) else { continue };
            let start = self.line_start(at as usize);
            if differs {
                // Where it is only a part of another value, that value is told.
                let swallowed = |p: &&Player<'_>| p.entry(key).is_none() && p.swallows(at as usize);
                if readers.iter().all(|p| p.entry(key).is_some() || swallowed(p)) && values.len() == 2 {
                    let told = readers.iter().filter(|p| swallowed(p)).count();
                    if told > 0 && !self.out.is_empty() {
                        continue;
                    }
                }
            }
            if self.lines.contains(&start) {
                continue;
            }
            if self.out.len() >= MOST {
                if differs && let Some(last) = self.out.last_mut() {
                    last.more += 1;
                }
                continue;
            }
            let visits = self.visits.entry(start).or_default();
            *visits = visits.saturating_add(1);
            if *visits > VISITS {
                continue;
            }
            let others = again.get(key).cloned().unwrap_or_default();
            self.variable(key, player, entry, &readers, differs, others);
        }
    }

    fn variable(
        &mut self,
        key: &str,
        player: &Player<'_>,
        entry: &Entry,
        readers: &[&Player<'_>],
        differs: bool,
        mut others: Vec<Range<usize>>,
    ) {
        // Somebody puts the secret in its place before a loader reads it, or behind the loader.
        if entry.value.text.store().is_some() {
            return;
        }
        let line = self.line(entry);
        let cause = if differs {
            cause::of_difference(key, entry, line.as_ref(), readers, !others.is_empty())
        } else if let Some(cause) =
            cause::of_trap(self.bytes(), key, entry, line.as_ref(), readers, !others.is_empty())
        {
            cause
        } else {
            return;
        };
        if !self.told
            && cause == Cause::Reference
            && line.as_ref().is_some_and(Line::only_plain_references)
            && !readers.iter().any(|p| p.entry(key).is_some_and(cause::runs))
        {
            // Loaders without references are many; whether the name has a value is another question.
            return;
        }
        let ends = if cause == Cause::Duplicate { again::ends(key, self.players) } else { (0, 0) };
        let mut readings = Readings::default();
        for player in readers {
            let what = match player.entry(key) {
                Some(e) if cause == Cause::Duplicate => again::which(e, ends),
                Some(e) => {
                    let own = self.line(e);
                    words::of_value(e.value.text.expose(), e, own.as_ref(), cause)
                }
                None => {
                    let range = line.as_ref().map_or_else(|| entry.key_span.range(), |l| l.range.clone());
                    words::of_nothing(player.problem(&range))
                }
            };
            let value = player.entry(key).map(|e| e.value.text.expose().to_owned());
            readings.add_value(player.dialect, what, value);
        }
        let span =
            if entry.value_span.start == entry.value_span.end { entry.key_span } else { entry.value_span };
        let label = words::label(cause, line.as_ref(), entry);
        let mut found = self.misreading(span, label, cause, differs, readings.finish());
        found.name = self.name(player, entry);
        let matter = (self.matter)(key);
        found.switch = matter == Matter::Switch;
        found.foreign = matter == Matter::Other;
        found.composed =
            found.foreign && line.as_ref().is_some_and(|l| l.refers_to(|name| player.entry(name).is_some()));
        others.retain(|r| *r != entry.value_span.range());
        if cause == Cause::Duplicate {
            found.others = others.into_iter().map(|r| self.span(r)).collect();
            found.fix = self.one_left(key, readers);
        } else if let Some(line) = line.filter(|_| player.dialect == self.players[0].dialect) {
            // Where the sign that is misread was meant as it stands, that is the value; else what is read now.
            let meant = match cause {
                Cause::InlineComment | Cause::Dollar => line.plain(),
                Cause::HashInValue => line.whole(),
                _ => entry.value.text.expose(),
            };
            found.fix = self.rewrite(entry, meant, &line);
        }
        self.push(self.line_start(entry.key_span.start as usize), found);
    }

    /// Lines that no loader in play makes a variable of, and that look like something.
    fn passed_over(&mut self) {
        let going: Vec<&Player<'_>> = self.players.iter().filter(|p| p.refuses().is_none()).collect();
        let Some(first) = going.first() else { return };
        // A file of which nothing was understood is told as a whole.
        if first.outcome.layer.entries.is_empty() {
            return;
        }
        for problem in first.outcome.layer.problems.iter().filter(|p| p.kind.is_syntax()) {
            let start = self.line_start(problem.span.start as usize);
            if self.lines.contains(&start) {
                continue;
            }
            let cause = cause::of_kind(problem.kind);
            let mut readings = Readings::default();
            for player in &going {
                let problem = player.problem(&problem.span.range());
                readings.add(player.dialect, words::of_nothing(problem.or(Some(ProblemKind::Syntax))));
            }
            let label = words::label_of_kind(problem.kind);
            let mut found = self.misreading(problem.span, label, cause, false, readings.0);
            let line = self.bytes().get(start..).unwrap_or_default().trim_ascii_start();
            found.meant =
                COMMENTS.iter().any(|mark| line.starts_with(mark)) || line::names_another(line, self.matter);
            self.push(start, found);
        }
    }

    /// Edits after which all loaders in play read `value`.
    fn rewrite(&self, entry: &Entry, value: &str, line: &Line<'_>) -> Option<Rewrite> {
        let key = entry.key.as_str();
        let going: Vec<&Player<'_>> =
            self.players.iter().filter(|p| p.only.is_none_or(|n| n.contains(key))).collect();
        let dialects: Vec<Dialect> = going.iter().map(|p| p.dialect).collect();
        let known = |name: &str| {
            let inside = self.players.iter().find_map(|p| p.entry(name)).map(|e| e.value.text.clone());
            (self.outer)(name).or(inside)
        };
        let edits = mend::search(line, key, value, &dialects, &known)?;
        let unchanged = |p: &&Player<'_>| p.entry(key).is_some_and(|e| e.value.text.expose() == value);
        // A loader that refused the file will set everything in it.
        let safe = self.sure
            && going.iter().all(|p| p.refuses().is_none())
            && (going.iter().all(unchanged)
                || (self.matter)(key) == Matter::Other && !self.is_referred_to(key));
        let edits = edits.into_iter().map(|(range, insert)| (self.span(range), insert)).collect();
        Some(Rewrite { edits, safe })
    }

    /// Edits that leave one of several assignments. Each try reads the whole file, so that there are not many.
    fn one_left(&self, key: &str, readers: &[&Player<'_>]) -> Option<Rewrite> {
        let tried = self.out.iter().filter(|m| m.cause == Cause::Duplicate).count();
        if tried >= TRIES || self.players.iter().any(|p| p.refuses().is_some()) {
            return None;
        }
        let lines = again::keep_one(self.text?, key, readers, self.outer)?;
        let value = readers.first()?.entry(key)?.value.text.expose();
        let unchanged = |p: &&Player<'_>| p.entry(key).is_some_and(|e| e.value.text.expose() == value);
        let nobody = (self.matter)(key) == Matter::Other && !self.is_referred_to(key);
        let safe = self.sure && !self.is_referred_to(key) && (readers.iter().all(unchanged) || nobody);
        Some(Rewrite { edits: lines.into_iter().map(|range| (self.span(range), "")).collect(), safe })
    }

    /// Whether `$NAME` or `${NAME` stands in the file.
    fn is_referred_to(&self, key: &str) -> bool {
        let Some(text) = self.text else { return true };
        text.match_indices(key).any(|(at, _)| text[..at].ends_with('$') || text[..at].ends_with("${"))
    }

    fn push(&mut self, start: usize, found: Misreading) {
        self.lines.insert(start);
        // A file with carriage returns has them in all lines.
        let whole = |m: &&mut Misreading| m.cause == Cause::Encoding && found.cause == Cause::Encoding;
        if let Some(same) = self.out.iter_mut().find(whole).filter(|m| m.readings == found.readings) {
            same.more += 1;
            same.fix = None;
        } else if self.out.len() < MOST {
            self.out.push(found);
        } else if let Some(last) = self.out.last_mut() {
            last.more += 1;
        }
    }

    fn finish(mut self) -> Vec<Misreading> {
        self.out.sort_by_key(|m| m.span);
        self.out
    }
}
