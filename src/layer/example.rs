//! Files that are there to be copied, or to be said anew, told by their paths.

/// Whether a file holds the values of a Helm chart, by its name.
pub fn is_of_chart(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.starts_with("values") && matches!(name.rsplit('.').next(), Some("yaml" | "yml"))
}

/// Files that show what to write: their values are nobody's.
pub fn is_example(path: &str) -> bool {
    let bytes = path.as_bytes();
    let mut name = 0;
    // `{{cookiecutter.project_slug}}/…` and `lib/generators/install/templates/…` are what a project is made from.
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'{' if bytes.get(at + 1) == Some(&b'{') => return true,
            b'/' | b'\\' => {
                // `template/.env`, not the templates of a chart.
                let env = path[at + 1..].starts_with(".env");
                if env && (bytes[..at].ends_with(b"template") || bytes[..at].ends_with(b"templates")) {
                    return true;
                }
                let generators = *byte == b'/' && bytes[..at].ends_with(b"generators");
                if generators && path[at + 1..].contains("templates/") {
                    return true;
                }
                name = at + 1;
            }
            _ => {}
        }
    }
    let name = &path[name..];
    name.split('.').any(|w| matches!(w, "template" | "tmpl" | "tpl" | "dist") || WORDS.contains(&w))
        // What a program is to be given, by dotenv's kin that check it: `.env.schema`.
        || name == ".env.schema"
        // `.env.prod-sample`, `.env_example`, `example.env`.
        || name.contains("env")
            && name.split(['.', '-', '_']).any(|w| matches!(w, "template" | "dist") || WORDS.contains(&w))
        || is_data_example(name)
}

/// Words for what shows how a file is written.
const WORDS: [&str; 8] =
    ["example", "sample", "ejemplo", "exemplo", "exemple", "esempio", "beispiel", "contoh"];

/// `config_example.yml`, `dendrite-sample.yaml`. Of code, `sample` may be a part of what it does.
fn is_data_example(name: &str) -> bool {
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    // `settings/production_example.py`
    if matches!(extension, "py" | "rb" | "php" | "js" | "ts") {
        return stem.ends_with("_example");
    }
    matches!(extension, "yml" | "yaml" | "json" | "toml" | "ini" | "conf" | "cfg" | "properties")
        && stem.rsplit_once(['-', '_']).is_some_and(|(_, w)| matches!(w, "example" | "sample" | "template"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn examples_are_told_by_their_paths() {
        let yes = ".env.example a/.env.schema a/b\\sample.env x/env.dist settings/production_example.py {{c.x}}/.env a{{b lib/generators/a/templates/.env
            my-generators/templates/x generators/a/generators/templates/x";
        let no = ".env example/.env a{b/{.env templates/generators/.env generators\\templates/x ä/.env";
        assert!(yes.split_whitespace().all(super::is_example));
        assert!(!no.split_whitespace().any(super::is_example) && !super::is_example(""));
    }
}
