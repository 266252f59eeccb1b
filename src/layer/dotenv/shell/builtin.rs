//! The builtins that set variables, and everything else that stands where a command does.

use super::{Failure, Shell, Stop, is_name, parse::Simple};
use crate::layer::{ProblemKind, dotenv::text::Text};
use std::ops::Range;

/// POSIX's special builtins: an error in one ends dash, and assignments before one last.
pub(super) const SPECIAL: [&str; 14] = [
    ":", ".", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return", "set", "shift",
    "times", "unset",
];

impl Shell<'_, '_> {
    pub(super) fn builtin(&mut self, name: &str, fields: &[Text], simple: &Simple) -> Result<u8, Failure> {
        let arguments = &fields[1..];
        match name {
            ":" | "true" | "echo" | "printf" => Ok(0),
            "false" => {
                self.blame = Some((simple.range.clone(), ProblemKind::Syntax));
                Ok(1)
            }
            "export" | "readonly" => self.declare(name, arguments, simple),
            "declare" | "typeset" if self.bash => self.declare(name, arguments, simple),
            "local" => {
                if !self.bash {
                    return Err(Stop(simple.range.clone(), ProblemKind::Syntax).into());
                }
                self.blame = Some((simple.range.clone(), ProblemKind::Syntax));
                Ok(1)
            }
            "unset" => {
                for argument in arguments.iter().filter(|a| !a.as_str().starts_with('-')) {
                    if is_name(argument.as_str()) && !self.is_readonly(argument.as_str()) {
                        self.unset(argument.as_str(), simple.range.clone());
                    }
                }
                Ok(0)
            }
            "set" => {
                for argument in arguments {
                    let text = argument.as_str();
                    if let Some(on) = text.strip_prefix(['-', '+']).map(|flags| flags.contains('a')) {
                        self.export_all = if on { text.starts_with('-') } else { self.export_all };
                    }
                }
                Ok(0)
            }
            "return" => {
                self.returned = true;
                let status = arguments.first().and_then(|a| a.as_str().parse().ok()).unwrap_or(self.status);
                self.blame = Some((simple.range.clone(), ProblemKind::Command));
                Ok(status)
            }
            // dash: without a file nothing is read.
            "." if !self.bash && arguments.is_empty() => Ok(0),
            "exit" => Err(Stop(simple.range.clone(), ProblemKind::Command).into()),
            _ => {
                let at = simple.words.first().cloned().unwrap_or(simple.range.clone());
                self.run.depends.push((at.clone(), ProblemKind::Command));
                self.blame = Some((at, ProblemKind::Command));
                Ok(127)
            }
        }
    }

    /// `export`, `readonly` and bash's `declare`.
    fn declare(&mut self, name: &str, arguments: &[Text], simple: &Simple) -> Result<u8, Failure> {
        let (mut takes_back, mut status, mut options) = (false, 0, true);
        for argument in arguments {
            let text = argument.as_str();
            let signs: &[char] = if matches!(name, "export" | "readonly") { &['-'] } else { &['-', '+'] };
            if options && text.len() > 1 && text.starts_with(signs) {
                if text == "--" {
                    options = false;
                    continue;
                }
                if !self.bash && text != "-p" {
                    return Err(Stop(simple.range.clone(), ProblemKind::Syntax).into());
                }
                takes_back |= text.starts_with('+') && text.contains('x');
                takes_back |= name == "export" && text.contains('n');
                continue;
            }
            options = false;
            let (key, value) = match text.find('=') {
                Some(i) => (&text[..i], Some(i + 1)),
                None => (text, None),
            };
            let (key, appends) = match key.strip_suffix('+') {
                Some(key) if self.bash && value.is_some() => (key, true),
                _ => (key, false),
            };
            let array = self.bash && key.ends_with(']') && key.find('[').is_some_and(|i| is_name(&key[..i]));
            if !is_name(key) && !array {
                if !self.bash {
                    return Err(Stop(simple.range.clone(), ProblemKind::BadName).into());
                }
                status = 1;
                self.blame = Some((argument.source(0..text.len()), ProblemKind::BadName));
                continue;
            }
            if array {
                continue;
            }
            if value.is_some() && self.is_readonly(key) {
                if !self.bash {
                    return Err(Stop(simple.range.clone(), ProblemKind::BadName).into());
                }
                status = 1;
                self.blame = Some((argument.source(0..text.len()), ProblemKind::BadName));
                continue;
            }
            let source: Range<usize> = argument.source(0..key.len());
            if let Some(from) = value {
                let mut new = Text::default();
                if appends && let Some(before) = self.variable(key) {
                    new.derive(&before, source.clone(), crate::layer::SegmentKind::Reference);
                }
                new.slice(argument, from..text.len());
                let raw = if from < text.len() {
                    argument.source(from..text.len())
                } else {
                    // Behind the `=`, which may have come out of a variable.
                    let end = argument.source(from - 1..from).end;
                    end..end
                };
                let raw = self.with_quotes(raw, simple);
                self.put(key, Some(new), &source, &raw, simple.range.start);
            }
            if takes_back {
                self.unset_export(key, simple.range.clone());
            }
            if name == "readonly" {
                self.readonly.insert(key.to_owned());
            }
        }
        Ok(status)
    }

    /// The raw value with the quotes around it.
    fn with_quotes(&self, raw: Range<usize>, simple: &Simple) -> Range<usize> {
        let word = simple.words.iter().find(|w| w.start <= raw.start && raw.end <= w.end);
        let Some(word) = word else { return raw };
        match self.run.text[word.clone()].find('=') {
            Some(i) => word.start + i + 1..word.end,
            None => raw,
        }
    }

    /// The variable stays in the shell and leaves the environment.
    fn unset_export(&mut self, key: &str, at: Range<usize>) {
        if self.subshells == 0 {
            self.run.events.push(super::Event::Unset { key: key.to_owned(), at });
        }
    }
}
