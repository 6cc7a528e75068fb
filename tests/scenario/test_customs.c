/* test_customs.c: orders that leave the customs or the VAT area of the EU, to the postcode, and the
 * papers they carry; money in a currency that Sendcloud does not take. */
#include "backend.h"
#include "core/text.h"
#include "harness/harness.h"

#define ORDERS_RULES "afterbuy-sendcloud/orders.csv"

/* ---- where the papers begin ---- */

struct destination {
    const char *iso, *plate, *postcode, *city; /* iso NULL: the shop knows only the plate */
    const char *country;                       /* as Sendcloud is told */
    bool papers;
};

static const struct destination destinations[] = {
    {"CH", "CH", "8001", "Z\u00fcrich", "CH", true},
    {NULL, "CH", "8001", "Z\u00fcrich", "CH", true},
    {"NO", "N", "0150", "Oslo", "NO", true},
    {"LI", "FL", "9490", "Vaduz", "LI", true},
    {"XK", "RKS", "10000", "Pristina", "XK", true},
    {"GB", "GB", "SW1A 1AA", "London", "GB", true},
    {"UK", "UK", "SW1A 1AA", "London", "GB", true},
    {"GB", "GB", "BT1 5GS", "Belfast", "GB", false},
    {"GB", "GB", "bt15gs", "Belfast", "GB", false},
    {"JE", "GBJ", "JE2 3QA", "St Helier", "JE", true},
    {"de", "D", "10115", "Berlin", "DE", false},
    {"DE", "D", "27498", "Helgoland", "DE", true},
    {"DE", "D", "D-27498", "Helgoland", "DE", true},
    {"DE", "D", "78266", "B\u00fcsingen", "DE", true},
    {"DE", "D", "87491", "Jungholz", "DE", false},
    {"AT", "A", "6993", "Mittelberg", "AT", false},
    {NULL, "A", "1010", "Wien", "AT", false},
    {"ES", "E", "35001", "Las Palmas", "ES", true},
    {"IC", "E", "38001", "Santa Cruz", "IC", true},
    {"ES", "E", "28001", "Madrid", "ES", false},
    {"ES", "E", "51001", "Ceuta", "ES", true},
    {"ES", "E", "52001", "Melilla", "ES", true},
    {"IT", "I", "23041", "Livigno", "IT", true},
    {"IT", "I", "23030", "LIVIGNO (SO)", "IT", true},
    {"IT", "I", "23030", "Valdidentro", "IT", false},
    {"IT", "I", "22061", "Campione d'Italia", "IT", true},
    {"IT", "I", "22060", "Campione d\u2019Italia", "IT", true},
    {"IT", "I", "22060", "Cabiate", "IT", false},
    {"FI", "FIN", "22100", "Mariehamn", "FI", true},
    {"AX", "FIN", "22100", "Mariehamn", "AX", true},
    {"FI", "FIN", "00100", "Helsinki", "FI", false},
    {"FR", "F", "97400", "Saint-Denis", "FR", true},
    {"RE", "F", "97400", "Saint-Denis", "RE", true},
    {"FR", "F", "97133", "Gustavia", "FR", true},
    {"FR", "F", "75001", "Paris", "FR", false},
    {"FR", "F", "98000", "Monaco", "FR", false},
    {"MC", "MC", "98000", "Monaco", "MC", false},
    {"PT", "P", "9500-150", "Ponta Delgada", "PT", false},
    {"PT", "P", "9000-018", "Funchal", "PT", false},
    {"GR", "GR", "630 86", "Karyes", "GR", true},
    {"EL", "GR", "63087", "Dafni", "GR", true},
    {"GR", "GR", "10557", "Athen", "GR", false},
    {"DK", "DK", "3900", "Nuuk", "DK", true},
    {"DK", "DK", "FO-100", "T\u00f3rshavn", "FO", true},
    {"DK", "DK", "2100", "K\u00f8benhavn", "DK", false},
};

static const char *order_to(struct world *w, size_t n)
{
    return arena_format(&w->arena, "%zu", (size_t)560000001 + n);
}

static void sell_to(struct world *w, size_t n, const struct destination *to)
{
    const char *iso = to->iso ? arena_format(&w->arena, "\"%s\"", to->iso) : "null";

    world_order(w, arena_format(&w->arena,
                                "\"id\":%s,\"shipping_address\":{\"PostalCode\":\"%s\",\"City\":"
                                "\"%s\",\"Country\":\"%s\",\"CountryISO\":%s}",
                                order_to(w, n), to->postcode, to->city, to->plate, iso));
}

static void assert_papers(struct world *w, const char *order, bool papers)
{
    assert_pushed(w, order, "invoice", papers ? order : NULL);
    assert_pushed(w, order, "content", papers ? "commercial_goods" : NULL);
    if (!papers)
        return;
    assert_line(w, order, 0, "hs_code", "94055000");
    assert_line(w, order, 0, "origin", "DE");
    assert_line(w, order, 0, "price", "29.90");
    assert_line(w, order, 0, "weight", "0.85");
}

static void papers_go_along_to_where_the_union_ends(void **state)
{
    /* REQ-A5 */
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(destinations); i++)
        sell_to(w, i, &destinations[i]);
    assert_int_equal(world_run(w, "run", NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(destinations); i++) {
        assert_pushed(w, order_to(w, i), "country", destinations[i].country);
        assert_papers(w, order_to(w, i), destinations[i].papers);
    }
    assert_int_equal(world_summary(w, TODAY, "orders", "sent"), ARRAY_LEN(destinations));
    end_quietly(w);
}

static void a_country_that_nobody_knows_is_never_taken_for_the_union(void **state)
{
    /* REQ-A5 */
    static const char *const unknown[] = {"ZZ", "EU", "Absurdistan"};
    struct world *w = *state;

    for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
        world_order(w, arena_format(&w->arena,
                                    "\"id\":%s,\"shipping_address\":{\"Country\":\"\","
                                    "\"CountryISO\":\"%s\"}",
                                    order_to(w, i), unknown[i]));
    world_order(w, "\"id\":560000010,\"shipping_address\":{\"Country\":\"\",\"CountryISO\":\"\"}");
    world_order(w, "\"id\":560000011");
    assert_int_equal(world_run(w, "run", NULL), 1);
    for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
        assert_word(w, TODAY, ORDERS_CSV, order_to(w, i), "refused", "country");
    assert_word(w, TODAY, ORDERS_CSV, "560000010", "refused", "need-ship_to.country");
    assert_word(w, TODAY, ORDERS_CSV, "560000011", "sent", "new");
    assert_int_equal(incoming_count(w), 1);
    end_quietly(w);
}

static void a_state_is_required_where_mail_is_delivered_by_state(void **state)
{
    /* REQ-A5 */
    struct world *w = *state;

    world_order(w, "\"id\":560000001,\"shipping_address\":{\"PostalCode\":\"10001\",\"City\":"
                   "\"New York\",\"Country\":\"USA\",\"CountryISO\":\"US\","
                   "\"StateOrProvince\":\"NY\"}");
    world_order(w, "\"id\":560000002,\"shipping_address\":{\"PostalCode\":\"10001\",\"City\":"
                   "\"New York\",\"Country\":\"USA\",\"CountryISO\":\"US\"}");
    world_order(w, "\"id\":560000003,\"shipping_address\":{\"PostalCode\":\"00184\",\"City\":"
                   "\"Roma\",\"Country\":\"I\",\"CountryISO\":\"IT\"}");
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_pushed(w, "560000001", "state", "NY");
    assert_word(w, TODAY, ORDERS_CSV, "560000002", "refused", "need-ship_to.state");
    assert_word(w, TODAY, ORDERS_CSV, "560000003", "sent", "new");
    assert_noted(w, "560000003", "ship_to.state");
    end_quietly(w);
}

/* ---- what the papers must say ---- */

#define TO_CH                                                                                      \
    "\"shipping_address\":{\"PostalCode\":\"8001\",\"City\":\"Z\u00fcrich\",\"Country\":\"CH\","   \
    "\"CountryISO\":\"CH\"}"

static void sell_incomplete(struct world *w)
{
    (void)world_control(w, "POST", "/afterbuy/products",
                        "[{\"id\":5001,\"Anr\":\"501\",\"Name\":\"Laterne\",\"Weight\":\"1\","
                        "\"CountryOfOrigin\":\"Deutschland\"},"
                        "{\"id\":5002,\"Anr\":\"502\",\"Name\":\"Kerze\",\"Weight\":\"1\","
                        "\"CustomsTariffNumber\":\"34060000\"}]");
    world_order(w, "\"id\":560000001," TO_CH ",\"items\":[{\"product\":{\"ProductID\":\"5001\"}}]");
    world_order(w,
                "\"id\":560000002," TO_CH ",\"items\":[{},{\"product\":{\"ProductID\":\"5002\"}}]");
    world_order(w, "\"id\":560000003," TO_CH ",\"items\":[{\"ItemPrice\":null}]");
    world_order(w, "\"id\":560000004," TO_CH ",\"items\":[{\"product\":null}]");
    world_order(w, "\"id\":560000005," TO_CH);
    world_order(w, "\"id\":560000006,\"items\":[{\"product\":{\"ProductID\":\"5001\"}}]");
}

static void papers_that_lack_something_hold_the_order_back_and_no_other(void **state)
{
    /* REQ-A5 */
    struct world *w = *state;

    sell_incomplete(w);
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "refused", "need-items.hs_code");
    assert_word(w, TODAY, ORDERS_CSV, "560000002", "refused", "need-items.origin");
    assert_word(w, TODAY, ORDERS_CSV, "560000003", "refused", "need-items.price_e4");
    assert_word(w, TODAY, ORDERS_CSV, "560000004", "refused", "need-items.hs_code");
    assert_word(w, TODAY, ORDERS_CSV, "560000005", "sent", "new");
    assert_word(w, TODAY, ORDERS_CSV, "560000006", "sent", "new");
    assert_int_equal(incoming_count(w), 2);
    end_quietly(w);
}

static void an_article_that_is_completed_lets_its_order_go(void **state)
{
    /* REQ-A5 */
    struct world *w = *state;

    sell_incomplete(w);
    assert_int_equal(world_run(w, "run", NULL), 1);
    world_pass(w, HOUR);
    (void)world_control(w, "POST", "/afterbuy/products",
                        "[{\"id\":5001,\"CustomsTariffNumber\":\"94055000\"}]");
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "sent", "new");
    assert_line(w, "560000001", 0, "hs_code", "94055000");
    assert_line(w, "560000001", 0, "origin", "DE");
    end_quietly(w);
}

static void who_writes_warn_sends_incomplete_papers_and_sees_which(void **state)
{
    /* REQ-A5 */
    struct world *w = *state;

    sell_incomplete(w);
    world_remap(w, ORDERS_RULES, "items.hs_code,need,", "items.hs_code,warn,");
    world_remap(w, ORDERS_RULES, "items.origin,need,", "items.origin,warn,");
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "sent", "new");
    assert_noted(w, "560000001", "items.hs_code");
    assert_line(w, "560000001", 0, "hs_code", NULL);
    assert_papers(w, "560000005", true);
    assert_word(w, TODAY, ORDERS_CSV, "560000002", "sent", "new");
    assert_noted(w, "560000002", "items.origin");
    assert_word(w, TODAY, ORDERS_CSV, "560000003", "refused", "need-items.price_e4");
    end_quietly(w);
}

static void the_content_of_the_papers_is_a_row_of_the_mapping(void **state)
{
    /* REQ-A5 */
    struct world *w = *state;

    world_remap(w, "lookup/customs-content.csv", "special|export,,commercial_goods",
                "special|export,CH,commercial_sample,\nspecial|export,,gift");
    world_order(w, "\"id\":560000001," TO_CH);
    world_order(w, "\"id\":560000002,\"shipping_address\":{\"PostalCode\":\"27498\"}");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "content", "commercial_sample");
    assert_pushed(w, "560000002", "content", "gift");
    end_quietly(w);
}

/* A content that the API has no word for is no silent "commercial goods". */
static void a_content_that_the_api_cannot_say_is_refused(void **state)
{
    /* REQ-A5 */
    struct world *w = *state;

    world_remap(w, "lookup/customs-content.csv", "special|export,,commercial_goods",
                "special|export,CH,other,\nspecial|export,,commercial_goods");
    world_order(w, "\"id\":560000001," TO_CH);
    world_order(w, "\"id\":560000002,\"shipping_address\":{\"PostalCode\":\"27498\"}");
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "refused", "customs-content");
    assert_word(w, TODAY, ORDERS_CSV, "560000002", "sent", "new");
    assert_int_equal(incoming_count(w), 1);
    end_quietly(w);
}

/* ---- money ---- */

static void a_currency_that_sendcloud_does_not_take_is_refused(void **state)
{
    struct world *w = *state;

    world_configure(w, "currency = CHF", NULL, NULL, NULL);
    world_order(w, "\"id\":560000001");
    assert_int_equal(world_run(w, "run", NULL), 1);
    assert_word(w, TODAY, ORDERS_CSV, "560000001", "refused", "need-currency");
    assert_cell(w, "560000001", "currency", "CHF");
    assert_int_equal(push_calls(w), 0);
    end_quietly(w);
}

static void a_rate_turns_it_into_one_that_sendcloud_takes_and_sums_stay_sums(void **state)
{
    struct world *w = *state;

    world_configure(w, "currency = CHF", NULL, NULL, NULL);
    world_remap(w, "lookup/rates.csv", "# CHF,1.0650", "CHF,1.0650");
    world_order(w, "\"id\":560000001,\"payment\":{\"FullAmount\":\"64,80\"},\"shipping\":{"
                   "\"ShippingCost\":\"5,00\"},\"items\":[{\"ItemQuantity\":2}]");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "currency", "EUR");
    assert_line(w, "560000001", 0, "price", "31.84"); /* 31.8435 */
    assert_pushed(w, "560000001", "total", "69.01");  /* 2 x 31.84 + 5.33, and not 69.012 */
    assert_cell(w, "560000001", "total", "69.01");
    assert_cell(w, "560000001", "currency", "EUR");
    assert_noted(w, "560000001", "converted:CHF");
    end_quietly(w);
}

static void pounds_stay_pounds(void **state)
{
    struct world *w = *state;

    world_configure(w, "currency = GBP", NULL, NULL, NULL);
    world_order(w, "\"id\":560000001");
    assert_int_equal(world_run(w, "run", NULL), 0);
    assert_pushed(w, "560000001", "currency", "GBP");
    assert_pushed(w, "560000001", "total", "29.90");
    end_quietly(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOTH(papers_go_along_to_where_the_union_ends),
        WITH_BOTH(a_country_that_nobody_knows_is_never_taken_for_the_union),
        WITH_BOTH(a_state_is_required_where_mail_is_delivered_by_state),
        WITH_BOTH(papers_that_lack_something_hold_the_order_back_and_no_other),
        WITH_BOTH(an_article_that_is_completed_lets_its_order_go),
        WITH_BOTH(who_writes_warn_sends_incomplete_papers_and_sees_which),
        WITH_BOTH(the_content_of_the_papers_is_a_row_of_the_mapping),
        WITH_BOTH(a_content_that_the_api_cannot_say_is_refused),
        WITH_BOTH(a_currency_that_sendcloud_does_not_take_is_refused),
        WITH_BOTH(a_rate_turns_it_into_one_that_sendcloud_takes_and_sums_stay_sums),
        WITH_BOTH(pounds_stay_pounds),
    };

    return cmocka_run_group_tests_name("customs", tests, NULL, NULL);
}
