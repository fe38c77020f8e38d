"""The abilities that the gateway lends to models, and which of them a call needs."""

from __future__ import annotations

from switchgear.core.canonical import Call
from switchgear.core.errors import NotSupported
from switchgear.pipeline.shape import Shape
from switchgear.pipeline.shapes.arguments import ArgumentsCheck
from switchgear.pipeline.shapes.prompted_tools import PromptedTools
from switchgear.pipeline.shapes.structured import StructuredOutput
from switchgear.routing.directory import Answers, Deployment

_FORMATS = {"responses": "text.format", "messages": "output_config.format"}
_SCHEMAS = {"responses": "parameters", "messages": "input_schema"}
"""What clients call the form of an answer, and the schema of a tool, where it is not as in chat."""


def shapes_for(call: Call, deployment: Deployment, answers: Answers) -> list[Shape]:
    """The shapes that ``call`` needs at ``deployment``, in the order in which they change it.

    What a provider enforces itself is left to it; with ``answers`` ``"trust"`` nothing is checked, with ``"repair"`` the arguments of
    every function are. Raises NotSupported for tools at a model that has none, RequestError for a schema that is none.
    """
    able = deployment.capabilities
    provider = deployment.provider.name
    shapes: list[Shape] = []
    checked = answers != "trust"
    if call.format is not None and able.schema != "native":
        prompted = able.schema == "checked"
        if checked or prompted:
            field = _FORMATS.get(call.dialect, "response_format")
            shapes.append(StructuredOutput(call.format, provider, prompted=prompted, checked=checked, field=field))
    calls_tools = bool(call.tools) and (call.tool_choice is None or call.tool_choice.mode != "none")
    if calls_tools and able.tools == "none":
        raise NotSupported(f"{deployment.model} at {provider} cannot call tools.", param="tools")
    prompted_tools = bool(call.tools) and able.tools == "prompted"
    if calls_tools and checked:
        every = prompted_tools or answers == "repair"
        field = _SCHEMAS.get(call.dialect, "function.parameters")
        shape = ArgumentsCheck(call.tools, provider, every=every, enforced=able.schema == "native", field=field)
        if shape.watches:
            shapes.append(shape)
    if prompted_tools:
        shapes.append(PromptedTools(call, constrained=able.schema == "native"))
    return shapes
