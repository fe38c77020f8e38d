"""Words that change an answer although two questions that differ in one of them look alike to an embedding model. English."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NUMBERS: Final[dict[str, str]] = {
    word: str(value)
    for value, words in enumerate(
        (
            "zero nil", "one single once sole", "two twice double both pair couple second", "three triple thrice third", "four fourth quarter",
            "five fifth", "six sixth", "seven seventh", "eight eighth", "nine ninth", "ten tenth", "eleven eleventh", "twelve dozen twelfth",
            "thirteen", "fourteen fortnight", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
        )
    )
    for word in words.split()
} | {
    "first": "1", "half": "1/2", "halves": "1/2", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80",
    "ninety": "90", "hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000", "all": "all", "every": "all",
    "each": "each", "any": "any", "some": "some", "many": "many", "few": "few", "several": "several", "last": "last", "next": "next",
    "previous": "previous", "final": "final",
}  # fmt: skip
"""How many and which one: number words, and the words that stand in their place."""

TIMES: Final = _words(
    "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun weekday weekend january february "
    "march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec today tomorrow "
    "yesterday tonight now later currently spring summer autumn fall winter morning noon midday afternoon evening night midnight easter "
    "christmas ramadan annual annually yearly monthly weekly daily hourly quarterly early late am pm bc ad"
)
UNITS: Final = _words(
    "second minute hour day week month year decade century sec min hr mm cm m metre meter km kilometre kilometer mile yard foot feet inch mg "
    "g gram kg kilo kilogram kilogramme ton tonne lb pound oz ounce stone ml l litre liter pint gallon cup tablespoon teaspoon tbsp tsp "
    "celsius fahrenheit kelvin degree percent percentage kb mb gb tb kib mib gib byte bit hz khz mhz ghz volt watt kw kwh amp joule calorie "
    "kcal usd gbp eur dollar euro pence penny cent yen rupee mph kph acre hectare"
)
POLARITY: Final = _words(
    "not no never none nobody nothing neither nor without cannot unless except excluding only instead rather versus vs non "
    "on off in out up down into onto over under above below before after since until within inside outside beyond between during past through "
    "against from per near far home abroad left right top bottom front back north south east west "
    "open opened opens close closed closes closing opening opposite same different other another "
    "include includes included including exclude excludes excluded exclusion allow allows allowed permit permitted ban banned bans forbid "
    "forbidden prohibit prohibited block blocked blocks accept accepts accepted reject rejects rejected refuse refused deny denied approve "
    "approved decline declined grant granted revoke revoked "
    "add adds added adding remove removes removed removing delete deleted create created insert drop increase increases increased decrease "
    "decreases decreased raise raised lower lowered reduce reduced grow shrink rise fall gain lose lost win won upgrade upgraded downgrade "
    "downgraded enable enabled disable disabled activate activated deactivate deactivated lock locked unlock unlocked subscribe unsubscribe "
    "install uninstall connect disconnect attach detach start started stop stopped begin end ended finish pause paused resume resumed continue "
    "quit cancel cancelled canceled keep kept renew renewed book booked join joined leave left enrol enroll withdraw register buy bought sell "
    "sold lend borrow give take send sent receive received import export upload download encode decode encrypt decrypt compress extract push "
    "pull merge split show shown hide hidden win lose pass passed fail failed succeed like dislike love hate agree disagree avoid should must may "
    "benefit benefits drawback drawbacks advantage advantages disadvantage disadvantages pro pros con cons strength strengths weakness "
    "weaknesses safe dangerous harmful harmless legal lawful illegal good bad right wrong true false positive negative public private free "
    "paid cheap expensive easy hard difficult simple complex fast slow hot cold warm cool old new young big small large little long short "
    "high low full empty rich poor strong weak light heavy dark deep shallow wide narrow thick thin hard soft wet dry dead alive healthy sick "
    "male female man woman men women boy girl husband wife mother father son daughter brother sister king queen adult child children kid "
    "input output internal external local remote online offline manual automatic required optional mandatory voluntary temporary permanent "
    "domestic international national regional gross net primary secondary junior senior minor major source target client server employer "
    "employee landlord tenant seller buyer parent teacher student read write cause causes effect effects symptom symptoms treat treatment "
    "prevent prevention arrive arrival depart departure credit debit income expense profit loss asset liability male female odd even "
    "always often sometimes rarely seldom usually already still yet again ever"
)
"""Words that turn a question round, or say where, which way and whether."""

DEGREES: Final = _words(
    "more most less least better best worse worst bigger biggest larger largest smaller smallest greater greatest higher highest lower lowest "
    "longer longest shorter shortest faster fastest slower slowest quicker quickest cheaper cheapest older oldest newer newest younger youngest "
    "earlier earliest later latest easier easiest harder hardest stronger strongest weaker weakest heavier heaviest lighter lightest hotter "
    "hottest colder coldest warmer warmest cooler coolest richer richest poorer poorest closer closest nearer nearest further furthest farther "
    "farthest fewer fewest maximum minimum max min too very enough almost nearly exactly approximately roughly extra than equal average"
)
NOT_SUPERLATIVES: Final = _words(
    "request requests test tests guest guests interest invest contest protest forest harvest honest modest rest best west nest chest quest "
    "suggest digest arrest manifest latest priest crest pest vest zest jest gest conquest bequest inquest attest detest infest ingest congest"
)
PERSONS: Final = {
    "i": "me", "me": "me", "my": "me", "mine": "me", "myself": "me", "we": "us", "us": "us", "our": "us", "ours": "us", "you": "you",
    "your": "you", "yours": "you", "he": "he", "him": "he", "his": "he", "she": "she", "her": "she", "hers": "she", "they": "they",
    "them": "they", "their": "they", "theirs": "they", "someone": "someone", "somebody": "someone", "else": "else", "everyone": "everyone",
}  # fmt: skip
"""Whose matter it is."""

NEGATING: Final = (
    "un",
    "non",
    "in",
    "im",
    "il",
    "ir",
    "dis",
    "de",
    "mis",
    "re",
    "anti",
    "over",
    "under",
    "pre",
    "post",
    "sub",
    "ex",
)
"""What turns a word into another one when it is put before it."""

OPENERS: Final = _words(
    "a an and are at be but by can can't could did do does doesn't don't explain find for from give has have hello hey hi how i i'd i'll i'm i've "
    "if in is it it's its just let list make may my name no of oh ok okay on or our please quick say should show so some sorry tell thank thanks "
    "that that's the their then there there's these they this to um want was we were what what's when when's where where's which which's who "
    "who's whose why will with would yeah yes you your"
)
"""Words that are capitalised for standing at the beginning."""
DIRECTED: Final = _words(
    "from to into onto between than before after over under by of for with against versus vs in on at as via"
)
"""Words that tie what follows to a place in the sentence."""
TURNING: Final = _words("to into onto than before after versus vs over under by with of for")
"""Words whose two sides are not the same."""
COURTESIES: Final = (
    "many thanks", "thanks in advance", "thanks a lot", "thanks so much", "thank you very much", "thank you so much", "thank you", "thanks",
    "cheers", "please", "pls", "plz", "sorry to bother you but", "sorry to bother you", "sorry, silly question but", "silly question but",
    "silly question", "quick question", "quick one", "just wondering", "i was wondering if", "i was wondering", "i'd like to know", "hi team", "hi there",
    "hello there", "hi", "hello", "hey", "good morning", "good afternoon", "good evening", "could you tell me", "can you tell me",
    "would you tell me", "do you know", "um", "uh", "erm", "hmm", "yeah", "ok so", "okay so", "sorry but", "sorry",
)  # fmt: skip
"""What is said for politeness."""
FILLERS: Final = _words(
    "the a an my your our their his her its this that these those please to of and or is are be do does i we you it"
)
