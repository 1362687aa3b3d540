"""Topics of everyday talk: words that name a class with words that are instances of it or go with it.

Word vectors trained on news bring «машина» near «автомобиль» but not «питомец» near «попугай»; these lists of general
vocabulary do.  A word may stand in several topics.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from ..recall.text import lemma, normalise

_WORDS = {
    "pets": """питомец животное зверь зверушка зверек живность домашний четвероногий хвостатый усатый кот кошка котенок котяра пес собака щенок
        хомяк попугай черепаха кролик рыбка аквариум улитка песчанка морской свинка крыса такса лайка овчарка корги пудель болонка
        дворняга порода кличка лапа шерсть ветеринар грызун pet dog cat puppy kitten hamster parrot breed vet turtle rabbit fish""",
    "work": """работа работать трудиться профессия должность контора фирма компания организация предприятие завод офис начальник шеф директор
        коллега сотрудник уволиться устроиться смена вакансия карьера служба служить специальность инженер врач учитель бухгалтер
        менеджер продавец водитель слесарь сварщик повар программист архитектор медсестра юрист парикмахер электрик строитель механик
        кассир охранник сторож администратор заведующий тимлид разработчик дизайнер психолог стоматолог химик геофизик перевести
        повышение отдел команда job work company office boss career position employer colleague manager engineer teacher nurse""",
    "salary": """зарплата оклад платить получать доход заработок премия аванс пенсия выплата деньги тысяча тыща рубль вилка руки salary wage pay
        income pension earn""",
    "price": "цена стоить стоимость обходиться отдавать продавать брать рубль тысяча тыща килограмм кило сумма price cost",
    "home": """жить жилье квартира дом район улица переехать переезд новоселье обитать проживать двушка однушка комната этаж микрорайон поселок
        село деревня город ипотека съемный снимать адрес съехать въехать жилой home live apartment flat house move neighborhood district
        rent""",
    "car": """машина автомобиль авто тачка руль ездить водить внедорожник тягач фура грузовик мотоцикл нива лада уаз рено шкода мазда форд
        тойота хендай киа опель ман вольво двигатель мотор кататься пробег автосервис сервис резина шина баранка car drive vehicle truck
        motorcycle""",
    "phone": """телефон мобильник смартфон айфон самсунг редми сяоми аппарат трубка звонок гаджет поко хонор кнопочный ноутбук компьютер phone
        smartphone iphone laptop""",
    "family": "семья родня родственник домочадец близкий family relative",
    "spouse": "жена муж супруг супруга благоверный половинка невеста жених wife husband spouse partner fiance",
    "child": """ребенок дети сын дочь дочка сынок сынишка малыш близнец близняшка отпрыск наследник старший младший школьник мальчик девочка
        child son daughter kid baby""",
    "parent": "мать мама мамка отец папа батя родитель родительница mother father mom dad parent",
    "sibling": "брат сестра братишка сестренка brother sister sibling",
    "grandchild": "внук внучка внучок внученька grandson granddaughter",
    "grandparent": "бабушка дедушка дед бабуля бабка grandmother grandfather",
    "friend": """друг подруга приятель приятельница товарищ кореш дружить знакомый компания напарник подружиться задружиться сосед соседка friend
        buddy pal mate neighbour neighbor""",
    "health": """здоровье болеть болезнь диагноз врач доктор таблетка лекарство давление аллергия операция больница клиника спина колено поясница
        сердце обследование анализ лечить принимать непереносимость дозировка миллиграмм грыжа беспокоить ныть терапевт кардиолог health
        doctor pill medicine allergy surgery hospital""",
    "allergy": """аллергия аллергик чихать насморк сыпь крапивница отек реакция непереносимость реагировать отечь раздуть зудеть allergy allergic
        sneeze rash intolerance""",
    "smoking": "курить сигарета дымить закурить бросить пачка завязать табак курение перекур трубка вейп smoke cigarette quit smoking",
    "food": """еда есть блюдо готовить кухня обед ужин завтрак суп борщ плов уха каша салат мясо рыба овощ лук десерт пирог вкус приправа
        специя соль перец вкусный нелюбимый рецепт продукт стол угощать угостить питаться мультиварка casserole food dish cook meal eat
        dinner recipe""",
    "diet": "диета вегетарианец отказаться веган мясо сахар сладкий исключить нельзя лактоза молочный глютен diet vegetarian vegan sugar",
    "drink": "напиток пить чай кофе цикорий какао вода сок пиво вино чашка термос эспрессо взбадриваться бодриться drink tea coffee juice beer",
    "sport": """спорт тренировка тренироваться бег бегать пробежка бассейн плавать плавание фитнес зал йога лыжи велосипед футбол теннис марафон
        полумарафон забег финиш ходьба секция соревнование результат время дистанция километр sport training run running swim gym yoga
        marathon race""",
    "hobby": """хобби увлекаться увлечение заниматься занятие досуг вечер свободный рукоделие вязать шить рисовать акварель керамика гончарный
        лепить музыка гармошка гитара петь хор танец модель собирать коллекция рыбалка охота сад читать вышивать плести кружок телескоп
        hobby paint knit guitar sing collect pottery spare""",
    "music": """музыка инструмент играть гитара пианино саксофон скрипка гармонь мандолина хор концерт группа песня петь music instrument guitar
        piano band song""",
    "fishing": """рыбалка рыбачить удочка крючок клевать поймать улов рыба щука сазан карп судак лещ налим окунь спиннинг трофей лодка fishing
        fish catch""",
    "travel": """поездка ездить съездить путешествие отпуск отдыхать отдохнуть вернуться сгонять мотаться побывать выбираться тур море горы отель
        рейс самолет билет каникулы слетать trip travel vacation holiday visit flight hotel went""",
    "study": """учеба учиться университет институт школа колледж студент окончить факультет курс диссертация кандидатский экзамен диплом предмет
        класс лицей гимназия автошкола права удостоверение study university school college degree exam course""",
    "birthday": """родиться рождение исполниться стукнуть именины юбилей праздник возраст год лет отметить поздравлять др birthday born turn age
        old""",
    "body": "рост вес весить килограмм кило размер нога обувь одежда похудеть постройнеть сбросить height weight weigh size shoe",
    "name": "звать имя фамилия отчество подписать кличка name surname called",
    "gift": "подарок дарить подарить презент преподнести сюрприз праздник gift present",
    "choice": "выбрать выбор решить взять заказать купить беру остановиться приобрести вариант назвать choose chose pick decide order buy",
    "reading": "книга читать автор писатель роман дочитать литература библиотека book read author novel",
    "film": "фильм кино сериал смотреть кинокартина режиссер film movie series watch",
    "plan": "собираться планировать хотеть мечтать мечта намерение затея передумать отменить отказаться накрыться plan dream intend cancel",
    "bath": "баня парилка париться сауна веник sauna bath",
    "debt": "долг занять одолжить взаймы кредит ипотека ставка взнос платеж банк debt loan mortgage lend borrow bank",
    "garden": "огород дача участок теплица грядка рассада сад сотка посадить garden dacha plot greenhouse",
}  # fmt: skip


@lru_cache(maxsize=1)
def _topics() -> dict[str, frozenset[str]]:
    """Lemma -> the topics it belongs to."""
    found: dict[str, set[str]] = {}
    for topic, words in _WORDS.items():
        for word in words.split():
            for form in (lemma(normalise(word)), normalise(word)):
                found.setdefault(form, set()).add(topic)
    return {word: frozenset(topics) for word, topics in found.items()}


def topics(lemmas: Iterable[str]) -> frozenset[str]:
    """The topics that any of `lemmas` belongs to."""
    table = _topics()
    return frozenset().union(*(table.get(word, frozenset()) for word in lemmas))
