"""What can be known of someone: attributes, whether the latest value replaces the one before, and their tags."""

from __future__ import annotations

from typing import NamedTuple

TAGS = ("family", "work", "health", "pets", "money", "travel", "home", "food", "study", "hobby", "tech")


class AttributeSpec(NamedTuple):
    """`single`: a new value supersedes the old one; else values accumulate.  `of_people`: the value names the subject."""

    single: bool
    tags: tuple[str, ...] = ()
    of_people: bool = False


_SPECS: dict[str, AttributeSpec] = {
    "relation": AttributeSpec(True, ("family",), True),
    "name": AttributeSpec(True),
    "surname": AttributeSpec(True),
    "patronymic": AttributeSpec(True),
    "age": AttributeSpec(True),
    "birthday": AttributeSpec(True),
    "breed": AttributeSpec(True, ("pets",)),
    "city": AttributeSpec(True, ("home",)),
    "district": AttributeSpec(True, ("home",)),
    "floor": AttributeSpec(True, ("home",)),
    "home": AttributeSpec(True, ("home",)),
    "origin": AttributeSpec(True, ("home",)),
    "job": AttributeSpec(True, ("work",)),
    "side_job": AttributeSpec(False, ("work", "money")),
    "employer": AttributeSpec(True, ("work",)),
    "salary": AttributeSpec(True, ("work", "money")),
    "pension": AttributeSpec(True, ("money",)),
    "education": AttributeSpec(False, ("study",)),
    "language": AttributeSpec(False, ("study",)),
    "car": AttributeSpec(True, ("tech",)),
    "phone": AttributeSpec(True, ("tech",)),
    "laptop": AttributeSpec(True, ("tech",)),
    "bought": AttributeSpec(False, ("money",)),
    "smoking": AttributeSpec(True, ("health",)),
    "alcohol": AttributeSpec(True, ("health",)),
    "diet": AttributeSpec(False, ("food", "health")),
    "allergy": AttributeSpec(False, ("health",)),
    "illness": AttributeSpec(False, ("health",)),
    "medicine": AttributeSpec(False, ("health",)),
    "weight": AttributeSpec(True, ("health",)),
    "height": AttributeSpec(True, ("health",)),
    "shoe_size": AttributeSpec(True),
    "likes": AttributeSpec(False),
    "dislikes": AttributeSpec(False),
    "fear": AttributeSpec(False),
    "hobby": AttributeSpec(False, ("hobby",)),
    "trip": AttributeSpec(False, ("travel",)),
    "plan": AttributeSpec(False),
    "marital": AttributeSpec(True, ("family",)),
    "cannot": AttributeSpec(False),
}
_FAMILIES: dict[str, AttributeSpec] = {
    "measure": AttributeSpec(True),  # measure:ставка, a noun with a number
    "thing": AttributeSpec(True),  # thing:любимый цвет, «мой X - Y», «X называется Y»
    "does": AttributeSpec(False),  # does:читать, what the user does as a rule
    "did": AttributeSpec(False),  # did:сшить, what the user did
    "schedule": AttributeSpec(True),  # schedule:бегать, on which days or at what time
}


def attribute_spec(attribute: str) -> AttributeSpec:
    """The spec of a known attribute or of its family; others accumulate without tags."""
    return _SPECS.get(attribute) or _FAMILIES.get(attribute.partition(":")[0], AttributeSpec(False))
