"""Random TOML documents, written in all the ways that the language has, and how many of them a test tries."""

import os

import tomlkit
from hypothesis import settings
from hypothesis import strategies as st

SOME = settings(max_examples=int(os.environ.get("EXAMPLES", "40")), deadline=None, database=None)

bare = st.text("abcXYZ019_-", min_size=1, max_size=6)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=12)
keys = bare | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
scalars = (
    texts
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.dates()
    | st.datetimes()
    | st.times()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)
trees = st.dictionaries(keys, values, max_size=4)
dumped = trees.map(tomlkit.dumps)

blank = st.sampled_from(["", " ", "\t", "  "])
comment = st.sampled_from(["", "", " # x", "#", "\t# [a] = \"'é"])
newline = st.sampled_from(["\n", "\n", "\r\n", "\n\n", "\n# a.b = 1\n\t"])


def quoted(text: str) -> str:
    """A basic string."""
    return '"' + "".join(each if each.isalnum() else f"\\U{ord(each):08x}" for each in text) + '"'


@st.composite
def written_key(draw, text):
    """A key in one of its spellings."""
    ways = [quoted(text)]
    if text and all(each in "abcXYZ019_-" for each in text):
        ways += [text, text, f"'{text}'"]
    return draw(st.sampled_from(ways))


@st.composite
def written(draw, value):
    """A value in one of its spellings, on a line or several."""
    if isinstance(value, str):
        return draw(st.sampled_from(strings(value)))
    if isinstance(value, list):
        return draw(written_array(value))
    if isinstance(value, dict):
        pairs = [
            f"{draw(written_key(key))}{draw(blank)}={draw(blank)}{draw(written(each))}" for key, each in value.items()
        ]
        return "{" + draw(blank) + f"{draw(blank)},{draw(blank)}".join(pairs) + draw(blank) + "}"
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return draw(st.sampled_from([str(value), hex(value), oct(value), bin(value), f"{value:_}", f"+{value}"]))
    return tomlkit.item(value).as_string()


@st.composite
def written_array(draw, value):
    """An array, perhaps over lines, perhaps with a comma at the end."""
    gap = st.sampled_from(["", " ", "\n", " # ], x\n", "\r\n\t"])
    parts = [draw(gap) + draw(written(each)) + draw(gap) for each in value]
    last = draw(st.sampled_from(["", ","])) if parts else ""
    return "[" + ",".join(parts) + last + draw(gap) + "]"


def strings(text: str) -> list[str]:
    """All spellings of a string."""
    ways = [quoted(text), f'"""\n{quoted(text)[1:-1]}"""', f'"""{quoted(text)[1:-1]}\\\n  \t"""']
    printable = all(each in "\t\n" or (each >= " " and each != "\x7f") for each in text)
    if printable and "'" not in text:
        ways.append(f"'''\n{text}'''")
        if "\n" not in text:
            ways.append(f"'{text}'")
    if printable and not text.endswith('"') and '"""' not in text and "\\" not in text:
        ways.append(f'"""\n{text}"""')
    return ways


@st.composite
def documents(draw):
    """A document with dotted keys, headers, arrays of tables, comments."""
    text = draw(written_pairs(draw(st.dictionaries(bare, values, max_size=3))))
    for name, table in draw(st.dictionaries(bare.map(lambda each: f"t{each}"), trees, max_size=3)).items():
        key = f"{draw(blank)}{draw(written_key(name))}{draw(blank)}"
        if draw(st.booleans()):
            for _ in range(draw(st.integers(1, 2))):
                text += f"[[{key}]]{draw(comment)}\n" + draw(written_pairs(table))
                text += f"[{key}.{draw(blank)}inner]\nx = 1\n" if "inner" not in table else ""
        else:
            text += f"[{key}]{draw(comment)}\n" + draw(written_pairs(table))
    return text


@st.composite
def written_pairs(draw, table):
    """Keys and values on lines; a table may become dotted keys."""
    text = ""
    for key, value in table.items():
        name = draw(written_key(key))
        flat = isinstance(value, dict) and value and draw(st.booleans())
        pairs = (
            [(f"{name}{draw(blank)}.{draw(written_key(k))}", v) for k, v in value.items()] if flat else [(name, value)]
        )
        for left, right in pairs:
            gaps = draw(blank), draw(blank), draw(blank)
            text += f"{gaps[0]}{left}{gaps[1]}={gaps[2]}{draw(written(right))}{draw(comment)}{draw(newline)}"
    return text + "\n"


FRAGMENTS = """\
[a]|[a.b]|[a.b.c]|[[a]]|[[a.b]]|[b]|[[b]]|[b.c]|[[b.c]]|[[a.b.c]]|[c]|[c.d]|[a.b.d]|[ a . "b" ]
a=1|a.b=1|a.b.c=1|b.c=2|b.c.d=1|c=0|c.d={}|c.d.e=1|a . b = 4|"q"=1|'a'.b=3
c={}|a={b=1}|a={b.c=1, b.d=2}|a={b={c=1}, b.d=2}|a=[{b=1},{b=2}]|b=[1,2,]|c="x"|c='y'|c=\"\"\"a""b\"\"\"|c='''z''''
c=1979-05-27|c=1979-05-27 07:32:00Z|c=07:32:00|c=1e3|c=0x1f|c=+inf|c=-nan|c=1_000|c=-0|c="\\u00e9"|# x""".replace(
    "\n", "|"
)
JUNK = [
    *"[]{}=.,\"'#\\\n\t\r _-+0123456789aefTZ:xon\x00\x7fé",
    '"""',
    "'''",
    "\r\n",
    "\\e",
    "\\x41",
    "\\uD800",
    "07:32",
    "=\n",
]


@st.composite
def damaged(draw):
    """Lines that often do not fit together, and often are not TOML at all."""
    text = draw(st.sampled_from(["\n", "\r\n"])).join(draw(st.lists(st.sampled_from(FRAGMENTS.split("|")), max_size=6)))
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(JUNK)) + text[at + draw(st.integers(0, 2)) :]
    return text
