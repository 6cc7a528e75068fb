/* test_back.c: the way back: a label's number, link and method to the shop's order, and then the
 * tag; once, and never over what the merchant wrote himself. */
#include "core/text.h"
#include "harness/harness.h"
#include "look.h"

#define NOW "2024-06-04T08:00:00Z"
#define TODAY "2024-06-04"

/* A world whose orders are at Sendcloud, without labels yet. */
static void open_with_orders(struct world *w, size_t count)
{
    world_open(w, NOW);
    shop_sells(w, 560000001, count, "");
    assert_int_equal(world_run(w, "run", NULL), 0);
}

static int run_an_hour_later(struct world *w)
{
    world_pass(w, HOUR);
    return world_run(w, "run", NULL);
}

static const char *number_of(struct world *w, size_t n)
{
    return parcel_says(w, "560000001", n, "tracking_number");
}

static void close_quiet(struct world *w)
{
    world_assert_balanced(w);
    world_assert_quiet(w);
    world_close(w);
}

/* What is said of the first order's n-th parcel. */
static void assert_shipment(struct world *w, size_t n, const char *state, const char *reason)
{
    assert_word(w, TODAY, SHIPMENTS_CSV, parcel_says(w, "560000001", n, "id"), state, reason);
}

/* ---- what comes back ---- */

static void a_label_brings_number_method_and_tag_once(void **state)
{
    /* REQ-A6 REQ-A7 REQ-Z4 */
    static const int later[] = {3, 92, 11};
    struct world w;
    int64_t writes;

    (void)state;
    open_with_orders(&w, 2);
    print_label(&w, "560000001", "\"method\":\"DHL Paket 0-5kg\"");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_string_equal(shop_says(&w, "560000001", "tracking"), number_of(&w, 0));
    assert_string_equal(shop_says(&w, "560000001", "method"), "DHL Paket 0-5kg");
    assert_true(shop_tagged(&w, "560000001", TAG));
    assert_string_equal(shop_says(&w, "560000002", "tracking"), "");
    assert_false(shop_tagged(&w, "560000002", TAG));
    assert_shipment(&w, 0, "sent", "new");
    assert_word(&w, TODAY, MARKS_CSV, "560000001 " TAG, "sent", "new");
    writes = world_count(&w, "writes");
    for (size_t i = 0; i < ARRAY_LEN(later); i++) {
        parcel_moves(&w, "560000001", 0, later[i], "");
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_shipment(&w, 0, "same", "unchanged");
    }
    assert_int_equal(world_count(&w, "writes"), writes);
    assert_int_equal(pushes(&w, "560000001"), 1);
    close_quiet(&w);
}

static void what_is_no_shipment_is_not_written_back(void **state)
{
    /* REQ-A6 */
    static const struct {
        int status;
        const char *members, *reason;
    } cases[] = {{1001, "", "label-waiting"},         {1002, "", "label-failed"},
                 {2000, "", "label-cancelled"},       {1999, "", "label-cancelled"},
                 {1998, "", "label-cancelled"},       {999, "", "label-waiting"},
                 {11, "\"is_return\":true", "return"}};
    struct world w;

    (void)state;
    open_with_orders(&w, 1);
    print_label(&w, "560000001", "");
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        parcel_moves(&w, "560000001", 0, cases[i].status, cases[i].members);
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_shipment(&w, 0, "skipped", cases[i].reason);
    }
    assert_int_equal(world_count(&w, "afterbuy.writes"), 0);
    parcel_moves(&w, "560000001", 0, 1000, "\"is_return\":false");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_string_equal(shop_says(&w, "560000001", "tracking"), number_of(&w, 0));
    close_quiet(&w);
}

static void a_status_nobody_knows_yet_is_a_parcel_on_its_way(void **state)
{
    /* REQ-A6 */
    struct world w;

    (void)state;
    open_with_orders(&w, 1);
    print_label(&w, "560000001", "");
    parcel_moves(&w, "560000001", 0, 77777, "");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_string_equal(shop_says(&w, "560000001", "tracking"), number_of(&w, 0));
    close_quiet(&w);
}

static void a_reprint_after_a_cancel_brings_the_new_number(void **state)
{
    /* REQ-A6 */
    struct world w;

    (void)state;
    open_with_orders(&w, 1);
    print_label(&w, "560000001", "");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_string_equal(shop_says(&w, "560000001", "tracking"), number_of(&w, 0));
    parcel_moves(&w, "560000001", 0, 2000, "");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_string_equal(shop_says(&w, "560000001", "tracking"), number_of(&w, 0)); /* not blanked */
    assert_shipment(&w, 0, "same", "label-cancelled");
    parcel_by_hand(&w, "\"order_number\":\"560000001\"");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_string_equal(shop_says(&w, "560000001", "tracking"), number_of(&w, 1));
    assert_int_equal(calls_of(&w, "afterbuy", "UpdateSoldItems"), 3); /* number, tag, number */
    assert_int_equal(pushes(&w, "560000001"), 1);
    close_quiet(&w);
}

static void several_parcels_bring_all_their_numbers_or_the_newest(void **state)
{
    /* REQ-A6 */
    (void)state;
    for (int newest = 0; newest <= 1; newest++) {
        struct world w;
        const char *wanted;

        open_with_orders(&w, 1);
        world_configure(&w, NULL, NULL, newest ? "tag = " TAG "\nparcels = newest" : NULL, NULL);
        print_label(&w, "560000001", "\"count\":2");
        assert_int_equal(run_an_hour_later(&w), 0);
        wanted = arena_format(&w.arena, "%s, %s", number_of(&w, 0), number_of(&w, 1));
        assert_string_equal(shop_says(&w, "560000001", "tracking"),
                            newest ? number_of(&w, 1) : wanted);
        assert_int_equal(world_summary(&w, TODAY, "shipments", "sent"), 2);
        assert_int_equal(world_summary(&w, TODAY, "marks", "sent"), 1);
        world_assert_quiet(&w);
        parcel_by_hand(&w, "\"order_number\":\"560000001\""); /* one more box, later */
        assert_int_equal(run_an_hour_later(&w), 0);
        wanted = arena_format(&w.arena, "%s, %s", wanted, number_of(&w, 2));
        assert_string_equal(shop_says(&w, "560000001", "tracking"),
                            newest ? number_of(&w, 2) : wanted);
        assert_int_equal(pushes(&w, "560000001"), 1);
        world_close(&w);
    }
}

static void more_labels_than_one_call_takes_all_come_back(void **state)
{
    /* REQ-A6 REQ-A7 */
    struct world w;

    (void)state;
    open_with_orders(&w, 320);
    (void)world_control(&w, "POST", "/sendcloud/print", "{\"all\":true}");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_int_equal(world_summary(&w, TODAY, "shipments", "sent"), 320);
    assert_int_equal(world_summary(&w, TODAY, "marks", "sent"), 320);
    assert_int_equal(calls_of(&w, "afterbuy", "UpdateSoldItems"), 6); /* by 150 */
    assert_true(shop_tagged(&w, "560000320", TAG));
    close_quiet(&w);
}

/* ---- what stands in the way ---- */

static void a_number_the_merchant_typed_is_never_overwritten(void **state)
{
    /* REQ-A6 REQ-Z3 */
    struct world w;

    (void)state;
    open_with_orders(&w, 1);
    print_label(&w, "560000001", "");
    shop_changes(&w, "560000001", "\"AdditionalInfo\":\"MEINE-4711\"");
    assert_int_equal(run_an_hour_later(&w), 1);
    assert_shipment(&w, 0, "refused", "tracking-differs");
    assert_string_equal(shop_says(&w, "560000001", "tracking"), "MEINE-4711");
    assert_false(shop_tagged(&w, "560000001", TAG));
    assert_int_equal(world_count(&w, "afterbuy.writes"), 0);
    world_assert_quiet(&w);
    shop_changes(&w, "560000001", "\"AdditionalInfo\":\"\"");
    assert_int_equal(world_run(&w, "rerun", TODAY, NULL), 0);
    assert_string_equal(shop_says(&w, "560000001", "tracking"), number_of(&w, 0));
    assert_true(shop_tagged(&w, "560000001", TAG));
    close_quiet(&w);
}

static void parcels_without_an_order_of_ours_are_told_apart(void **state)
{
    /* REQ-A6 REQ-Z3 */
    struct world w;

    (void)state;
    open_with_orders(&w, 1);
    print_label(&w, "560000001", "");
    parcel_by_hand(&w, "\"order_number\":\"Muster-7\"");
    parcel_by_hand(&w, "\"order_number\":\"599999999\"");
    assert_int_equal(run_an_hour_later(&w), 1);
    assert_word(&w, TODAY, SHIPMENTS_CSV, parcel_says(&w, "Muster-7", 0, "id"), "skipped",
                "foreign");
    assert_word(&w, TODAY, SHIPMENTS_CSV, parcel_says(&w, "599999999", 0, "id"), "refused",
                "unknown-order");
    assert_shipment(&w, 0, "sent", "new"); /* the good one does not wait for the others */
    assert_true(shop_tagged(&w, "560000001", TAG));
    close_quiet(&w);
}

static void a_tag_the_shop_does_not_know_is_reported_and_set_later(void **state)
{
    /* REQ-A7 */
    struct world w;
    const char *detail;

    (void)state;
    open_with_orders(&w, 1);
    (void)world_control(&w, "POST", "/afterbuy/tags", "[\"Express\"]");
    print_label(&w, "560000001", "");
    assert_int_equal(run_an_hour_later(&w), 1);
    assert_string_equal(shop_says(&w, "560000001", "tracking"), number_of(&w, 0));
    assert_false(shop_tagged(&w, "560000001", TAG));
    assert_word(&w, TODAY, MARKS_CSV, "560000001 " TAG, "refused", "tag-unknown");
    detail = world_cell(&w, TODAY, MARKS_CSV, "560000001 " TAG, "detail");
    assert_non_null(strstr(detail, "Tag Manager"));
    world_assert_quiet(&w);
    (void)world_control(&w, "POST", "/afterbuy/tags", "[\"Express\",\"" TAG "\"]");
    assert_int_equal(world_run(&w, "rerun", TODAY, NULL), 0);
    assert_true(shop_tagged(&w, "560000001", TAG));
    assert_word(&w, TODAY, MARKS_CSV, "560000001 " TAG, "sent", "new");
    close_quiet(&w);
}

static void other_tags_stay_whether_afterbuy_replaces_or_adds(void **state)
{
    /* REQ-A7 */
    (void)state;
    for (int replaces = 0; replaces <= 1; replaces++)
        for (int place = 0; place <= 2; place++) {
            struct world w;

            world_open(&w, NOW);
            (void)world_control(&w, "POST", "/afterbuy/tags", "[\"Express\",\"" TAG "\"]");
            set_switch(&w, "afterbuy.tags_replace", replaces);
            set_switch(&w, "afterbuy.tag_place", place);
            shop_sells(&w, 560000001, 1, "\"tags\":[\"Express\"]");
            assert_int_equal(world_run(&w, "run", NULL), 0);
            print_label(&w, "560000001", "");
            assert_int_equal(run_an_hour_later(&w), 0);
            assert_true(shop_tagged(&w, "560000001", "Express"));
            assert_true(shop_tagged(&w, "560000001", TAG));
            close_quiet(&w); /* a tag that stands twice is doubled */
        }
}

static void an_update_that_fails_for_one_order_reaches_the_others(void **state)
{
    /* REQ-A6 REQ-Z3 */
    (void)state;
    for (int partial = 0; partial <= 1; partial++) {
        struct world w;

        open_with_orders(&w, 3);
        set_switch(&w, "afterbuy.partial_update", partial);
        (void)world_control(&w, "POST", "/sendcloud/print", "{\"all\":true}");
        /* The first write is answered with an error, and nobody knows what it changed. */
        world_fault(&w, "{\"system\":\"afterbuy\",\"call\":\"UpdateSoldItems\","
                        "\"fault\":\"200-error-body\",\"times\":1}");
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_int_equal(faults_played(&w), 1);
        assert_int_equal(world_summary(&w, TODAY, "shipments", "sent"), 3);
        assert_int_equal(world_summary(&w, TODAY, "marks", "sent"), 3);
        close_quiet(&w);
    }
}

/* ---- choices ---- */

static void without_a_tag_the_number_comes_back_or_nothing_does(void **state)
{
    /* REQ-A7 */
    (void)state;
    for (int needs = 0; needs <= 1; needs++) {
        struct world w;

        world_open(&w, NOW);
        world_configure(&w, NULL, NULL, needs ? "writeback_needs_tag = yes" : "", NULL);
        shop_sells(&w, 560000001, 1, "");
        assert_int_equal(world_run(&w, "run", NULL), 0);
        print_label(&w, "560000001", "");
        assert_int_equal(run_an_hour_later(&w), 0);
        assert_shipment(&w, 0, needs ? "skipped" : "sent", needs ? "no-tag" : "new");
        assert_string_equal(shop_says(&w, "560000001", "tracking"), needs ? "" : number_of(&w, 0));
        assert_int_equal(world_count(&w, "afterbuy.writes"), needs ? 0 : 1);
        assert_false(shop_tagged(&w, "560000001", TAG));
        assert_int_equal(world_summary(&w, TODAY, "marks", "source"), 0);
        close_quiet(&w);
    }
}

static void the_tracking_link_goes_where_it_was_chosen(void **state)
{
    /* REQ-A6 REQ-A9 */
    struct world w;
    const char *link;

    (void)state;
    world_open(&w, NOW);
    world_configure(&w, "tracking_link_to = VorgangsInfo1", NULL, NULL, NULL);
    shop_sells(&w, 560000001, 1, "");
    shop_sells(&w, 560000002, 1, "\"info\":{\"VorgangsInfo1\":\"302-1234567-7654321\"}");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    /* The merchant builds the links himself. */
    world_remap(&w, "afterbuy-sendcloud/shipments.csv",
                "tracking_url,lookup,tracking-links,tracking_url is empty",
                "tracking_url,lookup,tracking-links,");
    world_remap(&w, "lookup/tracking-links.csv", "dhl,,",
                "dhl,Kleinpaket,https://klein.example/{tracking}?nr={order_ref},\ndhl,,");
    print_label(&w, "560000001", "\"method\":\"DHL Kleinpaket 0-1kg\",\"carrier\":\"dhl_de\"");
    print_label(&w, "560000002", "\"method\":\"DHL Paket 0-5kg\",\"carrier\":\"dhl_de\"");
    assert_int_equal(run_an_hour_later(&w), 0);
    link = arena_format(&w.arena, "https://klein.example/%s?nr=560000001", number_of(&w, 0));
    assert_string_equal(shop_says(&w, "560000001", "info1"), link);
    assert_string_equal(shop_says(&w, "560000001", "tracking"), number_of(&w, 0));
    assert_string_equal(shop_says(&w, "560000002", "info1"), "302-1234567-7654321");
    assert_string_equal(shop_says(&w, "560000002", "tracking"),
                        parcel_says(&w, "560000002", 0, "tracking_number"));
    close_quiet(&w);
}

static void the_tracking_link_can_stand_for_the_number(void **state)
{
    /* REQ-A6 */
    struct world w;

    (void)state;
    world_open(&w, NOW);
    world_configure(&w, "tracking_link_to = AdditionalInfo", NULL, NULL, NULL);
    shop_sells(&w, 560000001, 1, "");
    assert_int_equal(world_run(&w, "run", NULL), 0);
    print_label(&w, "560000001", "");
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_true(text_starts_nocase(shop_says(&w, "560000001", "tracking"), "https://"));
    assert_non_null(strstr(shop_says(&w, "560000001", "tracking"), number_of(&w, 0)));
    assert_true(shop_tagged(&w, "560000001", TAG));
    close_quiet(&w);
}

static void the_ship_date_is_set_where_it_is_wanted(void **state)
{
    /* REQ-A6 */
    struct world w;

    (void)state;
    open_with_orders(&w, 1);
    world_remap(&w, "afterbuy-sendcloud/shipments.csv", "# shipped_utc,set", "shipped_utc,set");
    world_pass(&w, HOUR);
    print_label(&w, "560000001", ""); /* at 11:00 in Berlin */
    assert_int_equal(run_an_hour_later(&w), 0);
    assert_string_equal(shop_says(&w, "560000001", "delivery_date"), "04.06.2024 11:00:00");
    close_quiet(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_brings_number_method_and_tag_once),
        cmocka_unit_test(what_is_no_shipment_is_not_written_back),
        cmocka_unit_test(a_status_nobody_knows_yet_is_a_parcel_on_its_way),
        cmocka_unit_test(a_reprint_after_a_cancel_brings_the_new_number),
        cmocka_unit_test(several_parcels_bring_all_their_numbers_or_the_newest),
        cmocka_unit_test(more_labels_than_one_call_takes_all_come_back),
        cmocka_unit_test(a_number_the_merchant_typed_is_never_overwritten),
        cmocka_unit_test(parcels_without_an_order_of_ours_are_told_apart),
        cmocka_unit_test(a_tag_the_shop_does_not_know_is_reported_and_set_later),
        cmocka_unit_test(other_tags_stay_whether_afterbuy_replaces_or_adds),
        cmocka_unit_test(an_update_that_fails_for_one_order_reaches_the_others),
        cmocka_unit_test(without_a_tag_the_number_comes_back_or_nothing_does),
        cmocka_unit_test(the_tracking_link_goes_where_it_was_chosen),
        cmocka_unit_test(the_tracking_link_can_stand_for_the_number),
        cmocka_unit_test(the_ship_date_is_set_where_it_is_wanted),
    };

    return cmocka_run_group_tests_name("back", tests, NULL, NULL);
}
