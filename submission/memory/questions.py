"""Question frames: which words ask for which attribute.  A frame fits when one of its trigger sets is in the question."""

from __future__ import annotations

from typing import NamedTuple


class Frame(NamedTuple):
    attributes: tuple[str, ...]  # «city>home»: the first that has facts; «measure:»: a family
    triggers: tuple[frozenset[str], ...]
    words: frozenset[str]  # words that the frame accounts for
    never: frozenset[str] = frozenset()
    named_only: bool = False  # only of a person or animal that the question names


def _frame(attributes: str, triggers: str, also: str = "", never: str = "", named_only: bool = False) -> Frame:
    """`triggers` separated by «|»; English words are stems."""
    sets = tuple(frozenset(part.split()) for part in triggers.split("|"))
    return Frame(tuple(attributes.split()), sets, frozenset().union(*sets) | frozenset(also.split()), frozenset(never.split()), named_only)


FRAMES: tuple[Frame, ...] = (
    _frame("name", "звать|имя|кличка|name|call", "полный", "отчество фамилия"),
    _frame("patronymic", "отчество|имя отчество", "звать имя"),
    _frame("surname", "фамилия", "звать имя"),
    _frame("age", "сколько год|сколько лет|возраст|old|age", "исполниться полный стукнуть годик уже how", "назад опыт стаж working work работать"),
    _frame("birthday", "день рождение|когда родиться|др|birthday|дата рождение", "когда число месяц какой отмечать праздновать поздравлять when"),
    _frame("breed", "порода|breed", "собака кот кошка пес", named_only=True),
    _frame("city>district>home", "город жить|где жить|город|переехать куда|где обитать|город переехать|проживать|live|citi live|"
        "move", "город населенный пункт жить находиться переехать обитать куда where", "снимать район работать квартал микрорайон этаж"),
    _frame("district>home", "район|микрорайон|квартал|район жить|район город|часть город", "жить обитать переехать город жилье мой"),
    _frame("floor", "этаж", "жить квартира"),
    _frame("origin", "откуда|родом|откуда родом", "быть"),
    _frame("home", "квартира жить|жилье|какой квартира", "жить снимать"),
    _frame("job side_job", "кто работать|кто трудиться|профессия|должность|специальность|жизнь зарабатывать|job|work as|do live what|"
        "profession", "зарабатывать занимать занимать работать трудиться профессия what", "где"),
    _frame("employer", "где работать|где трудиться|компания|компания работать|организация|фирма|контора|место работа|работодатель|where "
        "work|employ|compani|work at|work for", "работать трудиться какой название", "кто"),
    _frame("job employer", "работа", "работать менять", "где кто компания место зарплата"),
    _frame("salary", "зарплата|сколько зарабатывать|сколько получать|оклад|доход|salari|earn", "месяц платить размер сколько"),
    _frame("pension", "пенсия", "размер сколько получать месяц"),
    _frame("allergy", "аллергия|аллергик|аллергический|непереносимость|нельзя есть|нельзя продукт|чихать|"
        "реакция вызывать|allerg", "что какой реакция продукт на еда"),
    _frame("illness", "болеть|болезнь|диагноз|заболевание|хронический", "чем страдать проблема здоровье какой"),
    _frame("diet", "есть не|диета|не есть|питание ограничение|don't eat|eat", "еда продукт принципиально", "что_любить"),
    _frame("likes", "любить|обожать|нравиться|любимый|love|like|enjoy|favourit|favorit", "делать что", "не ненавидеть don't hate"),
    _frame("dislikes", "не любить|ненавидеть|терпеть не|терпеть мочь не|не нравиться|не переносить|hate|dislik|don't like", "что мочь делать"),
    _frame("fear", "бояться|страх|фобия|опасаться|afraid|fear", "что чего"),
    _frame("hobby", "хобби|увлекаться|увлечение|свободный время|заниматься|спорт|спорт заниматься|досуг|hobbi", "какой чем вид свободный время"),
    _frame("language", "язык|язык учить|язык изучать|languag learn", "иностранный учить изучать какой"),
    _frame("education", "учиться|окончить|вуз|образование|закончить|университет|studi", "где какой получить"),
    _frame("car", "машина|автомобиль|ездить|авто|марка машина|марка автомобиль|тачка|водить|drive|"
        "car", "какой модель марка ездить на чем", "куда поездка каталка"),
    _frame("phone", "телефон|смартфон|мобильник|модель телефон|phone", "какой модель марка пользоваться", "номер"),
    _frame("laptop", "ноутбук|ноут|laptop", "какой модель марка"),
    _frame("trip", "куда ездить|где побывать|путешествовать|поездка|где отдыхать|съездить|куда съездить|где быть|куда летать|travel|"
        "trip", "место город страна какой побывать отпуск", "работать жить планировать собираться"),
    _frame("plan", "план|планировать|собираться|куда собираться|собираться делать|планировать делать|plan", "ехать поехать делать на какой what"),
    _frame("bought", "купить|приобрести|покупка|что купить|bought|buy", "что какой недавно себе последний"),
    _frame("smoking", "курить|сигарета|smoke|курение|дымить|табак", "ли сейчас вообще бросить завязать до сей пора"),
    _frame("alcohol", "пить алкоголь|алкоголь|выпивать|спиртное", "ли употреблять отношение"),
    _frame("weight", "весить|вес|weigh", "сколько какой килограмм"),
    _frame("height", "рост|tall", "какой сколько см"),
    _frame("shoe_size", "размер обувь|размер нога|размер|номер обувь", "какой носить нужный", "одежда платье"),
    _frame("marital", "женатый|замужем|брак|развестись|семейный положение", "ли состоять"),
    _frame("schedule:", "какой день|день неделя|по день|когда|расписание|часто", "неделя ходить", "родиться рождение"),
    _frame("measure:", "сколько|какой|каков|длина|площадь|размер|объем|высота", "метр литр составлять размер длина площадь равняться "
        "составить процент"),
    _frame("does:", "что|какой|чем|кто|куда|где|what", "делать мочь уметь"),
    _frame("did:", "что|какой|кто|чем|what|сколько", "за все время штука"),
    _frame("cannot", "не уметь|не мочь", "что делать какой"),
    _frame("thing:", "называться|название|как называться", "какой мой", "звать"),
)  # fmt: skip

GROUP_WORDS: dict[str, str] = {
    **dict.fromkeys("животное питомец зверь живность pet".split(), "pet"),
    **dict.fromkeys("ребенок дети детишки child children kid".split(), "child"),
    **dict.fromkeys("друг приятель подруга friend".split(), "friend"),
    **dict.fromkeys(["внук", "внуки"], "grandchild"),
    **dict.fromkeys(["родитель", "parent"], "parent"),
    **dict.fromkeys(["коллега", "colleagu"], "colleague"),
}
# words that say when, how sure or how much, not what
NEUTRAL = frozenset(
    """мой наш сейчас теперь сегодня нынешний текущий настоящий момент данный последний время уже еще именно вообще пока быть являться есть иметь
    покойный какой каков сколько что кто где куда когда чем кем как ли по на у в за знать помнить напомнить сказать подсказать говорить рассказывать
    назвать перечислить человек который самый больше день год now current do doe does did s for have has tell remember know much mani what where
    who when old""".split()
)
