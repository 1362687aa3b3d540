"""Phrases of forget requests: patterns over normalised sentences (see `normalise`) in Russian and English."""

from __future__ import annotations

import re

MAYBE = re.compile(
    r"забу|забы|уд[ао]л|сотр|стер|стир|зачерк|убер|убра|выч[еи]рк|выкин|выброс|обнул|очист|запомин|запис|сохран|хран|помн|помин|держи|вид,? |считай"
    r"|forget|forgot|delete|erase|remove|wipe|scrub|strike|clear|remember|memori|store|save|keep|pretend",
    re.I,
)
SPEECH_RU = (
    r"(?:говори|наговори|сказа|писа|написа|рассказ|упомина|упомяну|сообщ|обсужда|жалова|призна|дели|спраш|спроси|болта|сболтн|ляпн|ныл"
    r"|привод|приве)\w*"
)
SAID_RU = re.compile(rf"^(?:(?:все|то|обо всем|о том|про то)\W+)?(?:что|чего|че|как)\b.*\b{SPEECH_RU}.*")
SPOKEN_ONCE_RU = re.compile(r"\b(?:сказал|написал|сболтнул|ляпнул|рассказал)а?\b")
FILLERS = re.compile(
    r"^[\s,:]*(?:п[ао]жал\w+|плиз|пжл?|спс|уже|ты|вы|лучше|вообще|совсем|навсегда|насовсем|полностью|теперь|тогда|ради бога|нафиг|нахрен"
    r"|ладно|ок|окей"
    r"|будь добра?|будьте (?:добры|любезны)|умоляю|прошу|please|pls|plz|forever|now|just|also)\b[\s,]*"
)
_CAN = (
    r"(?:можешь|можете|можно|могли бы вы|мог бы ты|могла бы ты|прошу|попрошу|просьба|хочу,? чтобы?|хотел\w* бы,? чтобы?)"
    r"\W+(?:(?!не\b)\w+\W+){0,2}?"
)
FORGET_RU = re.compile(rf"(?<!\w)(?:забу[дт]ь(?:те)?(?:-ка)?|(?:{_CAN})забы(?:ть|л|ла|ли))(?![\w-])")
ERASE_RU = re.compile(
    r"(?<!\w)(?:(?:уд[ао]ли|сотри|убери|выч[еи]ркни|зачеркни|выкинь|выбрось|стирай|удаляй|обнули|очисти)(?:те)?"
    rf"|(?:{_CAN})(?:удалить|удалил[аи]?|стереть|ст[её]рл?[аи]?|убрать|убрал[аи]?|вычеркнуть))(?!\w)"
)
_STORE = r"(?:запомин|записыв|сохран)"
_KEEP_IN_MIND = r"(?=\W.{0,80}\bв (?:памяти|голове))"
DONT_RU = re.compile(
    r"(?<!\w)(?:(?:не\s+(?:надо|нужно|стоит)|(?:прошу|попрошу|просьба|лучше)\s+(?:\w+\s+){0,2}?не)\s+(?:больше\s+)?"
    rf"(?P<this>(?:это|этого|об этом)\s+)?(?:{_STORE}[ая]ть|хранить|запомнить|помнить|держать{_KEEP_IN_MIND})"
    rf"|не\s+(?:больше\s+)?(?:{_STORE}[ая]й|храни|запомни|помни|держи{_KEEP_IN_MIND})(?:те)?"
    r"|(?:никогда|больше)\s+не\s+(?:упо|вспо)минай(?:те)?)(?!\w)"
)
MEMORY_RU = re.compile(
    r"\b(?:(?:из|с|в)\s+(?:\w+\s+)?(?:памят[иь]|истори[ию]|запис\w+|заметок|заметках|базы|досье|головы|башки)|у себя)\b"
    r"(?!\s+(?:телефон|смартфон|айфон|планшет|компьютер|ноутбук|браузер|устройств|принтер|фотоаппарат|роутер))"
)
RECORDS_RU = re.compile(
    r"^(?:(?:все|ничего)\s+)?(?:(?:мои|эти|мою)\s+)?(?:данные|информаци\w+|инф[ау]|инфы|сведени\w+|упоминани\w+|запис\w+|факт\w*|истори\w+ (?=с))"
    r",?\s+(?=(?:о|об|обо|про|что|с)\s)"
)
NEGATED_RU = re.compile(r"(?:\bне|\bни|\bникогда не|\bне надо|\bнельзя)\s*$")
REPORTED = re.compile(r"\b(?:сказал|говорит|говорил|ответил|написал|пишет|кричит|крикнул|попросил|просит|велел|said|says|told me|asked me)\w*\b")
REPORTED_AFTER = re.compile(r",\s*(?:говор(?:ит|ят)|сказал[аи]?|прос(?:ит|ят)|велел[аи]?|крич(?:ит|ат)|пиш(?:ет|ут)|says|said)\b")
TEXT_WORK = re.compile(
    r"\b(?:перевед|переведи|переписать|перепиши|исправь|сочини|напиши|напишите|придумай|как сказать|что значит|фраз\w+|песн\w+|стих\w*|цитат\w+|"
    r"translate|rewrite|write|proofread|song|lyric\w*|quote)\b"
)
QUOTED = re.compile(r"```.{0,5000}?```|^\s*[>—–].*$|«[^»]{0,1000}»|\"[^\"\n]{0,1000}\"|“[^”]{0,1000}”", re.S | re.M)
CLAUSE_END = re.compile(r"[,.;!?()\n:]|\s[—–-]\s|\bпотому\b|\bчтобы?\b|\bbecause\b|\bso that\b")
# what an object begins with after a comma: «забудь, что ...», but not «адрес забудь, боюсь я»
OBJECT_AFTER_COMMA = re.compile(r"^(?:что|то|т[оу]т|вс[её]|про|о|об|обо|насчет|мо[йюеи]|где|как|кто|that|what|about|my|everything)\b")
# what is put in its place: «забудь про бюджет, допустим, деньги не важны»
INSTEAD = re.compile(r"[,.—–-]\s*(?:а\s+)?(?:допустим|предположим|представ\w+|давай|просто|лучше|вместо|instead|let's|suppose|imagine|just)\b")
# a change of subject: «забудь про соус, посоветуй приправу»
ANOTHER_WISH = re.compile(
    r"[,.—–-]\s*(?:[аи]\s+)?(?:посоветуй|подскажи|предложи|расскажи|скажи|найди|дай|покажи|подбери|напиши|составь|придумай)(?:те)?\b"
)
FIRST_RU = re.compile(r"\b(?:я|мы|меня|мне|мной|нас|нам|мой|моя|мое|мои|моего|моей|моем|моему|моих|мою|моим|наш\w*)\b")
BACK_RU = re.compile(
    r"^(?:(?:вот\s+)?(?:это(?:го)?|об этом)|последнее|(?:мо[её]\s+)?(?:последн|предыдущ)\w+ (?:сообщени|реплик|фраз|слов)\w*"
    r"|эт(?:у|ой|и|их)\s+(?:информаци|инф|истори|данны|слов)\w*)(?:\s+(?:больше|совсем|нафиг|п[ао]жал\w+|плиз|пж))*\W*$"
)
JUST_NOW = re.compile(r"\b(?:только что|щас|сейчас|выше|последн\w+|предыдущ\w+|just now|just|last)\b")
EVERYTHING = re.compile(r"^(?:вс[её]|вообще все|все-все|меня|обо мне|everything|all of it|it all|about me|me)\b")
_OF_ME = r"(?:(?:обо|про|о) (?:мне|меня))"
EVERYTHING_ONLY = re.compile(
    r"(?:обо|про|о)\s+(?:мне|меня|нас|себе|себя)(?:\s+.*)?"
    rf"|что\s+(?:(?:я\s+)?о(?:бо?)? (?:мне|себе)\s+\w+|(?:ты|вы)\s+(?:{_OF_ME}\s+)?(?:зна|запомн|помн)\w+(?:\s+{_OF_ME})?)"
    r"|(?:наш\w*|эт\w+)\s+(?:разговор|беседу|переписку|диалог)\w*"
    rf"|(?:(?:мои|мою)\s+)?(?:личные\s+|персональные\s+)?(?:данные|информацию)(?:\s+{_OF_ME})?|память(?:\s+{_OF_ME})?(?:\s+\w+)?"
)
DETERMINER = re.compile(
    r"^(?:(?:все|весь|всю)\s+)?(?:мой|моя|мое|мои|моего|мою|моих|моей|наш\w*|тот|ту|те|то|эту|этот|эти|ту самую|тот самый)\s+(?=\w)"
)
ABOUT = re.compile(r"\b(?:про|о|об|обо|насчет|по поводу|касательно)\s+(?!запас\b)(.+)")
# of these the user does not speak but to tell them; an order to take them «из резюме» is another thing
PERSONAL = re.compile(
    r"\b(?:адрес|телефон|номер|паспорт|пароль|логин|код|зарплат|оклад|доход|диагноз|болезн|фамили|возраст|рост|вес|карт[уые]|данные"
    r"|address|adress|phone|number|passport|password|pin|salary|wage|income|diagnosis|name|surname|age|weight|card)"
)
TAKEN_FROM = re.compile(r"\b(?:из|с|со|от|from|in|on)\s+\w+")
# words of one who has said too much: what they then ask to erase was said to the assistant
CONFIDES = re.compile(
    r"\b(?:между нами|секрет\w*|тайн[ау]|никому не|зря (?:я )?(?:это |такое )?(?:\w+ )?(?:сказал|рассказал|написал)\w*|не стоило мне|погорячил\w+"
    r"|не надо было (?:мне )?(?:это\w* )?(?:говорить|писать|рассказывать)|лишн(?:ее|его)(?: я)? (?:сболтн|сказа|наговор)\w*|я лишнего|стыдно"
    r"|не для (?:записи|чужих|всех)|(?:этого я|я этого) не говорил\w*|ничего не говорил[аи]?|ты этого не слышал\w*|этого не было"
    r"|(?:не хочу|не хотел\w*|чтобы?)\W+(?:\w+\W+){0,3}?(?:знал|помнил|хранилось|храниться|осталось|висело)\w*"
    r"|between us|off the record|you (?:didn't|did not) hear that|shouldn't have (?:said|told|mentioned)|secret)"
)
PRETEND = re.compile(
    rf"\b(?:сделай(?:те)? вид|считай(?:те)?|притворись)\W+(?:что|будто|как будто)\b"
    rf"(?P<ru>.{{0,200}}\b(?:не|ничего)\b.{{0,200}}\b(?:{SPEECH_RU}|не было|слыша\w+).*)"
    r"|\bpretend\b.{0,40}?\b(?:i|we) (?:never|didn't|did not|hadn't)(?: ever)? "
    r"(?:said|say|told|tell|mentioned|mention|wrote|write)(?: you)?(?: about)?\b(?P<en>.*)"
)

FORGET_EN = re.compile(r"(?<![\w'])(?:forgett?|(?<=rather you )forgot)(?![\w-])")
NEGATED_EN = re.compile(r"(?:n't|\bnot|\bnever|\bi|\bwe|\bthey|\bhe|\bshe|\bpeople|\bwill|\bto|\bi'd|\balmost|\balways|\bmight|\bmay)\s*$")
ADDRESSED_EN = re.compile(
    r"(?:\bcan you|\bcould you|\bwould you|\bwill you|\bplease|\byou to|\byou can|\bi ask you to|\brather you)\s*(?:please\s*|just\s*)?$"
)
SAID_EN = re.compile(
    r"^(?:about\s+)?(?:(?:everything|anything|all|the things?|the part|the bit)\s+)?(?:that\s+|what\s+)?i(?:'ve| have|'d)?\s+"
    r"(?:ever\s+|just\s+|once\s+)?"
    r"(?:told|said|wrote|mentioned|shared|written)(?:\s+to)?(?:\s+you)?(?:\s+(?:here|before|earlier|that|this))?\s*(?:about|regarding|on|of|concerning)?\s*"
    r"(?P<topic>.*)"
)
MINE_EN = re.compile(r"^(?:about\s+|all about\s+|everything about\s+)?(?P<topic>(?:my|our)\s+.+)")
RECORDS_EN = re.compile(
    r"^(?:the fact that|(?:the |that |any )?"
    r"(?:bit|part|thing|stuff|fact|info|information|anything|everything|all)\s+(?:that|about|on))\s+(?P<topic>.+)"
)
BACK_EN = re.compile(r"^(?:this|that|it|(?:that|the|my) (?:last|previous) (?:\w+ )?(?:one|bit|part|message|thing|line|sentence))\b\W*$")
EVERYTHING_EN = re.compile(
    r"^(?:all (?:of )?my data|my data|(?:everything|all)(?: that)? (?:you know|i(?:'ve)? (?:told|said)|you have)\b.*\b(?:me|myself))\W*$"
)
CLAUSE_EN = re.compile(r"^(?P<topic>(?:that (?:i|my|we|our|he|she|they)\b|where|who|how|about)\s+.+)")
ERASE_EN = re.compile(r"\b(?:delete|erase|remove|wipe|scrub|strike|clear)\b")
DONT_EN = re.compile(r"\b(?:do not|don't|please never)\s+(?:remember|memori[sz]e|store|save|keep)\b")
MEMORY_EN = re.compile(r"\bfrom\s+(?:your?r?\s+|ur\s+|the\s+)?(?:memory|memories|records|notes)\b")

NEWS = re.compile(
    r"^(?:(?:и|а|но|ведь|у меня|я|мы|and|but|i|we)\s+)*(?:теперь|сейчас|с сегодняшнего дня|на самом деле|отныне|"
    r"кстати|а еще|еще у меня|now|actually|by the way)\b"
)
GENERIC = frozenset(
    """говорить сказать писать написать рассказывать рассказать упоминать упомянуть сообщать сообщить обсуждать жаловаться признаться делиться
    спрашивать спросить болтать сболтнуть ляпнуть наговорить ныть привести приводить тема разговор история дело вещь вопрос пожалуйста тогда
    раньше недавно вчера сегодня реплика сообщение собственный личный давно прошлый раз когда-то как-то год месяц неделя день зима лето осень
    весна зимой летом осенью весной утро вечер слово штука весь все свой перед между из-за после до над под возле январь февраль март апрель май
    июнь июль август сентябрь октябрь ноябрь декабрь тут здесь сам самый данные информация инфа сведения мочь хотеть никогда ничто больше насчет
    thing stuff matter topic bit talk conversation story tell say mention write share everything anything all january february march april june
    july august september october november december yesterday today last week year month winter summer spring autumn please whole that this
    fact""".split()
)
ORDERS = frozenset(
    """инструкция указание правило промпт контекст роль ограничение команда система системный настройка instruction instructions prompt rule rules
    role context guidelines restrictions""".split()
)
