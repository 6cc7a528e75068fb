#include "sandbox/shop_words.h"

#define WORDS(array)                                                                               \
    {                                                                                              \
        (array), sizeof(array) / sizeof *(array)                                                   \
    }
#define PLACES(array)                                                                              \
    {                                                                                              \
        (array), sizeof(array) / sizeof *(array)                                                   \
    }

static const char *const first_names[] = {
    "Anna",    "Bernd",  "Claudia",   "Dörte",       "Emil",   "Fatma",    "Günther",  "Hannelore",
    "Inés",    "Jürgen", "Käthe",     "Lukas",       "Māra",   "Nils",     "Özlem",    "Petra",
    "Quirin",  "René",   "Søren",     "Tamara",      "Uwe",    "Veronika", "Wolfgang", "Xenia",
    "Yannick", "Zoë",    "Hans-Jörg", "Marie-Luise", "Łukasz", "Thị Hương"};

static const char *const last_names[] = {
    "Müller",    "Schmidt",         "Großmann", "Weiß",     "Öztürk",
    "Ämter",     "von der Heyde",   "O'Brien",  "Kowalski", "Nguyễn",
    "Fischer",   "Schäfer",         "Strauß",   "Köhler",   "Müller-Lüdenscheidt",
    "D'Angelo",  "Škoda",           "García",   "Becker",   "Jäger",
    "Æbelø",     "Wagner",          "Hofmann",  "Zöllner",  "Brüggemann",
    "Dr. Lange", "Meyer zu Hörste", "Ünal"};

static const char *const companies[] = {"Blumen Überall GmbH",    "Autohaus Süd & Söhne KG",
                                        "Kanzlei Weiß + Partner", "Bäckerei Knöpfle",
                                        "Praxis \"Am Park\"",     "Schreinerei <Holzwurm>",
                                        "Café Olé e.K.",          "IT-Service Rößler UG"};

static const char *const home_streets[] = {
    "Bahnhofstr.", "Hauptstraße",      "Am Markt",         "Straße des 17. Juni", "Goethestraße",
    "Lange Reihe", "Im Wiesengrund",   "Alte Poststr.",    "An der Mühle",        "Königsallee",
    "Schloßplatz", "Unter den Linden", "Zum Grünen Jäger", "Dorfstraße",          "Rotdornweg"};

/* All shapes in which house numbers come. */
static const char *const house_numbers[] = {
    "1",     "12a",   "135",       "3-5",       "17 b", "1 1/3", "22/24", "7",  "99",
    "4 c-f", "48 HH", "5 Whg. 12", "10, 3. OG", "2",    "66",    "8A",    "31", "110"};

static const char *const adjectives[] = {"rot",     "grün", "weiß",  "groß",       "klein",
                                         "2er-Set", "XL",   "antik", "wetterfest", "handgefertigt"};

static const char *const methods[] = {"KleinPaket", "NormalPaket",  "DHL Paket",
                                      "Spedition",  "Warensendung", "DHL Paket International"};

static const char *const payments[] = {"PAYPAL",       "TRANSFER", "INVOICE_TRANSFER",
                                       "DIRECT_DEBIT", "OTHERS",   "CASH_ON_DELIVERY"};

const struct words shop_first_names = WORDS(first_names), shop_last_names = WORDS(last_names),
                   shop_companies = WORDS(companies), shop_home_streets = WORDS(home_streets),
                   shop_house_numbers = WORDS(house_numbers), shop_adjectives = WORDS(adjectives),
                   shop_methods = WORDS(methods), shop_payments = WORDS(payments);

static const struct place home[] = {
    {"DE", "D", "10115", "Berlin", "", "", "030 4711"},
    {"DE", "D", "20095", "Hamburg", "", "", "040 4711"},
    {"DE", "D", "80331", "München", "", "", "+49 89 4711"},
    {"DE", "D", "50667", "Köln", "", "", "0221/4711"},
    {"DE", "D", "60311", "Frankfurt am Main", "", "", "069-4711"},
    {"DE", "D", "01067", "Dresden", "", "", ""},
    {"DE", "D", "04109", "Leipzig", "", "", "0341 4711"},
    {"DE", "D", "70173", "Stuttgart", "", "", "0711 4711"},
    {"DE", "D", "90402", "Nürnberg", "", "", "(0911) 4711"},
    {"DE", "D", "18055", "Rostock", "", "", ""},
    {"DE", "D", "97070", "Würzburg", "", "", "0931 4711"},
    {"DE", "D", "26548", "Norderney", "", "", "04932 4711"},
    {"DE", "D", "99084", "Erfurt", "Thüringen", "", "0361 4711"},
    {"DE", "D", "06108", "Halle (Saale)", "", "", "0345 4711"},
};

static const struct place member_states[] = {
    {"AT", "A", "1010", "Wien", "", "Stephansplatz 4/2/17", "+43 1 4711"},
    {"AT", "A", "6991", "Riezlern", "", "Walserstraße 87", ""},
    {"FR", "F", "75002", "Paris", "", "12, rue de la Paix", "+33 1 42 00 00 00"},
    {"NL", "NL", "1012 JS", "Amsterdam", "", "Dam 1 hs", "+31201234567"},
    {"BE", "B", "1000", "Bruxelles", "", "Rue de la Loi 16 bte 3", ""},
    {"LU", "L", "2449", "Luxembourg", "", "26, boulevard Royal", ""},
    {"IT", "I", "00186", "Roma", "RM", "Via del Corso 18/A", "+39 06 4711"},
    {"ES", "E", "28013", "Madrid", "", "Calle Mayor, 5, 3º izda.", "+34 910 000 000"},
    {"PL", "PL", "00-001", "Warszawa", "", "ul. Świętokrzyska 14/3", "+48 22 471 10 00"},
    {"DK", "DK", "1550", "København V", "", "Rådhuspladsen 1, 2. th.", ""},
    {"SE", "S", "111 29", "Stockholm", "", "Stortorget 2", ""},
    {"CZ", "CZ", "110 00", "Praha 1", "", "Václavské nám. 1/846", ""},
    {"GR", "GR", "105 57", "Αθήνα", "", "Ερμού 10", ""},
    {"PT", "P", "9000-042", "Funchal", "Madeira", "Rua de Santa Maria 27", ""},
};

static const struct place abroad[] = {
    {"CH", "CH", "8001", "Zürich", "ZH", "Bahnhofstrasse 7a", "+41 44 000 00 00"},
    {"CH", "CH", "1204", "Genève", "", "Rue du Rhône 8", ""},
    {"GB", "UK", "SW1A 2AA", "London", "", "10 Downing Street", "+44 20 7946 0000"},
    {"GB", "GB", "EH1 1YZ", "Edinburgh", "", "Flat 3/1, 28 Cockburn St", ""},
    {"NO", "N", "0150", "Oslo", "", "Rådhusgata 2 B", "+47 22 00 00 00"},
    {"US", "USA", "10013", "New York", "NY", "350 Canal Street Apt 4B", "+1 212 555 0100"},
    {"US", "USA", "94103", "San Francisco", "CA", "1 Market St #200", "+1-415-555-0100"},
    {"CA", "CDN", "M5H 2N2", "Toronto", "ON", "100 Queen St W", "+1 416 555 0100"},
    {"AU", "AUS", "2000", "Sydney", "NSW", "Unit 5, 12 George Street", "+61 2 5550 0100"},
    {"LI", "FL", "9490", "Vaduz", "", "Städtle 49", ""},
    {"IS", "IS", "101", "Reykjavík", "", "Laugavegur 1", ""},
    {"TR", "TR", "34421", "İstanbul", "", "İstiklal Cd. No:1 D:2", ""},
    {"JP", "J", "100-0001", "東京都千代田区", "", "千代田 1-1", ""},
    {"XK", "RKS", "10000", "Prishtinë", "", "Rr. Nënë Tereza 5", ""},
};

static const struct place special[] = {
    {"DE", "D", "27498", "Helgoland", "", "Lung Wai 28", ""},
    {"DE", "D", "78266", "Büsingen", "", "Junkerstraße 86", ""},
    {"CH", "CH", "8238", "Büsingen", "", "Junkerstrasse 5", ""},
    {"ES", "E", "35001", "Las Palmas de Gran Canaria", "", "Calle Triana 12", ""},
    {"ES", "E", "38001", "Santa Cruz de Tenerife", "", "Plaza de España 1", ""},
    {"IC", "E", "35100", "Maspalomas", "", "Avda. de Italia 3", ""},
    {"ES", "E", "51001", "Ceuta", "", "Paseo del Revellín 2", ""},
    {"FI", "FIN", "22100", "Mariehamn", "", "Torggatan 5", ""},
    {"AX", "FIN", "AX-22100", "Mariehamn", "", "Norragatan 17", ""},
    {"IT", "I", "22061", "Campione d'Italia", "CO", "Corso Italia 14", ""},
    {"IT", "I", "23041", "Livigno", "SO", "Via Plan 10", ""},
    {"IT", "I", "23030", "Livigno", "SO", "Via Ostaria 5", ""},
    {"IT", "I", "23030", "Valdidentro", "SO", "Via Nazionale 18", ""},
    {"FR", "F", "97400", "Saint-Denis", "La Réunion", "3, rue de Paris", ""},
    {"FR", "F", "97110", "Pointe-à-Pitre", "", "8 rue Frébault", ""},
    {"FR", "F", "97133", "Gustavia", "", "Rue de la République", ""},
    {"GF", "F", "97300", "Cayenne", "", "1, place des Palmistes", ""},
    {"GB", "UK", "BT1 5GS", "Belfast", "", "Donegall Square North 1", ""},
    {"GB", "GB", "JE2 3QA", "St Helier", "Jersey", "14 Royal Square", ""},
    {"GR", "GR", "63086", "Καρυές", "Άγιον Όρος", "Μονή", ""},
    {"DE", "D", "87491", "Jungholz", "", "Haus 4", ""},
    {"MC", "MC", "98000", "Monaco", "", "2, rue Grimaldi", ""},
    {"DK", "DK", "3900", "Nuuk", "", "Imaneq 33", ""},
};

const struct places shop_home = PLACES(home), shop_union = PLACES(member_states),
                    shop_abroad = PLACES(abroad), shop_special = PLACES(special);

const struct goods shop_goods[] = {
    {"Kerzenhalter", "94055000", "DE", 850, 2990},
    {"Teelichtglas", "70139900", "CN", 210, 495},
    {"Gartenzwerg \"Günther\"", "39264000", "PL", 1900, 2450},
    {"Bücherregal Eiche", "94036090", "DE", 14500, 18900},
    {"Kaffeebecher", "69111000", "CN", 380, 990},
    {"Handtuch 50×100 cm", "63026000", "TR", 320, 1290},
    {"Schraubendreher-Set", "82054000", "TW", 640, 1995},
    {"Holzspielzeug Eisenbahn", "95030035", "CZ", 1250, 3490},
    {"Poster A2", "49119100", "DE", 90, 795},
    {"Wanduhr", "91052100", "CN", 1100, 4490},
    {"LED-Lampe 9 W", "85395200", "CN", 70, 399},
    {"Fahrradschloss", "83011000", "TW", 1350, 3999},
    {"Lederriemen 20 mm", "42033000", "IT", 160, 2295},
    {"Kräutertee 100 g", "12119086", "DE", 120, 549},
    {"Hundebett Ø 80 cm", "94049090", "PT", 2600, 5990},
    {"Messerblock", "82119200", "DE", 3200, 8995},
};
const size_t shop_goods_count = sizeof shop_goods / sizeof *shop_goods;
