import Testing

@testable import Target

@Test(arguments: [
  ("DB_PASSWORD=hunter2", "DB_PASSWORD=******"),
  ("API_KEY=abc", "API_KEY=******"),
  ("STRIPE_KEY=abc", "STRIPE_KEY=******"),
  ("GITHUB_TOKEN=x", "GITHUB_TOKEN=******"),
  ("ANY=AKIAIOSFODNN7EXAMPLE", "ANY=******"),
  ("ANY=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh", "ANY=******"),
  ("ANY=-----BEGIN RSA PRIVATE KEY-----", "ANY=******"),
  ("DATABASE_URL=postgres://app:pa:ss@db:5432/x", "DATABASE_URL=postgres://app:******@db:5432/x"),
  (
    "CONN=Server=db;User Id=app;Password=x;Port=1",
    "CONN=Server=db;User Id=app;Password=******;Port=1"
  ),
  ("CALLBACK=https://h/p?a=1&token=abc&b=2", "CALLBACK=https://h/p?a=1&token=******&b=2"),
])
func hidden(_ entry: String, _ shown: String) { #expect(Secrets.masked(entry) == shown) }

@Test(arguments: [
  "PATH=/usr/bin:/bin", "PWD=/app", "OLDPWD=/", "HOME=/home/app", "KEYBOARD=us",
  "TOKEN_FILE=/run/secrets/token",
  "DB_PASSWORD=", "USE_TOKEN=true", "URL=https://host:8443/path", "A=b=c", "noequals",
  "MONKEY=banana",
])
func shown(_ entry: String) { #expect(Secrets.masked(entry) == entry) }
