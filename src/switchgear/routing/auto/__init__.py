"""The ``auto`` policy: the cheapest deployment that is good enough for what is asked, learning from what people say of answers."""
