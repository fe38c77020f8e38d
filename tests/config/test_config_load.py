"""Loading a configuration file: what is accepted, and how every mistake is told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from switchgear.config.load import MAX_FILE_BYTES, StoredNames, load, read
from switchgear.config.schema import Settings
from switchgear.core.errors import ConfigInvalid, Problem
from switchgear.core.secrets import Secret

Write = Callable[[str], Path]

PROVIDER = '[providers.openai]\nbase_url = "https://api.openai.com/v1"\n'
LITELLM = "[providers.x]\nkind = 'litellm'\nlitellm_provider = 'bedrock'\n"
AZURE = "[providers.x]\nkind = 'azure'\nbase_url = 'https://us.openai.azure.com'\n"
ALIAS = "[models.a]\ndeployments = [{ provider = 'local', model = 'smollm2' }]\n"
DEPLOYMENT = "[[models.a.deployments]]\nprovider = 'local'\nmodel = 'smollm2'\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "switchgear.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def problems_of(path: Path, environ: dict[str, str] | None = None, **more: object) -> tuple[Problem, ...]:
    with pytest.raises(ConfigInvalid) as caught:
        read(path, environ or {}, **more)  # type: ignore[arg-type]
    return caught.value.problems


def test_without_a_file_the_settings_are_the_defaults() -> None:
    assert load(None, {}) == Settings()
    assert load(None, {}).server.port == 4100


def test_an_empty_file_is_the_defaults(write: Write) -> None:
    assert load(write(""), {}) == Settings()


def test_a_full_file_is_read(write: Write) -> None:
    settings = load(
        write(
            """
[server]
port = 4200
keep_alive = 5
[store]
url = "postgresql://gateway@db/switchgear"
durability = "strict"
[providers.openai]
kind = "openai"
base_url = "https://api.openai.com/v1/"
api_key = "env:OPENAI_API_KEY"
timeouts = { connect = 2 }
models = ["gpt-5-mini"]
[models.fast]
deployments = [{ provider = "openai", model = "gpt-5-mini", weight = 3 }, { provider = "local", model = "smollm2" }]
"""
        ),
        {"OPENAI_API_KEY": "sk-1"},
    )
    openai = settings.providers["openai"]
    assert settings.server.port == 4200
    assert settings.server.keep_alive == 5.0
    assert openai.base_url == "https://api.openai.com/v1"
    assert (openai.timeouts.connect, openai.timeouts.first_byte) == (2.0, 60.0)
    assert openai.models == ("gpt-5-mini",)
    assert [each.weight for each in settings.models["fast"].deployments] == [3, 1]


def test_relative_paths_start_at_the_folder_of_the_file(write: Write, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.issue_cert("gateway.test").private_key_and_cert_chain_pem.write_to_path(tmp_path / "both.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    text = '[server]\nhost = "0.0.0.0"\ntls_cert = "both.pem"\ntls_key = "both.pem"\n' + PROVIDER + 'ca_file = "ca.pem"'
    settings = load(write(text), {})
    assert settings.server.tls_cert == tmp_path / "both.pem"
    assert settings.providers["openai"].ca_file == tmp_path / "ca.pem"


# One row a mistake: the file, the line it must be told at, what the sentence and the advice must contain.
MISTAKES = [
    # not TOML
    ("[server]\nport = \n", 2, "not TOML", ""),
    ("[server]\nport = 1\nport = 2\n", 3, "not TOML: cannot overwrite", ""),
    ("[server\n", 1, "not TOML", ""),
    ('[log]\nlevel = "info\n', 2, "not TOML", ""),
    ("a = [1,\n2,\n", 2, "not TOML", ""),
    ("[server]\n[server]\n", 2, "not TOML: cannot declare", ""),
    # names nobody knows
    ("[sever]\nport = 1\n", 1, "sever is not a section.", 'Did you mean "server"?'),
    ("port = 4100\n", 1, "port is not a section.", "It belongs under [server]."),
    ("[server]\n\nprot = 1\n", 3, "server.prot is not a setting.", 'Did you mean "port"?'),
    ("[server]\nlevel = 'info'\n", 2, "server.level is not a setting.", "It belongs under [log]."),
    ("server.prot = 1\n", 1, "server.prot is not a setting.", '"port"'),
    ("server = { host = '127.0.0.1', prot = 1 }\n", 1, "server.prot is not a setting.", '"port"'),
    ('["server"]\n"prot" = 1\n', 2, "server.prot is not a setting.", '"port"'),
    ('[server]\n"pört" = 1\n', 2, 'server."pört" is not a setting.', '"port"'),
    ('[server]\n"a.b\\n" = 1\n', 2, 'server."a.b\\n" is not a setting.', "Known: body_timeout"),
    (PROVIDER + "[providers.openai.timeouts]\nconect = 1\n", 4, "timeouts.conect is not a setting.", '"connect"'),
    (PROVIDER + "timeouts = { connect = 1, totl = 2 }\n", 3, "timeouts.totl is not a setting.", '"total"'),
    ("[local]\nenabled = true\n[local.gpu]\nlayers = 1\n", 3, "local.gpu is not a setting.", "Known: context"),
    ("a." * 2_000 + "a = 1\n", 1, "a is not a section.", "Known: batches"),
    ("\n[server." + "a." * 2_000 + "a]\n", 2, "server.a is not a setting.", "Known: body_timeout"),
    # values of the wrong type or out of bounds
    ("[server]\nport = '4100'\n", 2, 'server.port = "4100" must be a whole number.', "without quotes"),
    ("[server]\nport = 4100.5\n", 2, "server.port = 4100.5 must be a whole number.", ""),
    ("[server]\nport = true\n", 2, "server.port = true must be a whole number.", ""),
    ("[server]\nport = 0\n", 2, "server.port = 0 must be at least 1.", ""),
    ("[server]\nport = 65_536\n", 2, "server.port = 65536 must be at most 65535.", ""),
    ("[server]\nport = 0x" + "f" * 5000 + "\n", 2, "server.port", ""),
    ("[server]\nheader_timeout = 0\n", 2, "server.header_timeout = 0 must be more than 0.", ""),
    ("[server]\nheader_timeout = -1.5\n", 2, "server.header_timeout = -1.5 must be more than 0.", ""),
    ("[server]\nkeep_alive = inf\n", 2, "server.keep_alive = inf must be", ""),
    ("[server]\nkeep_alive = nan\n", 2, "server.keep_alive = nan must be", ""),
    ("[server]\ntrusted_proxy = 'yes'\n", 2, 'server.trusted_proxy = "yes" must be true or false.', "without quotes"),
    ("[server]\nhost = 1\n", 2, "server.host = 1 must be text in quotes.", ""),
    ("[server]\nhost = '[::1]'\n", 2, 'server.host = "[::1]" is not a host name', '"::1"'),
    ("[server]\ntls_cert = 3\n", 2, "server.tls_cert = 3 must be a path", ""),
    ("[server]\nmax_body_bytes = 12\n", 2, "must be at least 1024.", ""),
    ("server = 3\n", 1, "server must be a table.", ""),
    ("providers = []\n", 1, "providers must be a table.", ""),
    ("[providers]\nopenai = 'x'\n", 2, "providers.openai must be a table.", ""),
    ("[[server]]\nport = 1\n", 1, "server must be a table.", ""),
    ("[log]\nlevel = 'inof'\n", 2, 'log.level = "inof" is not known.', 'Did you mean "info"?'),
    ("[log]\nlevel = 'INFO'\n", 2, 'log.level = "INFO" is not known.', 'Did you mean "info"?'),
    ("[store]\ndurability = 'strictest'\n", 2, "is not known.", 'Did you mean "strict"?'),
    ("[local]\nmemory_mb = 10\n", 2, "local.memory_mb = 10 must be at least 384.", ""),
    ("[observe]\nservice_name = ''\n", 2, 'observe.service_name = "" must not be empty.', ""),
    ("[observe]\notlp_endpoint = 'collector:4318'\n", 2, "must be an http:// or https:// URL", "https://host"),
    # stores
    ("[store]\nurl = 'mysql://db/x'\n", 2, "store.url is not a store we know.", '"postgresql://'),
    ("[store]\nurl = 'sqlite:///x.db'\n", 2, "store.url must be sqlite: and an absolute path.", "sqlite:/"),
    ("[store]\nurl = 'postgresql://h:99999/x'\n", 2, "store.url is not a URL.", ""),
    ("[store]\nurl = 'secret:db'\n", 2, "store.url cannot be a secret of the store", "env:NAME"),
    ("[store]\nurl = 'env:NOWHERE'\n", 2, "NOWHERE is not set.", "Set NOWHERE"),
    # providers
    ("[providers.groq]\n", 1, "providers.groq.base_url is missing.", 'base_url = "https://api.groq.com/openai/v1"'),
    ("[providers.mine]\n\nkind = 'openai'\n", 1, "providers.mine.base_url is missing.", "Add base_url = "),
    ("[providers.x]\nkind = 'opnai'\nbase_url = 'x'\n", 2, 'kind = "opnai" is not known.', 'Did you mean "openai"?'),
    ("[providers.x]\nkind = 'zz'\nbase_url = 'x'\n", 2, "is not known.", "Known: anthropic, azure, gemini, litellm, "),
    ("[providers.x]\nkind = 5\n", 2, "providers.x.kind = 5 is not known.", ""),
    (
        "[providers.x]\nkind = 'litellm'\n",
        1,
        "providers.x.litellm_provider is missing.",
        'litellm_provider = "bedrock"',
    ),
    ("[providers.azure]\nkind = 'azure'\n", 1, "providers.azure.base_url is missing.", "openai.azure.com"),
    ("[providers.anthropic]\n", 1, "providers.anthropic.base_url is missing.", 'Add kind = "anthropic".'),
    ("[providers.x]\nkind = 'anthropic'\nauth = 'cookie'\n", 3, 'auth = "cookie" is not known.', "Known: bearer, key."),
    (
        "[providers.x]\nkind = 'gemini'\napi_version = '1'\n",
        3,
        "providers.x.api_version is not a setting.",
        'of kind "azure"',
    ),
    (PROVIDER + "dialects = ['messages']\n", 3, 'dialects[0] = "messages" is not known.', "Known: chat, responses."),
    (PROVIDER + "dialects = []\n", 3, "providers.openai.dialects needs at least one entry.", ""),
    (LITELLM + "params = { aws_secret_access_key = 'hunter2' }\n", 4, "must give aws_secret_access_key as a ref", ""),
    (LITELLM + "params = { api_key = 'env:KEY' }\n", 4, "params must not hold api_key.", "There is a setting"),
    (LITELLM + "params = { region = [1] }\n", 4, "params.region must be text, a number, or true or false.", ""),
    (LITELLM + "params = { vertex_credentials = 'env:NONE' }\n", 4, "NONE is not set", ""),
    (AZURE + "api_key = 'env:SHORT'\ntoken = 'env:SHORT'\n", 5, "providers.x has both api_key and token.", "Leave one"),
    (
        AZURE + "api_key = 'env:SHORT'\nheaders = { API-Key = 'env:SHORT' }\n",
        5,
        "headers sets api-key, and so does",
        "",
    ),
    (AZURE + "token = 'sk-123'\n", 4, "providers.x.token must be a reference", ""),
    (ALIAS + "answers = 'guess'\n", 3, 'models.a.answers = "guess" is not known.', "Known: check, repair, trust."),
    (ALIAS + "vision_fallback = 'a'\n", 3, "models.a.vision_fallback is the model itself.", "one that can see"),
    (ALIAS + "vision_fallback = 'b'\n", 3, 'models.a.vision_fallback = "b" is not a model.', ""),
    (ALIAS + "vision_fallback = 'nobody/b'\n", 3, 'vision_fallback = "nobody/b" is not a model.', ""),
    (DEPLOYMENT + "context = 0\n", 4, "deployments[0].context = 0 must be at least 1.", ""),
    (DEPLOYMENT + "price = { inpt = 1 }\n", 4, "price.inpt is not a setting.", 'Did you mean "input"?'),
    (DEPLOYMENT + "capabilities = { tools = 'yes' }\n", 4, 'capabilities.tools = "yes" is not known.', "native"),
    (DEPLOYMENT + "deprecated = 'soon'\n", 4, 'deprecated = "soon" is not a date.', "2027-01-31"),
    (DEPLOYMENT + "deprecated = 1979-05-27T07:32:00Z\n", 4, "deprecated is not a date.", ""),
    ("[vision]\nallow_private = ['10.0.0.0/99']\n", 2, "is not a network.", "10.1.0.0/16"),
    ("[vision]\nscale_to = 1\n", 2, "vision.scale_to = 1 must be at least 64.", ""),
    ("[responses]\nretention_days = 0\n", 2, "must be at least 1.", ""),
    ("[providers.local]\nbase_url = 'http://x'\n", 1, "providers.local is the embedded provider's name.", "[local]"),
    ("[providers.OpenAI]\nbase_url = 'http://x'\n", 1, "providers.OpenAI is not a name for a provider.", "lower-case"),
    ("[providers.'a b']\nbase_url = 'http://x'\n", 1, 'providers."a b" is not a name for a provider.', ""),
    ("[providers.x]\nbase_url = 'ftp://x'\n", 2, 'base_url = "ftp://x" must be an http', ""),
    ("[providers.x]\nbase_url = 'https://x/v1?a=b'\n", 2, "must not have a query", ""),
    ("[providers.x]\nbase_url = 'https://h:0/'\n", 2, "must be an http", ""),
    ("[providers.x]\nbase_url = 'https://[::1'\n", 2, "is not a URL.", ""),
    (PROVIDER + "max_connections = 0\n", 3, "max_connections = 0 must be at least 1.", ""),
    (PROVIDER + "models = 'gpt'\n", 3, "providers.openai.models must be a list", ""),
    (PROVIDER + "models = [\n 'gpt',\n 3,\n]\n", 5, "providers.openai.models[1] = 3 must be text", ""),
    (PROVIDER + "proxy = 'socks5://x'\n", 3, "providers.openai.proxy must be an http", ""),
    (PROVIDER + "ca_file = 'nowhere.pem'\n", 3, "does not exist.", "Create the file"),
    (PROVIDER + "ca_file = '/'\n", 3, "is not a file.", "PEM"),
    (PROVIDER + f"ca_file = '{'x' * 300}'\n", 3, "cannot be read: file name too long.", ""),
    (PROVIDER + "ca_file = '.'\n", 3, "is not a path to a file.", ""),
    (PROVIDER + "ca_file = 'switchgear.toml'\n", 3, "holds no PEM certificate.", ""),
    (PROVIDER + "headers = { 'a b' = 'x' }\n", 3, "is not one of an HTTP header.", ""),
    (PROVIDER + "headers = { Host = 'x' }\n", 3, "must not set host.", ""),
    (PROVIDER + 'headers = { x-a = "a\\r\\nb: c" }\n', 3, "must give x-a as one line", ""),
    (PROVIDER + "headers = { X-A = 'x', x-a = 'y' }\n", 3, "gives one header twice.", "case"),
    (
        PROVIDER + "api_key = 'env:LINES_OF_ONE'\nheaders.Authorization = 'env:LINES_OF_ONE'\n",
        4,
        "sets authorization, and so does api_key.",
        "Leave one of them out.",
    ),
    # references
    (PROVIDER + "api_key = 'env:NOWHERE'\n", 3, 'api_key = "env:NOWHERE": The environment variable', "Set NOWHERE"),
    (PROVIDER + "api_key = 'env:EMPTY'\n", 3, "EMPTY is empty.", "Give EMPTY a value"),
    (PROVIDER + "api_key = 'env:'\n", 3, "providers.openai.api_key is not a valid reference.", '"env:NAME"'),
    (PROVIDER + "api_key = 'env:A-B'\n", 3, "is not a valid reference.", ""),
    (PROVIDER + "api_key = 'file:nowhere'\n", 3, "There is no file", "Create it"),
    (PROVIDER + "api_key = 'file:/'\n", 3, "is not a file.", ""),
    (PROVIDER + "api_key = 'secret:nothing'\n", 3, 'no secret "nothing" in the store.', "Create it"),
    (PROVIDER + "api_key = 'env:ACCENT'\n", 3, "cannot stand in a header.", ""),
    (PROVIDER + "api_key = 'env:LINES'\n", 3, "is not one line of text.", ""),
    (PROVIDER + "headers = { x-key = 'env:NOWHERE' }\n", 3, "headers.x-key =", "Set NOWHERE"),
    ("[observe]\notlp_headers.authorization = 'env:NOWHERE'\n", 2, "NOWHERE is not set.", ""),
    ("[server]\nsecret = 'env:SHORT'\n", 2, "is not 64 hex digits.", ""),
    ("[server]\nsecret = 'secret:x'\n", 2, "server.secret cannot be a secret of the store", ""),
    # models
    ("[models.fast]\n", 1, "models.fast.deployments is missing.", "in order of preference"),
    ("[models.fast]\ndeployments = []\n", 2, "models.fast.deployments needs at least one entry.", ""),
    (
        "[models.fast]\ndeployments = [\n  { provider = 'local', model = 'a' },\n  { provider = 'locl', model = 'a' },\n]\n",
        4,
        'models.fast.deployments[1].provider = "locl" is not a provider.',
        'Did you mean "local"?  Known: local.',
    ),
    (
        "[[models.fast.deployments]]\nprovider = 'local'\nmodel = 'a'\n[[models.fast.deployments]]\nmodel = 'b'\nprovider = 'x'\n",
        6,
        'models.fast.deployments[1].provider = "x" is not a provider.',
        "Known: local.",
    ),
    (
        "[[models.fast.deployments]]\nprovider = 'local'\nmodel = 'a'\n[[models.fast.deployments]]\nprovider = 'local'\n",
        4,
        "models.fast.deployments[1].model is missing.",
        "",
    ),
    (
        "models.a.deployments = [{provider = 'local', model = 'a', wieght = 1}]\n",
        1,
        "deployments[0].wieght",
        '"weight"',
    ),
    (
        "[models.a]\ndeployments = [{ provider = 'local', model = 'a', weight = 0 }]\n",
        2,
        "weight = 0 must be at least 1.",
        "",
    ),
    ("[models.a]\ndeployments = [{ provider = 'local', model = '' }]\n", 2, 'model = "" must not be empty.', ""),
    ("[models.'o/gpt']\ndeployments = [{ provider = 'local', model = 'a' }]\n", 1, "provider/model is how", '"gpt"'),
    (
        "[models.'a b']\ndeployments = [{ provider = 'local', model = 'a' }]\n",
        1,
        "is not a name for a model.",
        "letters",
    ),
    (
        "[models.a]\nstrategy = 'quickest'\ndeployments = [{ provider = 'local', model = 'a' }]\n",
        2,
        'models.a.strategy = "quickest" is not known.',
        "Known: ",
    ),
    (
        "[models.a]\nfallback = ['x']\ndeployments = [{ provider = 'local', model = 'a' }]\n",
        2,
        "fallback is not a setting",
        "",
    ),
    (
        "[local]\nenabled = false\n[models.a]\ndeployments = [{ provider = 'local', model = 'a' }]\n",
        4,
        'provider = "local" is switched off.',
        "Set enabled = true",
    ),
    # combinations
    ("[server]\nhost = '0.0.0.0'\n", 2, "would send keys over the network in clear text.", "trusted_proxy = true"),
    ("[server]\nhost = 'gateway.example'\n", 2, "in clear text.", "tls_cert"),
    ("[server]\ntls_cert = 'switchgear.toml'\n", 2, "server.tls_cert needs server.tls_key.", "Add tls_key"),
    ("[server]\nport = 1\ntls_key = 'switchgear.toml'\n", 3, "server.tls_key needs server.tls_cert.", "Add tls_cert"),
    (
        "[server]\ntls_cert = 'switchgear.toml'\ntls_key = 'switchgear.toml'\n",
        2,
        "are not a PEM certificate and its plain private key.",
        "PEM",
    ),
]

ENVIRON = {"LINES_OF_ONE": "x", "EMPTY": " ", "ACCENT": "é", "LINES": "a\nb", "SHORT": "abc"}


@pytest.mark.parametrize(("text", "line", "sentence", "advice"), MISTAKES)
def test_a_mistake_is_told_at_its_line_with_advice(
    write: Write, text: str, line: int, sentence: str, advice: str
) -> None:
    path = write(text)
    problems = problems_of(path, ENVIRON, secrets=lambda name: None)
    assert len(problems) == 1, problems
    problem = problems[0]
    assert (problem.file, problem.line) == (str(path), line)
    assert sentence in problem.message
    assert problem.message.endswith(".")
    assert advice in problem.suggestion


def test_the_report_reads_like_the_documentation_shows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("switchgear.toml").write_text(
        PROVIDER.replace("openai]", "anthropic]")
        + "[models.fast]\ndeployments = [\n"
        + '  { provider = "anthropic", model = "a" },\n  { provider = "antropic", model = "b" },\n]\n'
        + "[server]\nport = -1\n"
    )
    with pytest.raises(ConfigInvalid) as caught:
        load(Path("switchgear.toml"), {})
    assert str(caught.value) == (
        'switchgear.toml:6: models.fast.deployments[1].provider = "antropic" is not a provider.\n'
        '                   Did you mean "anthropic"?  Known: anthropic, local.\n'
        "switchgear.toml:9: server.port = -1 must be at least 1.\n"
        "2 problems. Nothing was changed."
    )
    assert caught.value.exit_code == 2
    assert caught.value.problems[0].path == "models.fast.deployments[1].provider"


def test_every_mistake_is_told_at_once_in_the_order_of_lines(write: Write) -> None:
    text = """\
[log]
level = "loud"
[providers.a]
base_url = "nope"
api_key = "env:A"
[providers.b]
base_url = "https://b.test"
api_key = "env:B"
[models.x]
deployments = [{ provider = "c", model = "m" }, { provider = 3, model = "m" }]
[server]
host = "0.0.0.0"
keep_alive = 0
"""
    problems = problems_of(write(text))
    assert [problem.line for problem in problems] == [2, 4, 5, 8, 10, 10, 12, 13]


def test_one_problem_is_counted_in_the_singular(write: Write) -> None:
    with pytest.raises(ConfigInvalid, match=r"\n1 problem\. Nothing was changed\.$"):
        load(write("[server]\nport = 0\n"), {})


def test_a_broken_setting_raises_no_second_problem_about_what_rests_on_it(write: Write) -> None:
    problems = problems_of(write("[server]\nhost = '0.0.0.0'\ntrusted_proxy = 'yes'\n"))
    assert [problem.path for problem in problems] == ["server.trusted_proxy"]


def test_a_provider_with_a_mistake_is_still_a_provider_for_the_models(write: Write) -> None:
    text = "[providers.a]\nbase_url = 3\n[models.x]\ndeployments = [{ provider = 'a', model = 'm' }]\n"
    assert [problem.path for problem in problems_of(write(text))] == ["providers.a.base_url"]


SECRET = "sk-proj-0123456789abcdefghij"


@pytest.mark.parametrize(
    "text",
    [
        PROVIDER + f'api_key = "{SECRET}"\n',
        PROVIDER + f'api_kye = "{SECRET}"\n',
        PROVIDER + f'headers = {{ authorization = "Bearer {SECRET}" }}\n',
        PROVIDER + f'headers = {{ x-api-key = "env:{SECRET}" }}\n',
        PROVIDER + f'headers = {{ x-plain = "{SECRET}\\n" }}\n',
        PROVIDER + f'api_key = ["{SECRET}"]\n',
        PROVIDER + f'proxy = "http://user:{SECRET}@proxy:0"\n',
        f'[providers.a]\nbase_url = "https://user:{SECRET}@host/v1"\n',
        f'[providers.a]\nbase_url = "{SECRET}"\n',
        f'[providers]\nopenai = "{SECRET}"\n',
        f'[observe]\notlp_headers = {{ authorization = "{SECRET}" }}\n',
        f'[server]\nsecret = "{SECRET}"\n',
        f'[store]\nurl = "postgres://user:{SECRET}@db/x"\n',
        f'[log]\nlevel = "{SECRET}"\n',
        f'openai_key = "{SECRET}"\n',
        PROVIDER + f'api_key = "{SECRET}\n',
        PROVIDER + 'api_key = "env:KEY"\n',
    ],
)
def test_no_secret_is_ever_echoed(write: Write, text: str) -> None:
    with pytest.raises(ConfigInvalid) as caught:
        load(write(text), {"KEY": f"{SECRET}\nsecond line"})
    error = caught.value
    shown = "\n".join([str(error), repr(error), repr(error.problems), error.advice, repr(error.__cause__)])
    assert SECRET not in shown
    assert error.__cause__ is None


def test_a_literal_key_is_answered_with_the_advice_to_use_a_reference(write: Write) -> None:
    (problem,) = problems_of(write(PROVIDER + f'api_key = "{SECRET}"\n'))
    assert problem.message == "providers.openai.api_key must be a reference, not the secret itself."
    assert '"env:NAME", "file:PATH" or "secret:NAME"' in problem.suggestion


def test_settings_do_not_show_private_values_in_their_repr(write: Write) -> None:
    text = PROVIDER + 'headers = { x-plain = "visible-nowhere" }\n[store]\nurl = "postgresql://u:hidden@db/x"\n'
    shown = repr(load(write(text), {}))
    assert "visible-nowhere" not in shown
    assert "hidden" not in shown


def test_control_characters_of_a_value_do_not_reach_the_terminal(write: Write) -> None:
    (problem,) = problems_of(write('[log]\nlevel = "\\u001b[31m\\u0085\\u202e"\n'))
    assert problem.message.isprintable()


# ------------------------------------------------------------------ files that cannot be read


def sentence_of(path: Path) -> str:
    with pytest.raises(ConfigInvalid) as caught:
        load(path, {})
    assert len(caught.value.problems) == 1
    return str(caught.value)


def test_a_missing_file_is_told_with_the_command_that_makes_one(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert sentence_of(path) == f"{path} does not exist."


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert sentence_of(tmp_path) == f"{tmp_path} is a folder."


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert sentence_of(tmp_path / "pipe").endswith("is not a regular file.")


def test_a_file_below_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    assert "cannot be read: not a directory." in sentence_of(tmp_path / "a" / "b")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("")
    path.chmod(0)
    assert sentence_of(path) == f"{path} cannot be read: permission denied."


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"[log]\n# \xff\n", "is not UTF-8: line 2 has an invalid byte."),
        (b"\xef\xbb\xbf[log]\n", "starts with a byte order mark."),
        ("[log]".encode("utf-16"), "is UTF-16."),
        (b"#" * (MAX_FILE_BYTES + 1), "is larger than 1 MiB."),
        (b"a = " + b"[" * 100_000, "The file is nested too deep."),
        (b"a = " + b"{b=" * 5_000, "The file is nested too deep."),
        (b"a = " + b"1" * 5_000, "a number that is too long."),
        (b"a\0 = 1", "This is not TOML"),
    ],
)
def test_a_file_that_is_no_text_gets_one_sentence(tmp_path: Path, raw: bytes, sentence: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(raw)
    assert sentence in sentence_of(path)


def test_a_link_to_nothing_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "x.toml").symlink_to(tmp_path / "gone")
    assert "does not exist" in sentence_of(tmp_path / "x.toml")


# ------------------------------------------------------------------ what else counts


def test_options_of_the_command_line_win_and_are_checked(write: Write) -> None:
    path = write("[server]\nport = 1\n")
    assert read(path, {}, overrides={"server.port": 4200}).settings.server.port == 4200
    (problem,) = problems_of(path, {}, overrides={"server.port": 0})
    assert (problem.file, problem.line) == ("command line", None)
    (problem,) = problems_of(path, {}, overrides={"server.host": "0.0.0.0"})
    assert (problem.file, problem.path) == ("command line", "server.host")
    assert read(None, {}, overrides={"server.port": 4200}).settings.server.port == 4200


def test_an_option_does_not_hide_that_its_section_is_broken(write: Write) -> None:
    (problem,) = problems_of(write("server = 3\n"), {}, overrides={"server.port": 1})
    assert problem.message == "server must be a table."


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_hosts_need_no_tls(write: Write, host: str) -> None:
    assert load(write(f"[server]\nhost = '{host}'\n"), {}).server.host == host


def test_a_trusted_proxy_allows_any_host(write: Write) -> None:
    assert load(write("[server]\nhost = '::'\ntrusted_proxy = true\n"), {}).server.host == "::"


def test_a_certificate_and_a_key_of_two_kinds_are_told_apart(write: Write, tmp_path: Path) -> None:
    authority = trustme.CA()
    one, other = authority.issue_cert("a.test"), authority.issue_cert("b.test")
    one.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    other.private_key_pem.write_to_path(tmp_path / "key.pem")
    (problem,) = problems_of(write("[server]\ntls_cert = 'cert.pem'\ntls_key = 'key.pem'\n"))
    assert problem.message == "server.tls_cert and server.tls_key do not belong together."


def test_an_alias_may_take_the_name_of_the_embedded_model_and_it_is_noted(write: Write) -> None:
    loaded = read(write("[models.smollm2]\ndeployments = [{ provider = 'local', model = 'smollm2' }]\n"), {})
    assert len(loaded.notes) == 1
    assert "models.smollm2" in loaded.notes[0]


def test_secrets_of_the_store_are_looked_up_only_when_they_can_be(write: Write) -> None:
    path = write(PROVIDER + "api_key = 'secret:openai'\n")
    assert load(path, {}).providers["openai"].api_key == "secret:openai"
    assert read(path, {}, secrets={"openai": Secret("sk-1")}.get).notes == ()


def test_a_store_url_behind_a_reference_is_checked_too(write: Write) -> None:
    path = write("[store]\nurl = 'env:DB'\n")
    assert load(path, {"DB": "postgresql://u:p@db/x"}).store.url == "env:DB"
    (problem,) = problems_of(path, {"DB": "mysql://u:hidden@db/x"})
    assert "The URL is not a store we know." in problem.message
    assert "hidden" not in problem.message


def test_found_providers_serve_the_models_of_the_file(write: Write) -> None:
    path = write("[models.x]\ndeployments = [{ provider = 'groq', model = 'm' }]\n")
    loaded = read(path, {"GROQ_API_KEY": "gsk_1"})
    assert [(each.name, each.variable) for each in loaded.found] == [("groq", "GROQ_API_KEY")]
    assert loaded.settings.providers["groq"].base_url == "https://api.groq.com/openai/v1"
    assert "is not a provider" in problems_of(path)[0].message


def test_a_provider_of_the_store_is_one_for_the_models_of_the_file(write: Write) -> None:
    path = write("[models.x]\ndeployments = [{ provider = 'ours', model = 'm' }]\n")
    assert "ours" not in read(path, {}, stored=StoredNames({"ours"})).settings.providers


def test_before_the_store_is_open_names_of_no_provider_pass(write: Write) -> None:
    path = write("[models.x]\ndeployments = [{ provider = 'ours', model = 'm' }]\n")
    assert "x" in read(path, {}, stored=None).settings.models


def test_a_found_key_that_cannot_be_sent_is_told_about_the_environment(write: Write) -> None:
    (problem,) = problems_of(write(PROVIDER), {"GROQ_API_KEY": "clé"})
    assert (problem.file, problem.line) == ("environment", None)


def test_loading_a_valid_file_imports_no_heavy_package(write: Write) -> None:
    code = (
        "import sys, pathlib\n"
        "from switchgear.config.load import load\n"
        "load(pathlib.Path(sys.argv[1]), {})\n"
        "heavy = {'tree_sitter', 'tree_sitter_toml', 'watchfiles', 'sqlalchemy', 'fastapi', 'starlette', 'httpx',"
        " 'uvicorn', 'rich', 'structlog', 'cyclopts', 'prometheus_client'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(write(PROVIDER))], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
