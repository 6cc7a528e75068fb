/* test_address.c: addresses on their way to a label: house numbers, Packstations, lengths, signs
 * that nobody sees, and what is missing. */
#include "backend.h"
#include "core/text.h"
#include "harness/harness.h"

static const char *order_no(struct world *w, size_t n)
{
    return arena_format(&w->arena, "%zu", (size_t)560000001 + n);
}

static void sell_to(struct world *w, size_t n, const char *members)
{
    world_order(
        w, arena_format(&w->arena, "\"id\":%s,\"shipping_address\":{%s}", order_no(w, n), members));
}

/* ---- house numbers ---- */

struct street {
    const char *said, *street, *number; /* number NULL: not sure, so it stays in the street */
};

static const struct street streets[] = {
    {"Heidestra\u00dfe 17", "Heidestra\u00dfe", "17"},
    {"Hauptstr. 12a", "Hauptstr.", "12a"},
    {"Hauptstr. 12 a", "Hauptstr.", "12 a"},
    {"Hauptstr.12", "Hauptstr.", "12"},
    {"Am Markt 1 1/3", "Am Markt", "1 1/3"},
    {"Lindenweg 12-14a", "Lindenweg", "12-14a"},
    {"Lindenweg 12 \u2013 14", "Lindenweg", "12 \u2013 14"},
    {"Stra\u00dfe des 17. Juni 135", "Stra\u00dfe des 17. Juni", "135"},
    {"Q 7, 24", "Q 7,", "24"},
    {"Stra\u00dfe des 17. Juni", "Stra\u00dfe des 17. Juni", NULL},
    {"Schlossallee", "Schlossallee", NULL},
    {"Hauptstr. 5, Hinterhaus", "Hauptstr. 5, Hinterhaus", NULL},
    {"Hauptstr. 5, App. 12", "Hauptstr. 5, App. 12", NULL},
    {"Postfach 1234", "Postfach 1234", NULL},
};

/* "street number" and "number street" are the same address to whoever delivers. */
static bool rejoins(struct world *w, const struct street *s, const char *street, const char *number)
{
    const char *whole = number ? arena_format(&w->arena, "%s %s", street, number) : street;

    return text_same(whole, s->said) || (number && !strchr(s->said, ' ')) ||
           text_same(arena_format(&w->arena, "%s%s", street, number ? number : ""), s->said);
}

static void house_numbers_are_split_off_without_losing_a_character(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(streets); i++)
        sell_to(w, i, arena_format(&w->arena, "\"Street\":\"%s\"", streets[i].said));
    assert_int_equal(world_run(w, "run", NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(streets); i++) {
        const struct street *s = &streets[i];

        assert_pushed(w, order_no(w, i), "street", s->street);
        assert_pushed(w, order_no(w, i), "house_number", s->number);
        assert_noted(w, order_no(w, i), s->number ? NULL : "address-unsplit");
        assert_true(rejoins(w, s, pushed(w, order_no(w, i), "street"),
                            pushed(w, order_no(w, i), "house_number")));
    }
    end_quietly(w);
}

static void french_streets_keep_their_number_in_front_apart(void **state)
{
    struct world *w = *state;

    sell_to(w, 0,
            "\"Street\":\"12 bis, rue du 8 mai 1945\",\"PostalCode\":\"75010\",\"City\":\"Paris\","
            "\"Country\":\"F\",\"CountryISO\":\"FR\"");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "street", "rue du 8 mai 1945");
    assert_pushed(w, "560000001", "house_number", "12 bis");
    end_quietly(w);
}

/* ---- Packstation and Postfiliale ---- */

static void a_packstation_is_understood_wherever_the_buyer_wrote_it(void **state)
{
    static const struct {
        const char *said, *kind, *number, *post, *name;
    } stations[] = {
        {"\"Street\":\"Packstation 145\",\"Street2\":\"12345678\"", "Packstation", "145",
         "12345678", "Erika M\u00fcstermann"},
        {"\"Street\":\"12345678\",\"Street2\":\"DHL Packstation Nr. 145\"", "Packstation", "145",
         "12345678", "Erika M\u00fcstermann"},
        {"\"Street\":\"PACKSTATION 145\",\"Company\":\"Postnummer: 12345678\"", "Packstation",
         "145", "12345678", "Erika M\u00fcstermann"},
        {"\"Street\":\"Packstation 145\",\"LastName\":\"M\u00fcstermann 1234567890\"",
         "Packstation", "145", "1234567890", "Erika M\u00fcstermann"},
        {"\"Street\":\"Postfiliale 501\",\"Street2\":\"Postnummer 123456\"", "Postfiliale", "501",
         "123456", "Erika M\u00fcstermann"},
    };
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(stations); i++)
        sell_to(w, i, stations[i].said);
    assert_int_equal(world_run(w, "run", NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(stations); i++) {
        assert_pushed(w, order_no(w, i), "street", stations[i].kind);
        assert_pushed(w, order_no(w, i), "house_number", stations[i].number);
        assert_pushed(w, order_no(w, i), "post_number", stations[i].post);
        assert_pushed(w, order_no(w, i), "name", stations[i].name);
        assert_pushed(w, order_no(w, i), "extra", NULL);
        assert_pushed(w, order_no(w, i), "company", NULL);
        assert_noted(w, order_no(w, i), NULL);
    }
    end_quietly(w);
}

static void a_packstation_that_cannot_be_delivered_to_is_refused(void **state)
{
    static const char *const bad[] = {
        "\"Street\":\"Packstation 145\"",                             /* no post number */
        "\"Street\":\"Packstation 145\",\"Street2\":\"12345\"",       /* too short */
        "\"Street\":\"Packstation 145\",\"Street2\":\"12345678901\"", /* too long */
        "\"Street\":\"Packstation 99\",\"Street2\":\"12345678\"",     /* 101 to 999 */
        "\"Street\":\"Packstation 1045\",\"Street2\":\"12345678\"",
        "\"Street\":\"Packstation\",\"Street2\":\"12345678\"",
        "\"Street\":\"Postfiliale 501\"",
    };
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        sell_to(w, i, bad[i]);
    sell_to(w, ARRAY_LEN(bad), "\"Street\":\"Weg 1\"");
    assert_int_equal(world_run(w, "run", NULL), 1);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        assert_word(w, TODAY, ORDERS_CSV, order_no(w, i), "refused", "packstation");
        assert_non_null(strstr(world_cell(w, TODAY, ORDERS_CSV, order_no(w, i), "detail"),
                               i + 1 < ARRAY_LEN(bad) ? "Packstation" : "Postfiliale"));
    }
    assert_int_equal(incoming_count(w), 1);
    end_quietly(w);
}

/* ---- lengths ---- */

#define TEN_UMLAUTS "\u00e4\u00f6\u00fc\u00df\u00c4\u00d6\u00dc\u00e9\u00e8\u0142"
#define TEN_EMOJI                                                                                  \
    "\U0001F600\U0001F601\U0001F602\U0001F603\U0001F604\U0001F605\U0001F606\U0001F607\U0001F608"   \
    "\U0001F609"
#define TEN_LETTERS "abcdefghij"

static void what_does_not_fit_on_a_label_is_cut_at_a_character(void **state)
{
    struct world *w = *state;

    world_order(
        w,
        "\"id\":560000001,\"shipping_address\":{\"FirstName\":\"\",\"LastName\":\"" TEN_EMOJI
            TEN_EMOJI TEN_EMOJI TEN_EMOJI TEN_EMOJI
        "X\",\"Company\":\"" TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS
        "\",\"Street2\":\"" TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS
        "1\",\"City\":"
        "\"" TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS "1\",\"Phone\":"
        "\"+49 221 1234567 890123\"}");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "name", TEN_EMOJI TEN_EMOJI TEN_EMOJI TEN_EMOJI TEN_EMOJI);
    assert_pushed(w, "560000001", "company",
                  TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS);
    assert_pushed(w, "560000001", "extra",
                  TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS);
    assert_pushed(w, "560000001", "city", TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS);
    assert_pushed(w, "560000001", "phone", "+49 221 1234567 8901");
    for (const char *const *field =
             (const char *const[]){"name", "company", "extra", "city", "phone", NULL};
         *field; field++)
        assert_noted(w, "560000001", arena_format(&w->arena, "cut:ship_to.%s", *field));
    end_quietly(w);
}

/* Half an e-mail address is none, or somebody else's. */
static void a_mail_address_is_never_cut(void **state)
{
    static const char mail[] =
        TEN_LETTERS TEN_LETTERS TEN_LETTERS TEN_LETTERS TEN_LETTERS TEN_LETTERS TEN_LETTERS
        "@example.com";
    struct world *w = *state;

    world_order(w, arena_format(&w->arena, "\"id\":560000001,\"billing\":{\"Mail\":\"%s\"}", mail));
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "email", mail);
    end_quietly(w);
}

static void what_just_fits_is_left_alone(void **state)
{
    struct world *w = *state;

    sell_to(
        w, 0,
        "\"FirstName\":\"\",\"LastName\":\"" TEN_EMOJI TEN_UMLAUTS TEN_EMOJI TEN_UMLAUTS TEN_EMOJI
        "\",\"City\":\"" TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS "\"");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "city", TEN_UMLAUTS TEN_UMLAUTS TEN_UMLAUTS);
    assert_noted(w, "560000001", NULL);
    end_quietly(w);
}

/* ---- what nobody sees ---- */

static void signs_that_nobody_sees_are_cleaned_away_and_noted(void **state)
{
    struct world *w = *state;

    sell_to(w, 0,
            "\"FirstName\":\"Eri\u200bka\",\"LastName\":\"Mu\u0308stermann\u00ad\",\"Street\":"
            "\"Heidestra\u00dfe\u00a0\u00a017\",\"PostalCode\":\"51147\u200b\u00a0\",\"City\":"
            "\"\u200eK\u00f6ln\u2028\"");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "name", "Erika M\u00fcstermann");
    assert_pushed(w, "560000001", "street", "Heidestra\u00dfe");
    assert_pushed(w, "560000001", "house_number", "17");
    assert_pushed(w, "560000001", "postcode", "51147");
    assert_pushed(w, "560000001", "city", "K\u00f6ln");
    assert_noted(w, "560000001", "cleaned:ship_to.name");
    assert_noted(w, "560000001", "cleaned:ship_to.postcode");
    assert_noted(w, "560000001", "cleaned:ship_to.city");
    end_quietly(w);
}

/* ---- what is missing ---- */

static void an_order_without_shipping_address_goes_to_the_billing_address(void **state)
{
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"shipping_address\":null,\"billing\":{\"FirstName\":"
                   "\"Ada\",\"LastName\":\"Lovelace\",\"Street\":\"Weg 1\"}");
    world_order(w, "\"id\":560000002,\"shipping_address\":{\"FirstName\":\"\",\"LastName\":\"\","
                   "\"Street\":\" \",\"PostalCode\":\"\",\"City\":\"\"},\"billing\":"
                   "{\"FirstName\":\"\",\"LastName\":\"Lovelace\"}");
    sell_to(w, 2, "\"FirstName\":\"\",\"LastName\":\"\",\"Company\":\"Maschinen GmbH\"");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "name", "Ada Lovelace");
    assert_pushed(w, "560000001", "street", "Weg");
    assert_pushed(w, "560000002", "name", "Lovelace");
    assert_pushed(w, "560000003", "name", "Maschinen GmbH");
    end_quietly(w);
}

static void an_address_that_lacks_something_is_refused_with_what_it_lacks(void **state)
{
    static const struct {
        const char *said, *reason;
    } bad[] = {
        {"\"FirstName\":\"\",\"LastName\":\" \"", "need-ship_to.name"},
        {"\"Street\":\"\"", "need-ship_to.street"},
        {"\"PostalCode\":\"\u200b\"", "need-ship_to.postcode"},
        {"\"City\":null", "need-ship_to.city"},
    };
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        sell_to(w, i, bad[i].said);
    sell_to(w, ARRAY_LEN(bad), "\"Street\":\"\",\"City\":\"\"");
    sell_to(w, ARRAY_LEN(bad) + 1, "\"Street\":\"Weg 1\"");
    assert_int_equal(world_run(w, "run", NULL), 1);
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_word(w, TODAY, ORDERS_CSV, order_no(w, i), "refused", bad[i].reason);
    assert_cell(w, "560000005", "detail", "ship_to.street is empty; ship_to.city is empty");
    assert_word(w, TODAY, ORDERS_CSV, "560000006", "sent", "new");
    assert_int_equal(world_summary(w, TODAY, "orders", "refused"), 5);
    assert_int_equal(incoming_count(w), 1);
    end_quietly(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOTH(house_numbers_are_split_off_without_losing_a_character),
        WITH_BOTH(french_streets_keep_their_number_in_front_apart),
        WITH_BOTH(a_packstation_is_understood_wherever_the_buyer_wrote_it),
        WITH_BOTH(a_packstation_that_cannot_be_delivered_to_is_refused),
        WITH_BOTH(what_does_not_fit_on_a_label_is_cut_at_a_character),
        WITH_BOTH(a_mail_address_is_never_cut),
        WITH_BOTH(what_just_fits_is_left_alone),
        WITH_BOTH(signs_that_nobody_sees_are_cleaned_away_and_noted),
        WITH_BOTH(an_order_without_shipping_address_goes_to_the_billing_address),
        WITH_BOTH(an_address_that_lacks_something_is_refused_with_what_it_lacks),
    };

    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
