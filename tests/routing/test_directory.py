"""Which models there are: aliases, ``provider/model``, what is listed, and the nearest names of what is not there."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from switchgear.config.models import DeploymentSettings
from switchgear.core.capabilities import Capabilities
from switchgear.core.errors import ModelNotFound
from switchgear.providers.base import Operation
from switchgear.providers.catalogue import Catalog
from switchgear.providers.transport import Answer
from switchgear.routing.directory import Directory, Model
from switchgear.routing.rules import RouteRules


class Named:
    """A provider that is only a name."""

    stream_usage = True

    def __init__(self, name: str, *, embedded: bool = False) -> None:
        self.name = name
        self.embedded = embedded
        self.kind = "openai"
        self.capabilities = Capabilities()

    async def send(self, operation: Operation, model: str, body: bytes) -> Answer:
        raise NotImplementedError

    async def list_models(self) -> list[str]:
        return []

    def redact(self, text: str) -> str:
        return text

    def close(self) -> None:
        return


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load()


@pytest.fixture
def directory(catalog: Catalog) -> Directory:
    openai, local = Named("openai"), Named("local", embedded=True)
    made = Directory(
        {"openai": openai, "local": local}, catalog, {"openai": ["gpt-4o-mini", "gpt-4o"], "local": ["smollm2"]}
    )
    made.define(Model("fast", (made.deployment(openai, "gpt-4o-mini"), made.deployment(local, "smollm2"))))
    made.define(Model("smollm2", (made.deployment(local, "smollm2"),)))
    return made


def anything(_: str) -> bool:
    return True


def test_an_alias_goes_to_its_first_deployment(directory: Directory) -> None:
    model = directory.find("fast")
    assert model is not None
    assert [(one.provider.name, one.model) for one in model.deployments] == [
        ("openai", "gpt-4o-mini"),
        ("local", "smollm2"),
    ]
    assert model.deployments[0].header == b"x-switchgear-model: gpt-4o-mini\r\nx-switchgear-provider: openai\r\n"
    assert bytes(model.deployments[0].model_json) == b'"gpt-4o-mini"'


def test_any_model_of_a_provider_is_found_by_its_full_name(directory: Directory) -> None:
    model = directory.find("openai/ft:any/with:slashes")
    assert model is not None
    assert model.deployments[0].model == "ft:any/with:slashes"
    assert directory.find("openai/ft:any/with:slashes") is model  # found again without work


@pytest.mark.parametrize("name", ["", "/", "openai", "openai/", "/gpt-4o", "nowhere/gpt-4o", "openai/" + "x" * 300])
def test_other_names_are_no_models(directory: Directory, name: str) -> None:
    assert directory.find(name) is None


def test_an_embedded_provider_has_only_the_models_it_lists(directory: Directory) -> None:
    assert directory.find("local/smollm2") is not None
    assert directory.find("local/anything") is None


def test_an_alias_hides_a_full_name(catalog: Catalog) -> None:
    one, other = Named("one"), Named("other")
    directory = Directory({"one": one, "other": other}, catalog, {})
    directory.define(Model("one/m", (directory.deployment(other, "x"),)))
    model = directory.find("one/m")
    assert model is not None
    assert model.deployments[0].provider.name == "other"


def test_names_are_remembered_up_to_a_bound(directory: Directory) -> None:
    for number in range(6000):
        assert directory.find(f"openai/made-up-{number}") is not None
    assert len(directory._found) <= 4096


def test_prices_come_from_the_catalogue(directory: Directory, catalog: Catalog) -> None:
    fast = directory.find("fast")
    assert fast is not None
    assert fast.deployments[0].price is not None
    renamed = Directory({"mine": Named("mine")}, catalog, {}, {"mine": "openai"})
    model = renamed.find("mine/gpt-4o-mini")
    assert model is not None
    assert model.deployments[0].price == fast.deployments[0].price
    unknown = directory.find("openai/no-such-model-at-all")
    assert unknown is not None
    assert unknown.deployments[0].price is None


def test_aliases_are_listed_first_and_only_what_may_be_called(directory: Directory) -> None:
    assert directory.names(anything) == ["fast", "smollm2", "openai/gpt-4o-mini", "openai/gpt-4o", "local/smollm2"]
    assert directory.names(lambda name: name.startswith("openai/")) == ["openai/gpt-4o-mini", "openai/gpt-4o"]
    assert [directory.owner(name) for name in ("fast", "smollm2", "openai/gpt-4o")] == ["openai", "local", "openai"]


# ---------------------------------------------------------------- nearest names


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("fats", ['"fast"']),
        ("smolm2", ['"smollm2"']),
        ("gpt-4o-mini", ['"openai/gpt-4o-mini"']),
        ("gpt-4o-mimi", ['"openai/gpt-4o-mini"']),
        ("opnai/gpt-4o", ['"openai/gpt-4o"']),
        ("azure/gpt-4o", ['"openai/gpt-4o"']),
    ],
)
def test_what_is_not_there_is_told_with_the_nearest_names(directory: Directory, asked: str, nearest: list[str]) -> None:
    error = directory.not_found(asked, anything)
    assert isinstance(error, ModelNotFound)
    assert error.param == "model"
    assert error.message.startswith(f'No model "{asked}". Nearest: ')
    for name in nearest:
        assert name in error.message
    assert error.advice == "This key can call 5 models: GET /v1/models."


def test_nothing_near_is_nothing_suggested(directory: Directory) -> None:
    assert directory.not_found("zzzzzzzz", anything).message == 'No model "zzzzzzzz".'


def test_names_the_key_may_not_call_are_not_told(directory: Directory) -> None:
    error = directory.not_found("fats", lambda name: name == "smollm2")
    assert "fast" not in error.message
    assert error.advice.startswith("This key can call 1 model:")


def test_long_names_are_cut_and_cost_little(directory: Directory) -> None:
    error = directory.not_found("x" * 1_000_000, anything)
    assert len(error.message) < 300


@pytest.mark.parametrize("name", ['a"b', "ü", "a\r\nx-evil: 1", "\x00", "a\x7fb", " "])
def test_headers_are_visible_ascii_whatever_a_model_is_called(directory: Directory, name: str) -> None:
    model = directory.find(f"openai/{name}")
    assert model is not None
    lines: Iterable[bytes] = model.deployments[0].header.split(b"\r\n")
    assert len(list(lines)) == 3
    assert model.deployments[0].header.replace(b"\r\n", b"").isascii()
    assert not any(byte < 32 or byte == 127 for byte in model.deployments[0].header.replace(b"\r\n", b""))


def test_the_dearest_deployment_of_a_model_may_be_one_of_its_fallbacks(directory: Directory) -> None:
    provider = directory.providers["openai"]
    behind = RouteRules(fallbacks=("large", "nobody"))
    directory.define(
        Model("small", (directory.deployment(provider, "gpt-4o-mini"),), rules=behind, vision_fallback="fast")
    )
    round_ = RouteRules(context_fallbacks=("small",))
    directory.define(Model("large", (directory.deployment(provider, "gpt-4o"),), rules=round_))
    small, fast = directory.find("small"), directory.find("fast")
    assert small is not None
    assert fast is not None
    assert directory.dearest(small).model == "gpt-4o"
    assert directory.dearest(fast).model == "gpt-4o-mini"


def test_a_call_past_all_aliases_costs_the_dearest_price_that_is_given_for_its_model(directory: Directory) -> None:
    provider = directory.providers["openai"]
    prices: list[dict[str, float] | None] = [{"input": 1, "output": 2}, {"input": 3, "output": 4}, {"input": 2}, None]
    for number, price in enumerate(prices):
        own = DeploymentSettings.model_validate({"provider": "openai", "model": "unheard-of", "price": price})
        directory.define(Model(f"alias-{number}", (directory.deployment(provider, "unheard-of", own),)))
    dearest, direct = directory.find("alias-1"), directory.find("openai/unheard-of")
    assert dearest is not None
    assert direct is not None
    assert direct.deployments[0].price == dearest.deployments[0].price
    assert direct.priced
    other = directory.find("openai/another")
    assert other is not None
    assert other.deployments[0].price is None


def test_of_the_places_that_models_say_of_one_deployment_the_fewest_hold(directory: Directory) -> None:
    provider = directory.providers["openai"]
    said: list[dict[str, int]] = [
        {"concurrency": 4},
        {"concurrency": 2, "queue": 900},
        {"concurrency": 9},
        {"queue": 1},
    ]
    for places in said:
        own = DeploymentSettings.model_validate({"provider": "openai", "model": "busy"} | places)
        made = directory.deployment(provider, "busy", own)
        assert made.queue is not None
    direct = directory.find("openai/busy")
    assert direct is not None
    assert direct.deployments[0].queue is made.queue
    assert (made.queue.limit, made.queue.most) == (2, 900)
