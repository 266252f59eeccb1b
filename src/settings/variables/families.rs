//! Families of variables, one a part of a connection.

/// A family of variables that together make a target.
pub struct Set {
    /// As `show` names it.
    pub name: &'static str,
    /// libpq keyword and the spellings of its variable, the first one preferred.
    pub parts: &'static [(&'static str, &'static [&'static str])],
    /// Without this part the variables describe the container of a server, not a client's target.
    pub needs: Option<&'static str>,
    /// They are one program's, and no other reads them: the variable in which it is told the engine.
    pub engine: Option<&'static str>,
}

/// The families, in the order in which a complete one is looked for.
pub const SETS: &[Set] = &[
    Set {
        name: "DATABASE_*",
        parts: &[
            ("host", &["DATABASE_HOST"]),
            ("port", &["DATABASE_PORT"]),
            ("dbname", &["DATABASE_NAME", "DATABASE_DB", "DATABASE_DATABASE"]),
            ("user", &["DATABASE_USER", "DATABASE_USERNAME"]),
            ("password", &["DATABASE_PASSWORD", "DATABASE_PASS"]),
            ("sslmode", &["DATABASE_SSLMODE", "DATABASE_SSL_MODE"]),
        ],
        needs: None,
        engine: None,
    },
    Set {
        name: "DB_*",
        parts: &[
            ("host", &["DB_HOST"]),
            ("port", &["DB_PORT"]),
            ("dbname", &["DB_NAME", "DB_DATABASE"]),
            ("user", &["DB_USER", "DB_USERNAME"]),
            ("password", &["DB_PASSWORD", "DB_PASS"]),
            ("sslmode", &["DB_SSLMODE", "DB_SSL_MODE"]),
        ],
        needs: None,
        engine: None,
    },
    Set {
        name: "POSTGRES_*",
        parts: &[
            ("host", &["POSTGRES_HOST", "POSTGRES_SERVER"]),
            ("port", &["POSTGRES_PORT"]),
            ("dbname", &["POSTGRES_DB", "POSTGRES_DATABASE", "POSTGRES_DBNAME"]),
            ("user", &["POSTGRES_USER"]),
            ("password", &["POSTGRES_PASSWORD"]),
            ("sslmode", &["POSTGRES_SSLMODE", "POSTGRES_SSL_MODE"]),
        ],
        needs: Some("host"),
        engine: None,
    },
    Set {
        name: "SQL_*",
        parts: &[
            ("host", &["SQL_HOST"]),
            ("port", &["SQL_PORT"]),
            ("dbname", &["SQL_DATABASE", "SQL_NAME"]),
            ("user", &["SQL_USER"]),
            ("password", &["SQL_PASSWORD"]),
        ],
        needs: None,
        engine: None,
    },
    Set {
        name: "RDS_*",
        parts: &[
            ("host", &["RDS_HOSTNAME"]),
            ("port", &["RDS_PORT"]),
            ("dbname", &["RDS_DB_NAME"]),
            ("user", &["RDS_USERNAME"]),
            ("password", &["RDS_PASSWORD"]),
        ],
        needs: None,
        engine: None,
    },
    // Spring has a URL, role and password; the host and the rest are what projects put into the URL.
    Set {
        name: "SPRING_DATASOURCE_*",
        parts: &[
            ("host", &["SPRING_DATASOURCE_HOST"]),
            ("port", &["SPRING_DATASOURCE_PORT"]),
            ("dbname", &["SPRING_DATASOURCE_DATABASE", "SPRING_DATASOURCE_DB"]),
            ("user", &["SPRING_DATASOURCE_USERNAME", "SPRING_DATASOURCE_USER"]),
            ("password", &["SPRING_DATASOURCE_PASSWORD"]),
        ],
        needs: Some("host"),
        engine: None,
    },
    // Quarkus has no host of its own.
    Set {
        name: "QUARKUS_DATASOURCE_*",
        parts: &[("user", &["QUARKUS_DATASOURCE_USERNAME"]), ("password", &["QUARKUS_DATASOURCE_PASSWORD"])],
        needs: Some("host"),
        engine: None,
    },
    Set {
        name: "PG_*",
        parts: &[
            ("host", &["PG_HOST"]),
            ("port", &["PG_PORT"]),
            ("dbname", &["PG_DATABASE", "PG_DB", "PG_DBNAME", "PG_NAME"]),
            ("user", &["PG_USER", "PG_USERNAME"]),
            ("password", &["PG_PASSWORD", "PG_PASS"]),
            ("sslmode", &["PG_SSLMODE", "PG_SSL_MODE"]),
        ],
        needs: Some("host"),
        engine: None,
    },
    // Keycloak's guide "Configuring the database".
    Set {
        name: "KC_DB_*",
        parts: &[
            ("host", &["KC_DB_URL_HOST"]),
            ("port", &["KC_DB_URL_PORT"]),
            ("dbname", &["KC_DB_URL_DATABASE"]),
            ("user", &["KC_DB_USERNAME"]),
            ("password", &["KC_DB_PASSWORD"]),
        ],
        needs: Some("host"),
        engine: Some("KC_DB"),
    },
    // n8n's "Database environment variables".
    Set {
        name: "DB_POSTGRESDB_*",
        parts: &[
            ("host", &["DB_POSTGRESDB_HOST"]),
            ("port", &["DB_POSTGRESDB_PORT"]),
            ("dbname", &["DB_POSTGRESDB_DATABASE"]),
            ("user", &["DB_POSTGRESDB_USER"]),
            ("password", &["DB_POSTGRESDB_PASSWORD"]),
        ],
        needs: Some("host"),
        engine: Some("DB_TYPE"),
    },
    // Metabase's "Environment variables".
    Set {
        name: "MB_DB_*",
        parts: &[
            ("host", &["MB_DB_HOST"]),
            ("port", &["MB_DB_PORT"]),
            ("dbname", &["MB_DB_DBNAME"]),
            ("user", &["MB_DB_USER"]),
            ("password", &["MB_DB_PASS"]),
        ],
        needs: Some("host"),
        engine: Some("MB_DB_TYPE"),
    },
    // TypeORM before 0.3.
    Set {
        name: "TYPEORM_*",
        parts: &[
            ("host", &["TYPEORM_HOST"]),
            ("port", &["TYPEORM_PORT"]),
            ("dbname", &["TYPEORM_DATABASE"]),
            ("user", &["TYPEORM_USERNAME"]),
            ("password", &["TYPEORM_PASSWORD"]),
        ],
        needs: Some("host"),
        engine: Some("TYPEORM_CONNECTION"),
    },
];

/// The families whose role and password go with a URL, by the URL's variable.
pub const BESIDE: &[(&str, &str)] = &[
    ("SPRING_DATASOURCE_URL", "SPRING_DATASOURCE_*"),
    ("QUARKUS_DATASOURCE_JDBC_URL", "QUARKUS_DATASOURCE_*"),
    ("KC_DB_URL", "KC_DB_*"),
];

/// The same for a URL of JDBC or R2DBC under a name that others have too: role and password are handed over beside it there.
pub const BESIDE_JAVAS: &[(&str, &str)] = &[("DATABASE_URL", "DATABASE_*"), ("DB_URL", "DB_*")];
