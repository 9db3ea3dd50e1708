"""Names of days and months, and words for numbers and hours: with a few other letters each is another one."""

from __future__ import annotations

from functools import cache

from babel.dates import get_day_names, get_month_names

from watch.models import Language
from watch.searching import folded

SWEDISH_UNITS = (
    "ett två tre fyra fem sex sju åtta nio första andra tredje fjärde femte sjätte sjunde åttonde nionde"
)
SWEDISH_TENS = "tjugo trettio fyrtio femtio sextio sjuttio åttio nittio"
NUMBERS = {
    Language.SWEDISH: (
        f"{SWEDISH_UNITS} {SWEDISH_TENS} "
        "tio elva tolv tretton fjorton femton sexton sjutton arton nitton hundra tusen "
        "tionde elfte tolfte trettonde fjortonde femtonde sextonde sjuttonde artonde nittonde "
        "tjugonde trettionde "
        + " ".join(ten + unit for ten in SWEDISH_TENS.split() for unit in SWEDISH_UNITS.split())
    ),
    Language.ENGLISH: (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
        "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
    ),
    Language.ARABIC: (
        "واحد اثنان اثنين ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة عشر عشرون عشرين ثلاثون ثلاثين أربعون "
        "أربعين خمسون خمسين ستون ستين سبعون سبعين ثمانون ثمانين تسعون تسعين مئة ألف الواحدة الثانية الثالثة "
        "الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة الأول الثاني الثالث الرابع الخامس السادس "
        "السابع الثامن التاسع العاشر النصف الربع الثلث"
    ),
    Language.SOMALI: (
        "kow hal laba saddex afar shan lix toddoba siddeed sagaal toban labaatan soddon afartan konton "
        "lixdan toddobaatan siddeetan sagaashan boqol kun "
        "kowaad labaad saddexaad afaraad shanaad lixaad toddobaad siddeedaad sagaalaad tobnaad"
    ),
}


@cache
def exact_words() -> list[frozenset[str]]:
    """Return the words of each language, folded."""
    return [frozenset(folded(f"{_names(each)} {numbers}").split()) for each, numbers in NUMBERS.items()]


def _names(language: Language) -> str:
    days, months = get_day_names(locale=language.value), get_month_names(locale=language.value)
    return " ".join([*days.values(), *months.values()])
