//! Which files say something and which do not, each beside a twin that is read, or judged, all the same.

use super::{Twins, mild::tell_apart};

const TWINS: &[Twins] = &[
    // A script without an extension is one by its first line.
    Twins {
        rule: "compose-credential-mismatch",
        healthy: &[("compose.yml", OWN_ROLE), ("bin/recreate_db", MAKES_ROLE)],
        ill: &[("compose.yml", OWN_ROLE), ("bin/recreate_db", MAKES_OTHER)],
    },
];

const OWN_ROLE: &str = "services:\n  db:\n    image: postgres:16.4\n    environment: {POSTGRES_USER: postgres, POSTGRES_PASSWORD: k3Vq9mT2xLpW7c}\n  web:\n    build: .\n    environment:\n      DATABASE_URL: postgresql://shop:k3Vq9mT2xLpW7c@db:5432/shop\n";
const MAKES_ROLE: &str = "#!/bin/bash\npsql -U postgres -c \"CREATE ROLE shop LOGIN PASSWORD '$PASSWORD'\"\ncreatedb -U postgres shop\n";
const MAKES_OTHER: &str = "#!/bin/bash\npsql -U postgres -c \"CREATE ROLE stock LOGIN PASSWORD '$PASSWORD'\"\ncreatedb -U postgres stock\n";

#[test]
fn what_is_read_decides() {
    tell_apart(TWINS);
}
