"""[image]: files, certificates, folders and labels that must not be (bad input, rows 69 and 70)."""

import pytest

SOURCES = [
    ("/etc/passwd", "must be inside the project"),
    ("~/.ssh", "must be inside the project"),
    ("../x", "leaves the project"),
    ("a/../../x", "leaves the project"),
    ("**", "is the whole project"),
    ("**/*", "is the whole project"),
    ("*", "is the whole project"),
    (".", "is the whole project"),
    ("./", "is the whole project"),
    ("", "is the whole project"),
    ("a//b", "not a plain path"),
    (r"a\u0000b", "character U+0000 not allowed"),
]
TARGETS = [
    ("views", "must be an absolute path"),
    ("/etc/../bin", "not a plain path"),
    ("//x", "not a plain path"),
    ("/proc/x", "/proc/x cannot be replaced: it is the kernel's"),
    ("/sys", "/sys cannot be replaced: it is the kernel's"),
    ("/dev/", "/dev/ cannot be replaced: it is the kernel's"),
    ("/tmp/x", "/tmp/x cannot be replaced: it is an empty folder when the container starts"),
    ("/etc/passwd", "/etc/passwd cannot be replaced: it is made for image.user"),
    ("/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-certificates.crt cannot be replaced: image.ca decides"),
    ("/usr/share/zoneinfo", "/usr/share/zoneinfo cannot be replaced: image.timezones decides about it"),
]


@pytest.mark.parametrize(("source", "said"), SOURCES)
def test_where_files_may_not_come_from(problem, source, said):
    found = problem(f'image.files = [{{ from = "{source}", to = "/x" }}]')
    assert (found.column, found.path) == (25, "image.files[0].from")
    assert found.message.startswith(f"image.files[0].from: {said}")


@pytest.mark.parametrize(("target", "said"), TARGETS)
def test_where_files_may_not_go(problem, target, said):
    found = problem(f'image.files = [{{ from = "x", to = "{target}" }}]')
    assert (found.column, found.path) == (35, "image.files[0].to")
    assert found.message.startswith(f"image.files[0].to: {said}")


@pytest.mark.parametrize("key", ["exclude", "allow"])
@pytest.mark.parametrize("pattern", ["", "/a", "../a"])
def test_patterns(problem, key, pattern):
    found = problem(f'image.files = [{{ from = "x", to = "/x", {key} = ["{pattern}"] }}]')
    assert found.message == f"image.files[0].{key}[0]: not a glob"


def test_both_ends_are_needed(problem):
    assert problem('image.files = [{ to = "/x" }]').message == "image.files[0].from: is needed"


@pytest.mark.parametrize(
    ("key", "said"),
    [("source", 'source: unknown key; did you mean "from"?'), ("form", 'form: unknown key; did you mean "from"?')],
)
def test_unknown_keys_of_a_rule(problem, key, said):
    found = problem(f'image.files = [{{ from = "x", to = "/x", {key} = "y" }}]')
    assert found.message == f"image.files[0].{said}"


def test_a_rule_as_it_is_read(read):
    (rule,) = read('image.files = [{ from = "./views/", to = "/v/", exclude = ["*.tmp", "a/"] }]').image.files
    assert (rule.source, rule.target, rule.exclude, rule.allow) == ("views", "/v/", ("*.tmp", "a"), ())


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('"corp.pem"', 'image.ca: expected "auto", "system", "none" or a list of files'),
        ("[]", 'image.ca: expected "auto", "system", "none" or a list of files'),
        ("true", 'image.ca: expected "auto", "system", "none" or a list of files'),
        ('["../corp.pem"]', "image.ca[0]: leaves the project"),
        ('["a.pem", "*.pem"]', "image.ca[1]: expected a file of the project"),
        ("[1]", "image.ca[0]: expected a file of the project"),
    ],
)
def test_certificates(problem, value, said):
    assert problem(f"image.ca = {value}").message == said


def test_certificates_as_they_are_read(read):
    assert read('image.ca = ["./corp.pem"]').image.ca == ("corp.pem",)
    assert read('image.ca = "none"').image.ca == "none"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('timezones = "system"', 'timezones: expected "auto", "embed" or "none", got the string "system"'),
        ('compression = "zip"', 'compression: expected "gzip" or "zstd", got the string "zip"; did you mean "gzip"?'),
        ('workdir = "srv"', "workdir: must be an absolute path"),
        ('workdir = "/a/../b"', "workdir: not a plain path"),
        ('workdir = "/srv/"', "workdir: not a plain path"),
        ('labels = { "a b" = "x" }', "labels.\"a b\": letters and digits, joined by '.', '-', '_' or '/'"),
        ('labels = { a = "x\\ny" }', "labels.a: line break not allowed"),
        ("labels = { a = 1 }", "labels.a: expected a string, got an integer"),
    ],
)
def test_the_rest(problem, text, said):
    assert problem(f"[image]\n{text}").message == f"image.{said}"


def test_a_label_is_no_place_for_a_secret(problem):
    found = problem(f'image.labels = {{ a = "{"gh"}p_{"x" * 36}" }}')
    assert found.message == "image.labels.a: looks like a secret (value not shown)"
    assert "xxx" not in str(found)
