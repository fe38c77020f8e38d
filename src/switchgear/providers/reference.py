"""Writes the reference page of providers: ``python -m switchgear.providers.reference``.

A test fails while ``docs/reference/providers.md`` is not what ``render`` gives.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from switchgear.providers.litellm import known
from switchgear.providers.litellm.known import Known

PAGE = Path("docs/reference/providers.md")
"""Where the page is, from the repository's root."""

_HEAD = """\
<!-- Generated from src/switchgear/providers by: python -m switchgear.providers.reference -->

# Providers

A provider is an account at an API. Its `kind` says which API that is; [configuration](configuration.md) has the settings of each.

| kind | API | forms of chat |
|---|---|---|
| `openai` | OpenAI, and everything compatible with it: vLLM, llama.cpp, LM Studio, gateways … | Chat Completions; Responses at OpenAI |
| `anthropic` | Anthropic | Messages |
| `gemini` | Google's Gemini API | generateContent |
| `azure` | Azure OpenAI | Chat Completions, Responses |
| `ollama` | Ollama | /api/chat |
| `litellm` | every provider below | Chat Completions |

Clients may speak any of Chat Completions, Responses and Messages to each: what a provider does not speak is translated.

## Through LiteLLM

```toml
[providers.bedrock]
kind = "litellm"
litellm_provider = "bedrock"
params = { aws_region_name = "eu-west-1", aws_access_key_id = "env:AWS_ACCESS_KEY_ID", aws_secret_access_key = "env:AWS_SECRET_ACCESS_KEY" }
```

needs `pip install 'switchgear[litellm]'`. LiteLLM is imported at the first call, which takes a few seconds and about 160 MB once, and
nothing before. It translates; connections, limits, secrets and errors are the gateway's own. Three roads, as the table says of
each provider (found by trying all that LiteLLM @VERSION@ has):

- **as is**: the API has OpenAI's form. Requests lose the fields that LiteLLM knows the model does not take; answers pass as they come.
- **translated**: LiteLLM translates requests and answers, over the gateway's transport.
- **by LiteLLM**: LiteLLM has no translation that can be used alone, and calls the API with an HTTP client of its own, on a thread.
  Such a call costs milliseconds of CPU, and the settings `proxy`, `ca_file`, `max_response_bytes` and
  `max_connections` do not hold for it.

A field that is left out is named in the answer's `x-switchgear-dropped`. One without which a request means something else
(several answers, tools, a forced tool) is refused where it cannot be sent. Images are fetched by the gateway, never by LiteLLM.

`params` holds what else LiteLLM has to know of an account, by its own names; whatever is no name of an account's
(`aws_…`, `vertex_…`, `azure_…`, `oci_…`, `project_id`, `space_id`, `account_id`, `api_version`, `token` …) is a field of every
request. LiteLLM sees nothing of the environment. Accounts that need more than `api_key`:

- **bedrock**, **sagemaker_chat**: `aws_region_name`, and `aws_access_key_id` with `aws_secret_access_key` (and `aws_session_token`), or
  for Bedrock an API key as `api_key`. Models are called by their ids, inference profiles and ARNs among them; `invoke/ID` asks
  InvokeModel where Converse would be asked. In the configuration file what is left out is taken from `AWS_REGION`,
  `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and `AWS_BEARER_TOKEN_BEDROCK`.
- **vertex_ai**: `vertex_project`, `vertex_location`, and `vertex_credentials`, a reference to the JSON key of a service account
  (`"file:/run/secrets/google.json"`); or an access token as `api_key`. Tokens are fetched and renewed by the gateway. In the
  configuration file `GOOGLE_CLOUD_PROJECT`, `GOOGLE_CLOUD_LOCATION` and `GOOGLE_APPLICATION_CREDENTIALS` stand in.
- **watsonx**: `base_url` or `region_name`; `project_id` or `space_id`; `api_key`, which is exchanged for tokens, or a `token`, or
  `zen_api_key`.
- **databricks**: `base_url`; `api_key`, or `client_id` and `client_secret` of a service principal.
- **snowflake**, **cloudflare**: `account_id`.

Credentials of metadata services (instance roles) are not used: such addresses are never dialled.

| `litellm_provider` | provider | chat | streams | embeddings | rerank | must be set beside `api_key` |
|---|---|---|---|---|---|---|
"""

_ROADS: Final = {"passed": "as is", "translated": "translated", "own": "by LiteLLM", None: ""}


def render() -> str:
    """The page."""
    rows = [_row(name, row) for name, row in known.providers().items()]
    return _HEAD.replace("@VERSION@", known.version()) + "\n".join(rows) + "\n"


def _row(name: str, row: Known) -> str:
    needs = ", ".join(f"`{need}`" for need in row.needs)
    if row.kind:
        needs = f'{needs}{"; " if needs else ""}better: `kind = "{row.kind}"`'
    cells = (
        f"`{name}`",
        row.title,
        _ROADS[row.chat],
        _ROADS[row.stream],
        _ROADS[row.embeddings],
        _ROADS[row.rerank],
        needs,
    )
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Write the page; 0 when all went well."""
    PAGE.write_text(render(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
