"""What providers' error answers mean, in our tree: one place for every family of providers.

``bodies`` reads what a body says, whatever its shape; ``tables`` says what codes, sentences and statuses mean; ``waits`` when
to come back; ``meaning`` puts them together.
"""

from switchgear.providers.errors.meaning import error_in_body, provider_error
from switchgear.providers.errors.waits import retry_after

__all__ = ["error_in_body", "provider_error", "retry_after"]
