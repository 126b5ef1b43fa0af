"""The manual is served, searched, and leads nowhere that does not exist."""

import re
from pathlib import Path

import pytest
from django.test import Client

from coopdelivery.kit import manual
from tests.answers import let_go


@pytest.mark.django_db
@pytest.mark.parametrize("slug", sorted(path.stem for path in manual.FOLDER.glob("*.md")))
def test_each_page_opens_and_its_links_and_pictures_exist(client: Client, slug: str) -> None:
    answer = client.get(f"/docs/{slug}/")
    assert answer.status_code == 200
    html = answer.content.decode()
    for target in re.findall(r'(?:href|src)="(/docs/[^"#]+)', html):
        found = client.get(target)
        let_go(found)
        assert found.status_code == 200, target


@pytest.mark.django_db
def test_a_word_finds_the_pages_that_have_it(client: Client) -> None:
    assert b"/docs/operate/" in client.get("/docs/", {"q": "backup restore"}).content
    nothing = client.get("/docs/", {"q": "zeppelin<script>"})
    assert b"zeppelin&lt;script&gt;" in nothing.content


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/docs/nothing/", "/docs/img/nothing.png", "/docs/../settings/"])
def test_what_is_not_in_the_manual_is_not_found(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_markup_in_a_page_is_shown_not_run() -> None:
    assert "<script>" not in manual.Page("x", "X", "", "# X\n\n<script>1</script>").html()


@pytest.mark.parametrize("path", sorted(manual.FOLDER.glob("*/*.md")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_translated_page_has_the_sections_and_pictures_of_the_english_one(path: Path) -> None:
    def shape(text: str) -> list[str]:
        return [
            line.split(" ")[0] if line.startswith("#") else line.rpartition("/")[2]
            for line in text.splitlines()
            if line[:1] in "#!" and line
        ]

    assert shape(path.read_text(encoding="utf-8")) == shape((manual.FOLDER / path.name).read_text(encoding="utf-8"))


@pytest.mark.django_db
def test_a_page_is_read_in_the_readers_language_where_there_is_one(client: Client) -> None:
    french = client.get("/docs/first-day-courier/", headers={"accept-language": "fr"}).content.decode()
    assert '<article class="docs-text" lang="fr">' in french
    assert 'src="/docs/img/courier.png"' in french
    english = client.get("/docs/operate/", headers={"accept-language": "fr"}).content.decode()
    assert '<article class="docs-text" lang="en">' in english
