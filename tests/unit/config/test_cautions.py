"""What is legal and likely a mistake: told with its place, and never refused."""

import pytest

from slimdeploy.config.reader import check_text

CASES = [
    ('[cluster]\ncontext = "prod"\nnamespace = "default"\n', ":3:13: cluster.namespace: "),  # 13
    ('app.env = { PATH = "/bin" }\n', ":1:20: app.env.PATH: "),  # 26
    ('app.env.GODEBUG = "gctrace=1"\n', ":1:19: app.env.GODEBUG: "),
    ('[app.env]\nKUBERNETES_SERVICE_HOST = "10.0.0.1"\n', ":2:27: app.env.KUBERNETES_SERVICE_HOST: "),
    ('[image]\ntag = "latest"\n', ":2:7: image.tag: "),  # 47
    ("[image]\nuser = 9999\n", ":2:8: image.user: 9999 may be "),  # 53
]


def warnings(text, profile=None):
    return check_text(text, "slim.toml", profile).warnings


@pytest.mark.parametrize(("text", "said"), CASES)
def test_each_is_told_once_with_its_place(text, said):
    (warning,) = warnings(text)
    assert said in warning


def test_what_only_another_profile_says_is_not_told():
    text = '[profiles.staging]\nimage.tag = "latest"\n[profiles.production]\n'
    assert warnings(text) == ()
    assert warnings(text, "production") == ()
    (warning,) = warnings(text, "staging")
    assert ":2:13: profiles.staging.image.tag: " in warning


def test_the_usual_file_is_silent():
    assert warnings('[app]\nenv = { GREETING = "hi" }\n[image]\ntag = "{version}"\nuser = 65532\n') == ()
