"""Calls of tools that an OpenAPI document describes, against real servers."""

from __future__ import annotations

from api_server import Answered, api_server, called, listed, session_with

BOTH_LOOPS = True

PETS = b"""
openapi: 3.0.3
info: {title: Pets, version: 1.0.0, description: A shop.}
paths:
  /pets:
    get:
      operationId: listPets
      summary: List all pets
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, exclusiveMinimum: false, maximum: 100}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
      responses:
        200: {description: Pets, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}
    post:
      operationId: createPet
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses:
        201: {description: Made, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
  /pets/{petId}:
    parameters:
      - {name: petId, in: path, required: true, schema: {type: string}}
    get:
      operationId: showPet
      responses:
        200: {description: Pet, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
    delete: {responses: {204: {description: Gone}}}
components:
  schemas:
    Pet:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, format: int64, readOnly: true}
        name: {type: string}
        tag: {type: string, nullable: true}
"""


async def test_a_tool_is_listed_and_called() -> None:
    answers = {
        "GET /pets/7": Answered(200, {"id": 7, "name": "Rex"}),
        "POST /pets": lambda asked: Answered(201, asked.body),
        "GET /pets": Answered(200, [{"id": 7, "name": "Rex"}]),
        "DELETE /pets/7": Answered(204),
    }
    async with api_server(answers) as server, session_with(PETS, server) as session:
        assert session.revision == "2026-07-28"
        tools = await listed(session)
        assert list(tools) == ["listPets", "createPet", "showPet", "delete_pets_petId"]
        assert tools["showPet"]["annotations"]["readOnlyHint"] is True
        assert tools["delete_pets_petId"]["annotations"]["destructiveHint"] is True
        assert "id" not in tools["createPet"]["inputSchema"]["$defs"]["Pet"]["properties"]
        assert tools["createPet"]["inputSchema"]["$defs"]["Pet"]["properties"]["tag"] == {"type": ["string", "null"]}
        found = await called(session, "showPet", petId="7")
        assert found["structuredContent"] == {"id": 7, "name": "Rex"}
        assert found["content"] == [{"type": "text", "text": '{"id": 7, "name": "Rex"}'}]
        made = await called(session, "createPet", body={"name": "Ada", "tag": None})
        assert made["structuredContent"] == {"name": "Ada", "tag": None}
        await called(session, "listPets", limit=3, tags=["a b", "c&d"])
        assert server.asked[-1].target == "/pets?limit=3&tags=a%20b&tags=c%26d"
        gone = await called(session, "delete_pets_petId", petId="7")
        assert gone["content"][0]["text"] == "HTTP 204 No Content, with nothing in it."
        wrong = await called(session, "listPets", limit=1000)
        assert wrong["isError"]
        assert "$.limit" in wrong["content"][0]["text"]
