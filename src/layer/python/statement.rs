//! Python's lines ▶ statements: what is assigned to what, under which condition, in which class.

use super::{
    lex::{Line, Tok, Token},
    parse::Parser,
};
use crate::layer::code::{Expr, Kind, NEAR};
use std::{collections::BTreeSet, ops::Range};

/// What a statement stands in.
#[derive(Clone, Default)]
pub(super) struct Context {
    indent: usize,
    /// The word for an environment that its condition or its class has.
    pub word: Option<String>,
    /// Tells the inner branch or class from others.
    pub group: usize,
    /// A branch of a condition.
    pub branch: bool,
    /// The condition of the branch, by its place among all, and whether it holds there.
    pub condition: Option<(usize, bool)>,
    /// A class whose fields come from the environment: pydantic's `BaseSettings`.
    pub settings: bool,
    /// The place of the class of such settings that it makes an object of: right below `def __init__`, `def model_post_init`.
    pub makes: Option<usize>,
}

/// One statement.
pub(super) struct Statement {
    /// What is assigned to; none for an expression alone.
    pub to: Vec<Expr>,
    /// What is assigned, or the expression; none for a field that has only a type.
    pub value: Option<Expr>,
    /// The place of its [`Context`].
    pub context: usize,
    /// The tokens of its line.
    pub tokens: Range<usize>,
}

/// The statements of a file with what they stand in, and the conditions; the first context is the file itself.
pub(super) fn statements(
    source: &str,
    tokens: &[Token],
    lines: &[Line],
) -> (Vec<Statement>, Vec<Context>, Vec<Expr>) {
    let (mut out, mut conditions) = (Vec::new(), Vec::new());
    let mut contexts = vec![Context::default()];
    // The open ones, from the outer to the inner.
    let mut open: Vec<usize> = vec![0];
    for line in lines {
        while open.len() > 1 && contexts[open[open.len() - 1]].indent >= line.indent {
            open.pop();
        }
        let mut parser = Parser::new(source, &tokens[line.tokens.clone()]);
        one(&mut parser, line, &mut contexts, &mut open, &mut conditions, &mut out);
    }
    (out, contexts, conditions)
}

fn one(
    parser: &mut Parser<'_>,
    line: &Line,
    contexts: &mut Vec<Context>,
    open: &mut Vec<usize>,
    conditions: &mut Vec<Expr>,
    out: &mut Vec<Statement>,
) {
    let enter = |contexts: &mut Vec<Context>,
                 open: &mut Vec<usize>,
                 word: Option<String>,
                 settings: bool,
                 branch: bool| {
        let outer = &contexts[open[open.len() - 1]];
        let word = if word.as_deref() == Some("") { None } else { word.or_else(|| outer.word.clone()) };
        let group = contexts.len();
        contexts.push(Context {
            indent: line.indent,
            word,
            group,
            branch,
            condition: None,
            settings,
            makes: None,
        });
        open.push(contexts.len() - 1);
    };
    while !parser.at_end() {
        match parser.word() {
            Some(word @ ("if" | "elif" | "while")) => {
                let from = parser.at + 1;
                parser.at = from;
                let asked = parser.expr();
                let plain = word == "if";
                let word = condition(parser.source, &parser.tokens[from..parser.at.max(from)]);
                parser.take(b':');
                enter(contexts, open, word, false, true);
                if let Some(context) = contexts.last_mut().filter(|_| plain) {
                    context.condition = Some((conditions.len(), true));
                    conditions.push(asked);
                }
            }
            // What is so otherwise says no environment.
            Some(word @ ("else" | "try" | "finally")) => {
                let before = contexts.iter().rev().find(|c| c.indent == line.indent && c.branch);
                let holds = before.and_then(|c| c.condition).filter(|(_, holds)| *holds && word == "else");
                parser.at += 1;
                parser.take(b':');
                enter(contexts, open, None, false, true);
                if let Some(context) = contexts.last_mut() {
                    context.condition = holds.map(|(condition, _)| (condition, false));
                }
            }
            Some("class") => {
                parser.at += 1;
                let name = parser.word().unwrap_or_default();
                let bases = parser.expr();
                parser.take(b':');
                let mut settings = false;
                bases.walk(&mut |e| {
                    settings |= e.last_name().is_some_and(|n| n.ends_with("BaseSettings"));
                });
                enter(contexts, open, Some(class_word(name)), settings, false);
            }
            Some("def") => {
                parser.at += 1;
                // `def init_test_database():`
                let name = parser.word().unwrap_or_default();
                let has = |words: &[&str]| name.split('_').any(|word| words.contains(&word));
                let tests = has(&["test", "tests"]) && has(&["init", "setup", "create", "make", "prepare"]);
                let maker = matches!(parser.word(), Some("__init__" | "model_post_init"));
                drop(parser.expr());
                while !parser.at_end() && !parser.is_sign(b':') {
                    parser.at += 1;
                }
                parser.take(b':');
                let class = open[open.len() - 1];
                let of_class = (maker && contexts[class].settings).then_some(class);
                enter(contexts, open, tests.then(|| "test".to_owned()), false, false);
                if let Some(context) = contexts.last_mut() {
                    context.makes = of_class;
                }
            }
            Some("import" | "from" | "global" | "nonlocal" | "pass" | "break" | "continue") => return,
            Some(
                "return" | "yield" | "await" | "with" | "async" | "for" | "in" | "assert" | "raise"
                | "except" | "as" | "del",
            ) => {
                parser.at += 1;
            }
            _ => assignment(parser, line, open[open.len() - 1], out),
        }
    }
}

fn assignment(parser: &mut Parser<'_>, line: &Line, context: usize, out: &mut Vec<Statement>) {
    let before = parser.at;
    let first = parser.expr();
    if parser.at == before {
        parser.at += 1;
        return;
    }
    let statement = |to, value| Statement { to, value, context, tokens: line.tokens.clone() };
    if parser.takes("+=") {
        let more = parser.expr();
        out.push(statement(vec![first], Some(more)));
        lengthen(parser.source, out);
        return;
    }
    if parser.take(b':') {
        let from = parser.at;
        drop(parser.expr());
        let value = parser.take(b'=').then(|| parser.expr());
        if value.is_some() || parser.at > from {
            out.push(statement(vec![first], value));
        }
        return;
    }
    let mut chain = vec![first];
    while parser.take(b'=') {
        chain.push(parser.expr());
    }
    let value = chain.pop();
    out.push(statement(chain, value));
}

/// Where the last statement is `NAME += more`, forgets what was no more than the beginning of a URL in NAME.
fn lengthen(source: &str, out: &mut Vec<Statement>) {
    let Some(mut last) = out.pop() else { return };
    let to = last.to.pop();
    let name = to.as_ref().and_then(Expr::name);
    let made = |s: &&mut Statement| matches!(&s.to[..], [one] if name.is_some() && one.name() == name);
    let before = out.iter_mut().rev().take(NEAR).find(made);
    if let Some(value) =
        before.and_then(|before| before.value.as_mut()).filter(|value| value.is_begun(source))
    {
        value.kind = Kind::Other(Vec::new());
    }
    out.push(last);
}

/// What methods that make an object set of it whatever the case: `self.database_url = …` right below `def __init__`. Each with
/// the place of its class among the contexts.
pub(super) fn set_by_methods<'s>(
    statements: &'s [Statement],
    contexts: &[Context],
) -> BTreeSet<(usize, &'s str)> {
    let (mut out, mut taken) = (BTreeSet::new(), BTreeSet::new());
    for statement in statements {
        let (Some(class), Some(value)) = (contexts[statement.context].makes, &statement.value) else {
            continue;
        };
        // What is only made into something else is still what stands in the class, be it by way of another name.
        value.walk(&mut |e| {
            let name = e.name().and_then(|name| name.strip_prefix("self."));
            let name = name.map(|name| name.strip_prefix("__class__.").unwrap_or(name));
            taken.extend(name.map(|name| (class, name.split('.').next().unwrap_or(name))));
        });
        let set = statement.to.iter().filter_map(|to| Some((class, to.name()?.strip_prefix("self.")?)));
        out.extend(set.filter(|one| !taken.contains(one)));
    }
    out
}

/// The word of a class that is an environment's: `ProductionConfig`; empty where it says none.
fn class_word(name: &str) -> String {
    let mut word = name;
    for end in ["Config", "Settings", "Configuration"] {
        word = word.strip_suffix(end).unwrap_or(word);
    }
    if word.len() <= 16 { word.to_ascii_lowercase() } else { String::new() }
}

/// Whether a name is that of a switch for a developer's machine, and of nothing else there: `DEBUG`, `IS_LOCAL`, but not `LOCAL_URL`.
fn is_of_developers(upper: &str) -> bool {
    let of_machine = |word: &str| matches!(word, "DEBUG" | "LOCAL" | "DEV" | "DEVELOPMENT");
    let around = |word: &str| matches!(word, "IS" | "MODE" | "ENV" | "ENVIRONMENT");
    upper.split('_').any(of_machine) && upper.split('_').all(|word| of_machine(word) || around(word))
}

/// The word of a condition: `ENV == "production"`, `if DEBUG`, `"test" in sys.argv`. What is negated says nothing.
fn condition(source: &str, tokens: &[Token]) -> Option<String> {
    let (mut word, mut said, mut compares, mut not) = (None, None, false, false);
    // `LOCAL == False`, and what holds elsewhere too.
    let open = |token: &Token| {
        let text = &source[token.range.clone()];
        matches!(text, "False" | "None" | "0" | "or" | "is")
    };
    let open = tokens.iter().any(open);
    for token in tokens {
        let text = &source[token.range.clone()];
        match token.kind {
            Tok::Sign(b'C') if text == "!=" => return None,
            Tok::Sign(b'C') => compares = true,
            Tok::Name if text == "in" => {
                if not {
                    return None;
                }
                compares = true;
            }
            Tok::Name => {
                let upper = text.to_ascii_uppercase();
                let has = |words: &[&str]| upper.split('_').any(|w| words.contains(&w));
                if !not && has(&["TEST", "TESTS", "TESTING"]) {
                    word = word.or(Some("test"));
                } else if !not && !open && is_of_developers(&upper) {
                    word = word.or(Some("development"));
                }
            }
            Tok::Text { prefix, quote, .. } => {
                let (open, close) = (usize::from(prefix) + usize::from(quote), usize::from(quote));
                let inner = text.get(open..text.len().saturating_sub(close)).unwrap_or_default();
                if inner.len() <= 16 && inner.bytes().all(|b| b.is_ascii_lowercase()) {
                    said = Some(inner);
                }
            }
            _ => {}
        }
        not = text == "not";
    }
    said.filter(|_| compares).or(word).map(str::to_owned)
}
