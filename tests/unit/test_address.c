#include "harness/harness.h"

#include "core/text.h"
#include "plan/address.h"

/* A street as buyers write it, and what must come of it; street NULL: unsure, so nothing is split.
 */
struct example {
    const char *whole, *street, *number;
    bool first;
};

static const struct example examples[] = {
    /* Germany */
    {"Bahnhofstr. 12", "Bahnhofstr.", "12", false},
    {"Bahnhofstr. 12a", "Bahnhofstr.", "12a", false},
    {"Bahnhofstr. 12 A", "Bahnhofstr.", "12 A", false},
    {"Bahnhofstr.12", "Bahnhofstr.", "12", false},
    {"Hauptstraße12", "Hauptstraße", "12", false},
    {"Straße des 17. Juni 135", "Straße des 17. Juni", "135", false},
    {"1. Mai Straße 5", "1. Mai Straße", "5", false},
    {"2. Querstraße 7b", "2. Querstraße", "7b", false},
    {"Am Markt 3-5", "Am Markt", "3-5", false},
    {"Am Markt 3 - 5", "Am Markt", "3 - 5", false},
    {"Am Markt 3\xE2\x80\x93"
     "5",
     "Am Markt",
     "3\xE2\x80\x93"
     "5",
     false},
    {"Am Markt 12-14a", "Am Markt", "12-14a", false},
    {"Kirchweg 12 a-c", "Kirchweg", "12 a-c", false},
    {"Kirchweg 12a - c", "Kirchweg", "12a - c", false},
    {"Lange Gasse 1 1/3", "Lange Gasse", "1 1/3", false},
    {"Lange Gasse 7 1/2", "Lange Gasse", "7 1/2", false},
    {"Lange Gasse 7½", "Lange Gasse", "7½", false},
    {"Lange Gasse 1/2", "Lange Gasse", "1/2", false},
    {"Schulstr. 8 + 10", "Schulstr.", "8 + 10", false},
    {"Schulstr. 8/10", "Schulstr.", "8/10", false},
    {"Schulstr. 2-4 / 6", "Schulstr.", "2-4 / 6", false},
    {"C5, 12", "C5,", "12", false},
    {"C5 12", "C5", "12", false},
    {"Q 7, 24", "Q 7,", "24", false},
    {"T 6, 12-14", "T 6,", "12-14", false},
    {"Haus 4", "Haus", "4", false},
    {"Haus Nr. 4", "Haus Nr.", "4", false},
    {"Platz der Republik 1", "Platz der Republik", "1", false},
    {"An der Alten Försterei 263", "An der Alten Försterei", "263", false},
    {"Unter den Linden, 77", "Unter den Linden,", "77", false},
    {"Öjendorfer Weg 30e", "Öjendorfer Weg", "30e", false},
    {"Straße 1", "Straße", "1", false},
    {"Königsallee 0", "Königsallee", "0", false},
    {"Hauptstr. 5, App. 12", NULL, NULL, false},
    {"Hauptstr. 5 // 3. Stock", NULL, NULL, false},
    {"Hauptstr. 5, Hinterhaus", NULL, NULL, false},
    {"Hauptstr. 5 c/o Meier", NULL, NULL, false},
    {"Hauptstr. 5, 3. OG 7", NULL, NULL, false},
    {"Hauptstr. 5. OG 3", NULL, NULL, false},
    {"Hauptstr. 3 u. 5", NULL, NULL, false},
    {"An der B 27 5", NULL, NULL, false},
    {"Hauptstraße", NULL, NULL, false},
    {"Postfach 1234", NULL, NULL, false},
    {"Packstation 145", NULL, NULL, false},
    {"T6", NULL, NULL, false},
    {"12", NULL, NULL, false},
    {"12 12", NULL, NULL, false},
    {"Berlin 10117", NULL, NULL, false},
    {"Sandweg 12 D-60316", NULL, NULL, false},
    {"Schulstr. 8-", NULL, NULL, false},
    {"Schulstr. #8", NULL, NULL, false},
    {"Schulstr. 8AB", NULL, NULL, false},
    {"Schulstr. 123456", NULL, NULL, false},
    {"", NULL, NULL, false},
    /* Austria, Switzerland, Czechia, Poland, Hungary */
    {"Mariahilfer Straße 12/3/14", "Mariahilfer Straße", "12/3/14", false},
    {"Gasse 12 Top 3", NULL, NULL, false},
    {"Wiener Gasse Top 3", NULL, NULL, false},
    {"Bahnhofstrasse 7a", "Bahnhofstrasse", "7a", false},
    {"Dlouhá 730/35", "Dlouhá", "730/35", false},
    {"ul. Długa 5/7 m. 3", NULL, NULL, false},
    {"ul. Długa 5", "ul. Długa", "5", false},
    {"Fő utca 12.", NULL, NULL, false},
    /* France, Italy, Spain, Benelux */
    {"12 rue de la Paix", "rue de la Paix", "12", true},
    {"12, rue de la Paix", "rue de la Paix", "12", true},
    {"12 bis, rue Victor Hugo", "rue Victor Hugo", "12 bis", true},
    {"12 rue du 8 mai 1945", "rue du 8 mai 1945", "12", true},
    {"3 allée des Tilleuls", "allée des Tilleuls", "3", true},
    {"10 Av. Foch", "Av. Foch", "10", true},
    {"Rue de la Loi 16", "Rue de la Loi", "16", false},
    {"Rue du 4-Septembre 12", NULL, NULL, false},
    {"Via XX Settembre 5", "Via XX Settembre", "5", false},
    {"Via Roma, 12/A", "Via Roma,", "12/A", false},
    {"Calle Mayor, 5", "Calle Mayor,", "5", false},
    {"Calle Mayor, 5, 3º B", NULL, NULL, false},
    {"C/ Mayor 5 bis", "C/ Mayor", "5 bis", false},
    {"Carretera Nacional s/n", NULL, NULL, false},
    {"Kalverstraat 92-1", "Kalverstraat", "92-1", false},
    {"Prinsengracht 263 hs", NULL, NULL, false},
    /* Great Britain, the United States, Scandinavia */
    {"10 Downing Street", "Downing Street", "10", true},
    {"221b Baker Street", "Baker Street", "221b", true},
    {"12345 Main Street", "Main Street", "12345", true},
    {"Flat 2, 14 High Street", NULL, NULL, false},
    {"14 High Street Flat 2", NULL, NULL, false},
    {"Flat 2", NULL, NULL, false},
    {"5th Avenue 350", NULL, NULL, false},
    {"12 Main Street 5", NULL, NULL, false},
    {"Vesterbrogade 1, 2. tv", NULL, NULL, false},
    {"Storgata 5B", "Storgata", "5B", false},
};

static void streets_are_split_when_it_is_sure(void **state)
{
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        const struct example *example = &examples[i];
        const char *street = NULL, *number = NULL;
        bool first = false, sure = address_split(example->whole, &arena, &street, &number, &first);

        if (sure != (example->street != NULL) || (sure && first != example->first) ||
            (sure && (!text_same(street, example->street) || !text_same(number, example->number))))
            fail_msg("'%s' became '%s' + '%s'", example->whole, sure ? street : "-",
                     sure ? number : "-");
    }
    arena_done(&arena);
}

/* The rule of the house: nothing but blanks, and the comma of "12, rue", may go missing. */
static void assert_joins(const char *whole, const char *front, const char *behind, bool comma)
{
    size_t len = strlen(front);

    assert_int_equal(strncmp(whole, front, len), 0);
    whole += len;
    if (comma)
        whole += *whole == ',';
    whole += strspn(whole, " ");
    assert_string_equal(whole, behind);
}

static void no_character_is_ever_lost(void **state)
{
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        const char *street, *number;
        bool first;

        if (!address_split(examples[i].whole, &arena, &street, &number, &first))
            continue;
        if (first)
            assert_joins(examples[i].whole, number, street, true);
        else
            assert_joins(examples[i].whole, street, number, false);
    }
    arena_done(&arena);
}

/* ---- lockers ---- */

struct locker_example {
    struct address in, out;
    const char *why; /* part of the reason why it is bad */
};

static const struct locker_example lockers[] = {
    {.in = {.name = "Ada L", .street = "Packstation 145", .extra = "12345678"},
     .out = {.name = "Ada L",
             .street = "Packstation",
             .house_number = "145",
             .post_number = "12345678"}},
    {.in = {.name = "Ada L",
            .company = "Postnummer: 12345678",
            .street = "DHL-Packstation Nr. 145"},
     .out = {.name = "Ada L",
             .street = "Packstation",
             .house_number = "145",
             .post_number = "12345678"}},
    {.in = {.name = "Ada L", .street = "DHL PACKSTATION145", .extra = "Post-Nummer: 123456"},
     .out = {.name = "Ada L",
             .street = "Packstation",
             .house_number = "145",
             .post_number = "123456"}},
    {.in = {.name = "Ada L (1234567890)", .street = "Packstation Nummer: 101"},
     .out = {.name = "Ada L",
             .street = "Packstation",
             .house_number = "101",
             .post_number = "1234567890"}},
    {.in = {.name = "Ada L", .street = "12345678", .extra = "Packstation 145"},
     .out = {.name = "Ada L",
             .street = "Packstation",
             .house_number = "145",
             .post_number = "12345678"}},
    {.in = {.name = "Ada L", .street = "145", .extra = "Packstation", .company = "12345678"},
     .out = {.name = "Ada L",
             .street = "Packstation",
             .house_number = "145",
             .post_number = "12345678"}},
    {.in = {.name = "Ada L",
            .street = "Packstation",
            .house_number = "145",
            .post_number = "12345678"},
     .out = {.name = "Ada L",
             .street = "Packstation",
             .house_number = "145",
             .post_number = "12345678"}},
    {.in = {.name = "Ada L", .street = "Packstation 145, 12345678"},
     .out = {.name = "Ada L",
             .street = "Packstation",
             .house_number = "145",
             .post_number = "12345678"}},
    {.in = {.name = "Ada L",
            .street = "Postfiliale 502",
            .extra = "Postnummer 12345678, bei Kaufhaus Ost"},
     .out = {.name = "Ada L",
             .street = "Postfiliale",
             .house_number = "502",
             .post_number = "12345678",
             .extra = "bei Kaufhaus Ost"}},
    {.in = {.name = "Ada L",
            .company = "Analytik GmbH",
            .street = "Weg 5",
            .extra = "Packstation 145 / 12345678"},
     .out = {.name = "Ada L",
             .company = "Analytik GmbH",
             .street = "Packstation",
             .house_number = "145",
             .post_number = "12345678",
             .extra = "Weg 5"}},
    {.in = {.name = "Ada L", .street = "Packstation 100", .extra = "12345678"},
     .why = "not 101 to 999"},
    {.in = {.name = "Ada L", .street = "Packstation 1450", .extra = "12345678"},
     .why = "not 101 to 999"},
    {.in = {.name = "Ada L", .street = "Packstation", .extra = "12345678"},
     .why = "not 101 to 999"},
    {.in = {.name = "Ada L", .street = "Packstation 145"}, .why = "post number"},
    {.in = {.name = "Ada L", .street = "Packstation 145", .extra = "12345"}, .why = "post number"},
    {.in = {.name = "Ada L", .street = "Packstation 145", .extra = "12345678901"},
     .why = "post number"},
    {.in = {.name = "Ada L", .street = "Packstation 145", .post_number = "12 34 56"},
     .why = "post number"},
    {.in = {.name = "Ada L", .street = "Postfiliale 5"}, .why = "Postfiliale"},
};

static void assert_same_address(const struct address *a, const struct address *b, const char *what)
{
    if (!text_same(a->name, b->name) || !text_same(a->company, b->company) ||
        !text_same(a->street, b->street) || !text_same(a->house_number, b->house_number) ||
        !text_same(a->extra, b->extra) || !text_same(a->post_number, b->post_number))
        fail_msg("%s became '%s' '%s' '%s' '%s' '%s' '%s'", what, a->name ? a->name : "-",
                 a->company ? a->company : "-", a->street ? a->street : "-",
                 a->house_number ? a->house_number : "-", a->extra ? a->extra : "-",
                 a->post_number ? a->post_number : "-");
}

static void lockers_are_found_wherever_buyers_put_them(void **state)
{
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lockers); i++) {
        struct address address = lockers[i].in;
        const char *why = NULL;

        if (lockers[i].why)
            continue;
        assert_int_equal(address_locker(&address, &arena, &why), LOCKER_GOOD);
        assert_same_address(&address, &lockers[i].out, lockers[i].in.street);
    }
    arena_done(&arena);
}

static void a_bad_locker_says_why_and_changes_nothing(void **state)
{
    struct arena arena = {0};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lockers); i++) {
        struct address address = lockers[i].in;
        const char *why = NULL;

        if (!lockers[i].why)
            continue;
        assert_int_equal(address_locker(&address, &arena, &why), LOCKER_BAD);
        assert_non_null(strstr(why, lockers[i].why));
        assert_same_address(&address, &lockers[i].in, lockers[i].in.street);
    }
    arena_done(&arena);
}

static void streets_that_only_sound_so_are_no_lockers(void **state)
{
    static const char *const streets[] = {"Packstationsweg 5", "Weg 5", "", "Alte Postfilialen 3"};
    struct arena arena = {0};
    const char *why = NULL;

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(streets); i++) {
        struct address address = {.street = streets[i]};

        assert_int_equal(address_locker(&address, &arena, &why), LOCKER_NONE);
        assert_string_equal(address.street, streets[i]);
    }
    assert_int_equal(address_locker(&(struct address){.name = NULL}, &arena, &why), LOCKER_NONE);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streets_are_split_when_it_is_sure),
        cmocka_unit_test(no_character_is_ever_lost),
        cmocka_unit_test(lockers_are_found_wherever_buyers_put_them),
        cmocka_unit_test(a_bad_locker_says_why_and_changes_nothing),
        cmocka_unit_test(streets_that_only_sound_so_are_no_lockers),
    };

    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
