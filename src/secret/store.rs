//! What stands for a secret that is kept elsewhere: references that a tool or a platform resolves before the service is
//! started, and ciphertexts that are made to be committed.

use super::Secret;

/// Who puts the secret in the place of a reference or a ciphertext.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Store {
    /// `op://vault/item/field`: 1Password's `op run`.
    OnePassword,
    /// `pass://vault/item/field`: Proton Pass.
    ProtonPass,
    /// `keeper://record/field/password`: Keeper's `ksm exec`.
    Keeper,
    /// `vault:secret/data/shop#password`: Vault, by the webhook or `vault-env` of Bank-Vaults.
    Vault,
    /// `<path:kv/data/shop#password>`: the plugin for Vault of Argo CD.
    ArgoVault,
    /// `ref+awsssm://shop/password`: vals.
    Vals,
    /// `arn:aws:secretsmanager:…`, `arn:aws:ssm:…`, `{{resolve:secretsmanager:…}}` in a template of `CloudFormation`.
    Aws,
    /// `@Microsoft.KeyVault(…)`: Azure's App Service.
    Azure,
    /// `sm://project/secret`, `berglas://bucket/secret`, `projects/1/secrets/shop/versions/2`: Google Cloud.
    GoogleCloud,
    /// `ENC[AES256_GCM,…]`: a ciphertext of SOPS.
    Sops,
    /// `encrypted:…`: a ciphertext of dotenvx.
    Dotenvx,
    /// `ENC(…)`: a ciphertext of Jasypt.
    Jasypt,
    /// `{cipher}…`: a ciphertext of Spring Cloud Config.
    SpringCloud,
    /// `$ANSIBLE_VAULT;1.1;AES256` and lines of digits: a ciphertext of Ansible, behind `!vault |`.
    Ansible,
}

impl Store {
    /// Whether what stands there is the secret itself, encrypted.
    pub fn is_ciphers(self) -> bool {
        matches!(self, Self::Sops | Self::Dotenvx | Self::Jasypt | Self::SpringCloud | Self::Ansible)
    }

    /// As people call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnePassword => "1Password",
            Self::ProtonPass => "Proton Pass",
            Self::Keeper => "Keeper",
            Self::Vault | Self::ArgoVault => "Vault",
            Self::Vals => "vals",
            Self::Aws => "AWS",
            Self::Azure => "Azure Key Vault",
            Self::GoogleCloud => "Google Cloud",
            Self::Sops => "SOPS",
            Self::Dotenvx => "dotenvx",
            Self::Jasypt => "Jasypt",
            Self::SpringCloud => "Spring Cloud Config",
            Self::Ansible => "Ansible Vault",
        }
    }
}

impl Secret {
    /// Whether the text has none of the signs that a reference, a ciphertext or a mark has: it is made of letters and
    /// digits of ASCII, `.`, `-` and single `_` alone.
    pub fn is_bare(&self) -> bool {
        let mut before = 0;
        self.expose().bytes().all(|b| {
            let twice = b == b'_' && before == b;
            before = b;
            b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-') || b == b'_' && !twice
        })
    }

    /// Who resolves the text before the service is started, by its form.
    pub fn store(&self) -> Option<Store> {
        let text = self.expose().trim();
        let bracket = text.bytes().any(|b| b == b'<');
        if bracket && text.find("<path:").is_some_and(|at| text[at..].contains('>')) {
            return Some(Store::ArgoVault);
        }
        // Most values begin otherwise than all of these.
        let begins = matches!(
            text.as_bytes().first(),
            Some(
                b'o' | b'p'
                    | b'k'
                    | b'v'
                    | b'>'
                    | b'r'
                    | b'a'
                    | b'{'
                    | b'@'
                    | b's'
                    | b'b'
                    | b'E'
                    | b'e'
                    | b'$'
            )
        );
        // All but these have a colon, and of most words and numbers that suffices.
        let rare = || matches!(text.as_bytes().first(), Some(b'E' | b'{' | b'@' | b'p' | b'$'));
        if !begins || !text.contains(':') && !rare() {
            return None;
        }
        let has = |part: &str| text.contains(part);
        let opens = |prefix: &str| text.len() > prefix.len() && text.starts_with(prefix);
        // `op inject` puts it into the middle of a text too.
        let inside = |(at, _)| text[..at].ends_with([':', '@']) || text[..at].ends_with("//");
        Some(if opens("op://") || text.match_indices("op://").any(inside) {
            Store::OnePassword
        } else if opens("pass://") {
            Store::ProtonPass
        } else if opens("keeper://") {
            Store::Keeper
        } else if (opens("vault:") || opens(">>vault:")) && (has("#") || text.matches('/').count() > 1) {
            Store::Vault
        } else if (opens("ref+") || opens("secretref+")) && has("://") {
            Store::Vals
        } else if opens("arn:aws") && (has(":secretsmanager:") || has(":ssm:"))
            || opens("{{resolve:s")
            || opens("ssm://")
            || opens("secretsmanager://")
        {
            Store::Aws
        } else if opens("@Microsoft.KeyVault(") {
            Store::Azure
        } else if opens("sm://") || opens("berglas://") || opens("projects/") && has("/secrets/") {
            Store::GoogleCloud
        } else if opens("ENC[") && text.ends_with(']') {
            Store::Sops
        } else if opens("ENC(") && text.ends_with(')') {
            Store::Jasypt
        } else if opens("encrypted:") {
            Store::Dotenvx
        } else if opens("{cipher}") {
            Store::SpringCloud
        } else if opens("$ANSIBLE_VAULT;") {
            Store::Ansible
        } else {
            return None;
        })
    }
}

impl Secret {
    /// The passwords that stand in a URL or a string of pairs, as roughly as suffices to see whether one is in plain
    /// sight: what stands between the first `:` and the last `@` behind `://`, and behind `password=`. Each is a copy: ask
    /// no text that is longer than connection strings are.
    pub fn passwords_within(&self) -> Vec<Self> {
        let text = self.expose();
        // pgjdbc knows no user before the host.
        let url = Some(text).filter(|t| !t.starts_with("jdbc:"));
        let userinfo = url
            .and_then(|t| t.split_once("://"))
            .and_then(|(_, rest)| rest.rsplit_once('@'))
            .map(|(own, _)| own);
        let of_url = userinfo.and_then(|own| own.split_once(':')).map(|(_, password)| password);
        let lower = text.to_ascii_lowercase();
        let pairs = lower.match_indices("password=").map(|(at, word)| {
            let rest = &text[at + word.len()..];
            rest.split(['&', ';', ' ', '"', '\'', '\n']).next().unwrap_or_default()
        });
        of_url.into_iter().chain(pairs).map(Self::from).collect()
    }

    /// Whether a reference stands in the text, in the way of shells, compose files and templates.
    pub fn holds_a_reference(&self) -> bool {
        let text = self.expose();
        text.starts_with('$')
            || ["${", "$(", "{{", "<%", "%(", "{env[", "{this."].iter().any(|open| text.contains(open))
    }

    /// Whether a reference stands in the text from its beginning to its end: `${…}`, `$(…)`, or as [`Secret::is_rendered`].
    pub fn holds_a_whole_reference(&self) -> bool {
        let text = self.expose();
        let closed =
            |open: &str, close: char| text.split_once(open).is_some_and(|(_, rest)| rest.contains(close));
        closed("${", '}') || closed("$(", ')') || self.is_rendered()
    }

    /// Whether a template has something to put in: `{{ .Values.db.password }}`, `<%= password %>`.
    pub fn is_rendered(&self) -> bool {
        let pairs = [("{{", "}}"), ("<%", "%>"), ("{%", "%}")];
        let text = self.expose();
        pairs.iter().any(|(open, close)| text.split_once(open).is_some_and(|(_, rest)| rest.contains(close)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_form() {
        for (text, store) in [
            ("op://prod/shop/password", Some(Store::OnePassword)),
            ("vault:secret/data/shop#password", Some(Store::Vault)),
            (">>vault:secret/data/shop#password", Some(Store::Vault)),
            ("ref+vault://secret/shop#/password", Some(Store::Vals)),
            ("arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-a1b2c3", Some(Store::Aws)),
            ("arn:aws-cn:ssm:cn-north-1:123456789012:parameter/shop", Some(Store::Aws)),
            ("{{resolve:secretsmanager:shop:SecretString:password}}", Some(Store::Aws)),
            ("@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/shop/)", Some(Store::Azure)),
            ("projects/1/secrets/shop/versions/latest", Some(Store::GoogleCloud)),
            ("ENC[AES256_GCM,data:q83v,iv:q83v,tag:q83v,type:str]", Some(Store::Sops)),
            ("ENC(q83vEjRWeJA=)", Some(Store::Jasypt)),
            ("encrypted:BGx8Lm4k2Pq", Some(Store::Dotenvx)),
            ("{cipher}682bc583f4641835fa2d", Some(Store::SpringCloud)),
            ("$ANSIBLE_VAULT;1.1;AES256\n6231336539\n", Some(Store::Ansible)),
            ("postgresql://shop:op://prod/shop/password@db/shop", Some(Store::OnePassword)),
            ("postgresql://shop:<path:kv/data/shop#password>@db/shop", Some(Store::ArgoVault)),
            ("", None),
            ("op://", None),
            ("stop://x", None),
            ("encrypted", None),
            ("vault:hunter2", None),
            ("$ANSIBLE_VAULT", None),
            ("postgresql://vault:secret@db/shop", None),
            ("ENC[ryption", None),
            ("projects/shop", None),
        ] {
            assert_eq!(Secret::from(text).store(), store, "{text}");
            assert!(store.is_none() || !Secret::from(text).is_bare(), "{text}");
        }
    }
}
