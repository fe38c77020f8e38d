"""The request itself is wrong: 4xx."""

from __future__ import annotations

from switchgear.core.errors.base import SwitchgearError


class RequestError(SwitchgearError):
    """The request cannot be served as sent; sending it again unchanged will not help."""

    code = "invalid_request"
    status = 400
    openai_type = "invalid_request_error"
    hint = "Correct what is named here and send the request again."


class InvalidJSON(RequestError):
    """The body is not JSON: broken syntax, invalid UTF-8 or nesting too deep."""

    code = "invalid_json"
    hint = "Send one JSON object, encoded as UTF-8."


class RequestTooLarge(RequestError):
    """The body or the headers are over the size limit."""

    code = "request_too_large"
    status = 413
    hint = "Send less, or raise server.max_body_bytes."


class HeadersTooLarge(RequestError):
    """The request's headers are over the size limit."""

    code = "headers_too_large"
    status = 431
    hint = "Send fewer or shorter headers."


class RequestTimeout(RequestError):
    """The client sent its headers or body too slowly."""

    code = "request_timeout"
    status = 408
    hint = "Send the whole request at once, or raise server.body_timeout."


class NotFound(RequestError):
    """There is nothing at this path or under this name."""

    code = "not_found"
    status = 404
    hint = "The paths are listed in /api/openapi.json."


class PreviousResponseNotFound(NotFound):
    """The response that a request goes on from is not kept: unknown, expired, deleted, or another key's."""

    code = "previous_response_not_found"
    hint = "Send the items that came before as the request's input."


class MethodNotAllowed(RequestError):
    """The path exists, but not for this method."""

    code = "method_not_allowed"
    status = 405
    hint = "Use the method named in the allow header."


class UnsupportedMediaType(RequestError):
    """The body is of a type that is not taken here."""

    code = "unsupported_media_type"
    status = 415
    hint = "Send it with: content-type: application/json"


class ModelNotFound(RequestError):
    """No model has the name that was asked for."""

    code = "model_not_found"
    status = 404
    hint = "GET /v1/models lists the models this key can call."


class NotSupported(RequestError):
    """The model, or its provider, cannot do what the request asks for."""

    code = "not_supported"
    hint = "Leave it out, or use a model that can: switchgear models list shows what each one can do."


class SightNotSupported(NotSupported):
    """The request has images, and the model sees nothing."""

    code = "vision_not_supported"
    hint = "Ask a model that takes images, or set vision_fallback on this one."


class UnfetchableURL(RequestError):
    """A URL in the request, of an image or a document, was not or could not be fetched."""

    code = "unfetchable_url"
    hint = "Send the content itself as a data: URL, or a public http(s) URL."


class Conflict(RequestError):
    """The thing exists already, or is in a state that does not allow this."""

    code = "conflict"
    status = 409
    hint = "Look at its present state first."


class AuthenticationError(RequestError):
    """The request has no key that opens anything."""

    code = "invalid_api_key"
    status = 401
    openai_type = "authentication_error"
    hint = "Create a key with: switchgear keys create"


class MissingKey(AuthenticationError):
    """The request carries no key."""

    code = "missing_api_key"
    hint = "Send it as: authorization: Bearer sk-sg-…"


class MalformedKey(AuthenticationError):
    """What was sent as a key does not have the form of one."""

    code = "malformed_api_key"
    hint = "Keys start with sk-sg- and are sent as: authorization: Bearer sk-sg-…"


class UnknownKey(AuthenticationError):
    """The key has the right form, but no such key exists here."""


class RevokedKey(AuthenticationError):
    """The key was revoked."""

    code = "revoked_api_key"


class ExpiredKey(AuthenticationError):
    """The key is past its date, or was replaced and its overlap is over."""

    code = "expired_api_key"


class SessionEnded(AuthenticationError):
    """The session of the console is over: it was ended, ran out, or whoever it was for may not sign in any more."""

    code = "session_ended"
    hint = "Sign in again."


class SignInFailed(AuthenticationError):
    """What somebody signed in with does not open anything: a key, a one-time link, or the word of an OpenID Connect server."""

    code = "sign_in_failed"
    hint = "switchgear login-link makes a new link."


class InvalidToken(AuthenticationError):
    """An access token is not one that opens anything here: not genuine, past its time, or for another resource."""

    code = "invalid_access_token"
    hint = "Get a new one from the authorization server that the WWW-Authenticate field leads to."


class PermissionDenied(RequestError):
    """The key is valid and may not do this."""

    code = "permission_denied"
    status = 403
    openai_type = "permission_error"
    hint = "Use a key with the scope named in the message."


class InsufficientScope(PermissionDenied):
    """An access token is genuine, and was not given for this (RFC 6750 section 3.1)."""

    code = "insufficient_scope"
    hint = "Get one with the scopes that the WWW-Authenticate field names."


class ModelNotAllowed(PermissionDenied):
    """The key's scope does not include the model."""

    code = "model_not_allowed"
    hint = "GET /v1/models lists the models this key can call; an admin can widen its scope."
