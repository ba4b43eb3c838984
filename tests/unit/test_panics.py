"""What is shown of a Go program's last words."""

from __future__ import annotations

from slimdeploy.deploy.rollout.panics import excerpt, last_words

NIL_MAP = """\
2026/11/25 10:00:00 one
2026/11/25 10:00:00 two
2026/11/25 10:00:00 three
2026/11/25 10:00:00 opening the store
panic: assignment to entry in nil map

goroutine 1 [running]:
example.com/shop/store.(*Store).Put(...)
	example.com/shop/store/store.go:21
main.main()
	example.com/shop/main.go:46 +0x7a5
"""
IN_A_HANDLER = """\
http: panic serving 127.0.0.1:1: runtime error: invalid memory address or nil pointer dereference
goroutine 12 [running]:
"""
FATAL = """\
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a1b2c]

goroutine 18 gp=0xc0000a8000 m=0 mp=0x5 [running]:
runtime.throw({0x5a, 0x12})
	runtime/panic.go:1101 +0x48
net/http.(*conn).serve(0xc000, {0x1, 0x2})
	net/http/server.go:2109 +0x665
main.(*api).handle(0x0, {0x7f, 0xc0})
	example.com/shop/api.go:14 +0x19
created by net/http.(*Server).Serve in goroutine 1
	net/http/server.go:3454 +0x485

goroutine 19 [select]:
main.other()
	example.com/shop/other.go:1 +0x1
"""
ONLY_GOS = """\
fatal error: all goroutines are asleep - deadlock!

goroutine 1 [select (no cases)]:
sync.(*WaitGroup).Wait(0x1)
	sync/waitgroup.go:1 +0x1
"""


def test_a_panic_is_its_message_and_the_programs_own_frames() -> None:
    assert excerpt(NIL_MAP.splitlines(), 10) == [
        "2026/11/25 10:00:00 two",
        "2026/11/25 10:00:00 three",
        "2026/11/25 10:00:00 opening the store",
        "panic: assignment to entry in nil map",
        "    at example.com/shop/store.(*Store).Put (example.com/shop/store/store.go:21)",
        "    at main.main (example.com/shop/main.go:46)",
    ]


def test_frames_of_go_itself_and_other_goroutines_are_left_out() -> None:
    assert excerpt(FATAL.splitlines(), 10) == [
        "panic: runtime error: invalid memory address or nil pointer dereference",
        "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a1b2c]",
        "    at main.(*api).handle (example.com/shop/api.go:14)",
    ]


def test_without_frames_of_its_own_gos_are_better_than_none() -> None:
    assert excerpt(ONLY_GOS.splitlines(), 10)[-1] == "    at sync.(*WaitGroup).Wait (sync/waitgroup.go:1)"


def test_otherwise_the_last_lines() -> None:
    lines = [f"line {number}" for number in range(50)]
    assert excerpt(lines, 3) == ["line 47", "line 48", "line 49"]
    assert excerpt([], 3) == []


def test_hundreds_of_goroutines_are_a_few_lines() -> None:
    others = "\n\ngoroutine 7 [select]:\nmain.wait()\n\texample.com/shop/main.go:1 +0x1" * 500
    assert len(excerpt((FATAL + others).splitlines(), 10)) == 3


def test_what_came_on_the_other_stream_is_not_lost() -> None:
    assert excerpt([*ONLY_GOS.splitlines(), "opening the store"], 10)[:2] == [
        "opening the store",
        "fatal error: all goroutines are asleep - deadlock!",
    ]


def test_last_words() -> None:
    assert last_words(NIL_MAP.splitlines()) == "panic: assignment to entry in nil map"
    assert last_words(["2026/11/25 10:00:00.000123 DB_URL is not set", ""]) == "DB_URL is not set"
    assert last_words(['time="2026-11-25T10:00:00Z" level=fatal msg=x']) == "level=fatal msg=x"
    assert last_words([]) == ""
    assert last_words(IN_A_HANDLER.splitlines()[:1]).startswith("http: panic serving")
