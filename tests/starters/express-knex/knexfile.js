require("dotenv").config();

module.exports = {
  development: {
    client: "postgresql",
    connection: {
      database: "my_db",
      user: "username",
      password: "password",
    },
    migrations: { tableName: "knex_migrations" },
  },
  production: {
    client: "postgresql",
    connection: process.env.DATABASE_URL,
    pool: { min: 2, max: 10 },
    migrations: { tableName: "knex_migrations" },
  },
};
