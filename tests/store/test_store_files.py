"""Files at providers: whose they are, how they are listed, when they are forgotten."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from switchgear.core.errors import NotFound, RequestError
from switchgear.store.backup import backup, restore
from switchgear.store.files import KeptFile
from switchgear.store.store import Store

SECRET = b"a secret of the tests, 32 bytes."
NOW = 1_790_000_000_000


def kept(number: int = 1, **changes: object) -> KeptFile:
    values: dict[str, object] = {
        "id": f"file-{number}",
        "provider": "openai",
        "key_id": "key_a",
        "filename": "Büro \U0001f600.jsonl",
        "purpose": "batch",
        "bytes": 3_000_000_000,
        "created_at": NOW + number,
    }
    return KeptFile(**(values | changes))  # type: ignore[arg-type]


async def ids(store: Store, key_id: str | None = "key_a", **asked: object) -> list[str]:
    page = await store.files.list(key_id, NOW, **({"limit": 100} | asked))  # type: ignore[arg-type]
    return [one.id for one in page.files]


async def test_a_kept_file_reads_back_the_same(store: Store) -> None:
    await store.files.keep(kept(expires_at=NOW + 1000))
    assert await store.files.get("file-1", "key_a", NOW) == kept(expires_at=NOW + 1000)
    assert await store.files.get("file-1", None, NOW) == kept(expires_at=NOW + 1000)


@pytest.mark.parametrize("file_id", ["file-2", "", "file-1\0", "x" * 10_000])
async def test_an_id_that_no_file_has_is_not_found(store: Store, file_id: str) -> None:
    await store.files.keep(kept())
    with pytest.raises(NotFound) as caught:
        await store.files.get(file_id, "key_a", NOW)
    assert len(caught.value.message) < 400


async def test_another_keys_file_is_not_found_and_not_listed(store: Store) -> None:
    await store.files.keep(kept())
    with pytest.raises(NotFound):
        await store.files.get("file-1", "key_b", NOW)
    assert await ids(store, "key_b") == []
    assert await ids(store, None) == ["file-1"]


async def test_a_file_past_its_expiry_is_not_there_and_pruned(store: Store) -> None:
    await store.files.keep(kept(expires_at=NOW))
    await store.files.keep(kept(2, expires_at=NOW + 1))
    with pytest.raises(NotFound):
        await store.files.get("file-1", "key_a", NOW)
    assert await ids(store) == ["file-2"]
    assert await store.files.prune(NOW) == 1


async def test_the_same_id_at_two_providers_is_two_files(store: Store) -> None:
    await store.files.keep(kept())
    await store.files.keep(kept(provider="other"))
    with pytest.raises(RequestError, match="at each of openai, other") as caught:
        await store.files.get("file-1", "key_a", NOW)
    assert caught.value.http_status == 400
    assert (await store.files.get("file-1", "key_a", NOW, provider="other")).provider == "other"
    await store.files.forget("file-1", "openai")
    assert (await store.files.get("file-1", "key_a", NOW)).provider == "other"


async def test_a_file_under_an_id_the_provider_gave_before_replaces_that_one(store: Store) -> None:
    await store.files.keep(kept())
    await store.files.keep(kept(filename="new"))
    assert await ids(store) == ["file-1"]
    assert (await store.files.get("file-1", "key_a", NOW)).filename == "new"


async def test_a_file_that_two_keys_have_is_listed_by_both_and_once_by_who_sees_all(store: Store) -> None:
    await store.files.keep(kept())
    await store.files.keep(kept(key_id="key_b", filename="new", created_at=NOW + 5))
    await store.files.keep(kept(2))
    assert (await store.files.get("file-1", "key_a", NOW)) == kept()
    assert (await store.files.get("file-1", "key_b", NOW)).filename == "new"
    assert (await store.files.get("file-1", None, NOW)).filename == "new"
    assert await ids(store, None) == ["file-1", "file-2"]
    assert await ids(store, None, after="file-1") == ["file-2"]
    assert await ids(store, "key_b") == ["file-1"]


async def test_a_file_is_released_by_all_keys_but_the_last(store: Store) -> None:
    await store.files.keep(kept())
    await store.files.keep(kept(key_id="key_b"))
    assert await store.files.release("file-1", "openai", "key_a")
    assert await ids(store, "key_a") == []
    assert await ids(store, "key_b") == ["file-1"]
    assert not await store.files.release("file-1", "openai", "key_b")
    assert await ids(store, "key_b") == ["file-1"]


async def test_of_two_keys_that_release_at_once_one_is_the_last(store: Store) -> None:
    await store.files.keep(kept())
    await store.files.keep(kept(key_id="key_b"))
    told = await asyncio.gather(*(store.files.release("file-1", "openai", key) for key in ("key_a", "key_b")))
    assert sorted(told) == [False, True]


async def test_another_keys_files_are_known_as_that(store: Store) -> None:
    await store.files.keep(kept())
    await store.files.keep(kept(2))
    await store.files.keep(kept(2, key_id="key_b"))
    many = [f"file-x{number}" for number in range(2000)]
    assert await store.files.another_keys([*many, "file-2", "\0", "\ud800", "file-1"], "openai", "key_b") == "file-1"
    assert await store.files.another_keys(["file-1", "file-2"], "openai", "key_a") is None
    assert await store.files.another_keys(["file-1"], "other", "key_b") is None
    assert await store.files.another_keys([], "openai", "key_b") is None


@pytest.mark.parametrize("same_moment", [False, True])
async def test_a_list_goes_on_where_its_page_before_ended(store: Store, same_moment: bool) -> None:
    for number in (1, 2, 3, 4, 5):
        await store.files.keep(kept(number, **({"created_at": NOW} if same_moment else {})))
    assert await ids(store) == ["file-5", "file-4", "file-3", "file-2", "file-1"]
    assert await ids(store, order="asc", limit=2) == ["file-1", "file-2"]
    assert await ids(store, order="asc", limit=2, after="file-2") == ["file-3", "file-4"]
    assert await ids(store, limit=2, after="file-4") == ["file-3", "file-2"]
    page = await store.files.list("key_a", NOW, limit=2, after="file-3")
    assert ([one.id for one in page.files], page.more) == (["file-2", "file-1"], False)
    assert (await store.files.list("key_a", NOW, limit=2)).more


async def test_a_list_is_narrowed_by_purpose_and_provider(store: Store) -> None:
    await store.files.keep(kept(1))
    await store.files.keep(kept(2, purpose="vision"))
    await store.files.keep(kept(3, provider="other"))
    assert await ids(store, purpose="vision") == ["file-2"]
    assert await ids(store, provider="other") == ["file-3"]


async def test_a_list_after_another_keys_file_is_refused(store: Store) -> None:
    await store.files.keep(kept(1))
    await store.files.keep(kept(2, key_id="key_b"))
    with pytest.raises(NotFound):
        await ids(store, after="file-2")


async def test_a_backup_holds_them(store: Store, tmp_path: Path, url: str) -> None:
    await store.files.keep(kept())
    await store.files.keep(kept(key_id="key_b"))
    await store.close(deadline=1)
    await backup(url, tmp_path, tmp_path / "b.zip", secret=SECRET)
    await restore(f"sqlite:{tmp_path}/t.db", tmp_path, tmp_path / "b.zip", secret=SECRET)
    again = await Store.open(f"sqlite:{tmp_path}/t.db", tmp_path, secret=SECRET)
    try:
        assert await again.files.get("file-1", "key_a", NOW) == kept()
        assert await again.files.get("file-1", "key_b", NOW) == kept(key_id="key_b")
    finally:
        await again.close(deadline=1)
