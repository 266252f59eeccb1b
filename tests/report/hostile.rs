//! Spans from nowhere, text that talks to the terminal, lines without end, a reader that has gone.

use crate::{finding, options, ready, sqlite};
use pgward::unstable::{
    finding::{Applicability, Excerpt, LocatedEdit, LocatedLabel, Place, Severity},
    page,
    report::{Format, Options, Report, UnreadReport, statistics, text},
};
use std::io;

const NASTY: &str = "::error::x\n::stop-commands::y]]><b>&amp;|[x](http://h)![]()`##[error]z, %0A\r\n\u{b}\u{fffe}a\u{1b}[2J\u{9b}31m\u{7}\u{7f}\r\u{202e}\u{200f}\u{2028}\u{f0000}0\u{f0001}\0ż\t\u{e0041}z";

fn hostile(text: &str, start: usize, end: usize) -> Report {
    let place = |path: Option<&str>| Place {
        variable: path.is_none().then(|| NASTY.to_owned()),
        path: path.map(str::to_owned),
        line: usize::MAX,
        column: 0,
        end_line: 0,
        end_column: 0,
        byte_column: path.map(|_| usize::MAX),
        byte_end_column: None,
    };
    let excerpt = |line| Excerpt { line, text: text.to_owned(), start, end };
    let mut f = finding("x", Severity::Error, NASTY);
    f.rule = NASTY.into();
    let label = |path, line| LocatedLabel { place: place(path), text: NASTY.into(), excerpt: excerpt(line) };
    f.primary = Some(label(Some(NASTY), 0));
    f.related = vec![label(Some(NASTY), 0), label(None, usize::MAX), label(Some(""), 3)];
    f.related[0].excerpt.start = 1;
    f.related[0].excerpt.end = 2;
    f.notes = vec![NASTY.into(), String::new(), "\n\n".into()];
    f.help = Some(NASTY.into());
    let edit = |path, insert: &str| LocatedEdit {
        place: place(path),
        insert: insert.into(),
        masked: false,
        excerpt: excerpt(usize::MAX),
    };
    f.fix =
        vec![edit(Some(NASTY), NASTY), edit(Some(NASTY), ""), edit(None, "\n"), edit(Some("b"), " \nx\n\n")];
    let mut report = ready();
    report.remarks = vec![NASTY.into()];
    report.unread = vec![UnreadReport { path: Some(NASTY.into()), message: NASTY.into() }];
    report.statistics = Some(statistics::of(&[f.clone()]));
    report.target.as_mut().unwrap().host = Some(NASTY.into());
    report.findings = vec![f];
    report
}

#[track_caller]
fn harmless(report: &Report, width: usize, formats: &[Format]) {
    for format in formats {
        for color in [false, true] {
            if color && *format != Format::Text {
                continue;
            }
            let mut out = Vec::new();
            let options = Options {
                color,
                width,
                show_notes: true,
                remarks: true,
                fixes: Applicability::Unsafe,
                rule: page::text_of,
                links: color,
                breaks: true,
                ..Options::default()
            };
            format.write(report, &options, &mut out).unwrap();
            let mut out = String::from_utf8(out).unwrap();
            // Our own colours: ESC [ digits and semicolons m.
            while let Some(at) = out.find('\u{1b}').filter(|_| color && *format == Format::Text) {
                let code = out[at + 1..].strip_prefix('[').expect("a colour");
                let len = code.find(|c: char| c != ';' && !c.is_ascii_digit()).expect("an end");
                assert!(code[len..].starts_with('m'));
                out.replace_range(at..=at + 2 + len, "");
            }
            let raw = |c: char| {
                (c.is_control() && c != '\n')
                    || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                    || (*format != Format::Json && c >= '\u{e0000}')
            };
            assert_eq!(out.find(raw), None, "{format:?}: {out:?}");
            well_formed(*format, &out);
        }
    }
}

/// What a reader of the format would stumble over.
fn well_formed(format: Format, out: &str) {
    match format {
        Format::Json | Format::Sarif | Format::Gitlab | Format::Rdjson => {
            serde_json::from_str::<serde_json::Value>(out).expect("JSON");
        }
        Format::Junit | Format::Checkstyle => {
            roxmltree::Document::parse(out).expect("XML");
        }
        Format::Github => {
            // Commands and the summary: no text of others begins a line or is a command in the old form.
            let ours = |l: &str| {
                ["::error ", "::warning ", "::notice ", "pgward: "].iter().any(|begin| l.starts_with(begin))
            };
            assert!(out.lines().all(ours) && !out.contains("##["), "{out:?}");
        }
        Format::Markdown => {
            let cells = |l: &&str| l.starts_with("| ") && l.matches('|').count() != 5;
            assert_eq!(out.lines().find(cells), None);
            assert!(!out.contains("](http://") && !out.contains("<b>") && !out.contains("![]"), "{out:?}");
        }
        _ => {}
    }
}

#[test]
fn hostile_text_is_shown_and_does_nothing() {
    let long = format!("{NASTY}{}{NASTY}", "x".repeat(2_000));
    let wide = "漢字カナ".repeat(40);
    let ends = [0, 1, 2, 3, 5, 9, 40, 2_000, usize::MAX];
    for text in ["", "\n", " ", "a", "ż", "A=1\nB=2\n", "\n\n\n\n\n\n\n\n\n\n", NASTY, &wide, &long] {
        for start in ends {
            for end in ends {
                // Those without pictures do not look at excerpts.
                let formats = if start == end { Format::ALL } else { &Format::ALL[..3] };
                harmless(&hostile(text, start, end), 80, formats);
            }
        }
    }
    for width in [0, 1, 10, 41, 500, usize::MAX / 2] {
        harmless(&hostile(&long, 1_000, 1_009), width, Format::ALL);
        harmless(&hostile(&wide, 30, 300), width, Format::ALL);
    }
}

#[test]
fn a_huge_line_stays_small() {
    let text = format!("A={}", "x".repeat(5_000_000));
    let out = text::picture(&hostile(&text, 2, 4_000_000).findings[0], &options());
    assert!(out.len() < 20_000, "{}", out.len());
}

#[test]
fn a_broken_pipe_is_an_error() {
    struct Broken;
    impl io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut report = ready();
    report.findings = vec![sqlite()];
    for format in Format::ALL {
        let error = format.write(&report, &options(), &mut Broken).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
