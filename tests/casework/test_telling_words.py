"""Words that tell what a message is about, wherever they stand in a word, and ordinary words that do not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from casework.telling_words import disguised, telling

COUNTIES = Path(__file__).parents[2] / "webapp" / "data" / "wellbeing_counties.csv"

#: With a telling word's letters or near it, or such as a text to a sender may well have.
FINNISH = """
aamulla aika aikataulu ajanvaraus asiakaspalvelu ajoneuvolaki alkuperä alue apua arkisin auki avaamme avoinna eduskunta ehdimme
elapsed hei hetki hyvinvointialue hyvää hätäilmoitus hätänumero hätätilanteessa iltapäivällä intiimi jalasten
joulukuun jälkeen kalasta kalastaa kannattaa kello kelpaa kertaa kiinni kiinteistönhuolto kiireellinen kiitos
kirjautumiskoodi klo kollapsi koodi koska kuittaus kunnossa kuun kuukausi kuulumisia kuusi kysy kysymys laatu lapio
lapsus lapsuksia lataa liikunta linkki loppuun lounas luonnonsuojelu lukea maakunta maanantaina maksuton
matkapuhelin matkahuolto menossa milloin mukana muistutus muualla myöhemmin neulasten numero numeroon näet odotamme
ohje ohjeet oma osoite ota otamme paikalla palasten palaute palautetta palvelee palvelu pelastaa perille periä
perjantai pian postitse puhelimitse puhelin puheluita päivä päivystys päässä rauhassa ravintolasta riittää saapunut
saat sairaala salasana sanoma selvä seuraava seurakunta sivu sivulta sivusto soita soitamme soittaa superhelppo
suojattu suomeksi sähköposti tallessa tarvitset tekstiviesti terveisin terveydenhuolto tervetuloa tiedote tiedot
tilanne tiistai toivomme torstai tunnus tunti tuolloin turvallinen turvasähköposti tyosuojelu työaika uusi uutta
valtakunta varattu vastaa vastaamme vastaanotettu vastaus verkkosivu vesihuolto vieraile viesti viestisi viikko virka
voimme vuorokausi yhteydenotto yhteiskunta yhteys yleinen ympäristönsuojelu yötä
"""
SWEDISH = """
adress adressen alla anmodan ansluta använd augusti avgiftsfri avskydda ballasten barlasten besked beskyddare besök
bokning brev bulevard dag dagar data dataskydd datum del dygn efter efteråt enligt epost ett fel felanmälan felfri
fredag frågor fyll fönster förmiddag första försök förtroende genast glasberg god grabbarna gubbarna gärna harvard hej
helst hittas hos hälsningar i idag igen ingen intresse jordgubbarna jourtid juli klubbarna klockan knapp kod koden
kollaps kommer kommunikation kontakt kort kostnad kund kvitto kvällen ledig lista ljud lås lägg länk länken lördag
lösenord mail meddelande mellanmål mobil morgon munskydd mån mötet måndag natt nummer ny nya nyhet nytt när nödnummer
nödsituation onsdag ordna oss plasten plats post prolaps påminnelse påsk ring ringa råd samtal senare sedan server
sida sidan sjukhus skicka skriv slut smidigt snart stängt svar svara svarar svard söndag tack talar telefon
telekommunikation tid tider tills timme tisdag titta torsdag transparent trygg tänk uppgifter utan vacker val vardag
vardagar vecka vet via viktig villkor visa vänligen vänta värde växel välfärdsområde åter ändra ärlig öppet öppnar
över tapperhet superhet superhemlig
"""
ENGLISH = """
above account address again answer any apparently april arrived ask asked available back before behind below best
booking bookings bring browser bulb button call called calling chilled clock close closed code collapse come
confirmation contact copperhead copy county date day days delivered detail digits each early elapsed elapses emergency
enter evening every february first flaps form forward found free friday from get give glad good greetings handclaps
harvard hear hello help here hour hours hyperlapse inbox january just keep kind kindly know late later leave letter
library line link local look lookout made mail march may meet message minute mobile monday month morning network
networker new next night none note notebook now number office open opening order other our overlaps page part passcode
patience phone please portal post prolapse queue quickly read ready reason received regards relapse reply replies
return rothschild saturday screen second secure see send sent service shared short sign sincerely site slapstick soon
speak steam step sunday superhero supervise syllabus talk tell text thank thanks thing thursday time timelapse today
together told tomorrow touch transparent tuesday update use visit wait warm wednesday week welcome wellbeing what when
where which word working write written year your
"""
COMMON = (*FINNISH.split(), *SWEDISH.split(), *ENGLISH.split())


@pytest.mark.parametrize(
    "text",
    [
        *("pikkulapsesi", "kehitysvammaislapsi", "pikkulasten", "sijaisperheesi", "tukiperheestä"),
        *("isovanhempasi", "äitiysneuvola", "nykynuoriso", "omatyöntekijäsi", "turvakieltosi"),
        *("lapsesi on huostassa", "yksinhuoltaja", "småbarn", "fosterbarnet", "stödfamilj"),
        *("fosterförälder", "klientärende", "hemkommunen", "äldreomsorg", "schoolchildren"),
        *("stepfamily", "foster-parent", "fosterparents", "psychosocial", "orosanmälan"),
    ],
)
def test_a_telling_word_is_found_inside_and_at_the_end_of_words(text: str) -> None:
    assert telling(text)


@pytest.mark.parametrize(
    "text",
    [
        *("L A P S I", "l a p s e s i", "L.A.P.S.I", "l-a-p-s-i", "uutta: L  A\u00a0P S I nyt"),
        *("las tensuojelu", "lasten­suojelu", "LASTENSUO JELU", "huos taan otto", "huostaan-otto"),
        *("sijais huolto", "no_barn"),
    ],
)
def test_a_telling_word_is_found_in_pieces(text: str) -> None:
    assert telling(text)


def test_common_words_tell_nothing() -> None:
    assert len(COMMON) > 500
    assert {word: telling(word) for word in COMMON if telling(word)} == {}


@pytest.mark.parametrize("words", [FINNISH, SWEDISH, ENGLISH])
def test_nor_do_they_where_one_meets_the_next(words: str) -> None:
    assert telling(words) == ()


@pytest.mark.parametrize(
    "text", ["t.ex. i dag", "bl.a.", "f.d. e.g. i.e. o.s.v.", "a b c", "klo 8 - 16", "fr.o.m. 1 a"]
)
def test_single_letters_and_abbreviations_tell_nothing(text: str) -> None:
    assert telling(text) == ()


def test_no_wellbeing_county_is_called_anything_telling() -> None:
    with COUNTIES.open(encoding="utf-8", newline="") as lines:
        names = [cell for row in list(csv.reader(lines))[1:] for cell in row[1:]]
    assert len(names) > 60
    assert {name: telling(name) + disguised(name) for name in names} == dict.fromkeys(names, ())


@pytest.mark.parametrize(
    "word", ["L\u0430psesi", "\u04cfapsi", "\u0412arnskydd", "l\u0430st\u0435n", "\u039bapsi"]
)
def test_a_word_of_two_alphabets_is_found_as_it_is_written(word: str) -> None:
    assert disguised(f"Hei, {word}!") == (word,)


@pytest.mark.parametrize(
    "text",
    ["SMS-сообщение на 112", "Kiitos спасибо", "čáŋža", "ﬁ ½ №", "3 €", "رسالة sms", "Ǩeäʹllem"],
)
def test_two_alphabets_in_a_text_are_no_fault(text: str) -> None:
    assert disguised(text) == ()
