describe("databaseConfig", () => {
  it("takes the URL before the parts", () => {
    const config = databaseConfig({ DATABASE_URL: " postgres://db.example/api ", DATABASE_HOST: "ignored" });
    expect(config.url).toBe("postgres://db.example/api");
  });
});
