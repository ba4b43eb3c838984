"""What is legal and likely a mistake: told with its place, and never refused."""

import pytest

from slimdeploy.config.reader import read

CASES = [
    ('[cluster]\ncontext = "prod"\nnamespace = "default"\n', ":3:13: cluster.namespace: "),  # 13
    ('app.env = { PATH = "/bin" }\n', ":1:20: app.env.PATH: "),  # 26
    ('app.env.GODEBUG = "gctrace=1"\n', ":1:19: app.env.GODEBUG: "),
    ('[app.env]\nKUBERNETES_SERVICE_HOST = "10.0.0.1"\n', ":2:27: app.env.KUBERNETES_SERVICE_HOST: "),
    ('[image]\ntag = "latest"\n', ":2:7: image.tag: "),  # 47
    ("[image]\nuser = 9999\n", ":2:8: image.user: 9999 may be "),  # 53
]


@pytest.mark.parametrize(("text", "said"), CASES)
def test_each_is_told_once_with_its_place(tmp_path, text, said):
    file = tmp_path / "slim.toml"
    file.write_text(text)
    (warning,) = read(file).warnings
    assert said in warning


def test_what_only_another_profile_says_is_not_told(tmp_path):
    file = tmp_path / "slim.toml"
    file.write_text('[profiles.staging]\nimage.tag = "latest"\n[profiles.production]\n')
    assert read(file).warnings == ()
    assert read(file, profile="production").warnings == ()
    (warning,) = read(file, profile="staging").warnings
    assert ":2:13: profiles.staging.image.tag: " in warning


def test_the_usual_file_is_silent(tmp_path):
    file = tmp_path / "slim.toml"
    file.write_text('[app]\nenv = { GREETING = "hi" }\n[image]\ntag = "{version}"\nuser = 65532\n')
    assert read(file).warnings == ()
