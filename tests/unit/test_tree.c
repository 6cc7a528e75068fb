#include "harness/harness.h"

#include "wire/tree.h"

/* Orders: two Order (Id, Address { City }), Tags: list of two texts, one null. */
static struct node *sample(struct arena *arena)
{
    struct node *root = node_add(arena, NULL, NODE_MAP, NULL, NULL);
    struct node *tags;

    for (int i = 0; i < 2; i++) {
        struct node *order = node_add(arena, root, NODE_MAP, "Order", NULL);
        struct node *address = node_add(arena, order, NODE_MAP, "Address", NULL);

        (void)node_add(arena, order, NODE_NUMBER, "Id", i ? "2" : "1");
        (void)node_add(arena, address, NODE_TEXT, "City", i ? "Büsingen" : "Kiel");
        (void)node_add(arena, root, NODE_TEXT, "Between", "");
    }
    tags = node_add(arena, root, NODE_LIST, "Tags", NULL);
    (void)node_add(arena, tags, NODE_TEXT, NULL, "a");
    (void)node_add(arena, tags, NODE_TEXT, NULL, "b");
    (void)node_add(arena, root, NODE_NULL, "Nothing", NULL);
    return root;
}

static void a_path_leads_to_the_first_of_equal_names(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = sample(&arena);

    (void)state;
    assert_string_equal(node_text(root, "Order.Address.City"), "Kiel");
    assert_string_equal(node_text(root, "Order.Id"), "1");
    assert_ptr_equal(node_at(root, ""), root);
}

static void names_compare_without_ascii_case_but_whole(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = sample(&arena);

    (void)state;
    assert_string_equal(node_text(root, "ORDER.address.cITY"), "Kiel");
    assert_null(node_at(root, "Order.Address.Cit"));
    assert_null(node_at(root, "Order.Address.CityName"));
    assert_null(node_at(root, "Ord"));
}

static void what_is_not_there_is_null_from_anywhere(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = sample(&arena);

    (void)state;
    assert_null(node_at(root, "Order.Phone.Code"));
    assert_null(node_at(NULL, "Order"));
    assert_null(node_text(NULL, ""));
    assert_null(node_first(NULL, "Order"));
    assert_null(node_first(root, "Orders"));
    assert_null(node_at(root, "Order.Id.More"));
}

static void only_leaves_have_a_text(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = sample(&arena);

    (void)state;
    assert_null(node_text(root, "Order"));
    assert_null(node_text(root, "Tags"));
    assert_null(node_text(root, "Nothing"));
    assert_string_equal(node_text(root, "Between"), "");
    assert_string_equal(node_text(node_at(root, "Order.Id"), ""), "1");
}

static void children_of_one_name_are_walked_past_others(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = sample(&arena);
    const struct node *order = node_first(root, "order");

    (void)state;
    assert_string_equal(node_text(order, "Id"), "1");
    order = node_next(order);
    assert_string_equal(node_text(order, "Id"), "2");
    assert_null(node_next(order));
}

static void the_elements_of_a_list_have_no_name(void **state)
{
    AUTO(arena_done) struct arena arena = {0};
    const struct node *root = sample(&arena);
    const struct node *tag = node_first(node_at(root, "Tags"), NULL);

    (void)state;
    assert_string_equal(tag->text, "a");
    tag = node_next(tag);
    assert_string_equal(tag->text, "b");
    assert_null(node_next(tag));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_leads_to_the_first_of_equal_names),
        cmocka_unit_test(names_compare_without_ascii_case_but_whole),
        cmocka_unit_test(what_is_not_there_is_null_from_anywhere),
        cmocka_unit_test(only_leaves_have_a_text),
        cmocka_unit_test(children_of_one_name_are_walked_past_others),
        cmocka_unit_test(the_elements_of_a_list_have_no_name),
    };

    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
