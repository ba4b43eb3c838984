"""Values that a person gets wrong: each row is a line, the column of the problem, and what is said first.

The numbers are the rows of the catalogue of bad input that these were written from.
"""

import pytest

NAMES = [  # 1-11, 68
    ('"My_App"', "use lower case letters, digits and '-'"),
    (f'"{"a" * 44}"', "44 characters, at most 43"),
    (f'"{"a" * 254}"', "254 characters, at most 43"),
    ('"1app"', "must start with a letter"),
    ('"app-"', "must start and end with a letter or digit"),
    ('"-app"', "must not start with '-'"),
    ('"a..b"', "character '.' not allowed"),
    ('""', "must start and end with a letter or digit"),
    (r'"app\n---\nkind: ClusterRoleBinding"', "line break not allowed"),
    ('"$(reboot)"', "character '$' not allowed"),
    ('"`id`"', "character '`' not allowed"),
    ('"; rm -rf /"', "character ';' not allowed"),
    ('"--help"', "must not start with '-'"),
    ('"-o/tmp/x"', "must not start with '-'"),
    ('"\u0430pp"', "character U+0430 CYRILLIC SMALL LETTER A not allowed"),
    ('"\ufb01sh"', "character U+FB01 LATIN SMALL LIGATURE FI not allowed"),
    (r'"a\u200bb"', "character U+200B ZERO WIDTH SPACE not allowed"),
    (r'"a\u202eb"', "character U+202E RIGHT-TO-LEFT OVERRIDE not allowed"),
    (r'"\u001b[31m"', "character U+001B not allowed"),
    ('"../../etc/cron.d/x"', "character '.' not allowed"),
    ('"/etc"', "character '/' not allowed"),
    ('"con"', '"con" is reserved'),
    ('"kubernetes"', '"kubernetes" is reserved'),
    ("5", "expected a string, got an integer"),
    ("true", "expected a string, got a boolean"),
    ("1979-05-27", "expected a string, got a date or time"),
    ('["a"]', "expected a string, got a list"),
    ("{}", "expected a string, got a table"),
]
PORTS = [  # 14, 15, 67
    ("0", "expected an integer from 1 to 65535, got 0"),
    ("-1", "expected an integer from 1 to 65535, got -1"),
    ("65536", "expected an integer from 1 to 65535, got 65536"),
    ("8080.0", "expected an integer from 1 to 65535, got 8080.0"),
    ('"8080"', 'expected an integer from 1 to 65535, got the string "8080"'),
    ("true", "expected an integer from 1 to 65535, got true"),
    ("99999999999999999999999", "expected an integer from 1 to 65535, got 99999999999999999999999"),
    ("nan", "expected an integer from 1 to 65535, got nan"),
    ("80", "below 1024 needs a capability"),
]
HEALTH = [  # 54
    ('"healthz"', "must start with one '/'"),
    ('"/a b"', "must start with one '/'"),
    (r'"/x\r\nHost: y"', "line break not allowed"),
    ('"//evil"', "must start with one '/'"),
    ("{}", "choose one of http, tcp and grpc"),
    ("5", "expected a path"),
    ("[]", "expected a path"),
]
LDFLAGS = [  # 36
    ('"-X main.v=1 -o /etc/cron.d/x"', "expected a list; allowed: -s, -w, -X pkg.name=value"),
    ('"-s"', "expected a list; allowed"),
    ("5", "expected a list, got an integer"),
]
MAINS = [  # 41
    *[(f'"{each}"', "expected a folder inside the project") for each in ("-x", "../other", "./cmd/...", "/abs")],
    *[(f'"{each}"', "expected a folder inside the project") for each in ("github.com/x/y@latest", "./a/../b", "")],
    (r'"C:\\x"', "expected a folder inside the project"),
    ('"cmd/server"', "a folder inside the project starts with ./"),
]
PLATFORMS = [  # 60
    ("[]", "must not be empty"),
    ('"clustr"', 'expected a list of platforms or "cluster"'),
    ('"linux/amd64"', 'expected a list of platforms or "cluster"'),
    ("5", 'expected a list of platforms or "cluster"'),
]
REPOSITORIES = [  # 43-45
    ('"http://user:pw@host/x"', "no credentials in the address"),
    ('"user:pw@host/x"', "no credentials in the address"),
    ('"Docker.io/Me"', "must be lower case"),
    ('"docker.io/a//b"', '"" is not a part of a repository'),
    ('"../x"', '".." is not a host name'),
    ('"host:99999/x"', '"99999" is not a port'),
    ('"docker://x/y"', '"docker://" prefix not allowed'),
    ('"[::1]:5000/x"', "an IPv6 address is not possible"),
    ('"latest"', "needs a registry host and a repository"),
    ('"team/x"', "needs a registry host and a repository"),
    ('"reg.io/x:v1"', "no tag here"),
    ('"reg.io/x@sha256:abc"', "no digest here"),
    (f'"reg.io/{"c" * 300}"', "307 characters, at most 255"),
]
TAGS = [  # 46
    ('"1+build5"', "character '+' not allowed"),
    ('"-x"', "must not start with '-'"),
    ('".x"', "must not start with '.'"),
    (f'"{"a" * 129}"', "129 characters, at most 128"),
    ('"a b"', "character ' ' not allowed"),
    ('"v1:2"', "character ':' not allowed"),
    ('"$(id)"', "character '$' not allowed"),
    ('""', "must not be empty"),
    ('"{commit}"', "{commit} is unknown"),
    ('"{version"', "character '{' not allowed"),
]
USERS = [  # 53
    (each, f"expected an integer from 1 to 2147483647, got {said}")
    for each, said in (
        ('"root"', 'the string "root"'),
        ("0", "0"),
        ("2147483648", "2147483648"),
        ("-1", "-1"),
    )
]
REPLICAS = [  # 19
    (each, f"expected an integer from 0 to 1000, got {said}")
    for each, said in (
        ("-1", "-1"),
        ("1e3", "1e3"),
        ("1.5", "1.5"),
        ('"3"', 'the string "3"'),
        ("true", "true"),
        ("1001", "1001"),
    )
]
MEMORY = [  # 51
    ('"64m"', '"64m" is 0.064 bytes'),
    ('"64"', '"64" is 64 bytes'),
    ('"64MB"', 'unit "MB" is unknown'),
    ('"-1"', "a quantity has no sign"),
    ('"99Ti"', '"99Ti" is 108,851,651,149,824 bytes'),
    ("64", "expected a string, got an integer"),
]
CPU = [  # 52
    ('"0.5m"', '"0.5m" is less than, or finer than, 1m'),
    ('"0"', '"0" is less than, or finer than, 1m'),
    ('"-1"', "a quantity has no sign"),
    ('"1,5"', "not a Kubernetes quantity"),
    ('"500M"', '"500M" is 500,000,000 cores'),
    ('"inf"', "not a Kubernetes quantity"),
    ('"nan"', "not a Kubernetes quantity"),
]
TIMEOUTS = [  # 72
    ('"5"', "needs a unit"),
    ('"-1s"', "not a duration"),
    ('"1h99m"', '"1h99m" is not a duration'),
    ('"inf"', "not a duration"),
    ('""', "not a duration"),
    ('"25h"', "expected from 1s to 24h"),
    ("5", "expected a string, got an integer"),
]
CRON = [  # 58
    ('"* * * *"', "4 fields, expected 5"),
    ('"@reboot"', "@reboot is not possible"),
    ('"@daily"', "@daily is not possible"),
    ('"61 * * * *"', 'minute: expected from 0 to 59, got "61"'),
    ('"TZ=UTC 0 0 * * *"', "a time zone in front is not possible"),
    ('"0 0 31 2 *"', "this date never comes"),
    ('"0 0 * * 7"', 'day of week: expected from 0 to 6, got "7"'),
    ('"5/15 * * * *"', 'minute: cron and Kubernetes read "5/15" differently'),
    ('"*/0 * * * *"', 'minute: step "0" is not possible'),
    ('"5-1 * * * *"', 'minute: "5-1" runs backwards'),
    ('"x * * * *"', 'minute: expected from 0 to 59, got "x"'),
    ('"1,,2 * * * *"', 'minute: "" is not possible'),
]
WORDS = [
    ("build.strategy", '"builder"', "needs build.builder_image"),
    ("build.strategy", '"base"', "needs build.base_image"),
    (
        "build.strategy",
        '"scracth"',
        'expected "scratch", "builder" or "base", got the string "scracth"; did you mean "scratch"?',
    ),
    ("static.cgo", '"on"', 'expected "off" or "static", got the string "on"'),
    ("static.trimpath", '"true"', 'expected true or false, got the string "true"'),
    ("static.rebuild_all", "1", "expected true or false, got an integer"),
    ("static.installsuffix", '"a b"', "letters, digits and '_' only"),
    ("image.ca", '"sytem"', 'expected "auto", "system", "none" or a list of files; did you mean "system"?'),
    ("image.insecure", '"no"', 'expected true or false, got the string "no"'),
    ("app", "5", "expected a table, got an integer"),
    ("app.env", '"x"', 'expected a table, got the string "x"'),
    ("app.args", '"x"', 'expected a list, got the string "x"'),
    ("deploy.resources", "[]", "expected a table, got a list"),
]
TABLES = [
    ("app.name", NAMES),
    ("app.port", PORTS),
    ("app.health", HEALTH),
    ("build.main", MAINS),
    ("build.platforms", PLATFORMS),
    ("static.ldflags", LDFLAGS),
    ("image.repository", REPOSITORIES),
    ("image.tag", TAGS),
    ("image.user", USERS),
    ("deploy.replicas", REPLICAS),
    ("deploy.resources.memory", MEMORY),
    ("deploy.resources.cpu", CPU),
    ("deploy.timeout", TIMEOUTS),
    ("schedule.cron", CRON),
]
ROWS = [(key, value, said) for key, rows in TABLES for value, said in rows] + WORDS


@pytest.mark.parametrize(("key", "value", "said"), ROWS, ids=[f"{key}={value}"[:60] for key, value, _ in ROWS])
def test_the_value_is_pointed_at(problem, key, value, said):
    found = problem(f"# a comment\n{key} = {value} # and another\n")
    assert (found.line, found.column) == (2, len(key) + 4)
    assert found.end_column == found.column + len(value)
    assert found.message.startswith(f"{key}: {said}")
    assert found.path == key
    assert found.code != "invalid"
