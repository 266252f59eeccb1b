//! The settings in `options`: the arguments of a server process that libpq sends with the startup message.

/// Name and value of each `-c name=value`, `-cname=value` and `--name=value`, in order. Arguments are separated by
/// blanks, a backslash takes the next character as it is (postinit.c, `pg_split_opts`), and `-` in a name behind
/// `--` is `_` (guc.c, `ParseLongOption`). Other arguments set nothing by name and are passed over.
pub fn settings(options: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut arguments = split(options).into_iter();
    while let Some(argument) = arguments.next() {
        let setting = if argument == "-c" {
            arguments.next()
        } else if let Some(rest) = argument.strip_prefix("--") {
            Some(rest.to_owned())
        } else {
            argument.strip_prefix("-c").map(str::to_owned)
        };
        if let Some((name, value)) = setting.as_deref().and_then(|s| s.split_once('='))
            && !name.is_empty()
        {
            out.push((name.replace('-', "_"), value.to_owned()));
        }
    }
    out
}

fn split(options: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut inside, mut characters) = (false, options.chars());
    while let Some(c) = characters.next() {
        if c.is_ascii_whitespace() {
            inside = false;
            continue;
        }
        if !inside {
            out.push(String::new());
            inside = true;
        }
        let taken = if c == '\\' { characters.next() } else { Some(c) };
        if let (Some(argument), Some(c)) = (out.last_mut(), taken) {
            argument.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::settings;

    #[test]
    fn as_a_server_process_reads_them() {
        let of = |text: &str| -> Vec<String> {
            settings(text).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
        };
        assert_eq!(of("-c statement_timeout=5s"), ["statement_timeout=5s"]);
        assert_eq!(of("-cjit=off  --lock-timeout=1"), ["jit=off", "lock_timeout=1"]);
        assert_eq!(of("-c search_path=a,\\ b -c x=a\\\\b"), ["search_path=a, b", "x=a\\b"]);
        assert_eq!(of("-c default_transaction_isolation=read\\ committed").len(), 1);
        for nothing in
            ["", "endpoint=ep-cool-1", "project=x", "-B 16", "-c", "-c statement_timeout", "--", "\\"]
        {
            assert!(of(nothing).is_empty(), "{nothing}");
        }
    }
}
