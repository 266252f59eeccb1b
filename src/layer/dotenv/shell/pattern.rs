//! A shell's patterns and its arithmetic, on short texts.

/// Whether a pattern (`*`, `?`, `[…]`, `\x`) matches all of a text.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some('?') => Some(1),
            Some('[') => class(&pattern[p..], text[t]),
            Some('\\') if p + 1 < pattern.len() => (pattern[p + 1] == text[t]).then_some(2),
            Some(c) => (*c == text[t]).then_some(1),
            None => None,
        };
        match (step, star) {
            (Some(len), _) => (p, t) = (p + len, t + 1),
            (None, Some((at, from))) => {
                star = Some((at, from + 1));
                (p, t) = (at + 1, from + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// The length of the class that `pattern` begins with, if it holds the character; a `[` that is no class is a `[`.
fn class(pattern: &[char], c: char) -> Option<usize> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let from = 1 + usize::from(negated);
    let Some(end) = pattern.iter().skip(from + 1).position(|c| *c == ']').map(|i| i + from + 1) else {
        return (c == '[').then_some(1);
    };
    let set = &pattern[from..end];
    let (mut i, mut found) = (0, false);
    while i < set.len() {
        if i + 2 < set.len() && set[i + 1] == '-' {
            found |= set[i] <= c && c <= set[i + 2];
            i += 3;
        } else {
            found |= set[i] == c;
            i += 1;
        }
    }
    (found != negated).then_some(end + 1)
}

/// The value of an integer expression; `None` where it cannot be read.
pub(super) fn arithmetic(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<i64> {
    let mut sum = Sum { text: text.as_bytes(), at: 0, depth: 0, variable };
    if text.trim().is_empty() {
        return Some(0);
    }
    let value = sum.binary(0)?;
    sum.blank();
    (sum.at == sum.text.len()).then_some(value)
}

struct Sum<'a> {
    text: &'a [u8],
    at: usize,
    depth: usize,
    variable: &'a dyn Fn(&str) -> Option<String>,
}

/// Operators from the loosest to the tightest.
const OPERATORS: [&[&str]; 10] = [
    &["||"],
    &["&&"],
    &["|"],
    &["^"],
    &["&"],
    &["==", "!="],
    &["<=", ">=", "<", ">"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "%"],
];

impl Sum<'_> {
    fn blank(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn binary(&mut self, level: usize) -> Option<i64> {
        let Some(operators) = OPERATORS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            self.blank();
            let rest = &self.text[self.at..];
            let found = operators.iter().find(|o| rest.starts_with(o.as_bytes()));
            let Some(operator) = found else { return Some(left) };
            // `|` is not the beginning of `||`, nor `<` of `<<`.
            if operator.len() == 1
                && rest.get(1) == Some(&rest[0])
                && matches!(rest[0], b'|' | b'&' | b'<' | b'>')
            {
                return Some(left);
            }
            self.at += operator.len();
            let right = self.binary(level + 1)?;
            left = match *operator {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "|" => left | right,
                "^" => left ^ right,
                "&" => left & right,
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<=" => i64::from(left <= right),
                ">=" => i64::from(left >= right),
                "<" => i64::from(left < right),
                ">" => i64::from(left > right),
                "<<" => left.wrapping_shl(u32::try_from(right & 63).ok()?),
                ">>" => left.wrapping_shr(u32::try_from(right & 63).ok()?),
                "+" => left.wrapping_add(right),
                "-" => left.wrapping_sub(right),
                "*" => left.wrapping_mul(right),
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
    }

    fn unary(&mut self) -> Option<i64> {
        self.blank();
        self.depth += 1;
        if self.depth > 40 {
            return None;
        }
        let first = *self.text.get(self.at)?;
        let value = match first {
            b'-' | b'+' | b'!' | b'~' => {
                self.at += 1;
                let value = self.unary()?;
                match first {
                    b'-' => value.wrapping_neg(),
                    b'!' => i64::from(value == 0),
                    b'~' => !value,
                    _ => value,
                }
            }
            b'(' => {
                self.at += 1;
                let value = self.binary(0)?;
                self.blank();
                (self.text.get(self.at) == Some(&b')')).then_some(())?;
                self.at += 1;
                value
            }
            b if b.is_ascii_alphanumeric() || b == b'_' => {
                let rest = &self.text[self.at..];
                let len = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
                let word = std::str::from_utf8(&rest[..len]).ok()?;
                self.at += len;
                if b.is_ascii_digit() {
                    number(word)?
                } else {
                    let value = (self.variable)(word).unwrap_or_default();
                    if value.trim().is_empty() { 0 } else { signed(value.trim())? }
                }
            }
            _ => return None,
        };
        self.depth -= 1;
        Some(value)
    }
}

fn signed(text: &str) -> Option<i64> {
    match text.strip_prefix('-') {
        Some(rest) => number(rest).map(i64::wrapping_neg),
        None => number(text),
    }
}

fn number(word: &str) -> Option<i64> {
    if let Some(hex) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        return i64::from_str_radix(hex, 16).ok();
    }
    match word.strip_prefix('0') {
        Some(octal) if !octal.is_empty() => i64::from_str_radix(octal, 8).ok(),
        _ => word.parse().ok(),
    }
}

/// `${NAME#pattern}` and its like.
pub(super) fn trim(value: &str, pattern: &str, front: bool, longest: bool) -> String {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), value.chars().collect());
    let n = text.len();
    let fits = |len: &usize| matches(&pattern, if front { &text[..*len] } else { &text[n - *len..] });
    let len = if longest { (0..=n).rev().find(fits) } else { (0..=n).find(fits) };
    let len = len.unwrap_or(0);
    if front { text[len..].iter().collect() } else { text[..n - len].iter().collect() }
}

/// `${NAME/pattern/with}`.
pub(super) fn substitute(value: &str, pattern: &str, with: &str, all: bool) -> String {
    let text: Vec<char> = value.chars().collect();
    let mut pattern: Vec<char> = pattern.chars().collect();
    let anchor = pattern.first().copied().filter(|c| !all && matches!(c, '#' | '%') && pattern.len() > 1);
    if anchor.is_some() {
        pattern.remove(0);
    }
    if pattern.is_empty() {
        return value.to_owned();
    }
    let (mut out, mut at, mut done) = (String::new(), 0, false);
    while at < text.len() {
        let mut lens = (1..=text.len() - at).rev();
        let here = match anchor {
            Some('#') => at == 0,
            _ => !done || all,
        };
        let fits = |len: &usize| {
            (anchor != Some('%') || at + len == text.len()) && matches(&pattern, &text[at..at + len])
        };
        match lens.find(|len| here && fits(len)) {
            Some(len) => {
                out.push_str(with);
                at += len;
                done = true;
            }
            None => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    out
}

/// `${NAME:offset:length}`.
pub(super) fn slice(value: &str, parts: &str, lookup: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let text: Vec<char> = value.chars().collect();
    let n = i64::try_from(text.len()).ok()?;
    let (offset, length) = match parts.split_once(':') {
        Some((o, l)) => (o, Some(l)),
        None => (parts, None),
    };
    let mut from = arithmetic(offset, lookup)?;
    if from < 0 {
        from += n;
    }
    if from < 0 || from > n {
        return Some(String::new());
    }
    let to = match length {
        None => n,
        Some(l) => match arithmetic(l, lookup)? {
            len if len < 0 => n + len,
            len => (from + len).min(n),
        },
    };
    if to < from {
        return None;
    }
    Some(text[usize::try_from(from).ok()?..usize::try_from(to).ok()?].iter().collect())
}
