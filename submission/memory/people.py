"""People and animals of a dialogue: who «брат», «Костя» and «его жена» are."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

USER = "user"

# role -> the words for it; the first names the role
ROLE_WORDS: dict[str, str] = {
    "жена": "супруга женушка wife", "муж": "супруг муженек husband", "сын": "сынок сынишка сынуля сыночек son",
    "дочь": "дочка дочурка доченька доча дочура daughter", "брат": "братишка братик братан братец brother", "сестра": "сестренка сестричка sister",
    "мать": "мама мамка мамочка матушка маменька mother mom mum", "отец": "папа батя папка батька father dad",
    "бабушка": "бабуля бабка grandmother grandma", "дедушка": "дед дедуля grandfather grandpa", "внук": "внучок grandson", "внучка": "granddaughter",
    "дядя": "дядька uncle", "тетя": "тетка тетушка aunt", "племянник": "племяш nephew", "племянница": "niece", "теща": "", "тесть": "",
    "свекровь": "", "свекор": "", "зять": "", "невестка": "сноха", "шурин": "", "золовка": "", "кум": "", "кума": "", "крестник": "", "крестница": "",
    "двоюродный брат": "кузен cousin", "двоюродная сестра": "кузина", "друг": "дружок кореш приятель дружбан friend",
    "подруга": "подружка приятельница",
    "коллега": "сослуживец сотрудник colleague coworker", "начальник": "шеф босс начальница руководитель boss manager",
    "сосед": "neighbour neighbor roommate", "соседка": "",
    "тренер": "coach trainer", "парень": "boyfriend", "девушка": "girlfriend", "невеста": "fiancee", "жених": "fiance", "напарник": "напарница",
    "собака": "пес песик щенок собачка псина dog puppy", "кот": "котик котяра котенок котейка", "кошка": "кошечка cat kitten",
    "попугай": "попугайчик parrot",
    "хомяк": "хомячок hamster", "черепаха": "черепашка turtle tortoise", "кролик": "rabbit", "рыбка": "", "крыса": "", "морская свинка": "guinea_pig",
    "лошадь": "конь horse", "улитка": "", "шиншилла": "", "хорек": "", "канарейка": "", "песчанка": "", "еж": "ежик", "игуана": "", "корова": "",
    "коза": "",
}  # fmt: skip
PETS = frozenset(
    "собака кот кошка попугай хомяк черепаха кролик рыбка крыса лошадь улитка шиншилла хорек канарейка песчанка еж игуана корова коза".split()
) | {"морская свинка"}
ONE_ONLY = frozenset("жена муж мать отец теща тесть свекровь свекор".split())
# feminine pairs answer the same question: «собака» may turn out to be «лайка», a cat «кот» or «кошка»
ROLE_OF = {word: role for role, others in ROLE_WORDS.items() for word in (role, *others.split())}
GROUPS: dict[str, tuple[str, ...]] = {
    "spouse": ("жена", "муж", "парень", "девушка", "невеста", "жених"),
    "child": ("сын", "дочь"),
    "parent": ("мать", "отец"),
    "sibling": ("брат", "сестра"),
    "grandchild": ("внук", "внучка"),
    "friend": ("друг", "подруга"),
    "pet": tuple(sorted(PETS)),
    "colleague": ("коллега", "начальник", "напарник"),
    "neighbour": ("сосед", "соседка"),
}
# full name -> short forms under which the same person is spoken of
SHORT_NAMES: dict[str, str] = {
    "александр": "саша саня шура санек", "александра": "саша шура", "алексей": "леша алеша леха", "анастасия": "настя", "анна": "аня анюта",
    "андрей": "андрюха андрюша", "антон": "антоха", "анатолий": "толик толя", "борис": "боря", "валентина": "валя", "василий": "вася",
    "вера": "верочка", "виктор": "витя",
    "виктория": "вика", "виталий": "виталик", "владимир": "вова володя", "вячеслав": "слава", "галина": "галя", "георгий": "жора гоша",
    "григорий": "гриша",
    "дарья": "даша дашка", "дмитрий": "дима митя димон", "евгений": "женя", "евгения": "женя", "екатерина": "катя катюша", "елена": "лена",
    "елизавета": "лиза", "иван": "ваня", "игорь": "игорек", "ирина": "ира", "кирилл": "кирюша", "константин": "костя костик", "ксения": "ксюша",
    "лариса": "лара", "лев": "лева", "любовь": "люба", "людмила": "люда", "максим": "макс", "мария": "маша", "матвей": "матвейка", "михаил": "миша",
    "надежда": "надя", "наталья": "наташа", "николай": "коля колян", "ольга": "оля", "павел": "паша", "петр": "петя", "полина": "поля полинка",
    "роман": "рома",
    "светлана": "света", "семен": "сема", "сергей": "сережа серега", "софья": "соня", "софия": "соня", "станислав": "стас", "татьяна": "таня",
    "тимофей": "тима", "ульяна": "уля улька", "федор": "федя", "юлия": "юля", "юрий": "юра", "яков": "яша", "ярослав": "ярик", "егор": "егорка",
}  # fmt: skip
_FULL_NAMES: dict[str, frozenset[str]] = {
    short: frozenset(name for name, shorts in SHORT_NAMES.items() if short in shorts.split())
    for shorts in SHORT_NAMES.values()
    for short in shorts.split()
}


_ENDINGS = {"а": ("а", "у", "е", "ой", "ы", "и"), "я": ("я", "ю", "е", "ей", "и")}
_SHORT_FORMS: dict[str, str] = {
    short.rstrip("ая") + ending: short for short in _FULL_NAMES for ending in _ENDINGS.get(short[-1], ("", "а", "у", "ом", "е"))
}


def short_name(norm: str) -> str | None:
    """The short name («толик») of which `norm` is a form («толика»); for those that the dictionary does not know."""
    return _SHORT_FORMS.get(norm)


@dataclass(frozen=True)
class Mention:
    """How a turn names someone; without role and name it is the user.  `owner` is whose brother it is (None: the user's)."""

    role: str | None = None
    name: str | None = None
    owner: Mention | None = None
    kind: str = ""  # breed or species, for animals

    @property
    def is_user(self) -> bool:
        return self.role is None and self.name is None


@dataclass(frozen=True)
class Person:
    key: str
    role: str
    name: str | None
    owner: str
    last_turn: int

    @property
    def label(self) -> str:
        """«брат Костя», or the role alone."""
        return f"{self.role} {self.name}" if self.name else self.role


class People:
    """Registry of one dialogue; keys are the role, with «#2» for a second person of that role."""

    def __init__(self) -> None:
        self._people: dict[str, Person] = {}

    def __iter__(self):
        return iter(self._people.values())

    def __getitem__(self, key: str) -> Person:
        return self._people[key]

    def __contains__(self, key: str) -> bool:
        return key in self._people

    def find(self, role: str | None = None, name: str | None = None, owner: str | None = USER) -> list[Person]:
        """People with that role, name and owner (None: any), most recently mentioned first."""
        found = [
            p
            for p in self._people.values()
            if (role is None or p.role == role)
            and (owner is None or p.owner == owner)
            and (name is None or p.name is not None and same_name(p.name, name))
        ]
        return sorted(found, key=lambda p: -p.last_turn)

    def resolve(self, mention: Mention, turn: int) -> str | None:
        """Key of whom `mention` means, registered where a role is given; None for a name nobody bears."""
        if mention.is_user:
            return USER
        owner = self.resolve(mention.owner, turn) if mention.owner else USER
        if owner is None:
            return None
        person = self._known(mention, owner)
        if person is None:
            if mention.role is None:
                return None
            person = Person(self._free_key(mention.role, owner), mention.role, mention.name, owner, turn)
        name = mention.name if mention.name and (not person.name or len(mention.name) > len(person.name)) else person.name
        self._people[person.key] = replace(person, name=name, last_turn=max(turn, person.last_turn))
        return person.key

    def export(self) -> list[dict[str, Any]]:
        return [asdict(person) for person in self._people.values()]

    def _known(self, mention: Mention, owner: str) -> Person | None:
        if mention.role is None:
            named = self.find(name=mention.name, owner=None)
            return named[0] if len({p.key for p in named}) == 1 else None
        same_role = self.find(role=mention.role, owner=owner)
        if mention.name is None:
            return same_role[0] if same_role else None
        named = [p for p in same_role if p.name and same_name(p.name, mention.name)]
        if named:
            return named[0]
        if mention.role in ONE_ONLY and same_role:
            return same_role[0]
        return next((p for p in same_role if p.name is None), None)

    def _free_key(self, role: str, owner: str) -> str:
        base = role if owner == USER else f"{role} ({owner})"
        key, n = base, 1
        while key in self._people:
            n += 1
            key = f"{base}#{n}"
        return key


def same_name(first: str, second: str) -> bool:
    """Whether two names may mean one person: a shared word, short forms counted as the full name."""
    return bool(_full(first) & _full(second))


def _full(name: str) -> set[str]:
    found = set()
    for word in name.lower().replace("ё", "е").split():
        found |= {word, *_FULL_NAMES.get(word, ())}
    return found
