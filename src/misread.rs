//! What the rules about loaders have in common: who reads what, how sure that is, and the edits that mend it.

use crate::{
    rules::{Door, Levels, Sink},
    settings::{
        Settings,
        misreading::{Cause, Misreading, Refusal, Teller, witnesses},
    },
    source::Span,
};

/// Reports what falls to one rule, each with the rule's own sentence; `subject` is "`NAME`" or "a line". Places that the
/// rule has told already are passed over.
pub(crate) fn report(
    settings: &Settings,
    teller: Teller,
    told: &[Span],
    out: &mut Sink<'_>,
    sentence: impl Fn(&Misreading, &str) -> String,
) {
    // A service that runs has one loader; what others would read is no concern of its start.
    let boot = out.door() == Door::Boot;
    for found in settings.misreadings.iter().filter(|m| m.teller() == teller && !(boot && m.differs)) {
        if told.contains(&found.span) {
            continue;
        }
        let subject = found.name.as_ref().map_or_else(|| "a line".to_owned(), |name| format!("`{name}`"));
        let mut draft = out.report(sentence(found, &subject)).at_span(found.span, found.label);
        for other in &found.others {
            draft = draft.also_span(*other, "and here");
        }
        if found.told {
            let file = settings.loaders.iter().find(|f| found.loaders().all(|l| f.reads_with(l)));
            let told = file.into_iter().flat_map(|f| witnesses(found, f)).filter(|s| s.key != "loaders");
            for witness in told.take(3) {
                draft = draft.also(&witness.origin, format!("{} reads it", witness.value.as_str()));
            }
        }
        for reading in &found.readings {
            let loaders: Vec<&str> = reading.loaders.iter().map(|l| l.as_str()).collect();
            draft = draft.note(format!("{}: {}", loaders.join(", "), reading.what));
        }
        if found.told && found.refusal.as_ref().is_some_and(|r| r.all && r.keeps) {
            draft = draft.note("what stands above stays set if the program passes over the error");
        }
        if let Some(refusal) = found.refusal.as_ref().filter(|r| found.told && !r.lost.is_empty()) {
            let names: Vec<String> = refusal.lost.iter().map(|name| format!("`{name}`")).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            draft = draft.note(format!("{} {verb} not set then", names.join(", ")));
        }
        if found.more > 0 {
            let lines = if found.more == 1 { "line" } else { "lines" };
            draft = draft.note(format!("{} more {lines} of this file", found.more));
        }
        if !found.told {
            draft = draft.note("nobody says which loader reads this file; `loaders` in pgward.toml does");
        }
        draft = draft.help(help(found));
        if let Some(fix) = &found.fix {
            for (span, insert) in &fix.edits {
                draft = if fix.safe { draft.edit(*span, *insert) } else { draft.edit_unsafe(*span, *insert) };
            }
        }
        // Who composes the address of another service knows a loader that does so.
        let composed = found.composed && (found.differs || !found.sure);
        // What a program that no database knows of reads, its own tools may say.
        let foreign = found.foreign && found.refusal.as_ref().is_none_or(|r| r.lost.is_empty());
        if composed || found.meant {
            draft.at_most(Levels::of("IIII"));
        } else if found.sure && foreign {
            draft.at_most(Levels::of("WWWW"));
        } else if !found.sure {
            // `NAME=two words`: what one loader of one language refuses is of use to know where it may be in play.
            let alone = found.refusal.as_ref().is_some_and(Refusal::is_rusts_alone);
            // What tries a parser is written as nobody should write.
            let fixture = settings.whereabouts.as_ref().is_some_and(|at| at.is_aside() && !at.example);
            let little = (alone || fixture || foreign) && !found.told;
            draft.at_most(Levels::of(if little { "IIII" } else { "WWWW" }));
        }
    }
}

fn help(found: &Misreading) -> &'static str {
    match found.cause {
        Cause::Duplicate => "keep one of them",
        Cause::InlineComment => "put the comment on a line of its own",
        Cause::HashInValue => "put the value in single quotes; in a URL write `%23` for a `#`",
        Cause::Dollar => "put the value in single quotes; in a URL write `%24` for a `$`",
        Cause::Reference => {
            "write the value itself, or where all loaders that count resolve references a plain `${NAME}`"
        }
        Cause::Syntax => {
            "write `NAME=value` at the start of a line, no blanks around the `=`, each quote closed"
        }
        Cause::Encoding => "save the file as UTF-8 without byte order mark, its lines ended by LF alone",
        Cause::Other if found.fix.is_some() => "write it in the form that all of them read alike",
        Cause::Other => {
            "no spelling of this value suits all of them: change it, or declare the `loaders` that count"
        }
    }
}
